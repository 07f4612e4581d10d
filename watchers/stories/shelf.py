"""The shelf: what is known of each item in the window; few lie open, the others packed.

So is what each outlet repeats. A newcomer is compared with a dozen of a hundred thousand items. As
objects each takes 1.5 kB; packed they need not be in memory at all, but in pages that are read
again within some 50 µs.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from watchers.stories.compact import CompactMap

Value = TypeVar("Value")

_OPEN: Final = 4_096
"""So many lie open: the newest items, and those that others were compared with lately."""


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


class Shelf(Generic[Value]):
    """Values by numbers."""

    def __init__(
        self,
        pack: Callable[[Value], bytes],
        unpack: Callable[[int, bytes], Value],
        pages: Pages | None = None,
        most_open: int = _OPEN,
    ) -> None:
        """Begin empty; what does not lie open is kept in ``pages``."""
        self._pack, self._unpack = pack, unpack
        self._pages = InMemory() if pages is None else pages
        self._most_open = most_open
        self._open: OrderedDict[int, Value] = OrderedDict()
        self._places = CompactMap("Q")

    def __contains__(self, key: int) -> bool:
        """Tell whether there is a value."""
        return key in self._open or key in self._places

    def put(self, key: int, value: Value) -> None:
        """Keep a value, in the place of an older one."""
        self.drop(key)
        self._lay_open(key, value)

    def put_away(self, key: int, packed: bytes) -> None:
        """Keep a value as a start reads it: nobody asks for most of those soon."""
        self.drop(key)
        if not self._packed_away(key, packed):
            self._lay_open(key, self._unpack(key, packed))

    def get(self, key: int) -> Value:
        """Return a value; whoever changes it puts it again. Raises KeyError."""
        found = self._open.get(key)
        if found is not None:
            self._open.move_to_end(key)
            return found
        place = self._places.get(key)
        if place is None:
            raise KeyError(key)
        found = self._unpack(key, self._pages.get(place))
        self._lay_open(key, found)
        return found

    def drop(self, key: int) -> None:
        """Forget a value."""
        self._open.pop(key, None)
        if key in self._places:
            self._pages.drop(self._places.pop(key))

    def _lay_open(self, key: int, value: Value) -> None:
        """Lay a value open; where too many are, close those that were asked for longest ago.

        What cannot be packed away, because the disk is full, stays open.
        """
        self._open[key] = value
        while len(self._open) > self._most_open:
            oldest, closed = next(iter(self._open.items()))
            if oldest not in self._places and not self._packed_away(oldest, self._pack(closed)):
                return
            del self._open[oldest]

    def _packed_away(self, key: int, packed: bytes) -> bool:
        try:
            place = self._pages.put(packed)
        except OSError:
            return False
        self._places.put(key, place)
        return True
