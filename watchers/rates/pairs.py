"""Pairs of currencies: read as people type them, and found at the banks that price them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from storage import rates
from storage.sql import Connection
from watchers.rates.banks import OF_MONEY, Bank

_SIGNS = {"$": "USD", "€": "EUR", "₽": "RUB", "₸": "KZT", "¥": "CNY", "£": "GBP", "₺": "TRY"}
_PAIR = re.compile(r"([A-Z]{3})\s*[/\\:→-]?\s*([A-Z]{3})")
_AMOUNT = re.compile(r"([0-9][0-9 \u00a0\u202f]{0,18}(?:[.,][0-9]{1,8})?)\s*(.*)")


@dataclass(frozen=True, slots=True)
class Pair:
    """What one of ``base`` costs in ``quote`` (ISO 4217)."""

    base: str
    quote: str

    def __str__(self) -> str:
        """Write it as people do."""
        return f"{self.base}/{self.quote}"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a bank's rates make a pair on a day."""

    pair: Pair
    bank: str
    day: date
    value: Decimal


def read_pair(text: str, home: Bank) -> Pair | None:
    """Read ``usd/kzt``, ``USD KZT``, `usdkzt` or ``$``: one currency alone is in home's money.

    Home's own money alone is what a dollar costs of it.
    """
    plain = "".join(_SIGNS.get(sign, sign) for sign in text.strip().upper())
    if match := _PAIR.fullmatch(plain):
        return Pair(match[1], match[2]) if match[1] != match[2] else None
    if not re.fullmatch(r"[A-Z]{3}", plain):
        return None
    return Pair(plain, home.money) if plain != home.money else Pair("USD", home.money)


def read_amount(text: str) -> tuple[Decimal, str] | None:
    """Read an amount that begins a text, and what follows it; None where none does."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    plain = re.sub("[ \u00a0\u202f]", "", match[1]).replace(",", ".")
    amount = Decimal(plain)
    return (amount, match[2]) if amount > 0 else None


def series(db: Connection, pair: Pair, home: Bank, most: int = 2) -> tuple[Quote, ...]:
    """Return what a pair costs at the nearest bank that prices it, newest first.

    That is whose money is quoted, else whose money is the base, else ``home``, which has both
    abroad: then the days count on which it has both.
    """
    for bank in _banks(pair, home):
        base, quote = _leg(db, pair.base, bank, most), _leg(db, pair.quote, bank, most)
        if base is None:  # one of its own money is always one
            found = {day: 1 / value for day, value in (quote or {}).items()}
        elif quote is None:
            found = base
        else:
            found = {day: base[day] / quote[day] for day in base.keys() & quote.keys()}
        if found:
            return tuple(
                Quote(pair, bank.country, day, found[day]) for day in sorted(found, reverse=True)
            )[:most]
    return ()


def _banks(pair: Pair, home: Bank) -> Iterator[Bank]:
    for bank in (OF_MONEY.get(pair.quote), OF_MONEY.get(pair.base), home):
        if bank is not None:
            yield bank


def _leg(db: Connection, currency: str, bank: Bank, most: int) -> dict[date, Decimal] | None:
    """Return a currency's rates at a bank by day; None for the bank's own money."""
    if currency == bank.money:
        return None
    return {one.day: one.one for one in rates.points(db, bank.country, currency, most)}
