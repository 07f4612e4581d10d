"""units: what systemd is told, from wherever we are installed, and never over what was changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import units
from bot.cli.units import LITESTREAM, NAMES, PROGRAM, REPLICATION, WEB, called, is_in_a_home

DEPLOY = Path(__file__).parents[3] / "deploy"


def is_a_service(name: str) -> bool:
    return name.endswith(".service")


def test_every_unit_we_ship_is_written_with_our_own_path(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/opt/elsewhere/steppewire"])
    result = cli("units", str(tmp_path))
    assert 0 == result.exit_code
    shipped = {file.name for file in DEPLOY.iterdir() if file.suffix in (".service", ".timer")}
    assert set(NAMES) == shipped - {LITESTREAM, WEB} == {file.name for file in tmp_path.iterdir()}
    for file in tmp_path.iterdir():
        text = file.read_text("utf-8")
        assert (file.suffix == ".service") == ("ExecStart=/opt/elsewhere/steppewire " in text)
        assert PROGRAM not in text
        assert 0o644 == file.stat().st_mode & 0o777
    assert "daemon-reload" in result.stdout


def test_each_half_has_a_unit_of_its_own_where_that_is_asked(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/opt/elsewhere/steppewire"])
    assert "steppewire-bot@NAME" in cli("units", "--apart", str(tmp_path)).stdout
    assert f"{units.BOTS}: as it was" in cli("units", str(tmp_path)).stdout
    whole, watchers, bots = (
        set((tmp_path / name).read_text("utf-8").splitlines())
        for name in (NAMES[0], units.WATCHERS, units.BOTS)
    )
    run = "ExecStart=/opt/elsewhere/steppewire run"
    keeps_off = "Conflicts=steppewire.service"
    assert {f"{run} --only watchers", keeps_off} < watchers - whole
    assert {f"{run} --only bot", "Environment=DOTENV_PATH=%i.env", keeps_off} < bots - whole
    for half in (watchers, bots):
        assert {run, "Description=SteppeWire, a Telegram news monitor"} == whole - half


def test_litestream_has_a_unit_where_that_is_asked_and_keeps_it(cli, tmp_path):
    """It names the settings that lie with our code, wherever that is, and the service's user."""
    cli("units", "--litestream", str(tmp_path))
    told = (tmp_path / LITESTREAM).read_text("utf-8")
    assert f"/litestream replicate -config {units.argument(DEPLOY / REPLICATION)}\n" in told
    assert {"User=steppewire", "UMask=0077"} < set(told.splitlines())
    assert f"{LITESTREAM}: as it was" in cli("units", str(tmp_path)).stdout


def test_the_web_archive_has_a_unit_where_that_is_asked_and_keeps_it(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/opt/elsewhere/steppewire"])
    cli("units", "--web", str(tmp_path))
    told = set((tmp_path / WEB).read_text("utf-8").splitlines())
    assert "ExecStart=/opt/elsewhere/steppewire web --listen 127.0.0.1:8080" in told
    assert {"User=steppewire", "ProtectSystem=strict", "UMask=0077"} < told
    again = cli("units", str(tmp_path)).stdout
    assert f"{WEB}: as it was" in again
    assert "enable --now steppewire steppewire-web`" in again


def test_a_unit_that_was_changed_is_kept_under_another_name(cli, tmp_path):
    cli("units", str(tmp_path))
    first = tmp_path / NAMES[0]
    ours = first.read_text("utf-8")
    first.write_text("mine", encoding="utf-8")
    result = cli("units", str(tmp_path))
    [kept] = tmp_path.glob(f"{NAMES[0]}.before-*")
    assert ("mine", ours) == (kept.read_text("utf-8"), first.read_text("utf-8"))
    assert f"what was there is {kept}" in result.stdout
    assert f"{tmp_path / NAMES[1]}: as it was" in result.stdout


def test_a_folder_that_takes_no_files_costs_a_sentence(cli):
    result = cli("units", "/proc")
    assert 1 == result.exit_code
    assert result.stderr.splitlines()[-1].startswith("/proc/steppewire.service cannot be written")


@pytest.mark.parametrize(
    ("program", "where"),
    [
        ("/usr/local/bin/steppewire", "/usr/local/bin/steppewire"),
        ("/srv/bot/__main__.py", str(Path(sys.prefix, "bin", "steppewire"))),
    ],
)
def test_the_service_starts_what_was_called(program, where):
    assert Path(where) == called(program)


def test_a_path_is_one_word_in_every_unit(cli, tmp_path, monkeypatch):
    """By systemd.syntax(7): quoted, and with none of systemd's own signs."""
    monkeypatch.setattr(sys, "argv", ["/opt/a b %n $HOME ${x} Новости/steppewire"])
    monkeypatch.setattr(units, "REPLICATION", 'q"\\ %i $HOME\n.yml')
    cli("units", "--apart", "--litestream", "--web", str(tmp_path))
    started = [
        line.removeprefix("ExecStart=")
        for file in tmp_path.glob("*.service")
        for line in file.read_text("utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    [copying] = [line for line in started if "litestream" in line]
    assert copying.endswith('q\\"\\\\ %%i $$HOME\\n.yml"')
    started.remove(copying)
    assert len(started) == 6
    for line in started:
        assert line.startswith('"/opt/a b %%n $HOME ${x} Новости/steppewire" ')


@pytest.mark.parametrize("odd", ['a"b', "a'b", "a\\b", "a\nb", "a\udcff"])
def test_a_program_that_systemd_would_not_start_costs_a_sentence(odd, cli, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", [f"/opt/{odd}/steppewire"])
    assert "systemd starts no program with quotes" in cli("units", str(tmp_path)).stderr
    assert [] == list(tmp_path.glob("*.service"))


def test_what_a_service_does_not_see_is_told(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(units, "HOMES", (Path("/home"),))
    monkeypatch.setattr(sys, "argv", ["/home/anna/.local/bin/steppewire"])
    assert "/home/anna/.local/bin/steppewire is in a home" in cli("units", str(tmp_path)).stderr
    assert not is_in_a_home(Path("/opt/home/steppewire"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
@pytest.mark.parametrize("name", [*filter(is_a_service, NAMES), LITESTREAM])
def test_a_unit_is_exposed_by_no_more_than_two_of_ten(name):
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=20", DEPLOY / name]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert 0 == told.returncode, told.stdout
