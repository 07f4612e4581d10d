"""A file that nobody else sees, for what memory need not hold: gone with its process.

It has no name, so that neither a crash nor a kill leaves it behind. What was read or written
lately is in the system's cache, and a few microseconds away.
"""

import errno
import os
import weakref
from array import array
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

_UNIT: Final = 64
"""What is kept begins at a multiple of so many bytes: of an item's kilobyte 3 % stay unused."""
_LENGTH_BITS: Final = 26
"""A place is a unit's number and, below it, a length: up to 64 MB within 16 TB."""
_LONGEST: Final = 1 << _LENGTH_BITS


class Scratch:
    """Bytes by their places; made when the first are kept."""

    def __init__(self, folder: Path) -> None:
        """Keep the file in ``folder``."""
        self._folder = folder
        self._file = -1
        self._end = 0
        self._free: dict[int, array[int]] = {}

    def put(self, data: bytes) -> int:
        """Keep bytes; return where. Raises OSError where there is no room."""
        if len(data) >= _LONGEST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        if self._file < 0:
            self._open()
        units = -(-len(data) // _UNIT)
        free = self._free.get(units)
        unit = free[-1] if free else self._end
        if os.pwrite(self._file, data, unit * _UNIT) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if free:
            free.pop()
        else:
            self._end += units
        return unit << _LENGTH_BITS | len(data)

    def get(self, place: int) -> bytes:
        """Return what is kept at a place. Raises OSError."""
        return os.pread(self._file, place % _LONGEST, (place >> _LENGTH_BITS) * _UNIT)

    def drop(self, place: int) -> None:
        """Let others have the place."""
        units = -(-(place % _LONGEST) // _UNIT)
        self._free.setdefault(units, array("Q")).append(place >> _LENGTH_BITS)

    def _open(self) -> None:
        with TemporaryFile(dir=self._folder, prefix=".steppewire-") as made:
            self._file = os.dup(made.fileno())
        weakref.finalize(self, os.close, self._file)
