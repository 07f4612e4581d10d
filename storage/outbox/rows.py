"""Outbox rows: adding them, reading them, ending them. Contains no decisions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage import set_aside
from storage.model import ChatId, DeliveryId, StoryId, ThreadId
from storage.outbox import payloads
from storage.outbox.deliveries import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    FoldReason,
    NewDelivery,
)
from storage.set_aside import Aside, AsideKind, why_of
from storage.sql import ODD_VALUES, Connection, from_ms, moment, to_json, to_ms

STOPPED = "stopped"
"""Why a row ended that somebody stopped: a reader with /stop, an admin an announcement."""

RANK = {DeliveryKind.DIGEST: 1, DeliveryKind.BROADCAST: 2, DeliveryKind.EDIT: 2}
"""What waits behind the news (rank 0) when Telegram's limits are short."""

COLUMNS = (
    "id, chat_id, thread_id, kind, subject, story_id, payload, state, due_at, created_at,"
    " attempts, sending_since, settled_at, message_id, reason, level, doubts, crashes, carrier,"
    " why, counted"
)


def insert(
    db: Connection,
    new: NewDelivery,
    state: DeliveryState,
    due_at: datetime,
    now: datetime,
    *,
    reason: str = "",
    carrier: DeliveryId | None = None,
) -> DeliveryId:
    """Add a row as it stands; the chat's turn is the caller's to refresh."""
    settled = now if state is DeliveryState.MERGED else None
    row = db.conn.execute(
        "insert into deliveries(chat_id, thread_id, kind, subject, story_id, payload, state,"
        " due_at, created_at, settled_at, reason, rank, carrier, why)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
        (
            new.chat_id,
            new.thread_id,
            new.kind,
            new.subject,
            new.story_id,
            to_json(payloads.to_json(new.payload)),
            state,
            to_ms(due_at),
            to_ms(now),
            to_ms(settled),
            reason,
            RANK.get(new.kind, 0),
            carrier,
            new.why or "",
        ),
    ).fetchone()
    return DeliveryId(row[0])


def by_id(db: Connection, delivery_id: DeliveryId) -> Delivery:
    """Return a row that is there. Raises LookupError where it is not."""
    found = of_id(db, delivery_id)
    if found is None:
        message = f"no delivery {delivery_id}"
        raise LookupError(message)
    return found


def of_id(db: Connection, delivery_id: DeliveryId) -> Delivery | None:
    """Return a row, or None."""
    row = db.conn.execute(
        f"select {COLUMNS} from deliveries where id = ?",  # noqa: S608 (our own columns)
        (delivery_id,),
    ).fetchone()
    return of_row(row) if row else None


def readable(db: Connection, delivery_id: DeliveryId, now: datetime) -> Delivery | None:
    """Return a row that is there; one with odd values fails for good, and its chat goes on."""
    try:
        return by_id(db, delivery_id)
    except ODD_VALUES as error:
        (chat_id,) = db.conn.execute(
            "update deliveries set state = 'failed', settled_at = ?, sending_since = null,"
            " reason = 'cannot be rendered' where id = ? returning chat_id",
            (to_ms(now), delivery_id),
        ).fetchone()
        aside = Aside(AsideKind.DELIVERY, str(delivery_id), why_of(error), chat_id=ChatId(chat_id))
        set_aside.note(db, [aside], now)
        return None


def of_row(row: tuple[Any, ...]) -> Delivery:
    """Read a row off ``COLUMNS``."""
    return Delivery(
        id=DeliveryId(row[0]),
        chat_id=ChatId(row[1]),
        thread_id=ThreadId(row[2]),
        kind=DeliveryKind(row[3]),
        subject=row[4],
        story_id=None if row[5] is None else StoryId(row[5]),
        payload=payloads.from_json(DeliveryKind(row[3]), row[6]),
        state=DeliveryState(row[7]),
        due_at=moment(row[8]),
        created_at=moment(row[9]),
        attempts=row[10],
        sending_since=from_ms(row[11]),
        settled_at=from_ms(row[12]),
        message_id=row[13],
        reason=row[14],
        level=row[15],
        doubts=row[16],
        crashes=row[17],
        carrier=None if row[18] is None else DeliveryId(row[18]),
        why=FoldReason(row[19]) if row[19] else None,
        counted=bool(row[20]),
    )


def exists(db: Connection, new: NewDelivery) -> bool:
    """Tell whether exactly this was enqueued before, whatever became of it."""
    return bool(
        db.conn.execute(
            "select 1 from deliveries"
            " where chat_id = ? and thread_id = ? and kind = ? and subject = ?",
            (new.chat_id, new.thread_id, new.kind, new.subject),
        ).fetchone()
    )


def alerted_as_another(db: Connection, delivery: Delivery, story_id: StoryId) -> bool:
    """Tell whether another alert told this story there: two stories may turn out to be one."""
    return bool(
        db.conn.execute(
            "select 1 from deliveries where chat_id = :chat and thread_id = :thread"
            " and kind = 'alert' and state = 'sent' and id <> :this and story_id = :story",
            {
                "chat": delivery.chat_id,
                "thread": delivery.thread_id,
                "this": delivery.id,
                "story": story_id,
            },
        ).fetchone()
    )


def end(db: Connection, delivery: Delivery, state: DeliveryState, why: str, now: datetime) -> None:
    """Set a row aside for good, with its reason, and with it what it was to carry."""
    db.conn.execute(
        "update deliveries set state = ?, settled_at = ?, sending_since = null, reason = ?"
        " where id = ?",
        (state, to_ms(now), why, delivery.id),
    )
    if delivery.kind is DeliveryKind.FOLD:
        release_carried(db, delivery.id, now)


def stop(db: Connection, chosen: str, values: Mapping[str, Any], now: datetime) -> list[ChatId]:
    """Send nothing more of the ``chosen`` rows; return the chats of those that wait no longer.

    What is under way may arrive. If it does not, it is not tried again: ``is_stopped``.
    """
    db.conn.execute(
        f"update deliveries set reason = '{STOPPED}' where state = 'sending' and {chosen}",  # noqa: S608 (ours)
        values,
    )
    stopped = db.conn.execute(
        f"update deliveries set state = 'failed', reason = '{STOPPED}', settled_at = :now"  # noqa: S608 (ours)
        f" where state in ('queued', 'held') and {chosen} returning chat_id",
        {**values, "now": to_ms(now)},
    )
    return [ChatId(row[0]) for row in stopped.fetchall()]


def is_stopped(db: Connection, delivery_id: DeliveryId) -> bool:
    """Tell whether a row was stopped while it was under way."""
    found = db.conn.execute(
        "select 1 from deliveries where id = ? and reason = ?", (delivery_id, STOPPED)
    )
    return found.fetchone() is not None


def release_carried(db: Connection, fold: DeliveryId, now: datetime) -> None:
    """Let alerts be held no more: what became of the message that has them is theirs too."""
    db.conn.execute(
        "update deliveries set state = 'merged', settled_at = ?"
        " where carrier = ? and state = 'held'",
        (to_ms(now), fold),
    )


def publishers(db: Connection, story_id: StoryId | None) -> int:
    """Count the independent publisher families that tell a story."""
    (count,) = db.conn.execute(
        "select count(distinct case when o.family = '' then o.name else o.family end)"
        " from items i join feeds f on f.id = i.feed_id join outlets o on o.id = f.outlet_id"
        " where i.story_id = ?",
        (story_id,),
    ).fetchone()
    return int(count)
