"""When a rate crosses a threshold: told once, and again only after it has been away. Pure."""

from dataclasses import dataclass
from decimal import Decimal

AWAY = Decimal("0.005")
"""So far from a threshold, as a share of it, a rate must have been between two alerts."""


@dataclass(frozen=True, slots=True)
class Side:
    """On which side of a threshold a rate was last told to be; ``armed`` once it was away."""

    above: bool
    armed: bool


def is_above(rate: Decimal, threshold: Decimal) -> bool:
    """Tell on which side a rate is; one that is just there has reached it."""
    return rate >= threshold


def step(side: Side, rate: Decimal, threshold: Decimal) -> tuple[Side, bool]:
    """Return the side after a new rate, and whether that is a crossing to tell.

    A rate that trembles about its threshold is told once: the way back counts from ``AWAY``.
    """
    above, away = is_above(rate, threshold), abs(rate - threshold) >= threshold * AWAY
    if above == side.above:
        return Side(above, side.armed or away), False
    if side.armed or away:
        return Side(above, away), True
    return side, False
