"""What a later item changes in a story: a denial, another figure for what was counted; pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from storage.model import Item
from watchers.stories.features import Features
from watchers.stories.gravity import Gravity, gravity

CONFIRMED_BY = 2
"""So many outlets' higher toll holds although the shown headline is younger."""


@dataclass(frozen=True, slots=True)
class MaterialChange:
    """A fact of a story that is no longer as readers were told.

    ``key`` names it, so that the same change is told once: ``denied``, or ``unit=value``.
    """

    key: str
    before: float | None = None
    after: float | None = None


def material(features: Features, earlier: Iterable[Features]) -> MaterialChange | None:
    """Name what a new item of a story changes in it, None where it only tells it again.

    A figure counts where a headline gives the same unit another value than every headline
    before. An item that is older than one we have corrects nothing.
    """
    known = tuple(earlier)
    if not known or any(before.told_at > features.told_at for before in known):
        return None
    if features.denies and not any(before.denies for before in known):
        return MaterialChange("denied")
    for unit, value in features.figures:
        stated = [figure for before in known for name, figure in before.figures if name == unit]
        if unit and stated and value not in stated:
            return MaterialChange(f"{unit}={value:g}", stated[-1], value)
    return None


def outgrown(shown: Item, items: Iterable[Item]) -> Gravity:
    """Return the tolls by now where a shown headline states smaller ones; 0 where it holds.

    A higher toll counts that was told later than the headline, or by two outlets: one earlier
    figure alone may be what the headline corrects. Lower figures say nothing: they often count
    a part ("three of them children").
    """
    others = [item for item in items if item is not shown]
    return Gravity(
        dead=_higher(shown, others, lambda what: what.dead),
        injured=_higher(shown, others, lambda what: what.injured),
    )


def _higher(shown: Item, others: Iterable[Item], toll: Callable[[Gravity], int]) -> int:
    stated = toll(gravity(shown.title, shown.lang))
    if not stated:
        return 0
    told_by: dict[int, set[str]] = {}
    later = 0
    for item in others:
        figure = toll(gravity(item.title, item.lang))
        if figure > stated:
            told_by.setdefault(figure, set()).add(item.outlet.name)
            later = max(later, figure) if item.headline_at > shown.headline_at else later
    confirmed = (figure for figure, by in told_by.items() if len(by) >= CONFIRMED_BY)
    return max(later, *confirmed, 0)
