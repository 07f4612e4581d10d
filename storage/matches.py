"""Matches: which item met which query, and whose query it was, kept for digests and for /why.

A row an item and query, however many readers have that query: a hundred thousand of one word
cost what one costs. Whose it was is told by ``askings``, the spans in which each subscription
asked for a query. Both count time in changes of subscriptions (``changes``): a match is of who
asked as of the last change that the ingester knew when it decided, a clock that is never set.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from storage.forgetting import youth_begins
from storage.model import ChatId, ItemId, Match, NewMatch, StoryId, SubscriptionId, ThreadId
from storage.sql import Connection, to_json, to_ms
from storage.stories import LATE

KEPT = timedelta(days=60)
"""As long as the row of an alert, which can be asked why it came; far longer than any digest's
window."""

COLUMNS = (
    "a.subscription_id, m.item_id, m.story_id, m.term, m.word, m.in_headline, m.query, m.machine"
)

ASKED = "a.query = m.query and a.since <= m.as_of and (a.ended is null or a.ended > m.as_of)"
"""Which askings a match is of."""


def add(db: Connection, found: Iterable[NewMatch], as_of: int, now: datetime) -> None:
    """Keep matches; the same item and query meet once, in the headline if ever there.

    An item's own words before a machine's: what these meet is kept where those meet nothing.
    ``as_of`` is the last change of subscriptions that was known when they were found.
    """
    db.conn.executemany(
        "insert into matches(query, item_id, story_id, seen_at, term, word, in_headline, as_of,"
        " machine) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set"
        " term = excluded.term, word = excluded.word, in_headline = excluded.in_headline,"
        " seen_at = excluded.seen_at, as_of = excluded.as_of, machine = excluded.machine"
        " where excluded.machine < machine"
        " or excluded.machine = machine and excluded.in_headline > in_headline",
        [
            (
                match.query,
                match.item_id,
                match.story_id,
                to_ms(now),
                match.term,
                match.word,
                int(match.in_headline),
                as_of,
                int(match.machine),
            )
            for match in found
        ],
    )


def of_chat(
    db: Connection, chat_id: ChatId, thread_id: ThreadId | None, start: datetime, end: datetime
) -> list[Match]:
    """Return what a chat's live subscriptions met in [start, end), newest first; no old news.

    ``thread_id`` None means every topic of the chat.
    """
    rows = db.conn.execute(
        f"select {COLUMNS}"  # noqa: S608 (our own columns)
        " from subscriptions s cross join askings a on a.subscription_id = s.id"
        f" cross join matches m on {ASKED} join items i on i.id = m.item_id"
        " and coalesce(i.retitled_at, i.published, i.first_seen) >= :dated_from"
        " where s.chat_id = :chat and (:thread is null or s.thread_id = :thread) and s.paused = 0"
        " and m.seen_at >= :start and m.seen_at < :end order by m.seen_at desc",
        {
            "chat": chat_id,
            "thread": thread_id,
            "start": to_ms(start),
            "end": to_ms(end),
            "dated_from": to_ms(start - LATE),
        },
    )
    return [of_row(row) for row in rows]


def of_story(db: Connection, chat_id: ChatId, story_id: StoryId) -> list[Match]:
    """Return which of a chat's subscriptions a story met, and on which words."""
    rows = db.conn.execute(
        f"select {COLUMNS}"  # noqa: S608 (our own columns)
        " from subscriptions s cross join askings a on a.subscription_id = s.id"
        f" cross join matches m on {ASKED}"
        " where s.chat_id = ? and m.story_id = ? order by m.seen_at",
        (chat_id, story_id),
    )
    return [of_row(row) for row in rows]


def queries_of_items(db: Connection, wanted: Iterable[ItemId]) -> list[tuple[str, ItemId]]:
    """Return which queries these items met, in the order the items came."""
    rows = db.conn.execute(
        "select query, item_id from matches"
        " where item_id in (select value from json_each(?)) order by item_id",
        (to_json(list(wanted)),),
    )
    return [(query, ItemId(item)) for query, item in rows]


def prune(db: Connection, now: datetime, limit: int = 500) -> int:
    """Forget the oldest matches of more than ``KEPT`` ago; return how many rows went.

    With the last of them goes what was asked only before any that is left.
    """
    cursor = db.conn.execute(
        "delete from matches where (query, item_id) in (select query, item_id from matches"
        " where seen_at < :before and item_id < coalesce(:youth, item_id + 1)"
        " order by seen_at limit :limit)",
        {
            "before": to_ms(now - KEPT),
            "youth": youth_begins(db, "matches", "seen_at", now - KEPT, "item_id"),
            "limit": limit,
        },
    )
    if cursor.rowcount < limit:
        db.conn.execute(
            "delete from askings where ended <="
            " coalesce((select as_of from matches order by seen_at limit 1), ended)"
            " and not exists (select 1 from promises)"
        )
    return cursor.rowcount


def of_row(row: tuple[int, int, int, str, str, int, str, int]) -> Match:
    """Read a match off ``COLUMNS``."""
    return Match(
        SubscriptionId(row[0]),
        ItemId(row[1]),
        StoryId(row[2]),
        row[3],
        row[4],
        bool(row[5]),
        row[6],
        bool(row[7]),
    )
