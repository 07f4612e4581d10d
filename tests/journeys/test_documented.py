"""Every command line of the documents is run as it stands there, or checked against what it uses.

A new one that nothing here knows fails: a command that no test runs is a defect.
"""

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
import yaml
from click.testing import CliRunner, Result

from bot.cli import COMMANDS, main, units
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
    "steppewire web": "tests/journeys/test_web.py",
    "steppewire health": "tests/bot/monitoring/test_health.py",
    "steppewire run --only watchers": "tests/journeys/halves.py",
    "steppewire run --only bot": "tests/journeys/halves.py",
    "steppewire demo": "tests/journeys/test_demo.py",
    "steppewire demo --without-bot": "tests/journeys/test_demo.py",
    "steppewire demo --without-bot --bots 2": "tests/journeys/test_demo.py",
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
        "FOLDER": "archive",
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
    assert one.line.split()[1] not in ("run", "demo"), "it does not end: see RUNS_ON"
    known = placeholders(outlets)
    words = [known.get(word, word) for word in one.line.split()[1:]]
    line = (
        " ".join(words).replace("$(date +%F)", "2026-11-22").replace(f"{BACKUPS}/", f"{tmp_path}/")
    )
    line = line.replace("/etc/systemd/system", str(tmp_path))
    if line == "init":
        (here / ".env").unlink()
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
    """The Makefile has the targets, and their recipes can be written out."""
    asked = shlex.split(line.replace(f" -C {CODE}", ""))
    told = subprocess.run([*asked, "-n"], cwd=ROOT, capture_output=True, text=True, check=False)
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
LITESTREAM_UNIT = ROOT / "deploy" / units.LITESTREAM
CODE, PROGRAM = "/opt/steppewire", "/usr/local/bin/steppewire"
BACKUPS = "/var/backups/steppewire"


def unit(file: Path = UNIT_FILE) -> dict[str, list[str]]:
    """What a unit says, by its names."""
    told: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", file.read_text("utf-8"), re.MULTILINE):
        told.setdefault(name, []).append(value)
    return told


def folder_of_the_unit(line: str) -> None:
    """The folder is the one that the unit works in and may write to."""
    folder = Path(line.rsplit(maxsplit=1)[-1])
    assert [str(folder)] == unit()["WorkingDirectory"]
    assert [folder.name] == unit()["StateDirectory"]


def folder_of_the_code(line: str) -> None:
    """The code has one place, of which the unit sees the link to our program."""
    assert CODE in line.split()
    assert [f"{PROGRAM} run"] == unit()["ExecStart"]


def user_of_the_unit(line: str) -> None:
    """The user is the unit's, and its home the unit's folder."""
    user = shlex.split(line)[-1]
    assert [user] == unit()["User"]
    assert f"--home-dir {unit()['WorkingDirectory'][0]} " in line


def owner_of_the_folder(line: str) -> None:
    """The folder is made for the service's user, who does what is typed for it."""
    [user], folder = unit()["User"], line.rsplit(maxsplit=1)[-1]
    assert AS_USER == f"sudo -u {user} "
    assert f"-o {user} -g {user} -m 700 " in line
    assert [folder] == unit()["WorkingDirectory"] or [f"-{folder}"] == unit()["ReadWritePaths"]


def service(line: str) -> None:
    """The name is that of a unit we ship."""
    name = shlex.split(line)[-1]
    name = re.sub(r"@\w+", "@", name)
    known = {*units.NAMES, units.WATCHERS, units.BOTS, units.LITESTREAM, units.WEB}
    assert (name if "." in name else f"{name}.service") in known


def link(line: str) -> None:
    """What is linked to is what `make` puts there, and the link what the unit starts."""
    litestream = unit(LITESTREAM_UNIT)["ExecStart"][0].split()[0]
    links = {f"{CODE}/.venv/bin/steppewire": PROGRAM, "/opt/litestream/bin/litestream": litestream}
    assert links[line.split()[2]] == line.split()[3]


def compose(line: str) -> None:
    """The file has the service, and what is called there is a command of ours."""
    file = ROOT / "deploy" / "compose.yaml"
    words = shlex.split(line)
    assert ["docker", "compose", "-f", str(file.relative_to(ROOT))] == words[:4]
    services = yaml.safe_load(file.read_text("utf-8"))["services"]
    if "--profile" in words:
        profile = words.pop(words.index("--profile") + 1)
        assert any(profile in service.get("profiles", ()) for service in services.values())
    for sign in set("<>") & set(words):
        del words[words.index(sign) :]
    asked = [word for word in words[4:] if not word.startswith("-")]
    match asked:
        case ["build" | "up" | "stop"]:
            pass
        case ["logs" | "stop", service]:
            assert service in services
        case ["exec", "bot", "cat", file] | ["run", "sh", "bot", file]:  # in its working folder
            assert file.endswith(".env")
        case ["run", "litestream", "restore", config, database]:
            litestream = services["litestream"]
            assert f"./litestream.yml:{config}:ro" in litestream["volumes"]
            assert database == litestream["environment"]["DATABASE_PATH"]
        case ["run", service, *ours] | ["exec", service, "steppewire", *ours]:
            assert service in services
            assert COMMANDS[ours[0]]
        case _:
            raise AssertionError(line)


def packed(line: str) -> None:
    """What is installed is what `make wheel` makes, for a service where the unit looks for it."""
    made = subprocess.run(
        ["make", "-n", "wheel"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *_, constraints, wheel = line.replace('"', "").split()
    assert "dist/steppewire-*.whl" == wheel
    assert f"> {constraints}" in made.stdout
    assert "-w dist" in made.stdout
    if folder := re.search(r"BIN_DIR=(\S+)", line):
        assert f"{folder[1]}/steppewire" == PROGRAM == units.PROGRAM


def replica(line: str) -> None:
    """The configuration is one we ship, where the clone lies, and the database the service's."""
    shell, _, called = shlex.split(line)[2].partition("; ")
    assert f". ./{Path(unit(LITESTREAM_UNIT)['EnvironmentFile'][0]).name}" == shell
    words = shlex.split(called)
    config = Path(words[words.index("-config") + 1]).relative_to(CODE)
    read = yaml.safe_load((ROOT / config).read_text("utf-8"))
    assert ["${DATABASE_PATH}"] == [database["path"] for database in read["dbs"]]
    if "restore" in words:
        assert [words[-1].rpartition("/")[0]] == unit()["WorkingDirectory"]


def with_settings(line: str) -> None:
    """A file of settings is named as the settings want it, for what another test starts."""
    setting, _, ours = line.partition(" ")
    assert setting.startswith("DOTENV_PATH=")
    assert "DOTENV_PATH" in (ROOT / "bot/settings.py").read_text("utf-8")
    assert ours in RUNS_ON


def harmless(line: str) -> None:
    """It is other people's program with nothing of ours in it."""
    assert line


LOOKED_AT: dict[str, Callable[[str], None]] = {
    r"make [\w./-]+( \w+=\S+)?": make,
    r"make -C /opt/steppewire [\w./ -]+": make,
    r"python -m (bot|tests\.benchmarks|tests\.longrun|scripts)[\w.]*( \S+)*": python,
    r"\. \.venv/bin/activate": activate,
    r"eval .*COMPLETE=.*": completion,
    r"DOTENV_PATH=\S+ .*": with_settings,
    r"cd /var/lib/steppewire": folder_of_the_unit,
    r"git (clone REPOSITORY|-C) /opt/steppewire.*": folder_of_the_code,
    r"ln -s .*": link,
    r"docker compose .+": compose,
    r"docker (build|compose)|podman compose|podman build -f deploy/Containerfile .*": harmless,
    r"useradd --system .*": user_of_the_unit,
    r"install -d .*": owner_of_the_folder,
    r"systemctl (enable --now|disable --now|start|stop|restart|edit|status) \S+": service,
    r"journalctl -u \S+": service,
    r"systemd-analyze security \S+": service,
    r"(PIPX_HOME=/\S+ PIPX_BIN_DIR=\S+ )?pipx install .*": packed,
    r"(UV_TOOL_DIR=/\S+ UV_TOOL_BIN_DIR=\S+ )?uv tool install .*": packed,
    r"git (pull|rev-parse HEAD|switch (main|--detach COMMIT)|tag v\d+\.\d+\.\d+)|cd bot|systemctl (daemon-reload|--failed|status)": harmless,
    r"sh -ac .*litestream .*": replica,
    r"python3 -m venv /opt/litestream|/opt/litestream/bin/pip install .*": harmless,
    r"chmod 600 (/var/lib/steppewire/steppewire.db|litestream.env|deploy/.env)": harmless,
    r"chown steppewire: litestream.env|mkdir -m 700 spoilt|mv steppewire.db\* .*": harmless,
    r"apt install [\w .-]+|pipx install|uv tool install": harmless,
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
    # What is marked sql is run by tests/bot/cli/test_export.py.
    assert {"sh", "text", "sql"} >= {kind for kind, _ in FENCE.findall(text)}
    plain = [line.split() for body in blocks(text, "text") for line in body.splitlines()]
    assert [] == [words for words in plain if words and words[0] in PROGRAMS]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_a_crontab_says_where_our_program_is(path: Path) -> None:
    """cron looks for programs in /usr/bin and /bin only."""
    for body in blocks(path.read_text("utf-8"), "text"):
        if re.search(r"^[\d*/]+ [\d*/]+ \* \* \*", body, re.MULTILINE):
            assert str(Path(PROGRAM).parent) in body.splitlines()[0].removeprefix("PATH=").split(
                ":"
            )


def stubs(folder: Path, **does: str) -> Path:
    """Programs that write down how they were called, in the file returned, and do no more."""
    folder.mkdir()
    log = folder.with_name("log")
    for name, script in does.items():
        (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >> "{log}"\n{script}', "utf-8")
        (folder / name).chmod(0o755)
    return log


def test_a_new_version_is_taken_and_given_back_and_taken_again(tmp_path: Path) -> None:
    """All lines of the document in their order, with a real clone of a real repository."""
    origin, clone, var = (tmp_path / name for name in ("origin", "opt", "var"))
    var.mkdir()
    programs = dict.fromkeys(("systemctl", "make", "steppewire"), "")
    log = stubs(tmp_path / "stubs", date="echo 2026-11-22", **programs)
    env = {"PATH": f"{tmp_path / 'stubs'}:/usr/bin:/bin", "HOME": str(tmp_path)}
    who = "git -c user.name=a -c user.email=a@example.org"

    def typed(script: str) -> str:
        script = script.replace(CODE, str(clone)).replace("/var/lib/steppewire", str(var))
        told = subprocess.run(
            ["/bin/sh", "-eu", "-c", script], env=env, capture_output=True, text=True, check=False
        )
        assert 0 == told.returncode, told.stderr
        return told.stdout

    def said(heading: str) -> str:
        """Type what stands first under a heading, and say which version is there then."""
        typed("\n".join(lines(blocks(section("docs/install.md", heading), "sh")[0])))
        return typed(f"git -C {CODE} log -1 --format=%s").strip()

    def published(version: str) -> None:
        typed(f"{who} -C {origin} commit -q --allow-empty -m {version}")

    typed(f"git init -q -b main {origin}")
    published("old")
    typed(f"git clone -q {origin} {CODE}")
    published("new")
    assert ["new", "old"] == [said("Updating"), said("Going back")]
    published("newest")
    assert "newest" == said("Updating")
    called = log.read_text("utf-8").splitlines()
    backup, restore = (
        next(line for line in called if line.startswith(f"steppewire {name}"))
        for name in ("backup", "restore")
    )
    assert backup.split()[2] == restore.split()[2]


def test_the_service_is_made_by_the_lines_of_the_document(tmp_path: Path, outlets: Stand) -> None:
    """All lines in their order, with what only root or systemd may do written down instead."""
    places = {
        CODE: "opt",
        "/usr/local/bin": "bin",
        "/var/lib/steppewire": "var",
        "/etc/systemd": "etc",
    }
    for name in (*places.values(), "etc/system"):
        (tmp_path / name).mkdir()
    program = Path(sys.executable).with_name("steppewire")
    log = stubs(
        tmp_path / "stubs",
        **dict.fromkeys(("apt", "useradd", "systemctl", "install", "git"), ""),
        make=f'mkdir -p "$2/.venv/bin"; ln -s {shlex.quote(str(program))} "$2/.venv/bin/steppewire"\n',
    )
    [body] = blocks(section("docs/install.md", "As a service"), "sh")
    script = "\n".join(lines(body))
    for place, name in places.items():
        script = script.replace(place, str(tmp_path / name))
    env = {
        "PATH": f"{tmp_path / 'stubs'}:{tmp_path / 'bin'}:/usr/bin:/bin",
        "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": outlets.url,
    }
    told = subprocess.run(
        ["/bin/sh", "-eu", "-c", script], env=env, capture_output=True, text=True, check=False
    )
    assert 0 == told.returncode, told.stderr
    assert 0o600 == (tmp_path / "var" / ".env").stat().st_mode & 0o777
    assert set(units.NAMES) == {file.name for file in (tmp_path / "etc" / "system").iterdir()}
    written = (tmp_path / "etc" / "system" / UNIT_FILE.name).read_text("utf-8")
    assert f"\nExecStart={tmp_path}/bin/steppewire run\n" in written
    assert "token     ok" in told.stdout
    asked = log.read_text("utf-8").splitlines()
    assert "systemctl daemon-reload" in asked
    assert "systemctl enable --now steppewire" in asked
