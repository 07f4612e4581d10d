"""Recovery: taking the outbox up after a crash, a wrong clock, another bot; pruning it."""

from datetime import datetime, timedelta

from storage import meta
from storage.forgetting import forget
from storage.model import ChatId, DeliveryId
from storage.outbox import chat_queues, followups
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import DeliveryState, FoldReason
from storage.outbox.settle import DOUBT_DELAY, REPEATABLE, doubted, requeue, wait_apart
from storage.sql import Connection, to_ms

CRASH_DELAY = timedelta(seconds=5)
"""How long a message found half sent at the start waits for its repetition."""

ANSWERED_WITHIN = timedelta(minutes=1)
"""How long a bot that runs waits for the answer to what it sends, at most."""

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
    opened = db.conn.execute(
        "update lanes set open_at = coalesce((select until from rests"
        " where rests.bot = lanes.bot and rests.chat_id = lanes.chat_id), 0) where open_at > ?"
        " returning chat_id",
        (to_ms(now + DOUBT_DELAY),),
    ).fetchall()
    changed = {ChatId(row[0]) for row in (*moved, *opened)}
    chat_queues.refresh_some(db, sorted(changed), now)


def same_bot(db: Connection, bot_id: int, now: datetime, bot: str = "") -> bool:
    """Note which bot ``bot`` is at the start; return False where another one was it before.

    Then (a new token for a lost bot) chats, subscriptions and everything that waits stay, but
    what the old bot wrote cannot be edited any more, and its bans were its own. One that goes by
    a new name keeps all it had.
    """
    known = meta.get(db, bot_fact(bot))
    if known is None and (named := name_of(db, bot_id)) is not None:
        rename(db, named, bot)
        return True
    meta.put(db, bot_fact(bot), str(bot_id))
    if known is None or known == str(bot_id):
        return True
    let_go_of_messages(db, "chat_id in (select id from chats where bot = :whose)", bot, now)
    chat_queues.forget_rests(db, bot)
    chat_queues.refresh_all(db, now)
    return False


def bot_fact(bot: str) -> str:
    """Name the fact that tells which bot ``bot`` was."""
    return f"{BOT_FACT}/{bot}" if bot else BOT_FACT


def name_of(db: Connection, bot_id: int) -> str | None:
    """Return by which name a bot was here before; None where it never was."""
    row = db.conn.execute(
        "select name from facts where (name = :fact or name glob :fact || '/*') and value = :bot",
        {"fact": BOT_FACT, "bot": str(bot_id)},
    ).fetchone()
    return None if row is None else str(row[0]).removeprefix(BOT_FACT).removeprefix("/")


def rename(db: Connection, old: str, new: str) -> None:
    """Let what was a bot's be its own under another name: its chats' turns follow by a trigger."""
    names = (new, old)
    db.conn.execute("update chats set bot = ? where bot = ?", names)
    db.conn.execute("update rests set bot = ? where bot = ?", names)
    db.conn.execute("update facts set name = ? where name = ?", (bot_fact(new), bot_fact(old)))


def give_to_bot(db: Connection, chat_id: ChatId, bot: str, now: datetime) -> bool:
    """Let another bot of the archive write to a chat from now on: its people began with that one.

    What waits for the chat is that bot's to send. What the other one was just sending may have
    arrived: it says so when it knows (``settle``), and may never. Returns False where the chat
    was that bot's already.
    """
    given = db.conn.execute(
        "update chats set bot = :bot where id = :chat and bot <> :bot",
        {"bot": bot, "chat": chat_id},
    )
    if not given.rowcount:
        return False
    let_go_of_messages(db, "chat_id = :whose", chat_id, now)
    doubt_what_is_under_way(db, chat_id, now)
    db.conn.execute("delete from rests where chat_id = ?", (chat_id,))
    db.conn.execute("delete from shut where chat_id = ?", (chat_id,))
    db.conn.execute("update lanes set open_at = 0 where chat_id = ?", (chat_id,))
    chat_queues.refresh(db, chat_id, now)
    return True


def doubt_what_is_under_way(db: Connection, chat_id: ChatId, now: datetime) -> None:
    """Let what another bot is sending to a chat be sent again unless that one says it arrived.

    It may have died meanwhile, and never start again: the chat must not wait for it.
    """
    rows = db.conn.execute(
        "select id from deliveries where chat_id = ? and state = 'sending'", (chat_id,)
    ).fetchall()
    for (row,) in rows:
        if (delivery := outbox_rows.readable(db, DeliveryId(row), now)) is not None:
            doubted(db, delivery, "another bot", now)
            wait_apart(db, delivery, now + ANSWERED_WITHIN)


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
