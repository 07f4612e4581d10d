"""Broadcasts: an admin's words to every chat, owed at once, sent behind everything else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import lanes
from storage.model import DeliveryKind
from storage.sql import Connection, to_json, to_ms


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast is."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    stopped: int = 0

    @property
    def total(self) -> int:
        """How many chats it was meant for."""
        return self.waiting + self.sent + self.failed + self.stopped


def owe_everybody(
    db: Connection, name: str, payload: dict[str, Any], now: datetime, *, language: str = ""
) -> int:
    """Owe one message to every chat that can be written to, or to those of one language.

    ``name`` makes it one broadcast: owing it again reaches only chats that came since.
    ``payload`` is what delivery takes: ``{"html": …}``. Returns how many chats that is.
    """
    cursor = db.conn.execute(
        "insert into deliveries(chat_id, kind, subject, payload, rank, due_at, created_at)"
        " select id, ?1, ?2, ?3, 2, ?4, ?4 from chats where active = 1"
        " and (?5 = '' or language = ?5)"
        " on conflict(chat_id, thread_id, kind, subject) do nothing",
        (DeliveryKind.BROADCAST, subject(name), to_json(payload), to_ms(now), language),
    )
    lanes.refresh_all(db, now)
    return cursor.rowcount


def stop(db: Connection, name: str, now: datetime) -> int:
    """Take back what was not sent yet; return how many chats are spared."""
    cursor = db.conn.execute(
        "update deliveries set state = 'merged', reason = 'stopped', settled_at = ?"
        " where kind = 'broadcast' and subject = ? and state = 'queued'",
        (to_ms(now), subject(name)),
    )
    lanes.refresh_all(db, now)
    return cursor.rowcount


def progress(db: Connection, name: str) -> Progress:
    """Count how far a broadcast is."""
    counted = dict(
        db.conn.execute(
            "select state, count(*) from deliveries"
            " where kind = 'broadcast' and subject = ? group by state",
            (subject(name),),
        ).fetchall()
    )
    return Progress(
        waiting=counted.get("queued", 0) + counted.get("sending", 0),
        sent=counted.get("sent", 0),
        failed=counted.get("failed", 0) + counted.get("unknown", 0),
        stopped=counted.get("merged", 0),
    )


def subject(name: str) -> str:
    """Name the rows of a broadcast."""
    return f"b:{name}"
