"""Scheduled backups: due by rows and files alone, told once when they fail and once when well."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backups import Making, ScheduledBackups
from bot.ground import Ground
from bot.monitoring.metrics import GAUGES
from bot.settings import Settings
from bot.trusted_clock import TrustedClock
from bot.vitals import backup_metrics
from storage import chats
from storage.backups import attempts, worker
from storage.backups import folder as backup_folder
from storage.backups.attempts import TRIED_AGAIN, LastBackup
from storage.database import Database
from storage.happenings import unheard
from storage.model import Chat, ChatId, ChatKind
from tests.bot.people import NOW
from watchers.pulse import Pulse

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WELL = LastBackup(NOW - DAY, NOW - DAY, made_at=NOW - DAY)


@pytest.mark.parametrize(
    ("last", "newest", "due"),
    [
        (None, None, True),
        (None, NOW - 2 * HOUR, False),
        (None, NOW - DAY, True),
        (WELL, NOW - DAY, True),
        (WELL, None, True),  # somebody emptied the folder
        (replace(WELL, began_at=NOW - HOUR / 2), None, False),
        (replace(WELL, ended_at=None), NOW - DAY, True),  # it was cut off
        (replace(WELL, began_at=NOW - HOUR / 2, failure="full"), NOW - DAY, False),
        (replace(WELL, began_at=NOW - TRIED_AGAIN, failure="full"), NOW - DAY, True),
        (replace(WELL, began_at=NOW + DAY), NOW - DAY, True),  # a wrong clock
    ],
)
def test_when_a_backup_is_due(last: LastBackup | None, newest: object, *, due: bool) -> None:
    assert due is attempts.is_due(last, newest, NOW, DAY)  # type: ignore[arg-type]


async def here(asked: dict[str, str], beat: Callable[[], None]) -> dict[str, object]:
    """Make a backup in this process."""
    return await asyncio.to_thread(worker.work, asked, lambda *_: beat())


class Night:
    """A bot that makes backups, and hours that go by."""

    def __init__(self, db: Database, folder: Path, making: Making | None = None) -> None:
        self.now = NOW
        self.db = db
        settings = Settings(
            database_path=db.path, backup_dir=str(folder), admin_ids=frozenset({7})
        )
        clock = TrustedClock(lambda: self.now, time.monotonic)
        ground = Ground(settings, db, clock, asyncio.Event(), Pulse(), unheard)
        self.backups = ScheduledBackups(ground, making)

    async def looks(self, after: timedelta = timedelta(0), *, trusted: bool = True) -> None:
        self.now += after
        await self.backups.look(clock_is_trusted=trusted)

    async def told(self) -> list[str]:
        """What admins were told, in order."""
        rows = await self.db.read(
            lambda db: db.conn.execute(
                "select json_extract(payload, '$.html') from deliveries order by id"
            ).fetchall()
        )
        return [html for (html,) in rows]


async def test_backups_come_as_often_as_is_set_over_failures_that_are_told_once(
    db: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    admin = Chat(ChatId(7), ChatKind.PRIVATE)
    await db.write(chats.see_chat, admin, NOW)
    night = Night(db, folder, here)
    await night.looks(trusted=False)  # the first waits for no clock
    assert 1 == len(backup_folder.names(folder))
    await night.looks(DAY - HOUR)
    await night.looks(2 * HOUR, trusted=False)
    assert 1 == len(backup_folder.names(folder))
    night.now -= 2 * HOUR
    folder.chmod(0o700)
    kept = folder.rename(tmp_path / "unmounted")
    folder.write_text("no folder")
    for _ in range(3):
        await night.looks(HOUR)
    (failed,) = await night.told()
    assert "could not make a backup" in failed
    folder.unlink()
    kept.rename(folder)
    await night.looks(HOUR)
    assert 2 == len(backup_folder.names(folder))
    _, well = await night.told()
    assert "succeed again, after 3 hours" in well
    last = await db.read(attempts.last)
    assert last is not None
    assert last.succeeded
    assert last.size == (folder / last.file).stat().st_size
    said = backup_metrics(last, night.now, 60.0)
    assert said.keys() == {name for name in GAUGES if "_backup_" in name}
    awaited = backup_metrics(None, night.now, 60.0)
    assert (said.keys(), 60.0) == (awaited.keys(), awaited["steppewire_backup_age_seconds"])


async def test_a_stop_ends_a_backup_and_leaves_nothing_under_its_name(
    db: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    night = Night(db, folder)
    task = asyncio.create_task(night.looks())
    while await db.read(attempts.last) is None:
        pass
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [] == backup_folder.names(folder)
    await night.looks(HOUR)
    assert 1 == len(backup_folder.names(folder))
