"""The timekeeper: notices that the machine's clock was set, and draws back what it got wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.digests.maker import DigestService
from storage import chats, wrong_times
from storage.database import Database
from storage.model import NO_THREAD, ChatId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Sentence
from storage.sql import Connection
from watchers.pulse import Pulse

log = structlog.get_logger(__name__)

SET_BY = timedelta(minutes=1)
"""What moves a clock by less is its ordinary correction."""

SETTLED_AFTER_S = 300.0
"""A clock that was set ahead and stays so for as long is believed: nothing that readers get by the
clock is made before."""

LOOK_AGAIN_S = 60.0
"""While our clock is behind, due times are looked over so often."""


def steady_s() -> float:
    """Return seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    boottime = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux has it
    return time.clock_gettime(boottime)


@dataclass(slots=True)
class ClockWatch:
    """Compares the machine's clock with a steady one, look by look (pure).

    A process that stood still, or a machine that slept, sees both go on by as much.
    """

    wall: datetime
    steady: float
    set_at: float | None = None
    """When the clock was last set ahead, by the steady one."""

    def look(self, wall: datetime, steady: float) -> timedelta | None:
        """Return by how much the clock was set since the last look, None where it was not."""
        expected = self.wall + timedelta(seconds=steady - self.steady)
        self.wall, self.steady = wall, steady
        by = wall - expected
        if abs(by) < SET_BY:
            return None
        # Set back: to the right time most likely, and nothing is due too early by it.
        self.set_at = steady if by > timedelta(0) else None
        return by

    def is_settled(self, steady: float) -> bool:
        """Tell whether the clock has not been set ahead just now."""
        return self.set_at is None or steady - self.set_at >= SETTLED_AFTER_S


class Timekeeper:
    """``look`` is called by ticks, and before whatever goes by the clock."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        digests: DigestService,
        *,
        admins: frozenset[int],
        wake: Callable[[], None],
        drawn_back: Callable[[], None] = lambda: None,
        steady: Callable[[], float] = steady_s,
    ) -> None:
        """Begin at this moment; what the last run got wrong is drawn back by the first look.

        ``drawn_back`` is called after times in rows were, for those who keep some in memory.
        """
        self._db = db
        self._clock = clock
        self._digests = digests
        self._admins = admins
        self._wake = wake
        self._drawn_back = drawn_back
        self._steady = steady
        self._watch = ClockWatch(clock(), steady())
        self._looked_over = Pulse(steady)
        self._is_first = True
        self.is_behind = False
        """Whether our clock seems to be behind what outlets told before."""

    @property
    def is_settled(self) -> bool:
        """Whether the clock can be believed in what readers get by it."""
        return self._watch.is_settled(self._steady())

    async def look(self) -> None:
        """Notice a clock that was set, here or before the start, and draw back what it wrote."""
        now, was = self._clock(), self._watch.wall
        by = self._watch.look(now, self._steady())
        if by is not None:
            log.warning("the clock was set", by_s=round(by.total_seconds()), now=now.isoformat())
            await self._db.write(tell_of_set_clock, self._admins, was, now)
            self._wake()
        if by is not None or self._is_first or await self._is_wrong(now):
            await self._look_over(now)
        self._is_first = False

    async def _is_wrong(self, now: datetime) -> bool:
        if self.is_behind and self._looked_over.silent_s < LOOK_AGAIN_S:
            return False
        return self.is_behind or await self._db.read(wrong_times.has_any, now)

    async def _look_over(self, now: datetime) -> None:
        """Draw back what lies beyond its rule; say once that our clock is behind."""
        self._looked_over.beat()
        if not (self.is_behind or await self._db.read(wrong_times.has_any, now, thorough=True)):
            await self._digests.draw_back()
            return
        was_behind = self.is_behind
        self.is_behind = not await self._db.write(wrong_times.draw_back, now)
        await self._digests.draw_back()
        self._drawn_back()
        log.warning("times of a wrong clock drawn back", now=now.isoformat())
        if self.is_behind and not was_behind:
            log.error("the clock is behind", now=now.isoformat())
            await self._db.write(tell_of_late_clock, self._admins, now)
        self._wake()


def tell_of_set_clock(
    db: Connection, admins: frozenset[int], was: datetime, now: datetime
) -> None:
    """Owe the admins one line about a clock that was set."""
    said = Sentence("notice.clock_set", {"was": written(was), "now": written(now)})
    enqueue_notices(db, admins, f"clock/{was:%Y%m%d%H%M}/{now:%Y%m%d%H%M}", said, now)


def tell_of_late_clock(db: Connection, admins: frozenset[int], now: datetime) -> None:
    """Owe the admins one line about a clock that is behind."""
    said = Sentence("notice.clock_behind", {"now": written(now)})
    enqueue_notices(db, admins, f"clock/behind/{now:%Y%m%d}", said, now)


def enqueue_notices(
    db: Connection, admins: frozenset[int], subject: str, said: Sentence, now: datetime
) -> None:
    """Queue a sentence for every admin who has a chat with us."""
    known = [ChatId(admin) for admin in sorted(admins) if chats.get(db, ChatId(admin))]
    queue.enqueue(
        db,
        [
            NewDelivery(chat_id, NO_THREAD, DeliveryKind.NOTICE, subject, payload=said)
            for chat_id in known
        ],
        now,
    )


def written(moment: datetime) -> str:
    """Write a moment as the system's own log does."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
