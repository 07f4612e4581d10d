"""What makes two alike tellings two events, however alike their words are.

A veto is asked for only where the words would join: it looks at what a template hides, the one
place, figure, date or role that differs. Each gives its reason, short enough to be stored.
"""

from collections import Counter
from datetime import timedelta
from typing import Final

from watchers.stories.signals import figures_differ, roles_swapped
from watchers.stories.telling import ENTITY, FIGURE, KIND, NAME, NOTION, Telling, bridge_id

Reason = tuple[str | float, ...]
"""A signal's or veto's name and the small values that explain it; JSON-able."""

_TEMPLATE: Final = 0.33
"""Share of common headline words from which two headlines are one template."""
_INSTALMENT: Final = timedelta(hours=16)
_COPY: Final = 0.6
_LONG_COPY: Final = 0.75
_LONG: Final = 10
_LONG_TITLE: Final = 3
_LEAST_SHARED: Final = 2
_DENY: Final = bridge_id(NOTION, "deny")


def veto(one: Telling, other: Telling, template: float, copied: float) -> Reason | None:
    """Name what tells two tellings apart, None where nothing does.

    ``template`` is the share of headline words they have in common, ``copied`` the share of
    common five-word runs. A copied text is one text: only its page can differ.
    """
    if copied >= _COPY:
        return None
    if one.stage * other.stage < 0:
        return ("veto", "stage")
    if one.denies != other.denies and not _knows_denial(one, other):
        return ("veto", "denial")
    return (
        _thin(one, other)
        or _instalment(one, other)
        or (_filled(one, other) if template >= _TEMPLATE else None)
    )


def _thin(one: Telling, other: Telling) -> Reason | None:
    """Tell headlines that share a single word, be it the rarest: a person is no event.

    Where the archive is young every word is rare, and one of them would join anything.
    """
    if one.lang != other.lang:
        shared = _shared_across(one, other)
    elif one.has_text and other.has_text:
        return None
    else:
        mine = one.terms if one.has_text else one.terms[: one.title_terms]
        theirs = other.terms if other.has_text else other.terms[: other.title_terms]
        shared = len(set(mine).intersection(theirs))
    if shared >= _LEAST_SHARED or one.title == other.title:
        return None
    return ("veto", "thin", shared)


def _shared_across(one: Telling, other: Telling) -> int:
    """Count what two languages share; a name is one thing, by its sound and in the gazetteer."""
    kinds = Counter(key & KIND for key in set(one.bridges).intersection(other.bridges))
    return kinds[NOTION] + kinds[FIGURE] + max(kinds[NAME], kinds[ENTITY])


def is_copy(one: Telling, other: Telling, copied: float) -> bool:
    """Tell a syndicated copy: most of a long text in common, or one headline within hours."""
    if copied >= _LONG_COPY and min(len(one.shingles), len(other.shingles)) >= _LONG:
        return True
    if one.title != other.title or one.title.count(" ") < _LONG_TITLE:
        return False
    return copied >= _COPY or abs(one.told_at - other.told_at) <= _INSTALMENT


def _knows_denial(one: Telling, other: Telling) -> bool:
    """Tell whether the one that does not deny in its headline speaks of the denial at all."""
    asserting = other if one.denies else one
    return _DENY in asserting.bridges


def _filled(one: Telling, other: Telling) -> Reason | None:
    """Name what one template was filled with differently."""
    if roles_swapped(one, other):
        return ("veto", "roles")
    differ = figures_differ(one, other)
    if differ:
        return ("veto", "figure", *differ)
    for mine, theirs in ((one.spots, other.spots), (one.places, other.places)):
        if mine and theirs and set(mine).isdisjoint(theirs) and not _meet(one, other):
            return ("veto", "place", mine[0], theirs[0])
    return None


def _meet(one: Telling, other: Telling) -> bool:
    """Tell whether either text speaks of a country in the other's headline.

    A headline alone has no text to say it: there the headlines themselves must differ.
    """
    if not (one.has_text and other.has_text):
        return False
    return not (
        set(one.places).isdisjoint(other.lands) and set(other.places).isdisjoint(one.lands)
    )


def _instalment(one: Telling, other: Telling) -> Reason | None:
    """Tell the next issue of a daily rubric: one outlet, one headline, another day and text."""
    if one.outlet != other.outlet or one.title != other.title or not one.has_text:
        return None
    gap = abs(one.told_at - other.told_at)
    return ("veto", "instalment", round(gap / timedelta(hours=1))) if gap > _INSTALMENT else None
