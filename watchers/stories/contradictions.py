"""Where two headlines contradict each other: another figure for one thing."""

from collections.abc import Sequence
from datetime import timedelta

from watchers.headlines.headline import MAGNITUDE
from watchers.headlines.tolls import KINDS, MORE, TOLLS
from watchers.stories.features import Features

_CLOSE = 0.02
"""Share by which rounding moves a figure: 4.9 and 5 million are one. At 0.1 one contrasting pair
more joins wrongly; at 0, F1 falls by 0.0002."""
_YEARS = 1900.0
_NEXT_ISSUE = timedelta(hours=16)
"""From here on the other headline is the next day's: daily rates move by less than 2 %."""
_PRECISE = 3
"""Digits from which a figure is not rounded."""
_TOLL_RISES = timedelta(hours=48)
"""How long a toll is expected to rise; after that another toll is another accident's."""
_SEISMIC = 0.5
"""By how much two seismologists' magnitudes of one quake may differ."""
_LAG = timedelta(hours=12)
"""How long some outlets still tell a toll that another's headline has called higher."""
_MARKS = frozenset({19.0})
"""Figures that are part of a name: Covid-19."""


def disjoint(one: Sequence[object], other: Sequence[object]) -> bool:
    """Tell whether both name something, and nothing of it is the same."""
    return bool(one) and bool(other) and set(one).isdisjoint(other)


def figures_differ(one: Features, other: Features) -> tuple[str, float, float] | None:
    """Name a quantity that two headlines give different figures for, None if they agree.

    Figures within 2 % are the same figure, rounded, unless the next day's. One figure in common,
    whatever it counts, and the headlines are taken to agree; so are figures that count nothing,
    and years.
    """
    if figures_agree(one, other):
        return None
    rises = toll_rises(one, other)
    for unit, value in one.figures:
        if unit.endswith(MORE) or (rises and unit in TOLLS):
            continue
        others = [figure for named, figure in other.figures if named == unit]
        if unit == MAGNITUDE and others and abs(value - others[0]) <= _SEISMIC:
            continue
        if others and (unit or not _plain(value, others[0])):
            return unit, value, others[0]
    return None


def toll_rises(one: Features, other: Features) -> bool:
    """Tell whether the later headline may count more people of one event, or adds to its toll.

    Every toll that both state must have risen or held. One that only adds ("two more dead")
    rises whatever was told before. After "the toll rises to five" another outlet may say four.
    """
    first, later = (one, other) if one.told_at <= other.told_at else (other, one)
    if later.told_at - first.told_at > _TOLL_RISES:
        return False
    before, after = stated_tolls(first), stated_tolls(later)
    both = [kind for kind in KINDS if _states(before, kind) and _states(after, kind)]
    if not both or _apart(one, other):
        return False
    lags = later.told_at == first.told_at or (
        later.told_at - first.told_at <= _LAG and _grows(first)
    )
    back = lags and all(
        after[kind] <= before[kind] for kind in both if kind in before and kind in after
    )
    return back or all(
        after[kind] >= before[kind] for kind in both if kind in before and kind in after
    )


def _grows(features: Features) -> bool:
    """Tell a headline in which a figure has grown: that there was a lower one it says itself."""
    return ("rise", 1) in {(axis, sign) for _, axis, sign in features.frame.poles}


def stated_tolls(features: Features) -> dict[str, float]:
    """Give each toll that a headline states, the largest figure of its kind: parts are smaller."""
    found: dict[str, float] = {}
    for unit, value in features.figures:
        if unit in TOLLS:
            found[unit] = max(value, found.get(unit, 0.0))
    return found


def _states(tolls: dict[str, float], kind: str) -> bool:
    return kind in tolls or kind + MORE in tolls


def _apart(one: Features, other: Features) -> bool:
    return disjoint(one.localities, other.localities) or disjoint(
        one.headline_countries, other.headline_countries
    )


def figures_agree(one: Features, other: Features) -> bool:
    """Tell whether two headlines share a figure that only rounding or its spelling changed."""
    later = abs(one.told_at - other.told_at) > _NEXT_ISSUE
    return any(_agree(a, b, later=later) for _, a in one.figures for _, b in other.figures)


def _agree(one: float, other: float, *, later: bool) -> bool:
    """Tell whether two figures are one; a rate given to the last digit moves a little in a day."""
    if later and one != other and min(len(f"{one:g}"), len(f"{other:g}")) >= _PRECISE:
        return False
    return abs(one - other) <= _CLOSE * abs(one)


def _plain(one: float, other: float) -> bool:
    """Tell figures that may be years or marks ("Covid-19") and not amounts."""
    return one in _MARKS or other in _MARKS or one >= _YEARS or other >= _YEARS
