"""Two instances on one database or token would double every message."""

import errno
import os
import socket
from pathlib import Path

import pytest

from bot.instance import alone, alone_with, database_lock, sharing, token_mark, unmade
from storage.errors import NewsError, StorageError


def test_a_second_instance_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "news.db.lock"
    with (
        alone(path, "instance.database"),
        pytest.raises(NewsError) as raised,
        alone(path, "instance.database"),
    ):
        pass
    assert (raised.value.text_key, raised.value.values) == (
        "instance.database",
        {"pid": str(os.getpid())},
    )


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "news.db.lock"
    for _ in range(2):
        with alone(path, "instance.database"):
            assert f"{os.getpid()}\n" == path.read_text()
    assert "" == path.read_text()  # another process may have our number by then


def test_a_number_stands_in_the_lock_until_the_database_is_let_go(tmp_path: Path) -> None:
    lock = database_lock(tmp_path / "news.db")
    with sharing(tmp_path / "news.db") as first:
        with first.alone():
            assert f"{os.getpid()}\n" == lock.read_text()
        with sharing(tmp_path / "news.db"):
            pass
        assert f"{os.getpid()}\n" == lock.read_text()
    assert "" == lock.read_text()


def test_lock_names_tell_no_token() -> None:
    api = "https://api.telegram.org"
    assert "AAH" not in token_mark("123:AAH", api)
    assert token_mark("123:AAH", api) != token_mark("124:AAH", api)
    assert token_mark("123:AAH", api) != token_mark("123:AAH", "http://127.0.0.1:8011")


def test_one_bot_a_machine_whatever_folder_is_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under PrivateTmp; and another bot beside it is another matter."""
    here = f"http://127.0.0.1/{tmp_path}"
    for _ in range(2):
        with alone_with("123:AAH", here):
            monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
            with alone_with("124:AAH", here):
                pass
            with pytest.raises(NewsError) as raised, alone_with("123:AAH", here):
                pass
            assert ("instance.token", {"pid": str(os.getpid())}) == (
                raised.value.text_key,
                raised.value.values,
            )
    assert [] == list(tmp_path.iterdir())


def test_whoever_crowds_a_bots_name_hinders_nobody_but_who_asks_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.instance.MOST_CURIOUS", 0)
    here = f"http://127.0.0.1/{tmp_path}"
    with alone_with("125:AAH", here), socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(f"\0{token_mark('125:AAH', here)}")
        with pytest.raises(NewsError) as raised, alone_with("125:AAH", here):
            pass
    assert ("instance.token", {"pid": "?"}) == (raised.value.text_key, raised.value.values)


def test_every_way_to_a_database_meets_the_same_lock(tmp_path: Path) -> None:
    there = tmp_path / "a" / "news.db"
    there.parent.mkdir()
    there.touch()
    (tmp_path / "link.db").symlink_to(there)
    (tmp_path / "b").symlink_to(there.parent)
    assert {there.with_name("news.db.lock")} == {
        database_lock(way) for way in (there, tmp_path / "link.db", tmp_path / "b" / "news.db")
    }


def test_only_its_owner_reads_a_lock_file(tmp_path: Path) -> None:
    path = tmp_path / "news.db.lock"
    with alone(path, "instance.database"):
        assert 0o600 == path.stat().st_mode & 0o777
        assert f"{os.getpid()}\n" == path.read_text()


def test_what_a_link_points_to_is_never_touched(tmp_path: Path) -> None:
    treasure = tmp_path / "treasure"
    treasure.write_text("mine")
    (tmp_path / "lock").symlink_to(treasure)
    with pytest.raises(StorageError), alone(tmp_path / "lock", "instance.token"):
        pass
    assert "mine" == treasure.read_text()


def made(what: str, path: Path) -> None:
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)


@pytest.mark.parametrize("what", ["folder", "pipe"])
def test_what_is_no_file_cannot_be_a_lock(tmp_path: Path, what: str) -> None:
    made(what, tmp_path / "lock")
    with pytest.raises(StorageError) as raised, alone(tmp_path / "lock", "instance.database"):
        pass
    assert ("instance.lock", str(tmp_path / "lock")) == (
        raised.value.text_key,
        raised.value.values["path"],
    )


@pytest.mark.parametrize(
    ("number", "there", "told"),
    [
        (errno.EROFS, True, "instance.unwritable"),
        (errno.EROFS, False, "instance.unwritable"),
        (errno.EACCES, False, "instance.unwritable"),
        (errno.EACCES, True, "instance.lock"),
        (errno.ELOOP, True, "instance.lock"),
        (errno.ENOSPC, False, "storage.full"),
    ],
)
def test_a_lock_that_cannot_be_says_whether_it_is_the_files_or_the_places(
    number: int, there: bool, told: str, tmp_path: Path
) -> None:
    if there:
        (tmp_path / "lock").touch()
    error = OSError(number, os.strerror(number))
    assert told == unmade(tmp_path / "lock", error).text_key


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "lock"
    with pytest.raises(StorageError) as raised, alone(path, "instance.database"):
        pass
    assert "storage.no_folder" == raised.value.text_key
