"""Errands: what the command line asks the running process to do, and what came of it.

One process has the ingester's memory, so what stores news is done there. Who asks writes a row
and looks at it; who runs takes the oldest, once, and writes how far it is and what it came to.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from storage.forgetting import forget
from storage.sql import Connection, from_json, moment, to_json, to_ms

WAITED_FOR = timedelta(seconds=30)
"""Who asked says every few seconds that it still waits; after so long without, nobody does."""

KEPT = timedelta(days=1)


class ErrandState(StrEnum):
    """How far an errand is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    """A wrong request: the answer is its sentence's key and values."""
    UNFINISHED = "unfinished"
    """Who did it was stopped, or nobody waited for it any more."""


@dataclass(frozen=True, slots=True)
class Errand:
    """An errand. ``told_at`` is when whoever waits for it, or does it, was last heard of."""

    id: int
    what: str
    arguments: dict[str, Any]
    state: ErrandState
    told_at: datetime
    progress: dict[str, Any]
    answer: dict[str, Any]


_SELECT = "select id, what, arguments, state, told_at, progress, answer from errands"


def ask(db: Connection, what: str, arguments: dict[str, Any], by: str, now: datetime) -> int:
    """Write down what is to be done, and who asks; return the errand's number."""
    (number,) = db.conn.execute(
        "insert into errands(what, arguments, asked_by, asked_at, told_at) values (?, ?, ?, ?, ?)"
        " returning id",
        (what, to_json(arguments), by, to_ms(now), to_ms(now)),
    ).fetchone()
    return int(number)


def get(db: Connection, number: int) -> Errand | None:
    """Return an errand, None where it was withdrawn or is long forgotten."""
    row = db.conn.execute(f"{_SELECT} where id = ?", (number,)).fetchone()
    return _of_row(row) if row else None


def still_waits(db: Connection, number: int, now: datetime) -> None:
    """Say that somebody still waits for an errand that nobody has taken."""
    db.conn.execute(
        "update errands set told_at = ? where id = ? and state = 'waiting'", (to_ms(now), number)
    )


def is_heard(db: Connection, now: datetime) -> bool:
    """Tell whether somebody does an errand just now: others wait behind it."""
    row = db.conn.execute(
        "select 1 from errands where state = 'running' and abs(told_at - ?) < ?",
        (to_ms(now), WAITED_FOR.total_seconds() * 1000),
    ).fetchone()
    return row is not None


def withdraw(db: Connection, number: int) -> bool:
    """Ask for nothing more: what waits is forgotten, what is being done is to end early.

    Returns whether nobody had begun it.
    """
    waited = db.conn.execute("delete from errands where id = ? and state = 'waiting'", (number,))
    db.conn.execute(
        "update errands set unwanted = 1 where id = ? and state = 'running'", (number,)
    )
    return waited.rowcount > 0


# --- who does them ---------------------------------------------------------------------------


def are_waiting(db: Connection) -> bool:
    """Tell whether there is anything to do, without writing."""
    return db.conn.execute("select 1 from errands where state = 'waiting'").fetchone() is not None


def claim(db: Connection, now: datetime) -> Errand | None:
    """Take the oldest errand that somebody waits for, once and for all; None where none is."""
    db.conn.execute(
        "update errands set state = 'unfinished', arguments = '{}'"
        " where state = 'waiting' and abs(told_at - ?) > ?",
        (to_ms(now), WAITED_FOR.total_seconds() * 1000),
    )
    row = db.conn.execute(f"{_SELECT} where state = 'waiting' order by id limit 1").fetchone()
    if row is None:
        return None
    db.conn.execute(
        "update errands set state = 'running', told_at = ? where id = ?", (to_ms(now), row[0])
    )
    return _of_row(row)


def report(db: Connection, number: int, progress: dict[str, Any], now: datetime) -> bool:
    """Write down how far an errand is; return whether it is still wanted."""
    row = db.conn.execute(
        "update errands set progress = ?, told_at = ? where id = ? and state = 'running'"
        " returning unwanted",
        (to_json(progress), to_ms(now), number),
    ).fetchone()
    return row is not None and not row[0]


def end(
    db: Connection, number: int, state: ErrandState, answer: dict[str, Any], now: datetime
) -> None:
    """Write down what an errand came to. What it was asked with, a secret perhaps, goes."""
    db.conn.execute(
        "update errands set state = ?, answer = ?, arguments = '{}', told_at = ? where id = ?",
        (state.value, to_json(answer), to_ms(now), number),
    )


def left_over(db: Connection) -> int:
    """Tell whoever waits that what the last run left half done is unfinished; return how many."""
    return db.conn.execute(
        "update errands set state = 'unfinished', arguments = '{}' where state = 'running'"
    ).rowcount


def prune(db: Connection, now: datetime) -> int:
    """Forget errands that ended a while ago; return how many."""
    ended = "state not in ('waiting', 'running')"
    return forget(db, "errands", "told_at", now - KEPT, where=ended)


def _of_row(row: tuple[Any, ...]) -> Errand:
    return Errand(
        id=row[0],
        what=row[1],
        arguments=from_json(row[2]) or {},
        state=ErrandState(row[3]),
        told_at=moment(row[4]),
        progress=from_json(row[5]) or {},
        answer=from_json(row[6]) or {},
    )
