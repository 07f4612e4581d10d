"""The fitted model of linkage: how surely two groups of items tell one event."""

from collections.abc import Callable, Sequence
from typing import Final

from storage.model import ItemId
from watchers.stories.features import Features
from watchers.stories.frequencies import Frequencies
from watchers.stories.linkage import Group, Linkage, Vector, linkage_signals
from watchers.stories.weights import Scored

_SAMPLED: Final = 12
"""So many of a large group stand for all: the first four and the latest eight.
Three or sixty give the same F1; the more, the longer a question about a large story takes."""


class LinkageModel:
    """Makes groups of items by what is rare just now, and weighs the linkages between them."""

    def __init__(
        self, groups: Scored, frequencies: Frequencies, features: Callable[[ItemId], Features]
    ) -> None:
        """Take the fitted trees, what is rare just now, and a way to an item's features."""
        self._groups = groups
        self._frequencies = frequencies
        self._features = features

    def group(self, items: Sequence[ItemId]) -> Group:
        """Let items of the index stand as one."""
        sampled = items
        if len(items) > _SAMPLED:
            sampled = [*items[: _SAMPLED // 3], *items[-_SAMPLED * 2 // 3 :]]
        return Group(items, [self._vector(self._features(item)) for item in sampled])

    def newcomer(self, features: Features) -> Group:
        """Let an item stand for itself that is not in the index yet."""
        return Group([features.item], [self._vector(features)])

    def weigh(self, found: Linkage, one: Group, other: Group) -> float:
        """Give the log-odds that two groups with this linkage tell one event."""
        return self._groups.score(linkage_signals(found, one, other))

    def _vector(self, features: Features) -> Vector:
        cross_lingual = features.cross_lingual
        return dict(zip(cross_lingual, self._frequencies.rarity(cross_lingual), strict=True))
