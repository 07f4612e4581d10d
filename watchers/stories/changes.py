"""What a later item changes in a story: a denial, a higher toll; pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from storage.model import Item
from storage.outbox.deliveries import Turn
from watchers.headlines.tolls import KINDS, MORE
from watchers.stories.contradictions import stated_tolls, toll_rises
from watchers.stories.features import Features
from watchers.stories.gravity import Gravity, gravity

CONFIRMED_BY = 2
"""So many outlets' higher toll holds although the shown headline is younger."""
ROUNDING = 0.05
"""Share by which a round figure and an exact one may differ and mean the same."""
ROUND = 10
"""What round figures are multiples of."""


@dataclass(frozen=True, slots=True)
class MaterialChange:
    """A fact of a story that is no longer as readers were told.

    ``key`` names it, so that the same change is told once: ``denied``, or ``kill=9``. Of a toll
    ``kind`` is what people were counted as, ``before`` what headlines last said, ``after`` what
    is said now; ``more`` marks an ``after`` that comes on top ("two more dead").
    """

    key: str
    kind: str = ""
    before: int | None = None
    after: int | None = None
    more: bool = False

    @property
    def turn(self) -> Turn | None:
        """From what to what a toll went, None where no toll did."""
        if self.before is None or self.after is None:
            return None
        return Turn(self.kind, self.before, self.after, self.more)


def material(features: Features, earlier: Iterable[Features]) -> MaterialChange | None:
    """Name what a new item of a story changes in it, None where it only tells it again.

    Only tolls and denials are: they alone name one quantity of one event the same way in every
    headline. A sum may be rounded, a rate is the next day's, a loss another company's. A toll
    must be higher than any headline's before, of one place, within two days; an item that is no
    newer than one we have corrects nothing.
    """
    known = tuple(earlier)
    if not known or any(before.told_at >= features.told_at for before in known):
        return None
    if features.denies and not any(before.denies for before in known):
        return MaterialChange("denied")
    told = stated_tolls(features)
    for kind in KINDS:
        stated = [one for one in known if kind in stated_tolls(one)]
        if not stated:
            continue
        last = max(stated, key=lambda one: (stated_tolls(one)[kind], one.told_at))
        before, after, more = stated_tolls(last)[kind], told.get(kind), told.get(kind + MORE)
        if not toll_rises(last, features):
            continue
        if after is not None and after > before and not _rounded(before, after):
            return MaterialChange(f"{kind}={after:g}", kind, int(before), int(after))
        if after is None and more is not None and not _adds_again(known, kind):
            key = f"{kind}={before:g}+{more:g}"
            return MaterialChange(key, kind, int(before), int(more), more=True)
    return None


def _rounded(before: float, after: float) -> bool:
    """Tell a figure that only says another more exactly: "some 300" and 312."""
    exact = after if before % ROUND == 0 else before
    return (
        before >= ROUND
        and abs(after - before) <= ROUNDING * exact
        and (before % ROUND == 0 or after % ROUND == 0)
    )


def _adds_again(known: Iterable[Features], kind: str) -> bool:
    """Tell whether "two more" was told before, or may be in a total told since."""
    more = [one for one in known if kind + MORE in stated_tolls(one)]
    totals = {stated_tolls(one)[kind] for one in known if kind in stated_tolls(one)}
    return bool(more) or len(totals) > 1


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
