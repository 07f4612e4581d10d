"""The deliverer: empties the outbox into Telegram, several messages at a time, one a chat."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from telegram import Bot

from bot.delivery import message
from bot.delivery.circuit_breaker import CircuitBreaker
from bot.delivery.context import gather
from bot.delivery.errors import outcome_of
from bot.delivery.send import call
from bot.failures import set_one_aside
from bot.telegram import identity
from bot.telegram.rate_limiter import BROADCAST, Limiter
from bot.texts import sentence
from storage.database import Database
from storage.errors import StorageError
from storage.happenings import DeliverySettled, Tell, unheard
from storage.model import ChatId
from storage.outbox import chat_queues, queue, recovery, settle
from storage.outbox.deliveries import Delivery
from storage.outbox.outcomes import (
    AnswerLost,
    Away,
    Later,
    NotSent,
    Outcome,
    Poison,
    Revoked,
    Sent,
    Void,
)
from storage.set_aside import AsideKind
from watchers.pulse import Pulse
from watchers.taught_names import TaughtNames

log = structlog.get_logger(__name__)

WORKERS = 16
"""Calls at a time. At 25 messages a second and a second an answer all of them would be busy."""

AHEAD = 12
"""So many broadcasts at most wait in the limiter; the others wait in the file, in order."""

A_CALL_S = 0.6
AHEAD_S = 0.05
"""Where Telegram is paid for more messages a second, it is as many calls as are made in so much
time, and so many wait as go in so little."""

MOST_WORKERS = 56
"""The HTTP client looks through all of its connections at each call: more of them cost more than
they bring."""

TICK_S = 5.0
"""The longest sleep: whatever forgot to wake us is found after this."""

TROUBLE_S = 1.0
"""How long to wait when the file itself is in trouble."""

STOP_S = 3.5
"""How long a stop waits for answers under way; what is cut then is taken up at the next start.
On a crowded machine the rest of the five seconds is needed to close all else."""

QUEUES_EVERY = timedelta(hours=1)
"""How often every chat's turn is worked out anew, should one have been missed."""

CLOCK_SET_BACK = timedelta(minutes=1)
"""A clock that goes back further than this was wrong before."""


class Deliverer:
    """Runs until stopped: ``await start()``, then ``run()`` as a task, then ``stop()``.

    ``wake_up`` is set by whoever wrote something to the outbox. ``bot_name`` says whose chats are
    written to. ``names`` are those by which
    queries are matched. ``heed`` hears what became of each message after it was written down, so
    that memories elsewhere can follow (a chat's new id, a chat that is gone). ``reads_pages``
    says that articles' pages can be read here. ``tell`` hears of each message, for counting.
    """

    def __init__(
        self,
        db: Database,
        bot: Bot,
        limiter: Limiter,
        clock: Callable[[], datetime],
        *,
        wake_up: asyncio.Event,
        names: TaughtNames,
        bot_name: str = "",
        workers: int | None = None,
        heed: Callable[[Delivery, Outcome], None] = lambda _owed, _outcome: None,
        reads_pages: bool = True,
        tell: Tell = unheard,
    ) -> None:
        """Keep what it works with; nothing happens before ``start``."""
        self._db = db
        self._bot = bot
        self._limiter = limiter
        self._clock = clock
        a_second = limiter.a_second
        self._workers = workers or min(max(WORKERS, int(a_second * A_CALL_S)), MOST_WORKERS)
        self._ahead = max(AHEAD, int(a_second * AHEAD_S))
        self._bot_name = bot_name
        self._heed = heed
        self._names = names
        self._reads_pages = reads_pages
        self._tell = tell
        self._wake_up = wake_up
        self._stopping = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._breaker = CircuitBreaker()
        self._seen_at = clock()
        self._looked_over_at = datetime.min.replace(tzinfo=UTC)
        """When every chat's turn was worked out last: at the start none was."""
        self._full = False
        self.pulse = Pulse()
        """Of its turns: whether it still looks for what is to be sent."""
        self.token_is_valid = True
        """What Telegram last said of the token; /health tells it to whoever watches."""

    async def start(self) -> None:
        """Take up what the last run left: half-sent messages, bans, another bot's chats.

        The bot must be initialised: it has to know who it is.
        """
        now = self._clock()
        if not await self._db.write(queue.same_bot, self._bot.id, now, self._bot_name):
            log.warning("another bot took over", bot=self._bot.id)
        found = await self._db.write(queue.recover, now, self._bot_name)
        if found:
            log.warning("half sent at the last stop", messages=found)
        await self._db.write(recovery.clock_went_back, now)
        rests = await self._db.write(chat_queues.rests, now, self._bot_name)
        for chat_id, until in rests.items():
            self._limiter.rest(None if chat_id == chat_queues.EVERYBODY else chat_id, until - now)

    async def run(self) -> None:
        """Deliver until ``stop``."""
        while not self._stopping:
            self._wake_up.clear()
            try:
                with self.pulse.at_work():
                    more = await self._turn()
                    patience = 0.0 if more else await self._patience()
            except StorageError as error:
                # Full or locked: what is owed is still owed, and tried again.
                # The alarm is the database's.
                log.debug("outbox unreadable", error=error)
                patience = TROUBLE_S
            except Exception:  # a bug of ours
                log.exception("outbox unreadable")
                patience = TROUBLE_S
            if patience:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake_up.wait(), patience)

    async def stop(self) -> None:
        """Send nothing new, and wait a little for the answers under way."""
        self._stopping = True
        self._limiter.close()
        self._wake_up.set()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def round(self) -> None:
        """Send everything that can go at this moment, and return when it is written down."""
        while True:
            await self._turn()
            if not self._under_way:
                return
            await asyncio.wait(self._under_way)

    # --- one turn --------------------------------------------------------------------------

    async def _turn(self) -> bool:
        """Give out what can go now; return whether to look again at once."""
        now = self._clock()
        self._ask(now)
        ahead = self._ahead - self._limiter.broadcasts_waiting
        room = min(self._workers - len(self._under_way), ahead)
        self._full = room <= 0
        if self._full or self._breaker.stops:
            return False
        await self._look_over(now)
        delivery = await self._db.write(queue.claim, now, room, self._bot_name)
        for one in delivery:
            self._begin(self._deliver(one))
        return len(delivery) == room

    async def _look_over(self, now: datetime) -> None:
        """Work every turn out anew now and then, and when the machine's clock was set back."""
        if now < self._seen_at - CLOCK_SET_BACK:
            log.warning("the clock went back", was=self._seen_at.isoformat())
            await self._db.write(recovery.clock_went_back, now)
            await self._refresh_turns(now)
        elif now - self._looked_over_at > QUEUES_EVERY:
            await self._refresh_turns(now)
        else:
            self._seen_at = now
            return
        self._seen_at = self._looked_over_at = now

    async def _refresh_turns(self, now: datetime) -> None:
        """Work every chat's turn out anew, in slices: whoever writes waits for one of them."""
        after = await self._db.write_behind(chat_queues.refresh_next, None, now)
        while after is not None:
            after = await self._db.write_behind(chat_queues.refresh_next, after, now)

    def heard(self, now: datetime) -> None:
        """Note that Telegram just told another part that it is there: no need to ask so soon."""
        self._breaker.asked(now)

    def _ask(self, now: datetime) -> None:
        """Ask Telegram something harmless where what we sent got no answer.

        Not while answers are awaited: they may tell. Whoever is not concerned goes on meanwhile.
        """
        due = self._breaker.next_question(now)
        if due is not None and due <= now and not self._under_way:
            self._breaker.asked(now)
            self._begin(self._asked())

    async def _asked(self) -> None:
        with suppress(StorageError):
            await self._db.write(identity.note_asked, self._bot, self._clock())
        try:
            await self._bot.get_me(rate_limit_args=BROADCAST)  # type: ignore[call-arg]
        except Exception as error:  # noqa: BLE001 (PTB raises KeyError and the like on garbage)
            outcome = outcome_of(error)
        else:
            outcome = Sent()
        match outcome:
            case Revoked(why):
                self._refused(why)
            case Away() | NotSent() | AnswerLost():
                self._breaker.is_gone()
            case _:  # even a 429 shows that it is there
                self._breaker.is_there()
                self.token_is_valid = True

    async def _patience(self) -> float:
        """Return how long nothing needs to be looked at, in seconds; every answer wakes us."""
        if self._full or (self._breaker.stops and self._under_way):
            return TICK_S
        now = self._clock()
        question = None if self._under_way else self._breaker.next_question(now)
        turn = None
        if not self._breaker.stops:
            turn = await self._db.read(chat_queues.next_turn, self._bot_name)
        until = min((at for at in (question, turn) if at is not None), default=None)
        if until is None:
            return TICK_S
        return min(max((until - now).total_seconds(), 0.005), TICK_S)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake_up.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery broke", exc_info=error)

    # --- one message -----------------------------------------------------------------------

    async def _deliver(self, delivery: Delivery) -> None:
        began = self._clock()
        outcome = await self._send(delivery)
        now = self._clock()
        await self._settle(delivery, outcome, now)
        self._heed(delivery, outcome)
        late_s = (now - delivery.due_at).total_seconds() if isinstance(outcome, Sent) else None
        self._tell(DeliverySettled(delivery.kind, type(outcome).__name__, late_s))
        log.info(
            "delivered" if isinstance(outcome, Sent) else "not delivered",
            delivery=delivery.id,
            chat=delivery.chat_id,
            kind=str(delivery.kind),
            subject=delivery.subject,
            outcome=type(outcome).__name__,
            why=getattr(outcome, "why", None),
            seconds=round((now - began).total_seconds(), 3),
        )

    async def _send(self, delivery: Delivery) -> Outcome:
        """Write the letter and make the call; whatever goes wrong is an outcome."""
        context = None
        try:
            context = await self._db.read(gather, delivery, reads_pages=self._reads_pages)
            said = (
                Void("gone")
                if context is None
                else message.write(
                    delivery, context, self._clock(), self._bot.username, self._names.current
                )
            )
        except StorageError as error:
            return NotSent(sentence(error, "en"))
        except Exception as error:  # noqa: BLE001 (logged whole, and noted)
            # A bug in rendering one message must not hold up the others.
            await set_one_aside(
                self._db,
                AsideKind.DELIVERY,
                delivery.id,
                error,
                self._clock(),
                label=delivery.subject,
                chat_id=delivery.chat_id,
            )
            barest = message.barest(delivery, context)
            if barest is None:
                return Poison("cannot be rendered")
            said = barest
        if isinstance(said, Void):
            return said
        if self._breaker.is_unsure and (
            delivery.doubts or delivery.chat_id in self._breaker.failing
        ):
            # What may be there already is risked again when Telegram was heard, and not before.
            return NotSent("no connection")
        try:
            outcome: Outcome = Sent(await call(self._bot, delivery, said))
        except Exception as error:  # noqa: BLE001 (PTB raises KeyError and the like on garbage)
            outcome = outcome_of(error)
        self._heard(delivery.chat_id, outcome)
        return outcome

    async def _settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Write the outcome down, however long the file is locked: one forgotten is repeated."""
        open_at = now + self._limiter.open_in(delivery.chat_id)
        while True:
            try:
                await self._db.write(
                    queue.settle, delivery, outcome, now, open_at, bot=self._bot_name
                )
            except StorageError as error:
                log.debug("outcome not written yet", delivery=delivery.id, error=error)
                await asyncio.sleep(TROUBLE_S)
            except Exception:
                # A bug of ours must not leave the chat waiting for this message for ever.
                log.exception("outcome cannot be written", delivery=delivery.id, outcome=outcome)
                await self._db.write(settle.set_aside, delivery, now)
                return
            else:
                return

    def _heard(self, chat_id: ChatId, outcome: Outcome) -> None:
        """Follow how Telegram is, by what became of a call to a chat."""
        match outcome:
            case Revoked(why):
                self._refused(why)
            case Away() | NotSent() | AnswerLost():
                self._breaker.failed(chat_id)
            case Later():
                pass  # perhaps our own limiter's word
            case _:
                self._breaker.answered(chat_id)
                self.token_is_valid = True

    def _refused(self, why: str) -> None:
        """Note that Telegram does not know our token: all wait, and it is asked now and then."""
        self._breaker.is_gone()
        if self.token_is_valid:
            self.token_is_valid = False
            log.critical("the token is not valid any more", why=why)
