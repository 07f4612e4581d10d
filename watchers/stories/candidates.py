"""Candidates: the few items of the window worth comparing with a newcomer, from an inverted index.

Comparing costs some 30 µs a pair; a window holds 100,000 items. So the rarest words of a newcomer
vote for the items that have them too (Zobel and Moffat, "Inverted files for text search engines",
2006), and only those with the most weight in common are compared in full.
"""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from storage.model import ItemId
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
_FEW: Final = 12
"""Slots up to which a tuple is about as small as an array."""
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

Postings = dict[int, "int | tuple[int, ...] | array[Any]"]
"""The slots that have a word or cross-lingual key, in the smallest form: most have one or two."""


class _Slots:
    """A small number for each item in the window, used again, and the norms by that number.

    A newcomer shares a word with hundreds of items; nearly all are passed by for their norms
    alone. Side by side in an array these fit the processor's cache; the items do not.
    """

    __slots__ = ("_free", "items", "norms")

    def __init__(self) -> None:
        self.items: list[ItemId] = []
        self.norms = {NORM: array("f"), CROSS_LINGUAL_NORM: array("f")}
        self._free: list[int] = []

    def take(self, item: ItemId, sums: Sequence[float]) -> int:
        """Give a slot to an item with its kept sums."""
        if not self._free:
            self._free.append(len(self.items))
            self.items.append(item)
            for norms in self.norms.values():
                norms.append(0.0)
        slot = self._free.pop()
        self.items[slot] = item
        for norm, norms in self.norms.items():
            norms[slot] = sums[norm]
        return slot

    def free(self, slot: int) -> None:
        """Let another have the slot."""
        self._free.append(slot)


class InvertedIndex:
    """Which items of the window have which words and cross-lingual keys."""

    def __init__(self) -> None:
        """Begin empty."""
        self._slots = _Slots()
        self.terms: dict[str, Postings] = defaultdict(dict)
        self.cross_lingual: dict[str, Postings] = defaultdict(dict)
        """Both by language: words are looked for in one's own, cross-lingual keys in all
        others."""

    def add(self, query: WeightedQuery) -> tuple[int, int]:
        """Index an item; return its slot, and which of its hashes were indexed, as bits."""
        slot = self._slots.take(query.features.item, query.sums)
        return slot, self._post(slot, query)

    def _post(self, slot: int, query: WeightedQuery) -> int:
        lang = query.features.lang
        posted = 0
        rarest = _rarest(query.words, _most(_INDEXED_TERMS, query))
        for at, key in {**rarest, **dict(enumerate(query.title))}.items():
            _put(self.terms[lang], key, slot)
            posted |= 1 << at
        for at, key in _rarest(query.cross_lingual, _INDEXED_CROSS_LINGUAL).items():
            _put(self.cross_lingual[lang], key, slot)
            posted |= 1 << (at + len(query.words))
        return posted

    def remove(self, features: Features, slot: int, posted: int) -> None:
        """Forget an item that ``add`` gave this slot and these bits."""
        words = len(features.counts)
        for at, key in enumerate(features.hashes[: features.cross_lingual_end]):
            if posted >> at & 1:
                index = self.terms if at < words else self.cross_lingual
                _take(index[features.lang], key, slot)
        self._slots.free(slot)

    def candidates(self, query: WeightedQuery, own: int | None = None) -> list[ItemId]:
        """Find the items that share the most rare words or cross-lingual keys, likeliest first.

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

    def _best(self, votes: dict[int, float], norm: int, least: float, limit: int) -> list[ItemId]:
        """Choose by an estimated cosine; most items share a word or two and are passed by."""
        items, norms = self._slots.items, self._slots.norms[norm]
        cosines = [vote / norms[slot] for slot, vote in votes.items()]
        nearest = sorted(cosines, reverse=True)[:limit]
        if not nearest:
            return []
        enough = max(least, nearest[-1], nearest[0] * _LEAST_SHARE)
        chosen = [
            (-cosine, items[slot])
            for slot, cosine in zip(votes, cosines, strict=True)
            if cosine >= enough
        ]
        return [item for _, item in sorted(chosen)[:limit]]

    def _votes(
        self,
        own: int | None,
        weights: dict[int, float],
        limit: int,
        postings: Sequence[Postings],
    ) -> dict[int, float]:
        """Let the rarest words and cross-lingual keys vote for the slots that have them."""
        votes: dict[int, float] = {}
        hits = 0
        for key in sorted(weights, key=weights.__getitem__, reverse=True)[:limit]:
            weight = weights[key] ** 2
            for posting in postings:
                slots = posting.get(key)
                if slots is None:
                    continue
                if isinstance(slots, int):
                    votes[slots] = votes.get(slots, 0.0) + weight
                    hits += 1
                    continue
                hits += len(slots)
                for slot in slots[-_RECENT:]:
                    votes[slot] = votes.get(slot, 0.0) + weight
            if hits > _HITS:
                break
        if own is not None:
            votes.pop(own, None)
        return votes


def _most(terms: int, query: WeightedQuery) -> int:
    """Give the number of terms that stand for a text: a long one's rarest are its author's own."""
    return terms + max(0, len(query.words) - _SHORT_TEXT) // 2


def _rarest(weights: dict[int, float], limit: int) -> dict[int, int]:
    """Choose the keys that weigh most, by their places."""
    keys, values = [*weights], [*weights.values()]
    places = sorted(range(len(keys)), key=values.__getitem__, reverse=True)
    return {at: keys[at] for at in places[:limit]}


def _put(postings: Postings, key: int, slot: int) -> None:
    before = postings.setdefault(key, slot)
    if isinstance(before, int):
        if before != slot:
            postings[key] = (before, slot)
    elif isinstance(before, array):
        before.append(slot)
    elif len(before) < _FEW:
        postings[key] = (*before, slot)
    else:
        postings[key] = array("I", (*before, slot))


def _take(postings: Postings, key: int, slot: int) -> None:
    before = postings[key]
    if isinstance(before, array):
        before.remove(slot)
        if before:
            return
    elif not isinstance(before, int):
        postings[key] = tuple([other for other in before if other != slot])
        if postings[key]:
            return
    del postings[key]
