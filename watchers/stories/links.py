"""Links: how surely items of the window tell one event, of those that were compared."""

from array import array
from collections.abc import Iterator, Sequence
from typing import Final

from watchers.stories.compact import NumberLists

_NONE: Final = 0


class Links:
    """Log-odds between slots, kept once for both ways.

    A link has a number. ``_ends`` has the two slots of it, laid over each other (XOR): who knows
    the one reads the other. A slot's links stay in the order in which they came.
    """

    __slots__ = ("_ends", "_free", "_lists", "_odds", "_of")

    def __init__(self, lists: NumberLists) -> None:
        """Begin without any; which are a slot's is kept in ``lists``."""
        self._lists = lists
        self._of = array("I")
        self._ends = array("I")
        self._odds = array("d")
        self._free: list[int] = []

    def __len__(self) -> int:
        """Count the links."""
        return len(self._ends) - len(self._free)

    def of(self, slot: int) -> Iterator[tuple[int, float]]:
        """Give the slots that one is linked with, and how surely."""
        for link in self._listed(slot):
            yield self._ends[link] ^ slot, self._odds[link]

    def put(self, one: int, other: int, odds: float) -> None:
        """Link two slots, or say anew how surely they are linked."""
        for link in self._listed(one):
            if self._ends[link] ^ one == other:
                self._odds[link] = odds
                return
        link = self._made(one ^ other, odds)
        for slot in (one, other):
            if slot >= len(self._of):
                self._of.extend([_NONE] * (slot + 1 - len(self._of)))
            self._of[slot] = self._lists.append(self._of[slot], link)

    def drop(self, slot: int) -> None:
        """Forget all links of a slot."""
        links = self._listed(slot)
        if not links:
            return
        for link in links:
            other = self._ends[link] ^ slot
            self._of[other] = self._lists.remove(self._of[other], link)
            self._free.append(link)
        self._lists.drop(self._of[slot])
        self._of[slot] = _NONE

    def _listed(self, slot: int) -> Sequence[int]:
        return self._lists.read(self._of[slot]) if slot < len(self._of) else ()

    def _made(self, ends: int, odds: float) -> int:
        if self._free:
            link = self._free.pop()
            self._ends[link], self._odds[link] = ends, odds
            return link
        self._ends.append(ends)
        self._odds.append(odds)
        return len(self._ends) - 1
