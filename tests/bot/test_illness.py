"""What is wrong and lasts is told to admins once, and once that it is over, over any restart."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import starts
from bot.ground import Ground
from bot.illness import (
    LASTS,
    TOLD_ELSEWHERE,
    Illness,
    IllnessNotices,
    course,
    keep,
)
from bot.instance import alone, watchers_lock
from bot.monitoring.health import PartHealth, Vitals
from bot.notices import enqueue_feed_notices
from bot.settings import Settings
from bot.troubles import NOT_WATCHED, WATCHERS
from bot.trusted_clock import TrustedClock
from storage import chats, feeds
from storage.database import Database
from storage.feeds import NewFeed
from storage.happenings import unheard
from storage.model import Chat, ChatId, ChatKind, FeedNoticeKind, FeedStatus
from storage.sql import Connection
from tests.bot.people import NOW
from watchers.pulse import Pulse

MINUTE = timedelta(minutes=1)
SINCE = NOW - 10 * MINUTE
ILL = Illness(SINCE, {"feeds": SINCE}, frozenset({"feeds"}))
CALM = replace(ILL, calm_since=NOW - MINUTE)


@pytest.mark.parametrize(
    ("before", "wrong", "after"),
    [
        (None, (), None),
        (None, ("feeds",), Illness(NOW, {"feeds": NOW})),
        (Illness(SINCE, {"feeds": SINCE}), ("feeds",), ILL),
        (ILL, ("feeds", "pages"), replace(ILL, since={"feeds": SINCE, "pages": NOW})),
        (ILL, (), replace(ILL, calm_since=NOW)),
        (CALM, (), CALM),
        (CALM, ("feeds",), ILL),
        (replace(ILL, calm_since=NOW - LASTS), (), None),
        (replace(ILL, began=NOW + MINUTE), ("feeds",), Illness(NOW, {"feeds": NOW})),
    ],
    ids="well begins lasts more calmer calm again over wrong-clock".split(),
)
def test_the_course_of_an_illness(
    before: Illness | None, wrong: tuple[str, ...], after: Illness | None
) -> None:
    assert after == course(before, wrong, NOW)


class Process:
    """A process on an archive, of which 7 is admin, and minutes that go by in it."""

    def __init__(self, db: Database, bot_name: str | None = None) -> None:
        self.now = NOW
        self.db = db
        self._vitals = Vitals()
        self._bot_name = bot_name
        self._told = 0
        settings = Settings(database_path=db.path, admin_ids=frozenset({7}))
        clock = TrustedClock(lambda: self.now, time.monotonic)
        self._ground = Ground(settings, db, clock, asyncio.Event(), Pulse(), unheard)

    async def lives(self, minutes: int, wrong: Iterable[str] = (), *, both: bool = True) -> str:
        """Go on for so long, started anew each minute; return what admins were told meanwhile."""
        conditions = {"database": True, **({"feeds": True} if both else {})}
        conditions |= dict.fromkeys(wrong, False)
        self._vitals = Vitals(conditions=conditions)
        for _ in range(minutes):
            self.now += MINUTE
            await IllnessNotices(self._ground, self._measure, self._bot_name).look()
        rows = await self.db.read(
            lambda db: db.conn.execute(
                "select json_extract(payload, '$.html') from deliveries order by id"
            ).fetchall()
        )
        new, self._told = rows[self._told :], len(rows)
        return "\n\n".join(html for (html,) in new)

    async def _measure(self) -> Vitals:
        return self._vitals


@pytest.fixture
async def archive(db: Database) -> Database:
    await db.write(chats.see_chat, Chat(ChatId(7), ChatKind.PRIVATE), NOW)
    return db


async def test_what_lasts_is_told_once_and_once_that_it_is_over(archive: Database) -> None:
    process = Process(archive)
    assert "" == await process.lives(5, ["feeds"])
    told = await process.lives(1, ["feeds"])
    assert told.startswith("<b>🛑 Not all is well</b>\n• Sources are looked at more than")
    assert "" == await process.lives(30, ["feeds"])
    assert "" == await process.lives(4)  # it may not be over
    assert "" == await process.lives(30, ["feeds"])
    assert "" == await process.lives(5)
    assert "✅ All is well again, after 70 minutes." == await process.lives(1)
    assert "" == await process.lives(30)


async def test_what_comes_and_goes_is_one_illness(archive: Database) -> None:
    """A half that dies every other minute is no well one."""
    process = Process(archive)
    told = [await process.lives(1, ["feeds"] * (minute % 2)) for minute in range(1, 20)]
    assert 1 == sum(map(bool, told))


async def test_a_part_that_falls_ill_later_is_told_alone(archive: Database) -> None:
    process = Process(archive)
    stuck = PartHealth("digests", 900.0, 300.0)
    await process.lives(10, ["feeds"])
    process._vitals = replace(process._vitals, parts=(stuck,))
    for _ in range(2):
        process.now += LASTS
        await IllnessNotices(process._ground, process._measure, None).look()
    told = await process.lives(0)
    assert "My part digests has shown no progress for 15 minutes." in told
    assert "Sources" not in told


async def test_no_word_that_would_not_go_out_or_has_another_way(archive: Database) -> None:
    conditions = TOLD_ELSEWHERE & {"telegram", "token", "outbox", "answers", "database", "clock"}
    assert 6 == len(conditions)
    assert "" == await Process(archive).lives(10, conditions)


async def test_a_bots_half_tells_that_nobody_watches(archive: Database) -> None:
    bot = Process(archive, "")
    with alone(watchers_lock(archive.path), "instance.database"):
        assert "" == await bot.lives(10, both=False)
    assert "My other half, which reads the sources, does not run" in await bot.lives(
        10, both=False
    )
    with alone(watchers_lock(archive.path), "instance.database"):
        assert "All is well again" in await bot.lives(10, both=False)


async def test_a_bots_half_tells_of_watchers_that_hang_and_say_nothing(archive: Database) -> None:
    bot = Process(archive, "")
    long_ago = NOW - NOT_WATCHED
    await archive.write(feeds.add, NewFeed("https://a.example/", "", "A"), long_ago)
    with alone(watchers_lock(archive.path), "instance.database"):
        await archive.write(keep, WATCHERS, ILL)
        assert "" == await bot.lives(10, both=False)
        await archive.write(keep, WATCHERS, None)
        assert "Sources are looked at" in await bot.lives(10, both=False)


async def test_a_process_that_is_cut_off_again_and_again_says_so(archive: Database) -> None:
    process = Process(archive)
    for minute in range(3):
        await archive.write(starts.began, WATCHERS, NOW + minute * MINUTE)
        if minute == 0:
            await archive.write(starts.ended, WATCHERS)
    assert "" == await process.lives(10)  # one of them was stopped in order
    for minute in range(11, 13):
        await archive.write(starts.began, WATCHERS, NOW + minute * MINUTE)
    assert "three times without having been stopped" in await process.lives(10)
    assert "All is well again" in await process.lives(60)


async def test_of_feeds_that_fall_ill_one_after_the_other_admins_hear_now_and_then(
    archive: Database,
) -> None:
    """A network that fails takes all of them along, each at its next look."""

    def falls_ill(db: Connection, number: int) -> int:
        feed = feeds.add(db, NewFeed(f"https://outlet{number}.example/rss", "", "A"), NOW)
        state = replace(feed.state, status=FeedStatus.ERROR, notice=FeedNoticeKind.ILL)
        feeds.keep_state(db, feed.id, state)
        return enqueue_feed_notices(db, {7}, NOW + number * MINUTE)

    told = [await archive.write(falls_ill, number) for number in range(60)]
    assert 6 == sum(told)


async def test_of_several_bots_the_admins_own_tells(archive: Database) -> None:
    assert "" == await Process(archive, "kazakh").lives(10, both=False)
    assert "does not run" in await Process(archive, "").lives(10, both=False)
