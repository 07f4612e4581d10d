"""A demo empties only what a demo has made, and only where none runs."""

import os
from pathlib import Path

import pytest

from bot.cli.demo import in_box
from bot.cli.demo_folder import (
    ADDRESS,
    DATABASE,
    FOLDER,
    MARKER,
    emptied,
    keep_address,
    own_folder,
)
from bot.sandbox import Sandbox
from bot.settings import Settings
from storage.database import connect
from storage.errors import NewsError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(port: int | None = None) -> NewsError:
    with pytest.raises(NewsError) as raised, own_folder(port):
        pass
    return raised.value


def test_what_an_earlier_demo_made_is_removed_and_nothing_else(here: Path) -> None:
    with own_folder(None):
        (FOLDER / DATABASE).write_text("old")
        (FOLDER / "notes.txt").write_text("mine")
    with own_folder(None) as folder:
        assert FOLDER == folder
        assert {MARKER, "notes.txt"} == {one.name for one in folder.iterdir()}


def test_an_empty_folder_is_taken(here: Path) -> None:
    FOLDER.mkdir()
    with own_folder(None) as folder:
        assert FOLDER == folder


@pytest.mark.parametrize("port", [None, 8090])
def test_a_folder_that_no_demo_made_is_left_alone(here: Path, port: int | None) -> None:
    FOLDER.mkdir()
    (FOLDER / DATABASE).write_text("mine")
    assert "demo.foreign" == refused(port).text_key
    assert [DATABASE] == [one.name for one in FOLDER.iterdir()]


@pytest.mark.parametrize("what", ["file", "link to nowhere"])
def test_what_is_no_folder_is_left_alone(here: Path, what: str) -> None:
    if what == "file":
        FOLDER.write_text("mine")
    else:
        FOLDER.symlink_to(here / "nowhere")
    assert "demo.foreign" == refused().text_key
    assert ["demo-data"] == [one.name for one in here.iterdir()]


def test_a_running_demos_folder_is_refused_with_its_address_before_anything_is_touched() -> None:
    with own_folder(None):
        (FOLDER / DATABASE).write_text("running")
        assert "just starting" == refused().values["address"]
        (FOLDER / ADDRESS).write_text("http://127.0.0.1:8011/")
        error = refused()
        assert ("demo.running", "http://127.0.0.1:8011/") == (
            error.text_key,
            error.values["address"],
        )
        assert "running" == (FOLDER / DATABASE).read_text()


def test_a_port_of_its_own_gives_a_folder_of_its_own_beside_a_running_demo() -> None:
    with own_folder(8090) as first, own_folder(8091) as second:
        assert ("demo-data", "demo-data-8091") == (str(first), str(second))
        with pytest.raises(NewsError), emptied(second):
            pass
    with own_folder(8091) as again:
        assert FOLDER == again


async def test_a_demo_keeps_nothing_of_the_real_bots_settings(here: Path) -> None:
    async with Sandbox.start(people=False, every=0) as box:
        settings = in_box(Settings(), box, FOLDER)
    assert (box.token, box.url) == (settings.telegram_bot_token, settings.telegram_api_url)
    assert FOLDER == settings.database_path.parent


def test_what_a_demo_keeps_is_its_owners_alone(here: Path) -> None:
    umask = os.umask(0)
    try:
        with own_folder(None) as folder:
            keep_address(folder, "http://127.0.0.1:8011/")
            connect(folder / DATABASE).close()
            modes = {one.name: one.stat().st_mode & 0o777 for one in (folder, *folder.iterdir())}
            assert "http://127.0.0.1:8011/" == (folder / ADDRESS).read_text()
    finally:
        os.umask(umask)
    assert 0o700 == modes.pop(FOLDER.name)
    assert {MARKER, ADDRESS, DATABASE} == set(modes)
    assert {0o600} == set(modes.values())
