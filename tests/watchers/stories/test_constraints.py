"""What admins put together and apart, as groups of items and pairs of stories."""

import pytest

from storage.model import ItemId, StoryId
from watchers.stories.constraints import Constraint, Constraints


def said(together: str, moved: str = "", apart: str = "") -> Constraint:
    return Constraint(
        *(frozenset(ItemId(int(one)) for one in items) for items in (together, moved, apart))
    )


def of(*every: Constraint) -> Constraints:
    made = Constraints()
    for number, one in enumerate(every, 1):
        made.add(number, one)
    return made


@pytest.mark.parametrize(
    ("constraints", "items", "groups"),
    [
        ([], "123", ["1", "2", "3"]),
        ([said("12")], "123", ["12", "3"]),
        ([said("13")], "321", ["31", "2"]),
        ([said("12"), said("34")], "1234", ["12", "34"]),
        ([said("12"), said("23")], "123", ["123"]),
        ([said("12"), said("34"), said("23")], "4321", ["4321"]),
        ([said("19")], "123", ["1", "2", "3"]),  # the other is in another story by now
        ([said("1", "1", "2")], "12", ["1", "2"]),
        ([said("12", "1", "3")], "123", ["12", "3"]),
        ([said("12")], "", []),
    ],
)
def test_items_of_one_story_are_held_together(
    constraints: list[Constraint], items: str, groups: list[str]
) -> None:
    found = of(*constraints).bound([ItemId(int(one)) for one in items])
    assert groups == ["".join(map(str, group)) for group in found]


@pytest.mark.parametrize(
    ("constraints", "homes", "pairs"),
    [
        ([said("1", "1", "2")], {1: 10, 2: 20}, [{10, 20}]),
        ([said("1", "1", "2")], {1: 10, 2: 10}, []),  # a later correction joined them
        ([said("1", "1", "2")], {1: 10}, []),  # gone with its feed
        ([said("13", "1", "2")], {1: 10, 2: 20, 3: 30}, [{10, 20}]),
        ([said("1", "1", "23")], {1: 10, 2: 20, 3: 30}, [{10, 20}, {10, 30}]),
        ([said("12")], {1: 10, 2: 20}, []),
    ],
)
def test_stories_of_items_that_were_parted_are_barred(
    constraints: list[Constraint], homes: dict[int, int], pairs: list[set[int]]
) -> None:
    def home(item: ItemId) -> StoryId | None:
        return StoryId(homes[item]) if item in homes else None

    barred = of(*constraints).barred(home)
    assert sorted(pairs, key=sorted) == sorted(map(set, barred), key=sorted)


def test_what_is_taken_back_binds_no_more_and_the_rest_does() -> None:
    made = of(said("12"), said("23"))
    made.drop(2)
    made.drop(2)
    assert [[1, 2], [3]] == made.bound([ItemId(1), ItemId(2), ItemId(3)])
    assert ItemId(2) in made
    assert ItemId(3) not in made
    made.drop(1)
    assert not made
    assert ItemId(2) not in made
