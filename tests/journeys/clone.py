"""An empty clone with a virtual environment made before: what `make` finds on the second day.

So modules are compiled too. The packages are those of the tests' own environment; the code that
runs is the clone's."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_CLONED = (".git", ".venv", "*.egg-info", ".*_cache", ".coverage*", ".env")
NOT_CLONED_EITHER = ("*.db", "*.db-*", "demo-data*", ".hypothesis", "build", "dist")


def cloned(folder: Path) -> Path:
    """Copy the repository as an archive of it would be, without anybody's .env, and its tests."""
    ignored = shutil.ignore_patterns(*NOT_CLONED, *NOT_CLONED_EITHER, "tests")
    return Path(shutil.copytree(ROOT, folder, ignore=ignored))


def furnish(clone: Path) -> None:
    """Make .venv as the Makefile does, with packages that are on this machine already."""
    furnished(clone / ".venv", "-e", str(clone))
    for stamp in ("made", "ready"):
        (clone / ".venv" / stamp).touch()


def furnished(environment: Path, *what: str) -> Path:
    """Make a virtual environment, install into it what pip is told, return its packages' folder.

    What that needs is on this machine already: nothing is fetched.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = environment / "lib" / version / "site-packages"
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip("--python", str(environment / "bin" / "python"), "install", *what)
    return packages


def pip(*words: str) -> None:
    """Run pip, which may build and install and fetch nothing."""
    subprocess.run(
        [sys.executable, "-m", "pip", "-q", *words, "--no-deps", "--no-build-isolation"],
        check=True,
        env=os.environ
        | {
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
        },
    )


def empty_environment(home: Path) -> dict[str, str]:
    """What `env -i` with a path and a home leaves."""
    make = shutil.which("make")
    assert make, "make is not here"
    path = f"{Path(make).parent}:/usr/bin:/bin"
    return {"PATH": path, "HOME": str(home)}
