"""Living messages: an alert follows its story, edited as outlets join and answered as facts change."""

from datetime import datetime, timedelta
from typing import Any

from storage import chats, lanes, outbox
from storage.clock import quiet_until
from storage.model import (
    ChatId,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    NewDelivery,
    QuietMode,
    StoryId,
    ThreadId,
)
from storage.placement import URGENT_PUBLISHERS
from storage.sql import Connection, from_ms, to_json, to_ms

EDIT_EVERY = timedelta(minutes=3)
"""A living message is edited at most so often."""

FIRST_EDIT = timedelta(seconds=20)
"""The first edit may come sooner: most outlets follow within minutes."""

ALIVE = timedelta(days=1)
"""How long a message follows its story."""

COOLDOWN = timedelta(minutes=30)
"""A story is answered with news of itself at most so often in one chat."""

FAMILY = "select ?1 union all select id from story_aliases where story_id = ?1"
"""A story and every id that was merged into it."""


def grown(db: Connection, story_id: StoryId, now: datetime, *, urgent: bool = False) -> None:
    """Owe an edit of every message that told a story which another outlet now tells too.

    A story that became ``urgent``, or that many independent publishers tell by now, leaves the
    quiet hours of chats which want to hear urgent news.
    """
    owe_edits(
        db,
        f"d.kind = 'alert' and d.story_id in ({FAMILY}) and d.settled_at > ?4"  # noqa: S608 (ours)
        " and not exists (select 1 from muted_stories m where m.chat_id = d.chat_id"
        f" and m.story_id in ({FAMILY}))",
        story_id,
        now,
    )
    (held,) = db.conn.execute(
        f"select exists(select 1 from deliveries where story_id in ({FAMILY})"  # noqa: S608 (ours)
        " and kind = 'alert' and state = 'held')",
        (story_id,),
    ).fetchone()
    if held and (urgent or outbox.publishers(db, story_id) >= URGENT_PUBLISHERS):
        release(db, story_id, now)


def changed(
    db: Connection, story_id: StoryId, key: str, change: dict[str, Any], now: datetime
) -> None:
    """Answer the messages of a story of which a fact changed: toll, sum, place, confirmed.

    ``key`` names the change (``toll:5``); the same change is told once. ``change`` is what
    rendering needs. Changes within the cooldown gather in one answer, the newest winning.
    """
    rows = db.conn.execute(
        f"select chat_id, thread_id, id from deliveries d where kind = 'alert'"  # noqa: S608 (ours)
        f" and story_id in ({FAMILY}) and state = 'sent' and message_id is not null"
        " and settled_at > ?2 and not exists (select 1 from muted_stories m"
        f" where m.chat_id = d.chat_id and m.story_id in ({FAMILY}))",
        (story_id, to_ms(now - ALIVE)),
    ).fetchall()
    for chat_id, thread_id, alert in rows:
        one = NewDelivery(
            ChatId(chat_id),
            ThreadId(thread_id),
            DeliveryKind.UPDATE,
            f"s{story_id}:{key}",
            story_id,
            {"change": change, "of": alert},
        )
        answer(db, one, now)
    grown(db, story_id, now)


def answer(db: Connection, one: NewDelivery, now: datetime) -> None:
    """Owe one short answer under a message, or put it into the answer that waits already."""
    chat = chats.get(db, one.chat_id)
    if chat is None or not chat.active or chat.silenced_at or outbox.exists(db, one):
        return
    story = (one.chat_id, one.thread_id, one.story_id)
    waiting, last = db.conn.execute(
        "select max(case when state = 'queued' then id end), max(settled_at) from deliveries"
        " where chat_id = ? and thread_id = ? and story_id = ? and kind = 'update'",
        story,
    ).fetchone()
    if waiting is not None:
        db.conn.execute(
            "update deliveries set subject = ?, payload = ? where id = ?",
            (one.subject, to_json(one.payload), waiting),
        )
        return
    last_at = from_ms(last)
    due = now if last_at is None else max(now, last_at + COOLDOWN)
    wakes = quiet_until(due, chat.time_zone, chat.quiet_from, chat.quiet_to)
    if wakes is not None and chat.quiet_mode is not QuietMode.SILENT:
        due = wakes
    outbox.insert(db, one, DeliveryState.QUEUED, due, now)
    lanes.refresh(db, one.chat_id, now)


def release(db: Connection, story_id: StoryId, now: datetime) -> None:
    """Let a story that became urgent out of the quiet hours that hold it."""
    rows = db.conn.execute(
        f"update deliveries set state = 'queued', carrier = null, reason = 'urgent', due_at = ?2"  # noqa: S608 (ours)
        f" where story_id in ({FAMILY}) and kind = 'alert' and state = 'held'"
        " and chat_id in (select id from chats where quiet_mode = 'urgent' and active = 1)"
        " returning chat_id",
        (story_id, to_ms(now)),
    ).fetchall()
    for (chat_id,) in rows:
        lanes.refresh(db, chat_id, now)


def wake_up(db: Connection, chat_id: ChatId, now: datetime) -> None:
    """Follow changed quiet hours: what they held is told when the new ones end, or now."""
    chat = chats.get(db, chat_id)
    if chat is None:
        return
    wakes = quiet_until(now, chat.time_zone, chat.quiet_from, chat.quiet_to)
    if chat.quiet_mode is QuietMode.SILENT:
        wakes = None
    db.conn.execute(
        "update deliveries set due_at = ?2 where chat_id = ?1 and kind = 'fold'"
        " and state = 'queued' and subject like 'q%'",
        (chat_id, to_ms(wakes or now)),
    )
    lanes.refresh(db, chat_id, now)


def relabel(
    db: Connection, chat_id: ChatId, story_id: StoryId, now: datetime, *, but: int | None = None
) -> None:
    """Owe an edit of a chat's alerts of a story, whose button says whether it is muted.

    ``but`` is the message that shows it already: the one under which it was pressed.
    """
    rows = db.conn.execute(
        f"select id from deliveries where story_id in ({FAMILY}) and chat_id = ?2"  # noqa: S608 (ours)
        " and kind = 'alert' and state = 'sent' and settled_at > ?3"
        " and message_id is not null and message_id is not ?4",
        (story_id, chat_id, to_ms(now - ALIVE), but),
    ).fetchall()
    for (row,) in rows:
        owe_edit(db, DeliveryId(row), now)


def owe_edit(db: Connection, of: DeliveryId, now: datetime) -> None:
    """Owe an edit of one message that was sent."""
    owe_edits(db, "d.id = ?1 and ?4 is not null", of, now)


def owe_edits(db: Connection, which: str, key: int, now: datetime) -> None:
    """Owe an edit of sent messages; a living message has one row for all its edits.

    It comes due ``FIRST_EDIT`` after the message and ``EDIT_EVERY`` after its last edit, and no
    sooner. One statement for all, because a story may have been told to many thousand chats.
    """
    millisecond = timedelta(milliseconds=1)
    values = (
        key,
        to_ms(now),
        FIRST_EDIT // millisecond,
        to_ms(now - ALIVE),
        EDIT_EVERY // millisecond,
    )
    db.conn.execute(
        "insert into deliveries(chat_id, thread_id, kind, subject, story_id, payload, rank,"  # noqa: S608 (our own conditions)
        " due_at, created_at) select d.chat_id, d.thread_id, 'edit', 'd' || d.id, d.story_id,"
        " json_object('of', d.id), 2, max(?2, coalesce(d.settled_at, 0) + ?3), ?2"
        f" from deliveries d where d.state = 'sent' and d.message_id is not null and {which}"
        " on conflict(chat_id, thread_id, kind, subject) do update set"
        " due_at = max(?2, coalesce(settled_at, 0) + ?5), state = 'queued', attempts = 0,"
        " settled_at = null, level = 0, reason = '' where state not in ('queued', 'sending')",
        values,
    )
    db.conn.execute(
        "update lanes set rank = 2, next_at = max(open_at, e.due_at) from deliveries d"  # noqa: S608 (our own conditions)
        " join deliveries e on e.chat_id = d.chat_id and e.thread_id = d.thread_id"
        " and e.kind = 'edit' and e.subject = 'd' || d.id and e.state = 'queued'"
        f" where d.state = 'sent' and {which}"
        " and lanes.chat_id = d.chat_id and (lanes.next_at is null or lanes.next_at > e.due_at)"
        " and coalesce(?2, ?3, ?4, ?5) is not null"
        " and not exists (select 1 from deliveries s"
        " where s.chat_id = d.chat_id and s.state = 'sending')",
        values,
    )
