"""A public class name means one thing: it stands once in the house."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "watchers", "storage")


def public_classes() -> dict[str, list[str]]:
    """Return the files that define each public class of a module."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(ROOT)))
    return found


def test_no_public_class_name_stands_twice() -> None:
    classes = public_classes()
    assert "Story" in classes
    assert {} == {name: files for name, files in classes.items() if len(files) > 1}
