"""What the window holds of its items and stories, a column for each thing.

An item has a small number, its slot, used again once it is gone; a story has a row. As objects
the same would take some 900 bytes an item, here it is some 150.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import compress, count
from typing import Final

from storage.model import ItemId, StoryId
from watchers.stories.codec import Sketch
from watchers.stories.compact import CompactMap, NumberLists
from watchers.stories.features import Features
from watchers.stories.frequencies import CROSS_LINGUAL_NORM, NORM, SUMS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MARK_BITS: Final = 30
_MARKS: Final = (1 << _MARK_BITS) - 1
"""Of a number in ``NumberLists`` so many bits are used for marks."""
_AS_BITS: Final = bytes.maketrans(b"01", b"\0\1")


def instant(moment: datetime) -> int:
    """Count the microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


class Items:
    """The items of the window by their slots.

    ``told_at`` are ``instant``s. ``sums`` are ``WeightedQuery.sums`` as they were when an item
    came; the two that most are passed by for lie in ``norms`` too, side by side, where they fit
    the processor's cache. ``connected`` says that an item was compared with those around it.
    """

    __slots__ = (
        "_free", "_lists", "_pages", "_posted", "_slots", "_sums",
        "connected", "ids", "norms", "stories", "told_at",
    )  # fmt: skip

    def __init__(self, lists: NumberLists) -> None:
        """Begin empty; what is of no fixed length is kept in ``lists``."""
        self.ids = array("I")
        self.stories = array("I")
        self.told_at = array("q")
        self.connected = bytearray()
        self.norms = {NORM: array("f"), CROSS_LINGUAL_NORM: array("f")}
        self._sums = array("f")
        self._posted = array("I")
        self._lists = lists
        self._slots = CompactMap()
        self._pages = CompactMap(keys="Q")
        self._free: list[int] = []

    def __len__(self) -> int:
        """Count the items."""
        return len(self._slots)

    def __iter__(self) -> Iterator[tuple[ItemId, int]]:
        """Give all items with their slots."""
        return ((ItemId(item), slot) for item, slot in self._slots.items())

    def slot(self, item: ItemId) -> int | None:
        """Find an item's slot."""
        slot: int | None = self._slots.get(item)
        return slot

    def story(self, item: ItemId) -> StoryId | None:
        """Tell an item's story."""
        slot = self._slots.get(item)
        return None if slot is None else StoryId(self.stories[slot])

    def sums(self, slot: int) -> "array[float]":
        """Return the sums that an item came with."""
        return self._sums[slot * SUMS : slot * SUMS + SUMS]

    def add(
        self,
        told: Features | Sketch,
        story: StoryId,
        sums: "array[float]",
        *,
        connected: bool,
    ) -> int:
        """Take an item in; return its slot."""
        slot = self._free.pop() if self._free else self._made()
        self._slots.put(told.item, slot)
        self.ids[slot] = told.item
        self.stories[slot] = story
        self.told_at[slot] = instant(told.told_at)
        self.connected[slot] = connected
        self._sums[slot * SUMS : slot * SUMS + SUMS] = sums
        for norm, column in self.norms.items():
            column[slot] = sums[norm]
        if told.page and told.page not in self._pages:
            self._pages.put(told.page, slot)
        return slot

    def _made(self) -> int:
        columns = (self.ids, self.stories, self.told_at, self.connected, self._posted)
        for column in columns:
            column.append(0)
        for norms in self.norms.values():
            norms.append(0.0)
        self._sums.frombytes(bytes(self._sums.itemsize * SUMS))
        return len(self.ids) - 1

    def remove(self, features: Features) -> None:
        """Forget an item, and let another have its slot."""
        slot = self._slots.pop(features.item)
        if self._pages.get(features.page) == slot:
            self._pages.pop(features.page)
        self._lists.drop(self._posted[slot])
        self._posted[slot] = 0
        self._free.append(slot)

    def by_page(self, page: int) -> ItemId | None:
        """Find the item that had a page first."""
        slot = self._pages.get(page)
        return None if slot is None else ItemId(self.ids[slot])

    def note_posted(self, slot: int, posted: Sequence[int]) -> None:
        """Remember by which of its hashes an item can be found, as ``marks`` tells them."""
        self._posted[slot] = self._lists.of(posted)

    def posted(self, slot: int) -> Sequence[int]:
        """Return what ``note_posted`` was told."""
        return self._lists.read(self._posted[slot])


def marks(places: Iterable[int]) -> "array[int]":
    """Write places down as bits of numbers that ``NumberLists`` takes."""
    bits = 0
    for place in places:
        bits |= 1 << place
    found = array("I")
    while bits:
        found.append(bits & _MARKS)
        bits >>= _MARK_BITS
    return found


def places(marked: Iterable[int]) -> list[int]:
    """Read what ``marks`` wrote, in ascending order."""
    digits = "".join([f"{bits:0{_MARK_BITS}b}"[::-1] for bits in marked])
    return [*compress(count(), digits.encode().translate(_AS_BITS))]


class Stories:
    """The stories of the window: their items' slots, and when they were told last."""

    __slots__ = ("_came", "_coming", "_free", "_ids", "_last", "_lists", "_members", "_rows")

    def __init__(self, lists: NumberLists) -> None:
        """Begin empty; items are listed in ``lists``."""
        self._lists = lists
        self._rows = CompactMap()
        self._ids = array("I")
        self._last = array("q")
        self._came = array("I")
        self._members = array("I")
        self._free: list[int] = []
        self._coming = 0
        """How many stories have come; which one when is the order in which they are forgotten."""

    def __len__(self) -> int:
        """Count the stories."""
        return len(self._rows)

    def members(self, story: StoryId) -> Sequence[int]:
        """List the slots of a story's items, first taken first."""
        row = self._rows.get(story)
        return () if row is None else self._lists.read(self._members[row])

    def told_last(self, story: StoryId) -> int:
        """Return the ``instant`` at which a story of the window was told last."""
        row: int = self._rows.get(story)
        return self._last[row]

    def add(self, story: StoryId, slot: int, told_at: int) -> None:
        """Put an item into a story."""
        row: int | None = self._rows.get(story)
        if row is None:
            row = self._made(story, told_at)
        self._members[row] = self._lists.append(self._members[row], slot)
        self._last[row] = max(self._last[row], told_at)

    def _made(self, story: StoryId, told_at: int) -> int:
        if not self._free:
            self._free.append(len(self._ids))
            for column in (self._ids, self._last, self._came, self._members):
                column.append(0)
        row = self._free.pop()
        self._rows.put(story, row)
        self._ids[row], self._last[row], self._came[row] = story, told_at, self._coming
        self._coming += 1
        return row

    def remove(self, story: StoryId, slot: int) -> None:
        """Take an item out of its story, and forget a story that has none left."""
        row = self._rows.get(story)
        self._members[row] = self._lists.remove(self._members[row], slot)
        if not self._members[row]:
            self.forget(story)

    def retell(self, story: StoryId, told_at: int) -> None:
        """Say when a story was told last."""
        self._last[self._rows.get(story)] = told_at

    def forget(self, story: StoryId) -> None:
        """Forget a story."""
        row: int = self._rows.pop(story)
        self._lists.drop(self._members[row])
        self._members[row] = 0
        self._free.append(row)

    def silent(self, since: int) -> tuple[StoryId, ...]:
        """Name the stories that were told before an ``instant`` for the last time."""
        rows = [row for _, row in self._rows.items() if self._last[row] < since]
        return tuple(StoryId(self._ids[row]) for row in sorted(rows, key=self._came.__getitem__))
