"""In which order the demo's news is told (pure), the same for the same seed.

Events begin one after the other in an order of the seed's, first those that others follow; their
tellings mix as the outlets' minutes have it. Item number n of that order appears n rhythms after the start, so at the usual
rhythm the minutes of the data are about real, and the news lasts for some four hours. Then all
is told: the same news once more within the window of living stories would be old, not new.
"""

import random
from functools import cache

from bot.sandbox.outlets.news import SampleItem, later

PACE = 20.0
"""Seconds between two items at the usual rhythm."""
FOLLOWS = 60.0
"""Minutes from an event to what follows from it."""


class Supply:
    """The sequence of further items for one seed."""

    def __init__(self, seed: int) -> None:
        """Put the news in the order of ``seed``."""
        self._items = _planned(seed)

    def __len__(self) -> int:
        """Count the items."""
        return len(self._items)

    def item(self, number: int) -> SampleItem:
        """Tell item ``number``, counted from 0. Raises IndexError after the last."""
        return self._items[number]


@cache
def _planned(seed: int) -> tuple[SampleItem, ...]:
    waiting = list(later())
    random.Random(seed).shuffle(waiting)  # noqa: S311 - a demo's order
    followed = {event.follows for event in waiting}
    waiting.sort(key=lambda event: event.name not in followed)
    begun: dict[str, float] = {}
    told: list[tuple[float, SampleItem]] = []
    now = 0.0
    while waiting:
        ripe = (
            event
            for event in waiting
            if not event.follows or begun.get(event.follows, now) + FOLLOWS <= now
        )
        event = next(ripe, waiting[0])
        waiting.remove(event)
        start = max(now, begun[event.follows] + FOLLOWS) if event.follows in begun else now
        begun[event.name] = start
        told += [(start + item.after, item) for item in event.tellings]
        now += len(event.tellings) * PACE / 60
    told.sort(key=lambda one: one[0])
    return tuple(item for _, item in told)
