"""Every command explains itself, and a wrong one costs a sentence."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS, LazyGroup, main

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    group = main
    assert isinstance(group, LazyGroup)
    return group.list_commands(click.Context(group))


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help(cli, name):
    result = cli(name, "--help")
    assert 0 == result.exit_code
    assert len(result.stdout.splitlines()) > 3


HEAVY = {
    "aiohttp", "apscheduler", "feedparser", "importlib.metadata", "matplotlib", "numpy", "pymorphy3",
    "selectolax", "telegram", "watchers.ingester", "watchers.keywords", "watchers.parse",
    "watchers.stories", "watchers.text",
}  # fmt: skip
"""What takes long to load, by libraries and rooms."""

WORDS = {"watchers.keywords", "watchers.text"}

LIGHT = {
    "": set(),
    "feeds list": set(),
    "items": set(),
    "rates": set(),
    "backup": set(),
    "search": WORDS,
    "digest": {*WORDS, "watchers.stories"},
    "ingest": {
        *WORDS,
        "feedparser",
        "selectolax",
        "watchers.ingester",
        "watchers.parse",
        "watchers.stories",
    },
}
"""Commands that ask nobody, and what of the heavy each may load before it begins."""

LOADED = f"""
import os, sys, click, bot.__main__, bot.cli.common
for line in {list(LIGHT)}:
    if os.fork() == 0:
        found = bot.cli.main
        for word in line.split():
            found = found.get_command(click.Context(found), word)
        found.get_help(click.Context(found))
        print(line, *({HEAVY} & sys.modules.keys()), sep="|", flush=True)
        os._exit(0)
    os.wait()
"""


def test_a_command_that_reads_rows_loads_little():
    """Commands are typed one after another, and each is a new process."""
    told = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    loaded = {
        line: set(heavy) for line, *heavy in (row.split("|") for row in told.stdout.splitlines())
    }
    assert LIGHT.keys() == loaded.keys()
    assert {} == {line: more for line, heavy in loaded.items() if (more := heavy - LIGHT[line])}


def test_the_overview_names_every_command(cli):
    told = cli("--help").stdout
    assert [] == [name for name in COMMANDS if not re.search(rf"^  {name} ", told, re.MULTILINE)]


def test_an_unknown_command_is_wrong_usage(cli):
    result = cli("subscribe")
    assert (2, True) == (result.exit_code, "No such command" in result.stderr)


def test_malformed_settings_are_all_told_and_nothing_is_done(cli, tmp_path):
    result = cli("items", POLL_INTERVAL="soon", ADMIN_IDS="me")
    assert 1 == result.exit_code
    assert ["ADMIN_IDS", "POLL_INTERVAL"] == [
        line.split()[0] for line in result.stderr.splitlines()
    ]
    assert not (tmp_path / "news.db").exists()


def test_a_foreign_database_costs_one_sentence(cli, tmp_path):
    (tmp_path / "news.db").write_text("not a database, " * 100)
    result = cli("stories")
    assert (1, 1) == (result.exit_code, len(result.stderr.splitlines()))


def test_readme_examples_are_real_commands():
    named = set(re.findall(r"^steppewire (\w+)", README, re.MULTILINE))
    assert named
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("every", ["0", "-1", "nan", "inf", "0.001", "1e9"])
def test_a_demos_pace_is_one(cli, tmp_path, every):
    result = cli("demo", "--every", every)
    assert (2, True) == (result.exit_code, "cannot be" in result.stderr)
    assert [] == list(tmp_path.iterdir())
