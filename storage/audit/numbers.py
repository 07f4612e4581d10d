"""Numbers: which items there are, and which the search index knows; a byte for each.

A law that asks whether an item is there asks it of each of hundreds of millions of rows, in an
order in which every answer lies on another page of the file. So they are counted off once, and the
laws ask here first, by functions of SQL; of an item that came after that they ask the file.
"""

import sqlite3
from typing import Final

from storage.sql import Connection

THERE: Final = 1
GONE: Final = 2
"""It is no more, and its words are to leave the index."""
FILED: Final = 4

_BITS: Final = 16
"""Numbers that stand together share a part of so many bits: 64 KB."""
_NONE: Final = bytes(1 << _BITS)


class ItemNumbers:
    """What is known of each item's number."""

    def __init__(self, db: Connection) -> None:
        """Count the items off, and give the connection the functions by which laws ask."""
        self._parts: dict[int, bytearray] = {}
        self._last = 0
        self._note(db.conn, "select id from items", THERE)
        self._note(db.conn, "select id from removed_items", GONE)
        db.conn.create_function("is_item", 1, self.is_item)
        db.conn.create_function("is_lost", 1, self.is_lost)
        db.conn.create_function("was_filed", 1, self.was_filed)

    def _note(self, raw: sqlite3.Connection, statement: str, state: int) -> None:
        for (number,) in raw.execute(statement):
            self._part(number)[number & 0xFFFF] |= state
            self._last = max(self._last, number)

    def _part(self, number: int) -> bytearray:
        place = number >> _BITS
        if place not in self._parts:
            self._parts[place] = bytearray(_NONE)
        return self._parts[place]

    def is_item(self, number: int) -> bool:
        """Tell whether there was an item of this number when they were counted."""
        return bool(self._parts.get(number >> _BITS, _NONE)[number & 0xFFFF] & THERE)

    def is_lost(self, number: int) -> bool:
        """Note that the index knows an item; tell, once, whether that was nowhere else known."""
        part = self._parts.get(number >> _BITS) or self._part(number)
        state = part[number & 0xFFFF]
        if state & FILED:
            return False
        part[number & 0xFFFF] = state | FILED
        return not state

    def was_filed(self, number: int) -> bool:
        """Tell whether ``is_lost`` was asked of an item; True of any that came after the count."""
        return number > self._last or bool(
            self._parts.get(number >> _BITS, _NONE)[number & 0xFFFF] & FILED
        )
