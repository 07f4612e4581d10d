"""The archive as the web reads it: opened for reading alone, anew where another file lies there.

Pages and searches have a connection each: nobody who opens a page waits for somebody's search.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import structlog

from bot.texts import sentence
from storage.database import Database, steps_done
from storage.errors import StorageError
from watchers.taught_names import TaughtNames

log = structlog.get_logger(__name__)

LONGEST_S = 5.0
"""What takes longer is ended: somebody else is waiting."""

MOST_WAITING = 50
"""So many may wait for a search; whoever comes then is asked to come again."""

T = TypeVar("T")
FileMark = tuple[int, int, bool]


@dataclass(slots=True)
class OpenArchive:
    """A file that is open, by how many it is read, and the names that are taught in it.

    ``steps`` is its schema's number when it was opened: a bot of a newer version may migrate it.
    """

    mark: FileMark | None
    pages: Database
    searches: Database
    names: TaughtNames
    steps: int
    readers: int = 0
    stale: bool = False

    async def close(self) -> None:
        """Close both connections."""
        try:
            await self.pages.close()
        finally:
            await self.searches.close()


@dataclass(slots=True)
class ReadArchive:
    """The archive at a path, whichever file lies there: a replica is put there anew now and then.

    ``longest_s`` bounds whatever is asked of it. ``outdated`` is called where a newer version has
    migrated the file that was shown here: only another program can show it.
    """

    path: Path
    longest_s: float = LONGEST_S
    outdated: Callable[[], None] = lambda: None
    _open: OpenArchive | None = None
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _searching: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0
    _why_away: str = ""

    async def read(self, ask: Callable[[OpenArchive], Awaitable[T]]) -> T:
        """Ask something of the archive. Raises StorageError where it is away, or too busy."""
        try:
            return await self._asked(ask, lambda archive: archive.pages)
        except TimeoutError as error:
            raise StorageError("web.away") from error

    async def search(self, ask: Callable[[OpenArchive], Awaitable[T]]) -> T:
        """Ask something costly, one at a time. Raises as ``read``, TimeoutError where it is."""
        if self._waiting >= MOST_WAITING:
            raise StorageError("web.away")
        self._waiting += 1
        try:
            async with self._searching:
                return await self._asked(ask, lambda archive: archive.searches)
        finally:
            self._waiting -= 1

    async def look(self) -> None:
        """Look whether it can be read, though no visitor asks."""

        async def nothing(_archive: OpenArchive) -> None:
            return

        with suppress(StorageError):
            await self.read(nothing)

    async def close(self) -> None:
        """Close what is open."""
        if self._open is not None:
            await self._open.close()
            self._open = None

    async def _asked(
        self,
        ask: Callable[[OpenArchive], Awaitable[T]],
        by: Callable[[OpenArchive], Database],
    ) -> T:
        """Ask of the file that lies there, opened anew where its schema is no more what it was."""
        async with self._held() as archive:
            if await self._bounded(by(archive).read(steps_done), by(archive)) == archive.steps:
                return await self._bounded(ask(archive), by(archive))
            archive.mark = None
        async with self._held() as archive:
            return await self._bounded(ask(archive), by(archive))

    async def _bounded(self, asked: Awaitable[T], database: Database) -> T:
        try:
            async with asyncio.timeout(self.longest_s):
                return await asked
        except (TimeoutError, asyncio.CancelledError):
            database.interrupt()
            raise

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[OpenArchive]:
        """Hold the file that lies there now; one that was replaced goes with its last reader."""
        async with self._opening:
            archive = await self._current()
            archive.readers += 1
        try:
            yield archive
        finally:
            archive.readers -= 1
            if archive.stale and not archive.readers:
                await archive.close()

    async def _current(self) -> OpenArchive:
        mark = mark_of(self.path)
        if self._open is not None and mark == self._open.mark:
            return self._open
        opened = await self._opened_anew()
        if (before := self._open) is not None:
            before.stale = True
            if not before.readers:
                await before.close()
        self._open = opened
        return opened

    async def _opened_anew(self) -> OpenArchive:
        """Open the file; the log hears once why that cannot be, and once that it can."""
        try:
            opened = await opened_archive(self.path)
        except StorageError as error:
            if (why := sentence(error, "en")) != self._why_away:
                log.warning("archive away", error=why)
            self._why_away = why
            if error.text_key == "storage.newer" and self._open is not None:
                self.outdated()
            raise StorageError("web.away") from error
        if self._why_away:
            log.info("archive is back")
            self._why_away = ""
        return opened


async def opened_archive(path: Path) -> OpenArchive:
    """Open a file twice, for pages and for searches. Raises StorageError where it cannot serve."""
    mark = mark_of(path)
    pages = await Database.opened_to_read(path)
    try:
        steps = await pages.read(steps_done)
        searches = await Database.opened_to_read(path)
    except BaseException:
        await pages.close()
        raise
    return OpenArchive(mark, pages, searches, TaughtNames(searches), steps)


def mark_of(path: Path) -> FileMark:
    """Tell which file lies at a path, and whether somebody writes to it; nothing where none does.

    One that nobody wrote to when it was opened may have been opened as one that never changes.
    """
    try:
        found = path.stat()
    except OSError:
        return 0, 0, False
    return found.st_dev, found.st_ino, path.with_name(f"{path.name}-wal").exists()
