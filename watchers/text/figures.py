"""Figures of a text: values with decimals, thousands, multipliers, per cents and units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

_THOUSANDS = re.compile(r"^\d{1,3}(?:([., \u00a0\u202f])\d{3})(?:\1\d{3})*$")
_SPACES = re.compile(r"[ \u00a0\u202f]")
_SCALES = {
    stem: scale
    for scale, stems in {
        1e3: "thousand тысяча тыс тысяч мың миң ming минг ҳазор müň k",
        1e6: "million millions миллион миллиона миллионов млн mln mn m миллиондан миллиону",
        1e9: "billion billions миллиард миллиарда миллиардов млрд mlrd milliard bn миллиарду",
        1e12: "trillion trillions триллион триллиона триллионов трлн trln trillon tn",
    }.items()
    for stem in stems.split()
}
_SIGNS = {"$": "usd", "€": "eur", "₽": "rub", "₸": "kzt", "£": "gbp", "¥": "cny", "₺": "try"}
_PERCENT = frozenset("percent процент процента процентов пайыз пайызға пайыз пайызы фоиз foiz пайыздык"
                     " дарсад göterim пайызга pct".split())  # fmt: skip


class _Word(Protocol):
    """What figures need of a token."""

    @property
    def surface(self) -> str: ...
    @property
    def normal(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def number(self) -> bool: ...
    @property
    def stem(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Number:
    """A figure: its ``value`` with the multiplier applied, and what it counts.

    ``unit`` is the stem of the word that follows, a currency code for a sign, or "%".
    """

    value: float
    percent: bool
    unit: str
    position: int


def canonical(surface: str, lang: str) -> str:
    """Write a figure one way: 16,5 and 16.5 → 16.5; 1 500 and 1,500 (English) → 1500."""
    grouped = _THOUSANDS.match(surface)
    if grouped:
        sign = grouped[1]
        many = surface.count(sign) > 1
        if sign not in ".," or many or (sign == ",") == (lang in ("en", "und")):
            return surface.replace(sign, "")
    plain = _SPACES.sub("", surface)
    if "," in plain and "." in plain:
        thousands = "," if plain.rindex(".") > plain.rindex(",") else "."
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    if plain.count(".") > 1:
        return plain.replace(".", "")
    whole, dot, rest = plain.partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if dot and rest else whole


def numbers_in(tokens: Sequence[_Word], text: str) -> tuple[Number, ...]:
    """Read the figures of a text with what they count."""
    found: list[Number] = []
    for at, token in enumerate(tokens):
        if token.number:
            found.append(_number(tokens, at, text))
    return tuple(found)


def _number(tokens: Sequence[_Word], at: int, text: str) -> Number:
    token = tokens[at]
    value = float(canonical(token.surface, "en")[:30])
    follower = tokens[at + 1] if at + 1 < len(tokens) else None
    if follower and _near(token, follower, text):
        scale = _SCALES.get(follower.normal) or _SCALES.get(follower.stem)
        if scale:
            value *= scale
            beyond = tokens[at + 2] if at + 2 < len(tokens) else None
            follower = beyond if beyond and _near(follower, beyond, text) else None
    else:
        follower = None
    sign = text[token.start - 1 : token.start] if token.start else ""
    after = text[token.end : token.end + 2].lstrip()[:1]
    if after == "%" or (follower and (follower.normal in _PERCENT or follower.stem in _PERCENT)):
        return Number(value, percent=True, unit="%", position=token.position)
    unit = _SIGNS.get(sign) or _SIGNS.get(after) or (follower.stem if follower else "")
    return Number(value, percent=False, unit=unit, position=token.position)


def _near(left: _Word, right: _Word, text: str) -> bool:
    return not right.number and text[left.end : right.start] in (" ", "\u00a0", "-", "")
