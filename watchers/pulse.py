"""Pulses: since when a part has been at one piece of work, by a clock that nobody sets."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Pulse:
    """What a part that can get stuck shows: when it was last done, and since when it is at work.

    Seconds are monotonic: a machine's clock that is set does not make anybody look stuck.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin as if just done with something."""
        self._clock = clock
        self._made_at = self._done_at = clock()
        self._began: dict[int, float] = {}
        self._number = 0

    def beat(self) -> None:
        """Note that the part goes on."""
        self._done_at = self._clock()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Note one piece of work, from its beginning to its end; failing at it is no beat."""
        self._number += 1
        number = self._number
        self._began[number] = self._clock()
        try:
            yield
        finally:
            del self._began[number]
        self._done_at = self._clock()

    @property
    def busy_s(self) -> float:
        """For how many seconds the oldest piece of work has been under way; 0 where none is."""
        return self._clock() - min(self._began.values()) if self._began else 0.0

    @property
    def silent_s(self) -> float:
        """How long ago the part was last done with something, in seconds."""
        return self._clock() - self._done_at

    @property
    def age_s(self) -> float:
        """How long ago this pulse was made, in seconds: for how long its part has been there."""
        return self._clock() - self._made_at
