"""The gazetteer with the names that admins taught, as the rows have them by now."""

from storage import aliases, changes
from storage.database import Database
from storage.sql import Connection
from watchers.text.names import Gazetteer, gazetteer, with_aliases

Taught = list[tuple[str, tuple[str, ...]]]


class TaughtNames:
    """Follows the taught names' rows. ``refresh`` costs one small read where nothing changed."""

    def __init__(self, db: Database) -> None:
        """Begin with the gazetteer alone; ``refresh`` adds what was taught."""
        self._db = db
        self._revision = 0
        self.current: Gazetteer = gazetteer()

    async def refresh(self) -> bool:
        """Take up what changed since the last time; return whether anything did."""
        read = await self._db.read(taught_since, self._revision)
        if read is None:
            return False
        self._revision, taught = read
        self.current = with_aliases(gazetteer(), taught)
        return True


def taught_since(db: Connection, revision: int) -> tuple[int, Taught] | None:
    """Return all taught names where they changed after ``revision``, else None."""
    newest = changes.names_revision(db)
    return None if newest == revision else (newest, aliases.every(db))
