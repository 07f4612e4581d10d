"""Sizes: how much of the file is in use, how many items and stories, without reading them."""

import sqlite3
from typing import NamedTuple

from storage.sql import Connection


class FilePages(NamedTuple):
    """The pages of a database file, how many of them nothing uses, and the bytes of each."""

    every: int
    free: int
    size: int

    @property
    def bytes(self) -> int:
        """What all of them take."""
        return self.every * self.size

    @property
    def free_bytes(self) -> int:
        """What of that nothing uses."""
        return self.free * self.size


def file_pages(raw: sqlite3.Connection) -> FilePages:
    """Count the pages of the file."""
    return FilePages(
        *(
            int(raw.execute(f"pragma {what}").fetchone()[0])
            for what in ("page_count", "freelist_count", "page_size")
        )
    )


def bytes_in_use(db: Connection) -> int:
    """Return how many bytes of the file are in use."""
    pages = file_pages(db.conn)
    return pages.bytes - pages.free_bytes


def stories_kept(db: Connection) -> int:
    """Return how many stories there are, as triggers count them."""
    return int(db.conn.execute("select number from counts where what = 'stories'").fetchone()[0])


def items_kept(db: Connection) -> int:
    """Return how many items there are, as their feeds count them."""
    return int(db.conn.execute("select coalesce(sum(items), 0) from feeds").fetchone()[0])
