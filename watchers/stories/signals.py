"""Two tellings compared: the figures that the fitted weights are applied to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, log
from operator import mul
from typing import Final

from rapidfuzz import fuzz

from watchers.stories.telling import ENTITY, FIGURE, KIND, NAME, NOTION, Telling

_LOG = [1.0, *(1.0 + log(count) for count in range(1, 256))]
_TITLE_BRIDGE = 1.7
_CLOSE = 0.02
_HOUR = 3600.0
_YEARS = 1900.0
_MARKS = frozenset({19.0})


class Frequencies:
    """In how many tellings each word, name, figure and notion was met; learnt as they come.

    ``common`` counts the commonest words in ``documents`` tellings read before the first, so
    that a young archive knows an article from a name.
    """

    __slots__ = ("_counts", "_seen", "_whole")

    def __init__(self, common: Mapping[int, float] | None = None, documents: int = 0) -> None:
        """Know what is told to be common; every other word is equally rare."""
        self._counts: dict[int, float] = dict(common or {})
        self._seen = documents
        self._whole = log(documents + _PRIOR)

    def learn(self, telling: Telling) -> None:
        """Count a telling's words and bridges; halve all counts when they grow too many."""
        self._seen += 1
        counts = self._counts
        for key in telling.terms:
            counts[key] = counts.get(key, 0) + 1
        for key in telling.bridges:
            counts[key] = counts.get(key, 0) + 1
        if len(counts) > _MOST_KEYS:
            self._counts = {key: count / 2 for key, count in counts.items() if count > 1}
            self._seen //= 2
        self._whole = log(self._seen + _PRIOR)

    def rarity(self, keys: Iterable[int]) -> list[float]:
        """Weigh each by how seldom it is met: 1 for never, near 0 for always.

        The logarithm is divided by that of all tellings, so that a weight means the same in a
        young archive and in an old one.
        """
        get = self._counts.get
        scale = 1.0 / self._whole
        # Nothing is met more often than tellings were read: the weight stays above zero.
        return [1.0 - scale * log(get(key, 0) + 1.0) for key in keys]


_PRIOR: Final = 60.0
"""As if so many tellings without any of these words had been read before the first one."""
_MOST_KEYS: Final = 500_000


class View:
    """A telling weighed by what is rare just now, ready to be compared."""

    __slots__ = (
        "bridge_norm", "bridges", "kind_norms", "kind_sums", "kinds", "norm", "rare",
        "shingles", "telling", "title", "title_kinds", "title_norm", "title_weight", "words",
    )  # fmt: skip

    def __init__(self, telling: Telling, frequencies: Frequencies) -> None:
        """Weigh the words and bridges of a telling."""
        self.telling = telling
        terms = telling.terms
        rare = frequencies.rarity(terms)
        self.rare = dict(zip(terms, rare, strict=True))
        logs = map(_LOG.__getitem__, telling.counts)
        self.words = dict(zip(terms, map(mul, rare, logs), strict=True))
        self.norm = _norm(self.words.values())
        self.title = dict(zip(terms[: telling.title_terms], rare, strict=False))
        self.title_norm = _norm(self.title.values())
        self.title_weight = sum(self.title.values()) or 1.0
        weights = frequencies.rarity(telling.bridges)
        in_title = telling.title_bridges
        self.bridges = dict(zip(telling.bridges, weights, strict=True))
        self.kinds: tuple[dict[int, float], ...] = ({}, {}, {}, {})
        self.title_kinds: tuple[dict[int, float], ...] = ({}, {}, {}, {})
        for at, (key, weight) in enumerate(zip(telling.bridges, weights, strict=True)):
            self.kinds[key & KIND][key] = weight
            if at < in_title:
                self.title_kinds[key & KIND][key] = weight
                self.bridges[key] = weight * _TITLE_BRIDGE
        self.bridge_norm = _norm(self.bridges.values())
        self.kind_norms = tuple(_norm(kind.values()) for kind in self.kinds)
        self.kind_sums = tuple(sum(kind.values()) for kind in self.kinds)
        self.shingles = frozenset(telling.shingles)


def _norm(weights: Iterable[float]) -> float:
    return hypot(*weights) or 1.0


SIGNALS: Final = (
    "words", "title", "title_most", "title_least", "told_most", "told_least", "fuzzy",
    "rarest", "rarest_four", "shared", "copied",
    "bridges", "notions", "notions_title", "notions_sum",
    "names", "names_rarest", "names_least", "names_title_least", "names_title_most", "names_sum",
    "names_title_shared",
    "figures_sum", "figures_apart", "figures_title_apart", "figures_title_shared",
    "entities", "entities_sum", "entities_title_least", "places_apart",
    "years_apart", "gap", "textless", "shortest_title", "title_ratio",
)  # fmt: skip
"""The names of what ``compare`` tells, in its order."""


def compare(one: View, other: View) -> list[float]:
    """Compare two tellings, in the order of ``SIGNALS``. Symmetric."""
    a, b = one.telling, other.telling
    ours, theirs, rarity = one.words, other.words, one.rare
    shared = ours.keys() & theirs.keys()
    rare = sorted([rarity[term] for term in shared], reverse=True)
    title, their_title = one.title, other.title
    title_shared = title.keys() & their_title.keys()
    overlap = sum([title[term] for term in title_shared])
    covers = overlap / one.title_weight, overlap / other.title_weight
    told_a = sum([title[term] for term in title.keys() & shared]) / one.title_weight
    told_b = sum([rarity[term] for term in their_title.keys() & shared]) / other.title_weight
    words = sum([ours[term] * theirs[term] for term in shared])
    titles = sum([title[term] * their_title[term] for term in title_shared])
    lengths = a.title_terms, b.title_terms
    return [
        words / (one.norm * other.norm),
        titles / (one.title_norm * other.title_norm),
        max(covers),
        min(covers),
        max(told_a, told_b),
        min(told_a, told_b),
        fuzz.token_set_ratio(a.title, b.title) / 100,
        rare[0] if rare else 0.0,
        sum(rare[:4]),
        float(len(shared)),
        _copied(one.shingles, other.shingles),
        _bridged(one, other),
        *_notions(one, other),
        *_names(one, other),
        *_figures(one, other),
        *_entities(one, other),
        float(_apart(a.places, b.places)),
        float(_apart(a.years, b.years)),
        log(1.0 + abs((a.told_at - b.told_at).total_seconds()) / _HOUR),
        float(not a.has_text) + float(not b.has_text),
        float(min(lengths)),
        min(lengths) / (max(lengths) or 1),
    ]


def _copied(one: frozenset[int], other: frozenset[int]) -> float:
    """Estimate the share of common five-word runs from their smallest hashes."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def _bridged(one: View, other: View) -> float:
    a, b = one.bridges, other.bridges
    return sum([a[key] * b[key] for key in a.keys() & b.keys()]) / (
        one.bridge_norm * other.bridge_norm
    )


def _shared(one: View, other: View, kind: int) -> tuple[float, list[float]]:
    """Give the cosine over one kind of bridges, and the weights of those in common."""
    a, b = one.kinds[kind], other.kinds[kind]
    if not a or not b:
        return 0.0, []
    both = a.keys() & b.keys()
    if not both:
        return 0.0, []
    dot = sum([a[key] * b[key] for key in both])
    return dot / (one.kind_norms[kind] * other.kind_norms[kind]), [a[key] for key in both]


def _share(of: dict[int, float], among: dict[int, float], empty: float) -> float:
    """Tell the share of some weights whose keys are among others."""
    if not of:
        return empty
    return sum([of[key] for key in of.keys() & among.keys()]) / sum(of.values())


def _notions(one: View, other: View) -> tuple[float, float, float]:
    cosine, shared = _shared(one, other, NOTION)
    title_a, title_b = one.title_kinds[NOTION], other.title_kinds[NOTION]
    told_a = _share(title_a, other.kinds[NOTION], 0.0)
    told_b = _share(title_b, one.kinds[NOTION], 0.0)
    return cosine, min(told_a, told_b), sum(shared)


def _names(one: View, other: View) -> tuple[float, ...]:
    cosine, shared = _shared(one, other, NAME)
    least = min(one.kind_sums[NAME], other.kind_sums[NAME])
    title_a, title_b = one.title_kinds[NAME], other.title_kinds[NAME]
    told_a = _share(title_a, other.kinds[NAME], 0.5)
    told_b = _share(title_b, one.kinds[NAME], 0.5)
    most = max(told_a, told_b)
    total = sum(shared)
    return (
        cosine,
        max(shared, default=0.0),
        total / least if least else 0.0,
        min(told_a, told_b),
        most,
        total,
        float(len(title_a.keys() & title_b.keys())),
    )


def _figures(one: View, other: View) -> tuple[float, float, float, float]:
    a, b = one.kinds[FIGURE], other.kinds[FIGURE]
    if not a or not b:
        return 0.0, 0.0, 0.0, 0.0
    title_a, title_b = one.title_kinds[FIGURE].keys(), other.title_kinds[FIGURE].keys()
    shared = a.keys() & b.keys()
    return (
        sum([a[key] for key in shared]),
        float(not shared),
        float(bool(title_a - b.keys()) and bool(title_b - a.keys())),
        float(len(title_a & b.keys() | title_b & a.keys())),
    )


def _entities(one: View, other: View) -> tuple[float, float, float]:
    cosine, shared = _shared(one, other, ENTITY)
    told_a = _share(one.title_kinds[ENTITY], other.kinds[ENTITY], 0.5)
    told_b = _share(other.title_kinds[ENTITY], one.kinds[ENTITY], 0.5)
    return cosine, sum(shared), min(told_a, told_b)


def _apart(one: Sequence[object], other: Sequence[object]) -> bool:
    return bool(one) and bool(other) and set(one).isdisjoint(other)


def figures_differ(one: Telling, other: Telling) -> tuple[str, float, float] | None:
    """Name a quantity that two headlines give different figures for, None if they agree.

    Figures within 2 % are the same figure, rounded. One figure in common, whatever it counts,
    and the headlines are taken to agree; so are figures that count nothing, and years.
    """
    mine = [value for _, value in one.figures]
    theirs = [value for _, value in other.figures]
    if any(abs(a - b) <= _CLOSE * abs(a) for a in mine for b in theirs):
        return None
    for unit, value in one.figures:
        others = [figure for named, figure in other.figures if named == unit]
        if others and (unit or not _plain(value, others[0])):
            return unit, value, others[0]
    return None


def _plain(one: float, other: float) -> bool:
    """Tell figures that may be years or marks ("Covid-19") and not amounts."""
    return one in _MARKS or other in _MARKS or one >= _YEARS or other >= _YEARS


def roles_swapped(one: Telling, other: Telling) -> bool:
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


def _beside(telling: Telling, among: set[int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for who, word in telling.roles:
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

    def score(self, signals: Sequence[float]) -> float:
        """Give the log-odds that two tellings tell one event."""
        total = self.base
        signal, value, left, right = self.signal, self.value, self.left, self.right
        for root in self.roots:
            node = root
            at = signal[node]
            while at >= 0:
                node = left[node] if signals[at] <= value[node] else right[node]
                at = signal[node]
            total += value[node]
        return total


def probability(log_odds: float) -> float:
    """Turn log-odds into the chance that people are shown."""
    return 1.0 / (1.0 + exp(-log_odds))
