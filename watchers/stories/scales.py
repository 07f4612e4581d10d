"""How much a bond between two groups of tellings weighs, with what they speak of."""

from collections.abc import Callable, Sequence
from typing import Final

from storage.model import ItemId
from watchers.stories.bonds import Bond, Voice, bond_signals, cosine, in_unison
from watchers.stories.signals import Frequencies
from watchers.stories.telling import Telling
from watchers.stories.weights import Scored

_SPEAKERS: Final = 12
"""So many of a large group speak for all: the first few and the latest."""


class Scales:
    """Weighs bonds during one question; what a telling speaks of is made once."""

    def __init__(
        self, groups: Scored, frequencies: Frequencies, telling: Callable[[ItemId], Telling]
    ) -> None:
        """Take the fitted weights, what is rare just now, and the tellings by their ids."""
        self._groups = groups
        self._frequencies = frequencies
        self._telling = telling
        self._voices: dict[ItemId, Voice] = {}

    def know(self, newcomer: Telling) -> None:
        """Let a telling speak that is not in the index yet."""
        self._voices[newcomer.item] = self._of(newcomer)

    def weigh(self, found: Bond, one: Sequence[ItemId], other: Sequence[ItemId]) -> float:
        """Give the log-odds that two groups with this bond tell one event."""
        return self._groups.score(self.signals(found, one, other))

    def signals(self, found: Bond, one: Sequence[ItemId], other: Sequence[ItemId]) -> list[float]:
        """Lay out what is known of two groups, in the order of ``BOND_SIGNALS``."""
        alike = cosine(self.voice(one), self.voice(other))
        return bond_signals(found, len(one), len(other), alike)

    def voice(self, items: Sequence[ItemId]) -> Voice:
        """Tell what a group speaks of."""
        if len(items) == 1:
            return self._own(items[0])
        if len(items) > _SPEAKERS:
            items = [*items[: _SPEAKERS // 3], *items[-_SPEAKERS * 2 // 3 :]]
        return in_unison([self._own(item) for item in items])

    def _own(self, item: ItemId) -> Voice:
        voice = self._voices.get(item)
        if voice is None:
            voice = self._voices[item] = self._of(self._telling(item))
        return voice

    def _of(self, telling: Telling) -> Voice:
        rarity = self._frequencies.rarity(telling.bridges)
        return in_unison([dict(zip(telling.bridges, rarity, strict=True))])
