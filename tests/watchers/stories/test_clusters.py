"""Laws of average-link clustering."""

import pytest

from storage.model import ItemId
from watchers.stories.clusters import partition

A, B, C, D = map(ItemId, range(4))


def both_ways(odds: dict[tuple[ItemId, ItemId], float]) -> dict[ItemId, dict[ItemId, float]]:
    links: dict[ItemId, dict[ItemId, float]] = {}
    for (one, other), value in odds.items():
        links.setdefault(one, {})[other] = value
        links.setdefault(other, {})[one] = value
    return links


@pytest.mark.parametrize(
    ("odds", "expected"),
    [
        ({}, [[0], [1], [2]]),
        ({(A, B): 2.0}, [[0, 1], [2]]),
        ({(A, B): 2.0, (B, C): 1.0}, [[0, 1], [2]]),  # a chain: C is unlike A
        ({(A, B): 2.0, (B, C): 2.0, (A, C): 1.0}, [[0, 1, 2]]),
    ],
)
def test_groups_join_only_where_all_are_alike_on_average(
    odds: dict[tuple[ItemId, ItemId], float], expected: list[list[int]]
) -> None:
    found = partition([[A], [B], [C]], both_ways(odds), join=0.0, floor=-2.0)
    assert expected == sorted(sorted(group) for group in found)


def test_a_given_group_is_never_split() -> None:
    assert partition([[A, B], [C]], {}, join=0.0, floor=-2.0) == [[A, B], [C]]


def test_groups_kept_apart_stay_apart_in_company() -> None:
    odds = both_ways({(A, B): 3.0, (A, C): 3.0, (B, C): 3.0})
    found = partition([[A], [B], [C]], odds, join=0.0, floor=-2.0, apart=[(1, 2)])
    together = [group for group in found if len(group) > 1]
    assert len(together) == 1
    assert not {B, C} <= set(together[0])
