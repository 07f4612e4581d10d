"""How gently hosts are asked, and in whose turn: no host's slowness is another one's wait.

What is looked at waits in its host's queue. A look begins when one of a few lanes is free, and
holds it while there is something to do. One whose host keeps it waiting steps aside: its lane is
another's meanwhile. Hosts that were slow last time begin in lanes of their own, fewer ones.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from storage import feeds
from watchers.fetch.ssrf import Endpoint


@dataclass(frozen=True, slots=True)
class Politeness:
    """How gently hosts are asked.

    ``at_once`` counts over all hosts: so many answers may come in the same moment and are
    worked off before the chat has its turn. ``spacing_s`` is between two requests of one of a
    host's ``per_host`` queues, in seconds; ``exempt`` hosts are asked as fast as they answer.

    Who has not answered after ``patience_s`` is slow: the look steps aside, one of at most
    ``aside`` (sockets are not without end), and the host's next look is one of ``slow_at_once``.
    """

    at_once: int = 20
    per_host: int = 2
    spacing_s: float = 1.0
    exempt: frozenset[Endpoint] = frozenset()
    patience_s: float = 2.0
    slow_at_once: int = 5
    aside: int = 200

    def spares(self, host: str) -> bool:
        """Tell whether a host (``name`` or ``name:port``) need not be spared."""
        name, _, port = host.rpartition(":")
        if name and port.isdecimal():
            return (name, int(port)) in self.exempt
        return bool({(host, 80), (host, 443)} & self.exempt)


class Addressed(Protocol):
    """What is looked at: a feed, an article's page."""

    @property
    def url(self) -> str:
        """Where it is."""


Looked = TypeVar("Looked", bound=Addressed)
Answer = TypeVar("Answer")

_RETURNING = 5
"""So many of those that stepped aside are worked off at once: a network that comes back after
an outage answers all of them in one moment."""

_FOR_NEWCOMERS = 4
"""One in so many places aside is kept from hosts that are known to be slow."""

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Starts a task, as ``asyncio.TaskGroup.create_task`` does."""


class HostQueues(Generic[Looked]):
    """Everything that is to be looked at, by host, and the lanes in which that is done.

    ``look(turn, one)`` returns whether it asked the host anything; after a question the host
    has its pause. Moments are seconds of the loop's clock, which nobody sets.
    """

    def __init__(
        self,
        politeness: Politeness,
        look: "Callable[[LaneTurn, Looked], Awaitable[bool]]",
        spawn: Spawn,
    ) -> None:
        """Begin with nothing to look at."""
        self._politeness = politeness
        self._look = look
        self._spawn = spawn
        self._waiting: dict[str, deque[Looked]] = {}
        self._workers: dict[str, int] = defaultdict(int)
        self._open_at: dict[str, float] = {}
        self._is_slow: dict[str, bool] = {}
        self._lanes = asyncio.Semaphore(politeness.at_once)
        self._slow_lanes = asyncio.Semaphore(politeness.slow_at_once)
        self._returning = asyncio.Semaphore(_RETURNING)
        self._aside = 0

    def add(self, one: Looked, *, slow: bool = False) -> None:
        """Let one be looked at in its host's turn.

        ``slow`` says that its host was slow the last time, where nothing newer is known.
        """
        host = feeds.host_of(one.url)
        # A host that is not spared has no queue: each of its addresses is a host for itself.
        is_spared = not self._politeness.spares(host)
        key = host if is_spared else one.url
        self._waiting.setdefault(key, deque()).append(one)
        self._is_slow.setdefault(key, slow)
        if self._workers[key] < (self._politeness.per_host if is_spared else 1):
            self._workers[key] += 1
            self._spawn(self._work_off(key, host, self._politeness.spacing_s * is_spared))

    async def _work_off(self, key: str, host: str, pause_s: float) -> None:
        """Look at all that waits for a host, one after the other, and note when it is open again.

        A host may have several such workers; with the last of them its queue is gone.
        """
        time = asyncio.get_running_loop().time
        waiting = self._waiting[key]
        try:
            if (rest := self._open_at.get(key, 0.0) - time()) > 0:
                await asyncio.sleep(rest)
            while waiting:
                asked = await self._in_turn(key, host, waiting.popleft())
                if not asked or pause_s <= 0:
                    continue
                if waiting:
                    await asyncio.sleep(pause_s)
                else:
                    self._open_at[key] = time() + pause_s
        finally:
            self._workers[key] -= 1
            if not self._workers[key]:
                del self._workers[key], self._waiting[key]

    async def _in_turn(self, key: str, host: str, one: Looked) -> bool:
        slow = self._is_slow[key]
        lane = self._slow_lanes if slow else self._lanes
        turn = LaneTurn(self, host, lane, is_known_slow=slow)
        await lane.acquire()
        try:
            return await self._look(turn, one)
        finally:
            turn.ended()
            self._is_slow[key] = turn.was_long

    @property
    def patience_s(self) -> float:
        """After how many seconds a host that has not answered is slow."""
        return self._politeness.patience_s

    def may_step_aside(self, *, is_known_slow: bool) -> bool:
        """Take a place aside, if there is one; known slow hosts leave some to newcomers."""
        most = self._politeness.aside
        if self._aside >= (most - most // _FOR_NEWCOMERS if is_known_slow else most):
            return False
        self._aside += 1
        return True

    async def step_back(self) -> asyncio.Semaphore:
        """Wait for a lane of those who return, then give the place aside back."""
        await self._returning.acquire()
        self._aside -= 1
        return self._returning

    def leave(self) -> None:
        """Give a place aside back without returning: the look was cut off."""
        self._aside -= 1


class LaneTurn:
    """One look's turn: it holds a lane while it works, none while its host keeps it waiting."""

    def __init__(
        self,
        queues: HostQueues[Any],
        host: str,
        lane: asyncio.Semaphore,
        *,
        is_known_slow: bool,
    ) -> None:
        """Begin in a lane that the caller has taken."""
        self.host = host
        self.was_long = False
        """Whether the host took longer than anybody's patience."""
        self._queues = queues
        self._lane: asyncio.Semaphore | None = lane
        self._is_known_slow = is_known_slow

    async def patiently(self, asking: Awaitable[Answer]) -> Answer:
        """Wait for a host's answer, without a lane if that takes long, and come back with it."""
        timer = _Timer(self._queues.patience_s, self._step_aside)
        try:
            answer = await asking
        finally:
            timer.cancel()
        if self._lane is None:
            self._lane = await self._queues.step_back()
        return answer

    def _step_aside(self) -> bool:
        """Leave the lane to others; False where there is no room aside now."""
        self.was_long = True
        if not self._queues.may_step_aside(is_known_slow=self._is_known_slow):
            return False
        assert self._lane is not None  # noqa: S101 (the timer ends with the first success)
        self._lane.release()
        self._lane = None
        return True

    def ended(self) -> None:
        """Give back what the turn holds."""
        if self._lane is None:
            self._queues.leave()
        else:
            self._lane.release()


class _Timer:
    """Calls back after some seconds, again and again until that succeeds or is cancelled."""

    def __init__(self, seconds: float, call: Callable[[], bool]) -> None:
        self._seconds, self._call = seconds, call
        self._handle = asyncio.get_running_loop().call_later(seconds, self._rings)

    def _rings(self) -> None:
        if not self._call():
            self._handle = asyncio.get_running_loop().call_later(self._seconds / 4, self._rings)

    def cancel(self) -> None:
        self._handle.cancel()


async def in_turn(
    found: Iterable[Looked],
    politeness: Politeness,
    look: Callable[[str, Looked], Awaitable[bool]],
) -> None:
    """Look at feeds or pages, several hosts at a time, each host's one after the other.

    ``look(host, feed)`` returns whether it asked the host anything; after a question that
    host has its pause. Returns when all are looked at; what a look raises ends the others.
    """

    async def look_at(turn: LaneTurn, one: Looked) -> bool:
        return await look(turn.host, one)

    async with asyncio.TaskGroup() as group:
        queues = HostQueues(politeness, look_at, group.create_task)
        for one in found:
            queues.add(one)
