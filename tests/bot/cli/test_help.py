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


def test_what_every_command_reads_brings_no_heavy_library():
    """Commands are typed one after another, and each is a new process."""
    heavy = ("aiohttp", "feedparser", "matplotlib", "pymorphy3", "telegram")
    asked = f"import sys, bot.cli.common; print([one for one in {heavy} if one in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert "[]" == told.stdout.strip()


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
