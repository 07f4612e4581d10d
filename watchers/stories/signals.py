"""Two items compared: the figures that the fitted weights are applied to."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import compress, repeat
from math import exp, hypot, log, sqrt
from operator import mul
from typing import Final

from rapidfuzz import fuzz

from watchers.stories.features import CONCEPT, ENTITY, FIGURE, KIND, NAME, TOLLS, Features

_LOG = [1.0, *(1.0 + log(count) for count in range(1, 256))]
_TITLE_BOOST = 1.7
_CLOSE = 0.02
_HOUR = 3600.0
_YEARS = 1900.0
_NEXT_ISSUE = timedelta(hours=16)
_PRECISE = 3
"""Digits from which a figure is not rounded."""
_TOLL_RISES = timedelta(hours=48)
_MARKS = frozenset({19.0})


class Frequencies:
    """In how many items each word, name, figure and concept was met; learnt as they come.

    ``common`` counts the commonest words in ``documents`` items read before the first, so
    that a young archive knows an article from a name.
    """

    __slots__ = ("_counts", "_seen", "_whole")

    def __init__(self, common: Mapping[int, float] | None = None, documents: int = 0) -> None:
        """Know what is told to be common; every other word is equally rare."""
        self._counts: Counter[int] = Counter(common)
        self._seen = documents
        self._whole = log(documents + _PRIOR)

    def learn(self, query: "WeightedQuery") -> None:
        """Count an item's words and cross-lingual keys; halve all counts when they grow too many."""
        self._seen += 1
        counts = self._counts
        counts.update(query.words.keys())
        counts.update(query.cross_lingual.keys())
        if len(counts) > _MOST_KEYS:
            halved = {key: count / 2 for key, count in counts.items() if count > 1}
            self._counts = Counter(halved)
            self._seen //= 2
        self._whole = log(self._seen + _PRIOR)

    def rarity(self, keys: Iterable[int]) -> list[float]:
        """Weigh each by how seldom it is met: 1 for never, near 0 for always.

        The logarithm is divided by that of all items, so that a weight means the same in a
        young archive and in an old one.
        """
        counts = map(self._counts.get, keys, _NEVER)
        scale = 1.0 / self._whole
        # Nothing is met more often than items were read: the weight stays above zero.
        return [1.0 - scale * log(count + 1.0) for count in counts]


_NEVER: Final = repeat(0)
_PRIOR: Final = 60.0
"""As if so many items without any of these words had been read before the first one."""
_MOST_KEYS: Final = 500_000


class WeightedQuery:
    """A newcomer weighed by what is rare just now, ready to be compared with what is kept.

    ``words`` weigh its stems by rarity and count, ``rare`` by rarity alone; ``cross_lingual`` likewise,
    with those of its headline in ``title_cross_lingual``. ``sums`` is what is kept of the weights.
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

    def __init__(self, features: Features, frequencies: Frequencies) -> None:
        """Weigh the words and cross-lingual keys of an item."""
        self.features = features
        terms = features.terms.tolist()  # one number object a word, whoever keeps it
        rare = frequencies.rarity(terms)
        self.rare = dict(zip(terms, rare, strict=True))
        logs = map(_LOG.__getitem__, features.counts)
        self.words = dict(zip(terms, map(mul, rare, logs), strict=True))
        titled = rare[: features.title_terms]
        self.title = dict(zip(terms, titled, strict=False))
        keys = features.cross_lingual.tolist()
        weights = frequencies.rarity(keys)
        first = features.title_cross_lingual
        self.cross_lingual = dict(zip(keys, weights, strict=True))
        self.title_cross_lingual = frozenset(keys[:first])
        self.shingles = frozenset(features.shingles)
        boosted = [weight * _TITLE_BOOST for weight in weights[:first]]
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


NORM, _TITLE_NORM, _TITLE_WEIGHT, CROSS_LINGUAL_NORM, _TITLE_FIGURES = range(5)
_KIND_NORMS, _KIND_SUMS, _TITLE_SUMS = 5, 9, 13
"""Places in ``WeightedQuery.sums``; the last three begin four places each, one a kind of cross-lingual keys."""


def _norm(weights: Iterable[float]) -> float:
    return hypot(*weights) or 1.0


SIGNALS: Final = (
    "words", "title", "title_most", "title_least", "title_in_text_most", "title_in_text_least",
    "rarest", "rarest_four", "shared", "fuzzy", "copied",
    "cross_lingual", "concepts", "concepts_title", "concepts_sum",
    "names", "names_rarest", "names_least", "names_title_least", "names_title_most", "names_sum",
    "names_title_shared",
    "figures_sum", "figures_apart", "figures_title_apart", "figures_title_shared",
    "entities", "entities_sum", "entities_title_least", "countries_apart",
    "years_apart", "gap", "textless", "shortest_title", "title_ratio",
)  # fmt: skip
"""The names of what ``compare`` tells, in its order."""


Words = tuple[float, ...]
"""The first of the signals, up to ``shared``: what two items' words say."""


def compare(
    one: WeightedQuery, b: Features, sums: Sequence[float], words: Words | None = None
) -> list[float]:
    """Compare a newcomer with an item and its kept sums, in the order of ``SIGNALS``.

    ``words`` are what ``worded`` told of the two, where it was asked before.
    """
    a = one.features
    short, long = a.title_terms, b.title_terms
    if short > long:
        short, long = long, short
    return [
        *(words or compare_words(one, b, sums)),
        fuzz.token_set_ratio(a.title, b.title) / 100,
        _copied(one.shingles, b.shingles),
        *_compare_cross_lingual(one, b, sums),
        1.0
        if a.headline_countries
        and b.headline_countries
        and _apart(a.headline_countries, b.headline_countries)
        else 0.0,
        1.0 if a.years and b.years and _apart(a.years, b.years) else 0.0,
        log(1.0 + abs((a.told_at - b.told_at).total_seconds()) / _HOUR),
        2.0 - a.has_text - b.has_text,
        float(short),
        short / (long or 1),
    ]


_POSITIONS: Final = range(1 << 30)
"""As many as there may be; ``compress`` ends with the shorter."""
_NO_WORDS: Final = (0.0,) * 9
"""What words say of two languages: nothing that is fitted."""


def compare_words(one: WeightedQuery, b: Features, sums: Sequence[float]) -> Words:
    """Compare the words of two items; the first figure is their cosine."""
    if one.features.lang != b.lang:
        return _NO_WORDS
    terms, counts = b.terms, b.counts
    found = [*map(one.rare.get, terms)]
    weights = [*filter(None, found)]  # a rarity is never zero
    ours, title, first = one.words, one.title, b.title_terms
    dot = told_a = told_b = overlap = squares = 0.0
    for at, rarity in zip(compress(_POSITIONS, found), weights, strict=True):
        term = terms[at]
        dot += ours[term] * rarity * _LOG[counts[at]]
        titled = term in title
        if titled:
            told_a += rarity
        if at < first:
            told_b += rarity
            if titled:
                overlap += rarity
                squares += rarity * rarity
    weights.sort(reverse=True)
    weight_a, weight_b = one.sums[_TITLE_WEIGHT], sums[_TITLE_WEIGHT]
    covers_least, covers_most = overlap / weight_a, overlap / weight_b
    if covers_least > covers_most:
        covers_least, covers_most = covers_most, covers_least
    told_least, told_most = told_a / weight_a, told_b / weight_b
    if told_least > told_most:
        told_least, told_most = told_most, told_least
    return (
        dot / (one.sums[NORM] * sums[NORM]),
        squares / (one.sums[_TITLE_NORM] * sums[_TITLE_NORM]),
        covers_most,
        covers_least,
        told_most,
        told_least,
        weights[0] if weights else 0.0,
        sum(weights[:4]),
        float(len(weights)),
    )


def _copied(one: frozenset[int], other: Sequence[int]) -> float:
    """Estimate the share of common five-word runs from their smallest hashes."""
    if not one or not other:
        return 0.0
    return len(one.intersection(other)) / min(len(one), len(other))


def _compare_cross_lingual(
    one: WeightedQuery, b: Features, sums: Sequence[float]
) -> tuple[float, ...]:
    """Compare what crosses languages: all together, then concepts, names, figures, entities."""
    titled, first = one.title_cross_lingual, b.title_cross_lingual
    keys = b.cross_lingual
    found = [*map(one.cross_lingual.get, keys)]
    dot = rarest = 0.0
    dots, total, told_a, told_b = [0.0] * 4, [0.0] * 4, [0.0] * 4, [0.0] * 4
    count_a, count_b, both = [0] * 4, [0] * 4, [0] * 4
    for at, weight in zip(compress(_POSITIONS, found), filter(None, found), strict=True):
        key = keys[at]
        kind = key & KIND
        square = weight * weight
        dots[kind] += square
        total[kind] += weight
        if kind == NAME and weight > rarest:
            rarest = weight
        if key in titled:
            square *= _TITLE_BOOST
            told_a[kind] += weight
            count_a[kind] += 1
            both[kind] += at < first
        if at < first:
            square *= _TITLE_BOOST
            told_b[kind] += weight
            count_b[kind] += 1
        dot += square
    mine = one.sums
    least = min(mine[_KIND_SUMS + NAME], sums[_KIND_SUMS + NAME])
    figured = mine[_KIND_SUMS + FIGURE] > 0 and sums[_KIND_SUMS + FIGURE] > 0
    figured = figured and not toll_rises(one.features, b)
    apart = mine[_TITLE_FIGURES] > count_a[FIGURE] and sums[_TITLE_FIGURES] > count_b[FIGURE]
    named_a = _share(told_a, mine, NAME, 0.5)
    named_b = _share(told_b, sums, NAME, 0.5)
    return (
        dot / (mine[CROSS_LINGUAL_NORM] * sums[CROSS_LINGUAL_NORM]),
        _cosine(dots, mine, sums, CONCEPT),
        min(_share(told_a, mine, CONCEPT, 0.0), _share(told_b, sums, CONCEPT, 0.0)),
        total[CONCEPT],
        _cosine(dots, mine, sums, NAME),
        rarest,
        total[NAME] / least if least else 0.0,
        min(named_a, named_b),
        max(named_a, named_b),
        total[NAME],
        float(both[NAME]),
        total[FIGURE],
        float(figured and not dots[FIGURE]),
        float(figured and apart),
        float(count_a[FIGURE] + count_b[FIGURE] - both[FIGURE]),
        _cosine(dots, mine, sums, ENTITY),
        total[ENTITY],
        min(_share(told_a, mine, ENTITY, 0.5), _share(told_b, sums, ENTITY, 0.5)),
    )


def _cosine(dots: list[float], one: Sequence[float], other: Sequence[float], kind: int) -> float:
    dot = dots[kind]
    return dot / (one[_KIND_NORMS + kind] * other[_KIND_NORMS + kind]) if dot else 0.0


def _share(told: list[float], sums: Sequence[float], kind: int, empty: float) -> float:
    """Tell which share of a headline's cross-lingual keys of a kind the other item speaks of."""
    whole = sums[_TITLE_SUMS + kind]
    return told[kind] / whole if whole else empty


def _apart(one: Sequence[object], other: Sequence[object]) -> bool:
    return bool(one) and bool(other) and set(one).isdisjoint(other)


def figures_differ(one: Features, other: Features) -> tuple[str, float, float] | None:
    """Name a quantity that two headlines give different figures for, None if they agree.

    Figures within 2 % are the same figure, rounded, unless the next day's. One figure in common, whatever it counts,
    and the headlines are taken to agree; so are figures that count nothing, and years.
    """
    mine = [value for _, value in one.figures]
    theirs = [value for _, value in other.figures]
    later = abs(one.told_at - other.told_at) > _NEXT_ISSUE
    if any(_agree(a, b, later=later) for a in mine for b in theirs):
        return None
    rises = toll_rises(one, other)
    for unit, value in one.figures:
        if rises and unit in TOLLS:
            continue
        others = [figure for named, figure in other.figures if named == unit]
        if others and (unit or not _plain(value, others[0])):
            return unit, value, others[0]
    return None


def toll_rises(one: Features, other: Features) -> bool:
    """Tell whether the later headline counts more dead or injured of what may be one event."""
    counted = [
        (unit, value, more)
        for unit, value in one.figures
        if unit in TOLLS
        for named, more in other.figures
        if named == unit
    ]
    if not counted or abs(one.told_at - other.told_at) > _TOLL_RISES:
        return False
    if _apart(one.localities, other.localities) or _apart(
        one.headline_countries, other.headline_countries
    ):
        return False
    later = 1 if one.told_at <= other.told_at else -1
    return all(later * (more - value) >= 0 for _, value, more in counted)


def _agree(one: float, other: float, *, later: bool) -> bool:
    """Tell one figure from another; a rate told to the last digit may move by little in a day."""
    if later and one != other and min(len(f"{one:g}"), len(f"{other:g}")) >= _PRECISE:
        return False
    return abs(one - other) <= _CLOSE * abs(one)


def _plain(one: float, other: float) -> bool:
    """Tell figures that may be years or marks ("Covid-19") and not amounts."""
    return one in _MARKS or other in _MARKS or one >= _YEARS or other >= _YEARS


def roles_swapped(one: Features, other: Features) -> bool:
    """Tell whether the same word stands beside another of the entities both headlines name."""
    if not one.roles or not other.roles:
        return False
    both = {who for who, _ in one.roles} & {who for who, _ in other.roles}
    if len(both) <= 1:
        return False
    beside_one = _beside(one, both)
    beside_other = _beside(other, both)
    return any(
        beside_one[word].isdisjoint(beside_other[word])
        for word in beside_one.keys() & beside_other.keys()
    )


def _beside(features: Features, among: set[int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for who, word in features.roles:
        if who in among:
            found.setdefault(word, set()).add(who)
    return found


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
        """Compile the trees to one expression: seven times as fast as walking them."""
        told = "+".join([repr(self.base), *map(self._told, self.roots)])
        names = ",".join([*(f"s{at}" for at in range(max(self.signal, default=-1) + 1)), "*_"])
        score = eval(f"lambda {names}: {told}", {})  # noqa: S307 - made of our own numbers alone
        object.__setattr__(self, "score", lambda signals: score(*signals))

    def _told(self, node: int) -> str:
        value = float(self.value[node])
        if (at := int(self.signal[node])) < 0:
            return repr(value)
        ways = self._told(self.left[node]), self._told(self.right[node])
        return f"({ways[0]} if s{at} <= {value!r} else {ways[1]})"


def probability(log_odds: float) -> float:
    """Turn log-odds into the chance that people are shown."""
    return 1.0 / (1.0 + exp(-log_odds))
