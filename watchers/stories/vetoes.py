"""Vetoes: what makes two items two events, however alike their words are.

A veto is asked for only where the words would join: it looks at what a template hides, the one
place, figure, date or role that differs. Each gives its reason, short enough to be stored.
"""

from collections import Counter
from datetime import timedelta
from functools import lru_cache
from typing import Final

from watchers.headlines.slots import slots_of
from watchers.stories.contradictions import figures_differ
from watchers.stories.features import ESSAY_TEXT, LONG_TEXT, Features
from watchers.stories.hashes import CONCEPT, ENTITY, FIGURE, KIND, NAME, cross_lingual_id
from watchers.text.names import PLACE_KINDS, gazetteer

Reason = tuple[str | float, ...]
"""A signal's or veto's name and the small values that explain it; JSON-able."""

_TEMPLATE: Final = 0.33
"""Share of common headline words from which two headlines are one template. Little hangs on it:
0.2 or 0.5 moves F1 by a thousandth."""
_INSTALMENT: Final = timedelta(hours=16)
"""A daily rubric keeps its headline; its issues are about a day apart, a copy some hours."""
_COPY: Final = 0.6
"""Share of common runs from which a text is a copy. At 0.4 two contrasting pairs more join
wrongly."""
_LONG_COPY: Final = 0.75
_LONG: Final = 10
"""Runs that both texts must have before their share alone proves a copy: a few may be an outlet's
boilerplate."""
_LONG_TITLE: Final = 3
"""Spaces of a headline that is no mere rubric ("News of the day")."""
_LEAST_SHARED: Final = 2
"""At 1 two contrasting pairs more join wrongly; at 3 nine part wrongly."""
_ESSAY: Final = 1
"""An article that names so few is on a theme, even beside a short text. At 2, F1 on heads of
articles falls by 0.005; at 0 it stays."""
_PASSAGE: Final = 2
"""Common runs of words that no two authors write by chance."""
_QUOTE: Final = 3
"""Common runs from which two outlets' articles quote one thing: some twenty words. Of 120 whole
articles one pair of two events has so much in common, and 65 pairs of one."""
_DENY: Final = cross_lingual_id(CONCEPT, "deny")


def veto(
    one: Features, other: Features, template: float, copied: float, met: float | None = None
) -> Reason | None:
    """Name what tells two items apart, None where nothing does.

    ``template`` is the share of headline words they have in common, ``copied`` the share of common
    five-word runs. A copied text is one text: only its page can differ. ``met`` is how much of
    weight their headlines have in common, None where one is missing.
    """
    if copied >= _COPY:
        return None
    if one.stage * other.stage < 0:
        return ("veto", "stage")
    if one.denies != other.denies and not _knows_denial(one, other):
        return ("veto", "denial")
    return (
        _thin(one, other, met)
        or _theme(one, other)
        or _instalment(one, other)
        or (_filled(one, other) if template >= _TEMPLATE else None)
    )


def _thin(one: Features, other: Features, met: float | None) -> Reason | None:
    """Veto headlines that share a single word, be it the rarest: a person is no event.

    Where the archive is young every word is rare, and one of them would join anything.
    """
    if one.title == other.title:
        return None
    if one.lang != other.lang:
        shared = _shared_across(one, other)
    elif one.has_text and other.has_text:
        return None
    else:
        mine = one.terms if one.has_text else one.terms[: one.title_terms]
        theirs = other.terms if other.has_text else other.terms[: other.title_terms]
        shared = len(set(mine).intersection(theirs))
        if met is not None and not (one.has_text or other.has_text):
            shared = 0  # "on the" joins nothing
    most = max(shared, met or 0.0)
    if most >= _LEAST_SHARED:
        return None
    return ("veto", "thin", int(most)) if most >= 1 else ("veto", "headline")


def _shared_across(one: Features, other: Features) -> int:
    """Count what two languages share; a name is one thing, by its sound and in the gazetteer.

    Where all names in common are of places, two more things must be: much happens in one town.
    """
    shared = set(one.cross_lingual).intersection(other.cross_lingual)
    kinds = Counter(key & KIND for key in shared)
    names = max(kinds[NAME], kinds[ENTITY])
    said = kinds[CONCEPT] + kinds[FIGURE]
    if names <= len(shared & _places()) and said < _LEAST_SHARED:
        return said
    return said + names


@lru_cache(maxsize=1)
def _places() -> frozenset[int]:
    """Give the keys of all places of the gazetteer."""
    return frozenset(
        cross_lingual_id(ENTITY, entity.id)
        for entity in gazetteer().entities.values()
        if entity.kind in PLACE_KINDS
    )


def _theme(one: Features, other: Features) -> Reason | None:
    """Tell an article on a theme from one on an event: the same lands, but nobody in common.

    Who and what an event is about are people, towns, companies, figures, and words quoted. An
    essay on the neighbours of a land shares words with every report of a visit there.
    """
    shorter, longer = sorted((one, other), key=lambda features: len(features.counts))
    if len(longer.counts) < ESSAY_TEXT:
        return None
    articles = len(shorter.counts) >= LONG_TEXT
    essays = any(_is_essay(features) for features in (one, other))
    if not (articles or essays):
        return None
    named = {*shorter.cross_lingual, *shorter.specifics}
    if not named.isdisjoint(longer.specifics) or _common_runs(one, other) >= _PASSAGE:
        return None
    return ("veto", "theme")


def _is_essay(features: Features) -> bool:
    return len(features.counts) >= ESSAY_TEXT and len(features.specifics) <= _ESSAY


def quotes_same(one: Features, other: Features) -> bool:
    """Tell whether two outlets' articles have a passage in common, a long quote say."""
    if min(len(one.counts), len(other.counts)) < LONG_TEXT or one.outlet == other.outlet:
        return False
    return _common_runs(one, other) >= _QUOTE


def _common_runs(one: Features, other: Features) -> int:
    return len(set(one.shingles).intersection(other.shingles))


def is_copy(one: Features, other: Features, copied: float) -> bool:
    """Tell a syndicated copy: most of a long text in common, or one headline within hours."""
    if copied >= _LONG_COPY and min(len(one.shingles), len(other.shingles)) >= _LONG:
        return True
    if one.title != other.title or one.title.count(" ") < _LONG_TITLE:
        return False
    return copied >= _COPY or abs(one.told_at - other.told_at) <= _INSTALMENT


def _knows_denial(one: Features, other: Features) -> bool:
    """Tell whether the one that does not deny in its headline speaks of the denial at all.

    "The ministry: there will be no tax" does, without the word.
    """
    asserting = other if one.denies else one
    return _DENY in asserting.cross_lingual or any(
        slot.denied for slot in slots_of(asserting.frame)
    )


def _filled(one: Features, other: Features) -> Reason | None:
    """Veto two headlines of one template that differ in a figure: a daily rate, a toll."""
    differ = figures_differ(one, other)
    return ("veto", "figure", *differ) if differ else None


def _instalment(one: Features, other: Features) -> Reason | None:
    """Tell the next issue of a daily rubric: one outlet, one headline, another day and text."""
    if one.outlet != other.outlet or one.title != other.title or not one.has_text:
        return None
    gap = abs(one.told_at - other.told_at)
    return ("veto", "instalment", round(gap / timedelta(hours=1))) if gap > _INSTALMENT else None
