"""The timekeeper: notices that the machine's clock was set, and draws back what it got wrong."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.digests.maker import DigestService
from bot.trusted_clock import MARK_FACT, Jump, TrustedClock
from storage import chats, meta, wrong_times
from storage.database import Database
from storage.model import NO_THREAD, ChatId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Sentence
from storage.sql import Connection
from watchers.pulse import Pulse

log = structlog.get_logger(__name__)

LOOK_AGAIN_S = 60.0
"""While our clock is behind, due times are looked over so often."""


class Timekeeper:
    """``look`` is called by ticks, and before whatever goes by the clock."""

    def __init__(
        self,
        db: Database,
        clock: TrustedClock,
        digests: DigestService,
        *,
        admins: frozenset[int],
        wake: Callable[[], None],
        drawn_back: Callable[[], None] = lambda: None,
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
        self._looked_over = Pulse(clock.steady)
        self._marked: float | None = None
        self._looking = asyncio.Lock()
        self._is_first = True
        self.is_behind = False
        """Whether our clock seems to be behind what outlets told before."""

    @property
    def is_settled(self) -> bool:
        """Whether the clock can be believed in what readers get by it."""
        return self._clock.is_settled

    @property
    def is_trusted(self) -> bool:
        """Whether the clock can be believed in what is gone for good by it: what is forgotten."""
        return self._clock.is_earned and not (self._clock.is_doubted or self.is_behind)

    async def is_believed(self) -> bool:
        """Tell the same of a clock that may be only young: then the outlets' dates speak for it.

        Whoever is started anew every few minutes has no other.
        """
        if self.is_trusted or self._clock.is_doubted or self.is_behind:
            return self.is_trusted
        return await self._db.read(wrong_times.is_told, self._clock())

    async def look(self) -> None:
        """Notice a clock that was set, here or before the start, and draw back what it wrote."""
        async with self._looking:  # two ticks look, and what one tells the other need not
            await self._look()

    async def _look(self) -> None:
        told = await self._db.read(wrong_times.told_lately) if self._clock.is_doubted else None
        jump = self._clock.look(told)
        if jump is not None:
            await self._tell_of(jump)
        now = self._clock()
        is_set = jump is not None and jump.is_believed
        if is_set or self._is_first or await self._is_wrong(now):
            await self._look_over(now)
        self._is_first = False
        await self._keep_mark()

    async def _tell_of(self, jump: Jump) -> None:
        """Write into the log, and to the admins, that the machine's clock was set."""
        by_s = round((jump.now - jump.was).total_seconds())
        event = "the clock was set" if jump.is_believed else "the clock is not believed"
        log.warning(event, by_s=by_s, now=jump.now.isoformat())
        await self._db.write(tell_of_set_clock, self._admins, jump, self._clock())
        self._wake()

    async def _keep_mark(self) -> None:
        """Keep what time it is by both clocks, for a start to go on from."""
        steady = self._clock.steady()
        if self._marked is not None and steady - self._marked < LOOK_AGAIN_S:
            return
        if mark := self._clock.mark():
            await self._db.write(meta.put, MARK_FACT, mark)
        self._marked = steady

    async def _is_wrong(self, now: datetime) -> bool:
        if self.is_behind and self._looked_over.silent_s < LOOK_AGAIN_S:
            return False
        return self.is_behind or await self._db.read(wrong_times.has_any, now)

    async def _look_over(self, now: datetime) -> None:
        """Draw back what lies beyond its rule; say once that our clock is behind."""
        self._looked_over.beat()
        if not (self.is_behind or await self._db.read(wrong_times.has_any, now, thorough=True)):
            await self._digests.draw_back()
            self._drawn_back()  # another process may have drawn back what rows had
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


def tell_of_set_clock(db: Connection, admins: frozenset[int], jump: Jump, now: datetime) -> None:
    """Owe the admins one line about a clock that was set, and whether we believe it."""
    key = "notice.clock_set" if jump.is_believed else "notice.clock_doubted"
    said = Sentence(key, {"was": written(jump.was), "now": written(jump.now)})
    which = "" if jump.is_believed else "doubted/"
    subject = f"clock/{which}{jump.was:%Y%m%d%H%M}/{jump.now:%Y%m%d%H%M}"
    enqueue_notices(db, admins, subject, said, now)


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
