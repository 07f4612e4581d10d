"""A file that cannot be written is one trouble; what is read is read, and nothing is half done."""

import resource
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from storage import meta
from storage.database import Database, in_transaction
from storage.errors import StorageError
from storage.sql import Connection
from storage.writability import CALM_S, LOCKS_CALM_S, Writability

BIG = "x" * 2_000_000
Blocker = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock, as a program does that looks at the file from beside."""
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("begin immediate")
        yield
        holder.execute("rollback")
    finally:
        holder.close()


@contextmanager
def full(path: Path) -> Iterator[None]:
    """Let no file of this process grow by more than a few pages, as a full disk does."""
    longest = max(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (longest + 16_384, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


BLOCKERS: dict[str, Blocker] = {"locked": locked, "full": full}


@pytest.fixture
async def hasty(news_file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A database that does not wait for locks."""
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 20)
    monkeypatch.setattr("storage.database.IN_TROUBLE_MS", 1)
    opened = await Database.opened(news_file)
    yield opened
    await opened.close()


@pytest.mark.parametrize("block", BLOCKERS.values(), ids=BLOCKERS)
async def test_what_cannot_be_written_is_whole_before_and_whole_afterwards(
    hasty: Database, block: Blocker
) -> None:
    await hasty.write(meta.put, "kept", "before")
    with block(hasty.path):
        for _ in range(3):
            with pytest.raises(StorageError) as raised:
                await hasty.write(meta.put, "kept", BIG)
            assert raised.value.text_key in (
                "storage.locked",
                "storage.full",
                "storage.unwritable",
            )
            assert "before" == await hasty.read(meta.get, "kept")
        assert 7 == await hasty.attempt(7, lambda db: meta.put(db, "kept", BIG) or 8)
        assert hasty.writability.trouble is not None
    await hasty.write(meta.put, "kept", BIG)
    assert not hasty.writability.refuses
    assert BIG == await hasty.read(meta.get, "kept")
    assert 8 == await hasty.attempt(7, lambda db: meta.put(db, "kept", "after") or 8)


async def test_a_full_database_is_a_trouble_until_there_is_room(hasty: Database) -> None:
    def most(pages: int) -> Callable[..., object]:
        return lambda db: db.conn.execute(f"pragma max_page_count = {pages}").fetchone()

    await hasty.write(most(1))  # as many as there are
    with pytest.raises(StorageError, match=r"storage\.full"):
        await hasty.write(meta.put, "kept", BIG)
    assert hasty.writability.trouble.error.text_key == "storage.full"
    await hasty.write(most(1_000_000))
    await hasty.write(meta.put, "kept", BIG)
    assert not hasty.writability.refuses


async def test_what_tries_the_disk_finds_it_full_although_a_row_still_fits(
    hasty: Database,
) -> None:
    await hasty.probe()
    assert hasty.writability.trouble is None
    with BLOCKERS["full"](hasty.path):
        await hasty.write(meta.put, "kept", "small")
        with pytest.raises(StorageError):
            await hasty.probe()
    await hasty.probe()
    assert await hasty.read(meta.get, "probe") is None


async def test_an_attempt_raises_what_is_no_trouble_of_the_file(hasty: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await hasty.attempt(
            None,
            lambda db: db.conn.execute(
                "insert into subscriptions(chat_id, query, created_at) values (1, 'a', 0)"
            ),
        )
    assert hasty.writability.trouble is None


async def test_a_read_that_tries_to_write_is_a_bug_and_no_trouble(hasty: Database) -> None:
    with pytest.raises(StorageError):
        await hasty.read(meta.put, "sly", "yes")
    assert hasty.writability.trouble is None


def test_what_could_not_be_undone_is_undone_before_the_next_one(connection: Connection) -> None:
    connection.conn.execute("begin")
    meta.put(connection, "half", "done")
    in_transaction(connection, "begin immediate", meta.put, "whole", "yes")
    assert (None, "yes") == (meta.get(connection, "half"), meta.get(connection, "whole"))


@pytest.mark.parametrize(("why", "calm_s"), [("full", CALM_S), ("locked", LOCKS_CALM_S)])
def test_a_trouble_is_over_when_nothing_was_refused_for_a_while(why: str, calm_s: float) -> None:
    at = [5.0]
    writability = Writability(lambda: at[0])
    writability.kept()
    assert writability.trouble is None
    for began in (6.0, 7.0):
        at[0] = began
        writability.refused(StorageError(f"storage.{why}"))
        writability.kept()  # what is small still fits
        at[0] += calm_s - 0.5
        assert writability.trouble is not None
        assert (6.0, began) == (writability.trouble.since, writability.trouble.calm_since)
        assert not writability.refuses
        at[0] = began + 1
    at[0] = 7.0 + calm_s
    assert writability.trouble is None
    writability.refused(StorageError("storage.full"))
    assert writability.refuses
    assert (7.0 + calm_s, None) == (writability.trouble.since, writability.trouble.calm_since)
