"""What makes two alike tellings two events, however alike their words are.

A veto is asked for only where the words would join: it looks at what a template hides, the one
place, figure, date or role that differs. Each gives its reason, short enough to be stored.
"""

from datetime import timedelta
from typing import Final

from watchers.stories.signals import figures_differ, roles_swapped
from watchers.stories.telling import Telling

Reason = tuple[str | float, ...]
"""A signal's or veto's name and the small values that explain it; JSON-able."""

_TEMPLATE: Final = 0.45
"""Share of common headline words from which two headlines are one template."""
_INSTALMENT: Final = timedelta(hours=16)
_COPY: Final = 0.6


def veto(one: Telling, other: Telling, template: float, copied: float) -> Reason | None:
    """Name what tells two tellings apart, None where nothing does.

    ``template`` is the share of headline words they have in common, ``copied`` the share of
    common five-word runs. A copied text is one text: only its page can differ.
    """
    if copied >= _COPY:
        return None
    if roles_swapped(one, other):
        return ("veto", "roles")
    return _instalment(one, other) or (_filled(one, other) if template >= _TEMPLATE else None)


def _filled(one: Telling, other: Telling) -> Reason | None:
    """Name what one template was filled with differently."""
    differ = figures_differ(one, other)
    if differ:
        return ("veto", "figure", *differ)
    for mine, theirs in ((one.spots, other.spots), (one.places, other.places)):
        if mine and theirs and set(mine).isdisjoint(theirs):
            return ("veto", "place", mine[0], theirs[0])
    return ("veto", "denial") if one.denies != other.denies else None


def _instalment(one: Telling, other: Telling) -> Reason | None:
    """Tell the next issue of a daily rubric: one outlet, one headline, another day and text."""
    if one.outlet != other.outlet or one.title != other.title or not one.has_text:
        return None
    gap = abs(one.told_at - other.told_at)
    return ("veto", "instalment", round(gap / timedelta(hours=1))) if gap > _INSTALMENT else None
