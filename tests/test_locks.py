"""The lock files: one version of every package for every Python, none without a hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOCKS = {
    "requirements.txt": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["build"],
    ],
    "requirements-dev.txt": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["build"],
        *PROJECT["dependency-groups"]["dev"],
    ],
}


def locked(name: str) -> list[tuple[Requirement, int]]:
    """Read a lock file: every package with the number of its hashes."""
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [
        (Requirement(re.split(r"\s+--hash", line)[0]), line.count("--hash=sha256:"))
        for line in lines
    ]


def on(python: str, name: str) -> dict[str, list[str]]:
    """Tell which versions of which packages a Python on Linux is given."""
    place = {"python_version": python, "python_full_version": f"{python}.0"}
    place |= {"sys_platform": "linux", "platform_python_implementation": "CPython"}
    found: dict[str, list[str]] = {}
    for one, _ in locked(name):
        if one.marker is None or one.marker.evaluate(place):
            found.setdefault(one.name.lower(), []).append(str(one.specifier))
    return found


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_is_given_one_version_that_the_project_takes(python, name) -> None:
    given = on(python, name)
    assert [] == [package for package, pins in given.items() if len(pins) != 1]
    for wanted in map(Requirement, LOCKS[name]):
        (pin,) = given[wanted.name.lower()]
        assert pin.startswith("=="), wanted
        assert wanted.specifier.contains(pin.removeprefix("==")), wanted


@pytest.mark.parametrize("python", PYTHONS)
def test_both_lock_files_agree(python: str) -> None:
    runs, checks = on(python, "requirements.txt"), on(python, "requirements-dev.txt")
    assert runs == {package: checks.get(package) for package in runs}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_hashes_and_none_comes_from_a_place_of_its_own(name: str) -> None:
    assert [] == [one.name for one, hashes in locked(name) if not hashes or one.url]
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*-(?!-hash=)", text, re.MULTILINE)
