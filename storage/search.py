"""The full-text index: which items have which search keys, newest first.

The index is contentless: it holds item ids under keys and no text at all, so that it stays
small beside the items. SQLite before 3.43 cannot delete from such a table; a removed item's
entries stay until ``rebuild`` and are harmless, because ids are looked up in ``items`` after.
Indexing an item again adds its new keys to the old; the caller's matcher checks what it gets.
"""

from collections.abc import Iterable

from storage.model import ItemId
from storage.sql import Connection

SCHEMA: tuple[str, ...] = (
    # Keys are made in Python, so the tokenizer has only to keep them whole: every byte beyond
    # ASCII is a letter to it. detail=none: a hit says that a key is there, never where.
    """create virtual table item_words using fts5(
        words, content='', detail=none, columnsize=0, tokenize="ascii tokenchars ':.-+'"
    )""",
    "insert into item_words(item_words, rank) values ('automerge', 8)",
)
"""What the first migration executes. Nothing refers to the table; ids are those of items."""


def index(db: Connection, item_id: ItemId, words: str) -> None:
    """File an item under its keys, space-separated."""
    db.execute("insert into item_words(rowid, words) values (?, ?)", (item_id, words))


def search(
    db: Connection, match: str, *, limit: int = 200, before: ItemId | None = None
) -> tuple[ItemId, ...]:
    """Give the newest ids that a MATCH expression finds, below ``before`` when paging.

    The order of ids is that of arrival. Common keys cost no more than rare ones: the index is
    read from its newest end, and reading stops at ``limit``.
    """
    rows = db.execute(
        "select rowid from item_words where item_words match ? and rowid < ?"
        " order by rowid desc limit ?",
        (match, before if before is not None else 1 << 62, limit),
    )
    return tuple(ItemId(row[0]) for row in rows)


def rebuild(db: Connection, items: Iterable[tuple[ItemId, str]]) -> None:
    """Build the index anew from ids in rising order and their keys."""
    db.execute("insert into item_words(item_words) values ('delete-all')")
    db.conn.executemany("insert into item_words(rowid, words) values (?, ?)", items)
    db.execute("insert into item_words(item_words) values ('optimize')")
