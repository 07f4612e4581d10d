"""The report of an audit: which laws are broken, by which rows, and whether the books agree.

Each law is looked at in a read of its own, so that a bot may go on writing: what one statement
reads is one picture of the data. Rows that retention has removed accuse nobody, as far as a law
can see that they may be gone.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from storage import inspection
from storage.audit.books import BOOKS, Book
from storage.audit.laws import LAWS, PAGES, SEARCH_LAWS, Law
from storage.audit.numbers import ItemNumbers
from storage.database import to_be_read, wrapped
from storage.outbox.followups import ALIVE
from storage.outbox.recovery import KEPT
from storage.sql import Connection, to_ms

ODD_ROWS = Law(
    "odd rows",
    "every chat, subscription, feed and waiting message can be read",
    "",  # by reading them
)
DEEP_LAWS = (PAGES, *SEARCH_LAWS, ODD_ROWS)
"""What a deep audit looks at, too; each reads a great part of the file."""

INDEXES = ("item_words", "item_vocabulary")
"""Tables that are no tables: what they know stands in others."""

EXAMPLES = 5
"""So many rows are shown of those that break a law."""

GRACE = timedelta(minutes=5)
"""How far ahead of ours a clock that wrote a row may have been."""

LONGEST_PROMISE = timedelta(days=9)
"""Nothing is appointed for later: the longest is a week's digest, and a day or two beside."""

LONGEST_REST = timedelta(days=2)
"""No feed rests longer: a day is the most, and what an outlet's own calendar adds to it."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A law that does not hold: by how many rows, and what some of them look like."""

    law: Law
    rows: int
    examples: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found."""

    books: tuple[Book, ...]
    breaches: tuple[Breach, ...]
    laws: int

    @property
    def adds_up(self) -> bool:
        """Whether nothing is wrong."""
        return not self.breaches and not any(book.missing for book in self.books)


def steps(*, deep: bool = False) -> int:
    """Count what ``audit`` does one after the other, for showing how far it is."""
    return len(LAWS) + len(BOOKS) + (len(DEEP_LAWS) if deep else 0)


def audit(
    path: Path, now: datetime, progress: Callable[[str], None], *, deep: bool = False
) -> Report:
    """Look through a database, which a bot may have open; ``progress`` hears what is next.

    ``deep`` looks at the file itself as well, at its search index, and at each row that somebody
    reads; of a file whose pages are spoilt nothing else is told.
    Raises StorageError where there is none, it is another program's, or not of this version.
    """
    values = {
        "now": to_ms(now),
        "grace": GRACE // timedelta(milliseconds=1),
        "promise": LONGEST_PROMISE // timedelta(milliseconds=1),
        "rest": LONGEST_REST // timedelta(milliseconds=1),
        "alive": ALIVE // timedelta(milliseconds=1),
        "kept": to_ms(now - KEPT),
    }
    with opened(path) as ours:
        breaches: list[Breach] = []
        if deep:
            progress(PAGES.name)
            if spoilt := tuple(broken(ours.conn, PAGES, values)):
                return Report((), spoilt, 1)
        ItemNumbers(ours)
        for law in (*LAWS, *SEARCH_LAWS) if deep else LAWS:
            progress(law.name)
            breaches += broken(ours.conn, law, values)
        if deep:
            progress(ODD_ROWS.name)
            breaches += odd_rows(ours)
        books = kept_books(ours.conn, now, progress)
    return Report(books, tuple(breaches), len(LAWS) + (len(DEEP_LAWS) if deep else 0))


def kept_books(
    db: sqlite3.Connection, now: datetime, progress: Callable[[str], None]
) -> tuple[Book, ...]:
    """Read every book."""
    books = []
    for kept in BOOKS:
        progress("books")
        books.append(kept(db, now))
    return tuple(books)


def counts(path: Path) -> dict[str, int]:
    """Count the rows of each table of a database that has any; raises as ``audit`` does."""
    with opened(path) as ours:
        inner = tuple(f"{name}_" for name in INDEXES)
        return {
            name: number
            for name in ours.table_names()
            if name not in INDEXES and not name.startswith(inner) and (number := ours[name].count)
        }


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """Open a database of this version for reading alone."""
    with closing(to_be_read(path)) as ours:
        try:
            yield ours
        except sqlite3.DatabaseError as error:
            raise wrapped(error) from error


def broken(db: sqlite3.Connection, law: Law, values: dict[str, Any]) -> Iterator[Breach]:
    """Look whether a law holds."""
    rows = db.execute(law.breaks, values)
    names = [column[0] for column in rows.description]
    examples = [dict(zip(names, row, strict=True)) for row in rows.fetchmany(EXAMPLES)]
    if examples:
        yield Breach(law, len(examples) + sum(1 for _ in rows), tuple(examples))


def odd_rows(db: Connection) -> Iterator[Breach]:
    """Look whether every row that the program reads at its start can be read."""
    odd: list[dict[str, Any]] = []
    for kind in inspection.KINDS:
        after: int | None = inspection.START
        while after is not None:
            found, after = inspection.odd_rows(db, kind, after)
            odd += [{one.kind.value: one.what, "why": one.why} for one in found]
    if odd:
        yield Breach(ODD_ROWS, len(odd), tuple(odd[:EXAMPLES]))
