"""Laws of the linkages between groups: joined as if never apart, and weighed with company in
mind."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage.model import ItemId
from watchers.stories.linkage import LINKAGE_SIGNALS, Group, linkage, linkage_signals
from watchers.stories.weights import fitted

ODDS = some.lists(some.floats(-5, 5), min_size=1, max_size=9)


@given(ODDS, ODDS)
def test_bonds_join_to_what_all_their_pairs_say(one: list[float], other: list[float]) -> None:
    whole = linkage([*one, *other])
    joined = linkage(one).joined(linkage(other))
    assert (joined.known, joined.most, joined.least, joined.likely) == (
        whole.known, whole.most, whole.least, whole.likely,
    )  # fmt: skip
    assert joined.total == pytest.approx(whole.total)
    assert joined.chance == pytest.approx(whole.chance)


def group(size: int, *voices: dict[int, float]) -> Group:
    return Group(map(ItemId, range(size)), voices)


def test_signals_are_laid_out_in_the_order_of_their_names() -> None:
    found = linkage_signals(linkage([2.0, -1.0]), group(4, {1: 1.0, 2: 1.0}), group(1, {1: 2.0}))
    told = dict(zip(LINKAGE_SIGNALS, found, strict=True))
    assert told["known"] == 0.5
    assert told["mean"] == 0.5
    assert (told["most"], told["least"], told["likely"]) == (2.0, -1.0, 0.5)
    assert told["smaller"] == 0.0
    assert told["larger"] == pytest.approx(1.386, abs=0.001)
    assert told["alike"] == pytest.approx(0.707, abs=0.001)


def test_a_group_speaks_loudest_of_what_all_its_items_speak_of() -> None:
    both = group(2, {1: 1.0, 2: 1.0}, {1: 1.0, 3: 1.0})
    assert both.alike(group(1, {1: 1.0})) > both.alike(group(1, {2: 1.0})) > 0.0
    assert both.alike(both) == pytest.approx(1.0)
    assert both.alike(group(1, {4: 1.0})) == 0.0


def test_a_group_that_takes_another_in_speaks_for_both() -> None:
    whole = group(3, {1: 1.0}, {2: 1.0}, {2: 3.0, 3: 1.0})
    grown = group(2, {1: 1.0}, {2: 1.0})
    other = group(1, {2: 3.0, 3: 1.0})
    grown.absorb(other)
    assert (len(grown.members), other.members) == (3, [])
    for key in (1, 2, 3):
        assert grown.alike(group(1, {key: 1.0})) == pytest.approx(
            whole.alike(group(1, {key: 1.0}))
        )


@pytest.mark.parametrize("size", [1, 2, 5, 12])
def test_the_shipped_weights_never_hold_a_surer_bond_for_a_lighter_one(size: int) -> None:
    weigh = fitted().groups.score
    weights = [
        weigh(linkage_signals(linkage([odds] * size), group(1, {1: 1.0}), group(size, voice)))
        for odds, voice in (
            (-3.0, {2: 1.0}),
            (-1.0, {1: 1.0, 2: 9.0}),
            (0.0, {1: 1.0, 2: 4.0}),
            (1.0, {1: 1.0, 2: 2.0}),
            (3.0, {1: 1.0}),
        )
    ]
    assert weights == sorted(weights)
    assert weights[0] < fitted().join < weights[-1]
