"""Removal: a feed leaves at once, what it told leaves in steps that nobody waits for.

Whoever removes a feed marks it and its fallbacks: they are polled and listed no more, and their
addresses are free. Their items are a hundred or a million. So they go some at a time, each step
with the stories that it changes in one transaction, and the feed's row goes last: what a crash
leaves is taken up by whoever looks next.
"""

import asyncio
from collections.abc import Callable

from storage import items, stories
from storage.database import Database
from storage.model import FeedId, StoryId
from storage.sql import Connection, to_json

ITEMS_A_STEP = 200
"""With what hangs on them and their stories some 20 ms."""

KEYS_A_STEP = 5_000
"""Some ms."""

PAUSE_S = 0.005
"""Between two steps, for others to read."""


def begin(db: Connection, feed_id: FeedId) -> None:
    """Mark a feed and its fallbacks as removed."""
    db.conn.execute(
        "update feeds set removed = 1, status = 'gone', notice = '', host = '',"
        " url = 'removed:' || id where :feed in (id, fallback_of)",
        {"feed": feed_id},
    )


def some(db: Connection) -> int:
    """Remove some of what removed feeds told; return how many rows went, 0 where none is left."""
    feed_id = _next(db)
    if feed_id is None:
        return 0
    return _items(db, feed_id) or _keys(db, feed_id) or _row(db, feed_id)


async def finish(db: Database, beat: Callable[[], None] = lambda: None) -> int:
    """Take up every removal and end it; ``beat`` is called after each step. Return the rows."""
    gone = 0
    while await db.read(_next) is not None:
        gone += await db.write_behind(some)
        beat()
        await asyncio.sleep(PAUSE_S)
    return gone


def _next(db: Connection) -> FeedId | None:
    """Return the feed that goes next: fallbacks before their source, whose row takes theirs."""
    row = db.conn.execute(
        "select id from feeds where removed = 1 order by fallback_of is null, id limit 1"
    ).fetchone()
    return FeedId(row[0]) if row else None


def _items(db: Connection, feed_id: FeedId) -> int:
    """Remove some of its items; stories keep what others told, empty ones go."""
    found = db.conn.execute(
        "select id, story_id from items where feed_id = ? order by id desc limit ?",
        (feed_id, ITEMS_A_STEP),
    ).fetchall()
    if not found:
        return 0
    items.note_last_ids(db)
    touched = sorted({StoryId(story) for _, story in found})
    items.count_out(db, [item for item, _ in found])
    db.conn.execute(
        "delete from items where id in (select value from json_each(?))",
        (to_json([item for item, _ in found]),),
    )
    stories.refresh(db, touched)
    stories.drop_empty(db, touched)
    return len(found)


def _keys(db: Connection, feed_id: FeedId) -> int:
    """Forget some of the keys by which its entries were known."""
    return db.conn.execute(
        "delete from item_keys where (feed_id, key) in"
        " (select feed_id, key from item_keys where feed_id = ? limit ?)",
        (feed_id, KEYS_A_STEP),
    ).rowcount


def _row(db: Connection, feed_id: FeedId) -> int:
    return db.conn.execute("delete from feeds where id = ?", (feed_id,)).rowcount
