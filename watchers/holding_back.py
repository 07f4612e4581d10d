"""Holding back: nobody is asked for what could not be kept."""

import time
from collections.abc import Callable

FIRST_S, LONGEST_S = 5.0, 60.0


class HoldingBack:
    """For how long to ask no outlet for anything, after something it gave could not be written.

    Each time it is not kept again the hold lasts twice as long: a disk that is nearly full may
    take a feed's state and not its news.
    """

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing held back; ``steady`` is in seconds of a clock that nobody sets."""
        self._steady = steady
        self._until = steady()
        self._lasts = FIRST_S

    @property
    def is_on(self) -> bool:
        """Whether to hold back."""
        return self._steady() < self._until

    def refused(self) -> None:
        """Note that something could not be kept; what was under way together counts once."""
        if not self.is_on:
            self._until = self._steady() + self._lasts
            self._lasts = min(2 * self._lasts, LONGEST_S)

    def kept(self) -> None:
        """Note that something was kept."""
        if not self.is_on:
            self._lasts = FIRST_S
