"""Wrong files in a database's place: each is refused in its own words, and none is touched."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage import files, meta
from storage.backups import copies
from storage.database import Database, connect
from storage.errors import StorageError

NOBODY = 65_534


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("create table photos (id integer)")


def marked_by_another_program(path: Path) -> None:
    of_another_program(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("pragma application_id = 252006673")


def of_a_newer_version(path: Path) -> None:
    connect(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(
            "insert into _sqlite_migrations(migration_set, name, applied_at)"
            " values ('steppewire', 'm999_later', '')"
        )
        newer.commit()


def cut_off(path: Path) -> None:
    connect(path).close()
    path.write_bytes(path.read_bytes()[:-5_000])


def cut_in_its_header(path: Path) -> None:
    path.write_bytes(files.MAGIC)


def without_its_database(path: Path) -> None:
    connect(path).close()
    with closing(sqlite3.connect(path)) as writing:
        writing.execute("insert into facts(name, value) values ('kept', 'yes')")
        writing.commit()
        log = path.with_name(f"{path.name}-wal")
        kept = log.read_bytes()
    path.unlink()
    log.write_bytes(kept)


WRONG: dict[str, Callable[[Path], object]] = {
    "storage.is_folder": Path.mkdir,
    "storage.empty": Path.touch,
    "storage.not_database": lambda path: path.write_text("no database, " * 100),
    "storage.foreign": of_another_program,
    "storage.foreign (marked)": marked_by_another_program,
    "storage.newer": of_a_newer_version,
    "storage.cut_off": cut_off,
    "storage.cut_off (header)": cut_in_its_header,
    "storage.log_alone": without_its_database,
}


def everything_in(folder: Path) -> dict[str, bytes]:
    """Read a folder; what SQLite lays beside a file that it only reads says nothing."""
    return {
        str(one.relative_to(folder)): one.read_bytes() if one.is_file() else b""
        for one in folder.rglob("*")
        if not one.name.endswith("-shm") and (one.stat().st_size or not one.name.endswith("-wal"))
    }


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "door",
    [connect, lambda path: copies.copy(path, path.with_name("copy.db"), lambda *_: None)],
    ids=["open", "back up"],
)
def test_a_wrong_file_is_refused_in_its_own_words_and_left_as_it_is(
    tmp_path: Path, wrong: str, door: Callable[[Path], object]
) -> None:
    path = tmp_path / "news.db"
    WRONG[wrong](path)
    before = everything_in(tmp_path)
    with pytest.raises(StorageError) as raised:
        door(path)
    assert wrong.partition(" ")[0] == raised.value.text_key
    assert before == everything_in(tmp_path)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_copy_of_ours_is_never_restored(tmp_path: Path, wrong: str) -> None:
    path, copy = tmp_path / "news.db", tmp_path / "copy.db"
    connect(path).close()
    WRONG[wrong](copy)
    before = everything_in(tmp_path)
    with pytest.raises(StorageError) as raised:
        copies.restore(copy, path, tmp_path / "aside", lambda *_: None)
    assert raised.value.text_key in ("storage.no_backup", "storage.newer", "storage.unread_copy")
    assert before == everything_in(tmp_path)


def test_pages_that_are_still_in_the_log_are_not_missing(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with closing(connect(path)) as crashed:
        crashed.conn.execute("begin")
        meta.put(crashed, "long", "x" * 200_000)
        crashed.conn.execute("commit")
        copied = tmp_path / "copied"
        copied.mkdir()
        for one in (path, path.with_name("news.db-wal")):
            (copied / one.name).write_bytes(one.read_bytes())
    with closing(connect(copied / "news.db")) as opened:
        assert "x" * 200_000 == meta.get(opened, "long")


def test_one_file_under_two_names_is_no_database(tmp_path: Path) -> None:
    path, other = tmp_path / "news.db", tmp_path / "elsewhere" / "other.db"
    connect(path).close()
    other.parent.mkdir()
    other.hardlink_to(path)
    before = everything_in(tmp_path)
    for name in (path, other):
        with pytest.raises(StorageError) as raised:
            connect(name)
        assert "storage.hard_link" == raised.value.text_key
    assert before == everything_in(tmp_path)
    other.unlink()
    other.symlink_to(path)
    connect(other).close()


def test_what_a_crash_left_while_a_database_was_made_is_no_other_name(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    files.made(path)
    (tmp_path / ".news.db-left").hardlink_to(path)
    connect(path).close()
    assert [path] == list(tmp_path.glob("*news.db*"))


def test_a_new_database_is_never_there_as_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    files.made(path)
    files.refuse_other(path)
    assert [path] == list(tmp_path.iterdir())
    kept = path.read_bytes()
    files.made(path)
    files.made_in_place(path)
    assert kept == path.read_bytes()
    files.made_in_place(tmp_path / "other.db")
    assert kept == (tmp_path / "other.db").read_bytes()


def modes_in(folder: Path) -> dict[str, int]:
    return {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir()}


async def test_database_log_and_copy_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    umask = os.umask(0)
    try:
        db = await Database.opened(path)
        await db.write(meta.put, "kept", "yes")
        copies.copy(path, tmp_path / "copy.db", lambda *_: None)
        modes = modes_in(tmp_path)
        await db.close()
    finally:
        os.umask(umask)
    assert {"news.db", "news.db-wal", "news.db-shm", "copy.db"} == set(modes)
    assert {0o600} == set(modes.values())
    assert not files.readable_by_others(path)
    path.chmod(0o640)
    assert files.readable_by_others(path)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's are its owner's alone."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def as_nobody() -> Iterator[None]:
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_what_may_not_be_read_or_written_is_one_sentence(shared: Path) -> None:
    path = shared / "news.db"
    with as_nobody(), pytest.raises(StorageError) as raised:
        connect(path)  # a folder where nobody may make files
    assert "storage.place" == raised.value.text_key
    connect(path).close()
    whose = {"path": str(path), "owner": "root", "user": "nobody"}
    with as_nobody(), pytest.raises(StorageError) as raised:
        connect(path)
    assert ("storage.forbidden", whose) == (raised.value.text_key, raised.value.values)
    with as_nobody(), pytest.raises(StorageError) as raised:
        copies.copy(path, shared / "copy.db", lambda *_: None)
    assert "storage.forbidden" == raised.value.text_key
    path.chmod(0o644)
    with as_nobody(), pytest.raises(StorageError) as raised:
        connect(path)  # may be read, not written
    assert raised.value.text_key in ("storage.unwritable", "storage.forbidden")
    assert [path] == list(shared.iterdir())


def test_a_start_does_not_look_through_the_rows_and_check_does(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    connect(path).close()
    with closing(sqlite3.connect(path)) as other:  # its foreign keys are off
        other.execute("insert into subscriptions(chat_id, query, created_at) values (1, 'gas', 0)")
        other.commit()
    connect(path).close()
    with pytest.raises(StorageError) as raised:
        copies.check(path, lambda _: None)
    assert "storage.corrupt" == raised.value.text_key
