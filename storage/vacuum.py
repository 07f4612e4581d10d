"""Vacuum in small steps: pages that nothing uses go back to the disk while everything goes on.

Only of files that keep for each page who points to it (``auto_vacuum``): new ones do, older ones
after `steppewire compact`. What is free within reason stays: the next news need it.
"""

from typing import Final

from storage.sizes import file_pages
from storage.sql import Connection

PAGES_A_STEP: Final = 200
"""Pages that are given back in one transaction: some ms."""

INCREMENTAL: Final = 2
FREE_ENOUGH: Final = 0.1
"""From such a share of free pages on some are given back, until half of it is left."""

FEW: Final = 5_000
"""So many free pages, some 20 MB, are never too many."""


def is_worth_it(db: Connection) -> bool:
    """Tell whether so many pages are free that some should be given back."""
    pages = file_pages(db.conn)
    (kind,) = db.conn.execute("pragma auto_vacuum").fetchone()
    return bool(kind == INCREMENTAL and pages.free > max(pages.every * FREE_ENOUGH, FEW))


def some(db: Connection) -> bool:
    """Give some pages back; return whether there are more to give."""
    pages = file_pages(db.conn)
    if pages.free <= max(pages.every * FREE_ENOUGH, FEW) / 2:
        return False
    for _ in range(PAGES_A_STEP):
        # Each page is a row of it without a column, of which Python asks for the first only.
        db.conn.execute("pragma incremental_vacuum(1)").fetchall()
    return file_pages(db.conn).free < pages.free
