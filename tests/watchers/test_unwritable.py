"""While nothing can be kept no feed is blamed, no outlet asked in vain, and nothing is lost."""

import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from storage import feeds
from storage.database import Database
from storage.errors import ShortageError, StorageError
from storage.model import FeedStatus
from tests.farm import item, rss
from tests.storage.test_writability import BLOCKERS, Blocker, hasty
from tests.watchers.test_poll import Room, room
from watchers.holding_back import FIRST_S, LONGEST_S, HoldingBack
from watchers.parse import Document
from watchers.parse_pool import pool

__all__ = ["hasty"]

MANY = 60
LONG_WORD = "х" * 280
"""Bytes to fill a file with; the same word forty times would be forty times compared with each."""


@pytest.fixture
async def blocked_room(hasty: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    """A farm with two feeds whose first documents are in, and which have news since."""
    monkeypatch.setattr("watchers.holding_back.FIRST_S", 0)
    monkeypatch.setattr("watchers.holding_back.LONGEST_S", 0)
    async with room(hasty) as made:
        for path in ("/a", "/b"):
            made.farm.serve(path, rss(item(1)))
            await made.add(path)
        await made.look()
        for path in ("/a", "/b"):
            made.farm.serve(path, rss(*(item(n, f"Хлопок {n} {LONG_WORD}") for n in range(MANY))))
        made.now += timedelta(hours=2)
        yield made


@pytest.mark.parametrize("block", BLOCKERS.values(), ids=BLOCKERS)
async def test_no_feed_is_blamed_and_the_news_comes_when_it_can(
    blocked_room: Room, block: Blocker
) -> None:
    before = await blocked_room.db.read(feeds.every)
    with block(blocked_room.db.path):
        for _ in range(3):
            with pytest.raises(StorageError):
                await blocked_room.poller.round()
            blocked_room.now += timedelta(minutes=1)
        after = await blocked_room.db.read(feeds.every)
        assert [(FeedStatus.OK, 0, "", None)] * 2 == [
            (feed.state.status, feed.state.failure_count, feed.state.error_key, feed.state.notice)
            for feed in after
        ]
        assert [feed.state.etag for feed in before] == [feed.state.etag for feed in after]
    tally = await blocked_room.poller.round()
    assert (2, 0) == (tally.feeds, tally.failed)
    # A document is recorded in parts: what a full file still took is known by now.
    assert 2 * MANY == tally.new + sum(feed.items for feed in after)
    assert [MANY] * 2 == [feed.items for feed in await blocked_room.db.read(feeds.every)]


async def test_nobody_is_asked_while_the_file_is_locked(blocked_room: Room) -> None:
    with BLOCKERS["locked"](blocked_room.db.path):
        with capture_logs() as logs, pytest.raises(StorageError):
            await blocked_room.poller.round()
        [line] = [line for line in logs if line["event"] == "round"]
        assert (2, 0, 0, 2) == (line["feeds"], line["new"], line["failed"], line["unkept"])
        asked = len(blocked_room.farm.asked)
        for _ in range(5):
            blocked_room.now += timedelta(minutes=1)
            with pytest.raises(StorageError):
                await blocked_room.poller.round()
        assert asked == len(blocked_room.farm.asked)


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open nothing more."""
    first_free = os.dup(2)
    os.close(first_free)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (first_free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_no_feed_is_blamed_where_too_many_files_are_open(blocked_room: Room) -> None:
    before = await blocked_room.db.read(feeds.every)
    asked = len(blocked_room.farm.asked)
    with capture_logs() as logs, no_more_files(), pytest.raises(ShortageError):
        await blocked_room.poller.round()
    assert asked == len(blocked_room.farm.asked)
    assert before == await blocked_room.db.read(feeds.every)
    short = [line["reason"] for line in logs if line["event"] == "machine is short"]
    assert {"Too many open files"} == set(short)
    blocked_room.now += timedelta(minutes=1)
    tally = await blocked_room.poller.round()
    assert (2, 0) == (tally.feeds, tally.failed)


async def test_a_document_is_not_blamed_where_no_process_can_be_started() -> None:
    document = Document(rss(item(1)).encode(), "https://a.example/", datetime.now(UTC))
    async with pool.opened() as workers:
        with no_more_files(), pytest.raises(ShortageError):
            await workers.parse(document)


async def test_what_looks_taught_waits_for_the_file(blocked_room: Room) -> None:
    """States that brought no items are written in heaps: a heap that fails is written later."""
    for path in ("/a", "/b"):
        blocked_room.farm.serve(path, rss(item(1)), status=404)
    with BLOCKERS["locked"](blocked_room.db.path), pytest.raises(StorageError):
        await blocked_room.poller.round()
    await blocked_room.poller.round()
    states = [feed.state for feed in await blocked_room.db.read(feeds.every)]
    assert [(1, 404)] * 2 == [(state.failure_count, state.last_status) for state in states]


def test_a_hold_grows_and_ends() -> None:
    at = [0.0]
    hold = HoldingBack(lambda: at[0])
    assert not hold.is_on
    lengths = []
    for _ in range(6):
        hold.refused()
        began = at[0]
        hold.refused()  # what was under way at the same time
        while hold.is_on:
            hold.kept()
            at[0] += 1
        lengths.append(at[0] - began)
    assert [FIRST_S, 10, 20, 40, LONGEST_S, LONGEST_S] == lengths
    hold.kept()
    hold.refused()
    at[0] += FIRST_S
    assert not hold.is_on
