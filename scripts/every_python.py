"""Run the tests on every Python of this machine: ``make test-all``.

Each Python that pyenv, the PATH and the system's folders have gets a virtual environment of its
own in ``.venvs/`` with the pinned packages. What is found, left out and not to be tested is told;
a Python that cannot be tested counts as failed, because a silent gap would look like success.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
SYSTEM = (Path("/usr/local/bin"), Path("/usr/bin"), Path("/opt/homebrew/bin"))
NAME = re.compile(r"python3(\.[0-9]+)?")
LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-fulltext.txt",
    "requirements-parquet.txt",
    "requirements-web.txt",
)
"""What `make test` installs, in ``deploy/``; ours comes after the first."""
ASK = (
    "import os, sys; print('.'.join(map(str, sys.version_info[:3])),"
    " os.path.realpath(getattr(sys, '_base_executable', sys.executable)))"
)
"""A virtual environment answers with the Python that it was made from."""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter: its version and its own place, links followed."""

    version: tuple[int, ...]
    path: str

    def __str__(self) -> str:
        """Name it as a person would."""
        return f"{'.'.join(map(str, self.version)):8} {self.path}"


@dataclass(frozen=True, slots=True)
class Ending:
    """How one Python fared: ``told`` is pytest's last line, or why there is none."""

    python: Python
    passed: bool
    told: str


def folders(environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Name the folders in which Pythons live; pyenv's shims only stand for those in its own."""
    pyenv = Path(environment.get("PYENV_ROOT") or home / ".pyenv")
    yield from sorted(pyenv.glob("versions/*/bin"))
    for one in environment.get("PATH", "").split(os.pathsep):
        if one and Path(one).name != "shims":
            yield Path(one)
    yield from SYSTEM


def found(places: Iterable[Path]) -> tuple[list[Python], list[str]]:
    """Ask every Python there who it is: all of them, oldest first, and what did not answer."""
    pythons: set[Python] = set()
    silent: list[str] = []
    asked: set[Path] = set()
    for program in (one for place in places for one in sorted(place.glob("python3*"))):
        real = program.resolve()
        if not NAME.fullmatch(program.name) or real in asked:
            continue
        asked.add(real)
        match answer_of(program):
            case Python() as python:
                pythons.add(python)
            case why:
                silent.append(f"{program}: {why}")
    return sorted(pythons, key=lambda one: (one.version, one.path)), silent


def answer_of(program: Path) -> Python | str:
    """Ask one program which Python it is; where it does not say, return why."""
    try:
        told = subprocess.run(
            [program, "-I", "-c", ASK], capture_output=True, text=True, check=True
        )
        version, path = told.stdout.strip().split(" ", 1)
        return Python(tuple(map(int, version.split("."))), path)
    except subprocess.CalledProcessError as error:
        return (error.stderr.strip() or f"exit code {error.returncode}").splitlines()[-1]
    except OSError as error:
        return str(error.strerror)
    except ValueError:
        return "it does not say its version"


def newest_beside(pythons: list[Python], default: tuple[int, ...]) -> list[Python]:
    """Choose the newest Python of another minor version than the one CI tests anyway."""
    return [one for one in pythons if one.version[:2] != default[:2]][-1:]


def environment_of(python: Python) -> Path:
    """Make the Python's virtual environment, or bring it up to the lock files; return it.

    Raises CalledProcessError where that cannot be done.
    """
    mark = hashlib.blake2b(python.path.encode(), digest_size=3).hexdigest()
    venv = ROOT / ".venvs" / f"{'.'.join(map(str, python.version))}-{mark}"
    lock = hashlib.blake2b(
        b"".join((ROOT / "deploy" / one).read_bytes() for one in LOCKS)
    ).hexdigest()
    ready = venv / "ready"
    if ready.exists() and ready.read_text() == lock:
        return venv
    shutil.rmtree(venv, ignore_errors=True)
    run([python.path, "-m", "venv", venv])
    pip = [venv / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    first, *others = (["--require-hashes", "-r", f"deploy/{one}"] for one in LOCKS)
    run([*pip, *first])
    run([*pip, "--no-deps", "--no-build-isolation", "-e", "."])
    for other in others:
        run([*pip, *other])
    ready.write_text(lock)
    return venv


def run(command: list[str | Path]) -> None:
    """Run a command in the project's folder; raises CalledProcessError where it fails."""
    subprocess.run(command, cwd=ROOT, check=True)


def tried(python: Python, arguments: list[str]) -> Ending:
    """Run the tests on one Python, saying what pytest says, without measuring coverage."""
    print(f"→ {python}", flush=True)
    try:
        venv = environment_of(python)
    except subprocess.CalledProcessError as error:
        return Ending(python, passed=False, told=f"cannot be set up: {error}")
    last = ""
    with subprocess.Popen(
        [venv / "bin/python", "-m", "pytest", "-q", "--dist", "loadfile", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as tests:
        for line in tests.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    return Ending(python, passed=tests.returncode == 0, told=last)


def main() -> int:
    """Find, tell, test, tell."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--newest", action="store_true", help="one alone, beside the default")
    options, arguments = asked.parse_known_args()
    pythons, silent = found(folders(os.environ, Path.home()))
    fit = [one for one in pythons if one.version >= OLDEST]
    chosen = newest_beside(fit, tuple(sys.version_info)) if options.newest else fit
    for one in pythons:
        why = "is tested" if one in chosen else "not asked for" if one in fit else "too old"
        print(f"{one}  {why}")
    for line in silent:
        print(f"does not run: {line}")
    if not chosen:
        print("no Python to test was found")
        return 1
    began = time.monotonic()
    endings = [tried(one, arguments) for one in chosen]
    print(f"\n→ {len(endings)} tested in {time.monotonic() - began:.0f} s")
    for ending in endings:
        print(f"{'passed' if ending.passed else 'FAILED'}  {ending.python}  {ending.told}")
    return 0 if all(ending.passed for ending in endings) else 1


if __name__ == "__main__":
    sys.exit(main())
