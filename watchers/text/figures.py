"""Figures of a text, in digits and in words: values with multipliers, per cents and units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watchers.text.cardinals import GAPS, Placed, spelled
from watchers.text.numerals import CARDINALS, Cardinals

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


@dataclass(frozen=True, slots=True)
class Number:
    """A figure: its ``value`` with the multiplier applied, and what it counts.

    ``unit`` is the stem of the word that follows, a currency code for a sign, or "%". The words
    ``position`` to ``end`` (exclusive) tell it, a multiplier among them: 3 of "two hundred
    thousand people", 2 of "12 million".
    """

    value: float
    percent: bool
    unit: str
    position: int
    end: int


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


def numbers_in(tokens: Sequence[Placed], text: str, lang: str) -> tuple[Number, ...]:
    """Read the figures of a text with what they count, in digits or in ``lang``'s words."""
    found: list[Number] = []
    language = CARDINALS.get(lang)
    words = language.values if language else {}
    read = 0
    for at, token in enumerate(tokens):
        word = token.word
        if word.number:
            value = float(canonical(token.surface, "en")[:30])
            found.append(_number(tokens, at, _scaled(tokens, value, at + 1, text), text))
        elif language and word.normal in words and at >= read:
            scaled = _spelt_out(tokens, at, text, language)
            if scaled:
                read = scaled[1]
                number = _number(tokens, at, scaled, text)
                # "One" alone is an article or a pronoun; one per cent is a figure.
                if number.value != 1 or number.percent:
                    found.append(number)
    return tuple(found)


def _spelt_out(
    tokens: Sequence[Placed], at: int, text: str, language: Cardinals
) -> tuple[float, int] | None:
    """Read number words with their multipliers: two million three hundred thousand."""
    total, scale = 0.0, 0.0
    end = at
    while part := spelled(tokens, end, text, language):
        value, after = _scaled(tokens, float(part[0]), part[1], text)
        if scale and value >= scale:
            break
        total, scale, end = total + value, value / part[0], after
        follower = _follower(tokens, end, text)
        if scale == 1 or follower is None or follower.word.normal not in language.values:
            break
    return (total, end) if total else None


def _scaled(tokens: Sequence[Placed], value: float, end: int, text: str) -> tuple[float, int]:
    follower = _follower(tokens, end, text)
    scale = follower and (_SCALES.get(follower.word.normal) or _SCALES.get(follower.word.stem))
    return (value * scale, end + 1) if scale else (value, end)


def _number(tokens: Sequence[Placed], at: int, scaled: tuple[float, int], text: str) -> Number:
    value, end = scaled
    first, last = tokens[at], tokens[end - 1]
    follower = _follower(tokens, end, text)
    sign = text[first.start - 1 : first.start] if first.start else ""
    after = text[last.end : last.end + 2].lstrip()[:1]
    stem = follower.word.stem if follower else ""
    if after == "%" or stem in _PERCENT or (follower and follower.word.normal in _PERCENT):
        return Number(value, percent=True, unit="%", position=first.position, end=end)
    unit = _SIGNS.get(sign) or _SIGNS.get(after) or stem
    return Number(value, percent=False, unit=unit, position=first.position, end=end)


def _follower(tokens: Sequence[Placed], end: int, text: str) -> Placed | None:
    """Give the word right after a figure that ends before the word ``end``."""
    if end >= len(tokens) or tokens[end].word.number:
        return None
    return tokens[end] if text[tokens[end - 1].end : tokens[end].start] in GAPS else None
