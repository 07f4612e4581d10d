"""In which order the demo's news comes: the same for the same seed.

Events begin one after the other in the seed's order, first those that others follow; their items
mix by the minutes that the data gives each. Item number n of that order appears n intervals after
the start. At the usual interval the data's minutes are about real ones, and the news lasts some
four hours. It is not repeated then: within the days in which a story is open to further items,
the same news would be old, not new.
"""

import random
from functools import cache

from bot.sandbox.outlets.news import SampleItem, later

PACE = 20.0
"""Seconds between two items at the usual interval."""
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
        """Return item ``number``, counted from 0. Raises IndexError after the last."""
        return self._items[number]


@cache
def _planned(seed: int) -> tuple[SampleItem, ...]:
    waiting = list(later())
    random.Random(seed).shuffle(waiting)  # noqa: S311 - a demo's order
    followed = {event.follows for event in waiting}
    waiting.sort(key=lambda event: event.name not in followed)
    begun: dict[str, float] = {}
    timed: list[tuple[float, SampleItem]] = []
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
        timed += [(start + item.after, item) for item in event.items]
        now += len(event.items) * PACE / 60
    timed.sort(key=lambda pair: pair[0])
    return tuple(item for _, item in timed)
