"""The inbox at work: what Telegram brings is a row first, then answered, each chat in its order.

Telegram hears "taken" of what is committed. What a stop or a crash leaves unanswered is answered
after the next start, before anything newer of the same chat.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

import structlog

from bot.telegram.updates import Arrival, arrival, is_lasting
from storage import inbox
from storage.database import Database
from storage.errors import StorageError
from storage.inbox import WaitingUpdate

log = structlog.get_logger(__name__)

MOST_OF_A_CHAT = 200
"""Updates of one chat that wait. Whoever sends more while a chat gets one answer a second must
not fill the places of all the others."""

MOST_WAITING = 10_000
"""Updates that wait in all. With more, Telegram keeps the next ones."""

LATE = timedelta(minutes=10)
"""What waited longer is not done any more: whoever asked has long looked elsewhere."""

FLEETING = timedelta(seconds=10)
"""Telegram shows no result of an inline query that is answered later."""

GIVEN_UP = timedelta(days=1)
FEWEST_TRIES = 60
"""An answer is given up after a day, but not before it was tried for about an hour: a clock may
have been a day behind when the update came."""

AGAIN_AFTER_S = (15.0, 30.0, 60.0)
"""When an answer is tried again that Telegram did not get; the last goes on until given up."""

NOTED_AGAIN_S = 1.0
"""When it is noted again what could not be noted: that something is answered."""

ANSWERS_END_S = 1.5
"""How long a stop goes on answering what people asked before it."""

LAST_CALLS_S = 1.5
"""And how long, beginning nothing more, it waits for what Telegram is just being told: a call
cut off there would be made again after the start."""

Work: TypeAlias = Coroutine[Any, Any, bool]
"""Long work that goes on beside its chat's next updates; its update is answered when it ends, if
Telegram heard that: else it is taken up again."""


class Answering(Protocol):
    """Who answers updates."""

    async def answer(self, update: WaitingUpdate) -> bool | Work:
        """Answer one; False where Telegram did not hear it, the rest of it where that is long."""

    async def answer_late(self, updates: Sequence[WaitingUpdate]) -> bool:
        """Answer with one sentence what a chat sent too long ago; False as above."""


@dataclass(slots=True)
class _Place:
    """An update in its chat's queue; the words are those of ``Arrival``."""

    update: WaitingUpdate
    lasting: bool
    fleeting: bool = False

    def is_late(self, now: datetime) -> bool:
        """Tell whether it waited too long to be begun."""
        most = FLEETING if self.fleeting else LATE
        return not self.lasting and self.update.untouched and now - self.update.taken_at > most


@dataclass(slots=True)
class _ChatQueue:
    """What of one chat waits, the one being answered first, and the task that answers."""

    places: deque[_Place] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


_Key: TypeAlias = tuple[int, bool]
"""A chat, and whether it is about what is fleeting, which stands in nobody's way."""


class Inbox:
    """Takes one bot's updates and has them answered: many chats at once, each in its order."""

    def __init__(
        self, db: Database, bot_id: int, answering: Answering, clock: Callable[[], datetime]
    ) -> None:
        """Begin with nothing; ``resume`` takes up what was left."""
        self._db = db
        self._bot_id = bot_id
        self._answering = answering
        self._clock = clock
        self._queues: dict[_Key, _ChatQueue] = {}
        self._works: set[asyncio.Task[None]] = set()
        self._answered: list[int] = []
        self._noting: asyncio.Task[None] | None = None
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()
        self._ends = False

    # --- taking ----------------------------------------------------------------------------

    @property
    def is_full(self) -> bool:
        """Whether Telegram should keep what comes next."""
        return not self._room.is_set()

    async def room(self) -> None:
        """Wait until more can be taken."""
        await self._room.wait()

    async def resume(self) -> None:
        """Take up what was not answered before the last stop."""
        if dropped := await self._db.write(inbox.leave_to_the_old, self._bot_id):
            log.info("updates of another bot dropped", updates=dropped)
        left = await self._db.read(inbox.waiting, self._bot_id)
        for update in left:
            self._enqueue(_Place(update, is_lasting(json.loads(update.body))))
        if left:
            log.info("updates taken up", updates=len(left))

    async def take(self, raws: Iterable[Any]) -> None:
        """Make rows of updates, all in one transaction, and queue them: now they are taken.

        A file that cannot be written must not silence us: then they are answered all the same.
        """
        arrivals = [found for raw in raws if (found := arrival(raw)) is not None]
        now = self._clock()
        for found in arrivals:
            if found.fleeting:
                self._enqueue(_Place(_unnoted(found, now), lasting=False, fleeting=True))
        kept = list(self._within_bounds(found for found in arrivals if not found.fleeting))
        if not kept:
            return
        try:
            rows = await self._db.write(
                inbox.take, self._bot_id, [found.update for found in kept], now
            )
        except StorageError as error:
            log.error("updates not noted", updates=len(kept), error=error)  # noqa: TRY400 (said whole)
            rows = [_unnoted(found, now) for found in kept]
        for found, row in zip(kept, rows, strict=True):
            if row is None:
                log.info("update repeated", update_id=found.update.update_id)
            else:
                self._enqueue(_Place(row, found.lasting))

    def _within_bounds(self, arrivals: Iterable[Arrival]) -> Iterable[Arrival]:
        """Leave out what a chat sends beyond its share, but never what became of the chat."""
        waiting: dict[int, int] = {}
        for found in arrivals:
            chat = found.update.chat_id
            if chat not in waiting:
                queue = self._queues.get((chat, False))
                waiting[chat] = len(queue.places) if queue is not None else 0
            if waiting[chat] >= MOST_OF_A_CHAT and not found.lasting:
                log.warning("update not answered", chat=chat, waiting=waiting[chat])
                continue
            waiting[chat] += 1
            yield found

    def _enqueue(self, place: _Place) -> None:
        key = (place.update.chat_id, place.fleeting)
        queue = self._queues.setdefault(key, _ChatQueue())
        if place.fleeting and len(queue.places) > 1:
            queue.places.pop()  # typed on meanwhile: nobody looks for its results any more
            self._count(-1)
        queue.places.append(place)
        self._count(1)
        if queue.task is None:
            queue.task = asyncio.create_task(self._answer_all(key, queue))

    def _count(self, more: int) -> None:
        self._waiting += more
        if self._waiting < MOST_WAITING:
            self._room.set()
        else:
            self._room.clear()

    # --- answering -------------------------------------------------------------------------

    async def _answer_all(self, key: _Key, queue: _ChatQueue) -> None:
        """Answer a chat's updates one after the other; what Telegram did not hear, again."""
        tries = 0
        while queue.places and not self._ends:
            now = self._clock()
            late = [place for place in queue.places if place.is_late(now)]
            places = late if late and late[0] is queue.places[0] else [queue.places[0]]
            answered = await self._answer(places, is_late=places is late)
            if answered or await self._gives_up(places, tries):
                for place in places:
                    queue.places.remove(place)
                self._count(-len(places))
                tries = 0
            else:
                await asyncio.sleep(AGAIN_AFTER_S[min(tries, len(AGAIN_AFTER_S) - 1)])
                tries += 1
        if not queue.places:
            del self._queues[key]

    async def _answer(self, places: Sequence[_Place], *, is_late: bool) -> bool:
        """Answer a chat's next update, or at once all that waited too long."""
        updates = [place.update for place in places]
        if is_late and places[0].fleeting:
            return True
        outcome: bool | Work
        try:
            if is_late:
                outcome = await self._answering.answer_late(updates)
            else:
                outcome = await self._answering.answer(updates[0])
        except StorageError as error:  # nobody heard anything: again when the file is well
            log.error("not answered yet", chat=updates[0].chat_id, error=error)  # noqa: TRY400 (said whole)
            outcome = False
        except Exception:  # what even the sentence about a failure failed of
            log.exception("answering broke", chat=updates[0].chat_id)
            outcome = True
        if outcome is True:
            await self._done(updates)
        elif outcome is not False:
            self._go_on(updates[0], outcome)
        return outcome is not False

    async def _gives_up(self, places: Sequence[_Place], tries: int) -> bool:
        """Tell whether Telegram has not heard an answer for so long that nobody waits for it."""
        oldest = places[0]
        if (
            oldest.lasting
            or tries < FEWEST_TRIES
            or self._clock() - oldest.update.taken_at < GIVEN_UP
        ):
            return False
        log.warning("updates given up", chat=oldest.update.chat_id, updates=len(places))
        await self._done([place.update for place in places])
        return True

    def _go_on(self, update: WaitingUpdate, work: Work) -> None:
        async def whole() -> None:
            is_heard = True
            try:
                is_heard = await work
            except StorageError as error:
                log.error("not answered yet", chat=update.chat_id, error=error)  # noqa: TRY400 (said whole)
                is_heard = False
            except Exception:
                log.exception("long work broke", chat=update.chat_id)
            if is_heard or not update.row:
                await self._done([update])
            elif not self._ends:
                await asyncio.sleep(AGAIN_AFTER_S[0])
                self._enqueue(_Place(update, lasting=False))

        task = asyncio.create_task(whole())
        self._works.add(task)
        task.add_done_callback(self._works.discard)

    async def _done(self, updates: Sequence[WaitingUpdate]) -> None:
        """Note that updates are answered; what cannot be noted now is when the file is well."""
        self._answered += [update.row for update in updates if update.row]
        if not await self._noted() and (self._noting is None or self._noting.done()):
            self._noting = asyncio.create_task(self._note_in_the_end())

    async def _noted(self) -> bool:
        """Note what is answered; False where the file cannot be written."""
        rows, self._answered = self._answered, []
        try:
            if rows:
                await self._db.write(inbox.done, rows)
        except StorageError as error:
            self._answered += rows
            log.debug("answers not noted yet", updates=len(rows), error=error)
        return not self._answered

    async def _note_in_the_end(self) -> None:
        """Note what is answered as soon as that can be: a row that is left is answered again."""
        while self._answered:
            await asyncio.sleep(NOTED_AGAIN_S)
            await self._noted()

    async def close(self, shut: Callable[[], None]) -> None:
        """Answer for a while; then leave to the next start what is not begun, or not told.

        ``shut`` lets no call to Telegram begin any more.
        """
        await self._ended(self._answering_tasks(), ANSWERS_END_S)
        self._ends = True
        shut()
        left = [*self._answering_tasks(), *self._works]
        await self._ended(left, LAST_CALLS_S)
        for task in left:
            task.cancel()
        await self._ended(left, LAST_CALLS_S / 4)
        if self._noting is not None:
            self._noting.cancel()
            await self._noted()
        waiting = self._waiting + len(self._works)
        if waiting:
            log.info("updates left for the next start", updates=waiting)

    def _answering_tasks(self) -> "list[asyncio.Task[None]]":
        return [queue.task for queue in self._queues.values() if queue.task is not None]

    @staticmethod
    async def _ended(tasks: "Sequence[asyncio.Task[None]]", within_s: float) -> None:
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)


def _unnoted(found: Arrival, now: datetime) -> WaitingUpdate:
    """Return an update of which there is no row."""
    return WaitingUpdate(0, found.update.chat_id, found.update.body, now)
