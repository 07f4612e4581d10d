"""Traces: what became of a story for one chat, for being asked why."""

from storage.model import ChatId, StoryId
from storage.outbox.deliveries import Delivery
from storage.outbox.rows import COLUMNS, of_row
from storage.sql import Connection


def of_message(db: Connection, chat_id: ChatId, message_id: int) -> Delivery | None:
    """Return the outbox row that a message of a chat was sent for; None for a mere answer."""
    row = db.conn.execute(
        f"select {COLUMNS} from deliveries where chat_id = ? and message_id = ?"  # noqa: S608 - ours
        " order by id limit 1",
        (chat_id, message_id),
    ).fetchone()
    return of_row(row) if row else None


def of_story(db: Connection, chat_id: ChatId, story_id: StoryId) -> tuple[Delivery, ...]:
    """Return everything that a chat was owed for a story, in the order it came due."""
    rows = db.conn.execute(
        f"select {COLUMNS} from deliveries where story_id = ? and chat_id = ?"  # noqa: S608 - ours
        " order by created_at, id limit 50",
        (story_id, chat_id),
    )
    return tuple(of_row(row) for row in rows)


def of_chat(db: Connection, chat_id: ChatId, limit: int = 5000) -> tuple[Delivery, ...]:
    """Return what a chat was owed, newest first: part of what it may take home."""
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
        " and ((kind = 'digest' and json_extract(payload, '$.stories') is not null)"
        " or (kind = 'fold' and subject like '%:%')) order by created_at desc, id desc limit 1",
        (chat_id,),
    ).fetchone()
    return of_row(row) if row else None
