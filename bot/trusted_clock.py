"""The clock of the running program: the machine's, unless it jumps.

A clock that has gone evenly for ten minutes is worth more than one that has just been set. So
when the machine's jumps, ours goes on by the steady one, also over a restart of ours, until the
jump is believed: after five minutes, or where the outlets' dates speak for the time before it,
after an hour. Whoever is given this clock writes no time, and forgets nothing, by a wrong one.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.sql import moment, to_ms

SET_BY = timedelta(minutes=1)
"""What moves a clock by less is its ordinary correction."""

EARNED_AFTER_S = 600.0
"""So long a clock goes evenly before it is taken for the better one."""

BELIEVED_AFTER_S = 300.0
"""A jump that lasts is believed then: most wrong clocks have been set right before."""

CONTESTED_FOR_S = 3600.0
"""How long the outlets' word is taken against that of the machine: they may be silent."""

MARK_FACT = "clock"
"""The fact that keeps what time it was by both clocks."""

DECIDABLE = timedelta(hours=12)
"""Of times nearer to each other outlets cannot tell which is right: nights are quiet."""


def wall_clock() -> datetime:
    """Return the present moment by the machine's clock."""
    return datetime.now(UTC)


def steady_s() -> float:
    """Return seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    boottime = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux has it
    return time.clock_gettime(boottime)


def boot_id() -> str:
    """Name this run of the machine, in which the steady clock goes on; "" where none is known."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What time it was, ``wall`` in milliseconds, when the steady clock of a boot said so."""

    boot: str
    wall: int
    steady: float


@dataclass(frozen=True, slots=True)
class Jump:
    """The machine's clock was set from what we took for the time to another one."""

    was: datetime
    now: datetime
    is_believed: bool


@dataclass(frozen=True, slots=True)
class _Doubt:
    by: timedelta
    since: float


class TrustedClock:
    """Call it for the time. ``look`` is called by a tick, and decides whom to believe."""

    def __init__(
        self, wall: Callable[[], datetime], steady: Callable[[], float], boot: str = ""
    ) -> None:
        """Begin by the machine's clock. ``boot`` names the steady one's run; "" is never known."""
        self._wall = wall
        self.steady = steady
        """Seconds of the clock that nobody sets."""
        self._boot = boot
        self._at, self._at_s = wall(), steady()
        self._even_since = self._at_s
        self._doubt: _Doubt | None = None
        self._was_set_ahead = False
        self.is_earned = False
        """Whether our time has gone evenly for long enough to be taken for the better one."""

    def __call__(self) -> datetime:
        """Return what time it is."""
        wall, own = self._wall(), self._own()
        return own if self.is_earned and abs(wall - own) >= SET_BY else wall

    def _own(self) -> datetime:
        return self._at + timedelta(seconds=self.steady() - self._at_s)

    @property
    def is_doubted(self) -> bool:
        """Whether the machine's clock is not believed just now."""
        return self._doubt is not None

    @property
    def is_settled(self) -> bool:
        """Whether readers may be given what they get by the clock: it was not set ahead lately.

        Set back it is most likely right, and nothing is due too early by it.
        """
        even_s = self.steady() - self._even_since
        return not self._was_set_ahead or even_s >= BELIEVED_AFTER_S

    def look(self, told: datetime | None) -> Jump | None:
        """Compare the two clocks; return a jump when it is first seen, and when it is believed.

        ``told`` is when outlets told something last, None where they never told the time.
        """
        wall, own, steady = self._wall(), self._own(), self.steady()
        by = wall - own
        if abs(by) < SET_BY:
            self._doubt = None
            self._at, self._at_s = wall, steady
            self.is_earned = self.is_earned or steady - self._even_since >= EARNED_AFTER_S
            return None
        is_new = self._doubt is None or abs(by - self._doubt.by) >= SET_BY
        if self._doubt is None or is_new:
            self._doubt = _Doubt(by, steady)
        if self.is_earned and not self._is_believed(own, wall, told, steady - self._doubt.since):
            return Jump(own, wall, is_believed=False) if is_new else None
        self._at, self._at_s, self._even_since = wall, steady, steady
        self._was_set_ahead = by > timedelta(0)
        self._doubt, self.is_earned = None, False
        return Jump(own, wall, is_believed=True)

    def _is_believed(
        self, own: datetime, wall: datetime, told: datetime | None, lasts_s: float
    ) -> bool:
        if lasts_s < BELIEVED_AFTER_S:
            return False
        contested = (
            told is not None
            and abs(wall - own) >= DECIDABLE
            and abs(own - told) < abs(wall - told)
        )
        return not contested or lasts_s >= CONTESTED_FOR_S

    # --- over a restart --------------------------------------------------------------------------

    def mark(self) -> str:
        """Return what ``resume`` goes on from; "" while our time is not worth it."""
        if not (self._boot and self.is_earned):
            return ""
        return json.dumps(asdict(Mark(self._boot, to_ms(self._own()) or 0, self.steady())))

    def resume(self, kept: str | None) -> None:
        """Go on from a mark of an earlier start of ours, if the machine still runs since then."""
        with suppress(ValueError, TypeError, OverflowError):
            mark = Mark(**json.loads(kept or "{}"))
            if self._boot and mark.boot == self._boot:
                self._at, self._at_s = moment(mark.wall), float(mark.steady)
                self.is_earned = True


def trusted(wall: Callable[[], datetime]) -> TrustedClock:
    """Return the machine's clock, not believed when it jumps; a played one is its own measure."""
    if wall is wall_clock:
        return TrustedClock(wall, steady_s, boot_id())
    return TrustedClock(wall, lambda: wall().timestamp())
