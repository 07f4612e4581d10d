"""Laws of clustering: groups, the linkages between them, and who joins whom."""

from collections.abc import Sequence

import pytest

from storage.model import ItemId
from watchers.stories.clustering import linkages_between, partition
from watchers.stories.linkage import Group, Linkage

A, B, C, D = map(ItemId, range(4))
FLOOR = -2.0


def both_ways(odds: dict[tuple[ItemId, ItemId], float]) -> dict[ItemId, dict[ItemId, float]]:
    links: dict[ItemId, dict[ItemId, float]] = {}
    for (one, other), value in odds.items():
        links.setdefault(one, {})[other] = value
        links.setdefault(other, {})[one] = value
    return links


class Average:
    """Weighs a linkage by its mean, pairs that never met against it."""

    def group(self, items: Sequence[ItemId]) -> Group:
        return Group(items, ())

    def weigh(self, found: Linkage, one: Group, other: Group) -> float:
        pairs = len(one.members) * len(other.members)
        return (found.total + FLOOR * (pairs - found.known)) / pairs


@pytest.mark.parametrize(
    ("odds", "expected"),
    [
        ({}, [[0], [1], [2]]),
        ({(A, B): 2.0}, [[0, 1], [2]]),
        ({(A, B): 2.0, (B, C): 1.0}, [[0, 1], [2]]),  # a chain: C is unlike A
        ({(A, B): 2.0, (B, C): 2.0, (A, C): 1.0}, [[0, 1, 2]]),
    ],
)
def test_groups_join_while_all_their_pairs_together_weigh_enough(
    odds: dict[tuple[ItemId, ItemId], float], expected: list[list[int]]
) -> None:
    found = partition([[A], [B], [C]], both_ways(odds), Average(), join=0.0, hop=-9.0)
    assert expected == sorted(sorted(group) for group in found)


def test_the_heaviest_bond_joins_first() -> None:
    odds = both_ways({(A, B): 1.0, (B, C): 3.0})
    found = partition([[A], [B], [C]], odds, Average(), join=0.0, hop=-9.0)
    assert sorted(sorted(group) for group in found) == [[A], [B, C]]


def test_a_bond_without_a_sure_pair_is_not_weighed() -> None:
    odds = both_ways({(A, B): 0.5})
    assert len(partition([[A], [B]], odds, Average(), join=-1.0, hop=1.0)) == 2


def test_a_given_group_is_never_split() -> None:
    found = partition([[A, B], [C]], {}, Average(), join=0.0, hop=-9.0)
    assert found == [[A, B], [C]]


def test_groups_kept_apart_stay_apart_in_company() -> None:
    odds = both_ways({(A, B): 3.0, (A, C): 3.0, (B, C): 3.0})
    found = partition([[A], [B], [C]], odds, Average(), join=0.0, hop=-9.0, apart=[(1, 2)])
    together = [group for group in found if len(group) > 1]
    assert len(together) == 1
    assert not {B, C} <= set(together[0])


def test_a_bond_sums_up_the_pairs_between_two_groups_and_no_others() -> None:
    links = both_ways({(A, B): 3.0, (A, C): 1.0, (B, C): -1.0, (C, D): 9.0})
    linkages = linkages_between([[A, B], [C], [D]], links)
    found = linkages[0][1]
    assert (found.known, found.total, found.most, found.least) == (2, 0.0, 1.0, -1.0)
    assert found == linkages[1][0]
    assert 2 not in linkages[0]
