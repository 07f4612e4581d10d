"""Retention: stories that were silent for long leave the archive, with all that hangs on them.

What stays: the keys by which entries are known again, what admins corrected, subscriptions, and
whatever is still to be sent. Off unless it is set.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage import forgetting, items, meta
from storage.model import ItemId, StoryId
from storage.sizes import bytes_in_use, items_kept
from storage.sql import Connection, marks, to_ms

SHORTEST: Final = timedelta(days=14)
"""A digest covers a week, a day late; identity remembers a week."""

STORIES_A_STEP: Final = 20
"""Stories that go in one transaction: some 10 ms."""

MOST_AT_ONCE: Final = 0.2
"""So much of the archive goes at once at most where it is too large: then the file is measured
anew, without what they left behind in the index."""

ROOM_MADE: Final = 0.02
"""So much room is made beside where it is too large: the next pass through the index, which gives
back what they left there, is as far away as the archive takes to grow by that."""

PRUNED_TO: Final = "pruned_to"
"""The fact that says which is the highest id of an item that retention removed."""

WAITS: Final = "('queued', 'sending', 'held')"


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long stories are kept, and how many bytes the file may have; None for any."""

    kept: timedelta | None = None
    most_bytes: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether anything is ever removed."""
        return self.kept is not None or self.most_bytes is not None


def too_many(db: Connection, most_bytes: int) -> int:
    """Return how many items have to go for the file to have fewer bytes in use, 0 if it has.

    Counted as if each took as much as all others, what it left behind included.
    """
    used, items = bytes_in_use(db), items_kept(db)
    if used <= most_bytes or not items:
        return 0
    left = most_bytes * (1 - ROOM_MADE) / used
    return min(round(items * (1 - left)), max(round(items * MOST_AT_ONCE), 1))


def forget_some(db: Connection, before: datetime, limit: int = STORIES_A_STEP) -> int:
    """Remove some stories that nobody told since a moment, oldest first; return their items.

    0 where there are no more such. A story of which a message waits to be sent stays.
    """
    found = _oldest(db, before, limit)
    if not found:
        return 0
    of_stories = f"where story_id in ({marks(len(found))})"
    ids = [row[0] for row in db.conn.execute(f"select id from items {of_stories}", found)]  # noqa: S608 (only marks)
    items.note_last_ids(db)
    items.count_out(db, ids)
    if ids:
        meta.put(db, PRUNED_TO, str(max(*ids, pruned_to(db))))
    # Their features, matches, revisions, pages, texts and translations go with them.
    gone = db.conn.execute(f"delete from items {of_stories}", found).rowcount  # noqa: S608 (only marks)
    db.conn.execute(f"delete from story_aliases {of_stories}", found)  # noqa: S608 (only marks)
    db.conn.execute(f"delete from muted_stories {of_stories}", found)  # noqa: S608 (only marks)
    db.conn.execute(f"delete from stories where id in ({marks(len(found))})", found)  # noqa: S608 (only marks)
    return gone


def has_old(db: Connection, before: datetime) -> bool:
    """Tell whether there is a story that ``forget_some`` would remove."""
    return bool(_oldest(db, before, 1))


def _oldest(db: Connection, before: datetime, limit: int) -> list[StoryId]:
    """Return the stories that are to go next."""
    rows = db.conn.execute(
        "select s.id from stories s where s.updated_at < :before"  # noqa: S608 (our own)
        " and not exists (select 1 from deliveries d where d.story_id = s.id"
        f" and d.state in {WAITS})"
        # What came after something young is young, whatever a clock said then.
        " and not exists (select 1 from items i where i.story_id = s.id and i.id >= :youth)"
        " order by s.updated_at limit :limit",
        {
            "before": to_ms(before),
            "youth": forgetting.youth_begins(db, "items", "first_seen", before, "id") or 1 << 62,
            "limit": limit,
        },
    )
    return [StoryId(row[0]) for row in rows]


def pruned_to(db: Connection) -> ItemId:
    """Return the highest id of an item that retention removed, 0 where it removed none."""
    return ItemId(int(meta.get(db, PRUNED_TO) or 0))
