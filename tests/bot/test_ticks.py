"""What goes wrong in a tick ends nothing, and only a bug of ours is told with its traceback."""

import pytest
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
