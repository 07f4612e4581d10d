"""A backup is whole and checked, or not there at all."""

import sqlite3
from pathlib import Path

import pytest

from storage.backups import copies
from storage.database import connect
from storage.errors import StorageError
from tests.storage import rows


def test_a_copy_of_a_file_in_use_holds_everything(tmp_path: Path) -> None:
    source = tmp_path / "news.db"
    in_use = connect(source)
    rows.told(in_use, rows.feed(in_use), *(rows.new_item(n) for n in range(1, 50)))
    steps: list[tuple[int, int]] = []
    size = copies.copy(source, tmp_path / "copy.db", lambda *step: steps.append(step))
    copied = connect(tmp_path / "copy.db")
    assert (49,) == copied.conn.execute("select count(*) from items").fetchone()
    assert (tmp_path / "copy.db").stat().st_size == size
    assert steps[-1][0] == steps[-1][1]
    copied.close()
    in_use.close()


def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    connect(tmp_path / "news.db").close()
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(StorageError) as raised:
        copies.copy(tmp_path / "news.db", tmp_path / "kept", lambda *_: None)
    assert "storage.exists" == raised.value.text_key
    assert "mine" == (tmp_path / "kept").read_text()


def test_a_corrupt_file_gives_no_backup(tmp_path: Path) -> None:
    source = tmp_path / "news.db"
    connect(source).close()
    bytes_ = bytearray(source.read_bytes())
    bytes_[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    source.write_bytes(bytes_)
    with pytest.raises((StorageError, sqlite3.DatabaseError)):
        copies.copy(source, tmp_path / "copy.db", lambda *_: None)
    assert not (tmp_path / "copy.db").exists()
    assert not (tmp_path / "copy.db.partial").exists()


def test_what_is_not_there_cannot_be_copied(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as raised:
        copies.copy(tmp_path / "none.db", tmp_path / "copy.db", lambda *_: None)
    assert "storage.missing" == raised.value.text_key


def test_a_broken_backup_is_told_as_such_and_replaces_nothing(tmp_path: Path) -> None:
    backup, news = tmp_path / "backup.db", tmp_path / "news.db"
    for path in (backup, news):
        connect(path).close()
    spoilt = bytearray(backup.read_bytes())
    spoilt[4096 * 30 : 4096 * 33] = b"\xff" * 4096 * 3
    backup.write_bytes(spoilt)
    before = news.read_bytes()
    with pytest.raises(StorageError) as raised:
        copies.restore(backup, news, tmp_path / "aside", lambda *_: None)
    assert ("storage.no_backup", str(backup)) == (
        raised.value.text_key, raised.value.values["path"],
    )  # fmt: skip
    assert before == news.read_bytes()
    assert {backup, news} == set(tmp_path.iterdir())
