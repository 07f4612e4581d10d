"""Subscriptions: the queries that chats want told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from storage.errors import NewsError
from storage.model import ChatId, Mode, Reach, Subscription, SubscriptionId, ThreadId
from storage.sql import Connection, from_ms, readable, to_json, to_ms

MOST_PER_CHAT = 200
"""Enough for anybody's work; a bound, so that no chat can weigh on all the others."""


class Subscriber(NamedTuple):
    """A subscription as far as matching goes: whose it is, and what they ask for."""

    id: SubscriptionId
    chat_id: ChatId
    query: str


def add(
    db: Connection,
    *,
    chat_id: ChatId,
    thread_id: ThreadId,
    query: str,
    mode: Mode,
    reach: Reach = Reach.HEADLINE,
    now: datetime,
) -> tuple[Subscription, bool]:
    """Keep a query in its canonical form; return it and whether it is new here.

    Subscribing again to the same query takes it up where it was left: its mode and reach are
    set and a pause ends. Raises NewsError where the chat has as many as it may.
    """
    found = to_query(db, chat_id, thread_id, query)
    if found is not None:
        db.conn.execute(
            "update subscriptions set mode = :mode, reach = :reach, paused = 0, silenced = 0"
            " where id = :id",
            {"mode": mode, "reach": reach, "id": found.id},
        )
        return replace(found, mode=mode, reach=reach, paused=False, silenced=False), False
    if count(db, chat_id) >= MOST_PER_CHAT:
        raise NewsError("subscribe.too_many", most=MOST_PER_CHAT)
    row = next(
        db.query(
            "insert into subscriptions (chat_id, thread_id, query, mode, reach, created_at)"
            " values (?, ?, ?, ?, ?, ?) returning *",
            [chat_id, thread_id, query, mode, reach, to_ms(now)],
        )
    )
    return to_subscription(row), True


def get(db: Connection, subscription_id: SubscriptionId, chat_id: ChatId) -> Subscription | None:
    """Return a chat's own subscription; another chat's is as unknown as one that never was."""
    row = next(
        db.query(
            "select * from subscriptions where id = ? and chat_id = ?", [subscription_id, chat_id]
        ),
        None,
    )
    return None if row is None else to_subscription(row)


def to_query(
    db: Connection, chat_id: ChatId, thread_id: ThreadId, query: str
) -> Subscription | None:
    """Return a chat's subscription to a query in its canonical form, in one of its topics."""
    row = next(
        db.query(
            "select * from subscriptions where chat_id = ? and thread_id = ? and query = ?",
            [chat_id, thread_id, query],
        ),
        None,
    )
    return None if row is None else to_subscription(row)


def listening(db: Connection, ids: Sequence[SubscriptionId]) -> list[Subscriber]:
    """Return those of the subscriptions that are there and not paused."""
    rows = db.conn.execute(
        "select id, chat_id, query from subscriptions"
        " where paused = 0 and id in (select value from json_each(?))",
        [to_json(list(ids))],
    )
    return list(map(Subscriber._make, rows))


def of_chat(db: Connection, chat_id: ChatId) -> list[Subscription]:
    """Return a chat's subscriptions, oldest first."""
    rows = db.query("select * from subscriptions where chat_id = ? order by id", [chat_id])
    return readable(rows, to_subscription)


def every(db: Connection, after: SubscriptionId | None = None, most: int = -1) -> list[Subscriber]:
    """Return the subscriptions that are not paused, for the ingester to match, oldest first.

    The next ``most`` of them ``after`` an id. Those of chats that are gone are among them: nothing
    is sent to them until they are back.
    """
    rows = db.conn.execute(
        "select id, chat_id, query from subscriptions"
        " where paused = 0 and id > ? order by id limit ?",
        [after or 0, most],
    )
    return list(map(Subscriber._make, rows))


def listening_of(db: Connection, chat_id: ChatId) -> list[Subscription]:
    """Return one chat's subscriptions that are not paused, whether or not it is gone."""
    rows = db.query(
        "select * from subscriptions where chat_id = ? and paused = 0 order by id", [chat_id]
    )
    return readable(rows, to_subscription)


def count(db: Connection, chat_id: ChatId) -> int:
    """Count a chat's subscriptions."""
    row = next(db.query("select count(*) as n from subscriptions where chat_id = ?", [chat_id]))
    return int(row["n"])


def save(db: Connection, subscription: Subscription) -> None:
    """Write a subscription's query, mode, reach and pause.

    Raises NewsError where the chat already has another subscription to that query.
    """
    twin = next(
        db.query(
            "select id from subscriptions"
            " where chat_id = ? and thread_id = ? and query = ? and id <> ?",
            [
                subscription.chat_id,
                subscription.thread_id,
                subscription.query,
                subscription.id,
            ],
        ),
        None,
    )
    if twin is not None:
        raise NewsError("subscribe.already", query=subscription.query)
    db.conn.execute(
        "update subscriptions set query = ?, mode = ?, reach = ?, paused = ?, silenced = ?"
        " where id = ?",
        [
            subscription.query,
            subscription.mode,
            subscription.reach,
            int(subscription.paused),
            int(subscription.paused and subscription.silenced),
            subscription.id,
        ],
    )


def silence(db: Connection, chat_id: ChatId) -> list[SubscriptionId]:
    """Pause what a chat still listens to, remembering that /stop did it.

    Returns all that /stop paused, now or before.
    """
    db.conn.execute(
        "update subscriptions set paused = 1, silenced = 1 where chat_id = ? and paused = 0",
        [chat_id],
    )
    rows = db.query("select id from subscriptions where chat_id = ? and silenced = 1", [chat_id])
    return [SubscriptionId(row["id"]) for row in rows]


def end_silence(db: Connection, chat_id: ChatId) -> list[Subscription]:
    """Resume exactly what /stop paused, and return it; what was paused before stays paused."""
    rows = db.query(
        "update subscriptions set paused = 0, silenced = 0 where chat_id = ? and silenced = 1"
        " returning *",
        [chat_id],
    )
    return readable(rows, to_subscription)


def remove(db: Connection, subscription_id: SubscriptionId, chat_id: ChatId) -> bool:
    """Delete a chat's own subscription; return whether there was one."""
    cursor = db.conn.execute(
        "delete from subscriptions where id = ? and chat_id = ?", [subscription_id, chat_id]
    )
    return cursor.rowcount > 0


def remove_all(db: Connection, chat_id: ChatId) -> list[SubscriptionId]:
    """Delete every subscription of a chat; return which they were."""
    rows = db.query("delete from subscriptions where chat_id = ? returning id", [chat_id])
    return [SubscriptionId(row["id"]) for row in rows]


def to_subscription(row: dict[str, Any]) -> Subscription:
    """Turn a row into a value."""
    return Subscription(
        id=SubscriptionId(row["id"]),
        chat_id=ChatId(row["chat_id"]),
        thread_id=ThreadId(row["thread_id"]),
        query=row["query"],
        mode=Mode(row["mode"]),
        reach=Reach(row["reach"]),
        paused=bool(row["paused"]),
        silenced=bool(row["silenced"]),
        created_at=from_ms(row["created_at"]),
    )
