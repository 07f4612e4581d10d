"""Timers that tick; they decide nothing: a tick asks the database what is due.

They come evenly whatever the machine's clock is set to.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.monitoring.health import PartHealth
from bot.monitoring.watchdog import CUT_S, GuardedPart
from storage.errors import StorageError
from storage.happenings import Tell, TickEnded, unheard
from watchers.pulse import Pulse

log = structlog.get_logger(__name__)

SET_BACK_SEEN_S = 1.0
"""How often it is looked whether the machine's clock was set back."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What is done every so many seconds, and after how many without success it is stuck."""

    name: str
    run: Callable[[], Awaitable[Any]]
    every_s: float
    stuck_after_s: float
    pulse: Pulse = field(default_factory=Pulse)

    @property
    def part(self) -> PartHealth:
        """How it is."""
        return PartHealth(self.name, self.pulse.silent_s, self.stuck_after_s)


class Rounds:
    """A tick's rounds, each of which outlives whatever goes wrong in it."""

    def __init__(self, tick: Tick, tell: Tell = unheard) -> None:
        """Begin with none under way; ``tell`` hears of each."""
        self._tick = tick
        self._tell = tell
        self._under_way: asyncio.Task[None] | None = None

    @property
    def every_s(self) -> float:
        """How many seconds lie between the beginnings of two rounds."""
        return self._tick.every_s

    @property
    def guarded(self) -> GuardedPart:
        """How the watchdog looks after it."""
        return GuardedPart(self._tick.name, self.hangs, self.begin_anew)

    def hangs(self) -> bool:
        """Tell whether a round is under way and shows no progress any more."""
        return self._under_way is not None and self._tick.part.is_stuck

    async def begin_anew(self) -> bool:
        """Cut off the round under way, so that the next can begin; False where it does not end."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.wait({self._under_way}, timeout=CUT_S)
        self._tick.pulse.beat()
        return self._under_way is None

    async def run_once(self) -> None:
        """Run a round; the stop may cut it short."""
        tick, began = self._tick, monotonic()
        outcome = "failed"
        self._under_way = asyncio.current_task()
        try:
            with tick.pulse.at_work():
                await tick.run()
            outcome = "done"
        except asyncio.CancelledError:
            outcome = "cut"
            log.debug("tick cut short", tick=tick.name)
        except StorageError as error:  # a full disk, a locked file: the next tick tries again
            # The alarm is the database's.
            log.debug("tick failed", tick=tick.name, error=error)
        except Exception:
            seconds = round(monotonic() - began, 3)
            log.exception("tick failed", tick=tick.name, seconds=seconds)
        finally:
            self._under_way = None
            self._tell(TickEnded(tick.name, outcome, monotonic() - began))


class Every(BaseTrigger):  # type: ignore[misc]  # it has no types
    """So many seconds after the last time, and no time made up for.

    The library's own interval lists each time that a clock set ahead by a year has left out.
    """

    def __init__(self, seconds: float) -> None:
        """Keep how many seconds lie between two times."""
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next time; one that is over is followed by one after now."""
        if previous_fire_time is None:
            return now
        following = previous_fire_time + self.interval
        return following if following > now else now + self.interval


@contextmanager
def ticking(rounds: Iterable[Rounds]) -> Iterator[None]:
    """Let timers tick for as long as the block runs; each first tick comes at once."""
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        # A loop that was busy for a second must not skip a run, nor make it up twice.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    now = datetime.now(UTC)
    for one in rounds:
        scheduler.add_job(one.run_once, Every(one.every_s), next_run_time=now)
    logging.getLogger("apscheduler.executors.default").addFilter(is_no_stop)
    scheduler.start()
    looking = asyncio.create_task(not_put_off(scheduler), name="not_put_off")
    try:
        yield
    finally:
        looking.cancel()
        scheduler.shutdown(wait=False)


async def not_put_off(scheduler: AsyncIOScheduler) -> None:
    """Let come at once, again and again, what a clock that was set back would put off.

    The library waits until the machine's clock shows the time for which it wrote a job down.
    """
    while True:
        await asyncio.sleep(SET_BACK_SEEN_S)
        now = datetime.now(UTC)
        for job in scheduler.get_jobs():
            if job.next_run_time > now + job.trigger.interval + timedelta(seconds=1):
                job.modify(next_run_time=now)


def is_no_stop(record: logging.LogRecord) -> bool:
    """Leave out of the log that a stop came before a tick that was just due had begun."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
