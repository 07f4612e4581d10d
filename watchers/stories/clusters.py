"""Who belongs together: average-link clustering of a small neighbourhood.

Average link is what keeps a chain of half-alike tellings from becoming one story: two groups
join only where their members, taken all with all, are more likely than not the same event.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

from storage.model import ItemId

Links = Mapping[ItemId, Mapping[ItemId, float]]
"""For each telling the others it was found alike with, and the log-odds; both ways."""

_Sums = list[dict[int, float]]


def partition(
    groups: Sequence[Sequence[ItemId]],
    links: Links,
    *,
    join: float,
    floor: float,
    apart: Collection[tuple[int, int]] = (),
) -> list[list[ItemId]]:
    """Join groups of tellings while the mean log-odds between two reaches ``join``.

    ``groups`` begin as they are and are never split: an admin's decision, or a story that is
    too large to be taken apart. Pairs without a link count ``floor``. ``apart`` names pairs of
    groups, by their places, that must not end in one.
    """
    if not apart and _all_alike(groups, links, join):
        return [[item for group in groups for item in group]]
    members = [list(group) for group in groups]
    sizes = [len(group) for group in groups]
    sums = _sums(members, links, floor)
    barred = _both_ways(apart)
    heap = [
        (-mean, one, other, sizes[one], sizes[other])
        for one, row in enumerate(sums)
        for other, total in row.items()
        if one < other and (mean := total / (sizes[one] * sizes[other]) + floor) >= join
    ]
    heapify(heap)
    while heap:
        _, one, other, size_one, size_other = heappop(heap)
        if sizes[one] != size_one or sizes[other] != size_other or (one, other) in barred:
            continue
        members[one] += members[other]
        members[other] = []
        sizes[one] += sizes[other]
        sizes[other] = 0
        _join(sums, one, other)
        if barred:
            barred |= _both_ways((one, third) for third, bar in barred if bar == other)
        for third, total in sums[one].items():
            mean = total / (sizes[one] * sizes[third]) + floor
            if mean >= join:
                first, second = (one, third) if one < third else (third, one)
                heappush(heap, (-mean, first, second, sizes[first], sizes[second]))
    return [group for group in members if group]


def _all_alike(groups: Sequence[Sequence[ItemId]], links: Links, join: float) -> bool:
    """Tell whether every pair would join: then so does every mean, and all are one group."""
    if any(len(group) != 1 for group in groups):
        return False
    items = [group[0] for group in groups]
    for at, item in enumerate(items):
        known = links.get(item)
        if known is None or any(known.get(other, join - 1.0) < join for other in items[:at]):
            return at == 0 and len(items) == 1
    return True


def _both_ways(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    return {way for one, other in pairs for way in ((one, other), (other, one))}


def _sums(members: Sequence[Sequence[ItemId]], links: Links, floor: float) -> _Sums:
    """Sum between groups what links exceed the floor by; sparse, for most pairs never met."""
    group_of = {item: at for at, group in enumerate(members) for item in group}
    sums: _Sums = [{} for _ in members]
    for item, at in group_of.items():
        row = sums[at]
        known = links.get(item)
        if not known:
            continue
        for other in known.keys() & group_of.keys():
            to = group_of[other]
            if to != at:
                row[to] = row.get(to, 0.0) + known[other] - floor
    return sums


def _join(sums: _Sums, one: int, other: int) -> None:
    gone = sums[other]
    sums[other] = {}
    kept = sums[one]
    kept.pop(other, None)
    for third, total in gone.items():
        if third != one:
            row = sums[third]
            row.pop(other, None)
            kept[third] = row[one] = kept.get(third, 0.0) + total
