"""The command line, called in this process with an environment and a database of its own."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import main

Cli = Callable[..., Result]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Call ``steppewire``; ``input`` is stdin, other keywords are settings (None: unset).

    A ``.env`` in the test's folder is read, as everywhere.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.chdir(tmp_path)

    def call(*words: str, input: str | None = None, **settings: str | None) -> Result:  # noqa: A002 (click's word)
        env: dict[str, str | None] = {
            "DATABASE_PATH": str(tmp_path / "news.db"),
            "LOG_LEVEL": "ERROR",
        } | settings
        return CliRunner().invoke(main, list(words), input=input, env=env)

    yield call
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(result: Result) -> list[dict[str, Any]]:
    """Read a listing's JSON lines."""
    assert (0, "") == (result.exit_code, result.stderr), result.output
    return [json.loads(line) for line in result.stdout.splitlines()]
