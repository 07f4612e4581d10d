"""The full-text index: which items have which search keys, newest first.

The index is contentless: it holds item ids under keys and no text at all, so that it stays
small beside the items. A removed item's entries stay until ``unfiling`` takes them out, so a
limit counts only ids that are still in ``items``. Indexing an item again adds its new keys to the
old; the caller's matcher checks what it gets.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from storage.model import FeedId, ItemId, StoryId
from storage.sql import Connection, moment, to_json, to_ms

SCHEMA: tuple[str, ...] = (
    # Keys are made in Python, so the tokenizer has only to keep them whole: every byte beyond
    # ASCII is a letter to it. detail=none: a hit says that a key is there, never where.
    """create virtual table item_words using fts5(
        words, content='', detail=none, columnsize=0, tokenize="ascii tokenchars ':.-+'"
    )""",
    "insert into item_words(item_words, rank) values ('automerge', 8)",
)
"""What the first migration executes. Nothing refers to the table; ids are those of items."""

REMOVALS: tuple[str, ...] = (
    # The index read the other way: which ids are filed under a key.
    "create virtual table item_vocabulary using fts5vocab(item_words, instance)",
    """create table removed_items (             -- of which the index still has entries
        id        integer primary key,
        gathering integer not null default 0  -- 1: a pass through the index looks for its words
    ) strict""",
    """create table removed_words (             -- what a pass has found of them
        item_id integer not null,
        word    text not null,
        primary key (item_id, word)
    ) strict, without rowid""",
    # Also where an item goes with its feed: a foreign key's actions fire triggers.
    """create trigger items_removed after delete on items begin
        insert or ignore into removed_items(id) values (old.id); end""",
    # What went before there was the trigger: every number that was given and is not there.
    """insert into removed_items(id)
    with recursive last(id) as (
        select max((select coalesce(max(id), 0) from items),
            coalesce((select value from facts where name = 'last_item'), 0) + 0)),
    given(id) as (
        select 1 where 1 <= (select id from last)
        union all select id + 1 from given where id < (select id from last))
    select id from given where id not in (select id from items)""",
)
"""What a later migration executes, for removed items to leave the index (``unfiling``)."""


LOOKED_AT = 4_000
"""How many of the newest items with the right keys are looked at for dates and outlets."""

PASSED_OVER = 200_000
"""How many entries with the right keys are read at most for those whose items are still there."""

PAGES_A_STEP = 64
"""Pages of the index that are written in one step of merging: some 10 ms."""

STEPS = 1_000
"""So many of SQLite's steps, a millisecond or two, lie between two looks at what a read has taken.
"""

ARRIVES_WITHIN = timedelta(days=2)
"""How long after its own date an item may reach us."""

DATED_AHEAD = timedelta(days=1)
"""How far in the future outlets may date what they tell."""

_END = 1 << 62
_MANY_FEEDS = 60
_OF_A_FEED = 1_000


def index(db: Connection, item_id: ItemId, words: str) -> None:
    """File an item under its keys, space-separated."""
    db.execute("insert into item_words(rowid, words) values (?, ?)", (item_id, words))


def merge_some(db: Connection) -> bool:
    """Put some of the index's parts together; return whether there may be more to do.

    Every write adds a part, and each word of a query is looked up in all of them. FTS5 joins
    eight of a size as they come; here it goes on with four, a few pages at a time
    (https://sqlite.org/fts5.html#the_merge_command).
    """
    before = db.conn.total_changes
    db.conn.execute(
        "insert into item_words(item_words, rank) values ('merge', ?)", (PAGES_A_STEP,)
    )
    # One change is the command's own row.
    return db.conn.total_changes - before > 1


def search(
    db: Connection,
    match: str,
    *,
    limit: int = 200,
    before: ItemId | None = None,
    after: ItemId | None = None,
) -> tuple[ItemId, ...]:
    """Give the newest ids that a MATCH expression finds, between ``after`` and ``before``.

    Both ends are excluded. The order of ids is that of arrival. Common keys cost no more than
    rare ones: the index is read from its newest end, and reading stops at ``limit``.
    """
    rows = db.execute(
        "select rowid from item_words where item_words match ? and rowid < ? and rowid > ?"
        " order by rowid desc limit ?",
        (match, _END if before is None else before, 0 if after is None else after, limit),
    )
    return tuple(ItemId(row[0]) for row in rows)


def filed_before(db: Connection, before: ItemId, limit: int) -> tuple[ItemId, ...]:
    """Return the ids of the newest items that came before one, newest first."""
    rows = db.conn.execute(
        "select id from items where id < ? order by id desc limit ?", (before, limit)
    )
    return tuple(ItemId(row[0]) for row in rows)


class FoundItem(NamedTuple):
    """An item that the index found, and what ranking needs of its story.

    ``seen_at`` is when it came, or was told, as its query says.
    """

    item_id: ItemId
    story_id: StoryId
    seen_at: datetime
    story_size: int


class ToldHeadline(NamedTuple):
    """What ranking reads of an item: its headline, whose it is, and when it was told."""

    item_id: ItemId
    title: str
    lang: str
    outlet: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an item must meet beside its keys: told in [since, until), by one of the feeds."""

    since: datetime | None = None
    until: datetime | None = None
    feeds: frozenset[FeedId] | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is bounded."""
        return not (self.since is None and self.until is None and self.feeds is None)


NO_BOUNDS = Bounds()


def hits(
    db: Connection,
    match: str | None,
    *,
    limit: int,
    bounds: Bounds = NO_BOUNDS,
    longest_s: float | None = None,
) -> list[FoundItem]:
    """Return the newest items within bounds that a MATCH expression finds; None finds all.

    Where there are bounds, at most ``LOOKED_AT`` items with the right keys are looked at, so
    that a common word and a rare outlet do not read the whole archive. Words that are common and
    never stand together do: with ``longest_s`` that ends after so much CPU, with what was found.
    """
    found: list[FoundItem] = []
    with _bounded(db, longest_s):
        for above, below in _ranges(db, bounds):
            if len(found) < limit:
                found += _hits_between(db, match, above, below, limit - len(found), bounds)
    return found


def _hits_between(  # noqa: PLR0917 - what is looked for, and where
    db: Connection, match: str | None, above: int, below: int, limit: int, bounds: Bounds
) -> Iterator[FoundItem]:
    """Yield what ``hits`` finds between two ids, the newest first."""
    looked_at = LOOKED_AT if bounds else limit
    source, values = _ids(match, above, below, looked_at, bounds)
    feeds = None if bounds.feeds is None else to_json(sorted(bounds.feeds))
    # "cross join" keeps the order in which ids come, so that reading ends with the last that is
    # wanted; an "order by" here would first read all that is looked at.
    statement = (
        "select i.id, i.story_id, i.first_seen, s.size"  # noqa: S608 (our own sub-select)
        " from (select i.id, i.story_id, i.first_seen, i.published, i.feed_id"
        f" from ({source}) w cross join items i on i.id = w.id limit ?) i"
        " cross join stories s on s.id = i.story_id"
        " where coalesce(i.published, i.first_seen) between ? and ?"
        " and (? is null or i.feed_id in (select value from json_each(?))) limit ?"
    )
    values += [
        looked_at, to_ms(bounds.since) or 0, (to_ms(bounds.until) or _END) - 1,
        feeds, feeds, limit,
    ]  # fmt: skip
    for item, story, seen, size in db.conn.execute(statement, values):
        yield FoundItem(ItemId(item), StoryId(story), moment(seen), size)


@contextmanager
def _bounded(db: Connection, longest_s: float | None) -> Iterator[None]:
    """Let a read in the block end by itself after so much CPU of this thread; None for never."""
    if longest_s is None:
        yield
        return
    ends, is_over = time.thread_time() + longest_s, False

    def look() -> bool:
        nonlocal is_over
        is_over = time.thread_time() > ends
        return is_over

    db.conn.set_progress_handler(look, STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        if not is_over:
            raise
    finally:
        db.conn.set_progress_handler(None, 0)


def _ids(
    match: str | None, above: int, below: int, limit: int, bounds: Bounds
) -> tuple[str, list[int | str | None]]:
    """Return a select of ids between two, the newest first, and its values.

    Of an expression's entries those of items that are gone are among them.
    """
    if match is not None:
        newest = (
            "select rowid as id from item_words where item_words match ?"
            " and rowid < ? and rowid > ? order by rowid desc limit ?"
        )
        return newest, [match, below, above, PASSED_OVER]
    feeds = bounds.feeds
    if feeds is None or len(feeds) > _MANY_FEEDS:
        return (
            "select id from items where id < ? and id > ? order by id desc limit ?",
            [below, above, limit],
        )
    # One descent into the index a feed: their newest items, whoever else tells how much.
    each = (
        "select * from (select id from items where feed_id = ? and id < ? and id > ?"
        " order by id desc limit ?)"
    )
    values: list[int | str | None] = []
    for feed in sorted(feeds):
        values += [feed, below, above, min(limit, _OF_A_FEED)]
    every = " union all ".join([each] * len(feeds)) or "select 0 as id where 0"
    # SQLite keeps the order of a select inside another only where there is a limit.
    return f"select id from ({every}) order by id desc limit ?", [*values, limit]  # noqa: S608 (our own select)


def _ranges(db: Connection, bounds: Bounds) -> list[tuple[int, int]]:
    """Return the ids between which the items within bounds stand, the newest first.

    The archive's order is that of arrival: what was told before a moment may have come a little
    later. That is little among all that came then, so it is looked for apart: of a common word
    those days' items alone are more than ``LOOKED_AT``.
    """
    above, until = _above(db, bounds.since), bounds.until
    if until is None:
        return [(above, _END)]
    came, ends = _below(db, until), _below(db, until + ARRIVES_WITHIN)
    return [(max(came - 1, above), ends), (above, came)]


def _below(db: Connection, until: datetime) -> int:
    """Return an id above those of the items that came before a moment.

    Ids are given in the order of arrival but for imported archives: the newest few decide.
    """
    (found,) = db.conn.execute(
        "select max(id) from (select id from items where first_seen < ?"
        " order by first_seen desc limit 1000)",
        (to_ms(until),),
    ).fetchone()
    return int(found or 0) + 1


def _above(db: Connection, since: datetime | None) -> int:
    """Return an id below those of the items told since a moment, unless in the future.

    Before the first item that is there the index may know millions that retention removed.
    """
    if since is None:
        return int(db.conn.execute("select coalesce(min(id), 1) from items").fetchone()[0]) - 1
    (found,) = db.conn.execute(
        "select min(id) from (select id from items where first_seen >= ?"
        " order by first_seen limit 1000)",
        (to_ms(since - DATED_AHEAD),),
    ).fetchone()
    return _END if found is None else int(found) - 1


def all_hits(
    db: Connection, match: str | None, since: datetime, feeds: frozenset[FeedId] | None = None
) -> list[FoundItem]:
    """Return every item told since a moment that an expression finds; None finds all.

    ``feeds`` are those that may have told it, None for any.
    A hit's time here is when it was told: not later than we saw it, whatever its outlet dates.
    """
    found = (
        "select id as value from items"
        if match is None
        # What came before is not even read: a common word has millions of entries.
        else "select rowid as value from item_words where item_words match :match and rowid > :above"
    )
    rows = db.conn.execute(
        "select i.id, i.story_id, min(coalesce(i.published, i.first_seen), i.first_seen), s.size"  # noqa: S608 (our own two sub-selects)
        f" from items i join stories s on s.id = i.story_id join ({found}) w on w.value = i.id"
        # What was seen before was told before.
        " where i.first_seen >= :since"
        " and coalesce(i.published, i.first_seen) >= :since"
        " and (:feeds is null or i.feed_id in (select value from json_each(:feeds)))",
        {
            "since": to_ms(since),
            "match": match,
            "above": _above(db, since),
            "feeds": None if feeds is None else to_json(sorted(feeds)),
        },
    )
    return [FoundItem(ItemId(row[0]), StoryId(row[1]), moment(row[2]), row[3]) for row in rows]


def headlines(db: Connection, wanted: Iterable[ItemId]) -> dict[ItemId, ToldHeadline]:
    """Read the headlines of items."""
    rows = db.conn.execute(
        "select i.id, i.title, i.lang, o.name, coalesce(i.published, i.first_seen)"
        " from json_each(?) w cross join items i on i.id = w.value"
        " join feeds f on f.id = i.feed_id join outlets o on o.id = f.outlet_id",
        (to_json(sorted(wanted)),),
    )
    return {
        ItemId(row[0]): ToldHeadline(ItemId(row[0]), row[1], row[2], row[3], moment(row[4]))
        for row in rows
    }


def publishers(db: Connection, wanted: Iterable[StoryId]) -> dict[StoryId, int]:
    """Count the independent publishers of stories; a house's outlets are one."""
    rows = db.conn.execute(
        "select i.story_id, count(distinct coalesce(nullif(o.family, ''), o.name))"
        " from json_each(?) w cross join items i on i.story_id = w.value"
        " join feeds f on f.id = i.feed_id join outlets o on o.id = f.outlet_id"
        " group by i.story_id",
        (to_json(sorted(wanted)),),
    )
    return {StoryId(row[0]): row[1] for row in rows}


def spans(db: Connection, matches: Iterable[str | None], number: int) -> list[int]:
    """Tell for each MATCH expression over how many ids its newest ``number`` are spread.

    Fewer than that are spread over the whole archive, and the rarer the wider; 0 where there is
    no expression, which is met by all.
    """
    (last,) = db.conn.execute("select coalesce(max(id), 0) from items").fetchone()
    found = []
    for match in matches:
        ids = search(db, match, limit=number) if match is not None else ()
        if match is None:
            found.append(0)
        elif len(ids) < number:
            found.append(last * number // max(len(ids), 1))
        else:
            found.append(last - ids[-1])
    return found
