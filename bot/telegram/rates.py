"""Rates: when the next call to Telegram may go (pure arithmetic; times are seconds of any clock).

Telegram publishes about 30 messages a second over all, one a second in a chat and 20 a minute in
a group, as guidance and not as a contract; we stay below.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import TypeAlias

Target: TypeAlias = int | str
"""A chat's id or @name, or ``method:NAME`` for calls that concern no chat."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``most`` calls in any ``seconds`` on end; ``most`` 0 lifts the limit."""

    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TelegramLimits:
    """What we allow ourselves. ``group`` holds for groups and channels, beside ``chat``.

    A tenth of a second is for what the first of two messages may lose on its way.
    """

    everybody: Rate = Rate(25, 1.0)
    chat: Rate = Rate(1, 1.1)
    group: Rate = Rate(18, 60.0)
    paid: Rate | None = None
    """How many calls over all where those beyond ``everybody`` are paid for."""

    @property
    def overall(self) -> Rate:
        """How many calls may go to all chats together."""
        return self.paid or self.everybody


LIFTED = TelegramLimits(Rate(0, 0), Rate(0, 0), Rate(0, 0))
"""No limits at all: for benchmarks, and for a local Bot API server that has none."""


PAID_AGAIN_S = 600.0
"""Nothing is paid for so long after everybody was to wait: the balance may be empty."""


def limits_of(paid_broadcast: int) -> TelegramLimits:
    """Return our limits where so many messages a second may go, paid for in part; 0 pays none."""
    return TelegramLimits(paid=Rate(paid_broadcast, 1.0) if paid_broadcast else None)


class RateWindow:
    """The calls of the last while: a sliding window, so that no burst ever counts half."""

    __slots__ = ("_rate", "_times")

    def __init__(self, rate: Rate) -> None:
        """Begin empty."""
        self._rate = rate
        self._times: deque[float] = deque(maxlen=rate.most or None)

    def ready_at(self, now: float, cost: int = 1, spare: int = 0) -> float:
        """Return when ``cost`` more calls fit and leave ``spare`` places free.

        What would never fit waits for an empty window.
        """
        if not self._rate.most:
            return now
        most = max(self._rate.most - spare, 1)
        surplus = min(len(self._times) + cost - most, len(self._times))
        return max(now, self._times[surplus - 1] + self._rate.seconds) if surplus > 0 else now

    def take(self, now: float, cost: int = 1) -> None:
        """Count calls that go now."""
        if self._rate.most:
            self._times.extend([now] * min(cost, self._rate.most))

    def idle(self, now: float) -> bool:
        """Tell whether the window is empty, so that it may be forgotten."""
        return not self._times or self._times[-1] + self._rate.seconds <= now


@dataclass(frozen=True, slots=True)
class Weight:
    """What a call takes of the pace.

    ``paced`` calls write into a chat and count there, ``cost`` messages at once. ``even`` ones
    (broadcasts) are spread evenly over the second, so that a person's answer always finds a gap.
    ``payable`` ones may be paid for where there are too many; edits cannot.
    """

    cost: int = 1
    paced: bool = True
    even: bool = False
    payable: bool = False

    @property
    def share(self) -> int:
        """How many of everybody's calls it counts for."""
        return self.cost if self.paced else 1


ONE_MESSAGE = Weight()


@dataclass(slots=True)
class Ban:
    """Telegram bade one target wait until then, at the moment it was heard."""

    until: float
    heard: float


@dataclass(slots=True)
class Pace:
    """Everybody's and each chat's pace, and who rests.

    A 429 does not say whether it means one chat or all. One 429 rests its target, and puts the
    others under suspicion: they go one by one. When further targets get a 429 whose end is the
    same moment, it was everybody's.
    """

    limits: TelegramLimits = field(default_factory=TelegramLimits)
    everybody_rests: float = float("-inf")
    suspicious: bool = False
    began: float = float("-inf")
    """When the program started. What it sent just before that is not known any more, and the first
    calls are long on their way; so it goes gently for a while."""
    _first: RateWindow = field(init=False)
    _everybody: RateWindow = field(init=False)
    _free: RateWindow = field(init=False)
    _unpaid: RateWindow = field(init=False)
    _unpaid_until: float = field(init=False, default=float("-inf"))
    _burst: RateWindow = field(init=False)
    _even: float = field(init=False, default=float("-inf"))
    _chats: dict[Target, RateWindow] = field(init=False, default_factory=dict)
    _groups: dict[Target, RateWindow] = field(init=False, default_factory=dict)
    _bans: dict[Target, Ban] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Make everybody's windows.

        Calls that leave together arrive spread over the time that they take on their way, the
        last ones perhaps together with the first of the next second; so a burst has a limit too.
        """
        overall = self.limits.overall
        self._everybody = RateWindow(overall)
        self._free = RateWindow(self.limits.everybody)
        self._unpaid = RateWindow(self.limits.everybody)
        self._first = RateWindow(Rate((overall.most + 1) // 2, overall.seconds))
        burst = max(min(BURST, overall.most), int(overall.most * BURST_S))
        self._burst = RateWindow(Rate(burst, overall.seconds * burst / max(overall.most, 1)))

    def banned_until(self, target: Target) -> float:
        """Return until when no call at all may go to a target."""
        ban = self._bans.get(target)
        return max(self.everybody_rests, ban.until if ban else float("-inf"))

    def ready_at(self, target: Target, now: float, weight: Weight = ONE_MESSAGE) -> float:
        """Return when a call may go."""
        ready = max(
            now,
            self.banned_until(target),
            self._everybody.ready_at(now, weight.share),
            self._burst.ready_at(now, weight.share),
        )
        if now < self.began + GENTLE_S:
            ready = max(ready, self._first.ready_at(now, weight.share))
        if not self._may_pay(now, weight):
            ready = max(ready, self._unpaid.ready_at(now, weight.share))
        if weight.even:
            ready = max(ready, self._even)
        if weight.paced and target in self._chats:
            ready = max(ready, self._chats[target].ready_at(now, weight.cost))
        if weight.paced and target in self._groups:
            spare = FOR_PEOPLE if weight.even else 0
            ready = max(ready, self._groups[target].ready_at(now, weight.cost, spare))
        return ready

    def take(self, target: Target, now: float, weight: Weight = ONE_MESSAGE) -> bool:
        """Count a call that goes now; return whether it must be paid for."""
        may_pay = self._may_pay(now, weight)
        pays = may_pay and self._free.ready_at(now, weight.share) > now
        for window in (self._everybody, self._burst, self._first, self._free):
            window.take(now, weight.share)
        if not may_pay:
            self._unpaid.take(now, weight.share)
        if weight.even and (rate := self.limits.overall).most:
            slot = rate.seconds / rate.most
            # Timers and disks are late by a little; what they cost may be made good, else the
            # rate would sink. The window still holds.
            late = max(MADE_GOOD * slot, MADE_GOOD_S)
            self._even = max(self._even, now - late) + slot * weight.cost
        if weight.paced:
            self._window(self._chats, target, self.limits.chat).take(now, weight.cost)
            if is_group(target):
                self._window(self._groups, target, self.limits.group).take(now, weight.cost)
        return pays

    def _may_pay(self, now: float, weight: Weight) -> bool:
        return weight.payable and self.limits.paid is not None and now >= self._unpaid_until

    def refused(self, target: Target, wait: float, now: float) -> bool:
        """Note a 429; return whether it turned out to be everybody's."""
        until = now + wait
        self._bans[target] = Ban(max(until, self.banned_until(target)), now)
        alike = [
            ban
            for ban in self._bans.values()
            if ban.heard > now - ALIKE_HEARD_S and abs(ban.until - until) <= ALIKE_END_S
        ]
        if len(alike) >= (2 if wait <= LONG_S else 3):
            self.everybody_rests = max(self.everybody_rests, *(ban.until for ban in alike))
            self.suspicious = False
            self._unpaid_until = self.everybody_rests + PAID_AGAIN_S
            return True
        self.suspicious = True
        return False

    def answered(self) -> None:
        """Note that a call begun after the last 429 was answered: the ban is not everybody's."""
        self.suspicious = False

    def rest(self, target: Target | None, until: float, now: float) -> None:
        """Keep a rest known from before; None means everybody."""
        if target is None:
            self.everybody_rests = max(self.everybody_rests, until)
        else:
            self._bans[target] = Ban(until, now - 2 * ALIKE_HEARD_S)

    def sweep(self, now: float) -> None:
        """Forget empty windows and bans that are over: memory follows who is written to."""
        for windows in (self._chats, self._groups):
            for target in [key for key, window in windows.items() if window.idle(now)]:
                del windows[target]
        for target in [key for key, ban in self._bans.items() if ban.until <= now]:
            del self._bans[target]
        if not self._bans:
            self.suspicious = False

    def _window(self, windows: dict[Target, RateWindow], target: Target, rate: Rate) -> RateWindow:
        if target not in windows:
            windows[target] = RateWindow(rate)
        return windows[target]


FOR_PEOPLE = 4
"""Of a group's eighteen messages a minute broadcasts leave so many to answers."""

BURST = 3
"""So many calls may go at once, and the next ones when as much time has passed as they stand for:
0.12 s of the second in which twenty-five may go."""

BURST_S = 0.12
"""Where more than those go in a second, so many as stand for the same time."""

GENTLE_S = 5.0
"""For how long after a start half as many calls go."""

MADE_GOOD = 5
"""So many slots of the even pace may follow at once after a delay."""

MADE_GOOD_S = 0.2
"""Or so much time's, where a slot is short."""

ALIKE_HEARD_S = 30.0
"""Bans heard further apart than this say nothing about each other."""

ALIKE_END_S = 2.0
"""Bans whose ends lie no further apart are one ban."""

LONG_S = 60.0
"""Before everybody rests longer than this, three targets must have said so."""


def is_group(target: Target) -> bool:
    """Tell groups and channels: their ids are negative, and only they have @names here."""
    return target < 0 if isinstance(target, int) else target.startswith("@")
