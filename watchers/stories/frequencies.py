"""How rare words are just now, and an item weighed by it, ready to be compared with many."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from math import hypot, log, sqrt
from operator import mul
from typing import Final

from watchers.stories.compact import CompactMap
from watchers.stories.features import Features, Hashed
from watchers.stories.hashes import FIGURE, KIND

# A word said ten times is not ten times as telling: 1 + log tf (Manning, Raghavan and Schütze,
# "Introduction to Information Retrieval", 6.4.1).
LOG = [1.0, *(1.0 + log(count) for count in range(1, 256))]
TITLE_BOOST = 1.7
"""How much more a name or figure in a headline weighs. At 1, F1 falls by 0.006; at 3 it stays."""


class Frequencies:
    """In how many items each word, name, figure and concept was met; learnt as they come.

    ``common`` counts the commonest words in ``documents`` items read before the first, so
    that a young archive knows an article from a name.
    """

    __slots__ = ("_counts", "_seen", "_whole")

    def __init__(self, common: Mapping[int, float] | None = None, documents: int = 0) -> None:
        """Begin with the counts given; every other word is equally rare."""
        self._counts = _counted((common or {}).items())
        self._seen = documents
        self._whole = log(documents + _PRIOR)

    def learn(self, told: Hashed) -> None:
        """Count an item's words and cross-lingual keys; halve all counts when they grow many."""
        self._counts.count(told.terms)
        self._counts.count(told.cross_lingual)
        self._one_more()

    def learnt(self, terms: Sequence[int], keys: Sequence[int]) -> tuple[list[float], list[float]]:
        """Weigh an item's words and cross-lingual keys and count them too, each looked up once."""
        rare = self._weighed([count - 1 for count in self._counts.count(terms)])
        # A key may have a word's hash, which has just been counted.
        told = set(terms)
        counts = zip(keys, self._counts.count(keys), strict=True)
        weights = self._weighed([count - 1 - (key in told) for key, count in counts])
        self._one_more()
        return rare, weights

    def _one_more(self) -> None:
        self._seen += 1
        counts = self._counts
        if len(counts) > _MOST_KEYS:
            self._counts = _counted((key, n / 2) for key, n in counts.items() if n > 1)
            self._seen //= 2
        self._whole = log(self._seen + _PRIOR)

    def rarity(self, keys: Iterable[int]) -> list[float]:
        """Weigh each by how seldom it is met: 1 for never, near 0 for always.

        The logarithm is divided by that of all items, so that a weight means the same in a
        young archive and in an old one.
        """
        return self._weighed(self._counts.many(keys, 0.0))

    def _weighed(self, counts: Iterable[float]) -> list[float]:
        scale = 1.0 / self._whole
        # Nothing is met more often than items were read: the weight stays above zero.
        return [1.0 - scale * log(count + 1.0) for count in counts]


def _counted(counts: Iterable[tuple[int, float]]) -> CompactMap:
    found = CompactMap("d")
    for key, count in counts:
        found.put(key, count)
    return found


_PRIOR: Final = 60.0
"""As if so many items without any of these words had been read before the first one: a young
archive takes every word for rare. At 1, three contrasting pairs more join wrongly; at 600, F1
gains 0.006 and three pairs of either kind are lost."""
_MOST_KEYS: Final = 500_000
"""Some seven megabytes. Halving forgets what came once, and lets newly common words be
learnt."""


class WeightedQuery:
    """An item weighed by what is rare just now, ready to be compared with many.

    ``words`` weigh its stems by rarity and count, ``rare`` by rarity alone; ``cross_lingual``
    likewise, with those of its headline in ``title_cross_lingual``. ``sums`` are their norms and
    totals (see ``NORM`` and the next), all that is kept of them once the item is in the window.
    """

    __slots__ = (
        "cross_lingual",
        "features",
        "rare",
        "shingles",
        "sums",
        "title",
        "title_cross_lingual",
        "words",
    )  # fmt: skip

    def __init__(
        self, features: Features, frequencies: Frequencies, *, learn: bool = False
    ) -> None:
        """Weigh the words and cross-lingual keys of an item; ``learn`` counts them too."""
        self.features = features
        terms = features.terms.tolist()  # one number object a word, whoever keeps it
        keys = features.cross_lingual.tolist()
        if learn:
            rare, weights = frequencies.learnt(terms, keys)
        else:
            rare, weights = frequencies.rarity(terms), frequencies.rarity(keys)
        self.rare = dict(zip(terms, rare, strict=True))
        logs = map(LOG.__getitem__, features.counts)
        self.words = dict(zip(terms, map(mul, rare, logs), strict=True))
        titled = rare[: features.title_terms]
        self.title = dict(zip(terms, titled, strict=False))
        first = features.title_cross_lingual
        self.cross_lingual = dict(zip(keys, weights, strict=True))
        self.title_cross_lingual = frozenset(keys[:first])
        self.shingles = frozenset(features.shingles)
        boosted = [weight * TITLE_BOOST for weight in weights[:first]]
        self.sums = array(
            "f",
            (
                _norm(self.words.values()),
                _norm(titled),
                sum(titled) or 1.0,
                _norm([*boosted, *weights[first:]]),
                sum([key & KIND == FIGURE for key in keys[:first]]),
                *_by_kind(keys, weights, first),
            ),
        )


def _by_kind(keys: Sequence[int], weights: Sequence[float], first: int) -> Iterable[float]:
    """Sum the weights of cross-lingual keys by their kind: squares' root, all, the headline's."""
    squares, sums, titles = [0.0] * 4, [0.0] * 4, [0.0] * 4
    for at, (key, weight) in enumerate(zip(keys, weights, strict=True)):
        kind = key & KIND
        squares[kind] += weight * weight
        sums[kind] += weight
        if at < first:
            titles[kind] += weight
    return (*map(sqrt, squares), *sums, *titles)


NORM, TITLE_NORM, TITLE_WEIGHT, CROSS_LINGUAL_NORM, TITLE_FIGURES = range(5)
KIND_NORMS, KIND_SUMS, TITLE_SUMS = 5, 9, 13
"""Where each figure stands in ``WeightedQuery.sums``; the last three begin four, one a kind of
key."""
SUMS: Final = 17
"""How many figures there are."""


def _norm(weights: Iterable[float]) -> float:
    return hypot(*weights) or 1.0
