"""Signals: what two items have in common, as the figures that the fitted trees score."""

from collections.abc import Sequence
from itertools import compress
from math import log
from typing import Final

from rapidfuzz import fuzz

from watchers.stories.contradictions import disjoint, figures_agree, toll_rises
from watchers.stories.features import Features
from watchers.stories.frequencies import (
    CROSS_LINGUAL_NORM,
    KIND_NORMS,
    KIND_SUMS,
    LOG,
    NORM,
    TITLE_BOOST,
    TITLE_FIGURES,
    TITLE_NORM,
    TITLE_SUMS,
    TITLE_WEIGHT,
    WeightedQuery,
)
from watchers.stories.hashes import CONCEPT, ENTITY, FIGURE, KIND, NAME

_HOUR = 3600.0


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
"""The names of what ``compare`` returns, in its order; ``weights.json`` is fitted to them.

``most`` and ``least`` are of the two items, so that a pair scores the same either way round.
"""


Words = tuple[float, ...]
"""The first of the signals, up to ``shared``: what two items' words say."""


def compare(
    one: WeightedQuery, b: Features, sums: Sequence[float], words: Words | None = None
) -> list[float]:
    """Compare a newcomer with an item and its kept sums, in the order of ``SIGNALS``.

    ``words`` are what ``compare_words`` returned for the two, where it was asked before.
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
        float(disjoint(a.headline_countries, b.headline_countries)),
        float(disjoint(a.years, b.years)),
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
    dot = ours_in_theirs = theirs_in_ours = overlap = squares = 0.0
    for at, rarity in zip(compress(_POSITIONS, found), weights, strict=True):
        term = terms[at]
        dot += ours[term] * rarity * LOG[counts[at]]
        titled = term in title
        if titled:
            ours_in_theirs += rarity
        if at < first:
            theirs_in_ours += rarity
            if titled:
                overlap += rarity
                squares += rarity * rarity
    weights.sort(reverse=True)
    weight_a, weight_b = one.sums[TITLE_WEIGHT], sums[TITLE_WEIGHT]
    covers_least, covers_most = overlap / weight_a, overlap / weight_b
    if covers_least > covers_most:
        covers_least, covers_most = covers_most, covers_least
    in_text_least, in_text_most = ours_in_theirs / weight_a, theirs_in_ours / weight_b
    if in_text_least > in_text_most:
        in_text_least, in_text_most = in_text_most, in_text_least
    return (
        dot / (one.sums[NORM] * sums[NORM]),
        squares / (one.sums[TITLE_NORM] * sums[TITLE_NORM]),
        covers_most,
        covers_least,
        in_text_most,
        in_text_least,
        weights[0] if weights else 0.0,
        sum(weights[:4]),
        float(len(weights)),
    )


def _copied(one: frozenset[int], other: Sequence[int]) -> float:
    """Estimate the share of common five-word runs from their winnowed hashes."""
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
    dots, total, titled_a, titled_b = [0.0] * 4, [0.0] * 4, [0.0] * 4, [0.0] * 4
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
            square *= TITLE_BOOST
            titled_a[kind] += weight
            count_a[kind] += 1
            both[kind] += at < first
        if at < first:
            square *= TITLE_BOOST
            titled_b[kind] += weight
            count_b[kind] += 1
        dot += square
    mine = one.sums
    least = min(mine[KIND_SUMS + NAME], sums[KIND_SUMS + NAME])
    figured = mine[KIND_SUMS + FIGURE] > 0 and sums[KIND_SUMS + FIGURE] > 0
    unshared = mine[TITLE_FIGURES] > count_a[FIGURE] and sums[TITLE_FIGURES] > count_b[FIGURE]
    figured = figured and (unshared or not dots[FIGURE])
    figured = figured and not (toll_rises(one.features, b) or figures_agree(one.features, b))
    named_a = _share(titled_a, mine, NAME, 0.5)
    named_b = _share(titled_b, sums, NAME, 0.5)
    return (
        dot / (mine[CROSS_LINGUAL_NORM] * sums[CROSS_LINGUAL_NORM]),
        _cosine(dots, mine, sums, CONCEPT),
        min(_share(titled_a, mine, CONCEPT, 0.0), _share(titled_b, sums, CONCEPT, 0.0)),
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
        float(figured and unshared),
        float(count_a[FIGURE] + count_b[FIGURE] - both[FIGURE]),
        _cosine(dots, mine, sums, ENTITY),
        total[ENTITY],
        min(_share(titled_a, mine, ENTITY, 0.5), _share(titled_b, sums, ENTITY, 0.5)),
    )


def _cosine(dots: list[float], one: Sequence[float], other: Sequence[float], kind: int) -> float:
    dot = dots[kind]
    return dot / (one[KIND_NORMS + kind] * other[KIND_NORMS + kind]) if dot else 0.0


def _share(weights: list[float], sums: Sequence[float], kind: int, empty: float) -> float:
    """Return the share of a headline's keys of a kind that the other item has, by weight."""
    whole = sums[TITLE_SUMS + kind]
    return weights[kind] / whole if whole else empty
