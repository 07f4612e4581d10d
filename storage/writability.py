"""Whether the file can be written just now: one trouble, however many writes meet it.

A full disk, another program's lock, a file that became read-only: whoever writes meets it, and
each tries again in its own time. That it is one trouble, since when, and whether it is over, is
known here, so that there is one alarm and nobody does work that could not be kept.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing can be written, and since when (seconds of the steady clock)."""

    error: StorageError
    since: float


class Writability:
    """Follows how writes end. Used in the event loop's thread alone."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        """Begin well."""
        self._steady = steady
        self._listeners: list[Callable[[Trouble | None, Trouble | None], None]] = []
        self.trouble: Trouble | None = None

    def heed(self, listener: Callable[[Trouble | None, Trouble | None], None]) -> None:
        """Call ``listener(before, after)`` whenever trouble begins or is over."""
        self._listeners.append(listener)

    def refused(self, error: StorageError) -> None:
        """Note that a write failed for a reason that is the file's."""
        if self.trouble is None:
            self._turn(Trouble(error, self._steady()))

    def kept(self) -> None:
        """Note that a write succeeded."""
        if self.trouble is not None:
            self._turn(None)

    def _turn(self, after: Trouble | None) -> None:
        before, self.trouble = self.trouble, after
        for listener in self._listeners:
            listener(before, after)
