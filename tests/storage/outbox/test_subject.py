"""A row's key is a key: what a row is about stands in columns of its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MIGRATIONS = ROOT / "storage" / "migrations.py"  # which read the keys of older programs, once
WHOLE = (ast.Call, ast.keyword, ast.Tuple, ast.List, ast.Dict)
"""Where a key may stand: handed on as it is."""

IN_SQL = re.compile(
    r"\bsubject\s+(?:not\s+)?(?:like|glob|regexp|between)\b"
    r"|\b(?:substr|substring|instr|length|ltrim|trim|replace)\s*\(\s*(?:\w+\.)?subject\b"
)


def looks_inside(source: str) -> Iterator[int]:
    """Find the lines that look inside a key, in Python or in SQL."""
    if "subject" not in source:
        return  # reading a tree takes longer than all else here
    tree = ast.parse(source)
    for parent in ast.walk(tree):
        if isinstance(parent, ast.Constant) and isinstance(parent.value, str):
            yield from (parent.lineno for _ in IN_SQL.findall(parent.value))
        for node in ast.iter_child_nodes(parent):
            whole = isinstance(parent, WHOLE) and node is not getattr(parent, "func", None)
            if isinstance(node, ast.Attribute) and node.attr == "subject" and not whole:
                yield node.lineno


@pytest.mark.parametrize(
    "source",
    [
        "row.subject[:1]",
        "row.subject.startswith('h')",
        "':' in row.subject",
        "row.subject == 'h'",
        "f'{row.subject}x'",
        "'where kind = 1 and subject like :x'",
        "f'where substr(d.subject, 1, 1) = {x}'",
        "{row.subject: 1}[x.subject[0]]",
    ],
)
def test_a_look_inside_is_found(source: str) -> None:
    assert [1] == list(looks_inside(source))


@pytest.mark.parametrize(
    "source",
    [
        "log(subject=row.subject)",
        "execute('where subject = ?', (row.subject,))",
        "'select subject from deliveries where subject = :key'",
    ],
)
def test_a_key_may_be_handed_on_whole(source: str) -> None:
    assert [] == list(looks_inside(source))


@pytest.mark.parametrize("package", ["bot", "storage", "watchers"])
def test_nobody_looks_inside_a_key(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / package).rglob("*.py"))
        if path != MIGRATIONS
        for line in looks_inside(path.read_text(encoding="utf-8"))
    ]
    assert [] == found
