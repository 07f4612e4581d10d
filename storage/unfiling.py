"""Unfiling: removed items' entries leave the full-text index, in steps that nobody waits for.

The index keeps no texts, and deleting an entry takes the very words that it was filed under. So
these are read back from the index itself: a pass walks through all of it, some thousand entries
at a time, gathers the words of the items that are gone, and then deletes them. A trigger notes
which items are gone, whichever way they went. A pass that is cut off goes on where it was.
"""

from dataclasses import dataclass

from storage import meta
from storage.database import Database
from storage.sizes import items_kept
from storage.sql import Connection

ENTRIES_A_STEP = 20_000
"""Entries of the index that are looked through at once: some 10 ms."""

ITEMS_A_STEP = 20
"""Items that are deleted from the index in one transaction: some ms."""

MANY = 100_000
WORTH_A_PASS = 0.02
"""In an archive of ``MANY`` items a pass, some s of each minute, is for a share that is gone."""

WALKED_TO = "unfiling_after"
"""The fact that says after which word a pass goes on; there is none once it has seen them all."""

LAST_WORD = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Gathered:
    """Which removed items are still filed under which of the words up to ``upto``."""

    entries: tuple[tuple[int, str], ...]
    upto: str


def is_worth_a_pass(db: Connection) -> bool:
    """Tell whether items are gone, and enough of them for walking through all of the index.

    The oldest items' entries cost nobody anything where they are: searches come from the newest.
    """
    (gone,) = db.conn.execute("select count(*) from removed_items").fetchone()
    there = items_kept(db)
    return bool(gone > (there * WORTH_A_PASS if there > MANY else 0)) or bool(
        meta.get(db, WALKED_TO) is not None
    )


async def unfile_removed(db: Database) -> int:
    """Delete from the index what belongs to no item any more; return how many items that were."""
    after = await db.write(take_up)
    while after is not None:
        gathered = await db.read(gather, after)
        after = await db.write_behind(keep, gathered)
    unfiled = 0
    while step := await db.write_behind(unfile):
        unfiled += step
    return unfiled


def take_up(db: Connection) -> str | None:
    """Go on with a pass, or begin one if items are gone; return after which word, None for none.

    Items that go while it walks wait for the next: words that it has passed would stay.
    """
    if (walked_to := meta.get(db, WALKED_TO)) is not None:
        return walked_to
    if db.conn.execute("select 1 from removed_items where gathering limit 1").fetchone():
        return None  # all words are gathered
    if not db.conn.execute("update removed_items set gathering = 1").rowcount:
        return None
    meta.put(db, WALKED_TO, "")
    return ""


def gather(db: Connection, after: str, most: int = ENTRIES_A_STEP) -> Gathered:
    """Read the next words of the index that removed items are filed under.

    ``most`` entries of it are walked through, and those of the last word among them to the end.
    """
    row = db.conn.execute(
        "select term from item_vocabulary where term > ? limit 1 offset ?", (after, most)
    ).fetchone()
    upto = row[0] if row else LAST_WORD
    entries = db.conn.execute(
        "select doc, term from item_vocabulary where term > ? and term <= ?"
        " and doc in (select id from removed_items where gathering)",
        (after, upto),
    )
    return Gathered(tuple(entries.fetchall()), upto)


def keep(db: Connection, gathered: Gathered) -> str | None:
    """Note what was gathered; return after which word to go on, None after the last."""
    db.conn.executemany(
        "insert or ignore into removed_words(item_id, word) values (?, ?)", gathered.entries
    )
    if gathered.upto == LAST_WORD:
        meta.forget(db, WALKED_TO)
        return None
    meta.put(db, WALKED_TO, gathered.upto)
    return gathered.upto


def unfile(db: Connection) -> int:
    """Delete the next few removed items from the index; return how many they were."""
    gone = db.conn.execute(
        "select id, (select group_concat(word, ' ') from removed_words where item_id = id)"
        " from removed_items where gathering limit ?",
        (ITEMS_A_STEP,),
    ).fetchall()
    db.conn.executemany(
        # https://sqlite.org/fts5.html#the_delete_command: the words must be those of the index.
        "insert into item_words(item_words, rowid, words) values ('delete', ?, ?)",
        [(item, words) for item, words in gone if words],
    )
    for table, column in (("removed_words", "item_id"), ("removed_items", "id")):
        db.conn.executemany(
            f"delete from {table} where {column} = ?",  # noqa: S608 (our own names)
            [(item,) for item, _ in gone],
        )
    return len(gone)
