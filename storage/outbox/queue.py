"""The queue: what is to be sent to chats, written in the transaction that made it due.

queued → sending → sent | held | merged | failed | unknown. ``claim`` commits ``sending`` before
the call to Telegram and ``settle`` writes down what became of it, so that a crash between the
two leaves a row that says "perhaps": a message can come twice where its answer was lost, and
none is ever lost.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from storage import chats
from storage.model import Chat, ChatId, DeliveryId, ItemId, QuietMode, StoryId, ThreadId
from storage.outbox import chat_queues, rows
from storage.outbox.deliveries import (
    AlertCause,
    Delivery,
    DeliveryKind,
    DeliveryState,
    FoldReason,
    NewDelivery,
)
from storage.outbox.followups import (
    Urgency,
    changed,
    enqueue_edit,
    grown,
    relabel,
    reshown,
    translated,
    wake_up,
    went,
)
from storage.outbox.policy import (
    LATE,
    URGENT_PUBLISHERS,
    AtOnce,
    Circumstances,
    Fold,
    Hold,
    Leave,
    Placement,
    place,
    quarter_subject,
)
from storage.outbox.recovery import give_to_bot, prune, recover, same_bot
from storage.outbox.settle import back, moved, settle, withhold
from storage.sql import Connection, from_ms, marks, to_ms

__all__ = [
    "back",
    "changed",
    "claim",
    "enqueue",
    "give_to_bot",
    "grown",
    "moved",
    "prune",
    "recover",
    "relabel",
    "reshown",
    "same_bot",
    "settle",
    "translated",
    "wake_up",
    "went",
    "withhold",
]


TOLD = (DeliveryKind.ALERT, DeliveryKind.UPDATE, DeliveryKind.RATE)
"""What counts against a chat's alerts an hour."""


StoryTimes = dict[tuple[StoryId | None, ItemId | None], datetime | None]
"""When stories were told last: the same for all chats, so it is asked once for many."""

FEW_LATE = 3
"""So many late alerts still come one by one."""


# --- enqueueing ------------------------------------------------------------------------------


def enqueue(
    db: Connection, new: Iterable[NewDelivery], now: datetime, *, retold: bool = False
) -> int:
    """Write down what is to be sent; return how many new rows that made.

    The same (chat, thread, kind, subject) enqueued twice is sent once. Nothing is sent to chats
    that are gone. Alerts find their place here: at once, held over quiet hours, folded into one
    message beyond the hourly cap, or left to the next digest, each with its reason. Where a story
    is ``retold`` (it was part of another until now) some hours suffice to leave it to the digest.
    """
    made, told = 0, StoryTimes()
    wanted = list(new)
    known = chats.readable_by_ids(db, {delivery.chat_id for delivery in wanted}, now)
    for delivery in wanted:
        chat = known.get(delivery.chat_id) or moved_chat(db, delivery.chat_id, now)
        if chat is not None and chat.active:
            known[chat.id] = chat
            if chat.id != delivery.chat_id:
                delivery = replace(delivery, chat_id=chat.id)  # noqa: PLW2901 (the same, moved)
            made += _enqueue(db, chat, delivery, now, told, retold=retold)
    chat_queues.refresh_some(db, [chat.id for chat in known.values() if chat.active], now)
    return made


def moved_chat(db: Connection, old_id: ChatId, now: datetime) -> Chat | None:
    """Return the chat that another became; None where there is none, or it cannot be read."""
    new_id = chats.current(db, old_id)
    return None if new_id == old_id else chats.readable(db, new_id, now)


def _enqueue(
    db: Connection, chat: Chat, new: NewDelivery, now: datetime, told: StoryTimes, *, retold: bool
) -> int:
    if rows.exists(db, new) or (new.kind is DeliveryKind.ALERT and already_alerted(db, new)):
        return 0
    if new.kind is DeliveryKind.ALERT:
        placement: Placement = place(chat, circumstances(db, chat, new, now, told, retold=retold))
    else:
        placement = AtOnce()
    due = new.due_at or now
    match placement:
        case AtOnce():
            rows.insert(db, new, DeliveryState.QUEUED, due, now)
        case Hold(until, subject):
            carrier = fold_into(db, fold_of(new, FoldReason.QUIET, subject), until, now)
            # A clock that ran ahead may have sent this morning's list; then the alert is in it.
            there = rows.by_id(db, carrier).state is DeliveryState.SENT
            state = DeliveryState.MERGED if there else DeliveryState.HELD
            rows.insert(db, new, state, due, now, reason=FoldReason.QUIET, carrier=carrier)
        case Fold(why, subject, due_at):
            carrier = fold_into(db, fold_of(new, why, subject), due_at, now)
            rows.insert(db, new, DeliveryState.MERGED, due, now, reason=why, carrier=carrier)
        case Leave(why):
            rows.insert(db, new, DeliveryState.MERGED, due, now, reason=why)
    return 1


def already_alerted(db: Connection, alert: NewDelivery) -> bool:
    """Tell whether the story went to this place before."""
    return bool(
        db.conn.execute(
            "select 1 from deliveries where chat_id = :chat and thread_id = :thread"
            " and kind = 'alert' and story_id = :story limit 1",
            {"chat": alert.chat_id, "thread": alert.thread_id, "story": alert.story_id},
        ).fetchone()
    )


def fold_of(alert: NewDelivery, why: FoldReason, subject: str) -> NewDelivery:
    """Return the message that tells an alert among others of its chat and topic."""
    return NewDelivery(alert.chat_id, alert.thread_id, DeliveryKind.FOLD, subject, why=why)


def fold_into(db: Connection, fold: NewDelivery, due_at: datetime, now: datetime) -> DeliveryId:
    """Return the row of a message for many, making or reviving it.

    One that was set aside is sent anew; one that is sent, or just being sent, is edited.
    """
    row = db.conn.execute(
        "select id, state from deliveries"
        " where chat_id = ? and thread_id = ? and kind = ? and subject = ?",
        (fold.chat_id, fold.thread_id, fold.kind, fold.subject),
    ).fetchone()
    if row is None:
        return rows.insert(db, fold, DeliveryState.QUEUED, due_at, now)
    fold_id = DeliveryId(row[0])
    if row[1] in (DeliveryState.SENT, DeliveryState.SENDING):
        enqueue_edit(db, fold_id, now, Urgency.STORIES)
    elif row[1] != DeliveryState.QUEUED:
        db.conn.execute(
            "update deliveries set state = 'queued', due_at = :due_at, attempts = 0, level = 0,"
            " doubts = 0, settled_at = null, reason = '', created_at = :now where id = :fold",
            {"due_at": to_ms(due_at), "now": to_ms(now), "fold": fold_id},
        )
    return fold_id


def told_at(db: Connection, alert: NewDelivery, known: StoryTimes) -> datetime | None:
    """Return when a story's newest item was told; ``known`` is what was asked for others."""
    item = alert.payload.item if isinstance(alert.payload, AlertCause) else None
    key = (alert.story_id, item)
    if key not in known:
        (at,) = db.conn.execute(
            # A headline that met only when it was changed is told then, however old its article.
            "select max(coalesce(iif(id = :item, retitled_at, null), published, first_seen))"
            " from items where story_id = :story",
            {"story": alert.story_id or 0, "item": item},
        ).fetchone()
        known[key] = from_ms(at)
    return known[key]


def circumstances(
    db: Connection,
    chat: Chat,
    alert: NewDelivery,
    now: datetime,
    told: StoryTimes,
    *,
    retold: bool,
) -> Circumstances:
    """Gather what the placement of an alert depends on."""
    story_id = alert.story_id or StoryId(0)
    return Circumstances(
        now=now,
        told_at=told_at(db, alert, told),
        last_look=last_look(db, chat),
        alerts_this_hour=alerts_since(db, chat.id, now - timedelta(hours=1)),
        muted=chats.mutes(db, chat.id, story_id),
        urgent=chat.quiet_mode is QuietMode.URGENT
        and rows.publishers(db, story_id) >= URGENT_PUBLISHERS,
        shut=chat_queues.shut_why(db, chat.id, alert.thread_id, now),
        retold=retold,
    )


def last_look(db: Connection, chat: Chat) -> datetime | None:
    """Return when the chat was last told anything: a message, or a digest's window."""
    (at,) = db.conn.execute(
        # Message numbers grow, so their index finds the newest without sorting all that was sent.
        "select max(settled_at) from (select settled_at from deliveries"
        " where chat_id = ? and message_id is not null order by message_id desc limit 5)",
        (chat.id,),
    ).fetchone()
    looks = [look for look in (from_ms(at), chat.digest_from) if look is not None]
    return max(looks, default=None)


def alerts_since(db: Connection, chat_id: ChatId, since: datetime) -> int:
    """Count the alerts that went to a chat, or wait to go, since a moment."""
    (count,) = db.conn.execute(
        f"select count(*) from deliveries where chat_id = ? and created_at > ?"  # noqa: S608 (only marks)
        f" and kind in ({marks(len(TOLD))}) and state in ('queued', 'sending', 'sent')",
        (chat_id, to_ms(since), *TOLD),
    ).fetchone()
    return int(count)


# --- claiming --------------------------------------------------------------------------------


def claim(db: Connection, now: datetime, limit: int, bot: str = "") -> list[Delivery]:
    """Mark at most ``limit`` messages of a bot's chats as being sent; return them, one a chat.

    News goes before digests before broadcasts; within these, who waits longest. The caller
    commits before the first call to Telegram.
    """
    taken: list[Delivery] = []
    for chat_id in chat_queues.ready(db, now, limit, bot):
        fold_late(db, chat_id, now)
        head = first_due(db, chat_id, now)
        if head is not None:
            db.conn.execute(
                "update deliveries set state = 'sending', sending_since = :now, behind = 0,"
                " attempts = attempts + 1 where id = :head",
                {"now": to_ms(now), "head": head},
            )
            if (delivery := rows.readable(db, head, now)) is not None:
                taken.append(delivery)
        chat_queues.refresh(db, chat_id, now)
    return taken


def first_due(db: Connection, chat_id: ChatId, now: datetime) -> DeliveryId | None:
    """Return what goes next to a chat."""
    for rank in range(chat_queues.RANKS):
        row = db.conn.execute(
            "select id from deliveries where chat_id = ? and rank = ? and state = 'queued'"
            " and due_at <= ? order by due_at, id limit 1",
            (chat_id, rank, to_ms(now)),
        ).fetchone()
        if row:
            return DeliveryId(row[0])
    return None


def fold_late(db: Connection, chat_id: ChatId, now: datetime) -> None:
    """Let alerts that waited too long be told by one message, not dumped one by one.

    A few come as themselves. An alert that may have arrived already keeps its own row.
    """
    late = db.conn.execute(
        "select id, thread_id from deliveries where chat_id = ? and rank = 0 and state = 'queued'"
        " and due_at < ? and kind = 'alert' and doubts = 0 and crashes = 0",
        (chat_id, to_ms(now - LATE)),
    ).fetchall()
    if len(late) <= FEW_LATE:
        return
    subject = quarter_subject(FoldReason.LATE, now)
    for row, thread_id in late:
        fold = NewDelivery(
            chat_id, ThreadId(thread_id), DeliveryKind.FOLD, subject, why=FoldReason.LATE
        )
        carrier = fold_into(db, fold, now, now)
        db.conn.execute(
            "update deliveries set state = 'merged', reason = 'late', carrier = ?,"
            " settled_at = ? where id = ?",
            (carrier, to_ms(now), row),
        )
