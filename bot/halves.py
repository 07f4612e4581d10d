"""The two halves, each buildable alone: what ticks in which, and what of it can get stuck.

The watching half turns feeds into stories and owes what they bring. The bot's half answers
people and delivers what is owed.

Which tick is where:

- every process: clock alarm illness
- the watching half: poller pages rates translations articles notices asides errands backups
  removals upkeep
- the bot's half: digests promises menus
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog

from bot.alarm import StorageAlarm
from bot.backups import BACKUP_TICK_S, LONGEST_S, ScheduledBackups
from bot.connection import TelegramConnection
from bot.digests.maker import DigestService
from bot.errands import ErrandRunner
from bot.ground import Ground
from bot.illness import ILLNESS_TICK_S, IllnessNotices
from bot.monitoring.health import PartHealth
from bot.monitoring.watchdog import CUT_S, GuardedPart
from bot.notices import enqueue_aside_notices, enqueue_feed_notices
from bot.pipeline import Pipeline
from bot.ticks import Tick
from bot.timekeeper import Timekeeper
from bot.upkeep import UPKEEP_TICK_S, upkeep_if_due
from storage import owing, removal, set_aside
from storage.model import ChatId
from watchers.pulse import Pulse
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

REMOVALS_TICK_S = 5
LATE_S = 900
HOURS_S = 3 * 3600
"""So long an errand or an upkeep may take."""


def common_ticks(
    ground: Ground,
    timekeeper: Timekeeper,
    tell_now: Callable[[Mapping[ChatId, str]], Awaitable[None]],
    illness: IllnessNotices,
) -> tuple[Tick, ...]:
    """Tick in every process, whichever halves it runs."""
    alarm = StorageAlarm(
        ground.db,
        ground.settings.admin_ids,
        ground.clock,
        wake=ground.wake_up.set,
        tell_now=tell_now,
    )
    return (
        Tick("clock", timekeeper.look, POLL_TICK_S, 120),
        Tick("alarm", alarm.look, ALARM_TICK_S, 300),
        Tick("illness", illness.look, ILLNESS_TICK_S, 600),
    )


class WatchersHalf:
    """Everything that turns feeds into stories."""

    def __init__(self, pipeline: Pipeline, timekeeper: Timekeeper) -> None:
        """Build its ticks; nothing ticks yet."""
        self._pipeline = pipeline
        self._timekeeper = timekeeper
        pages_s, translating = pipeline.revisits.pace.tick_s, pipeline.translating
        articles, backups = pipeline.articles, ScheduledBackups(pipeline)
        self._backups, self._removed = backups, Pulse()
        self.ticks = (
            Tick("poller", pipeline.poller.tick, POLL_TICK_S, 120),
            # A round of pages waits for each, and between those of one host.
            Tick("pages", pipeline.revisits.round, pages_s, pages_s + 3600),
            # A round asks each bank in turn, and waits for the slow ones.
            Tick("rates", pipeline.rates.round, pipeline.rates.pace.tick_s, 3600),
            # A round is some questions of a minute at most; each of them is a beat.
            Tick("translations", translating.round, TRANSLATE_TICK_S, 600, translating.pulse),
            # Some pages of each host, far apart; each is a beat.
            Tick("articles", articles.round, ARTICLES_TICK_S, 600, articles.pulse),
            Tick("notices", self._tell_of_feeds, DIGEST_TICK_S, 300),
            Tick("asides", partial(tell_of_asides, pipeline), DIGEST_TICK_S, 300),
            # An errand, a round by hand for instance, lasts as long as it lasts.
            Tick("errands", ErrandRunner(pipeline).round, ERRAND_TICK_S, HOURS_S),
            Tick("backups", self._back_up, BACKUP_TICK_S, LONGEST_S, backups.pulse),
            # What a removed feed told may be much: each step of it is a beat.
            Tick("removals", self._remove, REMOVALS_TICK_S, 600, self._removed),
            Tick("upkeep", self._upkeep, UPKEEP_TICK_S, HOURS_S),
        )

    def parts(self) -> tuple[PartHealth, ...]:
        """Say how the parts are that do not tick."""
        pipeline = self._pipeline
        return (
            PartHealth("looks", pipeline.poller.looks.busy_s, LATE_S),
            PartHealth("ingester", pipeline.ingester.pulse.busy_s, LATE_S),
        )

    def guarded(self) -> tuple[GuardedPart, ...]:
        """Name what the watchdog looks after beside the ticks."""
        poller, documents = self._pipeline.poller, self._pipeline.ingester.pulse
        begin_anew = partial(poller.begin_anew, CUT_S)
        return (
            GuardedPart("looks", lambda: poller.looks.busy_s > LATE_S, begin_anew),
            # Documents come from looks: what holds the others up is one of those.
            GuardedPart("ingester", lambda: documents.busy_s > LATE_S, begin_anew),
        )

    async def _tell_of_feeds(self) -> None:
        """Owe the admins one message about feeds that fell ill or recovered."""
        pipeline = self._pipeline
        admin_ids = pipeline.settings.admin_ids
        if await pipeline.db.write(enqueue_feed_notices, admin_ids, pipeline.clock()):
            pipeline.wake_up.set()

    async def _back_up(self) -> None:
        """Make a backup where one is due."""
        await self._backups.look(clock_is_trusted=await self._timekeeper.is_believed())

    async def _remove(self) -> None:
        """Let what removed feeds told leave the archive, in slices."""
        self._removed.beat()
        if gone := await removal.finish(self._pipeline.db, self._removed.beat):
            log.info("removed feeds are gone", rows=gone)

    async def _upkeep(self) -> None:
        """Forget what nobody needs any more."""
        is_trusted = await self._timekeeper.is_believed()
        await upkeep_if_due(self._pipeline, clock_is_trusted=is_trusted)


async def tell_of_asides(ground: Ground) -> None:
    """Owe the admins, and whose it is, a word about what was set aside."""
    if not await ground.db.read(set_aside.is_to_be_told, ground.clock()):
        return
    if await ground.db.write(enqueue_aside_notices, ground.settings.admin_ids, ground.clock()):
        ground.wake_up.set()


class BotHalf:
    """Everything that people see: answers, alerts, digests."""

    def __init__(
        self,
        ground: Ground,
        timekeeper: Timekeeper,
        digests: DigestService,
        telegram: TelegramConnection,
    ) -> None:
        """Build its ticks; nothing ticks yet."""
        self._ground = ground
        self._timekeeper = timekeeper
        self._digests = digests
        self.telegram = telegram
        # One round keeps all there are; each slice of it is a beat.
        self._kept = Pulse()
        self.ticks = (
            # Ten thousand readers' digests are one round; each of them is a beat.
            Tick("digests", self._make_digests, DIGEST_TICK_S, 300, digests.pulse),
            Tick("promises", self._keep_promises, PROMISES_TICK_S, 300, self._kept),
            Tick("menus", telegram.tell_menus, DIGEST_TICK_S, 3600),
        )

    def parts(self) -> tuple[PartHealth, ...]:
        """Say how the parts are that do not tick."""
        return self.telegram.parts()

    def guarded(self) -> tuple[GuardedPart, ...]:
        """Name what the watchdog looks after beside the ticks.

        Cut off, the deliverer might leave a message claimed that nobody sends: a start takes up
        what the last run left.
        """
        return (GuardedPart("deliverer", self.telegram.deliverer_hangs),)

    async def _make_digests(self) -> None:
        """Make the digests that are due, whether or not Telegram can be reached.

        What a clock that was set ahead this very minute calls due waits until it is believed.
        """
        await self._timekeeper.look()
        if not self._timekeeper.is_settled:
            self._digests.pulse.beat()
            return
        await self._digests.round(self.telegram.bot_username)

    async def _keep_promises(self) -> None:
        """Write to the outbox what is still owed to the many readers of a word, in slices."""

        def kept_some() -> None:
            self._kept.beat()
            self._ground.wake_up.set()

        await owing.keep_all(self._ground.db, self._ground.clock, kept_some)
