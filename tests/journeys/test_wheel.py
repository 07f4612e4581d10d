"""The wheel, installed where there is no source: all that we read is in it, and no one else's."""

import re
import subprocess
from pathlib import Path

import aiohttp
import pytest

from bot.cli import units
from bot.sandbox import BOT_TOKEN, Sandbox
from steppewire import MARK, PACKAGES
from tests.journeys.clone import ROOT, cloned, empty_environment, furnished, pip
from tests.journeys.process import launched


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages' folder of an environment into which a wheel of ours was installed."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "-w", str(folder), str(cloned(folder / "source")))
    [wheel] = folder.glob("*.whl")
    return furnished(folder / "environment", str(wheel))


def program(installed: Path) -> Path:
    return installed.parents[2] / "bin" / "steppewire"


def called(installed: Path, here: Path, *words: str, **settings: str) -> tuple[int, str, str]:
    told = subprocess.run(
        [program(installed), *words], cwd=here, env=empty_environment(here) | settings,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.returncode, told.stdout, told.stderr


def test_every_file_of_our_packages_is_in_the_wheel(installed: Path) -> None:
    """And the unit and what `init` fills in."""
    ours = {
        str(file.relative_to(ROOT))
        for name in PACKAGES
        for file in (ROOT / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert set() == {name for name in ours if not (installed / name).is_file()}
    inside_units = (*units.NAMES, units.LITESTREAM, units.REPLICATION)
    packed = {".env.example": "env.example"}
    packed |= {f"deploy/{name}": f"units/{name}" for name in inside_units}
    for source, inside in packed.items():
        assert (ROOT / source).read_bytes() == (installed / "bot" / inside).read_bytes()


async def test_a_bot_begins_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    async with Sandbox.start(people=False, every=3600) as box:
        env = empty_environment(tmp_path) | {
            "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
            "TELEGRAM_API_URL": box.url,
        }
        async with launched(str(program(installed)), "init", cwd=tmp_path, env=env) as init:
            assert 0 == await init.ended(), init.log.decode()
        assert b"Next: `steppewire run`" in init.log
        env = empty_environment(tmp_path)
        async with launched(str(program(installed)), "check", cwd=tmp_path, env=env) as check:
            assert 0 == await check.ended(), check.log.decode()
        assert b"token     ok" in check.log


async def test_the_demo_runs_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    env = empty_environment(tmp_path)
    async with launched(str(program(installed)), "demo", cwd=tmp_path, env=env) as demo:
        await demo.says("Ctrl-C stops")
        [page] = set(re.findall(r"http://\S+/(?=\s)", demo.log.decode().partition("Pick")[0]))
        async with aiohttp.request("GET", page) as response:
            assert 200 == response.status
        assert 0 == await demo.interrupt()


@pytest.mark.parametrize("spoilt", ["theirs", "gone"])
def test_a_package_of_another_distribution_in_our_place_is_refused(
    installed: Path, tmp_path: Path, spoilt: str
) -> None:
    """Nothing of it is run: what it would do is not ours to try."""
    inside = installed / "storage" / "__init__.py"
    ours = inside.read_bytes()
    about = installed / "cellar-1.0.dist-info"
    about.mkdir()
    try:
        inside.write_text('"""Barrels."""\nraise SystemExit("was run")\n', encoding="utf-8")
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: cellar\nVersion: 1.0\n")
        (about / "top_level.txt").write_text("storage\n")
        if spoilt == "gone":
            inside.unlink()
        code, said, problem = called(installed, tmp_path, "--version")
    finally:
        inside.write_bytes(ours)
        for file in about.iterdir():
            file.unlink()
        about.rmdir()
    assert (1, "", 1) == (code, said, len(problem.splitlines()))
    assert problem.startswith("The package `storage` is that of cellar here")
    assert "`pipx install`" in problem
    code, said, problem = called(installed, tmp_path, "--version")
    assert (0, "") == (code, problem)


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_bears_the_mark(name: str) -> None:
    assert MARK in (ROOT / name / "__init__.py").read_text("utf-8").splitlines()[0]
