"""An hour with all its faults, played in seconds: the books add up afterwards.

The long form, a month, is ``python -m tests.benchmarks.longrun``.
"""

import asyncio
import os
from dataclasses import replace
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


SHORT = world.Plan(
    days=0.05, feeds=8, readers=30, calm=1, telegram_faults=150,
    kills=40, stops=20, lies=40, full_disks=20, outages=20, commands=150, comings=40,
)  # fmt: skip
"""An hour: two kills, two lying clocks, and one or two of everything else."""

BEFALLS = frozenset({"kill -9", "stops", "lying clocks", "full disks", "telegram: away"})


async def played(plan: world.Plan, folder: Path) -> tuple[set[str], list[Discrepancy], Report]:
    async with world.opened(plan, folder) as there:
        await there.pass_days()
        db = connect(there.database)
        faults = list(there.ledger.faults(db, there.press.feeds))
        db.close()
        return set(there.done), faults, audit(there.database, there.clock(), lambda _step: None)


def test_an_hour_with_everything_that_can_befall_adds_up(seed: int, tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=WorldLoop) as runner:
        befell, faults, report = runner.run(played(replace(SHORT, seed=seed), tmp_path))
    unknown = [str(fault) for fault in faults if fault.kind not in KNOWN]
    assert ([], ()) == (unknown, report.breaches), f"LONGRUN_SEED={seed}"
    assert report.adds_up
    assert befell >= BEFALLS
