"""Rate alerts: thresholds of official rates that chats want to hear of when they are crossed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from storage.errors import NewsError
from storage.model import ChatId, ThreadId
from storage.sql import Connection, moment, to_ms

MOST = 20
"""So many thresholds of one chat."""


@dataclass(frozen=True, slots=True)
class RateAlert:
    """A threshold of a pair: ``above`` says on which side of it the rate was last told to be.

    ``armed`` that it has been away from the threshold since the last alert.
    """

    id: int
    chat_id: ChatId
    thread_id: ThreadId
    base: str
    quote: str
    threshold: Decimal
    above: bool
    armed: bool
    created_at: datetime


_COLUMNS = "id, chat_id, thread_id, base, quote, threshold, above, armed, created_at"


def add(
    db: Connection,
    place: tuple[ChatId, ThreadId],
    pair: tuple[str, str],
    threshold: Decimal,
    now: datetime,
    *,
    above: bool,
) -> RateAlert:
    """Add a threshold, or return the one that is there. Raises NewsError beyond ``MOST``."""
    (chat_id, thread_id), (base, quote) = place, pair
    known = of_chat(db, chat_id)
    same = [
        one
        for one in known
        if (one.thread_id, one.base, one.quote, one.threshold)
        == (thread_id, base, quote, threshold)
    ]
    if same:
        return same[0]
    if len(known) >= MOST:
        raise NewsError("rates.many_alerts", limit=MOST)
    row = db.conn.execute(
        "insert into rate_alerts(chat_id, thread_id, base, quote, threshold, above, created_at)"  # noqa: S608 (our own columns)
        f" values (?, ?, ?, ?, ?, ?, ?) returning {_COLUMNS}",
        (chat_id, thread_id, base, quote, format(threshold, "f"), int(above), to_ms(now)),
    ).fetchone()
    return _alert(row)


def of_chat(db: Connection, chat_id: ChatId) -> tuple[RateAlert, ...]:
    """Return a chat's thresholds, the oldest first."""
    rows = db.conn.execute(
        f"select {_COLUMNS} from rate_alerts where chat_id = ? order by id",  # noqa: S608 (our own columns)
        (chat_id,),
    )
    return tuple(map(_alert, rows))


def every(db: Connection) -> tuple[RateAlert, ...]:
    """Return the thresholds of all chats that can be written to, chat by chat."""
    rows = db.conn.execute(
        f"select {_COLUMNS} from rate_alerts where chat_id in"  # noqa: S608 (our own columns)
        " (select id from chats where active = 1) order by chat_id, id"
    )
    return tuple(map(_alert, rows))


def turn(db: Connection, alert_id: int, *, above: bool, armed: bool) -> None:
    """Note on which side of a threshold the rate is, and whether the next crossing is told."""
    db.conn.execute(
        "update rate_alerts set above = ?, armed = ? where id = ?",
        (int(above), int(armed), alert_id),
    )


def remove(db: Connection, chat_id: ChatId, alert_id: int) -> bool:
    """Remove a chat's threshold; tell whether it was there."""
    gone = db.conn.execute(
        "delete from rate_alerts where chat_id = ? and id = ?", (chat_id, alert_id)
    )
    return gone.rowcount > 0


def _alert(row: tuple[Any, ...]) -> RateAlert:
    return RateAlert(
        row[0],
        ChatId(row[1]),
        ThreadId(row[2]),
        row[3],
        row[4],
        Decimal(row[5]),
        bool(row[6]),
        bool(row[7]),
        moment(row[8]),
    )
