"""What goes wrong in a tick ends nothing, and no clock keeps one from coming."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from bot import ticks
from storage.errors import StorageError


@pytest.mark.parametrize(
    ("error", "has_traceback"),
    [(StorageError("storage.full"), False), (StorageError("storage.locked"), False),
     (KeyError("a bug"), True)],
    ids=["full", "locked", "bug"],
)  # fmt: skip
async def test_a_full_disk_or_a_locked_file_costs_one_line(
    error: Exception, has_traceback: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tick() -> None:
        raise error

    with capture_logs() as told:
        monkeypatch.setattr(ticks, "log", ticks.structlog.get_logger())
        await ticks.Rounds(ticks.Tick("poller", tick, 5, 120)).run_once()
    # What the database's own alarm says is a line for whoever looks closer, if any.
    assert ["tick failed"] * len(told) == [line["event"] for line in told]
    assert [True] * has_traceback == [True for line in told if line.get("exc_info")]
    assert len(told) <= 1


START = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("before", "now", "following"),
    [
        (None, START, START),
        (START, START, START + MINUTE),
        (START, START + 10 * MINUTE, START + 11 * MINUTE),
        (START, START + timedelta(days=3650), START + timedelta(days=3650) + MINUTE),
    ],
    ids="first even late set-ahead".split(),
)
def test_no_time_is_made_up_for(
    before: datetime | None, now: datetime, following: datetime
) -> None:
    """A clock set ahead by ten years leaves out more times than memory holds."""
    assert following == ticks.Every(60.0).get_next_fire_time(before, now)


async def test_a_clock_that_is_set_back_keeps_no_tick_from_coming(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ticks, "SET_BACK_SEEN_S", 0.01)
    came = asyncio.Event()

    async def come() -> None:
        came.set()

    scheduler = AsyncIOScheduler(timezone=UTC)
    # As it stands where the clock was a day ahead when it came last.
    day_ahead = datetime.now(UTC) + timedelta(days=1)
    scheduler.add_job(come, ticks.Every(0.25), next_run_time=day_ahead)
    scheduler.start()
    looking = asyncio.create_task(ticks.not_put_off(scheduler))
    async with asyncio.timeout(10):
        await came.wait()
    looking.cancel()
    scheduler.shutdown(wait=False)
