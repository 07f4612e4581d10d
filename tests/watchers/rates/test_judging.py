"""What a bank says beside what it said: slips are set aside, corrections are taken."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from storage.rates import KEY, OfficialRate, RateSheet
from watchers.rates.judging import judged

TODAY = date(2026, 11, 29)


def rate(value: str, day: int = 28, currency: str = "USD", nominal: int = 1) -> OfficialRate:
    return OfficialRate("KZ", currency, date(2026, 11, day), Decimal(value), nominal)


def kept(new: OfficialRate, *known: OfficialRate) -> tuple[bool, int]:
    sheet = RateSheet("KZ", new.day, (new,))
    verdict = judged(sheet, {one.currency: one for one in known}, TODAY)
    return bool(verdict.kept), len(verdict.odd)


@pytest.mark.parametrize(
    ("new", "known", "expected"),
    [
        (rate("512"), (), (True, 0)),
        (rate("512"), (rate("510", 27),), (True, 0)),
        (rate("512.5"), (rate("512"),), (True, 0)),  # corrected the same day
        (rate("5120"), (rate("512", 27),), (False, 1)),
        (rate("51.2"), (rate("512", 27),), (False, 1)),
        (rate("512", nominal=100), (rate("512", 27),), (False, 1)),
        (rate("51200", nominal=100), (rate("512", 27),), (True, 0)),
        (rate("5120"), (rate("512", 21),), (True, 0)),  # said for a week by now
        (rate("512", 26), (rate("511", 27),), (False, 1)),  # goes back
        (rate("16.5", currency=KEY), (rate("16.5", 20, KEY),), (False, 0)),
        (rate("17", currency=KEY), (rate("16.5", 20, KEY),), (True, 0)),
    ],
)
def test_a_rate_is_believed_beside_the_last_one(
    new: OfficialRate, known: tuple[OfficialRate, ...], expected: tuple[bool, int]
) -> None:
    assert expected == kept(new, *known)


@pytest.mark.parametrize(("ahead", "expected"), [(1, 1), (14, 1), (15, 0), (4000, 0)])
def test_tomorrow_is_believed_and_next_month_is_not(ahead: int, expected: int) -> None:
    day = TODAY + timedelta(days=ahead)
    sheet = RateSheet("KZ", day, (OfficialRate("KZ", "USD", day, Decimal(512)),))
    assert expected == len(judged(sheet, {}, TODAY).kept)


def test_one_slip_costs_its_own_currency() -> None:
    sheet = RateSheet("KZ", date(2026, 11, 28), (rate("5120"), rate("590", currency="EUR")))
    verdict = judged(sheet, {"USD": rate("512", 27)}, TODAY)
    assert ["EUR"] == [one.currency for one in verdict.kept]
    assert ["USD"] == [one.currency for one in verdict.odd]
