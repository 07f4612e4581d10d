"""The few conventions every SQL function shares. Contains no business logic."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar


@contextmanager
def unread(*libraries: str) -> Iterator[None]:
    """Let libraries that are not loaded yet be absent for who imports them in the block."""
    hidden = dict.fromkeys(name for name in libraries if name not in sys.modules)
    sys.modules.update(hidden)  # type: ignore[arg-type]  # None is how Python marks what is absent
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


# sqlite-utils loads these where it finds them, to keep their numbers too. We keep none, and each
# command of ours would begin a seventh of a second later, in 20 MB more.
with unread("numpy", "pandas"):
    import sqlite_utils

LARGEST_ID = 2**63 - 1
"""SQLite's integers have 64 bits; Python raises OverflowError where a larger one is asked for."""

Connection = sqlite_utils.Database
"""What storage functions take first: the one connection, always inside a transaction."""

Migrations = sqlite_utils.Migrations
"""The steps by which a database came to its schema, each in one transaction with its record."""


Write = TypeVar("Write", bound=Callable[..., Any])

_REPEATABLE: set[Callable[..., Any]] = set()


def repeatable(write: Write) -> Write:
    """Say of a write that doing it again leaves what it left and gives what it gave.

    A command of which no other write was kept is carried out again after a crash.
    """
    _REPEATABLE.add(write)
    return write


def is_repeatable(write: Callable[..., Any]) -> bool:
    """Tell whether a write may be done again."""
    return write in _REPEATABLE


ODD_VALUES = (ValueError, OverflowError, OSError, TypeError, AttributeError, LookupError)
"""What reading a row raises where it has a value that no program of ours writes: a kind or state
that there is not, a time that there is not, JSON of another shape."""

Row = TypeVar("Row")
Read = TypeVar("Read")


def readable(rows: Iterable[Row], read: Callable[[Row], Read]) -> list[Read]:
    """Read rows, and leave out those with odd values: one of them must not hide all the others.

    ``inspection`` names them at each start.
    """
    found: list[Read] = []
    for row in rows:
        try:
            found.append(read(row))
        except ODD_VALUES:
            continue
    return found


def day_of(at: datetime) -> int:
    """Return the number of a moment's day in UTC, counted from 1970."""
    return int(at.timestamp() // 86_400)


def to_ms(moment: datetime | None) -> int | None:
    """Turn an aware datetime into milliseconds since 1970, the form in which times are kept."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        message = f"naive datetime: {moment!r}"
        raise ValueError(message)
    return round(moment.timestamp() * 1000)


def from_ms(value: int | None) -> datetime | None:
    """Turn kept milliseconds back into an aware UTC datetime."""
    return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


def moment(value: int) -> datetime:
    """Turn kept milliseconds that are never null into an aware UTC datetime."""
    return datetime.fromtimestamp(value / 1000, UTC)


def to_json(value: Any) -> str:
    """Write a value as compact JSON, Cyrillic as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | None) -> Any:
    """Read JSON that we wrote; an empty column is None."""
    return json.loads(text) if text else None


def marks(count: int) -> str:
    """Return ``?,?,?`` for an ``IN`` list of that many values."""
    return ",".join("?" * count)
