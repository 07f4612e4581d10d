"""Clustering of a small neighbourhood: agglomerative, the strongest linkage first.

Every linkage between two groups is weighed anew when one of them has grown, with all pairs
between them: that is what keeps a chain of half-alike items from becoming one story.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Final, Protocol

from storage.model import ItemId
from watchers.stories.linkage import Group, Linkage, linkage

Links = Mapping[ItemId, Mapping[ItemId, float]]
"""For each item the others it was compared with, and the log-odds; both ways."""
_SURE: Final = 2.0
"""Log-odds (88 %) at which all pairs make one group without weighing: a shortcut, F1 is the
same."""


class Weighing(Protocol):
    """What decides whether groups join."""

    def group(self, items: Sequence[ItemId]) -> Group:
        """Let items stand as one."""
        ...

    def weigh(self, found: Linkage, one: Group, other: Group) -> float:
        """Give the log-odds that two groups with this linkage tell one event."""
        ...


def partition(
    groups: Sequence[Sequence[ItemId]],
    links: Links,
    model: Weighing,
    *,
    join: float,
    hop: float,
    apart: Collection[tuple[int, int]] = (),
) -> list[list[ItemId]]:
    """Join groups of items while a linkage weighs ``join`` or more, the heaviest first.

    ``groups`` begin as they are and are never split: an admin's decision, or a story that is
    too large to be taken apart. Groups without a pair above ``hop`` are not weighed. ``apart``
    names pairs of groups, by their places, that must not end in one.
    """
    if not apart and _all_alike(groups, links, max(join, _SURE)):
        return [[item for group in groups for item in group]]
    joining = _Joining(groups, links, model, join=join, hop=hop)
    barred = _both_ways(apart)
    heap = [
        pair
        for one, row in enumerate(joining.linkages)
        for pair in joining.weighed(one, [other for other in row if other < one])
    ]
    heapify(heap)
    while heap:
        _, one, other, sizes = heappop(heap)
        if sizes != joining.sizes(one, other) or (one, other) in barred:
            continue
        joining.join(one, other)
        if barred:
            barred |= _both_ways((one, third) for third, bar in barred if bar == other)
        for pair in joining.weighed(one, joining.linkages[one]):
            heappush(heap, pair)
    return [group.members for group in joining.groups if group.members]


class _Joining:
    """Groups on their way to become stories, and the linkages between them."""

    def __init__(
        self,
        groups: Sequence[Sequence[ItemId]],
        links: Links,
        model: Weighing,
        *,
        join: float,
        hop: float,
    ) -> None:
        self.groups = [model.group(group) for group in groups]
        self.linkages = linkages_between(groups, links)
        self._model = model
        self._join = join
        self._hop = hop

    def sizes(self, one: int, other: int) -> tuple[int, int]:
        return len(self.groups[one].members), len(self.groups[other].members)

    def weighed(
        self, one: int, others: Iterable[int]
    ) -> Iterable[tuple[float, int, int, tuple[int, int]]]:
        """Give the pairs of a group with others that may join, in the order of a heap."""
        linkages, group = self.linkages[one], self.groups[one]
        for other in others:
            if linkages[other].most > self._hop:
                weight = self._model.weigh(linkages[other], group, self.groups[other])
                if weight >= self._join:
                    first, second = min(one, other), max(one, other)
                    yield -weight, first, second, self.sizes(first, second)

    def join(self, one: int, other: int) -> None:
        self.groups[one].absorb(self.groups[other])
        gone, self.linkages[other] = self.linkages[other], {}
        kept = self.linkages[one]
        del kept[other]
        for third, found in gone.items():
            if third != one:
                row = self.linkages[third]
                del row[other]
                kept[third] = row[one] = found.joined(kept[third]) if third in kept else found


def _all_alike(groups: Sequence[Sequence[ItemId]], links: Links, sure: float) -> bool:
    """Tell whether every single pair is so sure that no linkage between them could weigh less."""
    if any(len(group) != 1 for group in groups):
        return False
    items = [group[0] for group in groups]
    for at, item in enumerate(items):
        known = links.get(item)
        if known is None or any(known.get(other, 0.0) < sure for other in items[:at]):
            return at == 0 and len(items) == 1
    return True


def _both_ways(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    return {way for one, other in pairs for way in ((one, other), (other, one))}


def linkages_between(groups: Sequence[Sequence[ItemId]], links: Links) -> list[dict[int, Linkage]]:
    """Sum up between groups what is known, by their places; most pairs never met."""
    group_of = {item: at for at, group in enumerate(groups) for item in group}
    between: dict[tuple[int, int], list[float]] = {}
    for item, at in group_of.items():
        known = links.get(item, {})
        for mate in known.keys() & group_of.keys():
            if group_of[mate] < at:
                between.setdefault((at, group_of[mate]), []).append(known[mate])
    linkages: list[dict[int, Linkage]] = [{} for _ in groups]
    for (one, other), odds in between.items():
        linkages[one][other] = linkages[other][one] = linkage(odds)
    return linkages
