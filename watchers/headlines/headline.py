"""What a headline states: where it ends, what its figures count, what is over."""

import re
from collections.abc import Sequence

from watchers.headlines.concepts import concept_of
from watchers.headlines.furniture import furniture
from watchers.headlines.tolls import tolls_of
from watchers.text.figures import Number
from watchers.text.normal import APOSTROPHE
from watchers.text.words import Analysis, Token

MAX_TOKENS = 1000
"""Words of an item that are read, a page's furniture left out: nearly every article is shorter."""
_LEAD_TOKENS = 25
"""Words of a first sentence that stand for a missing headline: as many as a long headline has."""
MONTHS = frozenset(
    "january february march april may-month june july august september october november december".split()
)
_DAYS = range(1, 32)
MAGNITUDE = "magnitude"
"""The unit of a quake's figure, which stands on either side of it."""
_BEFORE = frozenset({"train", "polls"})
_AFTER = frozenset({"draw", "win", "lose", "result"})

_SUFFIX = re.compile(r"\s+(\||[-–—])\s+([^|]{2,60})$")
# What stands before a dash is a headline whole only if it is long enough: in "Kazakhstan -
# China" no outlet is named.
_MIN_HEADLINE_WORDS = 4
_MAX_OUTLET_WORDS = 6


def head_and_body(analysis: Analysis) -> tuple[Sequence[Token], Sequence[Token]]:
    """Part the headline, without the outlet's name at its end, from the text.

    Where there is no headline the first sentence stands for it, and counts in the text too.
    """
    words = analysis.title_words
    tokens = article(analysis)
    if not words or not any(not token.number for token in tokens[:words]):
        body = tokens[:MAX_TOKENS]
        first = body[0].sentence if body else 0
        return [token for token in body[:_LEAD_TOKENS] if token.sentence == first], body
    end = headline_end(analysis.text[: tokens[words - 1].end])
    head = [token for token in tokens[:words] if token.start < end]
    return head, tokens[words : words + MAX_TOKENS]


def article(analysis: Analysis) -> Sequence[Token]:
    """Leave out what stands around an article: menus, credits, "read also"."""
    tokens, words = analysis.tokens, analysis.title_words
    start = analysis.text.find("\n", tokens[words - 1].end) + 1 if words else 0
    if words and not start:
        return tokens
    kept: list[Token] = []
    at = 0
    for begins, ends in furniture(analysis.text, start, analysis.text[:start]):
        before = at
        while at < len(tokens) and tokens[at].start < begins:
            at += 1
        kept += tokens[before:at]
        while at < len(tokens) and tokens[at].start < ends:
            at += 1
    return [*kept, *tokens[at:]] if at else tokens


def headline_end(title: str) -> int:
    """Find where a headline ends and the name of its outlet begins: "… | The Post"."""
    for _ in range(2):
        found = _SUFFIX.search(title)
        if not found:
            break
        words = found[2].split()
        capitals = sum(word[0].isupper() for word in words)
        named = found[1] == "|" or capitals >= max(1, len(words) - 1)
        figures = any(letter.isdigit() for letter in found[2])
        enough = len(title[: found.start()].split()) >= _MIN_HEADLINE_WORDS
        if not (enough and named and not figures and len(words) <= _MAX_OUTLET_WORDS):
            break
        title = title[: found.start()]
    return len(title)


def figures(analysis: Analysis, lang: str) -> tuple[tuple[str, float], ...]:
    """Name what each figure of a headline counts: people by ``tolls``, else its next word."""
    return headline_figures(analysis, head_and_body(analysis)[0], lang)


def headline_figures(
    analysis: Analysis, head: Sequence[Token], lang: str, lead: Sequence[Token] = ()
) -> tuple[tuple[str, float], ...]:
    """Name what each figure of the headline counts: people by ``tolls``, else its next word.

    Where the headline tells no toll the first sentence of ``lead`` may.
    """
    told = tolls_of(analysis, head, lang)
    positions = {token.position for token in head}
    found = dict(told)
    for number in analysis.numbers:
        if number.position in positions and number.position not in told:
            unit = "%" if number.percent else number.unit.replace(APOSTROPHE, "")
            beside = [
                token for token in head if token.position in (number.position - 1, number.end)
            ]
            if any(concept_of(token.normal, lang) == MAGNITUDE for token in beside):
                unit = MAGNITUDE
            found[number.position] = (unit, number.value, number.end)
    if not told and lead:
        first = [token for token in lead[:_LEAD_TOKENS] if token.sentence == lead[0].sentence]
        found |= tolls_of(analysis, first, lang)
    return tuple((unit, value) for _, (unit, value, _) in sorted(found.items()))


def figure_key(analysis: Analysis, number: Number) -> str:
    """Write a figure so that only its like is the same: 30 districts are no 30 November."""
    if not number.percent and number.value in _DAYS:
        beside = (number.end, number.position - 1)
        words = [analysis.tokens[at].normal for at in beside if 0 <= at < len(analysis.tokens)]
        for month in (concept_of(word, analysis.lang) for word in words):
            if month in MONTHS:
                return f"{number.value:g}/{month}"
    return f"{number.value:g}{'%' * number.percent}"


def stage(concepts: set[str | None]) -> int:
    """Return -1 where a headline says what is to come, 1 for what has come out, 0 for neither."""
    return (not concepts.isdisjoint(_AFTER)) - (not concepts.isdisjoint(_BEFORE))
