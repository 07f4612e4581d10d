"""Chat queues: whose turn it is. A chat gets one message at a time, in order.

``lanes`` holds for each chat when its next message may go, so that finding the next messages
costs the same with ten rows waiting as with a million, and a chat under a ban of hours never
stands in the others' way. ``rests`` are Telegram's bans, kept across restarts.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.model import ChatId
from storage.sql import Connection, from_ms, to_json, to_ms

EVERYBODY = ChatId(0)
"""Whose rest is everybody's."""

RANKS = 3
"""News before digests before broadcasts."""

WHOLE_CHAT = -1
"""The thread of a shut target that is the whole chat."""


def refresh(
    db: Connection, chat_id: ChatId, now: datetime, open_at: datetime | None = None
) -> None:
    """Work out a chat's turn again after its rows changed.

    ``open_at`` makes the chat rest until then, if it does not rest longer already.
    """
    at = to_ms(now)
    db.conn.execute(
        # Through chats, for a chat may have been deleted meanwhile; a longer rest stays.
        "insert into lanes(chat_id, open_at) select id, ? from chats where id = ?"
        " on conflict(chat_id) do update set open_at = max(open_at, excluded.open_at)",
        (to_ms(open_at) or 0, chat_id),
    )
    # One look into the index for each rank: "group by rank" would read all that waits.
    heads = db.conn.execute(
        " union all ".join(
            f"select {rank}, (select due_at from deliveries where chat_id = :chat and rank = {rank}"  # noqa: S608 (our own numbers)
            " and state = 'queued' order by due_at, id limit 1)"
            for rank in range(RANKS)
        ),
        {"chat": chat_id},
    ).fetchall()
    waiting = [(due, rank) for rank, due in heads if due is not None]
    (going,) = db.conn.execute(
        "select exists(select 1 from deliveries where chat_id = ? and state = 'sending')",
        (chat_id,),
    ).fetchone()
    if going or not waiting:
        db.conn.execute("update lanes set next_at = null where chat_id = ?", (chat_id,))
        return
    ripe = [(rank, due) for due, rank in waiting if due <= (at or 0)]
    # News before digests among what is due; among what is not, whatever is due first.
    due, rank = (min(ripe)[1], min(ripe)[0]) if ripe else min(waiting)
    db.conn.execute(
        "update lanes set rank = ?, next_at = max(?, open_at) where chat_id = ?",
        (rank, due, chat_id),
    )


TURNS_OF_SOME = f"""
with heads as (
    -- One look into the index for each rank: "group by" would read all that waits.
    select c.value as chat_id, r.value as rank, (select due_at from deliveries
        where chat_id = c.value and rank = r.value and state = 'queued'
        order by due_at, id limit 1) as due
    from json_each(:chats) c cross join json_each('{list(range(RANKS))}') r),
turns as (
    -- The same choice as in ``refresh``: by rank what is due, by time what is not.
    select chat_id, rank, due, row_number() over (partition by chat_id
        order by due > :now, case when due > :now then due else rank end, rank) as place
    from heads where due is not null)
update lanes set rank = turns.rank, next_at = max(turns.due, open_at) from turns
where turns.place = 1 and turns.chat_id = lanes.chat_id
    and not exists (select 1 from deliveries s
        where s.chat_id = lanes.chat_id and s.state = 'sending')
"""  # noqa: S608 (our own numbers)


def refresh_some(db: Connection, chats: Sequence[ChatId], now: datetime) -> None:
    """Work out the turns of many chats again: ``refresh`` for each of them."""
    values = {"chats": to_json(list(chats)), "now": to_ms(now)}
    db.conn.execute(
        "insert into lanes(chat_id) select id from chats where id in"
        " (select value from json_each(:chats)) and exists (select 1 from deliveries d"
        " where d.chat_id = chats.id and d.state = 'queued') on conflict do nothing",
        values,
    )
    db.conn.execute(TURNS_OF_SOME, values)
    db.conn.execute(
        "update lanes set next_at = null where next_at is not null"
        " and chat_id in (select value from json_each(:chats)) and (not exists"
        " (select 1 from deliveries d where d.chat_id = lanes.chat_id and d.state = 'queued')"
        " or exists (select 1 from deliveries d"
        " where d.chat_id = lanes.chat_id and d.state = 'sending'))",
        values,
    )


def refresh_next(
    db: Connection, after: ChatId | None, now: datetime, most: int = 300
) -> ChatId | None:
    """Work out the turns of the next so many chats; return the last, None where none is left.

    ``refresh_all`` in slices, for while everything goes on: that takes seconds where many wait.
    """
    rows = db.conn.execute(
        "select id from chats where id > ? order by id limit ?",
        (-(1 << 62) if after is None else after, most),
    )
    chats = [ChatId(row[0]) for row in rows]
    refresh_some(db, chats, now)
    return chats[-1] if len(chats) == most else None


def refresh_all(db: Connection, now: datetime) -> None:
    """Work out every turn again at once: where the clock was wrong, and for a new token."""
    db.conn.execute(
        "insert into lanes(chat_id) select distinct chat_id from deliveries"
        " where state = 'queued' on conflict do nothing"
    )
    db.conn.execute(
        "with heads as (select chat_id, rank, min(due_at) as due from deliveries"
        " where state = 'queued' group by chat_id, rank),"
        # The same choice as in ``refresh``: by rank what is due, by time what is not.
        " turns as (select chat_id, rank, due, row_number() over (partition by chat_id"
        " order by due > :now, case when due > :now then due else rank end) as place from heads)"
        " update lanes set rank = turns.rank, next_at = max(turns.due, open_at) from turns"
        " where turns.place = 1 and turns.chat_id = lanes.chat_id",
        {"now": to_ms(now)},
    )
    db.conn.execute(
        "update lanes set next_at = null where next_at is not null and (not exists"
        " (select 1 from deliveries d where d.chat_id = lanes.chat_id and d.state = 'queued')"
        " or exists (select 1 from deliveries d"
        " where d.chat_id = lanes.chat_id and d.state = 'sending'))"
    )


def ready(db: Connection, now: datetime, limit: int, bot: str = "") -> list[ChatId]:
    """Return a bot's chats whose turn has come: news first, then who has waited longest."""
    if (until := resting(db, EVERYBODY, bot)) is not None and until > now:
        return []
    found: list[ChatId] = []
    for rank in range(RANKS):
        if len(found) >= limit:
            break
        rows = db.conn.execute(
            "select chat_id from lanes where bot = ? and rank = ? and next_at <= ?"
            " order by next_at limit ?",
            (bot, rank, to_ms(now), limit - len(found)),
        )
        found += [ChatId(row[0]) for row in rows]
    return found


def next_turn(db: Connection, bot: str = "") -> datetime | None:
    """Return when a bot's next message may go, or None where nothing waits."""
    # Each rank apart: the index begins with it, and gives its smallest time without reading on.
    firsts = [
        db.conn.execute(
            "select min(next_at) from lanes where bot = ? and rank = ? and next_at is not null",
            (bot, rank),
        ).fetchone()[0]
        for rank in range(RANKS)
    ]
    turn = from_ms(min((at for at in firsts if at is not None), default=None))
    rest = resting(db, EVERYBODY, bot)
    return turn if turn is None or rest is None else max(turn, rest)


# --- bans ----------------------------------------------------------------------------------


def rest(db: Connection, chat_id: ChatId, until: datetime, bot: str = "") -> None:
    """Let a bot's chat rest, or all of them, until a moment; a longer rest known already stays."""
    db.conn.execute(
        "insert into rests(bot, chat_id, until) values (?, ?, ?)"
        " on conflict(bot, chat_id) do update set until = max(until, excluded.until)",
        (bot, chat_id, to_ms(until)),
    )
    db.conn.execute(
        "update lanes set open_at = max(open_at, :until), next_at = max(next_at, :until)"
        " where chat_id = :chat and bot = :bot",
        {"chat": chat_id, "until": to_ms(until), "bot": bot},
    )


def resting(db: Connection, chat_id: ChatId, bot: str = "") -> datetime | None:
    """Return until when a bot's chat rests (``EVERYBODY``: all of them), or None."""
    row = db.conn.execute(
        "select until from rests where bot = ? and chat_id = ?", (bot, chat_id)
    ).fetchone()
    return from_ms(row[0]) if row else None


def rests(db: Connection, now: datetime, bot: str = "") -> dict[ChatId, datetime]:
    """Return every rest of a bot that is not over."""
    rows = db.conn.execute(
        "select chat_id, until from rests where bot = ? and until > ?", (bot, to_ms(now))
    )
    return {ChatId(chat): end for chat, until in rows if (end := from_ms(until)) is not None}


def forget_past_rests(db: Connection, now: datetime) -> None:
    """Forget the rests that are over."""
    db.conn.execute("delete from rests where until <= ?", (to_ms(now),))


def forget_rests(db: Connection, bot: str = "") -> None:
    """Let everybody of a bot go on: the bans were those of the one before it."""
    db.conn.execute("delete from rests where bot = ?", (bot,))
    db.conn.execute("update lanes set open_at = 0 where bot = ?", (bot,))


# --- targets that refuse -------------------------------------------------------------------


def shut(
    db: Connection, chat_id: ChatId, thread_id: int, why: str, now: datetime
) -> tuple[int, datetime]:
    """Note that a target refused; return how often in a row, and until when it is let alone.

    It is tried again after an hour, then two, four … at most a day.
    """
    row = db.conn.execute(
        "select times from shut where chat_id = ? and thread_id = ?", (chat_id, thread_id)
    ).fetchone()
    times = (row[0] if row else 0) + 1
    until = datetime.fromtimestamp(
        now.timestamp() + 3600 * min(2 ** min(times - 1, 5), 24), now.tzinfo
    )
    # ``opened`` deletes the row, so that ``times`` counts refusals in a row.
    db.conn.execute(
        "insert into shut(chat_id, thread_id, why, times, until) values (?, ?, ?, ?, ?)"
        " on conflict(chat_id, thread_id) do update set"
        " why = excluded.why, times = excluded.times, until = excluded.until",
        (chat_id, thread_id, why, times, to_ms(until)),
    )
    return times, until


def opened(db: Connection, chat_id: ChatId, thread_id: int) -> None:
    """Note that a target took a message again."""
    db.conn.execute(
        "delete from shut where chat_id = ? and thread_id in (?, ?)",
        (chat_id, thread_id, WHOLE_CHAT),
    )


def let_in(db: Connection, chat_id: ChatId, now: datetime) -> None:
    """Write to a chat again that had refused: it lets us in, or another bot writes to it now."""
    if not db.conn.execute("delete from shut where chat_id = ?", (chat_id,)).rowcount:
        return
    db.conn.execute(
        "update lanes set open_at = coalesce((select until from rests"
        " where rests.bot = lanes.bot and rests.chat_id = lanes.chat_id), 0) where chat_id = ?",
        (chat_id,),
    )
    refresh(db, chat_id, now)


def shut_why(db: Connection, chat_id: ChatId, thread_id: int, now: datetime) -> str:
    """Return why a target is let alone at this moment, or ""."""
    row: Any = db.conn.execute(
        "select why from shut where chat_id = ? and thread_id in (?, ?) and until > ?",
        (chat_id, thread_id, WHOLE_CHAT, to_ms(now)),
    ).fetchone()
    return row[0] if row else ""
