"""/health: one message that an admin understands: what is wrong, what to do, how much there is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.instance import alone, watchers_lock
from bot.monitoring.health import PartHealth, Vitals
from bot.version import installed_version
from storage import feeds
from storage.backups import attempts
from storage.backups.attempts import LastBackup
from storage.database import Database
from storage.feeds import NewFeed
from storage.sql import Connection
from tests.bot.people import ADMIN, NOW, Person, context_of

WELL = Vitals(
    {
        "steppewire_up_seconds": 3 * 86_400,
        "steppewire_outbox_waiting": 12,
        "steppewire_outbox_oldest_due_seconds": 180.0,
        "steppewire_database_bytes": 230e6,
        "steppewire_wal_bytes": 4e6,
        "steppewire_disk_free_bytes": 40e9,
        "steppewire_resident_bytes": 150e6,
        "steppewire_workers_resident_bytes": 60e6,
    },
    dict.fromkeys("telegram token database clock outbox feeds answers".split(), True),
    (PartHealth("poller", 3.0, 120.0), PartHealth("digests", 200.0, 300.0)),
)


async def said(db: Database, vitals: Vitals, **parts: Any) -> str:
    async def measure() -> Vitals:
        return vitals

    context = context_of(db, vitals=measure, **parts)
    return await (await Person.comes(context, ADMIN)).types("/health")


async def test_all_that_is_well_stands_in_one_message(db: Database) -> None:
    told = await said(db, WELL)
    assert told.startswith("🩺 All is well\n")
    for line in (
        f"Version: {installed_version()}",
        "Running for: 3 days",
        "Telegram: connected",
        "Waiting: 12, the oldest is late by 3 minutes",
        "Last backup: none by me, BACKUP_DIR switches them on",
        "Database: 234 MB",
        "Free on the disk: 40 GB",
        "Memory: 210 MB",
        "Slow: digests (3 minutes)",
    ):
        assert line in told.splitlines()


@pytest.mark.parametrize("name", WELL.conditions)
async def test_what_is_wrong_stands_above_with_what_to_do(db: Database, name: str) -> None:
    told = await said(db, replace(WELL, conditions={**WELL.conditions, name: False}))
    head, *lines = told.split("\n\n")[0].splitlines()
    assert "🛑 Not all is well" == head
    assert [True] == [len(line) > 60 and line.startswith("• ") for line in lines]


async def test_a_stuck_part_is_named(db: Database) -> None:
    told = await said(db, replace(WELL, parts=(PartHealth("digests", 3000.0, 300.0),)))
    assert "• My part digests has shown no progress for 50 minutes." in told
    assert "Slow" not in told


@pytest.mark.parametrize(
    ("backup", "line"),
    [
        (LastBackup(NOW - timedelta(hours=2), NOW, made_at=NOW - timedelta(hours=2), size=12_000_000),
         "Last backup: 2 hours ago, 12 MB"),
        (LastBackup(NOW - timedelta(hours=2), NOW - timedelta(hours=2), "no room", NOW),
         "Last backup: 2 hours ago it failed: no room"),
    ],
)  # fmt: skip
async def test_the_last_backup_is_told(db: Database, backup: LastBackup, line: str) -> None:
    await db.write(attempts.keep, backup)
    assert line in (await said(db, WELL)).splitlines()


async def test_a_first_backup_that_is_to_come_is_told(db: Database) -> None:
    told = await said(db, WELL, backs_up=True)
    assert "Last backup: none yet, the first comes within minutes" in told.splitlines()


async def test_many_sources_that_fail_at_once_are_ours_to_look_at(db: Database) -> None:
    def many(db: Connection) -> None:
        for number in range(10):
            url = f"https://outlet{number}.example/rss"
            feeds.add(db, NewFeed(url, "", "Outlet"), NOW)
        db.conn.execute("update feeds set status = case when id > 6 then 'error' else 'ok' end")

    await db.write(many)
    told = await said(db, WELL)
    assert told.startswith("🛑 Not all is well\n• 4 of 10 sources cannot be read")


async def test_a_half_alone_says_whether_the_other_runs(db: Database) -> None:
    conditions = {name: True for name in WELL.conditions if name != "feeds"}
    half = replace(WELL, conditions=conditions)
    assert "• My other half, which reads the sources, does not run" in await said(db, half)
    with alone(watchers_lock(db.path), "instance.database"):
        assert "All is well" in await said(db, half)
