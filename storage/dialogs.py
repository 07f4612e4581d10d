"""What must be remembered of a conversation between two messages of it."""

from datetime import datetime, timedelta

from storage.model import ChatId
from storage.sql import Connection, moment, repeatable, to_ms

DRAFTS_KEPT = timedelta(days=30)
ANSWERS_AWAITED = timedelta(hours=1)

# --- what a button stands for where it does not fit into the button's 64 bytes --------------


@repeatable
def keep_draft(db: Connection, chat_id: ChatId, text: str, now: datetime) -> int:
    """Keep a text that buttons of this chat refer to; return its number."""
    row = next(
        db.query(
            # The same text has one number, and is kept from its last use on.
            "insert into drafts (chat_id, text, made_at) values (?, ?, ?)"
            " on conflict (chat_id, text) do update set made_at = excluded.made_at returning id",
            [chat_id, text, to_ms(now)],
        )
    )
    return int(row["id"])


def draft(db: Connection, draft_id: int, chat_id: ChatId) -> str | None:
    """Return a kept text of this chat; None when it is too old or another chat's."""
    row = next(
        db.query("select text from drafts where id = ? and chat_id = ?", [draft_id, chat_id]),
        None,
    )
    return None if row is None else str(row["text"])


def last_draft(db: Connection, chat_id: ChatId, beginning: str) -> tuple[str, datetime] | None:
    """Return the text kept last for this chat that begins so, and when it was kept."""
    row = next(
        db.query(
            "select text, made_at from drafts where chat_id = :chat"
            " and substr(text, 1, length(:beginning)) = :beginning"
            " order by made_at desc, id desc limit 1",
            {"chat": chat_id, "beginning": beginning},
        ),
        None,
    )
    return None if row is None else (str(row["text"]), moment(row["made_at"]))


def drafts_of(db: Connection, chat_id: ChatId) -> list[str]:
    """Return every text kept for a chat's buttons, newest first: part of what it may take home."""
    rows = db.conn.execute(
        "select text from drafts where chat_id = ? order by made_at desc, id desc", (chat_id,)
    )
    return [row[0] for row in rows]


# --- what the next plain message of a person answers ----------------------------------------


@repeatable
def expect(db: Connection, chat_id: ChatId, person_id: int, question: str, now: datetime) -> None:
    """Take this person's next plain message in this chat as the answer to ``question``."""
    db.conn.execute(
        "insert into expected_answers (chat_id, person_id, question, made_at)"
        # A person answers the last question that was asked.
        " values (?, ?, ?, ?) on conflict do update set"
        " question = excluded.question, made_at = excluded.made_at",
        [chat_id, person_id, question, to_ms(now)],
    )


def answered(db: Connection, chat_id: ChatId, person_id: int, now: datetime) -> str | None:
    """Return the question that a plain message answers, and stop waiting for it."""
    row = next(
        db.query(
            "delete from expected_answers where chat_id = ? and person_id = ?"
            " returning question, made_at",
            [chat_id, person_id],
        ),
        None,
    )
    if row is None or row["made_at"] < (to_ms(now - ANSWERS_AWAITED) or 0):
        return None
    return str(row["question"])


# --- for whom a person's private chat speaks ------------------------------------------------


def act_for(db: Connection, person: ChatId, channel: ChatId | None) -> None:
    """Let commands in a private chat concern a channel; None ends that."""
    db.conn.execute("delete from acting_for where chat_id = ?", [person])
    if channel is not None:
        db.conn.execute(
            "insert into acting_for (chat_id, channel_id) values (?, ?)", [person, channel]
        )


def unbind(db: Connection, channel: ChatId, person: ChatId) -> bool:
    """Let a person manage a channel no more; return whether they did until now.

    The channel keeps its settings and goes on getting what it gets, for whoever binds it next.
    """
    db.conn.execute(
        "delete from acting_for where chat_id = ? and channel_id = ?", [person, channel]
    )
    cursor = db.conn.execute(
        "update chats set owner_id = null where id = ? and owner_id = ?", [channel, person]
    )
    return cursor.rowcount > 0


def acting_for(db: Connection, person: ChatId) -> ChatId | None:
    """Return the channel that commands in this private chat concern, if any."""
    row = next(
        db.query(
            "select a.channel_id from acting_for a join chats c on c.id = a.channel_id"
            " where a.chat_id = ? and c.owner_id = a.chat_id",
            [person],
        ),
        None,
    )
    return None if row is None else ChatId(row["channel_id"])


def prune(db: Connection, now: datetime) -> int:
    """Forget what no conversation can refer to any more; return how many rows."""
    gone = 0
    # By their stamps alone: they are kept from their last use on, whenever they came.
    for statement, kept in (
        ("delete from drafts where made_at < ?", DRAFTS_KEPT),
        ("delete from expected_answers where made_at < ?", ANSWERS_AWAITED),
    ):
        gone += db.conn.execute(statement, [to_ms(now - kept)]).rowcount
    return gone
