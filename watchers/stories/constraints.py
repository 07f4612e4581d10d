"""Constraints: which items an admin put together and apart; must-link and cannot-link.

Of the words of constrained clustering (Wagstaff et al., 2001). What a later correction says of
the same items wins by itself: a link binds items of one story only, a bar stories that differ.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from storage.model import ItemId, StoryId


class Constraint(NamedTuple):
    """What one correction says: ``together`` are one event, and none of ``apart`` is of it.

    ``moved`` are those of ``together`` that were taken from ``apart``; the others of it may never
    have been beside them, and say nothing of them.
    """

    together: frozenset[ItemId]
    moved: frozenset[ItemId]
    apart: frozenset[ItemId]


class Constraints:
    """All that admins have said of items, by the numbers of their corrections; mutable."""

    def __init__(self) -> None:
        """Begin with none."""
        self._said: dict[int, Constraint] = {}
        self._of_item: dict[ItemId, set[int]] = {}

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._said)

    def __contains__(self, item: ItemId) -> bool:
        """Tell whether something is said of an item."""
        return item in self._of_item

    def add(self, number: int, constraint: Constraint) -> None:
        """Obey a correction from now on."""
        self.drop(number)
        self._said[number] = constraint
        for item in constraint.together | constraint.apart:
            self._of_item.setdefault(item, set()).add(number)

    def drop(self, number: int) -> None:
        """Obey a correction no more; unknown ones are harmless."""
        gone = self._said.pop(number, None)
        if gone is None:
            return
        for item in gone.together | gone.apart:
            said = self._of_item[item]
            said.discard(number)
            if not said:
                del self._of_item[item]

    def bound(self, items: Sequence[ItemId]) -> list[list[ItemId]]:
        """Group one story's items by what holds them together; most stand alone."""
        group_of: dict[ItemId, list[ItemId]] = {item: [item] for item in items}
        numbers = {number for item in items for number in self._of_item.get(item, ())}
        for number in numbers:
            held = [item for item in items if item in self._said[number].together]
            for item in held[1:]:
                one, other = group_of[held[0]], group_of[item]
                if one is not other:
                    one += other
                    group_of.update((member, one) for member in other)
        groups = {id(group): group for group in group_of.values()}
        places = {item: place for place, item in enumerate(items)}
        return [sorted(group, key=places.__getitem__) for group in groups.values()]

    def barred(self, home: Callable[[ItemId], StoryId | None]) -> frozenset[frozenset[StoryId]]:
        """Name the pairs of stories that must not become one, as items are at ``home`` now."""
        pairs = set()
        for said in self._said.values():
            moved, apart = _homes(said.moved, home), _homes(said.apart, home)
            pairs |= {frozenset((one, other)) for one in moved for other in apart if one != other}
        return frozenset(pairs)


def _homes(items: Iterable[ItemId], home: Callable[[ItemId], StoryId | None]) -> set[StoryId]:
    return {story for item in items if (story := home(item)) is not None}
