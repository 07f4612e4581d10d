"""Laws of the bonds between groups: joined as if never apart, and weighed with company in mind."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from watchers.stories.bonds import BOND_SIGNALS, bond, bond_signals, cosine, in_unison
from watchers.stories.weights import fitted

ODDS = some.lists(some.floats(-5, 5), min_size=1, max_size=9)


@given(ODDS, ODDS)
def test_bonds_join_to_what_all_their_pairs_say(one: list[float], other: list[float]) -> None:
    whole = bond([*one, *other])
    joined = bond(one).joined(bond(other))
    assert (joined.known, joined.most, joined.least, joined.likely) == (
        whole.known, whole.most, whole.least, whole.likely,
    )  # fmt: skip
    assert joined.total == pytest.approx(whole.total)
    assert joined.chance == pytest.approx(whole.chance)


def test_signals_are_laid_out_in_the_order_of_their_names() -> None:
    told = dict(zip(BOND_SIGNALS, bond_signals(bond([2.0, -1.0]), 1, 4, 0.3), strict=True))
    assert told["known"] == 0.5
    assert told["mean"] == 0.5
    assert (told["most"], told["least"], told["likely"]) == (2.0, -1.0, 0.5)
    assert told["smaller"] == 0.0
    assert told["larger"] == pytest.approx(1.386, abs=0.001)
    assert told["alike"] == 0.3


def test_a_group_speaks_loudest_of_what_all_its_tellings_speak_of() -> None:
    voice = in_unison([{1: 1.0, 2: 1.0}, {1: 1.0, 3: 1.0}])
    assert voice[1] > voice[2] == voice[3]
    assert cosine(voice, voice) == pytest.approx(1.0)
    assert cosine(voice, {4: 1.0}) == 0.0


@pytest.mark.parametrize("size", [1, 2, 5, 12])
def test_the_shipped_weights_never_hold_a_surer_bond_for_a_lighter_one(size: int) -> None:
    weigh = fitted().groups.score
    weights = [
        weigh(bond_signals(bond([odds] * size), 1, size, alike))
        for odds, alike in ((-3.0, 0.0), (-1.0, 0.1), (0.0, 0.2), (1.0, 0.4), (3.0, 0.8))
    ]
    assert weights == sorted(weights)
    assert weights[0] < fitted().join < weights[-1]
