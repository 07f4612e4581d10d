"""Fitted decision trees: signals in, log-odds out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import exp


@dataclass(frozen=True, slots=True)
class Trees:
    """A fitted sum of small decision trees over the signals, as flat arrays.

    ``signal[n] < 0`` marks a leaf, whose score is ``value[n]``; else the way goes ``left[n]``
    while the signal is at most ``value[n]``, otherwise ``right[n]``. ``roots`` begin the trees.
    """

    base: float
    roots: tuple[int, ...]
    signal: tuple[int, ...]
    value: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    score: Callable[[Sequence[float]], float] = field(init=False, repr=False, compare=False)
    """Gives the log-odds that two items with these signals tell one event."""

    def __post_init__(self) -> None:
        """Leave the compiling to who scores first: many a process compares nothing."""
        object.__setattr__(self, "score", self._scored_first)

    def _scored_first(self, signals: Sequence[float]) -> float:
        if self.score == self._scored_first:
            object.__setattr__(self, "score", self._compiled())
        return self.score(signals)

    def _compiled(self) -> Callable[[Sequence[float]], float]:
        # One expression is seven times as fast as walking.
        expression = "+".join([repr(self.base), *map(self._expression, self.roots)])
        names = ",".join([*(f"s{at}" for at in range(max(self.signal, default=-1) + 1)), "*_"])
        score: Callable[..., float] = eval(f"lambda {names}: {expression}", {})  # noqa: S307 - made of our own numbers alone
        return lambda signals: score(*signals)

    def _expression(self, node: int) -> str:
        value = float(self.value[node])
        if (at := int(self.signal[node])) < 0:
            return repr(value)
        ways = self._expression(self.left[node]), self._expression(self.right[node])
        return f"({ways[0]} if s{at} <= {value!r} else {ways[1]})"


def probability(log_odds: float) -> float:
    """Turn log-odds into the chance that people are shown."""
    return 1.0 / (1.0 + exp(-log_odds))
