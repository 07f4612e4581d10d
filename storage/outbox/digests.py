"""Digests as rows: a digest is written to the outbox and its window moves, in one transaction."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage import chats
from storage.model import Chat, ChatId, StoryId
from storage.outbox import chat_queues
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import DeliveryState, NewDelivery
from storage.sql import Connection, marks, readable, to_ms


@dataclass(frozen=True, slots=True)
class NamedCountries:
    """How many of a story's items name each country: in the headline, and anywhere.

    Countries are ISO codes in upper case.
    """

    headlines: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)


def due(db: Connection, now: datetime, limit: int, bot: str = "") -> list[Chat]:
    """Return a bot's chats whose digest's time has come, longest waiting first."""
    rows = db.query(
        "select * from chats where active = 1 and next_digest_at <= ? and bot = ?"
        " order by next_digest_at, id limit ?",
        [to_ms(now), bot, limit],
    )
    return readable(rows, chats.to_chat)


def unscheduled(db: Connection, limit: int, bot: str = "") -> list[Chat]:
    """Return a bot's chats that want digests and have no appointed time, whoever forgot it."""
    rows = db.query(
        "select * from chats where active = 1 and next_digest_at is null and bot = ?"
        " and ((digest_times <> '' and digest_days <> '') or weekly_day > 0) limit ?",
        [bot, limit],
    )
    return readable(rows, chats.to_chat)


def appointed_after(db: Connection, moment: datetime) -> list[Chat]:
    """Return the chats whose next digest is appointed for later than a moment."""
    rows = db.query("select * from chats where active = 1 and next_digest_at > ?", [to_ms(moment)])
    return [chats.to_chat(row) for row in rows]


def was_given(db: Connection, chat_id: ChatId, name: str) -> bool:
    """Tell whether a digest of this name was written for a chat; one that told nothing was not."""
    found = db.conn.execute(
        "select 1 from deliveries where chat_id = ? and kind = 'digest'"
        " and subject in (? || '/1', 'w' || ? || '/1')",
        (chat_id, name, name),
    ).fetchone()
    return found is not None


def bring_forward(db: Connection, chat: Chat, at: datetime | None) -> None:
    """Appoint a chat's next digest anew, unless somebody was quicker."""
    db.conn.execute(
        "update chats set next_digest_at = ? where id = ? and next_digest_at is ?",
        (to_ms(at), chat.id, to_ms(chat.next_digest_at)),
    )


def schedule(db: Connection, chat: Chat, at: datetime | None) -> None:
    """Appoint a chat's next digest, unless somebody was quicker."""
    db.conn.execute(
        "update chats set next_digest_at = ? where id = ? and next_digest_at is null",
        (to_ms(at), chat.id),
    )


def issue(
    db: Connection,
    chat: Chat,
    parts: Sequence[NewDelivery],
    now: datetime,
    *,
    until: datetime | None,
    next_at: datetime | None,
) -> bool:
    """Write a digest's parts to the outbox, move its window to ``until``, appoint the next.

    ``until`` None leaves the window where it is. Returns False, changing nothing, where the
    chat's digests were changed since ``chat`` was read; the caller looks again.
    """
    found = chats.get(db, chat.id)
    if found is None or not found.active:
        return False
    if (found.next_digest_at, found.digest_from) != (chat.next_digest_at, chat.digest_from):
        return False
    for part in parts:
        if not outbox_rows.exists(db, part):
            outbox_rows.insert(db, part, DeliveryState.QUEUED, part.due_at or now, now)
    chats.change(db, chat.id, digest_from=until or found.digest_from, next_digest_at=next_at)
    chat_queues.refresh(db, chat.id, now)
    return True


def countries(db: Connection, stories: Collection[StoryId]) -> dict[StoryId, NamedCountries]:
    """Count the countries that the items of stories name."""
    counted = {story_id: NamedCountries() for story_id in stories}
    rows = db.conn.execute(
        "select story_id, title_countries, countries from items"  # noqa: S608 (only marks)
        f" where story_id in ({marks(len(counted))})",
        tuple(counted),
    )
    for story_id, in_headline, anywhere in rows:
        counted[story_id].headlines.update(in_headline.split())
        counted[story_id].texts.update(anywhere.split())
    return counted
