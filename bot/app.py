"""The composition root: what is built, in which order it starts and stops, what ticks.

Timers decide nothing: a tick asks the database what is due. The watching half and the Telegram
half start and fail apart: feeds are polled while Telegram is away, and the chat answers while
an outlet is.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import connection, health
from bot.alarm import StorageAlarm
from bot.connection import TelegramConnection
from bot.digests.maker import DigestService
from bot.errands import ErrandRunner
from bot.failures import note_odd_rows
from bot.instance import alone_with
from bot.notices import enqueue_aside_notices, enqueue_feed_notices
from bot.pipeline import Pipeline, open_pipeline
from bot.settings import Settings
from bot.systemd import NOBODY, Supervisor, attend
from bot.timekeeper import Timekeeper
from bot.trusted_clock import wall_clock
from storage import (
    dialogs,
    errands,
    feeds,
    full_texts,
    inbox,
    matches,
    owing,
    pages,
    rates,
    search,
    set_aside,
    translations,
    wanted_articles,
    wrong_times,
)
from storage.errors import StorageError
from storage.feeds import NewFeed
from storage.model import FeedStatus, Outlet
from storage.outbox import queue, reports
from storage.unfiling import unfile_removed
from watchers import catalogue
from watchers.host_queues import Politeness
from watchers.pulse import Pulse
from watchers.rates.polling import RatesPace
from watchers.refiling import refile
from watchers.standing import LookingPace
from watchers.taught_names import TaughtNames
from watchers.translation.translating import Health as TranslationHealth
from watchers.whole_articles import ARTICLES_TICK_S

log = structlog.get_logger(__name__)

POLL_TICK_S = 5
DIGEST_TICK_S = 10
ERRAND_TICK_S = 1
"""Somebody sits at the command line."""

ALARM_TICK_S = 1
"""It only looks; while nothing can be written it tries."""

PROMISES_TICK_S = 0.25
TRANSLATE_TICK_S = 5
"""A message whose headline is translated is edited some 20 s after it was sent."""

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
    asking: RatesPace | None = None,
    starting: Callable[[], Starting] = catalogue.starting_feeds,
    supervisor: Supervisor = NOBODY,
    ready: Callable[[], None] = lambda: None,
    clock: Callable[[], datetime] = wall_clock,
) -> None:
    """Run the whole thing until ``stop`` is set. Raises NewsError where it cannot start.

    A fresh database, which polls nothing yet, gets the ``starting`` feeds: the catalogue.
    """
    token = settings.telegram_bot_token
    with alone_with(token, settings.telegram_api_url) if token else nullcontext():
        async with open_pipeline(
            settings, politeness=politeness, looking=looking, asking=asking, clock=clock
        ) as pipeline:
            if await pipeline.db.read(feeds.wants_catalogue):
                added = await pipeline.db.write(
                    feeds.add_catalogue,
                    starting(),
                    pipeline.clock(),
                    catalogue.starting_fallbacks(),
                )
                log.info("catalogue loaded", feeds=added)
            await run_in(pipeline, stop=stop, ready=ready, supervisor=supervisor)


async def run_in(
    pipeline: Pipeline,
    *,
    stop: asyncio.Event,
    supervisor: Supervisor = NOBODY,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run both halves around an open pipeline until ``stop`` is set."""
    names = TaughtNames(pipeline.db)
    digests = DigestService(pipeline.db, pipeline.clock, names=names, wake=pipeline.wake_up.set)
    async with AsyncExitStack() as open_parts:
        telegram = await open_parts.enter_async_context(
            connection.opened(pipeline, digests, names, stop)
        )
        ticks = ticking(pipeline, digests, telegram)

        async def measure() -> health.Vitals:
            return await vitals(pipeline, telegram, ticks)

        async def status() -> str:
            return (await health.measured(measure)).in_words()

        await open_parts.enter_async_context(
            health.served(pipeline.settings.health_listen, measure)
        )
        inspecting = asyncio.create_task(inspect(pipeline), name="inspect")
        open_parts.push_async_callback(cancelled, inspecting)
        remembering = asyncio.create_task(remember(pipeline), name="remember")
        open_parts.push_async_callback(cancelled, remembering)
        open_parts.enter_context(ticks)
        log.info("running")
        supervisor.ready()
        ready()
        attending = asyncio.create_task(attend(supervisor, status), name="attend")
        open_parts.push_async_callback(cancelled, attending)
        await stop.wait()
        log.info("stopping")
        supervisor.stopping()


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


@dataclass(frozen=True, slots=True)
class Tick:
    """What is done every so many seconds, and after how many without success it is stuck."""

    name: str
    run: Callable[[], Awaitable[Any]]
    every_s: float
    stuck_after_s: float
    pulse: Pulse = field(default_factory=Pulse)

    @property
    def part(self) -> health.PartHealth:
        """How it is."""
        return health.PartHealth(self.name, self.pulse.silent_s, self.stuck_after_s)


class ticking:  # noqa: N801 (reads as a with-statement)
    """Timers that tick for as long as the block runs."""

    def __init__(
        self,
        pipeline: Pipeline,
        digests: DigestService,
        telegram: TelegramConnection,
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
        self._alarm = StorageAlarm(
            pipeline.db,
            pipeline.settings.admin_ids,
            pipeline.clock,
            wake=pipeline.wake_up.set,
            tell_now=telegram.tell_now,
        )
        self.timekeeper = Timekeeper(
            pipeline.db,
            pipeline.clock,
            digests,
            admins=frozenset(pipeline.settings.admin_ids),
            wake=pipeline.wake_up.set,
            drawn_back=pipeline.poller.forget_rests,
        )
        pages_s, translating = pipeline.revisits.pace.tick_s, pipeline.translating
        articles = pipeline.articles
        # One round keeps all there are; each slice of it is a beat.
        self._kept = Pulse()
        self.ticks = (
            Tick("clock", self.timekeeper.look, POLL_TICK_S, 120),
            Tick("poller", pipeline.poller.tick, POLL_TICK_S, 120),
            # A round of pages waits for each, and between those of one host.
            Tick("pages", pipeline.revisits.round, pages_s, pages_s + 3600),
            # A round asks each bank in turn, and waits for the slow ones.
            Tick("rates", pipeline.rates.round, pipeline.rates.pace.tick_s, 3600),
            # Ten thousand readers' digests are one round; each of them is a beat.
            Tick("digests", self._make_digests, DIGEST_TICK_S, 300, digests.pulse),
            Tick("notices", self._tell_of_feeds, DIGEST_TICK_S, 300),
            Tick("promises", self._keep_promises, PROMISES_TICK_S, 300, self._kept),
            Tick("menus", self._telegram.tell_menus, DIGEST_TICK_S, 3600),
            Tick("asides", self._tell_of_asides, DIGEST_TICK_S, 300),
            # An errand, a round by hand for instance, lasts as long as it lasts.
            Tick("errands", ErrandRunner(pipeline).round, ERRAND_TICK_S, 3 * UPKEEP_TICK_S),
            Tick("alarm", self._alarm.look, ALARM_TICK_S, 300),
            # A round is some questions of a minute at most; each of them is a beat.
            Tick("translations", translating.round, TRANSLATE_TICK_S, 600, translating.pulse),
            # Some pages of each host, far apart; each is a beat.
            Tick("articles", articles.round, ARTICLES_TICK_S, 600, articles.pulse),
            Tick("upkeep", self._upkeep, UPKEEP_TICK_S, 3 * UPKEEP_TICK_S),
        )

    def parts(self) -> tuple[health.PartHealth, ...]:
        """Say how each is."""
        return tuple(tick.part for tick in self.ticks)

    def __enter__(self) -> None:
        """Start the timers; each first tick comes at once."""
        now = datetime.now(UTC)
        for tick in self.ticks:
            self._scheduler.add_job(
                survived(tick), "interval", seconds=tick.every_s, next_run_time=now
            )
        logging.getLogger("apscheduler.executors.default").addFilter(is_no_stop)
        self._scheduler.start()

    def __exit__(self, *_: object) -> None:
        """Stop the timers."""
        self._scheduler.shutdown(wait=False)

    async def _make_digests(self) -> None:
        """Make the digests that are due, whether or not Telegram can be reached.

        What a clock that was set ahead this very minute calls due waits until it is believed.
        """
        await self.timekeeper.look()
        if not self.timekeeper.is_settled:
            self._digests.pulse.beat()
            return
        await self._digests.round(self._telegram.bot_username)

    async def _tell_of_feeds(self) -> None:
        """Owe the admins one message about feeds that fell ill or recovered."""
        pipeline = self._pipeline
        admin_ids = pipeline.settings.admin_ids
        if await pipeline.db.write(enqueue_feed_notices, admin_ids, pipeline.clock()):
            pipeline.wake_up.set()

    async def _keep_promises(self) -> None:
        """Write to the outbox what is still owed to the many readers of a word, in slices."""
        pipeline = self._pipeline

        def kept_some() -> None:
            self._kept.beat()
            pipeline.wake_up.set()

        await owing.keep_all(pipeline.db, pipeline.clock, kept_some)

    async def _tell_of_asides(self) -> None:
        """Owe the admins, and whose it is, a word about what was set aside."""
        pipeline = self._pipeline
        if not await pipeline.db.read(set_aside.is_to_be_told, pipeline.clock()):
            return
        admin_ids = pipeline.settings.admin_ids
        if await pipeline.db.write(enqueue_aside_notices, admin_ids, pipeline.clock()):
            pipeline.wake_up.set()

    async def _upkeep(self) -> None:
        """Forget what nobody needs any more; in slices, where a day may have brought much.

        By a clock that has just been started or set nothing is forgotten.
        """
        pipeline = self._pipeline
        if self.timekeeper.is_trusted:
            await self._forget_old(
                await pipeline.db.read(wrong_times.believable, pipeline.clock())
            )
        await unfile_removed(pipeline.db)
        await refile(pipeline.db)
        merging = True
        while merging:
            merging = await pipeline.db.write_behind(search.merge_some)
            await asyncio.sleep(owing.PAUSE_S)

    async def _forget_old(self, now: datetime) -> None:
        pipeline = self._pipeline
        await pipeline.ingester.expire(now)
        for prune in (
            dialogs.prune,
            inbox.prune,
            pages.prune,
            set_aside.prune,
            errands.prune,
            full_texts.prune,
            wanted_articles.prune,
        ):
            await pipeline.db.write(prune, now)
        await pipeline.db.write(rates.prune)
        for prune_some in (queue.prune, matches.prune, translations.prune):
            gone = 1
            while gone:
                gone = await pipeline.db.write_behind(prune_some, now)
                await asyncio.sleep(owing.PAUSE_S)


def is_no_stop(record: logging.LogRecord) -> bool:
    """Leave out of the log that a stop came before a tick that was just due had begun."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def survived(tick: Tick) -> Callable[[], Awaitable[None]]:
    """Return a tick that outlives whatever goes wrong in it; the stop may cut it short."""

    async def run_once() -> None:
        try:
            with tick.pulse.at_work():
                await tick.run()
        except asyncio.CancelledError:
            log.debug("tick cut short", tick=tick.name)
        except StorageError as error:  # a full disk, a locked file: the next tick tries again
            # The alarm is the database's.
            log.debug("tick failed", tick=tick.name, error=str(error))
        except Exception:
            log.exception("tick failed", tick=tick.name)

    return run_once


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it is gone."""
    task.cancel()
    await asyncio.wait([task])


async def vitals(
    pipeline: Pipeline, telegram: TelegramConnection, ticks: ticking
) -> health.Vitals:
    """Measure how we are. Healthy means: every part goes on, and what is owed leaves in time."""
    now, up_s = pipeline.clock(), pipeline.ingester.pulse.age_s
    outbox = await pipeline.db.read(reports.counts, now)
    by_status = await pipeline.db.read(feeds.count)
    next_due = await pipeline.db.read(feeds.next_due)
    asked_at = await pipeline.db.read(inbox.oldest)
    unanswered = (now - asked_at).total_seconds() if asked_at else 0.0
    waited = (now - outbox.oldest_due).total_seconds() if outbox.oldest_due else 0.0
    late = (now - next_due).total_seconds() if next_due else 0.0
    is_writable = pipeline.db.writability.trouble is None
    translating = pipeline.translating
    translated = translation_metrics(await translating.health()) if translating.is_on else {}
    articles = await pipeline.articles.health()
    return health.Vitals(
        {
            "steppewire_telegram_connected": float(telegram.connected),
            "steppewire_telegram_token_valid": float(telegram.token_is_valid),
            "steppewire_database_writable": float(is_writable),
            "steppewire_unanswered_oldest_seconds": max(unanswered, 0.0),
            "steppewire_outbox_waiting": outbox.waiting,
            "steppewire_outbox_oldest_due_seconds": max(waited, 0.0),
            "steppewire_poll_late_seconds": max(late, 0.0),
            "steppewire_articles_read_a_day": articles.read,
            "steppewire_articles_without_text_a_day": articles.without_text,
            "steppewire_articles_waiting": articles.waiting,
            **translated,
            **{f"steppewire_feeds_{status}": by_status.get(status, 0) for status in FeedStatus},
        },
        {
            "telegram": telegram.connected,
            "token": telegram.token_is_valid,
            "database": is_writable,
            "clock": not (ticks.timekeeper.is_behind or pipeline.clock.is_doubted),
            # While nobody ran nobody was late: a start after an outage has its time, too.
            "outbox": min(waited, up_s) < LATE_S,
            "feeds": min(late, up_s) < LATE_S,
            "answers": min(unanswered, up_s) < LATE_S,
        },
        (
            *ticks.parts(),
            health.PartHealth("looks", pipeline.poller.looks.busy_s, LATE_S),
            health.PartHealth("ingester", pipeline.ingester.pulse.busy_s, LATE_S),
            *telegram.parts(),
        ),
    )


def translation_metrics(health: TranslationHealth) -> dict[str, float]:
    """Give translating as numbers; that its service does not answer is no illness of ours."""
    counts = health.counts
    return {
        "steppewire_translated_characters_today": counts.characters,
        "steppewire_translation_budget_characters": health.budget,
        "steppewire_translations_done_a_day": counts.done,
        "steppewire_translations_dropped_a_day": counts.dropped,
        "steppewire_translations_wanted": counts.wanted,
        "steppewire_translator_resting": float(health.resting_until is not None),
    }


def stop_on_signals(stop: asyncio.Event, then: Callable[[], None] = lambda: None) -> None:
    """Let SIGINT and SIGTERM end the program in order; ``then`` is called with the first."""

    def told() -> None:
        if not stop.is_set():
            stop.set()
            then()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
