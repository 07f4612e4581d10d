"""Two event loops, of two processes, that share one simulated time.

Time stands while either of them has anything to do, and jumps to the next timer of either when
both wait: a month passes in minutes, and a busy machine changes nothing of what happens when.
The world's loop leads. When it is idle it asks the bot's loop whether that is idle too, and until
when; what was sent over loopback before the question was sent before the answer, so that an
answer with nothing more to read means that nothing is under way. Only the leader moves the time.

Work in threads counts as something to do; a process that either starts does not.
"""

import asyncio
import json
import selectors
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from typing import Any

THREADS_S = 0.02
"""How long a loop looks at its sockets before it looks at its threads again."""

LATE_S = 5e-10
"""How much later than its timer a loop wakes: who asks the clock what is left finds nothing left,
however the seconds were rounded. Less than a loop's resolution: what is due together stays so."""

Events = list[tuple[selectors.SelectorKey, int]]


class Line:
    """JSON objects, a line each, over a stream socket."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self._read = b""

    def send(self, **message: Any) -> None:
        with suppress(OSError):  # who was killed does not listen
            self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> list[dict[str, Any]] | None:
        """Return the messages that have come; None where the other end is gone."""
        try:
            chunk = self.socket.recv(65_536)
        except OSError:
            chunk = b""
        if not chunk:
            return None
        *lines, self._read = (self._read + chunk).split(b"\n")
        return [json.loads(line) for line in lines]


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is told to it. ``busy`` counts what it may not jump over."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self.busy = 0
        self.real = selectors.DefaultSelector()
        super().__init__(_Patient(self))

    def time(self) -> float:
        return self.now

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no time pass while the block runs."""
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        self.busy += 1
        future = super().run_in_executor(executor, func, *args)

        def done(_: object) -> None:
            self.busy -= 1

        future.add_done_callback(done)
        return future

    def idle(self, timeout: float | None) -> Events:
        """Wait, or let time pass until the next timer, in ``timeout`` seconds if there is one."""
        raise NotImplementedError


class _Patient(selectors.BaseSelector):
    """A loop's selector: asks the loop what to do where nothing is there to do."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        self.register = loop.real.register
        self.unregister = loop.real.unregister
        self.modify = loop.real.modify
        self.close = loop.real.close
        self.get_map = loop.real.get_map

    def select(self, timeout: float | None = None) -> Events:
        loop = self._loop
        events = loop.real.select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if loop.busy:
            return loop.real.select(THREADS_S)
        return loop.idle(timeout)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        raise NotImplementedError

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        raise NotImplementedError

    def get_map(self) -> Any:
        raise NotImplementedError


class WorldLoop(SimulatedLoop):
    """The leader."""

    def __init__(self) -> None:
        super().__init__()
        self._follower: Line | None = None
        self._asked = 0
        self._until: float | None = None
        self._control = selectors.DefaultSelector()
        self._control.register(self.real.fileno(), selectors.EVENT_READ)
        self.jumps = 0
        self.lost = asyncio.Event()
        """Set while no process follows."""

    def follow(self, line: Line) -> None:
        """Let a process follow, which begins at our time."""
        self.lose()
        self.lost.clear()
        self._follower = line
        line.socket.setblocking(True)
        self._control.register(line.socket, selectors.EVENT_READ)
        line.send(time=self.now)

    def lose(self) -> None:
        """Go on without the one that followed: it is dead."""
        if self._follower is not None:
            self._control.unregister(self._follower.socket)
            self._follower.socket.close()
            self._follower = None
            self.lost.set()

    def tell(self, **message: Any) -> None:
        """Send the bot's process an order of its own."""
        if self._follower is not None:
            self._follower.send(**message)

    def idle(self, timeout: float | None) -> Events:
        due = None if timeout is None else self.now + timeout
        if self._follower is not None:
            self._asked += 1
            self._follower.send(idle=self._asked)
            if not self._is_idle_too():
                return self.real.select(0)
            due = min((one for one in (due, self._until) if one is not None), default=None)
        events = self.real.select(0)
        if events:
            return events
        if due is None:
            return self.real.select(None)
        self.now = max(self.now, due) + LATE_S
        self.jumps += 1
        if self._follower is not None:
            self._follower.send(time=self.now)
        return []

    def _is_idle_too(self) -> bool:
        """Wait for the follower's answer; False where something came to be done meanwhile."""
        assert self._follower is not None
        while True:
            ready = self._control.select(None)
            if any(key.fileobj is self._follower.socket for key, _ in ready):
                messages = self._follower.receive()
                if messages is None:
                    self.lose()
                    return False
                for message in messages:
                    if message.get("asked") == self._asked:
                        self._until = message["until"]
                        return True
            if self.real.select(0):
                return False


class BotLoop(SimulatedLoop):
    """The follower; ``order`` is called with whatever the leader says beside the time."""

    def __init__(self, line: Line, order: Callable[[dict[str, Any]], None]) -> None:
        self._line = line
        self._order = order
        self._question: int | None = None
        super().__init__()
        line.socket.setblocking(True)
        first, *others = line.receive() or [{"time": 0.0}]
        self.now = first["time"]
        self._control = selectors.DefaultSelector()
        self._control.register(self.real.fileno(), selectors.EVENT_READ)
        self._control.register(line.socket, selectors.EVENT_READ)
        self._hear(others)

    def idle(self, timeout: float | None) -> Events:
        until = None if timeout is None else self.now + timeout
        self._answer(until)
        while True:
            moved = False
            for key, _ in self._control.select(None):
                if key.fileobj is self._line.socket:
                    moved |= self._hear(self._line.receive())
            events = self.real.select(0)
            if events or moved:
                return events
            self._answer(until)

    def _answer(self, until: float | None) -> None:
        if self._question is not None:
            self._line.send(asked=self._question, until=until)
            self._question = None

    def _hear(self, messages: list[dict[str, Any]] | None) -> bool:
        if messages is None:  # the world has ended
            raise SystemExit
        moved = False
        for message in messages:
            if "idle" in message:
                self._question = message["idle"]
            elif "time" in message:
                self.now, moved = max(self.now, message["time"]), True
            else:
                self.call_soon(self._order, message)
                moved = True
        return moved
