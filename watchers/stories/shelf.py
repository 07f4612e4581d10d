"""The shelf: the features of all items in the window, of which few lie open and the others packed.

A newcomer is compared with a dozen of a hundred thousand items. As objects each takes 1.5 kB; as
the bytes that a start reads, well under half of that, and opening them again takes some 30 µs.
"""

from collections import OrderedDict
from typing import Final

from storage.model import ItemId
from watchers.stories.codec import pack, unpack
from watchers.stories.features import Features

_OPEN: Final = 4_096
"""Items that lie open: the newest, and those that others were compared with lately."""


class Shelf:
    """Features by their items."""

    def __init__(self, most_open: int = _OPEN) -> None:
        """Begin empty."""
        self._most_open = most_open
        self._open: OrderedDict[ItemId, Features] = OrderedDict()
        self._packed: dict[ItemId, bytes] = {}

    def put(self, features: Features) -> None:
        """Keep an item's features, in the place of older ones."""
        self._packed.pop(features.item, None)
        self._open[features.item] = features
        self._open.move_to_end(features.item)
        if len(self._open) > self._most_open:
            item, oldest = self._open.popitem(last=False)
            if item not in self._packed:
                self._packed[item] = pack(oldest)

    def put_packed(self, item: ItemId, packed: bytes) -> None:
        """Keep an item's features as a start reads them; nobody asks for most of them soon."""
        self._open.pop(item, None)
        self._packed[item] = packed

    def get(self, item: ItemId) -> Features:
        """Return an item's features. Raises KeyError."""
        found = self._open.get(item)
        if found is not None:
            self._open.move_to_end(item)
            return found
        packed = self._packed[item]
        found = unpack(item, packed)
        assert found is not None  # noqa: S101 - packed by this very version
        self.put(found)
        self._packed[item] = packed  # it need not be packed again
        return found

    def drop(self, item: ItemId) -> None:
        """Forget an item."""
        self._open.pop(item, None)
        self._packed.pop(item, None)
