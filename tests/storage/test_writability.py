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
from storage.writability import Trouble, Writability

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
    assert hasty.writability.trouble is None
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
    assert hasty.writability.trouble is None


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


def test_only_turns_are_told() -> None:
    told: list[tuple[bool, bool]] = []
    at = [5.0]
    writability = Writability(lambda: at[0])
    writability.heed(lambda before, after: told.append((before is None, after is None)))
    writability.kept()
    for at[0] in (6.0, 7.0):
        writability.refused(StorageError("storage.full"))
    assert 6.0 == writability.trouble.since
    assert isinstance(writability.trouble, Trouble)
    writability.kept()
    writability.kept()
    assert [(True, False), (False, True)] == told
