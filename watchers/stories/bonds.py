"""What binds two groups of tellings: all that is known of the pairs between them.

A story is more than its nearest neighbour. One telling alike with one of ten is a chain about to
form; alike with none very much, yet with all a little, it may be the eleventh. So how surely two
groups are one event is fitted too, to what their pairs say together.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import hypot, log
from typing import Final, NamedTuple

from watchers.stories.signals import probability

BOND_SIGNALS: Final = (
    "known", "mean", "most", "least", "chance", "likely", "smaller", "larger", "alike",
)  # fmt: skip
"""The names of what ``bond_signals`` tells, in its order."""
_LIKELY: Final = -0.5


class Bond(NamedTuple):
    """The pairs between two groups that were compared: their number, and their log-odds.

    ``total`` is the sum, ``most`` and ``least`` the extremes; ``chance`` sums the same as
    probabilities, ``likely`` counts those that nearly or surely tell one event.
    """

    known: int
    total: float
    most: float
    least: float
    chance: float
    likely: int

    def joined(self, other: "Bond") -> "Bond":
        """Give the bond with a third group after the two it was with have become one."""
        return Bond(
            self.known + other.known,
            self.total + other.total,
            max(self.most, other.most),
            min(self.least, other.least),
            self.chance + other.chance,
            self.likely + other.likely,
        )


def bond(odds: Sequence[float]) -> Bond:
    """Sum up the log-odds of some pairs, at least one."""
    return Bond(
        len(odds),
        sum(odds),
        max(odds),
        min(odds),
        sum(map(probability, odds)),
        sum(value > _LIKELY for value in odds),
    )


def bond_signals(found: Bond, one: int, other: int, alike: float) -> list[float]:
    """Lay out a bond between groups of so many tellings, in the order of ``BOND_SIGNALS``.

    ``alike`` is the cosine of the names, notions and figures that either group speaks of.
    """
    known = found.known
    return [
        known / (one * other),
        found.total / known,
        found.most,
        found.least,
        found.chance / known,
        found.likely / known,
        log(min(one, other)),
        log(max(one, other)),
        alike,
    ]


Voice = Mapping[int, float]
"""What a group speaks of, by weight; of length 1."""


def in_unison(voices: Iterable[Voice]) -> Voice:
    """Let several speak as one: what they have in common is loud."""
    together: dict[int, float] = {}
    for voice in voices:
        for key, weight in voice.items():
            together[key] = together.get(key, 0.0) + weight
    length = hypot(*together.values()) or 1.0
    return {key: weight / length for key, weight in together.items()}


def cosine(one: Voice, other: Voice) -> float:
    """Compare two voices: 1 for the same, 0 for nothing in common."""
    if len(one) > len(other):
        one, other = other, one
    return sum([weight * other[key] for key, weight in one.items() if key in other])
