"""Wishes: which stories are to be translated for whom, read off rows: nobody need ask for it.

What met the queries of readers who do not read the languages in which it is told; what lists
showed them; and the day's main stories, with which digests begin.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from storage import items, meta, stories, translations
from storage.model import Item, ItemId, StoryId
from storage.reading import LanguageOrder, in_language, untranslated
from storage.sql import Connection, from_ms, to_ms

FOR_ALERT, FOR_LIST = 0, 1
"""Ranks: what was sent to somebody goes before what may be."""

MAIN_STORIES: Final = 40
"""So many of the day's stories with the most tellings are wanted by whoever gets digests."""

MOST_STORIES: Final = 200
"""Of one look, the newest first."""

_LOOKED: Final = "wishes_looked_at"
_AGAIN: Final = timedelta(seconds=30)
"""Rows may be committed a little after the time they bear."""

_LONGEST: Final = timedelta(days=1)
_STALE: Final = timedelta(minutes=10)
"""While nothing is wanted, where looks begin is written down so often."""

_OF_MATCHES: Final = """
select m.story_id, r.language, r.reads
from (select query, story_id from matches where seen_at >= :since
        order by seen_at desc limit 1000) m
    cross join (select distinct language, reads from chats where active = 1 and machine = 1) r
where exists (select 1 from askings a
    cross join subscriptions s on s.id = a.subscription_id and s.paused = 0
    cross join chats c on c.id = s.chat_id and c.active = 1 and c.machine = 1
        and c.language = r.language and c.reads = r.reads
    where a.query = m.query and a.ended is null)
"""
"""A query may have a hundred thousand readers: the first of each way of reading decides."""

_OF_DIGESTS: Final = """
select e.value, c.language, c.reads
from deliveries d cross join chats c on c.id = d.chat_id and c.active = 1 and c.machine = 1
    cross join json_each(d.payload, '$.stories') e
where d.id in (select id from deliveries where id > :after and kind = 'digest'
        order by id desc limit 1000)
    and json_type(d.payload, '$.stories') = 'array'
"""

_OF_LISTS: Final = """
select e.value, c.language, c.reads
from (select chat_id, text from drafts where made_at >= :since and text like '{"%'
        order by made_at desc limit 200) d
    cross join chats c on c.id = d.chat_id and c.active = 1 and c.machine = 1
    cross join json_each(iif(json_valid(d.text), d.text, '{}'), '$.stories') e
where e.key < 30
"""
"""Lists and searches are kept as the texts that their buttons stand for."""

_MAIN: Final = """
select s.id, r.language, r.reads
from (select id from stories where updated_at >= :day and size > 1
        order by size desc, id desc limit :most) s
    cross join (select distinct language, reads from chats
        where active = 1 and machine = 1 and (digest_times <> '' or weekly_day > 0)) r
"""


class Wish(NamedTuple):
    """An item is wanted in a language, at the rank of whatever needs it most."""

    item: Item
    target: str
    rank: int


@dataclass(frozen=True, slots=True)
class Wished:
    """What is wanted since somebody looked last, and how far that look went."""

    wishes: tuple[Wish, ...]
    looked_at: datetime
    last_delivery: int
    is_stale: bool
    """Whether the next look had better begin here, though nothing is wanted."""


def look(db: Connection, now: datetime) -> Wished:
    """Find what is wanted and nobody has asked for yet; it writes nothing."""
    looked, after = _looked(db, now)
    values = {
        "since": to_ms(looked - _AGAIN),
        "after": after,
        "day": to_ms(now - _LONGEST),
        "most": MAIN_STORIES,
    }
    ranks: dict[tuple[int, str, str], int] = {}
    for statement, rank in (
        (_OF_MATCHES, FOR_ALERT),
        (_OF_DIGESTS, FOR_LIST),
        (_OF_LISTS, FOR_LIST),
        (_MAIN, FOR_LIST),
    ):
        for story, language, reads in db.conn.execute(statement, values):
            ranks.setdefault((story, language, reads), rank)
    newest = sorted({StoryId(story) for story, _, _ in ranks}, reverse=True)[:MOST_STORIES]
    told = {story.id: story for story in stories.by_ids(db, newest)}
    found: dict[tuple[ItemId, str], Wish] = {}
    for (number, language, reads), rank in sorted(ranks.items(), key=lambda one: one[0][0]):
        how, story = reading(language, reads), told.get(StoryId(number))
        item = untranslated(story, how) if story is not None else None
        if item is not None:
            before = found.get((item.id, how.first))
            rank_ = rank if before is None else min(rank, before.rank)
            found[item.id, how.first] = Wish(item, how.first, rank_)
    anew = translations.to_be_asked_anew(db)
    for item in items.by_ids(db, {one for one, _ in anew}):
        for target in (target for one, target in anew if one == item.id):
            found[item.id, target] = Wish(item, target, FOR_ALERT)
    new = translations.unknown(db, found)
    (last,) = db.conn.execute("select coalesce(max(id), 0) from deliveries").fetchone()
    # What is for a list is asked for first and so comes behind: the newest goes first.
    wishes = sorted((found[one] for one in new), key=lambda wish: (-wish.rank, wish.item.id))
    return Wished(tuple(wishes), now, last, now - looked > _STALE)


def note(db: Connection, wished: Wished, now: datetime) -> None:
    """Want what a look found, and let the next begin where it ended: one transaction."""
    for wish in wished.wishes:
        translations.want(db, wish.item, wish.target, wish.rank, now)
    meta.put(db, _LOOKED, f"{to_ms(wished.looked_at)} {wished.last_delivery}")


def reading(language: str, reads: str) -> LanguageOrder:
    """Return how chats read that want machine translations, of their rows' two columns."""
    return LanguageOrder(tuple(reads.split())) if reads else in_language(language)


def _looked(db: Connection, now: datetime) -> tuple[datetime, int]:
    """Return until when, and to which row of the outbox, somebody has looked."""
    looked, _, delivery = (meta.get(db, _LOOKED) or "").partition(" ")
    at = from_ms(int(looked)) if looked.isdecimal() else None
    last = int(delivery) if delivery.isdecimal() else 0
    return max(min(at or now, now), now - _LONGEST), last
