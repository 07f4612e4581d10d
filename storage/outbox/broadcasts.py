"""Announcements to all readers: enqueued a page at a time, counted, stopped."""

from dataclasses import dataclass
from datetime import datetime

from storage import chats
from storage.model import NO_THREAD, ChatId, ChatKind
from storage.outbox import chat_queues, queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Rendered
from storage.sql import Connection, repeatable, to_json, to_ms

PAGE = 50
"""So many chats in one transaction: some 5 ms."""

STOPPED = (
    "silenced_at is not null and digest_times = '' and weekly_day = 0 and not exists"
    " (select 1 from subscriptions s where s.chat_id = chats.id and s.paused = 0)"
)
"""Who said /stop and asked for nothing since."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an announcement is."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    stopped: int = 0

    @property
    def total(self) -> int:
        """How many chats it is for."""
        return self.waiting + self.sent + self.failed + self.stopped


@repeatable
def enqueue_page(
    db: Connection, subject: str, html: str, after: ChatId | None, now: datetime
) -> ChatId | None:
    """Enqueue an announcement for the next page of chats; return where the page after begins.

    Channels are left out: they belong to their readers, not to us; and so is who said /stop and
    asked for nothing since.
    """
    page = chats.active(db, after=after, limit=PAGE)
    stopped = {
        row[0]
        for row in db.conn.execute(
            "select id from chats"  # noqa: S608 (ours)
            f" where id in (select value from json_each(?)) and {STOPPED}",
            (to_json([chat.id for chat in page]),),
        )
    }
    queue.enqueue(
        db,
        [
            NewDelivery(
                chat.id, NO_THREAD, DeliveryKind.BROADCAST, subject, payload=Rendered(html)
            )
            for chat in page
            if chat.kind is not ChatKind.CHANNEL and chat.id not in stopped
        ],
        now,
    )
    return page[-1].id if len(page) == PAGE else None


def readers(db: Connection) -> int:
    """Count the chats that an announcement would reach."""
    (count,) = db.conn.execute(
        f"select count(*) from chats where active = 1 and not ({STOPPED}) and kind <> ?",  # noqa: S608 (ours)
        (ChatKind.CHANNEL,),
    ).fetchone()
    return int(count)


def progress(db: Connection, subject: str) -> Progress:
    """Count an announcement's messages by what became of them."""
    counts = dict(
        db.conn.execute(
            "select case when reason = 'stopped' then 'stopped' else state end, count(*)"
            " from deliveries where kind = 'broadcast' and subject = ? group by 1",
            (subject,),
        ).fetchall()
    )
    return Progress(
        waiting=counts.get("queued", 0) + counts.get("sending", 0) + counts.get("held", 0),
        sent=counts.get("sent", 0) + counts.get("unknown", 0),
        failed=counts.get("failed", 0),
        stopped=counts.get("stopped", 0),
    )


def stop(db: Connection, subject: str, now: datetime) -> int:
    """Send no more of an announcement; return how many messages that spares."""
    spared = db.conn.execute(
        "update deliveries set state = 'failed', reason = 'stopped', settled_at = ?"
        " where kind = 'broadcast' and subject = ? and state = 'queued' returning chat_id",
        (to_ms(now), subject),
    ).fetchall()
    for (chat_id,) in spared:
        chat_queues.refresh(db, ChatId(chat_id), now)
    return len(spared)
