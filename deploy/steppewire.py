"""The ``steppewire`` script's way in, under a name that is nobody else's.

Our packages have plain names. Where another distribution in the same environment has one of them,
whoever was installed last has written over the other: that is said before anything is imported.
"""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("bot", "watchers", "storage")
MARK = "SteppeWire"
"""Stands in the first line of each of our packages."""


def main() -> None:
    """Run the command line, or say whose package is in the place of ours and exit with 1."""
    if problems := [problem(name) for name in taken()]:
        sys.exit("\n".join(problems))
    from bot.__main__ import main as command  # noqa: PLC0415 (may be another's)

    command()


def taken() -> Iterator[str]:
    """Yield the names of our packages under which something else would be imported, or nothing."""
    for name in PACKAGES:
        found = find_spec(name)
        origin = found.origin if found else None
        if origin is None or MARK not in Path(origin).read_text("utf-8", "replace"):
            yield name


def problem(name: str) -> str:
    """Say whose a package is, and what to do."""
    from importlib.metadata import packages_distributions  # noqa: PLC0415 (slow, and rarely wanted)

    others = sorted(set(packages_distributions().get(name, ())) - {"steppewire"})
    whose = f"is that of {', '.join(others)}" if others else "is not SteppeWire's"
    return (
        f"The package `{name}` {whose} here: install SteppeWire into an environment of its own,"
        " as `pipx install` and `uv tool install` do."
    )
