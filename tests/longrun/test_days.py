"""Some hours with all its faults, played in seconds: the books add up afterwards.

The long form, a month, is ``python -m tests.benchmarks.longrun``.
"""

import asyncio
import os
from pathlib import Path

import pytest

from storage.audit.report import Report, audit
from storage.database import connect
from tests.longrun import world
from tests.longrun.ledger import Discrepancy
from tests.longrun.lockstep import WorldLoop


@pytest.fixture
def seed() -> int:
    """The same each time; ``LONGRUN_SEED`` plays others, and so does the long form."""
    return int(os.environ.get("LONGRUN_SEED") or 1)


KNOWN = frozenset({"answered again"})
"""What no program can avoid: a call on its way at a kill is made again."""


async def played(plan: world.Plan, folder: Path) -> tuple[list[Discrepancy], Report]:
    async with world.opened(plan, folder) as there:
        await there.pass_days()
        db = connect(there.database)
        faults = list(there.ledger.faults(db, there.press.feeds))
        db.close()
        return faults, audit(there.database, there.clock(), lambda _step: None)


def test_some_hours_add_up(seed: int, tmp_path: Path) -> None:
    plan = world.Plan(
        days=0.08, feeds=8, readers=30, seed=seed, kills=12, stops=6, telegram_faults=120, lies=6
    )
    with asyncio.Runner(loop_factory=WorldLoop) as runner:
        faults, report = runner.run(played(plan, tmp_path))
    unknown = [str(fault) for fault in faults if fault.kind not in KNOWN]
    assert ([], ()) == (unknown, report.breaches), f"LONGRUN_SEED={seed}"
    assert report.adds_up
