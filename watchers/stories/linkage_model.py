"""How much the linkage of two groups weighs, with what they speak of."""

from collections.abc import Callable, Sequence
from typing import Final

from storage.model import ItemId
from watchers.stories.features import Features
from watchers.stories.linkage import Group, Linkage, Voice, linkage_signals
from watchers.stories.signals import Frequencies
from watchers.stories.weights import Scored

_SPEAKERS: Final = 12
"""So many of a large group speak for all: the first few and the latest."""


class LinkageModel:
    """Makes groups of tellings by what is rare just now, and weighs the bonds between them."""

    def __init__(
        self, groups: Scored, frequencies: Frequencies, features: Callable[[ItemId], Features]
    ) -> None:
        """Take the fitted weights, what is rare just now, and the tellings by their ids."""
        self._groups = groups
        self._frequencies = frequencies
        self._telling = features

    def group(self, items: Sequence[ItemId]) -> Group:
        """Let tellings of the index stand as one."""
        speakers = items
        if len(items) > _SPEAKERS:
            speakers = [*items[: _SPEAKERS // 3], *items[-_SPEAKERS * 2 // 3 :]]
        return Group(items, [self._voice(self._telling(item)) for item in speakers])

    def newcomer(self, features: Features) -> Group:
        """Let a telling stand for itself that is not in the index yet."""
        return Group([features.item], [self._voice(features)])

    def weigh(self, found: Linkage, one: Group, other: Group) -> float:
        """Give the log-odds that two groups with this bond tell one event."""
        return self._groups.score(linkage_signals(found, one, other))

    def _voice(self, features: Features) -> Voice:
        bridges = features.bridges
        return dict(zip(bridges, self._frequencies.rarity(bridges), strict=True))
