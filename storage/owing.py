"""Owing: what a document's items make due, to some readers at once, to the others by a promise.

``keep_all`` makes good on the promises, in slices of a few milliseconds, each a transaction of its
own after everybody else's.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from storage import set_aside, subscriptions
from storage.database import Database
from storage.errors import StorageError
from storage.matches import ASKED
from storage.model import ItemId, Match, StoryId, Subscription
from storage.outbox import broadcasts, followups, promises, queue
from storage.outbox.deliveries import AlertCause, DeliveryKind, NewDelivery
from storage.outbox.policy import rings
from storage.outbox.promises import START, OwedAlerts, OwedAnnouncement, Promise
from storage.set_aside import Aside, AsideKind, why_of
from storage.sql import Connection, readable, to_json

AT_ONCE = 25
"""To so many readers alerts are owed in the transaction of their document: some 3 ms."""

SLICE_S = 0.005
"""How long a slice is to take, on this machine and at this hour."""

FEWEST, MOST = 2, 500
"""How many readers a slice makes good to."""

PAUSE_S = 0.005
"""Between two slices: as long as one, so that half of the writer and of the machine is others'."""

ASKING = f"""
select s.*, m.item_id as item, m.story_id as story, m.term, m.word, m.in_headline,
    m.query as asked, m.machine as by_machine
from matches m cross join askings a on {ASKED}
    cross join subscriptions s on s.id = a.subscription_id
where m.query = :query and m.item_id = :item and a.subscription_id > :after
order by a.subscription_id limit :most
"""  # noqa: S608 (our own condition)
"""The next readers of a query as of when an item met it, with what it met."""


def alert(db: Connection, news: Iterable[OwedAlerts], now: datetime) -> None:
    """Owe the alerts of new matches: to ``AT_ONCE`` readers at once, to the others by promises."""
    room = AT_ONCE
    for owed in news:
        after: int | None = START
        if room > 0:
            reached, after = serve(db, owed, START, now, room)
            room -= reached
        if after is not None:
            promises.add(db, owed, after, now)


def serve(
    db: Connection, owed: OwedAlerts, after: int, now: datetime, most: int
) -> tuple[int, int | None]:
    """Owe an item's alert to the next readers of a query, at most so many.

    Returns how many they were and after which to go on, None where there is none left. Who pauses
    it meanwhile is told nothing, who asks for something else by now is told what they asked for.
    """
    rows = list(
        db.query(ASKING, {"query": owed.query, "item": owed.item, "after": after, "most": most})
    )
    listening = [row for row in rows if not row["paused"]]
    due = [
        delivery
        for delivery in readable(listening, alert_of)
        if delivery is not None and (not owed.heard or has_heard(db, delivery, owed.heard))
    ]
    queue.enqueue(db, due, now, retold=bool(owed.heard))
    return len(rows), rows[-1]["id"] if len(rows) == most else None


def alert_of(row: dict[str, object]) -> NewDelivery | None:
    """Return the alert of a row of ``ASKING``; None where it does not ring."""
    subscription = subscriptions.to_subscription(row)
    found = match_of(row, subscription)
    if not rings(subscription, found):
        return None
    cause = AlertCause(subscription.id, found.query, found.term, found.word, found.item_id)
    return NewDelivery(
        subscription.chat_id,
        subscription.thread_id,
        DeliveryKind.ALERT,
        f"s{found.story_id}",
        found.story_id,
        payload=cause,
    )


def match_of(row: dict[str, object], subscription: Subscription) -> Match:
    """Return the match of a row of ``ASKING``."""
    return Match(
        subscription.id,
        ItemId(int(str(row["item"]))),
        StoryId(int(str(row["story"]))),
        str(row["term"]),
        str(row["word"]),
        bool(row["in_headline"]),
        str(row["asked"]),
        bool(row["by_machine"]),
    )


def has_heard(db: Connection, alert: NewDelivery, of: Iterable[StoryId]) -> bool:
    """Tell whether an alert of one of these stories was for the place of ``alert``."""
    return bool(
        db.conn.execute(
            "select 1 from deliveries where chat_id = ? and thread_id = ? and kind = 'alert'"
            " and story_id in (select value from json_each(?)) limit 1",
            (alert.chat_id, alert.thread_id, to_json(list(of))),
        ).fetchone()
    )


# --- keeping promises -----------------------------------------------------------------------


def keep(db: Connection, now: datetime, room: int) -> bool:
    """Make good on what is promised, to at most so many; return whether more can be at once.

    A promise that raises is undone, noted, and tried again behind all others, at the next tick.
    """
    while (promise := promises.first(db)) is not None:
        if room <= 0:
            return True
        db.conn.execute("savepoint promise")
        try:
            reached, after = serve_owed(db, promise, now, room)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 (noted)
            db.conn.execute("rollback to promise")
            promises.pass_over(db, promise)
            set_aside.note(db, [Aside(AsideKind.DELIVERY, promise.details, why_of(error))], now)
            return False
        finally:
            db.conn.execute("release promise")
        promises.served(db, promise, after)
        room -= max(reached, 1)
    return False


def serve_owed(
    db: Connection, promise: Promise, now: datetime, most: int
) -> tuple[int, int | None]:
    """Make good on a promise to the next so many; return as ``serve`` does."""
    owed = promises.read(promise)
    if isinstance(owed, OwedAlerts):
        return serve(db, owed, promise.after, now, most)
    if isinstance(owed, OwedAnnouncement):
        return broadcasts.serve(db, owed, promise.after, now, most)
    return followups.serve(db, owed, promise.after, now, most)


def timed(db: Connection, now: datetime, room: int) -> tuple[bool, float]:
    """Do what ``keep`` does; return also how many seconds it took."""
    began = time.perf_counter()
    return keep(db, now, room), time.perf_counter() - began


def paced(room: int, took: float) -> int:
    """Return how many readers the next slice should reach, to take ``SLICE_S``."""
    aimed = room * SLICE_S / max(took, 1e-6)
    # Half the way there: one slice that had to wait for something says little.
    return min(max(round((room + aimed) / 2), FEWEST), MOST)


async def keep_all(db: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
    """Make good on every promise; ``wake`` is called after each slice, for who delivers."""
    room, left = AT_ONCE, await db.read(promises.is_any)
    while left:
        left, took = await db.write_behind(timed, clock(), room)
        room = paced(room, took)
        wake()
        await asyncio.sleep(PAUSE_S)
