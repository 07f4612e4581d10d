"""Cardinal numbers written as words are read: "twenty-one", «пятеро», «отыз бес»."""

from collections.abc import Sequence
from typing import Protocol

from watchers.text.numerals import COUNTED, NAMED, NAMED_REACH, PARTS, Cardinals

GAPS = frozenset((" ", "\u00a0", "-", ""))
"""What may stand between words that tell one figure."""

_HUNDRED = 100
_UNITS = 9


class Spelt(Protocol):
    """What figures need of a word."""

    @property
    def normal(self) -> str:
        """Its normal form."""

    @property
    def stem(self) -> str:
        """Its likeliest dictionary form."""

    @property
    def number(self) -> bool:
        """Whether it is written in digits."""


class Placed(Protocol):
    """What figures need of a token."""

    @property
    def word(self) -> Spelt:
        """The word that it is."""

    @property
    def surface(self) -> str:
        """As it is written."""

    @property
    def start(self) -> int:
        """Where it begins in the text."""

    @property
    def end(self) -> int:
        """Where it ends in the text, exclusive."""

    @property
    def position(self) -> int:
        """Which word of the text it is."""


def spelled(
    tokens: Sequence[Placed], at: int, text: str, language: Cardinals
) -> tuple[int, int] | None:
    """Read the number that the word ``at`` begins: its value, and where the word after it is.

    None where the words are an ordinal, a fraction, a name, or doubtful.
    """
    last = tokens[at].word.normal
    value = language.values[last]
    room = _room(value, language.tens)
    end = at + 1
    while last in language.open and (step := _next(tokens, end, text, room)) is not None:
        last = tokens[step].word.normal
        more = language.values.get(last, 0)
        if more == _HUNDRED and language.hundred and end == at + 1 and value <= _UNITS:
            value, room = value * _HUNDRED, _HUNDRED
        elif 0 < more < room:
            value, room = value + more, _room(more, language.tens)
        else:
            break
        end = step + 1
    return None if _unread(tokens, at, end, text, language) else (value, end)


def _next(tokens: Sequence[Placed], at: int, text: str, room: int) -> int | None:
    """Find the word that may go on with the number, past the "and" of English hundreds."""
    if at >= len(tokens) or text[tokens[at - 1].end : tokens[at].start] not in GAPS:
        return None
    if room == _HUNDRED and tokens[at].word.normal == "and":
        return _next(tokens, at + 1, text, 0)
    return at


def _room(value: int, tens: int) -> int:
    """Give what a number must be below to follow: anything after hundreds, units after tens."""
    if value >= _HUNDRED:
        return _HUNDRED
    return _UNITS + 1 if value >= tens and value % 10 == 0 else 0


def _unread(tokens: Sequence[Placed], at: int, end: int, text: str, language: Cardinals) -> bool:
    first, after = tokens[at], tokens[end - 1].end
    if PARTS.match(text, after):
        return True
    value = language.values[tokens[end - 1].word.normal]
    if value % 10 == 0 and language.ordinal.match(text, after):
        return True
    if end > at + 1:
        return False
    if value == _HUNDRED and language.hundred:
        return True
    if first.word.normal in language.doubtful:
        follower = tokens[end].word.normal if end < len(tokens) else ""
        return not follower.startswith(COUNTED)
    return NAMED.search(text[max(0, first.start - NAMED_REACH) : first.start]) is not None
