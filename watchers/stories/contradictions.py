"""Where two headlines contradict each other: another figure for one thing, or swapped roles."""

from collections.abc import Sequence
from datetime import timedelta

from watchers.stories.features import Features
from watchers.stories.headline import TOLLS

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
    mine = [value for _, value in one.figures]
    theirs = [value for _, value in other.figures]
    later = abs(one.told_at - other.told_at) > _NEXT_ISSUE
    if any(_agree(a, b, later=later) for a in mine for b in theirs):
        return None
    rises = toll_rises(one, other)
    for unit, value in one.figures:
        if rises and unit in TOLLS:
            continue
        others = [figure for named, figure in other.figures if named == unit]
        if others and (unit or not _plain(value, others[0])):
            return unit, value, others[0]
    return None


def toll_rises(one: Features, other: Features) -> bool:
    """Tell whether the later headline counts more dead or injured of what may be one event."""
    counted = [
        (unit, value, more)
        for unit, value in one.figures
        if unit in TOLLS
        for named, more in other.figures
        if named == unit
    ]
    if not counted or abs(one.told_at - other.told_at) > _TOLL_RISES:
        return False
    if disjoint(one.localities, other.localities) or disjoint(
        one.headline_countries, other.headline_countries
    ):
        return False
    later = 1 if one.told_at <= other.told_at else -1
    return all(later * (more - value) >= 0 for _, value, more in counted)


def _agree(one: float, other: float, *, later: bool) -> bool:
    """Tell whether two figures are one; a rate given to the last digit moves a little in a day."""
    if later and one != other and min(len(f"{one:g}"), len(f"{other:g}")) >= _PRECISE:
        return False
    return abs(one - other) <= _CLOSE * abs(one)


def _plain(one: float, other: float) -> bool:
    """Tell figures that may be years or marks ("Covid-19") and not amounts."""
    return one in _MARKS or other in _MARKS or one >= _YEARS or other >= _YEARS


def roles_swapped(one: Features, other: Features) -> bool:
    """Tell whether the same word stands beside another of the entities both headlines name."""
    if not one.roles or not other.roles:
        return False
    both = {who for who, _ in one.roles} & {who for who, _ in other.roles}
    if len(both) <= 1:
        return False
    beside_one = _beside(one, both)
    beside_other = _beside(other, both)
    return any(
        beside_one[word].isdisjoint(beside_other[word])
        for word in beside_one.keys() & beside_other.keys()
    )


def _beside(features: Features, among: set[int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for who, word in features.roles:
        if who in among:
            found.setdefault(word, set()).add(who)
    return found
