"""Announcements to all readers: promised, counted, stopped."""

from dataclasses import dataclass
from datetime import datetime

from storage.model import NO_THREAD, ChatId, ChatKind
from storage.outbox import chat_queues, promises, queue, rows
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Rendered
from storage.outbox.promises import START, OwedAnnouncement
from storage.sql import Connection

PAGE = 50
"""So many chats in one transaction: some 5 ms."""

STOPPED = (
    "silenced_at is not null and digest_times = '' and weekly_day = 0 and not exists"
    " (select 1 from subscriptions s where s.chat_id = chats.id and s.paused = 0)"
)
"""Who said /stop and asked for nothing since."""

READERS = f"active = 1 and kind <> '{ChatKind.CHANNEL}' and not ({STOPPED})"


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


def announce(db: Connection, subject: str, html: str, now: datetime) -> None:
    """Owe an announcement to every reader: to the first ``PAGE`` at once, the others by a promise.

    Asked for again it is owed once.
    """
    owed = OwedAnnouncement(subject, html)
    if promises.of_announcement(db, subject) is None:
        _, after = serve(db, owed, START, now, PAGE)
        if after is not None:
            promises.add(db, owed, after, now)


def serve(
    db: Connection, owed: OwedAnnouncement, after: int, now: datetime, most: int
) -> tuple[int, int | None]:
    """Enqueue an announcement for the next chats after ``after``, at most so many.

    Returns how many they were and after which to go on, None where there is none left. Channels
    are left out: they belong to their readers, not to us; and so is who said /stop and asked for
    nothing since.
    """
    page = [
        ChatId(row[0])
        for row in db.conn.execute(
            f"select id from chats where {READERS} and id > :after order by id limit :most",  # noqa: S608 (ours)
            {"after": after, "most": most},
        )
    ]
    queue.enqueue(
        db,
        [
            NewDelivery(
                chat_id,
                NO_THREAD,
                DeliveryKind.BROADCAST,
                owed.subject,
                payload=Rendered(owed.html),
            )
            for chat_id in page
        ],
        now,
    )
    return len(page), page[-1] if len(page) == most else None


def readers(db: Connection, after: int = START) -> int:
    """Count the chats that an announcement would reach, or those after ``after``."""
    (count,) = db.conn.execute(
        f"select count(*) from chats where {READERS} and id > ?",  # noqa: S608 (ours)
        (after,),
    ).fetchone()
    return int(count)


def progress(db: Connection, subject: str) -> Progress:
    """Count an announcement's messages by what became of them."""
    counts = dict(
        db.conn.execute(
            "select case when state = 'failed' and reason = 'stopped' then reason else state end,"
            " count(*) from deliveries where kind = 'broadcast' and subject = ? group by 1",
            (subject,),
        ).fetchall()
    )
    promise = promises.of_announcement(db, subject)
    unreached = 0 if promise is None else readers(db, promise.after)
    return Progress(
        waiting=unreached + sum(counts.get(state, 0) for state in ("queued", "sending", "held")),
        sent=counts.get("sent", 0) + counts.get("unknown", 0),
        failed=counts.get("failed", 0),
        stopped=counts.get("stopped", 0),
    )


def stop(db: Connection, subject: str, now: datetime) -> int:
    """Send no more of an announcement; return how many messages that spares."""
    promise = promises.of_announcement(db, subject)
    unreached = 0
    if promise is not None:
        unreached = readers(db, promise.after)
        promises.served(db, promise, None)
    chosen = "kind = 'broadcast' and subject = :subject"
    spared = rows.stop(db, chosen, {"subject": subject}, now)
    for chat_id in spared:
        chat_queues.refresh(db, chat_id, now)
    return len(spared) + unreached
