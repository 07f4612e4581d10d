"""How large the file is, how fast it grows, and when the disk will be full."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from storage.sizes import bytes_in_use, file_pages, items_kept
from storage.sql import Connection, day_of

KEPT: Final = 400
"""Days of which the size is kept."""

LOOKED_BACK: Final = 30
"""Days over which growth is counted: a week has its quiet days, a year its summer."""

FARTHEST: Final = timedelta(days=36_500)
"""What would take longer never comes."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes and items that came a day, and over how many days that was."""

    bytes_a_day: float
    items_a_day: float
    days: int


def note(db: Connection, now: datetime) -> None:
    """Note the day's size, the first time that day; forget the oldest."""
    day = day_of(now)
    db.conn.execute(
        "insert or ignore into file_sizes(day, bytes, items) values (?, ?, ?)",
        (day, bytes_in_use(db), items_kept(db)),
    )
    db.conn.execute("delete from file_sizes where day < ? or day > ?", (day - KEPT, day))


def growth(db: Connection, now: datetime) -> Growth | None:
    """Count what came a day of late; None for the first two days, of which one may be an hour."""
    row = db.conn.execute(
        "select day, bytes, items from file_sizes where day >= ? and day < ? order by day limit 1",
        (day_of(now) - LOOKED_BACK, day_of(now) - 1),
    ).fetchone()
    if row is None:
        return None
    since, size, items = row
    # Noted at the beginning of a day, or soon after.
    days = now.timestamp() / 86_400 - since
    came = (items_kept(db) - items) / days
    return Growth((bytes_in_use(db) - size) / days, came, day_of(now) - since)


def full_at(growth: Growth, free: int, now: datetime) -> datetime | None:
    """Tell when so many free bytes are used up; None where that never comes."""
    if growth.bytes_a_day <= 0:
        return None
    left = timedelta(days=min(free / growth.bytes_a_day, FARTHEST.days))
    return None if left >= FARTHEST else now + left


def free(path: Path, db: Connection) -> int:
    """Return how many bytes more the database can take: of its disk, and within the file."""
    return shutil.disk_usage(path.parent).free + file_pages(db.conn).free_bytes
