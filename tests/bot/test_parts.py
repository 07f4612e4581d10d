"""Each part that can get stuck turns /health to 503, with its name; and nobody else's."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot import app, halves
from bot.connection import TelegramConnection
from bot.digests.maker import DigestService
from bot.monitoring.metrics import GAUGES, measured
from bot.pipeline import Pipeline, open_pipeline
from bot.settings import Settings
from bot.telegram.polling import Polling
from bot.ticks import Rounds, Tick
from bot.upkeep import upkeep_if_due
from storage import errands, feeds, inbox
from storage.errands import ErrandState
from storage.feeds import NewFeed
from storage.inbox import NewUpdate
from storage.model import ChatId
from storage.sql import Connection
from tests.bot.people import NOW
from watchers.pulse import Pulse
from watchers.taught_names import TaughtNames

LATER_S = 100_000.0


@dataclass
class Running:
    """Everything that runs, as far as /health sees it."""

    pipeline: Pipeline
    telegram: TelegramConnection
    house: app.House
    tasks: list[asyncio.Task[object]]

    async def wrong(self) -> set[str]:
        vitals = await self.house.vitals()
        return set(vitals.wrong) - {"telegram"}  # nothing is connected here

    def waits(self, work: Awaitable[object]) -> None:
        self.tasks.append(asyncio.ensure_future(work))


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    settings = Settings(database_path=tmp_path / "news.db", telegram_bot_token="1:a")
    async with open_pipeline(settings, clock=lambda: NOW) as pipeline:
        names = TaughtNames(pipeline.db)
        digests = DigestService(pipeline.db, lambda: NOW, names=names, wake=lambda: None)
        telegram = TelegramConnection(
            pipeline, app.services_of(pipeline), digests, names, asyncio.Event()
        )
        made = Running(pipeline, telegram, app.House(pipeline, digests, pipeline, telegram), [])
        yield made
        for task in made.tasks:
            task.cancel()
        for task in made.tasks:
            with suppress(asyncio.CancelledError):
                await task


def later(pulse: Pulse) -> None:
    """Let a day go by for whoever looks at a part."""
    pulse._clock = lambda: time.monotonic() + LATER_S


def tick(name: str) -> Callable[[Running], None]:
    def stuck(running: Running) -> None:
        (found,) = [one for one in running.house.ticks if one.name == name]
        later(found.pulse)

    return stuck


async def looks(running: Running) -> None:
    """A look does not end."""
    looks = running.pipeline.poller.looks

    async def hang() -> None:
        with looks.at_work():
            await asyncio.Event().wait()

    running.waits(hang())
    await asyncio.sleep(0)
    later(looks)


async def ingester(running: Running) -> None:
    """A document waits for a turn that does not come."""
    ingester = running.pipeline.ingester
    feed = await running.pipeline.db.write(feeds.add, NewFeed("https://a.example/", "", "A"), NOW)
    await ingester._turn.acquire()
    running.waits(ingester.take(feed, (), None, NOW))
    await asyncio.sleep(0)
    later(ingester.pulse)


def deliverer(running: Running) -> None:
    running.telegram._delivering = asyncio.ensure_future(asyncio.Event().wait())  # type: ignore[assignment]
    running.tasks.append(running.telegram._delivering)  # type: ignore[arg-type]
    later(running.telegram._deliverer.pulse)


class Closed:
    """Takes no updates: nothing is fetched here."""

    async def room(self) -> None:
        raise AssertionError

    async def take(self, raws: Sequence[dict[str, object]]) -> None:
        raise AssertionError


def updates(running: Running) -> None:
    passed = 0.0
    running.telegram._polling = Polling(running.telegram._bot, Closed(), (), lambda: passed)
    passed = 61.0


async def answers(running: Running) -> None:
    """Somebody's update stays unanswered."""
    db = running.pipeline.db
    asked = NOW - timedelta(hours=1)
    await db.write(inbox.take, 1, [NewUpdate(1, ChatId(5), "{}")], asked)
    later(running.pipeline.up)  # we run that long


TICKS = (
    "clock poller pages rates digests notices promises asides errands alarm menus translations"
    " articles backups removals upkeep illness"
)
STUCK = {
    "answers": answers,
    **{name: tick(name) for name in TICKS.split()},
    "looks": looks,
    "ingester": ingester,
    "deliverer": deliverer,
    "updates": updates,
}


@pytest.mark.parametrize("name", STUCK)
async def test_a_stuck_part_is_named_and_no_other(running: Running, name: str) -> None:
    assert set() == await running.wrong()
    made_stuck = STUCK[name](running)
    if made_stuck is not None:
        await made_stuck
    assert {name} == await running.wrong()


async def test_every_tick_is_a_part(running: Running) -> None:
    assert {one.name for one in running.house.ticks} <= set(STUCK)


async def test_the_table_of_ticks_names_each_in_its_half(running: Running) -> None:
    house = running.house
    assert house.watchers
    assert house.bot
    halves_of = {"the watching half": house.watchers.ticks, "the bot's half": house.bot.ticks}
    of_halves = {one.name for ticks in halves_of.values() for one in ticks}
    common = tuple(one for one in house.ticks if one.name not in of_halves)
    halves_of["every process"] = common
    rows = {half: " ".join(one.name for one in ticks) for half, ticks in halves_of.items()}
    written = " ".join(str(halves.__doc__).split()) + " -"
    assert all(f"- {half}: {names} -" in written for half, names in rows.items())


async def test_nothing_is_forgotten_by_a_clock_that_has_just_been_started_or_set(
    tmp_path: Path,
) -> None:
    passed = timedelta(0)
    settings = Settings(database_path=tmp_path / "news.db", telegram_bot_token="1:a")
    async with open_pipeline(settings, clock=lambda: NOW + passed) as pipeline:
        names = TaughtNames(pipeline.db)
        digests = DigestService(pipeline.db, pipeline.clock, names=names, wake=lambda: None)
        telegram = TelegramConnection(
            pipeline, app.services_of(pipeline), digests, names, asyncio.Event()
        )
        house = app.House(pipeline, digests, pipeline, telegram)
        (upkeep,) = [one for one in house.ticks if one.name == "upkeep"]
        await pipeline.db.write(errands.ask, "poll", {}, "me", NOW - timedelta(days=3))
        await pipeline.db.write(errands.end, 1, ErrandState.DONE, {}, NOW - timedelta(days=3))
        await pipeline.ingester.remember(NOW)
        await house.timekeeper.look()
        await upkeep.run()
        assert await pipeline.db.read(errands.get, 1)
        passed = timedelta(minutes=11)
        await house.timekeeper.look()
        await upkeep.run()
        assert not await pipeline.db.read(errands.get, 1)


async def test_lives_of_some_minutes_add_up_to_the_hour_of_upkeep(tmp_path: Path) -> None:
    settings = Settings(database_path=tmp_path / "news.db", telegram_bot_token="1:a")
    forgot = []
    for lived in (0, 8, 56, 64):
        now = NOW + timedelta(minutes=lived)
        async with open_pipeline(settings, clock=lambda now=now: now) as pipeline:
            old = now - timedelta(days=3)
            await pipeline.db.write(errands.ask, "poll", {}, "me", old)
            (number,) = await pipeline.db.read(
                lambda db: db.conn.execute("select max(id) from errands").fetchone()
            )
            await pipeline.db.write(errands.end, number, ErrandState.DONE, {}, old)
            await upkeep_if_due(pipeline, clock_is_trusted=True)
            forgot.append(await pipeline.db.read(errands.get, number) is None)
    assert [True, False, False, True] == forgot


async def test_no_part_comes_more_seldom_than_a_short_life_lasts(running: Running) -> None:
    """The first round comes at the start, and what a round finds due is a row."""
    assert max(tick.every_s for tick in running.house.ticks) <= 600


async def test_a_tick_that_fails_again_and_again_is_stuck() -> None:
    passed = iter(range(0, 1000, 5))

    async def fails() -> None:
        raise RuntimeError

    # Each run looks at the clock twice: it begins, and somebody asks how it is.
    broken = Tick("poller", fails, 5, 20, Pulse(lambda: next(passed)))
    found = []
    for _ in range(3):
        await Rounds(broken).run_once()
        found.append(broken.part.is_stuck)
    assert [False, False, True] == found


async def test_each_number_that_is_measured_is_explained_to_prometheus(running: Running) -> None:
    vitals = await running.house.vitals()
    flat = {name for name in vitals.numbers if not name.startswith("steppewire_feeds_")}
    assert flat | vitals.by_label.keys() <= GAUGES.keys()
    # Nobody translates here, and nothing was backed up.
    optional = {name for name in GAUGES if "transl" in name or "_backup_" in name}
    assert set(GAUGES) - optional == set(measured(vitals))


async def test_what_concerns_an_admin_is_known_to_all_who_ask(running: Running) -> None:
    def fail(db: Connection) -> None:
        for number in range(10):
            feeds.add(db, NewFeed(f"https://outlet{number}.example/rss", "", "A"), NOW)
        db.conn.execute("update feeds set status = 'error'")

    await running.pipeline.db.write(fail)
    assert ("many_ill",) == (await running.house.vitals()).concerning
    assert set() == await running.wrong()


async def test_a_feed_never_looked_at_is_late_since_it_was_added(running: Running) -> None:
    added = NOW - timedelta(minutes=3)
    await running.pipeline.db.write(feeds.add, NewFeed("https://a.example/", "", "A"), added)
    vitals = await running.house.vitals()
    assert 180 == vitals.numbers["steppewire_poll_late_seconds"]


async def test_a_start_after_an_outage_is_given_its_time(running: Running) -> None:
    """What was due while nobody ran is late by hours: no reason to end who works it off."""
    added = NOW - timedelta(days=1)
    await running.pipeline.db.write(feeds.add, NewFeed("https://a.example/", "", "A"), added)
    assert set() == await running.wrong()
    later(running.pipeline.up)
    assert {"feeds"} == await running.wrong()


async def test_a_bot_hears_what_other_processes_write(running: Running) -> None:
    beside = running.house.beside()
    for work in beside.values():
        work.close()
    assert {"inspect", "remember", "listen"} == beside.keys()
