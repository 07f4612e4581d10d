"""What a headline states: where it ends, who stands where, what its figures count, what is over."""

import re
from collections.abc import Sequence

from watchers.stories.concepts import concept_of
from watchers.stories.hashes import ENTITY, MIN_NAME, cross_lingual_id
from watchers.text.normal import APOSTROPHE
from watchers.text.words import Analysis, Mention, Token

MAX_TOKENS = 220
"""Words of an item that are read: a headline and the head of the article, where news stands first.
With 100, F1 on whole articles falls by 0.13; with 400 it gains 0.02 there, and more is kept."""
_LEAD_TOKENS = 25
"""Words of a first sentence that stand for a missing headline: as many as a long headline has."""
_SYMMETRIC = frozenset({"talks", "meet", "phone", "agreement", "cooperation", "summit", "match"})
"""What two do together has no direction: who "met" whom says nothing."""

_BEFORE = frozenset({"train"})
_AFTER = frozenset({"draw", "win", "lose"})

TOLLS = frozenset({"kill", "injur"})
"""Concepts that count people, and whose figures rise while a story lives."""
_PERSONS = ("peopl", "person", "челов", "адам", "киши", "kishi", "odam", "нафар", "adam")
_DAILY = ("сутк", "daily", "тәулік")
"""Words of a daily bulletin, where the next figure is the next day's."""
_PREPOSITION = 2
"""Letters of a word that counts nothing: "in", «на». So "killed 9 in Osh" are nine dead."""
_YEARS = 1900
"""Figures from here on are years rather than people, in a headline."""

_SUFFIX = re.compile(r"\s+(\||[-–—])\s+([^|]{2,60})$")
# What stands before a dash is a headline whole only if it is long enough: in "Kazakhstan - China" no
# outlet is named.
_MIN_HEADLINE_WORDS = 4
_MAX_OUTLET_WORDS = 6


def head_and_body(analysis: Analysis) -> tuple[Sequence[Token], Sequence[Token]]:
    """Part the headline, without the outlet's name at its end, from the text.

    Where there is no headline the first sentence stands for it, and counts in the text too.
    """
    tokens = analysis.tokens
    words = analysis.title_words
    if not words or not any(not token.number for token in tokens[:words]):
        body = tokens[:MAX_TOKENS]
        first = body[0].sentence if body else 0
        return [token for token in body[:_LEAD_TOKENS] if token.sentence == first], body
    end = headline_end(analysis.text[: tokens[words - 1].end])
    head = [token for token in tokens[:words] if token.start < end]
    return head, tokens[words : words + MAX_TOKENS]


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


def roles(
    head: Sequence[Token], mentions: Sequence[Mention], lang: str
) -> tuple[tuple[int, str], ...]:
    """Pair the headline's entities with the words on either side: who stands where."""
    if not head:
        return ()
    first = head[0].position
    named = {at for one in mentions for at in range(one.start, one.end)}
    found: dict[tuple[int, str], None] = {}
    for one in mentions:
        for at in (one.start - 1, one.end):
            if at in named or not 0 <= at - first < len(head):
                continue
            token = head[at - first]
            word = concept_of(token.normal, lang) or token.stem
            if word not in _SYMMETRIC and len(word) >= MIN_NAME:
                found[cross_lingual_id(ENTITY, one.id), word] = None
    return tuple(found)


def figures(analysis: Analysis, lang: str) -> tuple[tuple[str, float], ...]:
    """Name what each figure of a text's headline counts: ``kill``, ``injur``, else its next word."""
    return headline_figures(analysis, head_and_body(analysis)[0], lang)


def headline_figures(
    analysis: Analysis, head: Sequence[Token], lang: str
) -> tuple[tuple[str, float], ...]:
    """Name what each figure of the headline counts: the dead, the injured, else its next word."""
    position_in_headline = {token.position: at for at, token in enumerate(head)}
    concepts = [concept_of(token.normal, lang) for token in head]
    daily = any(token.normal.startswith(_DAILY) for token in head)
    found = []
    for number in analysis.numbers:
        at = position_in_headline.get(number.position)
        if at is not None:
            after = at + number.end - number.position
            counts = not daily and not number.percent and number.value == int(number.value)
            toll = _toll(at, after, head, concepts) if counts and 0 < number.value < _YEARS else ""
            unit = "%" if number.percent else toll or number.unit.replace(APOSTROPHE, "")
            found.append((unit, number.value))
    return tuple(found)


def _toll(at: int, after: int, head: Sequence[Token], concepts: Sequence[str | None]) -> str:
    """Tell whether a figure counts the dead or the injured, "" where it counts neither.

    The figure stands at the words ``at`` to ``after``. It counts them before such a word ("9
    dead"), after it with nothing else to count ("killed 9 and"), before people where the
    headline has such a word, or soon after it ("kills as many as 9 in", "toll rises to 9").
    """
    follower = head[after].normal if after < len(head) else ""
    beside = concepts[after : after + 1]
    if len(follower) <= _PREPOSITION:
        beside = [*beside, *concepts[max(0, at - 1) : at]]
    for concept in (*beside, *concepts[after + 1 : after + 2]):
        if concept in TOLLS:
            return concept
    toll = next((concept for concept in concepts if concept in TOLLS), None)
    soon = any(
        concept in TOLLS or concept == "growth" for concept in concepts[max(0, at - 3) : at]
    )
    if toll and (follower.startswith(_PERSONS) or (soon and len(follower) <= _PREPOSITION)):
        return toll
    return ""


def stage(concepts: set[str | None]) -> int:
    """Return -1 where a headline says what is to come, 1 for what has come out, 0 for neither."""
    return (not concepts.isdisjoint(_AFTER)) - (not concepts.isdisjoint(_BEFORE))
