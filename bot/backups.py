"""Scheduled backups: when one is due, the process that makes it, and whom its failure is told.

The folder says when the newest was made, and a fact how the last one went: a restart forgets
neither. Admins hear of the first failure of a row, and of the success that ends it.
"""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import structlog

from bot.ground import Ground
from bot.notices import enqueue_backup_notice
from bot.texts import sentence
from storage.backups import attempts, rotation
from storage.backups import folder as backup_folder
from storage.backups.attempts import LastBackup
from storage.errors import NewsError, StorageError
from storage.sizes import bytes_in_use
from storage.sql import Connection
from watchers.pulse import Pulse

log = structlog.get_logger(__name__)

BACKUP_TICK_S: Final = 60
LONGEST_S: Final = 6 * 3600
"""Checking a copy of a hundred gigabytes says nothing for hours."""


MOST_SENT: Final = 50_000_000
"""Bytes of a file that a bot may send (Bot API, sendDocument)."""

SMALLER_AT_MOST: Final = 5
"""No database of ours gets smaller than a fifth: texts become a third, indexes less."""


class ScheduledBackups:
    """``look`` is called by a tick; ``pulse`` beats as a copy goes on."""

    def __init__(self, ground: Ground, making: "Making | None" = None) -> None:
        """Heed the settings; without a folder nothing is ever due.

        ``making`` is who makes a backup: a process of its own.
        """
        self._ground = ground
        self._making = making or made_elsewhere
        self._settings = ground.settings
        self.pulse = Pulse()

    async def look(self, *, clock_is_trusted: bool) -> None:
        """Make a backup where one is due.

        By a doubtful clock none but the first, which does not wait: older ones go after others.
        """
        folder, now = self._settings.backup_dir, self._ground.clock()
        there = await asyncio.to_thread(backup_folder.names, Path(folder)) if folder else []
        if not folder or (there and not clock_is_trusted):
            self.pulse.beat()
            return
        before = await self._ground.db.read(attempts.last)
        every = timedelta(hours=self._settings.backup_hours)
        if attempts.is_due(before, rotation.newest(there, now), now, every):
            begun = attempts.begun(before, now)
            await self._ground.db.write(attempts.keep, begun)
            await self._make(begun)

    async def _make(self, begun: LastBackup) -> None:
        """Have a backup made, and keep how that ended."""
        keep = str(self._settings.backup_keep)
        asked = described(self._ground, self._settings.backup_dir, begun.began_at, keep)
        said = await self._making(asked, self.pulse.beat)
        if (failure := failure_of(said)) is not None:
            await self._failed(begun, failure)
            return
        now = self._ground.clock()
        ended = attempts.made(begun, now, said["file"], said["size"])
        if await self._ground.db.write(self._keep, ended, None, begun.failing_since):
            self._ground.wake_up.set()
        log.info("backed up", file=ended.file, bytes=ended.size, seconds=ended.seconds,
                 removed=said["removed"])  # fmt: skip

    async def _failed(self, begun: LastBackup, error: StorageError) -> None:
        now = self._ground.clock()
        ended = attempts.failed(begun, now, sentence(error, "en"))
        is_news = error if begun.failing_since is None else None
        if await self._ground.db.write(self._keep, ended, is_news, None):
            self._ground.wake_up.set()
        log.error("not backed up", reason=ended.failure)

    def _keep(
        self,
        db: Connection,
        ended: LastBackup,
        error: StorageError | None,
        failing_since: datetime | None,
    ) -> int:
        """Keep how a backup ended, and owe the admins a word where that is new to them."""
        attempts.keep(db, ended)
        if error is None and failing_since is None:
            return 0
        now, admins = self._ground.clock(), self._settings.admin_ids
        return enqueue_backup_notice(db, admins, error, failing_since, now)


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """A copy of the database that only its key opens, small enough to be sent."""

    name: str
    body: bytes


class SealedCopies:
    """Makes copies to be sent in a chat: sealed, or not at all."""

    def __init__(self, ground: Ground, making: "Making | None" = None) -> None:
        """Heed the settings; ``making`` is who makes a copy: a process of its own."""
        self._ground = ground
        self._making = making or made_elsewhere

    async def refuse_early(self) -> None:
        """Raise NewsError where it is clear before anything is made that nothing will be sent."""
        if not self._ground.settings.backup_recipient:
            raise NewsError("backup.no_key")
        size = await self._ground.db.read(bytes_in_use)
        if size > MOST_SENT * SMALLER_AT_MOST:
            raise too_large(size // SMALLER_AT_MOST)

    async def make(self) -> SealedCopy:
        """Make a copy, and leave nothing of it on the disk.

        Raises NewsError where it is too large to be sent, StorageError where there is none.
        """
        path = self._ground.db.path.resolve()
        folder = path.with_name(f".{path.name}-sent")
        asked = described(self._ground, str(folder), self._ground.clock())
        try:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)  # of a crash
            made = await self._made(asked)
            return await asyncio.to_thread(_read, folder / made)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _made(self, asked: dict[str, str]) -> str:
        said = await self._making(asked, lambda: None)
        if (failure := failure_of(said)) is not None:
            raise failure
        return str(said["file"])


def _read(path: Path) -> SealedCopy:
    """Read a sealed copy; NewsError where it is too large to be sent."""
    size = path.stat().st_size
    if size > MOST_SENT:
        raise too_large(size)
    return SealedCopy(path.name, path.read_bytes())


def too_large(size: int) -> NewsError:
    """Say that a copy of so many bytes cannot be sent."""
    return NewsError("backup.too_large", size=round(size / 1e6), most=round(MOST_SENT / 1e6))


Making: TypeAlias = Callable[[dict[str, str], Callable[[], None]], Awaitable[dict[str, Any]]]
"""Makes the backup that is described, with a call for each sign of life; returns how it ended."""


def described(ground: Ground, folder: str, now: datetime, keep: str = "") -> dict[str, str]:
    """Describe a backup to whoever makes it; without ``keep`` nothing older goes."""
    return {
        "database": str(ground.settings.database_path),
        "folder": folder,
        "now": now.isoformat(),
        "recipient": ground.settings.backup_recipient,
        "keep": keep,
    }


def failure_of(said: dict[str, Any]) -> StorageError | None:
    """Return why there is no backup, None where there is one; whoever was killed says nothing."""
    if "file" in said:
        return None
    return StorageError(said.get("key", "storage.copy_ended"), **said.get("values", {}))


async def made_elsewhere(asked: dict[str, str], beat: Callable[[], None]) -> dict[str, Any]:
    """Make a backup in a process of its own; return what it says of it."""
    said: dict[str, Any] = {}
    async with _worker(json.dumps(asked)) as process:
        assert process.stdout is not None  # noqa: S101 (it is a pipe)
        async for line in process.stdout:
            beat()
            said = json.loads(line)
    return said


@asynccontextmanager
async def _worker(asked: str) -> AsyncIterator[Process]:
    """Run a process that makes a backup; it goes with the block, however that ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "storage.backups.worker", asked,
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, process_group=0,
        # What Python needs, and nothing of ours: no token reaches it.
        env={"PATH": os.defpath, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    try:
        yield process
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
