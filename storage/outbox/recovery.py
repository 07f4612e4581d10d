"""Recovery: taking the outbox up after a crash, a wrong clock, another bot; pruning it."""

from datetime import datetime, timedelta

from storage import meta
from storage.forgetting import forget
from storage.model import ChatId, DeliveryId
from storage.outbox import chat_queues, followups
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import DeliveryState, FoldReason
from storage.outbox.settle import DOUBT_DELAY, REPEATABLE, requeue
from storage.sql import Connection, to_ms

CRASH_DELAY = timedelta(seconds=5)
"""How long a message found half sent at the start waits for its repetition."""

MOST_CRASHES = 5
"""A message during which we died so often may be the cause."""

KEPT = timedelta(days=60)
"""An alert's row keeps its story from being told twice, so it stays far longer than a story."""

BOT_FACT = "bot_id"
"""The fact that tells which bot we were."""


def recover(db: Connection, now: datetime, bot: str = "") -> int:
    """Take up at the start what a bot was sending and may have arrived; return how many.

    Edits are repeated at once, anything else after ``CRASH_DELAY`` and marked; what was found
    so too often is set aside, for it may be what kills us.
    """
    rows = db.conn.execute(
        "select d.id from deliveries d join chats c on c.id = d.chat_id"
        " where d.state = 'sending' and c.bot = ?",
        (bot,),
    ).fetchall()
    for (row,) in rows:
        delivery = outbox_rows.readable(db, DeliveryId(row), now)
        if delivery is None:
            continue
        db.conn.execute("update deliveries set crashes = crashes + 1 where id = ?", (row,))
        open_at = None
        if delivery.crashes + 1 > MOST_CRASHES:
            outbox_rows.end(db, delivery, DeliveryState.UNKNOWN, "interrupted", now)
        else:
            requeue(db, delivery, "repeated", now, counts=True)
            if delivery.kind not in REPEATABLE:
                open_at = now + CRASH_DELAY
        chat_queues.refresh(db, delivery.chat_id, now, open_at)
    clock_went_back(db, now)
    return len(rows)


def clock_went_back(db: Connection, now: datetime) -> None:
    """Let nothing wait for a time that a wrong clock once showed.

    A machine without a battery starts in another year until it hears the time. What was due some
    time after it was written is due as long after now, and what waits for the morning waits for
    the next one. Bans stay.
    """
    moved = db.conn.execute(
        "update deliveries set due_at = max(0, due_at - created_at + :now), created_at = :now"
        " where state = 'queued' and created_at > :now returning chat_id, why",
        {"now": to_ms(now)},
    ).fetchall()
    for chat_id in {chat for chat, why in moved if why == FoldReason.QUIET}:
        followups.wake_up(db, chat_id, now)
    # Bans stand in ``rests``. Any other rest may be the wrong clock's doing, and is found out
    # again by trying.
    db.conn.execute(
        "update lanes set open_at = coalesce((select until from rests"
        " where rests.bot = lanes.bot and rests.chat_id = lanes.chat_id), 0) where open_at > ?",
        (to_ms(now + DOUBT_DELAY),),
    )
    chat_queues.refresh_all(db, now)


def same_bot(db: Connection, bot_id: int, now: datetime, bot: str = "") -> bool:
    """Note which bot ``bot`` is at the start; return False where another one was it before.

    Then (a new token for a lost bot) chats, subscriptions and everything that waits stay, but
    what the old bot wrote cannot be edited any more, and its bans were its own.
    """
    fact = f"{BOT_FACT}/{bot}" if bot else BOT_FACT
    known = meta.get(db, fact)
    meta.put(db, fact, str(bot_id))
    if known is None or known == str(bot_id):
        return True
    let_go_of_messages(db, "chat_id in (select id from chats where bot = :whose)", bot, now)
    chat_queues.forget_rests(db, bot)
    chat_queues.refresh_all(db, now)
    return False


def give_to_bot(db: Connection, chat_id: ChatId, bot: str, now: datetime) -> bool:
    """Let another bot of the archive write to a chat from now on: its people began with that one.

    What waits for the chat is that bot's to send. Returns False where it was already.
    """
    given = db.conn.execute(
        "update chats set bot = :bot where id = :chat and bot <> :bot",
        {"bot": bot, "chat": chat_id},
    )
    if not given.rowcount:
        return False
    let_go_of_messages(db, "chat_id = :whose", chat_id, now)
    db.conn.execute("delete from rests where chat_id = ?", (chat_id,))
    db.conn.execute("update lanes set open_at = 0 where chat_id = ?", (chat_id,))
    chat_queues.refresh(db, chat_id, now)
    return True


def let_go_of_messages(db: Connection, chosen: str, whose: str | int, now: datetime) -> None:
    """Edit no more what another bot wrote to the ``chosen`` chats: it cannot be ours to edit.

    Nor may a reply to its message be taken for one to ours of the same number.
    """
    values = {"whose": whose, "now": to_ms(now)}
    db.conn.execute(
        "update deliveries set state = 'failed', reason = 'another bot', settled_at = :now"  # noqa: S608 (ours)
        f" where kind = 'edit' and state in ('queued', 'sending') and {chosen}",
        values,
    )
    db.conn.execute(
        f"update deliveries set message_id = null where message_id is not null and {chosen}",  # noqa: S608 (ours)
        {"whose": whose},
    )


def prune(db: Connection, now: datetime, limit: int = 500) -> int:
    """Delete some of what was settled more than ``KEPT`` ago, oldest first; return how many rows.

    So few at a time take some milliseconds: whoever calls goes on until none is left. Telegram's
    bans that are over are forgotten too.
    """
    chat_queues.forget_past_rests(db, now)
    return forget(db, "deliveries", "settled_at", now - KEPT, limit=limit)
