"""Timers that tick; they decide nothing: a tick asks the database what is due."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.monitoring.health import PartHealth
from bot.monitoring.watchdog import CUT_S, GuardedPart
from storage.errors import StorageError
from storage.happenings import Tell, TickEnded, unheard
from watchers.pulse import Pulse

log = structlog.get_logger(__name__)


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
        scheduler.add_job(one.run_once, "interval", seconds=one.every_s, next_run_time=now)
    logging.getLogger("apscheduler.executors.default").addFilter(is_no_stop)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def is_no_stop(record: logging.LogRecord) -> bool:
    """Leave out of the log that a stop came before a tick that was just due had begun."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
