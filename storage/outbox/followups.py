"""Living messages: an alert follows its story, edited as outlets join and answered as facts change."""

from datetime import datetime, timedelta
from typing import Any

from storage import chats
from storage.local_time import quiet_until
from storage.model import ChatId, DeliveryId, ItemId, QuietMode, StoryId, ThreadId
from storage.outbox import chat_queues, payloads
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import Change, DeliveryKind, DeliveryState, NewDelivery, message_of
from storage.outbox.policy import URGENT_PUBLISHERS
from storage.sql import Connection, from_ms, to_json, to_ms

FIRST_EDIT = timedelta(seconds=20)
"""How soon a message shows what changes its first lines: that a second outlet tells the story,
or a headline in the reader's language."""

EDIT_EVERY = timedelta(minutes=3)
"""How long more outlets, which change a number only, wait to be shown together, at first; after
the first edit as long as half the message's age: nobody looks again and again at yesterday's."""

FOLD_EVERY = timedelta(seconds=15)
"""How often a message that stands for many says how many they are by now."""

ALIVE = timedelta(days=1)
"""How long a message follows its story."""

COOLDOWN = timedelta(minutes=30)
"""A story is answered with news of itself at most so often in one chat."""


def grown(db: Connection, story_id: StoryId, now: datetime) -> None:
    """Owe an edit of every message that told a story which another outlet now tells too.

    A story that many independent publishers tell by now leaves the quiet hours of chats which
    want to hear urgent news.
    """
    states = {
        state
        for (state,) in db.conn.execute(
            "select distinct state from deliveries where story_id = :story and kind = 'alert'",
            {"story": story_id},
        )
    }
    if states & {DeliveryState.SENT, DeliveryState.SENDING}:
        enqueue_edits(
            db,
            "d.kind = 'alert' and d.story_id = :story"
            " and (d.settled_at > :alive or d.state = 'sending')"
            " and not exists (select 1 from muted_stories m where m.chat_id = d.chat_id"
            " and m.story_id = :story)",
            {"story": story_id, **news_of(db, story_id)},
            now,
            soon=":second or c.language = :language",
        )
    if DeliveryState.HELD in states and (
        outbox_rows.publishers(db, story_id) >= URGENT_PUBLISHERS
    ):
        release(db, story_id, now)


def news_of(db: Connection, story_id: StoryId) -> dict[str, Any]:
    """Tell what a story's newest telling adds to its first lines.

    ``second`` says that with it a second outlet tells the story, ``language`` in which language
    it is the first ("" where it is not).
    """
    told = db.conn.execute(
        "select f.outlet_id, i.lang from items i join feeds f on f.id = i.feed_id"
        " where i.story_id = :story order by i.id",
        {"story": story_id},
    ).fetchall()
    outlets, languages = [row[0] for row in told], [row[1] for row in told]
    if not told:
        return {"second": False, "language": ""}
    return {
        "second": len(set(outlets)) == 2 and outlets.count(outlets[-1]) == 1,  # noqa: PLR2004 - a second
        "language": languages[-1] if languages.count(languages[-1]) == 1 else "",
    }


def changed(
    db: Connection, story_id: StoryId, key: str, item_id: ItemId | None, now: datetime
) -> None:
    """Answer the messages of a story of which a fact changed: toll, sum, place, confirmed.

    ``key`` names the change (``toll:5``); the same change is told once. ``item_id``
    is the item that changed it. Changes within the cooldown gather in one answer, the newest winning.
    """
    rows = db.conn.execute(
        "select chat_id, thread_id, id from deliveries d where kind = 'alert'"
        " and story_id = :story and state = 'sent' and message_id is not null"
        " and settled_at > :alive and not exists (select 1 from muted_stories m"
        " where m.chat_id = d.chat_id and m.story_id = :story)",
        {"story": story_id, "alive": to_ms(now - ALIVE)},
    ).fetchall()
    for chat_id, thread_id, alert in rows:
        one = NewDelivery(
            ChatId(chat_id),
            ThreadId(thread_id),
            DeliveryKind.UPDATE,
            f"s{story_id}:{key}",
            story_id,
            Change(DeliveryId(alert), item_id),
        )
        answer(db, one, now)
    grown(db, story_id, now)


def answer(db: Connection, one: NewDelivery, now: datetime) -> None:
    """Owe one short answer under a message, or put it into the answer that waits already."""
    chat = chats.get(db, one.chat_id)
    if chat is None or not chat.active or outbox_rows.exists(db, one):
        return
    if chat.silenced_at is not None and not asked_for_since(db, one, chat.silenced_at):
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
            (one.subject, to_json(payloads.to_json(one.payload)), waiting),
        )
        return
    last_at = from_ms(last)
    due = now if last_at is None else max(now, last_at + COOLDOWN)
    wakes = quiet_until(due, chat.time_zone, chat.quiet_from, chat.quiet_to)
    if wakes is not None and chat.quiet_mode is not QuietMode.SILENT:
        due = wakes
    outbox_rows.insert(db, one, DeliveryState.QUEUED, due, now)
    chat_queues.refresh(db, one.chat_id, now)


def asked_for_since(db: Connection, one: NewDelivery, stopped_at: datetime) -> bool:
    """Tell whether the message that an answer follows came by what was asked for after a /stop."""
    of = message_of(one.payload)
    told = outbox_rows.of_id(db, of) if of is not None else None
    return told is not None and told.created_at > stopped_at


def release(db: Connection, story_id: StoryId, now: datetime) -> None:
    """Let a story that became urgent out of the quiet hours that hold it."""
    rows = db.conn.execute(
        "update deliveries set state = 'queued', carrier = null, reason = 'urgent', due_at = :now"
        " where story_id = :story and kind = 'alert' and state = 'held'"
        " and chat_id in (select id from chats where quiet_mode = 'urgent' and active = 1)"
        " returning chat_id",
        {"story": story_id, "now": to_ms(now)},
    ).fetchall()
    for (chat_id,) in rows:
        chat_queues.refresh(db, chat_id, now)


def wake_up(db: Connection, chat_id: ChatId, now: datetime) -> None:
    """Follow changed quiet hours: what they held is told when the new ones end, or now."""
    chat = chats.get(db, chat_id)
    if chat is None:
        return
    wakes = quiet_until(now, chat.time_zone, chat.quiet_from, chat.quiet_to)
    if chat.quiet_mode is QuietMode.SILENT:
        wakes = None
    db.conn.execute(
        "update deliveries set due_at = ? where chat_id = ? and kind = 'fold'"
        " and state = 'queued' and why = 'quiet'",
        (to_ms(wakes or now), chat_id),
    )
    chat_queues.refresh(db, chat_id, now)


def relabel(
    db: Connection, chat_id: ChatId, story_id: StoryId, now: datetime, *, but: int | None = None
) -> None:
    """Owe an edit of a chat's alerts of a story, whose button says whether it is muted.

    ``but`` is the message that shows it already: the one under which it was pressed.
    """
    enqueue_edits(
        db,
        "d.story_id = :story and d.chat_id = :chat and d.kind = 'alert'"
        " and (d.settled_at > :alive or d.state = 'sending')"
        " and d.message_id is not :but",
        {"story": story_id, "chat": chat_id, "but": but},
        now,
        soon="1",
    )


MESSAGES = (
    "deliveries d join chats c on c.id = d.chat_id left join deliveries e"
    " on e.chat_id = d.chat_id and e.thread_id = d.thread_id and e.kind = 'edit'"
    " and e.subject = 'd' || d.id"
)
"""Messages ``d``, their chats ``c``, and the rows of their edits ``e`` where there are such."""


def enqueue_edit(db: Connection, of: DeliveryId, now: datetime, *, soon: bool = False) -> None:
    """Owe an edit of one message, sent or just being sent."""
    enqueue_edits(db, "d.id = :of", {"of": of, "soon": soon}, now, soon=":soon")


def enqueue_edits(
    db: Connection, which: str, values: dict[str, Any], now: datetime, *, soon: str = "0"
) -> None:
    """Owe an edit of messages; a living message has one row for all its edits.

    ``which`` and ``soon`` are conditions on a message ``d`` and its chat ``c``; ``soon`` tells
    where the edit is due after ``FIRST_EDIT``. What is just being sent was perhaps written
    before this news: it is marked as behind, and owed an edit when it is sent. One statement
    for all, because a story may have been told to many thousand chats.
    """
    millisecond = timedelta(milliseconds=1)
    values = values | {
        "now": to_ms(now),
        "alive": to_ms(now - ALIVE),
        "first": FIRST_EDIT // millisecond,
        "every": EDIT_EVERY // millisecond,
        "fold": FOLD_EVERY // millisecond,
    }
    these = f"select d.id from deliveries d where {which}"  # noqa: S608 (our own conditions)
    db.conn.execute(
        "update deliveries set behind = 1 where state = 'sending' and"  # noqa: S608 (our own conditions)
        f" (id in ({these}) or kind = 'edit' and json_extract(payload, '$.of') in ({these}))",
        values,
    )
    wait = (
        f"case when d.kind = 'fold' then :fold when {soon} then :first"
        " when e.id is null then :every else max(:every, (:now - d.settled_at) / 2) end"
    )
    db.conn.execute(
        "insert into deliveries(chat_id, thread_id, kind, subject, story_id, payload, rank,"  # noqa: S608 (our own conditions)
        " due_at, created_at) select d.chat_id, d.thread_id, 'edit', 'd' || d.id, d.story_id,"
        " json_object('of', d.id), case d.kind when 'fold' then 1 else 2 end,"
        f" case when e.state <> 'queued' or e.id is null"
        f" then max(:now, coalesce(e.settled_at, d.settled_at, 0) + {wait})"
        f" when {soon} then min(e.due_at, :now + :first) else e.due_at end, :now"
        f" from {MESSAGES} where d.state = 'sent' and d.message_id is not null and {which}"
        " on conflict(chat_id, thread_id, kind, subject) do update set"
        " due_at = excluded.due_at, state = 'queued',"
        " attempts = case state when 'queued' then attempts else 0 end,"
        " level = case state when 'queued' then level else 0 end,"
        " settled_at = null, reason = ''"
        " where state not in ('queued', 'sending') or due_at > excluded.due_at",
        values,
    )
    db.conn.execute(
        "update lanes set rank = e.rank, next_at = max(open_at, e.due_at)"  # noqa: S608 (our own conditions)
        f" from {MESSAGES} where d.state = 'sent' and {which} and e.state = 'queued'"
        " and lanes.chat_id = d.chat_id and (lanes.next_at is null or lanes.next_at > e.due_at)"
        " and not exists (select 1 from deliveries s"
        " where s.chat_id = d.chat_id and s.state = 'sending')",
        values,
    )
