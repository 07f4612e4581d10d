"""Matches: which item met which subscription, kept for digests and for being asked why."""

from collections.abc import Iterable
from datetime import datetime

from storage.model import ChatId, ItemId, Match, StoryId, SubscriptionId, ThreadId
from storage.sql import Connection, to_json, to_ms
from storage.stories import LATE

COLUMNS = "m.subscription_id, m.item_id, m.story_id, m.term, m.word, m.in_headline, m.query"


def add(db: Connection, found: Iterable[Match], now: datetime) -> None:
    """Keep matches; the same item and subscription meet once, in the headline if ever there."""
    db.conn.executemany(
        "insert into matches(subscription_id, item_id, story_id, seen_at, term, word, in_headline,"
        " query) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set"
        " term = excluded.term, word = excluded.word, in_headline = 1, seen_at = excluded.seen_at"
        " where excluded.in_headline > in_headline",
        [
            (
                match.subscription_id,
                match.item_id,
                match.story_id,
                to_ms(now),
                match.term,
                match.word,
                int(match.in_headline),
                match.query,
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
        " from subscriptions s join matches m on m.subscription_id = s.id"
        " join items i on i.id = m.item_id"
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
        " from matches m join subscriptions s on s.id = m.subscription_id"
        " where s.chat_id = ? and m.story_id = ? order by m.seen_at",
        (chat_id, story_id),
    )
    return [of_row(row) for row in rows]


def of_items(db: Connection, wanted: Iterable[ItemId]) -> list[Match]:
    """Return what these items met, in the order they came."""
    rows = db.conn.execute(
        f"select {COLUMNS} from matches m"  # noqa: S608 (our own columns)
        " where m.item_id in (select value from json_each(?)) order by m.item_id",
        (to_json(list(wanted)),),
    )
    return [of_row(row) for row in rows]


def of_row(row: tuple[int, int, int, str, str, int, str]) -> Match:
    """Read a match off ``COLUMNS``."""
    return Match(
        SubscriptionId(row[0]),
        ItemId(row[1]),
        StoryId(row[2]),
        row[3],
        row[4],
        bool(row[5]),
        row[6],
    )
