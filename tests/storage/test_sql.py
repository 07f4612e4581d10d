"""SQL that every Python binds the same way."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("storage", "watchers", "bot", "tests", "scripts")
NUMBERED = re.compile(r"(?:^|[\s(,=<>])\?[0-9]")


def numbered(source: str) -> Iterator[tuple[int, str]]:
    """Find the strings with numbered marks, each with its line; addresses have none."""
    if not re.search(r"\?[0-9]", source):
        return  # reading a tree takes longer than all else here
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from ((node.lineno, mark) for mark in NUMBERED.findall(node.value))


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("'where id = ?{}'", [1]),
        ("f'(?{}, {{now}})'", [1]),
        ("('values '\n '(1,?{})')", [1]),
        ("'where id = ? and at > :at{}'", []),
        ("'https://feeds.example/?{}'", []),
    ],
)
def test_numbered_marks_are_found_in_strings_alone(source: str, lines: list[int]) -> None:
    assert lines == [line for line, _ in numbered(source.format(1))]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_statement_has_numbered_marks(folder: str) -> None:
    """Python 3.14 refuses to bind a sequence to ``?`` with a number; names and ``?`` serve all."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, _ in numbered(path.read_text(encoding="utf-8"))
    ]
    assert [] == found
