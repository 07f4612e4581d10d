"""The inbox: updates as rows, from when Telegram hears that we have them to their answer.

What is answered keeps its number only, so that Telegram may repeat itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.forgetting import forget
from storage.sql import Connection, from_ms, marks, moment, to_ms

ANSWERED_KEPT = timedelta(days=3)
"""Telegram repeats an update for a day at most."""


@dataclass(frozen=True, slots=True)
class NewUpdate:
    """An update to be noted: ``body`` is its JSON, ``chat_id`` whose turn it takes."""

    update_id: int
    chat_id: int
    body: str


@dataclass(slots=True)
class WaitingUpdate:
    """An update that is not answered yet, and how far its answer is.

    ``row`` is 0 where no row could be made. ``question`` is ours that it answers. ``changed``
    says that what it asks for was done, wholly or in part; ``reply`` is the answer that was
    decided then, as JSON, of which Telegram took ``told`` messages; ``shown`` is the message that
    shows how far long work is. ``lost`` counts, in this process, calls whose answer was lost.
    """

    row: int
    chat_id: int
    body: str
    taken_at: datetime
    question: str | None = None
    changed: bool = False
    reply: str | None = None
    told: int = 0
    shown: int | None = None
    lost: int = 0

    @property
    def untouched(self) -> bool:
        """Whether nothing of it was done."""
        return not self.changed and self.reply is None and self.shown is None


def take(
    db: Connection, bot_id: int, updates: Sequence[NewUpdate], now: datetime
) -> list[WaitingUpdate | None]:
    """Note what Telegram brought; return the rows in its order, None for what it brought before.

    Telegram repeats an update whose receipt it did not hear.
    """
    rows: list[WaitingUpdate | None] = []
    for update in updates:
        noted = db.conn.execute(
            "insert into inbox (bot_id, update_id, chat_id, taken_at, body) values (?, ?, ?, ?, ?)"
            " on conflict do nothing returning id",
            [bot_id, update.update_id, update.chat_id, to_ms(now), update.body],
        ).fetchone()
        rows.append(
            None if noted is None else WaitingUpdate(noted[0], update.chat_id, update.body, now)
        )
    return rows


def waiting(db: Connection, bot_id: int) -> list[WaitingUpdate]:
    """Return what a bot has not answered yet, in the order in which it came."""
    return [
        WaitingUpdate(
            row=row["id"],
            chat_id=row["chat_id"],
            body=row["body"],
            taken_at=moment(row["taken_at"]),
            question=row["question"],
            changed=bool(row["changed"]),
            reply=row["reply"],
            told=row["told"],
            shown=row["shown"],
        )
        for row in db.query(
            "select * from inbox where body is not null and bot_id = ? order by id", [bot_id]
        )
    ]


def oldest(db: Connection, bot_id: int | None = None) -> datetime | None:
    """Return when what has waited longest for an answer was taken, of one bot's or all."""
    row = db.conn.execute(
        "select taken_at from inbox where body is not null and (:bot is null or bot_id = :bot)"
        " order by id limit 1",
        {"bot": bot_id},
    ).fetchone()
    return from_ms(row[0]) if row is not None else None


def answers(db: Connection, row: int, question: str) -> None:
    """Note which question of ours an update answers: we wait for that answer no more."""
    db.conn.execute("update inbox set question = ? where id = ?", [question, row])


def mark_changed(db: Connection, row: int) -> None:
    """Note, with what it asks for, that an update was done: it must not be done again."""
    db.conn.execute("update inbox set changed = 1 where id = ?", [row])


def decide(db: Connection, row: int, reply: str) -> None:
    """Note what is to be said: it is told after a crash, too, without doing anything again."""
    db.conn.execute("update inbox set reply = ? where id = ?", [reply, row])


def mark_told(db: Connection, row: int, told: int) -> None:
    """Note how many of the messages that were decided Telegram has."""
    db.conn.execute("update inbox set told = ? where id = ?", [told, row])


def mark_shown(db: Connection, row: int, message_id: int) -> None:
    """Note in which message long work says how far it is."""
    db.conn.execute("update inbox set shown = ? where id = ?", [message_id, row])


def done(db: Connection, rows: Sequence[int]) -> None:
    """Forget of updates that are answered what they said and where."""
    db.conn.execute(
        "update inbox set body = null, chat_id = 0, question = null, reply = null"  # noqa: S608
        f" where id in ({marks(len(rows))})",
        list(rows),
    )


def leave_to_the_old(db: Connection, bot_id: int) -> int:
    """Drop what waits for a bot's answer that is none of ours any more: nobody can give it.

    Returns how many.
    """
    return db.conn.execute(
        "delete from inbox where body is not null and bot_id <> ? and bot_id not in"
        " (select cast(value as integer) from facts where name = 'bot_id' or name glob 'bot_id/*')",
        [bot_id],
    ).rowcount


def prune(db: Connection, now: datetime) -> int:
    """Forget the numbers that Telegram will not repeat any more; return how many."""
    return forget(db, "inbox", "taken_at", now - ANSWERED_KEPT, where="body is null")
