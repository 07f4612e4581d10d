"""Tolls: how many people a headline counts as dead, hurt, missing, detained or evacuated; pure.

A toll rises while its story lives, and headlines tell it in many ways: "third victim dies",
«унёс жизни трёх человек», «саны беске жетті», «скончались ещё двое».
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from watchers.headlines.concepts import plain_words
from watchers.headlines.toll_words import OPENERS, ordinals, roles
from watchers.text.figures import Number
from watchers.text.words import Analysis, Token

KINDS: Final = ("kill", "injur", "missing", "detain", "evacuat")
"""What a toll counts people as; the unit of its figure. The first that fits a word is meant."""
_OTHER: Final = "other"
MORE: Final = "+"
"""Ends the unit of a figure that adds to a toll told before: "two more dead" is ``kill+``."""
TOLLS: Final = frozenset((*KINDS, *(kind + MORE for kind in KINDS)))

_DIGIT_ORDINAL: Final = re.compile(r"(\d{1,3})(?:st|nd|rd|th)")
_ORDINAL_TAIL: Final = re.compile(r"(?:й|я|е|го|му|м|ю|ой|ая|ші|шы|чи|чү|чы|чу|chi|ум|юм)")
"""What a hyphen ties to a figure that is an ordinal: 3-й, 5-ші."""
_ROAD: Final = re.compile(
    r"roads?|booths?|plazas?|highways?|motorways?|bridges?|tolls|free|charges?"
)
_ONE: Final = re.compile(
    r"один|одна|одного|одной|одну|бір|біреу\S*|бир|бирөө\S*|bir|yana bir|як|one"
)
_NO_TOLL: Final = re.compile(r"anniversary|sentence|penalty|row|day|month")
"""What follows "second death …" where nobody new has died."""
_DAILY: Final = re.compile(r"сутк\S*|daily|тәулік\S*|суткад\S*|шабонарӯз\S*|sutka\S*")
"""A daily bulletin's word, where the next figure is the next day's."""
_AGES: Final = re.compile(r"at|aged|age|возрасте|жасында|жашында|yoshida|синни")
_INSIDE: Final = frozenset(".,")
"""What a figure stands behind that is a part of another: version 1.4."""
_YEARS: Final = range(1900, 2101)
_BREAK: Final = re.compile(r"[,;:.!?…(]| [-–—] ")
_CLAUSE: Final = 6
"""So many words away another clause is."""
_FAR: Final = 12
"""Words from a figure to what became of the people it counts, at most."""
_PART: Final = 6
"""Words from "among" to the figure of a part, at most."""
_REACH: Final = 3
"""Words between a figure and what it counts, at most: "kills as many as 9"."""
_PREPOSITION: Final = 2
"""Letters of a word that counts nothing: "in", «на»."""


def tolls_of(
    analysis: Analysis, words: Sequence[Token], lang: str
) -> dict[int, tuple[str, float, int]]:
    """Name the tolls among ``words``, a headline's or a first sentence's.

    By the position of the word that begins it: the unit, the value, and the position behind it.
    """
    reader = _Reader.of(analysis.text, words, lang)
    if reader is None:
        return {}
    found: dict[int, tuple[str, float, int]] = {}
    at_position = {token.position: at for at, token in enumerate(words)}
    spelt: set[int] = set()
    for number in analysis.numbers:
        at = at_position.get(number.position)
        if at is None or analysis.text[words[at].start - 1 : words[at].start] in _INSIDE:
            continue
        after = at + number.end - number.position
        spelt.update(
            place for place in range(at, min(after, len(words))) if not words[place].number
        )
        if unit := reader.unit(at, after, number, words):
            found[number.position] = (unit, number.value, number.end)
    for at, token in enumerate(words):
        told = None if at in spelt else reader.ordinal(at, words)
        told = told or (None if at in spelt or token.number else reader.one_more(at))
        if told:
            found[token.position] = (*told, token.position + 1)
    return found


class _Reader:
    """One headline's words with the roles that they play for a toll."""

    __slots__ = ("_clauses", "_kinds", "_lang", "_roles", "_words")

    def __init__(self, words: list[str], lang: str, kinds: list[str], clauses: list[int]) -> None:
        self._words = words
        self._clauses = clauses
        self._lang = lang
        self._roles = roles(lang)
        self._kinds = kinds

    @classmethod
    def of(cls, text: str, tokens: Sequence[Token], lang: str) -> "_Reader | None":
        """Read a headline, None where it counts nobody or is a daily bulletin."""
        column = lang.partition("-")[0]
        plain = plain_words(tokens, column)
        if column not in OPENERS:
            column = "en" if all(word.isascii() for word in plain) else "ru"
        if any(_DAILY.fullmatch(word) for word in plain):
            return None
        kinds = [_kind(plain, at, column) for at in range(len(plain))]
        if column == "en" and not set(kinds).intersection(KINDS):
            # "Toll in plane crash reaches 38" counts the dead; a toll road counts nobody.
            kinds = ["kill" if word == "toll" else kinds[at] for at, word in enumerate(plain)]
            if any(_ROAD.fullmatch(word) for word in plain):
                return None
        if not set(kinds).intersection(KINDS):
            return None
        return cls(plain, column, kinds, _clauses(text, tokens))

    def unit(self, at: int, after: int, number: Number, tokens: Sequence[Token]) -> str:
        """Name whom a figure at the words ``at`` to ``after`` counts, "" where nobody."""
        value = number.value
        if number.percent or value != int(value) or value <= 0 or number.unit == "usd":
            return ""
        if self._is(at - 1, _AGES) or self._ordinal_tail(after, tokens) or tokens[at].joined:
            return ""
        follower = self._word(after)
        person = self._plays(after, "person")
        if int(value) in _YEARS and not person:
            return ""
        if self._plays(after + 1 if self._kind(after) else after, "measure"):
            return ""
        kind = self._counted(at, after, follower, person=person)
        if kind not in KINDS or self._part(at, after):
            return ""
        return kind + MORE if self._more(at, after) else kind

    def _counted(self, at: int, after: int, follower: str, *, person: bool) -> str:
        behind = [
            self._kinds[place]
            for place in (after, after + 1)
            if self._kind(place) and self._clauses[place] == self._clauses[after - 1]
        ]
        if len(follower) <= _PREPOSITION or not self._same_clause(after):
            behind = [self._kind(at - 1), *behind]
        if kind := next(filter(None, behind), ""):
            return kind
        nearest = self._nearest(at, after)
        family = self._word(at - 1) == "of" and self._word(at - 2) == "family"
        if person or family or self._plays(after, "more"):
            return nearest
        # "Killed two miners of …": what became of them stands right before the figure.
        place = at - 2 if self._plays(at - 1, "about") else at - 1
        before = self._kind(place)
        if before and (not self._plays(at - 1, "among")):
            return before
        counts = any(self._plays(place, "count") for place in range(len(self._words)))
        near = range(max(0, at - (_REACH + 2 if counts else _REACH)), at)
        soon = any(self._plays(p, "reach") or self._kind(p) for p in near)
        if len(follower) <= _PREPOSITION and not follower.isdecimal() and soon:
            return nearest
        return nearest if counts and (soon or self._plays(after, "reach")) else ""

    def _nearest(self, at: int, after: int) -> str:
        """Name what the nearest word of a kind makes of people; the later one of two."""
        places = [place for place, kind in enumerate(self._kinds) if kind]
        distance = {
            place: (place - after if place >= after else at - place)
            + _CLAUSE * abs(self._clauses[place] - self._clauses[at])
            for place in places
        }
        if not places:
            return ""
        nearest = min(places, key=lambda place: (distance[place], -place))
        return self._kinds[nearest] if distance[nearest] <= _FAR else ""

    def _same_clause(self, after: int) -> bool:
        return after < len(self._words) and self._clauses[after] == self._clauses[after - 1]

    def _fate(self, at: int, after: int) -> str:
        """Name what became of the one at a word: an injured man who died is dead."""
        clause = self._clauses[at]
        here = [k for k, where in zip(self._kinds, self._clauses, strict=True) if where == clause]
        return "kill" if "kill" in here else self._kind(after) or self._nearest(at, after)

    def _part(self, at: int, after: int) -> bool:
        """Tell a part from a toll: "among the dead two children", «в том числе двое детей»."""
        near = [
            place
            for place in range(max(0, at - _PART), at)
            if self._plays(place, "among") and self._clauses[place] == self._clauses[at]
        ]
        if any(self._words[place] not in ("of", "из") for place in near):
            return True
        return self._plays(after, "person") and self._word(after + 1) in ("among", "среди")

    def _more(self, at: int, after: int) -> bool:
        """Tell what adds to a toll: "two more", «ещё двое», and not "more than two"."""
        if self._word(after) == "more" and self._word(after + 1) == "than":
            return False
        around = (at - 2, at - 1, after) if self._word(at - 1) != "than" else (after,)
        return any(
            self._plays(place, "more") for place in around if not self._other(place, after)
        ) or (self._plays(after + 1, "more") and self._plays(after, "person"))

    def _other(self, place: int, after: int) -> bool:
        """Tell "two others hurt" and "killed 2, other news", which add to nothing."""
        return (
            self._words[place] in ("other", "others") and place <= after
            if (0 <= place < len(self._words))
            else False
        )

    def ordinal(self, at: int, tokens: Sequence[Token]) -> tuple[str, float] | None:
        """Read an ordinal as a toll: "third victim dies", «тело третьего шахтёра»."""
        value = self._ordinal_value(at, tokens)
        after = at + 2 if tokens[at].number else at + 1
        if not value or self._is(after + 1, _NO_TOLL):
            return None
        beside = self._plays(after, "person") or bool(self._kind(after))
        if not beside and not (at and self._words[at - 1].startswith("тел")):
            return None
        kind = self._fate(at, after)
        return (kind, float(value)) if kind in KINDS else None

    def _ordinal_value(self, at: int, tokens: Sequence[Token]) -> int:
        word = self._words[at]
        if tokens[at].number:
            return int(word) if word.isdecimal() and self._ordinal_tail(at + 1, tokens) else 0
        if found := _DIGIT_ORDINAL.fullmatch(word):
            return int(found[1])
        for value, pattern in enumerate(ordinals(self._lang), 2):
            if pattern.fullmatch(word):
                return value
        return 0

    def _ordinal_tail(self, at: int, tokens: Sequence[Token]) -> bool:
        return (
            at < len(tokens)
            and tokens[at].joined
            and _ORDINAL_TAIL.fullmatch(self._words[at]) is not None
        )

    def one_more(self, at: int) -> tuple[str, float] | None:
        """Read one that adds to a toll: «скончался ещё один», "another victim dies"."""
        if not self._plays(at, "more") or self._words[at] in ("other", "others"):
            return None
        another = self._words[at] == "another"
        near = any(self._kind(place) for place in (at - 2, at - 1, at + 2, at + 3))
        one = self._is(at + 1, _ONE) or (another and near and self._plays(at + 1, "person"))
        if self._words[at] == "more" and self._is(at - 1, _ONE) and self._word(at + 1) != "than":
            one = True
        kind = self._fate(at, at + 1)
        if another and self._kind(at + 1):
            one, kind = True, self._kinds[at + 1]
        return (
            (kind + MORE, 1.0)
            if one and kind in KINDS and not self._plays(at + 2, "measure")
            else None
        )

    def _word(self, at: int) -> str:
        return self._words[at] if 0 <= at < len(self._words) else ""

    def _kind(self, at: int) -> str:
        return self._kinds[at] if 0 <= at < len(self._kinds) else ""

    def _is(self, at: int, pattern: re.Pattern[str]) -> bool:
        return pattern.fullmatch(self._word(at)) is not None

    def _plays(self, at: int, role: str) -> bool:
        return role in self._roles and self._is(at, self._roles[role])


def _clauses(text: str, tokens: Sequence[Token]) -> list[int]:
    """Give the number of the clause that each word stands in, as commas and dashes part them."""
    clause, found, end = 0, [], tokens[0].start if tokens else 0
    for token in tokens:
        clause += _BREAK.search(text, end, token.start) is not None
        found.append(clause)
        end = token.end
    return found


def _kind(words: Sequence[str], at: int, column: str) -> str:
    """Name what a word makes of people, "" for nothing."""
    word = words[at]
    paired = word in OPENERS[column] and at + 1 < len(words)
    if kind := _kind_of(word, f"{word} {words[at + 1]}" if paired else word, column):
        return kind
    told = roles(column)
    lives = told.get("lives")
    if (word == "lives" if lives is None else lives.fullmatch(word)) and any(
        told["of_lives"].fullmatch(other) for other in words
    ):
        return "kill"
    return ""


@lru_cache(maxsize=6144)
def _kind_of(word: str, pair: str, column: str) -> str:
    told = roles(column)
    for kind in (*KINDS, _OTHER):
        if told[kind].fullmatch(word) or told[kind].fullmatch(pair):
            return kind
    return ""
