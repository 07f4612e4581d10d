"""The composition root: what is built, and in which order it starts and stops.

Timers decide nothing: a tick asks the database what is due. The watching half and the Telegram
half start and fail apart: feeds are polled while Telegram is away, and the chat answers while
an outlet is.
"""

import asyncio
import signal
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, nullcontext
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from bot import connection, health, vitals
from bot.context import WatchersServices
from bot.digests.maker import DigestService
from bot.failures import note_odd_rows
from bot.ground import Ground
from bot.halves import BotHalf, WatchersHalf, common_ticks
from bot.instance import alone_with
from bot.metrics import Metrics
from bot.notices import enqueue_part_notice
from bot.pipeline import Pipeline, open_pipeline
from bot.settings import Settings
from bot.systemd import NOBODY, Supervisor, attend
from bot.ticks import Rounds, ticking
from bot.timekeeper import Timekeeper
from bot.trusted_clock import wall_clock
from bot.version import installed_version
from bot.watchdog import STOP_WITHIN_S, GuardedPart, LoopGuard, Watchdog
from storage import feeds, wrong_times
from storage.errors import NewsError
from storage.feeds import NewFeed
from storage.model import Outlet
from watchers.catalogue.starting import starting_fallbacks, starting_feeds
from watchers.host_queues import Politeness
from watchers.rates.polling import RatesPace
from watchers.standing import LookingPace
from watchers.taught_names import TaughtNames

log = structlog.get_logger(__name__)

Fail = Callable[[float], None]
"""Ends the process with an error after so many seconds, however stuck it is."""

Starting = Iterable[tuple[NewFeed, Outlet]]
"""Feeds to begin with, each with its outlet."""


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event,
    politeness: Politeness | None = None,
    looking: LookingPace | None = None,
    asking: RatesPace | None = None,
    starting: Callable[[], Starting] = starting_feeds,
    supervisor: Supervisor = NOBODY,
    ready: Callable[[], None] = lambda: None,
    fail: Fail = lambda _within_s: None,
    clock: Callable[[], datetime] = wall_clock,
) -> None:
    """Run the whole thing until ``stop`` is set. Raises NewsError where it cannot start.

    A fresh database, which polls nothing yet, gets the ``starting`` feeds: the catalogue. Raises
    NewsError, too, where a part of it is beyond help; ``fail`` ends the process then, should it
    hang in that as well.
    """
    metrics = Metrics(installed_version())
    token = settings.telegram_bot_token
    with alone_with(token, settings.telegram_api_url) if token else nullcontext():
        async with open_pipeline(
            settings,
            politeness=politeness,
            looking=looking,
            asking=asking,
            clock=clock,
            tell=metrics.tell,
        ) as pipeline:
            if await pipeline.db.read(feeds.wants_catalogue):
                added = await pipeline.db.write(
                    feeds.add_catalogue,
                    starting(),
                    pipeline.clock(),
                    starting_fallbacks(),
                )
                log.info("catalogue loaded", feeds=added)
            await run_in(
                pipeline, metrics, stop=stop, supervisor=supervisor, ready=ready, fail=fail
            )


async def run_in(
    pipeline: Pipeline,
    metrics: Metrics,
    *,
    stop: asyncio.Event,
    supervisor: Supervisor = NOBODY,
    ready: Callable[[], None] = lambda: None,
    fail: Fail = lambda _within_s: None,
) -> None:
    """Run both halves around an open pipeline until ``stop`` is set."""
    async with AsyncExitStack() as open_parts:
        begin = open_parts.enter_async_context
        names = TaughtNames(pipeline.db)
        digests = DigestService(
            pipeline.db, pipeline.clock, names=names, wake=pipeline.wake_up.set
        )
        services = services_of(pipeline)

        async def measure() -> health.Vitals:
            return await house.vitals()

        telegram = await begin(
            connection.opened(pipeline, services, digests, names, stop, measure=measure)
        )
        house = House(pipeline, digests, telegram)
        listen = pipeline.settings.health_listen
        await begin(health.served(listen, house.vitals, metrics.exposition))
        open_parts.enter_context(metrics.counting_problems())
        for beside in (inspect, remember):
            task = asyncio.create_task(beside(pipeline), name=beside.__name__)
            open_parts.push_async_callback(cancelled, task)
        open_parts.enter_context(ticking(house.rounds))
        watchdog = watchdog_of(pipeline, house, stop, fail)
        guard = LoopGuard(partial(fail, 0.0))
        open_parts.enter_context(guard.checking())
        watching = asyncio.create_task(watchdog.run(guard.beat), name="watchdog")
        open_parts.push_async_callback(cancelled, watching)
        log.info("running")
        supervisor.ready()
        ready()
        attending = asyncio.create_task(attend(supervisor, house.in_words), name="attend")
        open_parts.push_async_callback(cancelled, attending)
        await stop.wait()
        log.info("stopping")
        supervisor.stopping()
        if watchdog.beyond_help:
            raise NewsError("part.beyond_help", part=watchdog.beyond_help)


class House:
    """Both halves of one process."""

    def __init__(
        self,
        pipeline: Pipeline,
        digests: DigestService,
        telegram: connection.TelegramConnection,
    ) -> None:
        """Build both; nothing ticks yet."""
        self._pipeline = pipeline
        self.timekeeper = Timekeeper(
            pipeline.db,
            pipeline.clock,
            digests,
            admins=frozenset(pipeline.settings.admin_ids),
            wake=pipeline.wake_up.set,
            drawn_back=pipeline.poller.forget_rests,
        )
        self.watchers = WatchersHalf(pipeline, self.timekeeper)
        self.bot = BotHalf(pipeline, self.timekeeper, digests, telegram)
        self.ticks = (
            *common_ticks(pipeline, self.timekeeper, telegram.tell_now),
            *self.watchers.ticks,
            *self.bot.ticks,
        )
        self.rounds = tuple(Rounds(tick, pipeline.tell) for tick in self.ticks)

    def guarded(self) -> tuple[GuardedPart, ...]:
        """Name what the watchdog looks after."""
        rounds = (one.guarded for one in self.rounds)
        return (*rounds, *self.watchers.guarded(), *self.bot.guarded())

    async def vitals(self) -> health.Vitals:
        """Measure how we are."""
        pipeline = self._pipeline
        ticks = health.Vitals(parts=tuple(tick.part for tick in self.ticks))
        process = vitals.of_process(pipeline, self.timekeeper)
        bot = await vitals.of_bot(pipeline, self.bot)
        watchers = await vitals.of_watchers(pipeline, self.watchers)
        return vitals.merged((ticks, process, bot, watchers))

    async def in_words(self) -> str:
        """Say in a line how we are."""
        return (await health.measured(self.vitals)).in_words()


def watchdog_of(ground: Ground, house: House, stop: asyncio.Event, fail: Fail) -> Watchdog:
    """Let a watchdog look after the parts; what is beyond help ends the process in order."""

    async def tell_admins(key: str, part: str) -> None:
        admins, now = ground.settings.admin_ids, ground.clock()
        if await ground.db.attempt(0, enqueue_part_notice, admins, key, part, now):
            ground.wake_up.set()

    def give_up(_part: str) -> None:
        fail(STOP_WITHIN_S)
        stop.set()

    return Watchdog(house.guarded(), tell_admins=tell_admins, give_up=give_up, tell=ground.tell)


def services_of(pipeline: Pipeline) -> WatchersServices:
    """Let the chat ask the watching half of the same process."""
    return WatchersServices(
        pipeline.ingester, pipeline.poller, pipeline.full_texts, pipeline.translating
    )


async def inspect(pipeline: Pipeline) -> None:
    """Look beside everything else whether rows have values that nobody can read."""
    try:
        await note_odd_rows(pipeline.db, pipeline.clock())
    except Exception:
        log.exception("rows not looked over")


async def remember(pipeline: Pipeline) -> None:
    """Rebuild the ingester's memory; say if it fails: every story would begin anew without it."""
    began = pipeline.clock()
    try:
        now = await pipeline.db.read(wrong_times.believable, began)
        await pipeline.ingester.remember(now)
    except Exception:
        log.exception("living stories not remembered")
        raise
    log.info("remembered", seconds=round((pipeline.clock() - began).total_seconds(), 1))


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it is gone."""
    task.cancel()
    await asyncio.wait([task])


def stop_on_signals(stop: asyncio.Event, then: Callable[[], None] = lambda: None) -> None:
    """Let SIGINT and SIGTERM end the program in order; ``then`` is called with the first."""

    def told() -> None:
        if not stop.is_set():
            stop.set()
            then()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
