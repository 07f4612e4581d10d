"""The import contracts can fail: each is broken once on purpose in a copy of the house."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from scripts.map_house import first_line

ROOT = Path(__file__).parents[1]

BREAKS = {
    "storage/model.py": "import watchers.text",
    "storage/sql.py": "import storage.items",
    "watchers/fetch/ssrf.py": "import watchers.poll, prometheus_client",
    "watchers/schedule.py": "import time, feedparser, trafilatura, apscheduler, aiohttp, dotenv, sqlite_utils, pyrage, arro3, jinja2",
    "bot/settings.py": "import bot.app",
    "bot/render/markup.py": "import telegram",
    "bot/sandbox/box.py": "import storage.model",
    "bot/digests/ranking.py": "import sqlite3",
    "bot/unplaced.py": "",
}
"""A line added to each file; the last is a file without a place."""


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]


def test_what_calls_itself_pure_is_held_to_it() -> None:
    (pure,) = (
        one["source_modules"] for one in CONTRACTS if one["name"].startswith("The pure core")
    )
    said = [
        module_of(path)
        for package in ("bot", "watchers", "storage")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"\bpure\b", first_line(path), re.IGNORECASE)
    ]
    assert "watchers.judge" in said
    assert [] == [one for one in said if not f"{one}.".startswith(tuple(f"{m}." for m in pure))]
    assert [] == [one for one in pure if any(one.startswith(f"{m}.") for m in pure)]


def module_of(path: Path) -> str:
    """Return a file's dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


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
    names = [one["name"] for one in CONTRACTS]
    unbroken = [name for name in names if not re.search(rf"{re.escape(name)} BROKEN", told)]
    assert [] == unbroken, told
