"""The composition root: what is built, and in which order it starts and stops.

Timers decide nothing: a tick asks the database what is due. The watching half and the Telegram
half start and fail apart: feeds are polled while Telegram is away, and the chat answers while
an outlet is.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
    suppress,
)
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from bot import connection, ground, pipeline, remote, starts, vitals
from bot.connection import TelegramConnection
from bot.context import WatchersServices
from bot.digests.maker import DigestService
from bot.failures import note_odd_rows
from bot.ground import BOTH, Ground, Half
from bot.halves import BotHalf, WatchersHalf, common_ticks
from bot.illness import IllnessNotices
from bot.instance import alone_with
from bot.monitoring import health
from bot.monitoring.metrics import Metrics
from bot.monitoring.systemd import NOBODY, Supervisor, attend
from bot.monitoring.watchdog import STOP_WITHIN_S, GuardedPart, LoopGuard, Watchdog
from bot.notices import enqueue_part_notice
from bot.pipeline import Pipeline
from bot.settings import Settings
from bot.ticks import Rounds, ticking
from bot.timekeeper import Timekeeper
from bot.troubles import concerns_of, looked_around, process_of
from bot.trusted_clock import wall_clock
from bot.version import installed_version
from storage import feeds, wrong_times
from storage.errors import NewsError, StorageError
from storage.feeds import NewFeed
from storage.model import ChatId, Outlet
from watchers.catalogue.starting import starting_fallbacks, starting_feeds
from watchers.host_queues import Politeness
from watchers.rates.polling import RatesPace
from watchers.standing import LookingPace
from watchers.taught_names import TaughtNames

log = structlog.get_logger(__name__)

HEARD_WITHIN_S = 0.1
"""How often a bot's half looks whether the other half wrote something."""

NOTED_WITHIN_S = 0.5
"""So long a stop waits at most until it is noted that it is one."""

LAST_WORDS_S = 1.0
"""So long it takes at most to write down where the event loop stands still."""

Fail = Callable[[float], None]
"""Ends the process with an error after so many seconds, however stuck it is."""

Starting = Iterable[tuple[NewFeed, Outlet]]
"""Feeds to begin with, each with its outlet."""


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event,
    halves: frozenset[Half] = BOTH,
    politeness: Politeness | None = None,
    looking: LookingPace | None = None,
    asking: RatesPace | None = None,
    starting: Callable[[], Starting] = starting_feeds,
    supervisor: Supervisor = NOBODY,
    ready: Callable[[], None] = lambda: None,
    fail: Fail = lambda _within_s: None,
    clock: Callable[[], datetime] = wall_clock,
) -> None:
    """Run both halves, or one, until ``stop`` is set. Raises NewsError where it cannot start.

    A fresh database, which polls nothing yet, gets the ``starting`` feeds: the catalogue. Raises
    NewsError, too, where a part of it is beyond help; ``fail`` ends the process then, should it
    hang in that as well.
    """
    metrics = Metrics(installed_version())
    async with AsyncExitStack() as open_parts:
        begin = open_parts.enter_async_context
        if Half.BOT in halves:
            open_parts.enter_context(only_with_token(settings))
        base = await begin(ground.opened(settings, clock, halves, metrics.tell))
        room: Pipeline | None = None
        if Half.WATCHERS in halves:
            room = await begin(
                pipeline.opened(base, politeness=politeness, looking=looking, asking=asking)
            )
            await load_catalogue(room, starting)
        await run_in(
            base, room, halves, metrics, stop=stop, supervisor=supervisor, ready=ready, fail=fail
        )


def only_with_token(settings: Settings) -> AbstractContextManager[None]:
    """Keep others on this machine from running with our token, if we have one."""
    token = settings.telegram_bot_token
    if not token:
        return nullcontext()
    return alone_with(token, settings.telegram_api_url)


async def load_catalogue(room: Pipeline, starting: Callable[[], Starting]) -> None:
    """Give a fresh database its first feeds."""
    if not await room.db.read(feeds.wants_catalogue):
        return
    added = await room.db.write(
        feeds.add_catalogue, starting(), room.clock(), starting_fallbacks()
    )
    log.info("catalogue loaded", feeds=added)


async def run_in(
    base: Ground,
    room: Pipeline | None,
    halves: frozenset[Half],
    metrics: Metrics,
    *,
    stop: asyncio.Event,
    supervisor: Supervisor = NOBODY,
    ready: Callable[[], None] = lambda: None,
    fail: Fail = lambda _within_s: None,
) -> None:
    """Run halves around an open database until ``stop`` is set; ``room`` is what watches."""
    async with AsyncExitStack() as open_parts:
        house = await open_parts.enter_async_context(built(base, room, halves, stop))
        await open_parts.enter_async_context(
            health.served(base.settings.health_listen, house.vitals, metrics.exposition)
        )
        open_parts.enter_context(metrics.counting_problems())
        watchdog = watchdog_of(base, house, stop, fail)
        guard = LoopGuard(partial(fail, LAST_WORDS_S))
        for name, work in house.beside().items():
            open_parts.push_async_callback(cancelled, begun(work, name))
        open_parts.enter_context(ticking(house.rounds))
        open_parts.enter_context(guard.checking())
        open_parts.push_async_callback(cancelled, begun(watchdog.run(guard.beat), "watchdog"))
        await base.db.attempt(None, starts.began, house.process, base.clock())
        log.info("running", halves=sorted(halves))
        supervisor.ready()
        ready()
        attending = begun(attend(supervisor, house.in_words), "attend")
        open_parts.push_async_callback(cancelled, attending)
        await stop.wait()
        log.info("stopping")
        supervisor.stopping()
        if watchdog.beyond_help:
            raise NewsError("part.beyond_help", part=watchdog.beyond_help)
        with suppress(StorageError, TimeoutError):
            async with asyncio.timeout(NOTED_WITHIN_S):
                await base.db.write(starts.ended, house.process)


def begun(work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
    """Begin what goes on beside everything else."""
    return asyncio.create_task(work, name=name)


@asynccontextmanager
async def built(
    base: Ground, room: Pipeline | None, halves: frozenset[Half], stop: asyncio.Event
) -> "AsyncIterator[House]":
    """Build the halves; the bot's begins to reach Telegram."""
    names = TaughtNames(base.db)
    digests = DigestService(
        base.db,
        base.clock,
        names=names,
        wake=base.wake_up.set,
        bot_name=base.settings.bot_name,
    )

    async def measure() -> health.Vitals:
        return await house.vitals()

    async with AsyncExitStack() as open_parts:
        begin = open_parts.enter_async_context
        telegram: TelegramConnection | None = None
        if Half.BOT in halves:
            services = services_of(room) if room else await begin(remote.opened(base))
            telegram = await begin(
                connection.opened(
                    TelegramConnection(base, services, digests, names, stop, measure=measure)
                )
            )
        house = House(base, digests, room, telegram)
        yield house


class House:
    """What one process runs: both halves, or one."""

    def __init__(
        self,
        base: Ground,
        digests: DigestService,
        room: Pipeline | None,
        telegram: TelegramConnection | None,
    ) -> None:
        """Build the halves there are; nothing ticks yet."""
        self._base = base
        self._room = room
        alone = None if room else base.settings.bot_name
        self.process = process_of(alone)
        self.timekeeper = Timekeeper(
            base.db,
            base.clock,
            digests,
            # Of a clock that was set the watching half tells: once is enough.
            admins=frozenset(base.settings.admin_ids if room else ()),
            wake=base.wake_up.set,
            drawn_back=room.poller.forget_rests if room else lambda: None,
        )
        self.watchers = WatchersHalf(room, self.timekeeper) if room else None
        self.bot = BotHalf(base, self.timekeeper, digests, telegram) if telegram else None
        self.ticks = (
            *common_ticks(
                base,
                self.timekeeper,
                telegram.tell_now if telegram else untold,
                IllnessNotices(base, self._measured, alone),
            ),
            *(self.watchers.ticks if self.watchers else ()),
            *(self.bot.ticks if self.bot else ()),
        )
        self.rounds = tuple(Rounds(tick, base.tell) for tick in self.ticks)

    def beside(self) -> dict[str, Coroutine[Any, Any, None]]:
        """Begin what goes on beside the ticks, by name."""
        works: dict[str, Coroutine[Any, Any, None]] = {}
        if self._room is not None:
            works |= {"inspect": inspect(self._room), "remember": remember(self._room)}
        if self.bot is not None:  # other bots' processes may write for its chats, too
            works["listen"] = listen(self._base)
        return works

    def guarded(self) -> tuple[GuardedPart, ...]:
        """Name what the watchdog looks after."""
        rounds = (one.guarded for one in self.rounds)
        halves = (self.watchers, self.bot)
        return (*rounds, *(part for half in halves if half for part in half.guarded()))

    async def vitals(self) -> health.Vitals:
        """Measure how we are; of a half that runs elsewhere its own process tells."""
        found = [
            health.Vitals(parts=tuple(tick.part for tick in self.ticks)),
            vitals.of_process(self._base, self.timekeeper),
        ]
        if self.bot is not None:
            found.append(await vitals.of_bot(self._base, self.bot))
        if self._room is not None and self.watchers is not None:
            found.append(await vitals.of_watchers(self._room, self.watchers))
        told = vitals.merged(found)
        base = self._base
        around = await base.db.read(looked_around, base.db.path, base.clock(), [self.process])
        return replace(told, concerns=concerns_of(told, around))

    async def in_words(self) -> str:
        """Say in a line how we are."""
        return (await self._measured()).in_words()

    async def _measured(self) -> health.Vitals:
        return await health.measured(self.vitals)


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


async def untold(_said: Mapping[ChatId, str]) -> None:
    """Tell nobody: without a bot's half the log alone has it."""


async def listen(base: Ground) -> None:
    """Wake the deliverer when another process wrote: what is owed is a row, this is only speed."""
    while True:
        await asyncio.sleep(HEARD_WITHIN_S)
        with suppress(StorageError):
            if await base.db.others_wrote():
                base.wake_up.set()


def services_of(room: Pipeline) -> WatchersServices:
    """Let the chat ask the watching half of the same process."""
    return WatchersServices(room.ingester, room.poller, room.full_texts, room.translating)


async def inspect(room: Pipeline) -> None:
    """Look beside everything else whether rows have values that nobody can read."""
    try:
        await note_odd_rows(room.db, room.clock())
    except Exception:
        log.exception("rows not looked over")


async def remember(room: Pipeline) -> None:
    """Rebuild the ingester's memory; say if it fails: every story would begin anew without it."""
    began = room.clock()
    try:
        now = await room.db.read(wrong_times.believable, began)
        await room.ingester.remember(now)
    except Exception:
        log.exception("living stories not remembered")
        raise
    log.info("remembered", seconds=round((room.clock() - began).total_seconds(), 1))


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
