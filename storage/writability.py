"""Whether the file can be written just now: one trouble, however many writes meet it.

A full disk, another program's lock, a file that became read-only: whoever writes meets it, and
each tries again in its own time. That it is one trouble, since when, and whether it is over, is
known here, so that there is one alarm and nobody does work that could not be kept.

A disk that is nearly full takes a small row and refuses a large one: a write that succeeds ends
nothing yet. It is over when nothing was refused for a while.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from storage.errors import StorageError

CALM_S = 10.0
"""For how long nothing must be refused before a trouble is over."""

LOCKS_CALM_S = 2.0
"""And after another program's lock: that is gone or it is not."""


@dataclass(slots=True)
class Trouble:
    """Why nothing can be written, since when, and since when it can perhaps.

    Both in seconds of the steady clock.
    """

    error: StorageError
    since: float
    calm_since: float | None = None

    def is_over(self, now: float) -> bool:
        """Tell whether nothing was refused for long enough."""
        calm_s = LOCKS_CALM_S if self.error.text_key == "storage.locked" else CALM_S
        return self.calm_since is not None and now - self.calm_since >= calm_s


class Writability:
    """Follows how writes end. Used in the event loop's thread alone."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        """Begin well."""
        self._steady = steady
        self._trouble: Trouble | None = None

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the file from being written, until that is surely over."""
        if self._trouble is not None and self._trouble.is_over(self._steady()):
            self._trouble = None
        return self._trouble

    @property
    def refuses(self) -> bool:
        """Whether the last write failed for a reason that is the file's."""
        return self._trouble is not None and self._trouble.calm_since is None

    def refused(self, error: StorageError) -> None:
        """Note that a write failed for a reason that is the file's."""
        if (trouble := self.trouble) is None:
            self._trouble = Trouble(error, self._steady())
        else:
            trouble.error, trouble.calm_since = error, None

    def kept(self) -> None:
        """Note that a write succeeded."""
        if self._trouble is not None and self._trouble.calm_since is None:
            self._trouble.calm_since = self._steady()
