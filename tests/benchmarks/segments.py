"""Copies of a full-text index under higher row ids, so that a large archive is soon made.

An index of FTS5 is some sorted parts (segments) of pages in ``item_words_data``. In each page the
first row id after a term, and the first one of the page, are written whole, the others as what
they are more than the one before. So a copy of a page for items that are numbered from elsewhere
differs in those few numbers, and its words are as frequent as the original's.
The format: https://sqlite.org/src/file/ext/fts5/fts5_index.c, for ``detail=none``.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

SEGMENT = 37
IS_DOCLIST_INDEX = 1 << 36
STRUCTURE, AVERAGES = 10, 1
PAGES = (1 << SEGMENT) - 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A sorted part of the index: its number and its leaf pages."""

    number: int
    first: int
    last: int


def number_at(page: bytes, at: int) -> tuple[int, int]:
    """Read a number of SQLite's variable length; return it and where it ends."""
    value = 0
    for end in range(at, at + 8):
        byte = page[end]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, end + 1
    return value << 8 | page[at + 8], at + 9


def written(value: int) -> bytes:
    """Write a number below 2^56 in SQLite's variable length."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def numbers(page: bytes, at: int = 0) -> Iterator[int]:
    """Read all numbers from a place on."""
    while at < len(page):
        value, at = number_at(page, at)
        yield value


def leaf(page: bytes, shift: int) -> bytes:
    """Return a leaf page with its whole row ids shifted."""
    first, size = int.from_bytes(page[:2], "big"), int.from_bytes(page[2:4], "big")
    starts, at = [], 0
    for step in numbers(page, size):
        at += step
        starts.append(at)
    whole = {first} if first else set()
    for n, start in enumerate(starts):
        end = behind_term(page, start, is_first=not n)
        if end < (starts[n + 1] if n + 1 < len(starts) else size):
            whole.add(end)  # unless its row ids begin on the next page
    moved, body = shifted(page[:size], whole, starts, shift)
    body[:4] = (moved[first] if first else 0).to_bytes(2, "big") + len(body).to_bytes(2, "big")
    places = [moved[start] for start in starts]
    return bytes(body) + b"".join(
        written(b - a) for a, b in zip([0, *places], places, strict=False)
    )


def behind_term(page: bytes, at: int, *, is_first: bool) -> int:
    """Return where a term ends; all but a page's first begin with what they share."""
    if not is_first:
        _, at = number_at(page, at)
    length, at = number_at(page, at)
    return at + length


def shifted(
    page: bytes, whole: set[int], starts: list[int], shift: int
) -> tuple[dict[int, int], bytearray]:
    """Write a page anew with the row ids at some places shifted; say where the places are then."""
    body, done, moved, grown = bytearray(), 0, {}, 0
    for place in sorted({*whole, *starts}):
        moved[place] = place + grown
        if place in whole:
            value, end = number_at(page, place)
            body += page[done:place] + (new := written(value + shift))
            grown += len(new) - (end - place)
            done = end
    return moved, body + page[done:]


def doclist_index(page: bytes, shift: int) -> bytes:
    """Return a page of where a long list of row ids continues, its first row id shifted."""
    _, at = number_at(page, 0)
    _, at = number_at(page, at)
    value, end = number_at(page, at)
    return page[:at] + written(value + shift) + page[end:]


def structure(db: sqlite3.Connection) -> tuple[bytes, int, list[list[Segment]]]:
    """Read the index's parts, by level: its cookie, how often it was written, and they."""
    (block,) = db.execute(
        "select block from item_words_data where id = ?", (STRUCTURE,)
    ).fetchone()
    told = numbers(block, 4)
    levels, _, count = next(told), next(told), next(told)
    found = []
    for _ in range(levels):
        merging, held = next(told), next(told)
        assert not merging, "parts are just being joined"
        found.append([Segment(next(told), next(told), next(told)) for _ in range(held)])
    return block[:4], count, found


def put_structure(db: sqlite3.Connection, cookie: bytes, count: int, levels: list[list[Segment]]) -> None:  # fmt: skip
    """Write which parts the index has."""
    told = [len(levels), sum(map(len, levels)), count]
    for level in levels:
        told += [0, len(level)]
        for one in level:
            told += [one.number, one.first, one.last]
    block = cookie + b"".join(map(written, told))
    db.execute("insert or replace into item_words_data values (?, ?)", (STRUCTURE, block))


def repeat(source: sqlite3.Connection, db: sqlite3.Connection, shifts: list[int]) -> None:
    """Write an index behind another, so many times, its row ids shifted by so much each time."""
    _, _, levels = structure(source)
    cookie, count, made = structure(db)
    number = max((one.number for level in made for one in level), default=0)
    made += [[] for _ in levels[len(made) :]]
    for shift in shifts:
        for level, found in zip(made, levels, strict=False):
            for one in found:
                number += 1
                copy(source, db, one.number, number, shift)
                level.append(Segment(number, one.first, one.last))
    put_structure(db, cookie, count, made)
    summed = [
        was + one * len(shifts) for was, one in zip(averages(db), averages(source), strict=True)
    ]
    db.execute(
        "insert or replace into item_words_data values (?, ?)",
        (AVERAGES, b"".join(map(written, summed))),
    )


def averages(db: sqlite3.Connection) -> list[int]:
    """Read how many rows an index has, and how many words."""
    (block,) = db.execute("select block from item_words_data where id = ?", (AVERAGES,)).fetchone()
    return [*numbers(block)] or [0, 0]


def copy(
    source: sqlite3.Connection, db: sqlite3.Connection, old: int, number: int, shift: int
) -> None:
    """Write one part under another number, its row ids shifted."""
    pages = source.execute(
        "select id, block from item_words_data where id between ? and ? order by id",
        (old << SEGMENT, (old << SEGMENT) + PAGES),
    )
    db.executemany(
        "insert into item_words_data values (?, ?)",
        (
            (
                number << SEGMENT | page & PAGES,
                doclist_index(block, shift) if page & IS_DOCLIST_INDEX else leaf(block, shift),
            )
            for page, block in pages
        ),
    )
    terms = source.execute("select term, pgno from item_words_idx where segid = ?", (old,))
    db.executemany(
        "insert into item_words_idx values (?, ?, ?)",
        ((number, term, page) for term, page in terms),
    )
