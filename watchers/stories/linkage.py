"""Linkage: how alike two groups of items are, by all that is known of the pairs between them.

A story is more than its nearest neighbour. One item alike with one of ten is a chain about to
form; alike with none very much, yet with all a little, it may be the eleventh. So how surely two
groups are one event is fitted too, to what their pairs say together.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import hypot, log
from typing import Final, NamedTuple

from storage.model import ItemId
from watchers.stories.trees import probability

LINKAGE_SIGNALS: Final = (
    "known", "mean", "most", "least", "chance", "likely", "smaller", "larger", "alike",
)  # fmt: skip
"""The names of what ``linkage_signals`` returns, in its order."""
_LIKELY: Final = -0.5
"""Log-odds from which a pair counts as alike, a little below even. At 0, F1 falls by 0.001."""


class Linkage(NamedTuple):
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

    def joined(self, other: "Linkage") -> "Linkage":
        """Give the linkage with a third group after the two it was with have become one."""
        return Linkage(
            self.known + other.known,
            self.total + other.total,
            max(self.most, other.most),
            min(self.least, other.least),
            self.chance + other.chance,
            self.likely + other.likely,
        )


def linkage(odds: Sequence[float]) -> Linkage:
    """Sum up the log-odds of some pairs, at least one."""
    return Linkage(
        len(odds),
        sum(odds),
        max(odds),
        min(odds),
        sum(map(probability, odds)),
        sum(value > _LIKELY for value in odds),
    )


Vector = Mapping[int, float]
"""The cross-lingual keys of an item, by weight."""


class Group:
    """Items that stand as one, and the sum of their vectors: what most speak of weighs most."""

    __slots__ = ("members", "norm", "vector")

    def __init__(self, members: Iterable[ItemId], vectors: Iterable[Vector]) -> None:
        """Sum the vectors of some or all members, each made as long as any other."""
        self.members = list(members)
        self.vector: dict[int, float] = {}
        for vector in vectors:
            length = hypot(*vector.values()) or 1.0
            for key, weight in vector.items():
                self.vector[key] = self.vector.get(key, 0.0) + weight / length
        self.norm = hypot(*self.vector.values()) or 1.0

    def absorb(self, other: "Group") -> None:
        """Take all of another group in; nothing is left of it."""
        self.members += other.members
        other.members = []
        for key, weight in other.vector.items():
            self.vector[key] = self.vector.get(key, 0.0) + weight
        self.norm = hypot(*self.vector.values()) or 1.0

    def alike(self, other: "Group") -> float:
        """Return the cosine of two groups' vectors: 1 for the same, 0 for nothing in common."""
        one, two = self.vector, other.vector
        if len(one) > len(two):
            one, two = two, one
        dot = sum([weight * two[key] for key, weight in one.items() if key in two])
        return dot / (self.norm * other.norm)


def linkage_signals(found: Linkage, one: Group, other: Group) -> list[float]:
    """Lay out how alike two groups are, in the order of ``LINKAGE_SIGNALS``.

    ``alike`` is the cosine of the names, concepts and figures that the groups speak of.
    """
    known = found.known
    smaller, larger = sorted((len(one.members), len(other.members)))
    return [
        known / (smaller * larger),
        found.total / known,
        found.most,
        found.least,
        found.chance / known,
        found.likely / known,
        log(smaller),
        log(larger),
        one.alike(other),
    ]
