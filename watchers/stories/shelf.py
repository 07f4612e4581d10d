"""The shelf: the features of all items in the window, of which few lie open and the others packed.

A newcomer is compared with a dozen of a hundred thousand items. As objects each takes 1.5 kB;
packed they need not be in memory at all, but in pages that are read again within some 50 µs.
"""

from collections import OrderedDict
from typing import Final, Protocol

from storage.model import ItemId
from watchers.stories.codec import pack, unpack
from watchers.stories.compact import CompactMap
from watchers.stories.features import Features

_OPEN: Final = 4_096
"""Items that lie open: the newest, and those that others were compared with lately."""


class Pages(Protocol):
    """Keeps bytes until they are dropped, under a number of its own below 2⁶⁴."""

    def put(self, data: bytes) -> int:
        """Keep bytes; return where. Raises OSError where there is no room."""
        ...

    def get(self, place: int) -> bytes:
        """Return what is kept at a place. Raises OSError."""
        ...

    def drop(self, place: int) -> None:
        """Forget what is kept at a place."""
        ...


class InMemory:
    """Pages in memory, for the few items of a test or a script."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: dict[int, bytes] = {}
        self._next = 0

    def put(self, data: bytes) -> int:
        """Keep bytes; return where."""
        self._next += 1
        self._kept[self._next] = data
        return self._next

    def get(self, place: int) -> bytes:
        """Return what is kept at a place."""
        return self._kept[place]

    def drop(self, place: int) -> None:
        """Forget what is kept at a place."""
        del self._kept[place]


class Shelf:
    """Features by their items."""

    def __init__(self, pages: Pages | None = None, most_open: int = _OPEN) -> None:
        """Begin empty; what does not lie open is kept in ``pages``."""
        self._pages = InMemory() if pages is None else pages
        self._most_open = most_open
        self._open: OrderedDict[ItemId, Features] = OrderedDict()
        self._places = CompactMap("Q")

    def put(self, features: Features) -> None:
        """Keep an item's features, in the place of older ones."""
        self.drop(features.item)
        self._lay_open(features)

    def put_away(self, item: ItemId, packed: bytes) -> None:
        """Keep an item's features as a start reads them: nobody asks for most of those soon."""
        self.drop(item)
        if not self._packed_away(item, packed):
            self._lay_open(self._unpacked(item, packed))

    def get(self, item: ItemId) -> Features:
        """Return an item's features. Raises KeyError."""
        found = self._open.get(item)
        if found is not None:
            self._open.move_to_end(item)
            return found
        place = self._places.get(item)
        if place is None:
            raise KeyError(item)
        found = self._unpacked(item, self._pages.get(place))
        self._lay_open(found)
        return found

    def drop(self, item: ItemId) -> None:
        """Forget an item."""
        self._open.pop(item, None)
        if item in self._places:
            self._pages.drop(self._places.pop(item))

    def _lay_open(self, features: Features) -> None:
        """Lay an item open; where too many are, close those that were asked for longest ago.

        What cannot be packed away, because the disk is full, stays open.
        """
        self._open[features.item] = features
        while len(self._open) > self._most_open:
            item, oldest = next(iter(self._open.items()))
            if item not in self._places and not self._packed_away(item, pack(oldest)):
                return
            del self._open[item]

    def _unpacked(self, item: ItemId, packed: bytes) -> Features:
        found = unpack(item, packed)
        assert found is not None  # noqa: S101 - packed by this very version
        return found

    def _packed_away(self, item: ItemId, packed: bytes) -> bool:
        try:
            place = self._pages.put(packed)
        except OSError:
            return False
        self._places.put(item, place)
        return True
