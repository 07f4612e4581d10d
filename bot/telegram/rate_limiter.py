"""The limiter: the one door through which every call to Telegram passes, in its turn."""

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

from telegram import TelegramObject
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import BaseRateLimiter

from bot.telegram.rates import Pace, Target, TelegramLimits, Weight
from storage.happenings import TelegramCalled, Tell, unheard

Answer: TypeAlias = bool | dict[str, Any] | list[dict[str, Any]]
Call: TypeAlias = Callable[..., Coroutine[Any, Any, Answer]]

BROADCAST = 1
"""``rate_limit_args`` of what nobody waits for; replies to people pass none and go first."""

PATIENCE_S = (60.0, 2.0)
"""How long a call waits for its turn: a person's reply, a broadcast (which the outbox keeps)."""

LAST_PATIENCE_S = 1.0
"""And how long a person's reply still waits when the program stops."""

WRITING = ("send", "edit", "copy", "forward", "delete", "stop", "pin", "unpin", "setMessage")
TRIES = 3
AGAIN_AFTER_S = (1.0, 2.0, 4.0, 8.0)
"""When an answer to a person is tried again that Telegram could not take."""

UNREADABLE = "parsing the server response"
"""Part of what PTB says of an error's body that is no JSON."""

AGAIN = (*WRITING, "answer", "getChat", "getFile")
"""What a person waits for, and what harms nobody when it is done twice."""

WHOLE = ("editMessageText", "editMessageMedia")
"""What puts a whole message in the place of another."""

MOST_SHOWN = 10_000
"""Of so many messages it is remembered what stands there."""

LONGEST_CALL_S = 600.0
"""No call lasts longer, whatever the HTTP client makes of its own limits: a large file on a slow
line may take minutes."""

UNPACED = frozenset({"sendChatAction"})

PAID = "allow_paid_broadcast"
PAYABLE = frozenset({"sendDocument", "sendMessage", "sendPhoto"})
"""What we send that takes ``allow_paid_broadcast`` (Bot API 7.11); edits do not."""

SWEEP_EVERY = 1000


class Resting(RetryAfter):
    """Not sent and not even tried: the target rests, or we are closing."""

    def __init__(self, wait_s: float) -> None:
        """Keep the wait, in seconds."""
        super().__init__(timedelta(seconds=max(wait_s, 0.0)))


class SupersededError(Exception):
    """Not sent, and not wanted any more: a later edit of the same message has come."""


def waits(error: RetryAfter) -> timedelta:
    """Return how long Telegram bids us wait."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)


@dataclass(eq=False, slots=True)
class Waiter:
    """A call that waits for its turn."""

    target: Target
    rank: int
    weight: Weight
    since: float
    turn: asyncio.Future[None] = field(repr=False)
    edits: tuple[object, str] | None = None
    probe: bool = False
    pays: bool = False

    def supersedes(self, earlier: "Waiter") -> bool:
        """Tell whether it shows all that an earlier edit of the same message would have shown.

        One of the keyboard alone shows no text.
        """
        if self.edits is None or earlier.edits is None or self.rank != earlier.rank:
            return False
        (message, endpoint), (other, others_endpoint) = self.edits, earlier.edits
        same = self.target == earlier.target and message == other
        return same and endpoint in (others_endpoint, *WHOLE)


class Limiter(BaseRateLimiter[int]):
    """PTB's hook around every call but getUpdates.

    Replies to people go ahead of broadcasts. Of several edits of one message that wait, the last
    takes the place of the first: who presses quickly sees the last press, as soon as it may be
    shown. One that changes nothing is not made. A 429 rests its chat exactly as long as Telegram
    says, or everybody; no call goes out meanwhile. ``remember(chat_id | None, wait)`` writes
    bans down, ``rest`` takes them up again after a restart.
    """

    __slots__ = (
        "_calls",
        "_clock",
        "_closed",
        "_pace",
        "_probing",
        "_remember",
        "_shown",
        "_shut",
        "_tell",
        "_timer",
        "_waiting",
    )

    def __init__(
        self,
        limits: TelegramLimits | None = None,
        *,
        remember: Callable[[int | None, timedelta], Awaitable[None]] | None = None,
        clock: Callable[[], float] | None = None,
        tell: Tell = unheard,
    ) -> None:
        """Begin with nothing sent, nobody resting. ``clock`` is the event loop's (seconds).

        ``tell`` hears of each call that was made.
        """
        # Without it PTB warns at every 429 that retry_after will be a timedelta; we read that.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._pace = Pace(limits or TelegramLimits())
        self._remember = remember
        self._clock = clock
        self._tell = tell
        self._waiting: list[Waiter] = []
        self._shown: OrderedDict[tuple[Target, object], int] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None
        self._probing = False
        self._closed = False
        self._shut = False
        self._calls = 0

    async def initialize(self) -> None:
        """Open the door, a little at first."""
        self._closed = self._shut = False
        self._pace.began = self._now()

    async def shutdown(self) -> None:
        """Close the door to whoever still waits."""
        self.close(all_ranks=True)

    def close(self, *, all_ranks: bool = False) -> None:
        """Let no broadcast out any more, or nothing at all: only what is under way is awaited."""
        self._closed = True
        self._shut = self._shut or all_ranks
        for waiter in [w for w in self._waiting if all_ranks or w.rank >= BROADCAST]:
            self._drop(waiter, Resting(0))
        self._pump()

    def rest(self, chat_id: int | None, wait: timedelta) -> None:
        """Keep a rest known from before the start; None means everybody."""
        now = self._now()
        self._pace.rest(chat_id, now + wait.total_seconds(), now)

    def open_in(self, chat_id: int) -> timedelta:
        """Return how long until a chat may have its next message."""
        now = self._now()
        return timedelta(seconds=self._pace.ready_at(chat_id, now) - now)

    @property
    def a_second(self) -> float:
        """How many calls may go to all in a second; 0 where nothing limits them."""
        overall = self._pace.limits.overall
        return overall.most / (overall.seconds or 1.0)

    @property
    def broadcasts_waiting(self) -> int:
        """How many broadcasts wait for their turn; the outbox gives out no more than can go."""
        return sum(waiter.rank >= BROADCAST for waiter in self._waiting)

    async def process_request(  # noqa: PLR0917 (PTB's signature)
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Answer:
        """Make the call when its turn comes. Raises RetryAfter where that would take too long.

        A person's answer that failed on the way is tried again: at once they would type the
        same again. What the outbox owes has rules of its own.
        """
        rank = rate_limit_args or 0
        once = partial(self._in_turn, callback, args, kwargs, endpoint, data, rank)
        message, content = edited(endpoint, data), content_of(endpoint, data)
        if message is not None and not self._changes(message, content):
            return True  # as Telegram says of an edit that it took
        try:
            if rank >= BROADCAST or not endpoint.startswith(AGAIN):
                answer = await once()
            else:
                answer = await self._again(once)
        except SupersededError:
            return True
        except BaseException:
            if message is not None and self._shown.get(message) == content:
                del self._shown[message]  # who knows what stands there
            raise
        if content is not None and isinstance(answer, dict) and message is None:
            sent = to_target(data.get("chat_id"), endpoint), answer.get("message_id")
            self._changes(sent, content)
        return answer

    def _changes(self, message: tuple[Target, object], content: int | None) -> bool:
        """Tell whether a message would be other than it was last asked to be, and remember it."""
        if content is None:
            self._shown.pop(message, None)
            return True
        if self._shown.get(message) == content:
            return False
        self._shown[message] = content
        self._shown.move_to_end(message)
        if len(self._shown) > MOST_SHOWN:
            self._shown.popitem(last=False)
        return True

    async def _again(self, once: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
        """Make a call that a person waits for, and again where it was lost on its way."""
        for wait in AGAIN_AFTER_S:
            try:
                return await once()
            except TelegramError as error:
                if self._closed or not lost_on_its_way(error):
                    raise
                if is_unknown(error) and wait > AGAIN_AFTER_S[0]:
                    raise
            await asyncio.sleep(wait)
        return await once()

    async def _in_turn(  # noqa: PLR0917 (as above)
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rank: int,
    ) -> Answer:
        """Make the call when its turn comes, and again after a short ban."""
        for left in reversed(range(TRIES)):
            waiter = self._waiter(endpoint, data, rank)
            await self._turn(waiter)
            mark(data, pays=waiter.pays)
            try:
                answer = await self._made(partial(callback, *args, **kwargs), endpoint)
            except RetryAfter as error:
                wait = await self._refused(waiter.target, error)
                if not left or wait.total_seconds() > self._patience(rank):
                    raise
            except TelegramError as error:
                # Any answer but a 429 shows that Telegram listens; a lost one shows nothing.
                lost = isinstance(error, TimedOut) or type(error) is NetworkError
                if waiter.probe and not lost:
                    self._pace.answered()
                raise
            else:
                if waiter.probe:
                    self._pace.answered()
                return answer
            finally:
                self._done(waiter)
        raise AssertionError  # the last try has raised or returned

    async def _made(
        self, call: Callable[[], Coroutine[Any, Any, Answer]], endpoint: str
    ) -> Answer:
        """Make a call whose turn has come, and tell how long it took and what came of it."""
        began, outcome = time.monotonic(), "Cut"
        try:
            async with asyncio.timeout(LONGEST_CALL_S):
                answer = await call()
            outcome = "Ok"
        except TimeoutError as error:
            outcome = "TimedOut"
            raise TimedOut from error
        except Exception as error:
            outcome = type(error).__name__
            raise
        else:
            return answer
        finally:
            self._tell(TelegramCalled(endpoint, outcome, time.monotonic() - began))

    async def _refused(self, target: Target, error: RetryAfter) -> timedelta:
        wait = waits(error)
        everybody = self._pace.refused(target, wait.total_seconds(), self._now())
        if self._remember is not None and (everybody or isinstance(target, int)):
            await self._remember(None if everybody or isinstance(target, str) else target, wait)
        return wait

    def _waiter(self, endpoint: str, data: dict[str, Any], rank: int) -> Waiter:
        chat = data.get("chat_id")
        media = data.get("media")
        return Waiter(
            target=to_target(chat, endpoint),
            rank=rank,
            weight=Weight(
                cost=len(media) if isinstance(media, list | tuple) else 1,
                paced=chat is not None
                and endpoint.startswith(WRITING)
                and endpoint not in UNPACED,
                even=rank >= BROADCAST,
                payable=chat is not None and endpoint in PAYABLE,
            ),
            since=self._now(),
            turn=asyncio.get_running_loop().create_future(),
            edits=(data.get("message_id"), endpoint)
            if rank < BROADCAST and endpoint.startswith("edit")
            else None,
        )

    async def _turn(self, waiter: Waiter) -> None:
        """Wait for a turn. Raises Resting where it would come too late."""
        if self._shut or (self._closed and waiter.rank >= BROADCAST):
            raise Resting(0)
        self._calls += 1
        if self._calls % SWEEP_EVERY == 0:
            self._pace.sweep(self._now())
        place = len(self._waiting)
        for earlier in [one for one in self._waiting if waiter.supersedes(one)]:
            waiter.since = min(waiter.since, earlier.since)
            place = min(place, self._waiting.index(earlier))
            self._drop(earlier, SupersededError())
        self._waiting.insert(place, waiter)
        self._pump()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            self._done(waiter)
            raise

    def _pump(self) -> None:
        """Give every waiter its turn whose time has come, people's replies first."""
        now = self._now()
        soonest = float("inf")
        for waiter in sorted(self._waiting, key=lambda waiting: (waiting.rank, waiting.since)):
            ready = self._pace.ready_at(waiter.target, now, waiter.weight)
            if ready - waiter.since > self._patience(waiter.rank):
                self._drop(waiter, Resting(ready - now))
            elif ready > now or (self._pace.suspicious and self._probing):
                soonest = min(soonest, max(ready, now + 0.001))
            else:
                self._probing = waiter.probe = self._pace.suspicious
                waiter.pays = self._pace.take(waiter.target, now, waiter.weight)
                self._waiting.remove(waiter)
                if not waiter.turn.done():
                    waiter.turn.set_result(None)
        self._set_timer(soonest - now)

    def _patience(self, rank: int) -> float:
        return LAST_PATIENCE_S if self._closed else PATIENCE_S[min(rank, BROADCAST)]

    def _set_timer(self, delay: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting and not (self._pace.suspicious and self._probing):
            self._timer = asyncio.get_running_loop().call_later(delay, self._pump)

    def _done(self, waiter: Waiter) -> None:
        if waiter.probe:
            self._probing = False
        if self._waiting:
            self._pump()

    def _drop(self, waiter: Waiter, error: Exception) -> None:
        self._waiting.remove(waiter)
        if not waiter.turn.done():
            waiter.turn.set_exception(error)

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()


def mark(data: dict[str, Any], *, pays: bool) -> None:
    """Say in a call whether it may be paid for; an earlier try may have said otherwise."""
    data.pop(PAID, None)
    if pays:
        data[PAID] = True


def edited(endpoint: str, data: dict[str, Any]) -> tuple[Target, object] | None:
    """Name the message that a call would change; None where it changes none."""
    if not endpoint.startswith("edit") or data.get("message_id") is None:
        return None
    return to_target(data.get("chat_id"), endpoint), data.get("message_id")


def content_of(endpoint: str, data: dict[str, Any]) -> int | None:
    """Return a mark of what a message would say, alike for what says the same; None for others.

    Telegram refuses an edit that changes nothing; a sent message edited so is one, too.
    """
    buttons, preview = (
        part.to_json() if isinstance(part := data.get(name), TelegramObject) else part
        for name in ("reply_markup", "link_preview_options")
    )
    if endpoint in ("sendMessage", "editMessageText"):
        return hash((data.get("text"), data.get("parse_mode"), buttons, preview))
    if endpoint == "editMessageReplyMarkup":
        return hash((endpoint, buttons))
    return None


def lost_on_its_way(error: TelegramError) -> bool:
    """Tell whether a connection or a server failed, not answered (PTB makes 400 a subclass)."""
    return type(error) in (NetworkError, TimedOut, TelegramError)


def is_unknown(error: TelegramError) -> bool:
    """Tell whether it may have been done although no answer came; a 5xx says it was not."""
    if type(error) is NetworkError and UNREADABLE in error.message.casefold():
        return False  # a proxy's page under a 5xx
    return type(error) is not NetworkError or error.__cause__ is not None


def to_target(chat: object, endpoint: str) -> Target:
    """Name whom a call concerns: the chat as a number or @name, else the method itself."""
    if isinstance(chat, int):
        return chat
    if isinstance(chat, str) and chat.lstrip("-").isdigit():
        return int(chat)
    return str(chat).casefold() if isinstance(chat, str) else f"method:{endpoint}"
