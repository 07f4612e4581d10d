"""Two tellings compared: the figures that the fitted weights are applied to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from rapidfuzz import fuzz

from watchers.stories.telling import ENTITY, FIGURE, KIND, NAME, NOTION, Telling

_LOG = [1.0, *(1.0 + log(count) for count in range(1, 256))]
_TITLE_BRIDGE = 1.7
_LEAST = 0.05
_CLOSE = 0.02
_HOUR = 3600.0


class Frequencies:
    """In how many tellings each word, name, figure and notion was met; learnt as they come."""

    __slots__ = ("_counts", "_seen")

    def __init__(self) -> None:
        """Know nothing yet: every word is equally rare."""
        self._counts: dict[int, int] = {}
        self._seen = 0

    def learn(self, telling: Telling) -> None:
        """Count a telling's words and bridges."""
        self._seen += 1
        counts = self._counts
        for key in telling.terms:
            counts[key] = counts.get(key, 0) + 1
        for key in telling.bridges:
            counts[key] = counts.get(key, 0) + 1

    def seen(self, key: int) -> int:
        """Tell how many tellings have this word or bridge."""
        return self._counts.get(key, 0)

    def rarity(self, keys: Iterable[int]) -> list[float]:
        """Weigh each by the logarithm of how seldom it is met; never quite zero."""
        get = self._counts.get
        whole = log(self._seen + PRIOR)
        return [max(_LEAST, whole - log(get(key, 0) + 1.0)) for key in keys]


PRIOR: Final = 60.0
"""As if so many tellings without any of these words had been read before the first one."""


class View:
    """A telling weighed by what is rare just now, ready to be compared."""

    __slots__ = (
        "bridge_norm", "bridges", "by_kind", "norm", "rare", "telling", "title", "title_by_kind",
        "title_norm", "title_weight", "words",
    )  # fmt: skip

    def __init__(self, telling: Telling, frequencies: Frequencies) -> None:
        """Weigh the words and bridges of a telling."""
        self.telling = telling
        rare = frequencies.rarity(telling.terms)
        self.rare = dict(zip(telling.terms, rare, strict=True))
        self.words = {
            term: weight * _LOG[count]
            for term, weight, count in zip(telling.terms, rare, telling.counts, strict=True)
        }
        self.norm = _norm(self.words.values())
        self.title = dict(zip(telling.terms[: telling.title_terms], rare, strict=False))
        self.title_norm = _norm(self.title.values())
        self.title_weight = sum(self.title.values()) or 1.0
        weights = frequencies.rarity(telling.bridges)
        in_title = telling.title_bridges
        self.bridges: dict[int, float] = {}
        self.by_kind: list[dict[int, float]] = [{}, {}, {}, {}]
        self.title_by_kind: list[dict[int, float]] = [{}, {}, {}, {}]
        for at, (key, weight) in enumerate(zip(telling.bridges, weights, strict=True)):
            kind = key & KIND
            self.by_kind[kind][key] = weight
            if at < in_title:
                self.title_by_kind[kind][key] = weight
                weight *= _TITLE_BRIDGE  # noqa: PLW2901 - the same weight, stressed
            self.bridges[key] = weight
        self.bridge_norm = _norm(self.bridges.values())


def _norm(weights: Iterable[float]) -> float:
    return sqrt(sum(weight * weight for weight in weights)) or 1.0


def _cosine(
    one: dict[int, float], one_norm: float, other: dict[int, float], other_norm: float
) -> float:
    shared = one.keys() & other.keys()
    return sum(one[key] * other[key] for key in shared) / (one_norm * other_norm)


SIGNALS: Final = (
    "words", "title", "title_most", "title_least", "told_most", "told_least", "fuzzy",
    "rarest", "rarest_four", "shared", "copied",
    "bridges", "notions", "notions_title", "notions_sum",
    "names", "names_rarest", "names_least", "names_title_least", "names_title_most", "names_sum",
    "names_apart", "names_title_shared",
    "figures_sum", "figures_apart", "figures_title_apart", "figures_title_shared",
    "entities", "entities_sum", "entities_title_least", "places_apart", "spots_apart",
    "years_apart", "roles_swapped", "denial",
    "gap", "same_outlet", "untitled", "textless", "shortest_title", "title_ratio",
)  # fmt: skip
"""The names of what ``compare`` tells, in its order."""


def compare(one: View, other: View) -> list[float]:
    """Compare two tellings, in the order of ``SIGNALS``. Symmetric."""
    a, b = one.telling, other.telling
    shared = one.words.keys() & other.words.keys()
    rare = sorted((one.rare[term] for term in shared), reverse=True)
    title_shared = one.title.keys() & other.title.keys()
    overlap = sum(one.title[term] for term in title_shared)
    covers = overlap / one.title_weight, overlap / other.title_weight
    told_a = _covered(one.title, other.words) / one.title_weight
    told_b = _covered(other.title, one.words) / other.title_weight
    lengths = a.title_terms, b.title_terms
    words = sum(one.words[term] * other.words[term] for term in shared)
    title = sum(one.title[term] * other.title[term] for term in title_shared)
    return [
        words / (one.norm * other.norm),
        title / (one.title_norm * other.title_norm),
        max(covers),
        min(covers),
        max(told_a, told_b),
        min(told_a, told_b),
        fuzz.token_set_ratio(a.title, b.title) / 100,
        rare[0] if rare else 0.0,
        sum(rare[:4]),
        float(len(shared)),
        _copied(a.shingles, b.shingles),
        _cosine(one.bridges, one.bridge_norm, other.bridges, other.bridge_norm),
        *_notions(one, other),
        *_names(one, other),
        *_figures(one, other),
        *_entities(one, other),
        float(_apart(a.places, b.places)),
        float(_apart(a.spots, b.spots)),
        float(_apart(a.years, b.years)),
        float(roles_swapped(a, b)),
        float(a.denies != b.denies),
        log(1.0 + abs((a.told_at - b.told_at).total_seconds()) / _HOUR),
        float(a.outlet == b.outlet),
        float(not a.has_title) + float(not b.has_title),
        float(not a.has_text) + float(not b.has_text),
        float(min(lengths)),
        min(lengths) / (max(lengths) or 1),
    ]


def _covered(title: dict[int, float], words: dict[int, float]) -> float:
    return sum(weight for term, weight in title.items() if term in words)


def _copied(one: Sequence[int], other: Sequence[int]) -> float:
    """Estimate the share of common five-word runs from their smallest hashes."""
    if not one or not other:
        return 0.0
    return len(set(one).intersection(other)) / min(len(one), len(other))


def _share(of: dict[int, float], among: dict[int, float], empty: float) -> float:
    if not of:
        return empty
    return _covered(of, among) / sum(of.values())


def _notions(one: View, other: View) -> Iterable[float]:
    a, b = one.by_kind[NOTION], other.by_kind[NOTION]
    shared = [a[key] for key in a.keys() & b.keys()]
    yield _cosine(a, _norm(a.values()), b, _norm(b.values()))
    yield min(
        _share(one.title_by_kind[NOTION], b, 0.0), _share(other.title_by_kind[NOTION], a, 0.0)
    )
    yield sum(shared)


def _names(one: View, other: View) -> Iterable[float]:
    a, b = one.by_kind[NAME], other.by_kind[NAME]
    shared = [a[key] for key in a.keys() & b.keys()]
    least = min(sum(a.values()), sum(b.values()))
    title_a, title_b = one.title_by_kind[NAME], other.title_by_kind[NAME]
    explained = _share(title_a, b, 0.5), _share(title_b, a, 0.5)
    yield _cosine(a, _norm(a.values()), b, _norm(b.values()))
    yield max(shared, default=0.0)
    yield sum(shared) / least if least else 0.0
    yield min(explained)
    yield max(explained)
    yield sum(shared)
    yield float(bool(title_a) and bool(title_b) and max(explained) == 0.0)
    yield float(len(title_a.keys() & title_b.keys()))


def _figures(one: View, other: View) -> Iterable[float]:
    a, b = one.by_kind[FIGURE], other.by_kind[FIGURE]
    title_a, title_b = one.title_by_kind[FIGURE], other.title_by_kind[FIGURE]
    shared = a.keys() & b.keys()
    yield sum(a[key] for key in shared)
    yield float(bool(a) and bool(b) and not shared)
    yield float(bool(title_a.keys() - b.keys()) and bool(title_b.keys() - a.keys()))
    yield float(len(title_a.keys() & b.keys() | title_b.keys() & a.keys()))


def _entities(one: View, other: View) -> Iterable[float]:
    a, b = one.by_kind[ENTITY], other.by_kind[ENTITY]
    yield _cosine(a, _norm(a.values()), b, _norm(b.values()))
    yield sum(a[key] for key in a.keys() & b.keys())
    yield min(
        _share(one.title_by_kind[ENTITY], b, 0.5), _share(other.title_by_kind[ENTITY], a, 0.5)
    )


def _apart(one: Sequence[object], other: Sequence[object]) -> bool:
    return bool(one) and bool(other) and set(one).isdisjoint(other)


def figures_differ(one: Telling, other: Telling) -> tuple[str, float, float] | None:
    """Name a quantity that two headlines give different figures for, None if they agree.

    Figures within 2 % are the same figure, rounded.
    """
    for unit, value in one.figures:
        others = [figure for named, figure in other.figures if named == unit]
        if others and not any(abs(value - figure) <= _CLOSE * abs(value) for figure in others):
            return unit, value, others[0]
    return None


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
