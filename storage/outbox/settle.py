"""Settle: what became of a message, written down, and what follows for its chat."""

from datetime import datetime, timedelta
from typing import assert_never

from storage import chats
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, ThreadId
from storage.outbox import chat_queues, followups, rows
from storage.outbox.deliveries import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    NewDelivery,
    Sentence,
    message_of,
)
from storage.outbox.outcomes import (
    AnswerLost,
    Away,
    ChatMoved,
    Gone,
    Later,
    NoTopic,
    NotSent,
    Outcome,
    Poison,
    Revoked,
    Sent,
    Shut,
    Vanished,
    Void,
)
from storage.sql import Connection, to_json, to_ms

DOUBT_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 1800))
"""How long a message whose answer was lost waits for each of its repetitions: what cuts
connections may do so for a while, and then none of them arrived."""

DOUBT_DELAY = DOUBT_DELAYS[0]

FIRST_REST = timedelta(seconds=1)
"""How long a chat rests after a message to it failed for the first time."""

MOST_DOUBTS = len(DOUBT_DELAYS) + 1
"""After so many lost answers nobody repeats it: the next digest covers its story."""

PLAINEST = 2
"""The last level of saying it more plainly: title and link."""

MOST_SHUT = 10
"""A chat that refused so often in a row, over more than a week, counts as gone."""

TOO_OLD = timedelta(days=1)
"""What Telegram would not take for so long is set aside."""

FEWEST_TRIES = 10
"""But not before it was tried so often, some minutes long: we, and not Telegram, may have been
away for the day, or the clock wrong when it was written."""

BACKOFF_MOST_S = 300
MOST_MOVES = 10
REPEATABLE = frozenset({DeliveryKind.EDIT})
"""Sending it twice changes nothing: an edit puts the same text in the same place."""


def settle(  # noqa: C901, PLR0912 (one flat table of all outcomes)
    db: Connection,
    delivery: Delivery,
    outcome: Outcome,
    now: datetime,
    open_at: datetime | None = None,
    *,
    bot: str = "",
) -> None:
    """Write down what became of a message that ``queue.claim`` gave; set its chat's next turn.

    ``open_at`` is when the limits let the chat have its next message, ``bot`` who sent it.
    """
    chat_id = delivery.chat_id
    if chats.bot_of(db, chat_id) not in (None, bot):
        settle_for_another(db, delivery, outcome, now)
        return
    match outcome:
        case Sent(message_id):
            sent(db, delivery, message_id, now)
        case Later(wait, everybody):
            requeue(db, delivery, "limited", now, counts=False)
            whose = chat_queues.EVERYBODY if everybody else chat_id
            chat_queues.rest(db, whose, now + wait, bot)
            open_at = None if everybody else now + wait
        case NotSent(why) | Away(why):
            open_at = missed(db, delivery, why, now)
        case AnswerLost(why):
            open_at = doubted(db, delivery, why, now) or open_at
        case Poison(why):
            degraded(db, delivery, why, now)
        case Vanished(why):
            rows.end(db, delivery, DeliveryState.FAILED, why, now)
            forget_message(db, delivery)
        case Void(why):
            rows.end(db, delivery, DeliveryState.MERGED, why, now)
        case Gone(why):
            gone(db, chat_id, why, now)
        case Shut(why, topic):
            open_at = refused(db, delivery, why, now, topic=topic)
        case NoTopic(why):
            without_topic(db, delivery, why, now)
        case ChatMoved(new_id):
            follow(db, delivery, new_id, now)
            chat_id = new_id
        case Revoked(why):
            requeue(db, delivery, why, now, counts=False)
        case _:
            assert_never(outcome)
    chat_queues.refresh(db, chat_id, now, open_at)


def settle_for_another(
    db: Connection, delivery: Delivery, outcome: Outcome, now: datetime
) -> None:
    """Write down what became of a message whose chat went over to another bot meanwhile.

    What arrived is not sent again, and has no number: that one cannot edit it. Anything else is
    the other's to find out. That the chat refuses us says nothing of how it is with that one.
    """
    if isinstance(outcome, Sent) and delivery.kind is not DeliveryKind.EDIT:
        sent(db, delivery, None, now)
        chat_queues.refresh(db, delivery.chat_id, now)


def sent(db: Connection, delivery: Delivery, message_id: int | None, now: datetime) -> None:
    """Write down that Telegram took the message, and with it all that it carries.

    What came while it was being sent is not in it, and comes as an edit.
    """
    # Telegram's answer may bring no number (to an edit): one that is known stays.
    db.conn.execute(
        "update deliveries set state = 'sent', settled_at = :now, sending_since = null,"
        " reason = iif(reason = :stopped, '', reason), message_id = coalesce(:message, message_id)"
        " where id = :id",
        {"now": to_ms(now), "stopped": rows.STOPPED, "message": message_id, "id": delivery.id},
    )
    if delivery.kind is DeliveryKind.FOLD:
        rows.release_carried(db, delivery.id, now)
    (behind,) = db.conn.execute(
        "select behind from deliveries where id = :id", {"id": delivery.id}
    ).fetchone()
    message = message_of(delivery.payload) if delivery.kind is DeliveryKind.EDIT else delivery.id
    if behind and message is not None:
        followups.enqueue_edit(db, message, now, followups.Urgency(behind))
    chat_queues.opened(db, delivery.chat_id, delivery.thread_id)


def requeue(db: Connection, delivery: Delivery, why: str, now: datetime, *, counts: bool) -> None:
    """Put the message back: its due time stays, so it stays first in its chat.

    It is written anew when it goes, so that an answer to what it said before has nothing to add.
    What was stopped while it was under way goes no more.
    """
    if rows.is_stopped(db, delivery.id):
        give_back(db, delivery.chat_id, f"id = {delivery.id}")
        rows.end(db, delivery, DeliveryState.FAILED, rows.STOPPED, now)
        return
    db.conn.execute(
        "update deliveries set state = 'queued', sending_since = null, reason = ?,"
        " attempts = attempts - ? where id = ?",
        (why, 0 if counts else 1, delivery.id),
    )
    if delivery.kind is DeliveryKind.ALERT:
        db.conn.execute(
            "update deliveries set state = 'merged', reason = 'told already', settled_at = :now"
            " where chat_id = :chat and rank = 0 and state = 'queued' and kind = 'update'"
            " and json_extract(payload, '$.of') = :alert",
            {"now": to_ms(now), "chat": delivery.chat_id, "alert": delivery.id},
        )


def wait_apart(db: Connection, delivery: Delivery, until: datetime) -> None:
    """Let a message wait by itself: its chat's other messages go on meanwhile.

    Nothing refers to a message that may not be there. Only a digest is told in order, and its
    later parts wait with the earlier one.
    """
    db.conn.execute(
        "update deliveries set due_at = :until where state = 'queued' and due_at < :until"
        " and chat_id = :chat and (id = :id or (:in_order and kind = 'digest' and id > :id))",
        {
            "until": to_ms(until),
            "chat": delivery.chat_id,
            "id": delivery.id,
            "in_order": delivery.kind is DeliveryKind.DIGEST,
        },
    )


def missed(db: Connection, delivery: Delivery, why: str, now: datetime) -> datetime | None:
    """Try a message that did not arrive again after 1, 2, 4 … seconds, until it is a day old."""
    is_old = now - delivery.created_at > TOO_OLD and now - delivery.due_at > TOO_OLD
    if is_old and delivery.attempts >= FEWEST_TRIES:
        rows.end(db, delivery, DeliveryState.FAILED, why, now)
        return None
    requeue(db, delivery, "repeated" if delivery.doubts else why, now, counts=True)
    return now + timedelta(seconds=min(2 ** min(delivery.attempts - 1, 10), BACKOFF_MOST_S))


def doubted(db: Connection, delivery: Delivery, why: str, now: datetime) -> datetime | None:
    """Repeat a message that may have arrived: an edit at will, any other a few times.

    Its chat goes on sooner: only as late as Telegram needs to be asked whether it is there.
    """
    if delivery.kind in REPEATABLE:
        return missed(db, delivery, why, now)
    db.conn.execute("update deliveries set doubts = doubts + 1 where id = ?", (delivery.id,))
    if delivery.doubts + 1 >= MOST_DOUBTS:
        rows.end(db, delivery, DeliveryState.UNKNOWN, why, now)
        return None
    requeue(db, delivery, "repeated", now, counts=True)
    wait_apart(db, delivery, now + DOUBT_DELAYS[delivery.doubts])
    return now + FIRST_REST


def degraded(db: Connection, delivery: Delivery, why: str, now: datetime) -> None:
    """Say the message more plainly at once, or set it aside where that cannot be done."""
    if delivery.level >= PLAINEST:
        rows.end(db, delivery, DeliveryState.FAILED, why, now)
        return
    requeue(db, delivery, why, now, counts=True)
    db.conn.execute("update deliveries set level = level + 1 where id = ?", (delivery.id,))


def set_aside(db: Connection, delivery: Delivery, now: datetime) -> None:
    """End a message whose outcome we failed to understand, so that its chat goes on."""
    rows.end(db, delivery, DeliveryState.UNKNOWN, "bug", now)
    chat_queues.refresh(db, delivery.chat_id, now)


def forget_message(db: Connection, delivery: Delivery) -> None:
    """Let nothing more be edited into a message that is there no more."""
    if delivery.kind is DeliveryKind.EDIT:
        db.conn.execute(
            "update deliveries set message_id = null where id = ?", (message_of(delivery.payload),)
        )


def gone(db: Connection, chat_id: ChatId, why: str, now: datetime) -> None:
    """Send a chat that is gone nothing more, and keep its settings for its return.

    A digest that it did not get is given back to its window.
    """
    give_back(db, chat_id, "state in ('queued', 'sending')")
    db.conn.execute(
        "update deliveries set state = 'failed', reason = 'gone', settled_at = ?,"
        " sending_since = null where chat_id = ? and state in ('queued', 'sending', 'held')",
        (to_ms(now), chat_id),
    )
    chat = chats.get(db, chat_id)
    chats.mark_gone(db, chat_id, why, now)
    if chat is not None:
        tell_owner(db, chat, why, now)


def give_back(db: Connection, chat_id: ChatId, which: str) -> None:
    """Let the next digest begin where one that did not arrive began."""
    (start,) = db.conn.execute(
        "select min(json_extract(payload, '$.from')) from deliveries where chat_id = ?"  # noqa: S608 (our own conditions)
        f" and kind = 'digest' and {which}",
        (chat_id,),
    ).fetchone()
    db.conn.execute(
        # Earlier only: several digests may not have arrived.
        "update chats set digest_from = min(digest_from, :start)"
        " where id = :chat and :start is not null",
        {"chat": chat_id, "start": start},
    )


UNASKED = ("alert", "update", "fold", "digest", "broadcast", "rate")
"""What comes by itself and is withheld from whoever said /stop. Notices are not: somebody has to
hear that a source, a channel or a topic needs them."""


def withhold(db: Connection, chat_id: ChatId, now: datetime) -> None:
    """Send a chat that said /stop nothing of what waits for it; its next digest has the news."""
    give_back(db, chat_id, "state = 'queued'")
    chosen = "chat_id = :chat and kind in (select value from json_each(:kinds))"
    rows.stop(db, chosen, {"chat": chat_id, "kinds": to_json(UNASKED)}, now)
    chat_queues.refresh(db, chat_id, now)


def back(db: Connection, chat_id: ChatId, now: datetime) -> None:
    """Go on where we were with a chat that lets us in again."""
    chats.mark_back(db, chat_id)
    chat_queues.let_in(db, chat_id, now)
    chat_queues.refresh(db, chat_id, now)


def refused(
    db: Connection, delivery: Delivery, why: str, now: datetime, *, topic: bool
) -> datetime | None:
    """Let a target that refuses alone for a while, tell its owner, at last give up."""
    thread = delivery.thread_id if topic else chat_queues.WHOLE_CHAT
    times, until = chat_queues.shut(db, delivery.chat_id, thread, why, now)
    give_back(db, delivery.chat_id, f"id = {delivery.id}")
    rows.end(db, delivery, DeliveryState.FAILED, why, now)
    chat = chats.get(db, delivery.chat_id)
    if topic:
        if times == 1:
            tell_group(db, delivery, "notice.topic_closed", now)
        return None
    if chat is None:
        return None
    if times >= MOST_SHUT:
        gone(db, delivery.chat_id, why, now)
    elif times == 1:
        tell_owner(db, chat, why, now)
    return until


def tell_owner(db: Connection, chat: Chat, why: str, now: datetime) -> None:
    """Tell whoever manages a channel that it refuses our messages, once a day at most."""
    if chat.owner_id is None or chat.kind is ChatKind.PRIVATE:
        return
    notice = NewDelivery(
        chat.owner_id,
        NO_THREAD,
        DeliveryKind.NOTICE,
        f"shut:{chat.id}:{now:%Y-%m-%d}",
        payload=Sentence("notice.shut", {"title": chat.title, "why": why}),
    )
    owner = chats.get(db, chat.owner_id)
    if owner is None or not owner.active or rows.exists(db, notice):
        return
    rows.insert(db, notice, DeliveryState.QUEUED, now, now)
    chat_queues.refresh(db, owner.id, now)


def tell_group(db: Connection, delivery: Delivery, key: str, now: datetime) -> None:
    """Tell a group, where it talks of everything, what befell a topic that we write to; once.

    It happens again only after the topic took a message in between.
    """
    if delivery.thread_id == NO_THREAD:
        return
    notice = NewDelivery(
        delivery.chat_id,
        NO_THREAD,
        DeliveryKind.NOTICE,
        f"topic:{delivery.thread_id}:{delivery.id}",
        payload=Sentence(key, {"topic": topic_link(delivery.chat_id, delivery.thread_id)}),
    )
    if not rows.exists(db, notice):
        rows.insert(db, notice, DeliveryState.QUEUED, now, now)


def topic_link(chat_id: ChatId, thread_id: ThreadId) -> str:
    """Return the address that opens a topic for its members: Telegram tells us no names.

    A supergroup's id begins with -100, which its addresses leave out.
    """
    return f"https://t.me/c/{str(chat_id).removeprefix('-100')}/{thread_id}"


def without_topic(db: Connection, delivery: Delivery, why: str, now: datetime) -> None:
    """Make the subscriptions and messages of a deleted topic the chat's own."""
    if delivery.thread_id == NO_THREAD:
        degraded(db, delivery, why, now)
        return
    old = (NO_THREAD, delivery.chat_id, delivery.thread_id)
    tell_group(db, delivery, "notice.topic_gone", now)
    requeue(db, delivery, why, now, counts=True)
    # What the chat has already under the same key stays in the topic, and ends with it below.
    for table in ("subscriptions", "deliveries"):
        db.conn.execute(
            f"update or ignore {table} set thread_id = ? where chat_id = ? and thread_id = ?",  # noqa: S608 (ours)
            old,
        )
    db.conn.execute("delete from subscriptions where chat_id = ? and thread_id = ?", old[1:])
    db.conn.execute(
        "update deliveries set state = 'merged', reason = 'told already', settled_at = ?"
        " where chat_id = ? and thread_id = ? and state in ('queued', 'held')",
        (to_ms(now), *old[1:]),
    )
    db.conn.execute(
        "update chats set digest_thread = 0 where id = ? and digest_thread = ?", old[1:]
    )


def follow(db: Connection, delivery: Delivery, new_id: ChatId, now: datetime) -> None:
    """Send the message again under the chat's new id, unless ids go round in circles."""
    if delivery.attempts > MOST_MOVES:
        rows.end(db, delivery, DeliveryState.FAILED, "moved in circles", now)
        return
    requeue(db, delivery, "moved", now, counts=True)
    moved(db, delivery.chat_id, new_id, now)


def moved(db: Connection, old: ChatId, new: ChatId, now: datetime) -> None:
    """Follow a group that became a supergroup, in one transaction and with its turn."""
    chats.move(db, old, new)
    db.conn.execute("delete from rests where chat_id = ?", (old,))
    chat_queues.refresh(db, new, now)
