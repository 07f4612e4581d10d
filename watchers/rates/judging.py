"""Whether a bank's sheet can be believed beside what is known: slips are set aside. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from storage.rates import KEY, OfficialRate, RateSheet

AHEAD = timedelta(days=14)
"""Rates are set for tomorrow, before holidays for the day after them; not for next month."""

LEAP = 5
"""So many times more or less than the last rate is a slip of the nominal, not of the money."""

BELIEVED_AFTER = timedelta(days=7)
"""What a bank says a week after its last believed rate is so, however far it leapt."""


@dataclass(frozen=True, slots=True)
class OddRate:
    """What was set aside: of which currency ("" the whole sheet), and why, in a few characters."""

    bank: str
    currency: str
    why: str


@dataclass(frozen=True, slots=True)
class JudgedSheet:
    """What is kept of a sheet, and what is set aside."""

    kept: tuple[OfficialRate, ...]
    odd: tuple[OddRate, ...]


def judged(sheet: RateSheet, last: Mapping[str, OfficialRate], today: date) -> JudgedSheet:
    """Compare a sheet with the ``last`` rates of its bank by currency.

    ``today`` is the bank's. The same day again corrects what was said of it before.
    """
    if sheet.day > today + AHEAD:
        return JudgedSheet((), (OddRate(sheet.bank, "", f"{sheet.day} > {today}"),))
    before = max(
        (last[one.currency].day for one in sheet.rates if one.currency in last), default=sheet.day
    )
    if before > sheet.day:
        return JudgedSheet((), (OddRate(sheet.bank, "", f"{sheet.day} < {before}"),))
    kept, odd = [], []
    for one in sheet.rates:
        known = last.get(one.currency)
        if known is not None and _leaps(one, known):
            why = f"{one.value}/{one.nominal}, {known.value}/{known.nominal} ({known.day})"
            odd.append(OddRate(one.bank, one.currency, why))
        elif known is None or one.currency != KEY or one.value != known.value:
            kept.append(one)  # a key rate is told each day, and kept when it changes
    return JudgedSheet(tuple(kept), tuple(odd))


def _leaps(new: OfficialRate, known: OfficialRate) -> bool:
    if new.day - known.day >= BELIEVED_AFTER:
        return False
    return not known.one / LEAP < new.one < known.one * LEAP
