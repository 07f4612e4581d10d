"""A threshold fires exactly at crossings, and never twice without having been away."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.rates.thresholds import AWAY, Side, is_above, step

AT = Decimal(550)
RATES = st.lists(st.decimals(500, 600, places=2), min_size=1, max_size=60)
FAR = st.lists(
    st.one_of(st.decimals(500, 547, places=2), st.decimals(553, 600, places=2)), max_size=60
)


def fired(rates: list[Decimal], begin: Decimal) -> list[int]:
    """The places of the rates that are told."""
    side, told = Side(is_above(begin, AT), armed=True), []
    for place, rate in enumerate(rates):
        side, crossed = step(side, rate, AT)
        if crossed:
            told.append(place)
    return told


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ("549.99 550", [1]),
        ("551 549 551 549", [0]),  # trembles: told once
        ("551 547.25 551", [0, 1, 2]),  # half a per cent below is away
        ("553 549", [0, 1]),
        ("549 548", []),
    ],
)
def test_crossings_by_hand(rates: str, expected: list[int]) -> None:
    told = fired([Decimal(one) for one in rates.split()], Decimal(540))
    assert expected == told


@given(FAR, st.decimals(500, 540, places=2))
def test_rates_that_stay_away_fire_at_each_change_of_side(
    rates: list[Decimal], begin: Decimal
) -> None:
    sides = [is_above(rate, AT) for rate in [begin, *rates]]
    changes = [place for place in range(len(rates)) if sides[place] != sides[place + 1]]
    assert changes == fired(rates, begin)


@given(RATES, st.decimals(500, 600, places=2))
def test_between_two_alerts_the_rate_was_away_and_they_alternate(
    rates: list[Decimal], begin: Decimal
) -> None:
    told = fired(rates, begin)
    sides = [is_above(rates[place], AT) for place in told]
    assert all(one != other for one, other in pairwise(sides))
    for one, other in pairwise(told):
        assert any(abs(rate - AT) >= AT * AWAY for rate in rates[one : other + 1])


@given(RATES, st.decimals(500, 600, places=2))
def test_the_first_crossing_is_told_at_once(rates: list[Decimal], begin: Decimal) -> None:
    first = [
        place for place, rate in enumerate(rates) if is_above(rate, AT) != is_above(begin, AT)
    ][:1]
    assert first == fired(rates, begin)[:1]
