"""Reports: the outbox read back, for the admins' counts and for being asked why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.model import ChatId, DeliveryId, StoryId
from storage.outbox import chat_queues
from storage.outbox.deliveries import Delivery
from storage.outbox.rows import COLUMNS, of_row
from storage.sql import Connection, from_ms, repeatable, to_ms

# --- counts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """The outbox at a glance, for the admins."""

    waiting: int
    due: int
    sending: int
    held: int
    oldest_due: datetime | None
    settled_today: tuple[tuple[str, int], ...]
    resting: int
    everybody_rests_until: datetime | None


@repeatable
def counts(db: Connection, now: datetime, bot: str | None = None) -> Counts:
    """Count what waits, of one bot's chats or all; what went in the last day, and who rests."""
    waiting, due, oldest = db.conn.execute(
        "select count(*), coalesce(sum(due_at <= :now), 0),"
        " min(case when due_at <= :now then due_at end) from deliveries where state = 'queued'"
        " and (:bot is null or exists"
        " (select 1 from chats where chats.id = deliveries.chat_id and chats.bot = :bot))",
        {"now": to_ms(now), "bot": bot},
    ).fetchone()
    settled = db.conn.execute(
        "select state, count(*) from deliveries where settled_at > ? group by state order by state",
        (to_ms(now - timedelta(days=1)),),
    ).fetchall()
    ((sending,), (held,)) = (
        db.conn.execute(f"select count(*) from deliveries where state = '{state}'").fetchone()  # noqa: S608 (ours)
        for state in ("sending", "held")
    )
    rests = chat_queues.rests(db, now, bot or "")
    return Counts(
        waiting=waiting,
        due=due,
        sending=sending,
        held=held,
        oldest_due=from_ms(oldest),
        settled_today=tuple((state, count) for state, count in settled),
        resting=len([chat for chat in rests if chat != chat_queues.EVERYBODY]),
        everybody_rests_until=rests.get(chat_queues.EVERYBODY),
    )


MOST_COUNTED = 100_000
"""So many messages that wait are looked through at most: some 60 ms."""


@dataclass(frozen=True, slots=True)
class WaitingKind:
    """How many messages of a kind wait, and when the first of them is or was due."""

    messages: int
    oldest_due: datetime | None


def backlog(db: Connection, bot: str = "") -> dict[str, WaitingKind]:
    """Count what waits for a bot's chats by kind; of more than ``MOST_COUNTED`` only so many.

    It is asked again and again: what went in the last day is not counted here.
    """
    rows = db.conn.execute(
        "select kind, count(*), min(due_at) from"
        " (select kind, due_at from deliveries where state = 'queued' and exists"
        " (select 1 from chats where chats.id = deliveries.chat_id and chats.bot = ?)"
        " limit ?) group by kind",
        (bot, MOST_COUNTED),
    )
    return {kind: WaitingKind(count, from_ms(oldest)) for kind, count, oldest in rows}


# --- what became of it, for being asked why ---------------------------------------------------


def of_message(db: Connection, chat_id: ChatId, message_id: int, bot: str = "") -> Delivery | None:
    """Return the outbox row that a bot's message was sent for; None for a mere answer.

    Each bot counts the messages of a private chat by itself: one of the same number may be
    another's.
    """
    row = db.conn.execute(
        f"select {COLUMNS} from deliveries where chat_id = :chat and message_id = :message"  # noqa: S608 - ours
        " and exists (select 1 from chats where id = :chat and bot = :bot)"
        " order by id limit 1",
        {"chat": chat_id, "message": message_id, "bot": bot},
    ).fetchone()
    return of_row(row) if row else None


def of_story(db: Connection, chat_id: ChatId, story_id: StoryId) -> tuple[Delivery, ...]:
    """Return every message about a story for a chat, in the order they came due."""
    rows = db.conn.execute(
        f"select {COLUMNS} from deliveries where story_id = ? and chat_id = ?"  # noqa: S608 - ours
        " order by created_at, id limit 50",
        (story_id, chat_id),
    )
    return tuple(of_row(row) for row in rows)


def of_chat(db: Connection, chat_id: ChatId, limit: int = 5000) -> tuple[Delivery, ...]:
    """Return a chat's messages, newest first: part of what it may take home."""
    rows = db.conn.execute(
        f"select {COLUMNS} from deliveries where chat_id = ? order by id desc limit ?",  # noqa: S608 - ours
        (chat_id, limit),
    )
    return tuple(of_row(row) for row in rows)


def last_list(db: Connection, chat_id: ChatId) -> Delivery | None:
    """Return the last message that came to a chat by itself and numbers stories.

    A digest (the part under which its buttons are), or alerts that came together.
    """
    row = db.conn.execute(
        f"select {COLUMNS} from deliveries where chat_id = ? and state = 'sent'"  # noqa: S608 - ours
        # Of a digest the last part, which has the buttons; a fold only where it names its stories.
        " and ((kind = 'digest' and json_extract(payload, '$.stories') is not null)"
        " or (kind = 'fold' and not counted)) order by created_at desc, id desc limit 1",
        (chat_id,),
    ).fetchone()
    return of_row(row) if row else None


def carried(db: Connection, fold: DeliveryId) -> tuple[StoryId, ...]:
    """Return the stories that one message tells, in the order they came, muted ones left out."""
    rows = db.conn.execute(
        "select d.story_id from deliveries d where d.carrier = ? and d.story_id is not null and not exists"
        " (select 1 from muted_stories m where m.chat_id = d.chat_id"
        " and m.story_id = d.story_id) order by d.created_at, d.id",
        (fold,),
    )
    return tuple(dict.fromkeys(StoryId(row[0]) for row in rows))


def left_to_digest(
    db: Connection, chat_id: ChatId, since: datetime, until: datetime
) -> tuple[StoryId, ...]:
    """Return the stories of alerts, made in [since, until), that a chat's digest has instead."""
    rows = db.conn.execute(
        "select distinct story_id from deliveries where chat_id = ? and created_at >= ?"
        " and created_at < ? and kind = 'alert' and state = 'merged' and reason = 'backlog'"
        " and carrier is null and story_id is not null order by story_id",
        (chat_id, to_ms(since), to_ms(until)),
    )
    return tuple(StoryId(row[0]) for row in rows)


def told(db: Connection, chat_id: ChatId, since: datetime, until: datetime) -> frozenset[StoryId]:
    """Return the stories whose alerts for a chat, made in [since, until), came to it.

    As alerts, or in a list: after its quiet hours, beyond its alerts an hour, late.
    """
    rows = db.conn.execute(
        "select d.story_id from deliveries d left join deliveries c on c.id = d.carrier"
        " where d.chat_id = ? and d.created_at >= ? and d.created_at < ? and d.kind = 'alert'"
        " and (d.state = 'sent' or (c.state = 'sent' and not c.counted))",
        (chat_id, to_ms(since), to_ms(until)),
    )
    return frozenset(StoryId(row[0]) for row in rows)
