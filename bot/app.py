"""The composition root: what is built, in which order it starts and stops, what ticks.

Timers decide nothing: a tick asks the database what is due. The watching half and the Telegram
half start and fail apart: feeds are polled while Telegram is away, and the chat answers while
an outlet is.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, nullcontext
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import connection, health
from bot.connection import TelegramConnection
from bot.digests.maker import DigestService
from bot.instance import EVERYBODY_READS, alone, token_lock
from bot.notices import enqueue_feed_notices
from bot.pipeline import Pipeline, open_pipeline, wall_clock
from bot.settings import Settings
from storage import dialogs, feeds, pages
from storage.errors import StorageError
from storage.feeds import NewFeed
from storage.model import FeedStatus, Outlet
from storage.outbox import queue, reports
from watchers import catalogue
from watchers.host_queues import Politeness
from watchers.standing import LookingPace
from watchers.taught_names import TaughtNames

log = structlog.get_logger(__name__)

POLL_TICK_S = 5
DIGEST_TICK_S = 10
UPKEEP_TICK_S = 3600
LATE_S = 900


Starting = Iterable[tuple[NewFeed, Outlet]]
"""Feeds to begin with, each with its outlet."""


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event,
    politeness: Politeness | None = None,
    looking: LookingPace | None = None,
    starting: Callable[[], Starting] = catalogue.starting_feeds,
    ready: Callable[[], None] = lambda: None,
    clock: Callable[[], datetime] = wall_clock,
) -> None:
    """Run the whole thing until ``stop`` is set. Raises NewsError where it cannot start.

    A fresh database, which polls nothing yet, gets the ``starting`` feeds: the catalogue.
    """
    token = settings.telegram_bot_token
    lock = token_lock(token, settings.telegram_api_url)
    with alone(lock, "instance.token", EVERYBODY_READS) if token else nullcontext():
        async with open_pipeline(
            settings, politeness=politeness, looking=looking, clock=clock
        ) as pipeline:
            if await pipeline.db.read(feeds.wants_catalogue):
                added = await pipeline.db.write(
                    feeds.add_catalogue, starting(), clock(), catalogue.starting_fallbacks()
                )
                log.info("catalogue loaded", feeds=added)
            await run_in(pipeline, stop=stop, ready=ready)


async def run_in(
    pipeline: Pipeline, *, stop: asyncio.Event, ready: Callable[[], None] = lambda: None
) -> None:
    """Run both halves around an open pipeline until ``stop`` is set."""
    names = TaughtNames(pipeline.db)
    digests = DigestService(pipeline.db, pipeline.clock, names=names, wake=pipeline.wake_up.set)
    async with AsyncExitStack() as open_parts:
        telegram = await open_parts.enter_async_context(
            connection.opened(pipeline, digests, names, stop)
        )
        await open_parts.enter_async_context(
            health.served(pipeline.settings.health_listen, lambda: vitals(pipeline, telegram))
        )
        remembering = asyncio.create_task(remember(pipeline), name="remember")
        open_parts.push_async_callback(cancelled, remembering)
        open_parts.enter_context(ticking(pipeline, digests, telegram))
        log.info("running")
        ready()
        await stop.wait()
        log.info("stopping")


async def remember(pipeline: Pipeline) -> None:
    """Rebuild the ingester's memory; say if it fails: every story would begin anew without it."""
    began = pipeline.clock()
    try:
        await pipeline.ingester.remember(began)
    except Exception:
        log.exception("living stories not remembered")
        raise
    log.info("remembered", seconds=round((pipeline.clock() - began).total_seconds(), 1))


class ticking:  # noqa: N801 (reads as a with-statement)
    """Timers that tick for as long as the block runs."""

    def __init__(
        self, pipeline: Pipeline, digests: DigestService, telegram: TelegramConnection
    ) -> None:
        """Keep what the ticks look after."""
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            # A loop that was busy for a second must not skip a run, nor make it up twice.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._pipeline = pipeline
        self._digests = digests
        self._telegram = telegram

    def __enter__(self) -> None:
        """Start the timers; each first tick comes at once."""
        now = datetime.now(UTC)
        ticks: tuple[tuple[Callable[[], Awaitable[Any]], int], ...] = (
            (self._pipeline.poller.round, POLL_TICK_S),
            (self._pipeline.revisits.round, self._pipeline.revisits.pace.tick_s),
            (self._make_digests, DIGEST_TICK_S),
            (self._tell_of_feeds, DIGEST_TICK_S),
            (self._telegram.tell_menus, DIGEST_TICK_S),
            (self._upkeep, UPKEEP_TICK_S),
        )
        for tick, seconds in ticks:
            self._scheduler.add_job(survived(tick), "interval", seconds=seconds, next_run_time=now)
        self._scheduler.start()

    def __exit__(self, *_: object) -> None:
        """Stop the timers."""
        self._scheduler.shutdown(wait=False)

    async def _make_digests(self) -> None:
        """Make the digests that are due, whether or not Telegram can be reached."""
        await self._digests.round(self._telegram.bot_username)

    async def _tell_of_feeds(self) -> None:
        """Owe the admins one message about feeds that fell ill or recovered."""
        pipeline = self._pipeline
        admin_ids = pipeline.settings.admin_ids
        if await pipeline.db.write(enqueue_feed_notices, admin_ids, pipeline.clock()):
            pipeline.wake_up.set()

    async def _upkeep(self) -> None:
        """Forget what nobody needs any more."""
        pipeline, now = self._pipeline, self._pipeline.clock()
        await pipeline.ingester.expire(now)
        for prune in (queue.prune, dialogs.prune, pages.prune):
            await pipeline.db.write(prune, now)


def survived(tick: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[None]]:
    """Return a tick that outlives whatever goes wrong in it; the stop may cut it short."""
    name = getattr(tick, "__qualname__", str(tick))

    async def run_once() -> None:
        try:
            await tick()
        except asyncio.CancelledError:
            log.debug("tick cut short", tick=name)
        except StorageError as error:  # a full disk, a locked file: the next tick tries again
            log.error("tick failed", tick=name, error=str(error))  # noqa: TRY400 (said whole)
        except Exception:
            log.exception("tick failed", tick=name)

    return run_once


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it is gone."""
    task.cancel()
    await asyncio.wait([task])


async def vitals(pipeline: Pipeline, telegram: TelegramConnection) -> health.Vitals:
    """Measure how we are. Healthy means: polling goes on, and what is owed leaves in time."""
    now = pipeline.clock()
    outbox = await pipeline.db.read(reports.counts, now)
    by_status = await pipeline.db.read(feeds.count)
    next_due = await pipeline.db.read(feeds.next_due)
    waited = (now - outbox.oldest_due).total_seconds() if outbox.oldest_due else 0.0
    late = (now - next_due).total_seconds() if next_due else 0.0
    connected, token_is_valid = telegram.connected, telegram.token_is_valid
    is_healthy = connected and token_is_valid and waited < LATE_S and late < LATE_S
    return {
        "steppewire_healthy": float(is_healthy),
        "steppewire_telegram_connected": float(connected),
        "steppewire_telegram_token_valid": float(token_is_valid),
        "steppewire_outbox_waiting": outbox.waiting,
        "steppewire_outbox_oldest_due_seconds": max(waited, 0.0),
        "steppewire_poll_late_seconds": max(late, 0.0),
        **{f"steppewire_feeds_{status}": by_status.get(status, 0) for status in FeedStatus},
    }


def stop_on_signals(stop: asyncio.Event) -> None:
    """Let SIGINT and SIGTERM end the program in order."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
