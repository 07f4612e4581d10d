"""Lines of the log: who looks there for a reason finds a sentence, as people are told it."""

import ast
from pathlib import Path

import pytest

import bot
import storage
import watchers
from bot.logs import without_secrets
from storage.errors import NewsError, StorageError

SAYS = without_secrets(())


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StorageError("storage.full"), "The disk is full: nothing can be written."),
        (NewsError("feed.unknown", feed="12"), "12"),
        (OSError("nobody is there"), "nobody is there"),
    ],
)
def test_an_error_is_said_as_a_sentence(error: Exception, says: str) -> None:
    said = SAYS(None, "", {"reason": error, "all": [error]})["reason"]
    assert says in said
    assert "(feed=" not in said


def made_text_too_early() -> set[str]:
    """Name the lines of code that give the log an error as text, which is a key then."""
    return {
        f"{path}:{call.lineno}"
        for package in (bot, watchers, storage)
        for path in Path(str(package.__file__)).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("log.")
        for given in call.keywords
        if given.arg in {"error", "reason", "why"} and ast.unparse(given.value).startswith("str(")
    }


def test_the_log_is_given_errors_themselves() -> None:
    assert set() == made_text_too_early()
