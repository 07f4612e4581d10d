"""Revisions: what items said before their outlets changed them, a bounded number of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.model import ItemId, StoryId
from storage.sql import Connection, moment, to_ms

MOST = 8
"""So many earlier versions of an item are kept: the first, and the newest of those after it. A
lead that counts its readers has another one at every look."""

LEAD_UNITS = 2000
"""So much of an earlier lead is kept, in characters: what is shown of one is much less."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What an item said until its outlet was seen to have changed it, at ``until``."""

    title: str
    summary: str
    until: datetime


KEEP = """
insert into revisions(item_id, until, title, summary)
select i.id, :now, i.title, substr(i.summary, 1, :units) from items i
where i.id = :item and not exists (
    -- Caches take turns: what comes back and goes again is kept once.
    select 1 from revisions r where r.item_id = i.id
        and r.title = i.title and r.summary = substr(i.summary, 1, :units))
-- Told twice in one document: what stood before the document is what readers saw.
on conflict do nothing
"""

BOUND = """
delete from revisions
where item_id = :item
    and until > (select min(until) from revisions where item_id = :item)
    and until not in
        (select until from revisions where item_id = :item order by until desc limit :most - 1)
"""


def keep(db: Connection, edited: Iterable[ItemId], now: datetime) -> None:
    """Keep what items say now, before their new words are written over it."""
    for item_id in edited:
        values = {"item": item_id, "now": to_ms(now), "units": LEAD_UNITS, "most": MOST}
        db.conn.execute(KEEP, values)
        db.conn.execute(BOUND, values)


def of_story(db: Connection, story_id: StoryId) -> dict[ItemId, tuple[Revision, ...]]:
    """Return the earlier versions of a story's items, the first of each first."""
    found: dict[ItemId, list[Revision]] = {}
    for item_id, title, summary, until in db.conn.execute(
        "select r.item_id, r.title, r.summary, r.until"
        " from items i join revisions r on r.item_id = i.id"
        " where i.story_id = ? order by r.item_id, r.until",
        (story_id,),
    ):
        revision = Revision(title, summary, moment(until))
        found.setdefault(ItemId(item_id), []).append(revision)
    return {item_id: tuple(versions) for item_id, versions in found.items()}
