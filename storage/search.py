"""The full-text index: which items have which search keys, newest first.

The index is contentless: it holds item ids under keys and no text at all, so that it stays
small beside the items. SQLite before 3.43 cannot delete from such a table; a removed item's
entries stay until ``rebuild`` and are harmless, because ids are looked up in ``items`` after.
Indexing an item again adds its new keys to the old; the caller's matcher checks what it gets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.model import ItemId, StoryId
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


_END = 1 << 62


def index(db: Connection, item_id: ItemId, words: str) -> None:
    """File an item under its keys, space-separated."""
    db.execute("insert into item_words(rowid, words) values (?, ?)", (item_id, words))


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


def rebuild(db: Connection, items: Iterable[tuple[ItemId, str]]) -> None:
    """Build the index anew from ids in rising order and their keys."""
    db.execute("insert into item_words(item_words) values ('delete-all')")
    db.conn.executemany("insert into item_words(rowid, words) values (?, ?)", items)
    db.execute("insert into item_words(item_words) values ('optimize')")


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that the index found, and what ranking needs of its story."""

    item_id: ItemId
    story_id: StoryId
    seen_at: datetime
    story_size: int


def hits(
    db: Connection,
    match: str,
    *,
    limit: int,
    since: datetime | None = None,
    before: datetime | None = None,
) -> list[Hit]:
    """Return the newest items that a MATCH expression finds, first seen in [since, before)."""
    ids = search(db, match, limit=limit, before=_below(db, before))
    return _hits(db, ids, since, before)


def newest(
    db: Connection, *, limit: int, since: datetime | None = None, before: datetime | None = None
) -> list[Hit]:
    """Return the newest items, for queries in which nothing narrows the archive."""
    below = _below(db, before)
    ids = db.conn.execute(
        "select id from items where id < ? order by id desc limit ?",
        (_END if below is None else below, limit),
    )
    return _hits(db, [ItemId(row[0]) for row in ids], since, before)


def _below(db: Connection, before: datetime | None) -> ItemId | None:
    """Return an id above those of the items that came before a moment.

    Ids are given in the order of arrival, but for imported archives: the newest few decide.
    """
    if before is None:
        return None
    (found,) = db.conn.execute(
        "select max(id) from (select id from items where first_seen < ?"
        " order by first_seen desc limit 1000)",
        (to_ms(before),),
    ).fetchone()
    return ItemId((found or 0) + 1)


def all_hits(db: Connection, match: str | None, since: datetime) -> list[Hit]:
    """Return every item first seen since a moment that an expression finds; None finds all."""
    found = (
        "select id as value from items"
        if match is None
        else ("select rowid as value from item_words where item_words match ?2")
    )
    rows = db.conn.execute(
        "select i.id, i.story_id, i.first_seen, s.size"  # noqa: S608 (our own two sub-selects)
        f" from items i join stories s on s.id = i.story_id join ({found}) w on w.value = i.id"
        " where i.first_seen >= ?1",
        (to_ms(since),) if match is None else (to_ms(since), match),
    )
    return [Hit(ItemId(row[0]), StoryId(row[1]), moment(row[2]), row[3]) for row in rows]


def _hits(
    db: Connection, ids: Sequence[ItemId], since: datetime | None, before: datetime | None
) -> list[Hit]:
    rows = db.conn.execute(
        "select i.id, i.story_id, i.first_seen, s.size from json_each(?) wanted"
        " join items i on i.id = wanted.value join stories s on s.id = i.story_id"
        " where i.first_seen >= ? and i.first_seen < ? order by i.id desc",
        (to_json(list(ids)), to_ms(since) or 0, to_ms(before) or _END),
    )
    return [Hit(ItemId(row[0]), StoryId(row[1]), moment(row[2]), row[3]) for row in rows]
