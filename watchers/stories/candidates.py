"""Candidates: the few items of the window worth comparing with a newcomer, from an inverted index.

Comparing costs some 30 µs a pair; a window holds 100,000 items. So the rarest words of a newcomer
vote for the items that have them too (Zobel and Moffat, "Inverted files for text search engines",
2006), and only those with the most weight in common are compared in full.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Final

from watchers.stories.codec import Sketch
from watchers.stories.columns import Items, marks, places
from watchers.stories.compact import CompactMap, NumberLists
from watchers.stories.features import Features
from watchers.stories.frequencies import CROSS_LINGUAL_NORM, NORM, WeightedQuery

# What is lost here no later step can find again; what is found here costs a full comparison.
_INDEXED_TERMS: Final = 24
_INDEXED_CROSS_LINGUAL: Final = 20
_QUERIED_TERMS: Final = 28
_QUERIED_CROSS_LINGUAL: Final = 20
"""Keys by which an item is found (and by all words of its headline), and by which it finds others.
With 12 terms of either, F1 falls by 0.005; with twice as many it gains 0.001."""
_SHORT_TEXT: Final = 100
"""Different words of a text beyond which every second one more is looked up too: what is rare in a
long article is its author's own, and without them F1 on whole articles falls by 0.014."""
_HITS: Final = 400
"""Entries of the inverted index that one question reads, rarest words first. With 100,
F1 falls by 0.001; with 2,000 it gains 0.0004, for five times the reading in a full window."""
_RECENT: Final = 100
"""Of a common word only the latest items count. With 20, F1 falls by 0.001."""
_SAME: Final = 12
_ACROSS: Final = 6
"""The most candidates that are compared in full, in one's own language and in all others. With
half as many F1 falls by 0.012 and 0.001; with twice as many it gains 0.001, each for twice the
work."""
LEAST_SAME: Final = 0.07
_LEAST_ACROSS: Final = 0.035
"""Cosines below which hardly a pair in a hundred is one event: not compared further. At 0.15 in
one language F1 falls by 0.04, most on whole articles."""
_LEAST_SHARE: Final = 0.25
"""Candidates far behind the first are passed by. At 0.5, F1 falls by 0.012."""


class InvertedIndex:
    """Which items of the window have which words and cross-lingual keys."""

    def __init__(self, items: Items, lists: NumberLists) -> None:
        """Begin empty; ``items`` have the slots, and ``lists`` which have a word or key."""
        self._items = items
        self._lists = lists
        self.terms: dict[str, CompactMap] = defaultdict(CompactMap)
        self.cross_lingual: dict[str, CompactMap] = defaultdict(CompactMap)
        """Both by language: words are looked for in one's own, cross-lingual keys in all
        others."""

    def add(self, query: WeightedQuery, slot: int) -> None:
        """Index the item in a slot by what weighs most in it, and by its whole headline."""
        terms = {*_rarest(query.words, _most(_INDEXED_TERMS, query)), *range(len(query.title))}
        keys = _rarest(query.cross_lingual, _INDEXED_CROSS_LINGUAL)
        words = len(query.words)
        self.post(query.features, slot, marks((*terms, *(at + words for at in keys))))

    def post(self, told: Features | Sketch, slot: int, posted: Sequence[int]) -> None:
        """Index the item in a slot by those of its hashes that are marked."""
        self._items.note_posted(slot, posted)
        listed = partial(self._lists.append, number=slot)
        terms, keys = _picked(told, posted)
        self.terms[told.lang].change(terms, listed)
        self.cross_lingual[told.lang].change(keys, listed)

    def remove(self, features: Features, slot: int) -> None:
        """Forget an item that was indexed under this slot."""
        terms, keys = _picked(features, self._items.posted(slot))
        for index, found in ((self.terms, terms), (self.cross_lingual, keys)):
            for key in found:
                self._take(index[features.lang], key, slot)

    def _take(self, postings: CompactMap, key: int, slot: int) -> None:
        rest = self._lists.remove(postings.get(key), slot)
        if rest:
            postings.put(key, rest)
        else:
            postings.pop(key)

    def candidates(self, query: WeightedQuery, own: int | None = None) -> list[int]:
        """Find the slots that share the most rare words or cross-lingual keys, likeliest first.

        First those in the same language, then those in others. ``own`` is the slot of an item
        that is in the index itself.
        """
        lang = query.features.lang
        most = _most(_QUERIED_TERMS, query)
        votes = self._votes(own, query.words, most, [self.terms[lang]])
        best = self._best(votes, NORM, LEAST_SAME * query.sums[NORM], _SAME)
        others = [postings for other, postings in self.cross_lingual.items() if other != lang]
        votes = self._votes(own, query.cross_lingual, _QUERIED_CROSS_LINGUAL, others)
        best += self._best(
            votes, CROSS_LINGUAL_NORM, _LEAST_ACROSS * query.sums[CROSS_LINGUAL_NORM], _ACROSS
        )
        return best

    def _best(self, votes: dict[int, float], norm: int, least: float, limit: int) -> list[int]:
        """Choose by an estimated cosine; most items share a word or two and are passed by."""
        items, norms = self._items.ids, self._items.norms[norm]
        cosines = [vote / norms[slot] for slot, vote in votes.items()]
        nearest = sorted(cosines, reverse=True)[:limit]
        if not nearest:
            return []
        enough = max(least, nearest[-1], nearest[0] * _LEAST_SHARE)
        chosen = [
            (-cosine, items[slot], slot)
            for slot, cosine in zip(votes, cosines, strict=True)
            if cosine >= enough
        ]
        return [slot for _, _, slot in sorted(chosen)[:limit]]

    def _votes(
        self,
        own: int | None,
        weights: dict[int, float],
        limit: int,
        postings: Sequence[CompactMap],
    ) -> dict[int, float]:
        """Let the rarest words and cross-lingual keys vote for the slots that have them."""
        votes: dict[int, float] = {}
        hits = 0
        for key in sorted(weights, key=weights.__getitem__, reverse=True)[:limit]:
            weight = weights[key] ** 2
            for posting in postings:
                found = posting.get(key)
                if found is None:
                    continue
                length, slots = self._lists.latest(found, _RECENT)
                hits += length
                for slot in slots:
                    votes[slot] = votes.get(slot, 0.0) + weight
            if hits > _HITS:
                break
        if own is not None:
            votes.pop(own, None)
        return votes


def _most(terms: int, query: WeightedQuery) -> int:
    """Give the number of terms that stand for a text: a long one's rarest are its author's own."""
    return terms + max(0, len(query.words) - _SHORT_TEXT) // 2


def _rarest(weights: dict[int, float], limit: int) -> list[int]:
    """Choose the places of what weighs most."""
    values = [*weights.values()]
    return sorted(range(len(values)), key=values.__getitem__, reverse=True)[:limit]


def _picked(told: Features | Sketch, posted: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the words and the cross-lingual keys that are marked."""
    found = places(posted)
    words = bisect_left(found, len(told.counts))
    hashes = [told.hashes[at] for at in found]
    return hashes[:words], hashes[words:]
