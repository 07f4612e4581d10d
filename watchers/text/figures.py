"""Figures of a text, in digits and in words: values with multipliers, per cents and units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from watchers.text.cardinals import GAPS, Placed, spelled
from watchers.text.numerals import CARDINALS, Cardinals

_THOUSANDS = re.compile(r"^\d{1,3}(?:([., \u00a0\u202f])\d{3})(?:\1\d{3})*$")
_SPACES = re.compile(r"[ \u00a0\u202f]")
_THREE_DECIMALS = re.compile(r"\d{1,3}[.,]\d{3}")
_ENGLISH = frozenset({"en", "und"})
"""Where a comma always parts thousands."""
_GLUED = re.compile(
    r"(\d+(?:[.,]\d+)?)(k|mn|m|bn|b|tn|t|тыс|млн|млрд|трлн|mln|mlrd|trln)\b", re.IGNORECASE
)
"""A figure whose multiplier is written close to it: $900B, 2.5bn."""
_ENDED = re.compile(
    r"(\d{1,6})(?:[гк][аеоө]|[дт][аеоө]н|н[ыиуү]|ын|ин|га|дан|та|таси|ga|ta|tasi|dan|ni|то|нафар|nafar)",
    re.IGNORECASE,
)
"""A figure to which its ending is glued, as Kyrgyz and Uzbek write it: «6га жетти», 4ta."""
_ENDING = frozenset({"kk", "ky", "uz-Latn", "uz-Cyrl", "tg"})
_GLUED_TO_MONEY = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
"""Letters that multiply only behind a sign of money: 5m are metres."""
_ABBREVIATED = frozenset("тыс млн млрд трлн mln mlrd trln".split())
"""Multipliers that may end with a full stop that ends no sentence."""
_RANGE = re.compile(r" ?[-\u2010-\u2014] ?\Z")
_SCALES = {
    stem: scale
    for scale, stems in {
        1e3: "thousand тысяча тыс тысяч мың миң ming минг ҳазор ҳазору müň k",
        1e6: "million millions миллион миллиона миллионов млн mln mn m миллиондан миллиону",
        1e9: "billion billions миллиард миллиарда миллиардов млрд mlrd milliard bn миллиарду",
        1e12: "trillion trillions триллион триллиона триллионов трлн trln trillon tn",
    }.items()
    for stem in stems.split()
}
_SIGNS = {"$": "usd", "€": "eur", "₽": "rub", "₸": "kzt", "£": "gbp", "¥": "cny", "₺": "try"}
_PERCENT = frozenset("percent процент процента процентов пайыз пайызға пайыз пайызы фоиз foiz пайыздык"
                     " дарсад göterim пайызга pct".split())  # fmt: skip


_WITH_MULTIPLIER = 2
"""Words of a figure in digits with its multiplier: 12 million."""


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
    figures = [
        at
        for at, token in enumerate(tokens)
        if token.word.number or token.surface[0].isdigit() or token.word.normal in words
    ]
    for at in figures:
        if at < read:
            continue
        token = tokens[at]
        word = token.word
        if token.surface[0].isdigit() and (glued := _glued(tokens, at, text, lang)):
            read = glued[1]
            found.append(_number(tokens, at, glued, text))
        elif word.number:
            scaled = _summed(tokens, _in_digits(tokens, at, text, lang), at, text, lang)
            read = scaled[1] if scaled[1] > at + _WITH_MULTIPLIER else read
            number = _number(tokens, at, scaled, text)
            found[-1:] = _as_range(found[-1:], number, scaled, tokens, text)
            found.append(number)
        elif language and word.normal in words:
            spelt = _spelt_out(tokens, at, text, language)
            if spelt:
                read = spelt[1]
                number = _number(tokens, at, spelt, text)
                # "One" alone is an article or a pronoun; one per cent is a figure.
                if number.value != 1 or number.percent:
                    found.append(number)
    return tuple(found)


def _in_digits(tokens: Sequence[Placed], at: int, text: str, lang: str) -> tuple[float, int]:
    """Read a figure in digits with its multiplier, and where the word after both is.

    Three digits behind a comma or a full stop are decimals before a multiplier or "%", in all
    languages but English: 46,447 млн are 46 million. Elsewhere a text that counts people or
    money so means thousands ("1,500 человек", "12,640 so'm"), whatever the rule of its language.
    """
    surface = tokens[at].surface
    plain = float(canonical(surface, "en")[:30])
    value, end = _scaled(tokens, plain, at + 1, text)
    if lang in _ENGLISH or not _THREE_DECIMALS.fullmatch(surface):
        return value, end
    percent = text[tokens[at].end : tokens[at].end + 2].lstrip()[:1] == "%"
    if end > at + 1 or percent or surface.startswith("0"):
        decimal = float(surface.replace(",", "."))
        return decimal * (value / plain if plain else 1.0), end
    return float(re.sub("[.,]", "", surface)), end


def _summed(
    tokens: Sequence[Placed], told: tuple[float, int], at: int, text: str, lang: str
) -> tuple[float, int]:
    """Add what a figure in digits goes on with: 3 млн 104 тысячи, 5 million 230 ming."""
    value, end = told
    last = value
    while end > at + 1 and end < len(tokens) and tokens[end].word.number:
        more, after = _in_digits(tokens, end, text, lang)
        if (
            after == end + 1
            or more >= last
            or text[tokens[end - 1].end : tokens[end].start].strip()
        ):
            break
        value, end, last, at = value + more, after, more, end
    return value, end


def _glued(tokens: Sequence[Placed], at: int, text: str, lang: str) -> tuple[float, int] | None:
    """Read a figure with a multiplier written close to it, though it be cut in two at its sign."""
    start = tokens[at].start
    if lang in _ENDING and (ended := _ENDED.fullmatch(tokens[at].surface)):
        return float(ended[1]), at + 1
    last = at + 1 if text[tokens[at].end : tokens[at].end + 1] in (".", ",") else at
    if last >= len(tokens):
        return None
    found = _GLUED.fullmatch(text, start, tokens[last].end) or (
        _GLUED.fullmatch(text, start, tokens[at].end)
    )
    if not found:
        return None
    end = last + 1 if found.end() == tokens[last].end else at + 1
    mark = found[2].casefold()
    money = text[start - 1 : start] in _SIGNS if start else False
    scale = _GLUED_TO_MONEY.get(mark) if len(mark) == 1 else _SCALES[mark]
    if scale is None or (len(mark) == 1 and not money):
        return None
    figure = found[1].replace(",", "." if lang not in _ENGLISH else "")
    return float(figure) * scale, end


def _as_range(
    before: list[Number],
    number: Number,
    scaled: tuple[float, int],
    tokens: Sequence[Placed],
    text: str,
) -> list[Number]:
    """Let the first figure of a range count what the second does: "2-3 million", "5–7 %"."""
    if not before or before[0].end != number.position or before[0].percent:
        return before
    first = before[0]
    gap = text[tokens[first.end - 1].end : tokens[number.position].start]
    if not _RANGE.match(gap) or (scaled[1] == number.position + 1 and not number.percent):
        return before
    plain = float(canonical(tokens[number.position].surface, "en")[:30]) or 1.0
    scale = 1.0 if number.percent else number.value / plain
    value = first.value * scale
    if first.unit not in ("", number.unit) or value >= number.value:
        return before
    return [replace(first, value=value, unit=number.unit, percent=number.percent)]


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
    gap = text[tokens[end - 1].end : tokens[end].start]
    if gap == ". " and tokens[end - 1].word.normal in _ABBREVIATED:
        return tokens[end] if tokens[end].surface.islower() else None
    return tokens[end] if gap in GAPS else None
