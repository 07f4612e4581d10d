"""A long run, and what the books say after it: ``python -m tests.benchmarks.longrun``.

``--days 30 --feeds 300 --readers 2000 --seed 1`` is the whole of it. Prints what befell the
program, what the audit says of its database, and what Telegram took beside what the rows say.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path

from bot.cli.audit import lines_of
from storage.audit.report import audit
from storage.database import connect
from tests.longrun import world
from tests.longrun.lockstep import WorldLoop


async def played(plan: world.Plan, folder: Path) -> int:
    began = time.perf_counter()
    async with world.opened(plan, folder) as there:
        await there.pass_days()
        seconds = time.perf_counter() - began
        db = connect(there.database)
        faults = list(there.ledger.faults(db, there.press.feeds))
        counts = {
            table: db.conn.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("items", "stories", "matches", "deliveries")
        }
        states = dict(
            db.conn.execute("select kind || ' ' || state, count(*) from deliveries group by 1")
        )
        db.close()
        print(f"{plan}\n{seconds:.0f} s, {there.loop.jumps:,} jumps of time")
        print("befell:", dict(there.done))
        print("rows:", counts, states)
        print("telegram:", there.ledger.summary())
        print("log:", errors(folder / "bot.log"))
        report = audit(there.database, there.clock(), lambda _step: None)
        print(*lines_of(report), sep="\n")
        for fault in faults:
            print("FAULT", fault)
    return len(faults) + (not report.adds_up)


def errors(log: Path) -> dict[str, int]:
    """Count what the log complains of."""
    counted: Counter[str] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            counted["(no log line)"] += 1
            continue
        if told.get("level") in ("error", "critical"):
            last = str(told.get("exception", "")).rstrip().rpartition("\n")[2]
            counted[f"{told.get('event')} {told.get('error', '')} {last}"[:160]] += 1
    return dict(counted.most_common(20))


def main() -> None:
    parser = argparse.ArgumentParser()
    for field in fields(world.Plan):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default
        )
    parser.add_argument("--folder", type=Path)
    wanted = vars(parser.parse_args())
    folder = wanted.pop("folder")
    plan = world.Plan(**wanted)
    with tempfile.TemporaryDirectory() as own, asyncio.Runner(loop_factory=WorldLoop) as runner:
        sys.exit(bool(runner.run(played(plan, folder or Path(own)))))


if __name__ == "__main__":
    main()
