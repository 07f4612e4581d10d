"""The import contracts can fail: each is broken once on purpose in a copy of the house."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]

BREAKS = {
    "storage/model.py": "import watchers.text",
    "storage/sql.py": "import storage.items",
    "watchers/fetch/ssrf.py": "import watchers.poll",
    "watchers/schedule.py": "import time, feedparser, apscheduler, aiohttp, dotenv",
    "bot/settings.py": "import bot.app",
    "bot/render/markup.py": "import telegram",
    "bot/sandbox/box.py": "import storage.model",
    "bot/digests/ranking.py": "import sqlite3",
    "bot/unplaced.py": "",
}
"""A line added to each file; the last is a file without a place."""


def test_every_contract_fails_when_it_is_broken(tmp_path: Path) -> None:
    for package in ("bot", "watchers", "storage"):
        only_code = shutil.ignore_patterns("__pycache__", "*.html", "*.css", "*.js", "*.json")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in BREAKS.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    told = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=tmp_path,
        env={"COLUMNS": "400", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = [one["name"] for one in contracts["tool"]["importlinter"]["contracts"]]
    unbroken = [name for name in names if not re.search(rf"{re.escape(name)} BROKEN", told)]
    assert [] == unbroken, told
