"""Living messages: an alert is edited as outlets join its story, answered as facts change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import IntEnum

from storage import chats
from storage.local_time import quiet_until
from storage.model import ChatId, DeliveryId, ItemId, QuietMode, StoryId, ThreadId
from storage.outbox import chat_queues, payloads, promises
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import (
    NO_PAYLOAD,
    Change,
    DeliveryKind,
    DeliveryState,
    NewDelivery,
    Payload,
    Turn,
    message_of,
)
from storage.outbox.policy import URGENT_PUBLISHERS
from storage.outbox.promises import START, OwedAnswers, OwedEdits
from storage.reading import language_of
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

TOLD_OF_REMOVALS = timedelta(days=7)
"""How long a message says which of its reports their outlets removed: for longer than it follows
its story, because outlets remove what others have noticed."""

COOLDOWN = timedelta(minutes=30)
"""A story is answered with news of itself at most so often in one chat."""


class Urgency(IntEnum):
    """How much of a message is not as it should be, and so how soon it is edited.

    A number of it; its first lines; the stories that came into a message for many, which nobody
    has seen until it is edited.
    """

    NUMBER = 1
    LINES = 2
    STORIES = 3


# Which messages are to be edited: one statement for each reason. Of an alert that is told by a
# message for many it is that message, which has no other until it leaves. -----------------------

TOLD_OF_A_STORY = """
select iif(d.state in ('held', 'merged'), d.carrier, d.id),
    :language <> ''
        and instr(' ' || c.language || ' ' || c.reads || ' ', ' ' || :language || ' ') > 0
        or (:soon and (:lists or d.state not in ('held', 'merged')))
from deliveries d join chats c on c.id = d.chat_id
where d.kind = 'alert' and d.story_id = :story and d.chat_id > :after and d.chat_id <= :upto
    and (d.settled_at > :since or d.state in ('sending', 'held'))
    and (:only = '' or c.machine and :only =
        iif(c.reads = '', c.language, substr(c.reads, 1, instr(c.reads || ' ', ' ') - 1)))
    and (:muted or not exists
        (select 1 from muted_stories m where m.chat_id = d.chat_id and m.story_id = :story))
"""
"""A story's living messages in some chats, and of each whether its first lines are to change.

In a list a second outlet is one name more."""

ALERTS_OF_A_CHAT = """
select id from deliveries
where story_id = :story and chat_id = :chat and kind = 'alert'
    and (settled_at > :alive or state = 'sending') and message_id is not :but
"""
"""The living messages of a story in one chat, but for one of them."""

CHATS_OF_A_STORY = """
select max(chat_id), count(*) from (select distinct chat_id from deliveries
    where story_id = :story and chat_id > :after order by chat_id limit :most)
"""
"""How far the next so many chats go that something of a story is for; and how many they are."""

TO_BE_ANSWERED = """
select chat_id, thread_id, id from deliveries d
where kind = 'alert' and story_id = :story and chat_id > :after and chat_id <= :upto
    and (state = 'sending' or state = 'sent' and message_id is not null and settled_at > :since)
    and not exists
        (select 1 from muted_stories m where m.chat_id = d.chat_id and m.story_id = :story)
"""
"""The messages of a story in some chats that may be answered."""

# How an edit is enqueued: one statement for all messages, since a story may have gone to many
# thousand chats. They come as JSON; a cross join keeps SQLite from reading the whole queue to look
# for each of them (minutes instead of a tenth of a second, at 100,000 rows). --------------------

MARK_BEHIND = """
update deliveries set behind = max(behind, case
    when iif(kind = 'edit', json_extract(payload, '$.of'), id)
        in (select value from json_each(:soon)) then :urgency else 1 end)
where state = 'sending' and (
    id in (select value from json_each(:messages))
    or kind = 'edit'
        and json_extract(payload, '$.of') in (select value from json_each(:messages)))
"""
"""What is on its way, as a message of its own or as an edit, does not have the news."""

ENQUEUE_EDITS = """
insert into deliveries(
    chat_id, thread_id, kind, subject, story_id, payload, rank, due_at, created_at)
select d.chat_id, d.thread_id, 'edit', 'd' || d.id, d.story_id, json_object('of', d.id),
    :rank,
    case
        -- No edit waits: so long after the last one, or after the message itself.
        when e.id is null or e.state <> 'queued' then max(:now,
            coalesce(e.settled_at, d.settled_at, 0) + case
                when d.id in (select value from json_each(:soon)) then :first
                when e.id is null then :every
                -- The older a message is, the rarer its edits: half its age, and no less than
                -- at first.
                else max(:every, (:now - d.settled_at) / 2) end)
        -- One waits: what is urgent brings it forward, and nothing puts it off.
        when d.id in (select value from json_each(:soon)) then min(e.due_at, :now + :first)
        else e.due_at end,
    :now
from json_each(:messages) m cross join deliveries d on d.id = m.value
    left join deliveries e on e.chat_id = d.chat_id and e.thread_id = d.thread_id
        and e.kind = 'edit' and e.subject = 'd' || d.id
where d.state = 'sent' and d.message_id is not null
-- The row of earlier edits is taken up again, as if new, unless one that waits is due no later.
on conflict(chat_id, thread_id, kind, subject) do update set
    due_at = min(excluded.due_at, iif(state = 'queued', due_at, excluded.due_at)),
    rank = min(excluded.rank, iif(state = 'queued', rank, excluded.rank)),
    state = 'queued',
    attempts = case state when 'queued' then attempts else 0 end,
    level = case state when 'queued' then level else 0 end,
    settled_at = null, reason = ''
where state <> 'sending'
    and (state <> 'queued' or due_at > excluded.due_at or rank > excluded.rank)
"""

MOVE_TURNS_UP = """
insert into lanes(chat_id, rank, next_at)
select d.chat_id, e.rank, e.due_at
from json_each(:messages) m cross join deliveries d on d.id = m.value
    cross join deliveries e on e.chat_id = d.chat_id and e.thread_id = d.thread_id
        and e.kind = 'edit' and e.subject = 'd' || d.id
where d.state = 'sent' and e.state = 'queued'
    -- A chat that is being written to has its turn worked out when that is settled.
    and not exists
        (select 1 from deliveries s where s.chat_id = d.chat_id and s.state = 'sending')
on conflict(chat_id) do update set rank = excluded.rank, next_at = max(open_at, excluded.next_at)
where next_at is null or next_at > excluded.next_at
"""
"""``chat_queues.refresh`` for many chats at once, where an edit is what comes next."""


AT_ONCE = 25
"""So many chats of a story get their edits or answers in the transaction that makes them due."""


def grown(db: Connection, story_id: StoryId, now: datetime) -> None:
    """Owe an edit of every message about a story that another outlet now has too.

    A story that many independent publishers tell by now leaves the quiet hours of chats which
    want to hear urgent news.
    """
    if not is_anybodys(db, story_id):
        return
    second, language = news_of(db, story_id)
    urgent = outbox_rows.publishers(db, story_id) >= URGENT_PUBLISHERS
    edits = OwedEdits(story_id, living_since(now), second, language, urgent=urgent)
    owe(db, edits, now)


def is_anybodys(db: Connection, story_id: StoryId) -> bool:
    """Tell whether anything of a story is for anybody."""
    return bool(
        db.conn.execute(
            "select 1 from deliveries where story_id = ? limit 1", (story_id,)
        ).fetchone()
    )


def living_since(now: datetime, alive: timedelta = ALIVE) -> int:
    """Return since when a message was sent that still follows its story, in milliseconds."""
    return to_ms(now - alive) or 0


def owe(db: Connection, owed: OwedEdits | OwedAnswers, now: datetime) -> None:
    """Enqueue for the first chats what is owed, and promise it to the others."""
    _, after = serve(db, owed, START, now, AT_ONCE)
    if after is not None:
        promises.add(db, owed, after, now)


def serve(
    db: Connection, owed: OwedEdits | OwedAnswers, after: int, now: datetime, most: int
) -> tuple[int, int | None]:
    """Enqueue what is owed to the next chats after ``after``, at most so many.

    Returns how many they were and after which to go on, None where there is none left.
    """
    upto, chats_here = db.conn.execute(
        CHATS_OF_A_STORY, {"story": owed.story, "after": after, "most": most}
    ).fetchone()
    if not chats_here:
        return 0, None
    match owed:
        case OwedEdits():
            edit_some(db, owed, after, upto, now)
        case OwedAnswers():
            answer_some(db, owed, after, upto, now)
    return chats_here, upto if chats_here == most else None


def edit_some(db: Connection, owed: OwedEdits, after: int, upto: int, now: datetime) -> None:
    """Enqueue the edits of a story's messages in the chats after ``after``, up to ``upto``."""
    told = db.conn.execute(
        TOLD_OF_A_STORY,
        {
            "story": owed.story,
            "since": owed.since,
            "soon": owed.soon,
            "lists": owed.lists,
            "language": owed.language,
            "muted": owed.muted,
            "only": owed.only,
            "after": after,
            "upto": upto,
        },
    ).fetchall()
    soon = [message for message, is_soon in told if is_soon]
    enqueue_edits(db, [message for message, _ in told], now, soon=soon)
    if owed.urgent:
        release(db, owed.story, after, upto, now)


def answer_some(db: Connection, owed: OwedAnswers, after: int, upto: int, now: datetime) -> None:
    """Enqueue the answers to a story's messages in the chats after ``after``, up to ``upto``."""
    values = {"story": owed.story, "since": owed.since, "after": after, "upto": upto}
    for chat_id, thread_id, alert in db.conn.execute(TO_BE_ANSWERED, values).fetchall():
        reply = NewDelivery(
            ChatId(chat_id),
            ThreadId(thread_id),
            DeliveryKind.UPDATE,
            f"s{owed.story}:{owed.key}",
            owed.story,
            Change(DeliveryId(alert), owed.item, owed.turn),
        )
        answer(db, reply, now)


def news_of(db: Connection, story_id: StoryId) -> tuple[bool, str]:
    """Tell what a story's newest item adds to the first lines of its messages.

    Whether its outlet is the second with the story, and in which language, as chats name it (uz
    for uz-Latn), it is the first ("" where it is not).
    """
    told = db.conn.execute(
        "select f.outlet_id, i.lang from items i join feeds f on f.id = i.feed_id"
        " where i.story_id = :story order by i.id",
        {"story": story_id},
    ).fetchall()
    outlets, languages = [row[0] for row in told], [row[1] for row in told]
    if not told:
        return False, ""
    return (
        len(set(outlets)) == 2 and outlets.count(outlets[-1]) == 1,  # noqa: PLR2004 - a second
        language_of(languages[-1]) if languages.count(languages[-1]) == 1 else "",
    )


def changed(
    db: Connection,
    story_id: StoryId,
    key: str,
    item_id: ItemId | None,
    now: datetime,
    *,
    turn: Turn | None = None,
) -> None:
    """Answer the messages of a story of which a fact changed: toll, sum, place, confirmed.

    ``key`` names the change (``toll:5``); the same change is told once. ``item_id`` is the item
    that changed it, ``turn`` from what to what a toll went. Changes within the cooldown gather in
    one answer, the newest winning. An alert that is on its way is answered too: it was perhaps
    written before the change. A message for many is not answered but edited.
    """
    if is_anybodys(db, story_id):
        owe(db, OwedAnswers(story_id, living_since(now), key, item_id, turn), now)
    grown(db, story_id, now)


def answer(db: Connection, reply: NewDelivery, now: datetime) -> None:
    """Enqueue one short answer under a message, or put it into the answer that waits already."""
    chat = chats.readable(db, reply.chat_id, now)
    if chat is None or not chat.active or outbox_rows.exists(db, reply):
        return
    if chat.silenced_at is not None and not asked_for_since(db, reply, chat.silenced_at):
        return
    story = (reply.chat_id, reply.thread_id, reply.story_id)
    waiting, last = db.conn.execute(
        "select max(case when state = 'queued' then id end),"
        " max(coalesce(settled_at, sending_since)) from deliveries"
        " where chat_id = ? and thread_id = ? and story_id = ? and kind = 'update'",
        story,
    ).fetchone()
    if waiting is not None:
        earlier = outbox_rows.readable(db, DeliveryId(waiting), now)
        payload = gathered(earlier.payload if earlier is not None else NO_PAYLOAD, reply.payload)
        db.conn.execute(
            "update deliveries set subject = ?, payload = ? where id = ?",
            (reply.subject, to_json(payloads.to_json(payload)), waiting),
        )
        return
    last_at = from_ms(last)
    due = now if last_at is None else max(now, last_at + COOLDOWN)
    wakes = quiet_until(due, chat.time_zone, chat.quiet_from, chat.quiet_to)
    if wakes is not None and chat.quiet_mode is not QuietMode.SILENT:
        due = wakes
    outbox_rows.insert(db, reply, DeliveryState.QUEUED, due, now)
    chat_queues.refresh(db, reply.chat_id, now)


def gathered(waiting: Payload, news: Payload) -> Payload:
    """Say from what the first change to what the newest leads, where both are of one toll."""
    match waiting, news:
        case Change(turn=Turn() as first), Change(turn=Turn() as last) if (
            first.kind == last.kind and not last.more
        ):
            return replace(news, turn=replace(last, before=first.before))
        case _:
            return news


def asked_for_since(db: Connection, reply: NewDelivery, stopped_at: datetime) -> bool:
    """Tell whether the message that an answer follows came by what was asked for after a /stop."""
    of = message_of(reply.payload)
    told = outbox_rows.of_id(db, of) if of is not None else None
    return told is not None and told.created_at > stopped_at


def release(db: Connection, story_id: StoryId, after: int, upto: int, now: datetime) -> None:
    """Let a story that became urgent out of the quiet hours that hold it, in some chats."""
    rows = db.conn.execute(
        "update deliveries set state = 'queued', carrier = null, reason = 'urgent', due_at = :now"
        " where story_id = :story and chat_id > :after and chat_id <= :upto"
        " and kind = 'alert' and state = 'held'"
        # What its message for many is just telling needs no message of its own.
        " and not exists (select 1 from deliveries f where f.id = deliveries.carrier"
        " and f.state = 'sending')"
        " and chat_id in (select id from chats where quiet_mode = 'urgent' and active = 1)"
        " returning chat_id",
        {"story": story_id, "after": after, "upto": upto, "now": to_ms(now)},
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
    """Enqueue an edit of a chat's alerts of a story, whose button says whether it is muted.

    ``but`` is the message that shows it already: the one under which it was pressed.
    """
    shown = db.conn.execute(
        ALERTS_OF_A_CHAT,
        {"story": story_id, "chat": chat_id, "but": but, "alive": to_ms(now - ALIVE)},
    ).fetchall()
    messages = [message for (message,) in shown]
    enqueue_edits(db, messages, now, soon=messages)


def reshown(db: Connection, story_ids: Sequence[StoryId], now: datetime) -> None:
    """Owe an edit of every message about stories whose items an admin put elsewhere.

    In chats that muted them too: a button there says so.
    """
    for story_id in story_ids:
        urgent = outbox_rows.publishers(db, story_id) >= URGENT_PUBLISHERS
        edits = OwedEdits(
            story_id, living_since(now), soon=True, lists=True, muted=True, urgent=urgent
        )
        owe(db, edits, now)


def went(db: Connection, story_id: StoryId, now: datetime) -> None:
    """Owe an edit of every message about a story of which a page went, or came back.

    A line of the message that is there, without a sound: what somebody was alerted of is gone.
    """
    owe(db, OwedEdits(story_id, living_since(now, TOLD_OF_REMOVALS), soon=True, lists=True), now)


def translated(db: Connection, story_id: StoryId, language: str, now: datetime) -> None:
    """Owe an edit of the messages of a story whose headline came in their readers' language."""
    if is_anybodys(db, story_id):
        owe(db, OwedEdits(story_id, living_since(now), soon=True, lists=True, only=language), now)


def enqueue_edit(db: Connection, of: DeliveryId, now: datetime, urgency: Urgency) -> None:
    """Enqueue an edit of one message, sent or just being sent."""
    soon = [of] if urgency > Urgency.NUMBER else []
    enqueue_edits(db, [of], now, soon=soon, urgency=urgency)


def enqueue_edits(
    db: Connection,
    of: Sequence[DeliveryId | None],
    now: datetime,
    *,
    soon: Sequence[DeliveryId | None],
    urgency: Urgency = Urgency.LINES,
) -> None:
    """Enqueue an edit of messages; a living message has one row for all its edits.

    None stands for what no message tells. ``urgency`` is that of the edits of those in ``soon``;
    the others are due by ``EDIT_EVERY``.
    What is just being sent was perhaps written before this news: it is marked as behind, and
    edited once it is sent.
    """
    millisecond = timedelta(milliseconds=1)
    has_stories = urgency is Urgency.STORIES
    values = {
        "messages": to_json([message for message in dict.fromkeys(of) if message is not None]),
        "soon": to_json(soon),
        "urgency": urgency,
        # The stories that came into a message are news, whatever else changed waits for the news.
        "rank": outbox_rows.RANK[DeliveryKind.DIGEST if has_stories else DeliveryKind.EDIT],
        "now": to_ms(now),
        "first": (FOLD_EVERY if has_stories else FIRST_EDIT) // millisecond,
        "every": EDIT_EVERY // millisecond,
    }
    db.conn.execute(MARK_BEHIND, values)
    db.conn.execute(ENQUEUE_EDITS, values)
    db.conn.execute(MOVE_TURNS_UP, values)
