"""What is kept in the repository is meant to be: nothing that `.gitignore` leaves out."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IN_A_REPOSITORY = (ROOT / ".git").exists() and shutil.which("git") is not None


@pytest.mark.skipif(not IN_A_REPOSITORY, reason="no git repository: an unpacked archive")
def test_no_tracked_file_is_one_that_is_ignored() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-ci", "--exclude-per-directory=.gitignore"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [] == listed.stdout.splitlines()
