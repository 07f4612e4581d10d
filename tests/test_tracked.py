"""What is kept in the repository is meant to be: nothing ignored, huge, or beside the rooms."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IN_A_REPOSITORY = (ROOT / ".git").exists() and shutil.which("git") is not None
ROOMS = {"bot", "deploy", "docs", "scripts", "storage", "tests", "watchers", ".ci"}
BESIDE = {
    ".env.example", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md",
    "LICENSE", "Makefile", "README.md", "pyproject.toml",
}  # fmt: skip
LARGEST = 1_000_000
"""Bytes; the largest are tables of names and towns."""

pytestmark = pytest.mark.skipif(
    not IN_A_REPOSITORY, reason="no git repository: an unpacked archive"
)


def listed(*asked: str) -> list[str]:
    told = subprocess.run(
        ["git", "ls-files", "-z", *asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return told.stdout.split("\0")[:-1]


def test_no_tracked_file_is_one_that_is_ignored() -> None:
    assert [] == listed("-ci", "--exclude-per-directory=.gitignore")


def test_nothing_lies_beside_the_rooms_but_what_a_repository_needs() -> None:
    assert {name.partition("/")[0] for name in listed()} == ROOMS | BESIDE


def test_no_tracked_file_is_a_disk() -> None:
    sizes = {name: (ROOT / name).stat().st_size for name in listed() if (ROOT / name).exists()}
    assert {} == {name: size for name, size in sizes.items() if size > LARGEST}
