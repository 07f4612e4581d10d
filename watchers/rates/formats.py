"""What central banks publish → RateSheet. Pure, and hostile input gives None, never an error.

The shapes are those that the banks' own pages and long-lived open clients describe: XML of the
Bank of Russia and the National Bank of Tajikistan (``ValCurs``), of Kazakhstan (``rss`` and
``rates``) and Kyrgyzstan (``CurrencyRates``), JSON of Uzbekistan, and tables of HTML pages.

A rate without a plain positive number, or without its nominal, is left out: a guessed nominal is
wrong a hundredfold.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from storage.rates import KEY, OfficialRate, RateSheet

MOST_BYTES = 512_000
"""The longest of these documents has some 40 KB."""

MOST_RATES = 200

_NUMBER = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,10})?")
_NOMINAL = re.compile(r"[0-9]{1,6}(?:[.,]0{1,4})?")
_CODE = re.compile(r"[A-Z]{3}")
_SPACES = re.compile("[\\s\u00a0\u202f]+")
_DAY = re.compile(
    r"(?<![0-9])(?:([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})"
    r"|([0-9]{4})-([0-9]{2})-([0-9]{2}))(?![0-9])"
)

Found = tuple[str | None, str | None, str | None]
"""A currency's code, its nominal and its value, as a document has them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an XML document has what. ``code`` and ``day`` may be attributes (``@Date``)."""

    item: str
    code: str
    nominal: str
    value: str
    day: str


SHAPES = {
    "valcurs": Shape("Valute", "CharCode", "Nominal", "Value", "@Date"),
    "nbkr": Shape("Currency", "@ISOCode", "Nominal", "Value", "@Date"),
    "nbk": Shape("item", "title", "quant", "description", "date"),
    "nbk-rss": Shape("item", "title", "quant", "description", ".//item/pubDate"),
}


def read(
    format_: str, body: bytes, bank: str, today: date, rules: Mapping[str, Any] | None = None
) -> RateSheet | None:
    """Read a document of a known format; None where it has no rates that can be believed.

    ``today`` is the bank's; a page that names no day speaks of it. ``rules`` are a page's.
    """
    reader = READERS.get(format_)
    if reader is None or len(body) > MOST_BYTES:
        return None
    # All that matters to us is ASCII, so that a wrongly declared encoding changes nothing.
    return reader(body.decode("utf-8", "replace").lstrip("\ufeff"), bank, today, rules or {})


# --- the formats ------------------------------------------------------------------------------


def _xml(shape: Shape) -> "Reader":
    def reader(text: str, bank: str, today: date, rules: Mapping[str, Any]) -> RateSheet | None:
        del today, rules
        if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
            return None  # none of them has a DTD: entities are somebody else's
        try:
            root = ET.fromstring(text)  # noqa: S314 (no DTD, bounded)
        except (ET.ParseError, ValueError, LookupError):
            return None
        found = (
            (_at(one, shape.code), _at(one, shape.nominal), _at(one, shape.value))
            for one in root.iter(shape.item)
        )
        return _sheet(bank, day_of(_at(root, shape.day)), found)

    return reader


def _at(element: ET.Element, path: str) -> str | None:
    return element.get(path[1:]) if path.startswith("@") else element.findtext(path)


def _json(text: str, bank: str, today: date, rules: Mapping[str, Any]) -> RateSheet | None:
    del today, rules
    try:
        rows = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(rows, list):
        return None
    known = [row for row in rows if isinstance(row, dict)]
    days = [day for row in known if (day := day_of(_text(row.get("Date"))))]
    newest = max(days, default=None)
    # Currencies that are set on other days stand in the list with their own, older ones.
    found = (
        (_text(row.get("Ccy")), _text(row.get("Nominal")), _text(row.get("Rate")))
        for row in known
        if day_of(_text(row.get("Date"))) == newest
    )
    return _sheet(bank, newest, found)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _table(text: str, bank: str, today: date, rules: Mapping[str, Any]) -> RateSheet | None:
    """Read a page with a row a currency: its code, then its nominal, then its rate.

    ``rules["nominal"]`` says what every row is for, where the rows do not.
    """
    usual = _text(rules.get("nominal"))

    def found() -> Iterator[Found]:
        for cells in _rows(text, rules):
            code = next((cell for cell in cells if _CODE.fullmatch(cell)), None)
            numbers = [cell for cell in cells if number(cell) is not None]
            if usual is not None:
                yield code, usual, numbers[0] if numbers else None
            elif len(numbers) > 1:
                yield code, numbers[0], numbers[1]

    return _sheet(bank, day_of(text) or today, found())


def _key_table(text: str, bank: str, today: date, rules: Mapping[str, Any]) -> RateSheet | None:
    """Read a page with the history of a key rate, a row a day; the newest that began counts."""
    found = [
        OfficialRate(bank, KEY, day, percent)
        for cells in _rows(text, rules)
        if (day := next(filter(None, map(day_of, cells)), None)) is not None and day <= today
        for percent in [next(filter(None, (number(cell.rstrip("% ")) for cell in cells)), None)]
        if percent is not None
    ]
    newest = max(found, key=lambda one: one.day, default=None)
    return None if newest is None else RateSheet(bank, newest.day, (newest,))


def _rows(text: str, rules: Mapping[str, Any]) -> Iterator[list[str]]:
    try:
        rows = LexborHTMLParser(text).css(_text(rules.get("rows")) or "tr")
    except (SelectolaxError, ValueError):
        return
    for row in rows:
        yield [" ".join(cell.text().split()) for cell in row.css("td, th")]


Reader = Callable[[str, str, date, Mapping[str, Any]], RateSheet | None]

READERS: Mapping[str, Reader] = {
    **{name: _xml(shape) for name, shape in SHAPES.items()},
    "cbu": _json,
    "table": _table,
    "key-table": _key_table,
}


# --- their parts ------------------------------------------------------------------------------


def _sheet(bank: str, day: date | None, found: Iterable[Found]) -> RateSheet | None:
    """Put a sheet together from what can be believed; of a currency the first row counts."""
    if day is None:
        return None
    rates: dict[str, OfficialRate] = {}
    for code, nominal, value in found:
        name, amount, units = (code or "").strip(), number(value), _units(nominal)
        if _CODE.fullmatch(name) and name != KEY and amount is not None and units:
            rates.setdefault(name, OfficialRate(bank, name, day, amount, units))
        if len(rates) >= MOST_RATES:
            break
    return RateSheet(bank, day, tuple(rates.values())) if rates else None


def number(text: str | None) -> Decimal | None:
    """Read a plain positive number; spaces may group it, a comma or a point begins its decimals.

    With both it could be two numbers, and is none.
    """
    plain = _SPACES.sub("", text or "")
    if not _NUMBER.fullmatch(plain):
        return None
    value = Decimal(plain.replace(",", "."))
    return value if value > 0 else None


def _units(text: str | None) -> int:
    plain = _SPACES.sub("", text or "")
    return int(Decimal(plain.replace(",", "."))) if _NOMINAL.fullmatch(plain) else 0


def day_of(text: str | None) -> date | None:
    """Return the first day that a text names, as 29.11.2026, 29/11/2026 or 2026-11-29."""
    for match in _DAY.finditer(text or ""):
        first = (match[3], match[2], match[1]) if match[3] else (match[4], match[5], match[6])
        try:
            return date(*map(int, first))
        except ValueError:
            continue
    return None
