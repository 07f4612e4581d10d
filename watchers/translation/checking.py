"""Whether a translation may be shown: what it must keep, and what it must not bring along; pure.

A machine's words stand beside outlets' names, so whatever is doubtful is dropped, and the original
is shown. Names are checked afterwards and not hidden behind placeholders: translators break these
or cannot inflect them, and a name in its sentence is translated better.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from storage.reading import labels
from watchers.text import words
from watchers.text.language import identify
from watchers.text.names import Gazetteer
from watchers.text.skeleton import skeleton
from watchers.text.words import Analysis, Mention

_LONGER: Final = 3
_ROOM: Final = 40
"""A translation has at most so many times the letters of its text, and so many more."""

_SHORTER: Final = 4
"""And no less than a part of so many of them."""

_MARKUP: Final = re.compile(
    r"</?[a-z!][^>]*>|&(?:[a-z]+|#x?[0-9a-f]+);|```|\*\*|__|\]\(|[{}]|\\[nrtu]", re.IGNORECASE
)
_LINK: Final = re.compile(
    r"\w+://|\bwww\.|\b(?:t|telegram)\.me\b|@\w{3,}|\bmailto:"
    r"|\b[a-z0-9-]{2,}\.[a-z]{2,24}\b",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    r"\b(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{2,4})\b"
    r"|\b(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b"
)
_TIME: Final = re.compile(r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\b")
_DIGITS: Final = re.compile(r"\d+")
_ROMAN: Final = re.compile(r"\b(?=[IVX])(?:X{0,3}(?:IX|IV|V?I{0,3}))\b")
_ROMAN_DIGITS: Final = {"I": 1, "V": 5, "X": 10}

_MUST_STAY: Final = frozenset({"person", "organisation", "company", "city", "region", "country"})
_MUST_NOT_COME: Final = frozenset({"person", "city"})

Figure: TypeAlias = frozenset[float]
"""The values as which one figure may be written: 18:00 is 6 in the evening."""


def cleaned(said: str) -> str:
    """Return an answer without what cannot be seen: controls, marks of direction, odd spaces."""
    seen = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Zs") else letter
        for letter in said.strip()
        if letter in "\r\n\t" or unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cs", "Cn")
    )
    return " ".join(seen.split())


def fault(
    text: str,
    said: str,
    source: str,
    target: str,
    *,
    is_headline: bool,
    names: Gazetteer | None = None,
) -> str:
    """Say in a few words why what was ``said`` is no translation of ``text``; "" where it is.

    ``source`` and ``target`` are languages; ``said`` is as it came.
    """
    shown = cleaned(said)
    lines = len(said.strip().splitlines())
    return _form_fault(text, shown, lines if is_headline else 1) or _words_fault(
        text, shown, source, target, names
    )


def _form_fault(text: str, shown: str, lines: int) -> str:
    """Say what is wrong with the look of a translation."""
    bounds = len(text) // _SHORTER <= len(shown) <= _LONGER * len(text) + _ROOM
    rules = (
        (bool(shown), "nothing said"),
        (lines <= 1, "more than a line"),
        (bounds, "too long or too short"),
        (not _brings(_MARKUP, text, shown), "markup"),
        (not _brings(_LINK, text, shown), "a link"),
        (shown.casefold() != " ".join(text.split()).casefold(), "the text itself"),
    )
    return next((why for is_kept, why in rules if not is_kept), "")


def _words_fault(text: str, shown: str, source: str, target: str, names: Gazetteer | None) -> str:
    """Say what is wrong with the words of a translation."""
    if identify(shown, labels(target)) not in labels(target):
        return "another language"
    before, after = _read(text, labels(source), names), _read(shown, labels(target), names)
    if _skeletons(before) == _skeletons(after):
        return "the text in other letters"
    if not _keeps_figures(before, after):
        return "another figure"
    return "" if _keeps_names(before, after) else "another name"


def _brings(pattern: re.Pattern[str], text: str, said: str) -> bool:
    """Tell whether a translation has something of a kind that its text does not have."""
    there = {found.casefold() for found in pattern.findall(text)}
    return any(found.casefold() not in there for found in pattern.findall(said))


def _read(text: str, written: tuple[str, ...], names: Gazetteer | None) -> Analysis:
    label = written[0] if len(written) == 1 else identify(text, written)
    return words.analyse(text, lang=label, names=names)


def _skeletons(read: Analysis) -> tuple[str, ...]:
    return tuple(skeleton(token.normal) for token in read.tokens)


# --- figures --------------------------------------------------------------------------------


def _keeps_figures(before: Analysis, after: Analysis) -> bool:
    """Tell whether every figure of each text stands in the other, in digits or in words."""
    return _stand_in(_figures(before), after) and _stand_in(_figures(after), before)


def _stand_in(figures: Iterable[Figure], there: Analysis) -> bool:
    possible = _rounded(_values(there))
    return all(_rounded(figure) & possible for figure in figures)


def _figures(read: Analysis) -> Iterator[Figure]:
    """Yield what is written in digits in a text, each as the values that may stand for it."""
    taken: list[tuple[int, int]] = []
    for found in _DATE.finditer(read.text):
        taken.append(found.span())
        yield frozenset({float(found["day"] or found["d"])})
        year = float(found["year"] or found["y"])
        yield frozenset({year, year + 2000})  # the month may have its name there
    for found in _TIME.finditer(read.text):
        taken.append(found.span())
        hour = float(found["hour"])
        yield frozenset({hour, hour - 12, hour + 12})
        if float(found["minute"]):
            yield frozenset({float(found["minute"])})
    for number in read.numbers:
        start, end = read.tokens[number.position].start, read.tokens[number.end - 1].end
        if _DIGITS.search(read.text, start, end) and not _inside((start, end), taken):
            yield frozenset({number.value})
            taken.append((start, end))
    for found in _DIGITS.finditer(read.text):
        if not _inside(found.span(), taken):
            yield frozenset({float(found[0])})


def _inside(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)


def _values(read: Analysis) -> Iterator[float]:
    """Yield every value that a text may be said to tell, in digits, in words, in Roman figures."""
    for number in read.numbers:
        yield number.value
    for figure in _figures(read):
        yield from figure
    for found in (*_DATE.finditer(read.text), *_TIME.finditer(read.text)):
        yield from (float(part) for part in found.groups() if part)
    for found in _ROMAN.finditer(read.text):
        yield float(_roman(found[0]))


def _roman(figure: str) -> int:
    values = [_ROMAN_DIGITS[letter] for letter in figure]
    return sum(
        -value if value < max(values[at + 1 :], default=0) else value
        for at, value in enumerate(values)
    )


def _rounded(values: Iterable[float]) -> frozenset[float]:
    """Make values comparable: 1.2 billion is 1,200,000,000."""
    return frozenset(float(f"{value:.9g}") for value in values)


# --- names ----------------------------------------------------------------------------------


def _keeps_names(before: Analysis, after: Analysis) -> bool:
    """Tell whether names that we know stand in the translation, and no other person or city does.

    A country may be told by anything that is of it: "Kazakh" for «казахстанский», or Astana.
    """
    said, countries = {one.id for one in after.entities}, {one.country for one in after.entities}
    asked = {one.id for one in before.entities}
    kept = all(
        any(
            one.id in said or (one.kind == "country" and one.country in countries) for one in group
        )
        for group in _groups(before, lambda one: one.kind in _MUST_STAY)
    )
    return kept and all(
        any(one.id in asked for one in group)
        for group in _groups(after, lambda one: one.kind in _MUST_NOT_COME)
    )


def _groups(read: Analysis, counts: Callable[[Mention], bool]) -> Iterator[list[Mention]]:
    """Yield the mentions that count, those of the same words together: one of them is meant."""
    group: list[Mention] = []
    for one in sorted(filter(counts, read.entities), key=lambda one: (one.start, -one.end)):
        if group and one.start >= max(other.end for other in group):
            yield group
            group = []
        group.append(one)
    if group:
        yield group
