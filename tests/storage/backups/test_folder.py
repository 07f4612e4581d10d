"""A folder of backups: made, checked, sealed, rotated; nothing goes before something came."""

import gzip
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage.backups import copies, rotation, sealing
from storage.backups import folder as backup_folder
from storage.backups.folder import MadeBackup
from storage.backups.rotation import Keep
from storage.errors import StorageError
from storage.sql import Connection
from tests.storage.rows import NOON, feed, new_item, told

SECRET, PUBLIC = sealing.new_key()


@pytest.fixture
def news(connection: Connection, tmp_path: Path) -> Path:
    told(connection, feed(connection), *(new_item(n) for n in range(1, 30)))
    (path,) = (Path(row[2]) for row in connection.conn.execute("pragma database_list"))
    assert path.is_relative_to(tmp_path)
    return path


def made(news: Path, folder: Path, days: int = 0, **more: object) -> MadeBackup:
    at = NOON + timedelta(days=days)
    return backup_folder.make(news, folder, at, lambda *_: None, **more)  # type: ignore[arg-type]


def items(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("select count(*) from items").fetchone()[0])


def test_a_backup_appears_whole_and_older_ones_go(news: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for day in range(4):
        last = made(news, folder, day, keep=Keep(2, 0, 0))
    assert (1, 29) == (last.removed, items(last.path))
    assert [rotation.name(NOON + timedelta(days=n), sealed=False) for n in (2, 3)] == (
        backup_folder.names(folder)
    )
    assert 0o600 == last.path.stat().st_mode & 0o777


def test_nothing_goes_where_no_new_one_came(news: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made(news, folder)
    made(news, folder, 1)
    news.write_bytes(news.read_bytes()[:100])
    with pytest.raises(StorageError):
        made(news, folder, 2, keep=Keep(1, 0, 0))
    assert 2 == len(backup_folder.names(folder))


def test_what_a_crash_left_is_cleaned_away_and_others_files_are_not(
    news: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    name = rotation.name(NOON - timedelta(hours=1), sealed=True)
    left = [f"{name}{end}" for end in backup_folder.UNFINISHED]
    for there in (*left, "thesis.partial"):
        (folder / there).write_text("half")
    last = made(news, folder)
    there = {path.name for path in folder.iterdir()}
    assert {last.path.name, "thesis.partial", backup_folder.LOCK} == there


def test_two_at_a_time_in_one_folder_are_refused(news: Path, tmp_path: Path) -> None:
    def second(*_: int) -> None:
        with pytest.raises(StorageError) as raised:
            made(news, tmp_path, 1)
        assert "storage.copying" == raised.value.text_key

    backup_folder.make(news, tmp_path, NOON, second)


def test_a_copy_is_of_one_moment_though_the_bot_writes_on(
    news: Path, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that began anew with each write would never end under a bot at work."""
    steps: list[int] = []

    def write(done: int, _total: int) -> None:
        steps.append(done)
        connection.conn.execute("insert into facts values (?, 'x')", (f"x{len(steps)}",))
        assert len(steps) < 1000

    monkeypatch.setattr(copies, "PAGES_A_STEP", 5)
    copies.copy(news, tmp_path / "copy.db", write)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        assert (0,) == db.execute("select count(*) from facts where name like 'x%'").fetchone()
    assert steps == sorted(set(steps))


def test_a_copy_for_which_there_is_no_room_is_not_begun(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "ROOM_LEFT", shutil.disk_usage(tmp_path).total)
    with pytest.raises(StorageError) as raised:
        copies.copy(news, tmp_path / "copy.db", lambda *_: None)
    assert "storage.no_room" == raised.value.text_key
    assert not list(tmp_path.glob("copy.db*"))


def test_a_copy_ends_where_others_fill_the_disk_meanwhile(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = shutil.disk_usage(tmp_path)
    free = [disk.free, disk.free, 4096]
    monkeypatch.setattr(copies, "PAGES_A_STEP", 5)
    monkeypatch.setattr(
        copies.shutil, "disk_usage", lambda _: disk._replace(free=free.pop(0) if free else 0)
    )
    with pytest.raises(StorageError) as raised:
        copies.copy(news, tmp_path / "copy.db", lambda *_: None)
    assert ("storage.no_room", 0) == (raised.value.text_key, raised.value.values["free"])
    assert not list(tmp_path.glob("copy.db*"))


def test_what_a_copy_that_was_stopped_has_left_is_tidied_away(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    kept = {"steppewire-20261122T120000Z.db", "mine.partial"}
    for name in (*kept, "steppewire-20261123T120000Z.db.partial"):
        (folder / name).touch()
    (tmp_path / "copy.db.partial").touch()
    (tmp_path / "copy.db").touch()
    backup_folder.tidy(folder)
    backup_folder.tidy(tmp_path / "copy.db")
    assert kept == {one.name for one in folder.iterdir()}
    assert ["copy.db"] == [one.name for one in tmp_path.glob("copy*")]


# --- sealed ------------------------------------------------------------------------------------


def test_a_sealed_copy_is_not_begun_where_only_the_plain_one_has_room(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, size = shutil.disk_usage(tmp_path), news.stat().st_size
    monkeypatch.setattr(copies, "ROOM_LEFT", 0)
    monkeypatch.setattr(copies.shutil, "disk_usage", lambda _: disk._replace(free=size * 1.2))
    made(news, tmp_path / "plain")
    with pytest.raises(StorageError) as raised:
        made(news, tmp_path / "sealed", recipient=PUBLIC)
    assert "storage.no_room" == raised.value.text_key


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(SECRET)
    return path


def restored(copy: Path, to: Path, key: Path | None) -> int:
    copies.restore(copy, to, to.with_name("aside"), lambda *_: None, key=key)
    return items(to)


def test_a_sealed_backup_is_opened_by_its_key_alone(news: Path, tmp_path: Path, key: Path) -> None:
    last = made(news, tmp_path / "backups", recipient=PUBLIC)
    assert last.path.name.endswith(".db.gz.age")
    assert {last.path.name, backup_folder.LOCK} == {p.name for p in last.path.parent.iterdir()}
    assert b"SQLite" not in last.path.read_bytes()
    assert 29 == restored(last.path, tmp_path / "other.db", key)
    other = tmp_path / "other-key"
    other.write_text(sealing.new_key()[0])
    for wrong, says in ((None, "sealed"), (other, "other_key"), (news, "no_key")):
        with pytest.raises(StorageError) as raised:
            restored(last.path, tmp_path / "third.db", wrong)
        assert f"storage.{says}" == raised.value.text_key
    assert not list(tmp_path.glob("third.db*"))


def test_a_sealed_backup_that_was_damaged_changes_nothing(
    news: Path, tmp_path: Path, key: Path
) -> None:
    last = made(news, tmp_path / "backups", recipient=PUBLIC)
    whole = last.path.read_bytes()
    for spoilt in (whole[:-20], whole[:300], whole[:-9] + b"\0" + whole[-8:]):
        last.path.write_bytes(spoilt)
        with pytest.raises(StorageError):
            restored(last.path, tmp_path / "other.db", key)
        assert not list(tmp_path.glob("other.db*"))


def test_a_compressed_backup_is_restored_too(news: Path, tmp_path: Path) -> None:
    copies.copy(news, tmp_path / "copy.db", lambda *_: None)
    packed = tmp_path / "copy.db.gz"
    packed.write_bytes(gzip.compress((tmp_path / "copy.db").read_bytes()))
    assert 29 == restored(packed, tmp_path / "other.db", None)


@pytest.mark.parametrize("text", ["age1zzz", "ssh-ed25519 AAAA", "me@example.org", ""])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="public key"):
        sealing.recipient(text)
