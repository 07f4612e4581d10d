"""What a later telling changes in a story: a denial, another figure for what was counted; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from watchers.stories.features import Features


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of a story that is no longer as readers were told.

    ``key`` names it, so that the same change is told once: ``denied``, or ``unit=value``.
    """

    key: str
    before: float | None = None
    after: float | None = None


def material(features: Features, earlier: Iterable[Features]) -> Change | None:
    """Name what a new telling of a story changes in it, None where it only tells it again.

    A figure counts where a headline gives the same unit another value than every headline
    before. A telling that is older than one we have corrects nothing.
    """
    known = tuple(earlier)
    if not known or any(one.told_at > features.told_at for one in known):
        return None
    if features.denies and not any(one.denies for one in known):
        return Change("denied")
    for unit, value in features.figures:
        told = [figure for one in known for name, figure in one.figures if name == unit]
        if unit and told and value not in told:
            return Change(f"{unit}={value:g}", told[-1], value)
    return None
