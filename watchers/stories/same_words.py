"""Which words of two headlines are one: of one stem, root, concept, figure, or one name."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from watchers.headlines.slots import Slot
from watchers.stories.hashes import name_key
from watchers.text.offices import SEATS
from watchers.text.skeleton import skeleton
from watchers.text.speech import Case, Part

Pairs = Sequence[tuple[int, int]]
"""Slots of the one headline and of the other that are one."""

_ROOT: Final = 5
_ROOT_SHARE: Final = 0.6
_SHORT_ROOT: Final = 4
_SHORT_ROOT_SHARE: Final = 0.75
_ROUNDED: Final = 0.02
_ROUND: Final = 100.0
_ALIKE: Final = 75.0


class SameWords:
    """The words of one headline, ready to be found among those of many others."""

    __slots__ = (
        "_by_concept",
        "_by_entity",
        "_by_root",
        "_by_stem",
        "_figures",
        "_named",
        "slots",
    )

    def __init__(self, slots: Sequence[Slot]) -> None:
        """Note by what each word may be found."""
        self.slots = slots
        self._by_stem: dict[str, list[int]] = {}
        self._by_root: dict[str, list[int]] = {}
        self._by_concept: dict[int, list[int]] = {}
        self._by_entity: dict[str, list[int]] = {}
        self._named: list[int] = []
        self._figures: list[int] = []
        for at, slot in enumerate(slots):
            if slot.part is Part.FIGURE:
                self._figures.append(at)
                continue
            self._by_stem.setdefault(slot.stem, []).append(at)
            self._by_root.setdefault(slot.stem[:_SHORT_ROOT], []).append(at)
            if slot.concept:
                self._by_concept.setdefault(slot.concept, []).append(at)
            for entity in _stands_for(slot):
                self._by_entity.setdefault(entity, []).append(at)
            if slot.named or slot.capital:
                self._named.append(at)

    def among(self, others: Sequence[Slot], *, across: bool) -> list[tuple[int, int]]:
        """Pair the words that are one, each with the first that is free, else with any.

        A name of several words is one with every word of it. ``across`` says that the headlines
        are in two languages: then stems say nothing.
        """
        alike: dict[int, list[int]] = {}
        find = self._across if across else self._within
        for b, found in enumerate(others):
            for a in set(find(found)):
                alike.setdefault(a, []).append(b)
        pairs: list[tuple[int, int]] = []
        taken: set[int] = set()
        for a in sorted(alike):
            b = next((b for b in alike[a] if b not in taken), alike[a][0])
            taken.add(b)
            pairs.append((a, b))
            if self.slots[a].entity:
                pairs += [(a, more) for more in alike[a] if more not in taken]
        return pairs

    def _within(self, found: Slot) -> Iterator[int]:
        """Find what is one with a word of the same language."""
        yield from self._across(found)
        if found.part is Part.FIGURE:
            return
        yield from self._by_stem.get(found.stem, ())
        for at in self._unless_known(found, self._by_root.get(found.stem[:_SHORT_ROOT], ())):
            if _one_root(self.slots[at].stem, found.stem):
                yield at

    def _across(self, found: Slot) -> Iterator[int]:
        """Find what is one with a word of another language."""
        if found.part is Part.FIGURE:
            yield from [a for a in self._figures if _one_figure(self.slots[a].stem, found.stem)]
            return
        for entity in _stands_for(found):
            yield from self._by_entity.get(entity, ())
        if found.concept:
            yield from self._unless_known(found, self._by_concept.get(found.concept, ()))
        if found.named or found.capital:
            for at in self._unless_known(found, self._named):
                slot = self.slots[at]
                if (found.named or slot.named) and sounds_alike(slot.stem, found.stem):
                    yield at

    def _unless_known(self, found: Slot, places: Iterable[int]) -> Iterator[int]:
        """Leave out what is in the gazetteer as a word is too: there the id alone decides."""
        return (at for at in places if not (found.entity and self.slots[at].entity))


def _stands_for(slot: Slot) -> tuple[str, ...]:
    """Give a name's id; of a capital that is not just where something is, its country's too."""
    if not slot.entity:
        return ()
    country = SEATS.get(slot.entity) if slot.case is not Case.AROUND else None
    return (slot.entity, country) if country else (slot.entity,)


@lru_cache(maxsize=4096)
def sounds_alike(one: str, other: str) -> bool:
    """Tell whether two words may be one name, written in two ways."""
    a, b = skeleton(one), skeleton(other)
    return name_key(a) == name_key(b) and fuzz.ratio(a, b) >= _ALIKE


@lru_cache(maxsize=6144)
def _one_figure(one: str, other: str) -> bool:
    """Tell whether two figures may be one, told exactly and told roundly."""
    if one.endswith("%") != other.endswith("%"):
        return False
    try:
        a, b = float(one.rstrip("%")), float(other.rstrip("%"))
    except ValueError:
        return one == other
    return abs(a - b) <= _ROUNDED * max(abs(a), abs(b)) if min(a, b) >= _ROUND else a == b


@lru_cache(maxsize=4096)
def _one_root(one: str, other: str) -> bool:
    """Tell whether two words begin alike far enough to be derived from one."""
    longest = max(len(one), len(other))
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    return (same >= _ROOT and same >= _ROOT_SHARE * longest) or (
        same >= _SHORT_ROOT and same >= _SHORT_ROOT_SHARE * longest
    )
