"""The log of calls a bot made: what was asked, when, and how it ended."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.telegram.model import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `status` 0 means that the connection was cut, `result` is what was answered.

    `heard` is whether the bot was still there to hear the answer.
    """

    method: str
    params: Json
    at: datetime
    status: int
    result: Json
    effect: bool
    heard: bool = True

    @property
    def ok(self) -> bool:
        """Whether the bot was told that it worked."""
        return bool(self.result.get("ok"))


class Calls:
    """The latest calls, oldest first; long polls that brought nothing are not kept."""

    def __init__(self, keep: int = 50_000) -> None:
        self._log: deque[Call] = deque(maxlen=keep)
        self._listeners: list[Callable[[Call], None]] = []

    def add(self, call: Call) -> None:
        """Write a call down."""
        self._log.append(call)
        for listener in tuple(self._listeners):
            listener(call)

    def listen(self, listener: Callable[[Call], None]) -> Callable[[], None]:
        """Tell `listener` of every call until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def of(self, *methods: str) -> tuple[Call, ...]:
        """Read the calls of some methods, or of all but getUpdates when none is named."""
        names = {name.lower() for name in methods}
        return tuple(
            call
            for call in self._log
            if (call.method.lower() in names if names else call.method != "getUpdates")
        )

    def clear(self) -> None:
        """Forget."""
        self._log.clear()

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._log))

    def __len__(self) -> int:
        return len(self._log)
