"""``make test-all`` finds every Python once, and leaves none out silently."""

import re
import sys
from pathlib import Path

import pytest

from scripts.every_python import LOCKS, ROOT, Python, folders, found, newest_beside


def program(folder: Path, name: str, says: str, code: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    file.chmod(0o755)


def test_each_python_is_found_once_whichever_names_lead_to_it(tmp_path: Path) -> None:
    program(tmp_path / "a", "python3.12", "3.12.1 /a/python3.12")
    (tmp_path / "a" / "python3").symlink_to("python3.12")
    program(tmp_path / "a", "python3.12-config", "3.12.1 /a/other")
    program(tmp_path / "venv", "python3", "3.12.1 /a/python3.12")
    program(tmp_path / "b", "python3.9", "3.9.18 /b/python3.9")
    pythons, silent = found([tmp_path / "a", tmp_path / "venv", tmp_path / "none", tmp_path / "b"])
    assert [Python((3, 9, 18), "/b/python3.9"), Python((3, 12, 1), "/a/python3.12")] == pythons
    assert [] == silent


def test_what_does_not_answer_is_told(tmp_path: Path) -> None:
    program(tmp_path, "python3.12", "", code=127)
    program(tmp_path, "python3.13", "Hello")
    (tmp_path / "python3.14").symlink_to(tmp_path / "gone")
    pythons, silent = found([tmp_path])
    assert [] == pythons
    assert [f"{tmp_path}/python3.{minor}" for minor in (12, 13, 14)] == [
        line.partition(":")[0] for line in silent
    ]


def test_this_python_is_found_by_its_own_place() -> None:
    pythons, _ = found([Path(sys.executable).parent])
    assert [tuple(sys.version_info[:3])] == [one.version for one in pythons]


def test_pyenv_the_path_and_the_systems_folders_are_looked_into(tmp_path: Path) -> None:
    own = tmp_path / "versions" / "3.13.0" / "bin"
    own.mkdir(parents=True)
    environment = {"PYENV_ROOT": str(tmp_path), "PATH": f"/x/shims:/x/bin::{own}"}
    assert [own, Path("/x/bin"), own] == list(folders(environment, tmp_path))[:3]
    assert Path("/usr/bin") in folders({}, tmp_path)


@pytest.mark.parametrize(
    ("minors", "default", "chosen"),
    [((11, 12, 13), 11, [13]), ((11, 12, 13), 13, [12]), ((11, 11), 11, []), ((), 11, [])],
)
def test_ci_tests_the_newest_python_beside_its_own(minors, default, chosen) -> None:
    pythons = [Python((3, minor, 0), f"/{at}") for at, minor in enumerate(minors)]
    newest = newest_beside(pythons, (3, default, 7))
    assert chosen == [one.version[1] for one in newest]


def test_each_python_is_given_what_make_test_installs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^\$\(VENV\)/ready(?:-dev)?:.*\n(?:\t.*\n)+", makefile, re.MULTILINE)
    installed = re.findall(r"-r deploy/(\S+)", "".join(rules))
    assert len(rules) == 2
    assert list(LOCKS) == installed
