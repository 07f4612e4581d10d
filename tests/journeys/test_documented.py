"""Every command line of the documents is run as it stands there, or checked against what it uses.

A new one that nothing here knows fails: a command that no test runs is a defect.
"""

import configparser
import json
import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.sandbox import BOT_TOKEN, sample_outlets
from tests.bot.cli.stand import Stand, stand
from tests.journeys.documented import (
    AS_USER,
    FENCE,
    PROGRAMS,
    ROOT,
    Documented,
    blocks,
    commands,
    documents,
    lines,
    section,
)

STORIES = [{"title": f"Town number {n} opens bridge number {n * n}"} for n in range(1, 15)]

ASKED = json.dumps({"query": "gas", "text": "Gas is dear"})

RUNS_ON = {
    "make demo": "tests/journeys/test_front_door.py",
    "make run": "tests/journeys/test_front_door.py",
    "steppewire run": "tests/journeys/test_process.py",
    "steppewire demo": "tests/journeys/test_demo.py",
    "steppewire demo --without-bot": "tests/journeys/test_demo.py",
    "steppewire feeds audit > catalogue.patch": "tests/bot/cli/test_feeds.py",
}
"""What does not end by itself, or asks the whole internet, and the test that starts it."""


@pytest.fixture(autouse=True, scope="module")
def _log() -> Iterator[None]:
    """Leave the log as it was: each command sets it up for itself."""
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers


# --- what is run: the command line in a stocked shop --------------------------------------------


@pytest.fixture(scope="module")
def outlets() -> Iterator[Stand]:
    with stand() as running:
        yield running


@pytest.fixture(scope="module")
def shop(outlets: Stand, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive, a feed, an OPML file and a .env, as after some days of use."""
    folder = tmp_path_factory.mktemp("shop")
    told = [
        f"TELEGRAM_BOT_TOKEN={BOT_TOKEN}",
        f"TELEGRAM_API_URL={outlets.url}",
        f"FEED_ALLOW_HOSTS={outlets.host}",
    ]
    (folder / ".env").write_text("\n".join(told), encoding="utf-8")
    (folder / "items.jsonl").write_text("\n".join(map(json.dumps, STORIES)), encoding="utf-8")
    for name in ("pairs.jsonl", "texts.jsonl"):
        (folder / name).write_text(ASKED, encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        for line in (
            "ingest items.jsonl",
            f"feeds add {outlets.url}{sample_outlets()[0].feed_path}",
        ):
            assert 0 == called(line).exit_code
        (folder / "feeds.opml").write_text(called("feeds export").stdout, encoding="utf-8")
    finally:
        os.chdir(before)
    return folder


def called(line: str) -> Result:
    """Call ``steppewire`` with a line's words in this process, with a file to read where named."""
    words, _, file = line.partition(" > ")[0].partition(" < ")
    given = Path(file).read_text("utf-8") if file else ASKED
    return CliRunner().invoke(main, shlex.split(words), input=given, prog_name="steppewire")


def placeholders(outlets: Stand) -> dict[str, str]:
    """What stands for the words that the documents leave to the reader."""
    return {
        "URL": f"{outlets.url}{sample_outlets()[1].feed_path}",
        "ID": "1",
        "FILE": "items.jsonl",
        "FILE.opml": "feeds.opml",
        "WORDS": "bridge",
    }


OURS = [one for one in commands() if one.program in ("steppewire", ".venv/bin/steppewire")]


@pytest.mark.parametrize(
    "one", [one for one in OURS if one.line not in RUNS_ON], ids=lambda one: one.line
)
def test_a_command_of_ours_does_what_the_document_says(
    one: Documented, shop: Path, outlets: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Path(shutil.copytree(shop, tmp_path / "shop"))
    monkeypatch.chdir(here)
    known = placeholders(outlets)
    words = [known.get(word, word) for word in one.line.split()[1:]]
    line = (
        " ".join(words).replace("$(date +%F)", "2026-11-22").replace("/backups/", f"{tmp_path}/")
    )
    if line.startswith("restore "):
        back_up_for(line, monkeypatch)
    result = called(line)
    assert 0 == result.exit_code, result.output
    assert result.output


def back_up_for(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the backup that a line restores, sealed where it names a key."""
    _, file, *key = shlex.split(line)
    if key:
        made = called(f"backup --new-key {key[1]}")
        monkeypatch.setenv(*made.stdout.strip().split("=", 1))
    Path(file).unlink(missing_ok=True)
    assert 0 == called(f"backup {file}").exit_code


# --- what is looked at --------------------------------------------------------------------------


def make(line: str) -> None:
    """The Makefile has the target, and its recipe can be written out."""
    asked = [*shlex.split(line), "-n"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == told.returncode, told.stderr


def python(line: str) -> None:
    """The module is there and can be run."""
    _, flag, module, *_ = line.split()
    assert "-m" == flag
    found = find_spec(module)
    assert found, module
    if found.submodule_search_locations:
        found = find_spec(f"{module}.__main__")
    assert found
    assert '__name__ == "__main__"' in Path(str(found.origin)).read_text("utf-8")


def activate(line: str) -> None:
    """It is what `python -m venv` puts into .venv, which the Makefile makes."""
    assert ". .venv/bin/activate" == line
    assert "VENV   := .venv\n" in (ROOT / "Makefile").read_text("utf-8")
    assert (Path(sys.prefix) / "bin" / "activate").exists()


def completion(line: str) -> None:
    """A real bash takes it, and TAB then knows our commands."""
    bin_ = Path(sys.executable).parent
    path = f"{bin_}:{os.environ['PATH']}"
    script = f"{line}; complete -p steppewire"
    bash = subprocess.run(
        ["bash", "-c", script], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert (0, True) == (bash.returncode, "steppewire" in bash.stdout), bash.stderr
    environ = {
        "PATH": path,
        "_STEPPEWIRE_COMPLETE": "bash_complete",
        "COMP_WORDS": "steppewire fee",
        "COMP_CWORD": "1",
    }
    asked = [str(bin_ / "steppewire")]
    told = subprocess.run(asked, env=environ, capture_output=True, text=True, check=False)
    assert "plain,feeds" == told.stdout.strip()


UNIT_FILE = ROOT / "deploy" / "steppewire.service"


def unit() -> configparser.SectionProxy:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(UNIT_FILE, encoding="utf-8")
    return read["Service"]


def folder_of_the_unit(line: str) -> None:
    """The folder is the one that the unit works in, writes to and starts us from."""
    folder = line.rsplit(maxsplit=1)[-1]
    assert folder == unit()["WorkingDirectory"] == unit()["ReadWritePaths"]
    assert f"{folder}/.venv/bin/steppewire run" == unit()["ExecStart"]


def user_of_the_unit(line: str) -> None:
    """The user is the unit's, and its home the unit's folder."""
    user = shlex.split(line)[-1]
    assert user == unit()["User"]
    assert f"--home-dir {unit()['WorkingDirectory']} " in line


def owner_of_the_folder(line: str) -> None:
    """The folder is made for the service's user, who does what is typed for it."""
    user = unit()["User"]
    assert AS_USER == f"sudo -u {user} "
    assert f"-o {user} -g {user} " in line
    assert line.rsplit(maxsplit=1)[-1] in (unit()["WorkingDirectory"], "/backups")


def service(line: str) -> None:
    """The name is that of the unit we ship."""
    assert f"{shlex.split(line)[-1]}.service" == UNIT_FILE.name


def copied(line: str) -> None:
    """What is copied is in the repository."""
    *_, source, _ = line.split()
    assert (ROOT / source).is_file()


def harmless(line: str) -> None:
    """It is other people's program with nothing of ours in it."""
    assert re.fullmatch(r"git (pull|tag v\d+\.\d+\.\d+)", line)


LOOKED_AT: dict[str, Callable[[str], None]] = {
    r"make [\w./-]+( \w+=\S+)?": make,
    r"python -m (bot|tests\.benchmarks|scripts)[\w.]*( \S+)?": python,
    r"\. \.venv/bin/activate": activate,
    r"eval .*COMPLETE=.*": completion,
    r"(cd|git clone REPOSITORY) /srv/steppewire": folder_of_the_unit,
    r"useradd --system .*": user_of_the_unit,
    r"install -d .*": owner_of_the_folder,
    r"systemctl (enable --now|start|stop) \S+": service,
    r"(cp|install -m 600) \S+ \S+": copied,
    r"git (pull|tag \S+)": harmless,
}
"""Whole command lines, and who looks at each kind."""


@pytest.mark.parametrize(
    "one", [one for one in commands() if one not in OURS], ids=lambda o: o.line
)
def test_another_programs_command_fits_what_we_ship(one: Documented) -> None:
    looks = [look for form, look in LOOKED_AT.items() if re.fullmatch(form, one.line)]
    assert looks, f"{one.document}: no test knows `{one.line}`"
    for look in looks:
        look(one.line)


@pytest.mark.parametrize("line", RUNS_ON)
def test_what_goes_on_until_it_is_stopped_has_its_journey(line: str) -> None:
    journey = (ROOT / RUNS_ON[line]).read_text("utf-8")
    last = line.partition(" > ")[0].rsplit(maxsplit=1)[-1]
    assert re.search(rf'"{last}"|five minutes|two commands', journey)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_only_blocks_marked_sh_hold_command_lines(path: Path) -> None:
    text = path.read_text("utf-8")
    assert {"sh", "text"} >= {kind for kind, _ in FENCE.findall(text)}
    plain = [line.split() for body in blocks(text, "text") for line in body.splitlines()]
    assert [] == [words for words in plain if words and words[0] in PROGRAMS]


def test_the_service_is_made_from_a_clone_by_the_lines_of_the_document(tmp_path: Path) -> None:
    """All lines in their order, with what only root or systemd may do written down instead."""
    srv, etc, stubs = tmp_path / "srv" / "steppewire", tmp_path / "etc", tmp_path / "stubs"
    for folder in (srv.parent, etc, stubs):
        folder.mkdir()
    log = tmp_path / "log"
    for name in ("useradd", "systemctl", "make", "install"):
        stub = stubs / name
        stub.write_text(
            f'#!/bin/sh\necho "{name} $*" >> "{log}"\n'
            f'[ "{name} $1" != "install -m" ] || exec /usr/bin/install "$@"\n',
            encoding="utf-8",
        )
        stub.chmod(0o755)
    git = stubs / "git"
    git.write_text(f'#!/bin/sh\ncp -R "{ROOT}/deploy" "{ROOT}/.env.example" "$3"\n', "utf-8")
    git.chmod(0o755)
    srv.mkdir()
    [body] = blocks(section("docs/operations.md", "As a service"), "sh")
    script = "\n".join(lines(body)).replace("/srv/steppewire", str(srv))
    script = script.replace("/etc/systemd/system/", f"{etc}/")
    subprocess.run(
        ["/bin/sh", "-eu", "-c", script], env={"PATH": f"{stubs}:/usr/bin:/bin"}, check=True
    )
    assert 0o600 == (srv / ".env").stat().st_mode & 0o777
    assert (etc / UNIT_FILE.name).exists()
    asked = log.read_text("utf-8").splitlines()
    assert "make .venv/ready" in asked
    assert "systemctl enable --now steppewire" == asked[-1]
