"""Who belongs together: average-link clustering of a small neighbourhood.

Average link is what keeps a chain of half-alike tellings from becoming one story: two groups
join only where their members, taken all with all, are more likely than not the same event.
"""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush

Link = Callable[[int, int], float]
"""Log-odds that two tellings, given by their places, tell one event."""

_Scored = list[tuple[float, int, int, int, int]]


def partition(
    groups: Sequence[Sequence[int]],
    link: Link,
    *,
    join: float,
    apart: Callable[[int, int], bool] = lambda _one, _other: False,
) -> list[list[int]]:
    """Join groups of tellings while the mean log-odds between two reaches ``join``.

    ``groups`` begin as they are and are never split: an admin's decision, or a story that is
    too old to be taken apart. ``apart`` names two groups (by their places in ``groups``) that
    must not end in one. Cubic at worst, for neighbourhoods of some dozens.
    """
    members = [list(group) for group in groups]
    sizes = [len(group) for group in groups]
    sums = _sums(members, link)
    barred = [{at for at in range(len(groups)) if apart(one, at)} for one in range(len(groups))]
    heap: _Scored = [
        (-total / (sizes[one] * sizes[other]), one, other, sizes[one], sizes[other])
        for one, row in enumerate(sums)
        for other, total in row.items()
        if one < other and total >= join * sizes[one] * sizes[other]
    ]
    heapify(heap)
    while heap:
        _, one, other, size_one, size_other = heappop(heap)
        if sizes[one] != size_one or sizes[other] != size_other or other in barred[one]:
            continue
        members[one] += members[other]
        members[other] = []
        _join(sums, one, other)
        sizes[one] += sizes[other]
        sizes[other] = 0
        barred[one] |= barred[other]
        for third, bars in enumerate(barred):
            if other in bars:
                bars.add(one)
                barred[one].add(third)
        for third, total in sums[one].items():
            pairs = sizes[one] * sizes[third]
            if pairs and total >= join * pairs:
                first, second = min(one, third), max(one, third)
                heappush(heap, (-total / pairs, first, second, sizes[first], sizes[second]))
    return [group for group in members if group]


def _sums(members: Sequence[Sequence[int]], link: Link) -> list[dict[int, float]]:
    sums: list[dict[int, float]] = [{} for _ in members]
    for one in range(len(members)):
        for other in range(one + 1, len(members)):
            total = sum(link(a, b) for a in members[one] for b in members[other])
            sums[one][other] = sums[other][one] = total
    return sums


def _join(sums: list[dict[int, float]], one: int, other: int) -> None:
    gone = sums[other]
    sums[other] = {}
    sums[one].pop(other, None)
    for third, total in gone.items():
        if third == one:
            continue
        sums[third].pop(other, None)
        sums[one][third] = sums[third][one] = sums[one].get(third, 0.0) + total
