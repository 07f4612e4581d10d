"""Unfiling: removed items' entries leave the full-text index, in steps that nobody waits for.

The index keeps no texts, and deleting an entry takes the very word that it was filed under. So a
pass walks through all of the index, some thousand entries at a time, and deletes those of items
that are gone in the transaction that notes how far it came: whoever cuts it off, it goes on there,
and it takes no more room for millions that go at once than for a few. A trigger notes which items
are gone, whichever way they went.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from storage import meta
from storage.sizes import items_kept
from storage.sql import Connection, from_json, to_json

ENTRIES_A_STEP: Final = 2_000
"""Entries of the index that are looked through at once: a millisecond, and some ms where all of
them go."""

ITEMS_A_STEP: Final = 5_000
"""Items that are marked for a pass, or forgotten after it, at once: some ms."""

MANY: Final = 100_000
WORTH_A_PASS: Final = 0.02
"""In an archive of ``MANY`` items a pass, some s of each minute, is for a share that is gone."""

REACHED: Final = "unfiling_reached"
"""The fact that says how far a pass is; there is none while none is under way."""

_END: Final = 1 << 62


class Phase(StrEnum):
    """What a pass does one after the other."""

    MARKING = "mark"  # which items are gone; those that go later wait for the next pass
    WALKING = "walk"
    ENDING = "end"  # those items are no longer noted as gone


@dataclass(frozen=True, slots=True)
class Place:
    """How far a pass is: behind an item, when walking of this word; 0 behind the whole word."""

    phase: Phase = Phase.MARKING
    item: int = 0
    word: str = ""


Entry = tuple[int, str]
"""An item's number and a word that it is filed under."""


def is_worth_a_pass(db: Connection) -> bool:
    """Tell whether items are gone, and enough of them for walking through all of the index.

    The oldest items' entries cost nobody anything where they are: searches come from the newest.
    """
    (gone,) = db.conn.execute("select count(*) from removed_items").fetchone()
    there = items_kept(db)
    return bool(gone > (there * WORTH_A_PASS if there > MANY else 0)) or is_under_way(db)


def is_under_way(db: Connection) -> bool:
    """Tell whether a pass was begun and not ended."""
    return meta.get(db, REACHED) is not None


def some(db: Connection) -> bool:
    """Do the next step of a pass, or begin one if items are gone; return whether there is more."""
    behind = STEPS[(place := _place(db)).phase](db, place)
    if behind is None:
        meta.forget(db, REACHED)
        return False
    meta.put(db, REACHED, to_json([behind.phase, behind.item, behind.word]))
    return True


def _place(db: Connection) -> Place:
    known = from_json(meta.get(db, REACHED))
    return Place(Phase(known[0]), *known[1:]) if known else Place()


def _last_of_next(db: Connection, place: Place) -> int | None:
    """Return the last removed item that the next step is about, None where none is left."""
    (last,) = db.conn.execute(
        "select max(id) from (select id from removed_items where id > ? order by id limit ?)",
        (place.item, ITEMS_A_STEP),
    ).fetchone()
    return None if last is None else int(last)


def _mark(db: Connection, place: Place) -> Place | None:
    last = _last_of_next(db, place)
    if last is None:
        return Place(Phase.WALKING) if place.item else None
    db.conn.execute(
        "update removed_items set gathering = 1 where id > ? and id <= ?", (place.item, last)
    )
    return Place(Phase.MARKING, last)


def _walk(db: Connection, place: Place) -> Place:
    entries, behind = _entries(db, place)
    _delete(db, entries)
    return behind


def _entries(db: Connection, place: Place) -> tuple[list[Entry], Place]:
    """Return those of the next entries that go, and the place behind them all."""
    if place.item:
        return _entries_of_word(db, place)
    values = (place.word, ENTRIES_A_STEP)
    gone = db.conn.execute(
        "select doc, term from"
        " (select doc, term from item_vocabulary where term > ? limit ?) e"
        " where exists (select 1 from removed_items r where r.id = e.doc and r.gathering = 1)",
        values,
    ).fetchall()
    last = db.conn.execute(
        "select doc, term from item_vocabulary where term > ? limit 1 offset ? - 1", values
    ).fetchone()
    return gone, Place(Phase.WALKING, *last) if last else Place(Phase.ENDING)


def _entries_of_word(db: Connection, place: Place) -> tuple[list[Entry], Place]:
    """Return the same of a word in the midst of which a step ended: it has so many items."""
    word = f'"{place.word}"'
    last = db.conn.execute(
        "select rowid from item_words where item_words match ? and rowid > ?"
        " order by rowid limit 1 offset ? - 1",
        (word, place.item, ENTRIES_A_STEP),
    ).fetchone()
    gone = db.conn.execute(
        "select rowid from item_words where item_words match ? and rowid > ? and rowid <= ?"
        " and exists (select 1 from removed_items r"
        " where r.id = item_words.rowid and r.gathering = 1)",
        (word, place.item, last[0] if last else _END),
    )
    behind = Place(Phase.WALKING, last[0] if last else 0, place.word)
    return [(item, place.word) for (item,) in gone], behind


def _delete(db: Connection, entries: Iterable[Entry]) -> None:
    """Delete entries from the index.

    It takes each such command for a whole row that goes, and one row too many for corruption: so
    as many without words come beside them, which leave nothing. Within a transaction their numbers
    must rise, or the index begins a new part with each.
    """
    words: defaultdict[int, list[str]] = defaultdict(list)
    for item, word in entries:
        words[item].append(word)
    db.conn.executemany(
        # https://sqlite.org/fts5.html#the_delete_command: the words must be those of the index.
        "insert into item_words(item_words, rowid, words) values ('delete', ?, ?)",
        [(item, " ".join(words[item])) for item in sorted(words)],
    )
    db.conn.executemany(
        "insert into item_words(rowid, words) values (?, '')",
        [(_END + at,) for at in range(len(words))],
    )


def _end(db: Connection, place: Place) -> Place | None:
    last = _last_of_next(db, place)
    if last is None:
        return None
    db.conn.execute(
        "delete from removed_items where id > ? and id <= ? and gathering = 1", (place.item, last)
    )
    return Place(Phase.ENDING, last)


STEPS: Final[dict[Phase, Callable[[Connection, Place], Place | None]]] = {
    Phase.MARKING: _mark,
    Phase.WALKING: _walk,
    Phase.ENDING: _end,
}
