"""What commands cost that do next to nothing: ``python -m tests.benchmarks.commands [TIMES]``.

CPU seconds (user and system, with those of processes that a command started), in a folder with
one item. The least of several is told first: on a busy machine two runs differ by half.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = (
    "--help",
    "match",
    "feeds list",
    "story 1",
    "digest",
    "search Токаев",
    "ingest items.jsonl",
    "poll",
)
ITEM = {"title": "Президент Токаев прибыл в Астану", "text": "Он вернулся после визита в Москву."}


def cost(command: str, folder: Path) -> float:
    """Run a command once, and return its CPU seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *shlex.split(command)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "DOTENV_PATH": os.devnull},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure each command so many times, and say the least and the median."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("times", type=int, nargs="?", default=7)
    times = asked.parse_args().times
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "items.jsonl").write_text(json.dumps(ITEM), encoding="utf-8")
        cost("ingest items.jsonl", folder)
        for command in COMMANDS:
            found = [cost(command, folder) for _ in range(times)]
            print(f"{command:20} {min(found):.2f}   median {statistics.median(found):.2f}")


if __name__ == "__main__":
    main()
