"""Names: a public class stands once in the house, and what docstrings quote is there."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "watchers", "storage")


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says: its public classes, its docstrings, the words of its code."""

    classes: tuple[str, ...]
    docstrings: tuple[str, ...]
    words: frozenset[str]


@cache
def said_in(path: Path) -> Said:
    """Read a file's tree once for all of these tests."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [one.name for one in tree.body if isinstance(one, ast.ClassDef)]
    docstrings, texts, words = list[str](), list[str](), set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                docstrings.append(text)
            case ast.Constant(value=str(text)):
                texts.append(text)
            case _:
                for field in WORDED & set(node._fields):
                    words.update(str(getattr(node, field)).split("."))
    for text in set(texts) - set(docstrings):
        words |= {text, *re.findall(r"\w+", text)}
    return Said(
        tuple(one for one in classes if not one.startswith("_")),
        tuple(docstrings),
        frozenset(words),
    )


WORDED = frozenset({"id", "attr", "name", "arg", "module"})
"""Fields of a tree's nodes that hold a name."""


def public_classes() -> dict[str, list[str]]:
    """Return the files that define each public class of a module."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sources():
        for name in said_in(path).classes:
            found[name].append(str(path.relative_to(ROOT)))
    return found


def test_no_public_class_name_stands_twice() -> None:
    classes = public_classes()
    assert "Story" in classes
    assert {} == {name: files for name, files in classes.items() if len(files) > 1}


QUOTED = re.compile(r"``([A-Za-z_][\w.]+[A-Za-z_])(?:\(\))?``")
"""What a docstring quotes and may be a name of ours."""

OTHERS = frozenset({"executescript", "is_global"})
"""Names of the standard library, quoted where ours does otherwise."""


def test_a_name_that_a_docstring_quotes_is_there() -> None:
    known = words_of_code()
    stale = [
        (str(path.relative_to(ROOT)), name)
        for path in sources()
        for said in said_in(path).docstrings
        for name in QUOTED.findall(said)
        if name not in OTHERS and not is_there(name, known)
    ]
    assert [] == stale


def test_a_name_that_is_gone_is_found() -> None:
    known = {"addresses": {"AUTO"}, "sources": {"listing"}, "": {"AUTO", "listing"}}
    assert is_there("AUTO", known)
    assert is_there("addresses.AUTO", known)
    assert not is_there("sources.AUTO", known)
    assert not is_there("BOND_SIGNALS", known)


def is_there(name: str, known: dict[str, set[str]]) -> bool:
    """Whether the module that is named has it; where there is no such module, whether any has."""
    if name in known[""]:
        return True
    *rooms, last = name.split(".")
    if rooms and rooms[-1] in known:
        return last in known[rooms[-1]]
    return {*rooms, last} <= known[""]


def words_of_code() -> dict[str, set[str]]:
    """Each module's words, under its last name; all of them, and all files, under ""."""
    known: dict[str, set[str]] = defaultdict(set)
    for path in sources():
        parts = path.relative_to(ROOT).with_suffix("").parts
        found = {*parts, ".".join(parts).removesuffix(".__init__"), *said_in(path).words}
        known[path.parent.name if path.stem == "__init__" else path.stem] |= found
        known[""] |= found
    known[""] |= {file.name for package in PACKAGES for file in (ROOT / package).rglob("*.*")}
    return known


def sources() -> list[Path]:
    """Every file of our code."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
