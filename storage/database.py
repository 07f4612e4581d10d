"""The one door to the database file: one writer, one reader, one transaction a decision.

Several threads on one sqlite3 connection silently roll back each other's rows, and a read that
turns into a write beside another writer fails at once. So each connection has one thread that
runs plain functions of it: writes between BEGIN IMMEDIATE and COMMIT, reads on a connection that
cannot write. In WAL neither waits for the other, so a search is answered while a poll writes;
a read begun after a write was awaited sees all of it.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Concatenate, ParamSpec, Self, TypeVar

import sqlite_utils

from storage.errors import StorageError
from storage.migrations import APPLICATION_ID, migrations
from storage.sql import Connection

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_MS = 5_000

PATIENCE_S = 0.2
"""How long a slice of long work lets others' writes go first, one after the other."""


class Database:
    """An open database. ``read`` and ``write`` hand a plain function the connection."""

    def __init__(self, path: Path, writer: "_Hand", reader: "_Hand") -> None:
        """Keep what ``opened`` made; call that instead."""
        self.path = path
        self._writer = writer
        self._reader = reader
        self._writing = 0
        self._nobody_writes = asyncio.Event()
        self._nobody_writes.set()
        self._behind = asyncio.Lock()

    @classmethod
    async def opened(cls, path: Path) -> Self:
        """Open or create the file, check that it is ours, and bring its schema up to date.

        Raises StorageError with one clear sentence where the file cannot serve.
        """
        # The writer comes first: it is who makes the file and its schema.
        writer = await _Hand.opened("database", connect, path)
        try:
            reader = await _Hand.opened("database-reads", reading_file, path)
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, reader)

    async def close(self) -> None:
        """Let the work under way finish, then close the file."""
        await self._reader.close()
        await self._writer.close()

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``fn(connection, …)`` in one read transaction: one picture of the data.

        It sees every write that was awaited before. What it tries to write fails.
        """
        return await self._reader.run("begin", fn, *args, **kwargs)

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``fn(connection, …)`` in one transaction: all of it is kept, or nothing."""
        self._writing += 1
        self._nobody_writes.clear()
        try:
            return await self._writer.run("begin immediate", fn, *args, **kwargs)
        finally:
            self._writing -= 1
            if not self._writing:
                self._nobody_writes.set()

    async def write_behind(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As ``write``, but others' writes go first: for work that is done in slices.

        One slice at a time is handed to the writer, and none while somebody else's write waits:
        whoever asks something waits for the slice under way at most. After ``PATIENCE_S`` it takes
        its turn like everybody.
        """
        async with self._behind:
            if self._writing:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._nobody_writes.wait(), PATIENCE_S)
            return await self._writer.run("begin immediate", fn, *args, **kwargs)


class _Hand:
    """A connection and the one thread that touches it."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    @classmethod
    async def opened(cls, name: str, opener: Callable[[Path], Connection], path: Path) -> Self:
        thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        opening = thread.submit(opener, path)
        try:
            connection = await asyncio.wrap_future(opening)
        except BaseException:
            thread.submit(_let_go, opening)
            thread.shutdown(wait=False)
            raise
        return cls(connection, thread)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    async def run(
        self,
        begin: str,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._thread,
            lambda: in_transaction(self._connection, begin, fn, *args, **kwargs),
        )


def _let_go(opening: Future[Connection]) -> None:
    """Close what was opened for nobody: who waited for it was cancelled meanwhile."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def in_transaction(
    connection: Connection,
    begin: str,
    fn: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run ``fn`` between ``begin`` and commit; whatever it raises undoes all it wrote."""
    try:
        connection.conn.execute(begin)
        try:
            result = fn(connection, *args, **kwargs)
        except BaseException:
            if connection.conn.in_transaction:
                connection.conn.execute("rollback")
            raise
        connection.conn.execute("commit")
    except sqlite3.OperationalError as error:
        if connection.conn.in_transaction:
            connection.conn.execute("rollback")
        raise wrapped(error) from error
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    return result


def wrapped(error: sqlite3.DatabaseError) -> Exception:
    """Turn what the operator can mend into a StorageError; anything else is our bug."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StorageError("storage.locked")
    if code.startswith("SQLITE_FULL"):
        return StorageError("storage.full")
    if code.startswith("SQLITE_NOTADB"):
        return StorageError("storage.not_database")
    if code.startswith("SQLITE_CORRUPT"):
        return StorageError("storage.corrupt")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR")):
        return StorageError("storage.unwritable", detail=str(error))
    return error


MAGIC = b"SQLite format 3\0"
MARK_AT = slice(68, 72)
"""Where a database's header has the application id (SQLite's file format, 1.3)."""


def refuse_place(path: Path) -> None:
    """Raise StorageError where no database can be at ``path``, or something else is there.

    The folder is tried by making a file in it that goes at once: who is root, or reads only, is
    not told by the rights.
    """
    try:
        # A link that leads nowhere is made where it points to.
        folder = path.resolve().parent
    except (OSError, RuntimeError) as error:
        raise unplaced(path, error) from error
    try:
        if not folder.exists():
            raise StorageError("storage.no_folder", folder=str(folder))
        if path.is_dir():
            raise StorageError("storage.is_folder", path=str(path))
        path.lstat()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise unplaced(path, error) from error
    else:
        refuse_other(path)
    try:
        with NamedTemporaryFile(dir=folder, prefix=".steppewire-"):
            pass
    except OSError as error:
        raise unplaced(path, error) from error


def unplaced(path: Path, error: Exception) -> StorageError:
    """Say why there can be no database at a path."""
    return StorageError(
        "storage.place", path=str(path), reason=getattr(error, "strerror", None) or str(error)
    )


def refuse_other(path: Path) -> None:
    """Raise StorageError where a file's first bytes are no database, or another program's."""
    try:
        if not path.is_file():
            return
        with path.open("rb") as opened:
            header = opened.read(100)
    except OSError as error:
        raise unplaced(path, error) from error
    if not header:
        return
    if not header.startswith(MAGIC):
        raise StorageError("storage.not_database")
    if int.from_bytes(header[MARK_AT]) not in (0, APPLICATION_ID):
        raise StorageError("storage.foreign")


def connect(path: Path) -> Connection:
    """Open the file in the calling thread, refuse what is not ours, and migrate it."""
    try:
        connection = opened_file(path)
    except sqlite3.DatabaseError as error:
        refuse_place(path)
        raise wrapped(error) from error
    except OSError as error:
        raise unplaced(path, error) from error
    try:
        refuse_foreign(connection)
        connection.conn.execute("pragma journal_mode = wal")
        migrations.apply(connection)
        check_foreign_keys(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise wrapped(error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def reading_file(path: Path) -> Connection:
    """Open the file, already ours, for reading alone."""
    try:
        connection = opened_file(path)
        connection.conn.execute("pragma query_only = on")
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    return connection


def opened_file(path: Path) -> Connection:
    """Connect with the settings every connection of ours has."""
    if not path.parent.is_dir():
        raise StorageError("storage.no_folder", folder=str(path.parent))
    if path.is_dir():
        raise StorageError("storage.is_folder", path=str(path))
    private(path)
    raw = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        set_up(raw)
    except BaseException:
        raw.close()
        raise
    return sqlite_utils.Database(raw, execute_plugins=False)


def set_up(raw: sqlite3.Connection) -> None:
    """Give a connection our settings. Reads the file: raises where it is not a database."""
    raw.execute("pragma foreign_keys = on")
    # In WAL a crash of the process loses nothing; a power cut can lose the last moments, which
    # the next poll brings back. FULL would cost an fsync a transaction.
    raw.execute("pragma synchronous = normal")
    raw.execute("pragma temp_store = memory")
    raw.execute("pragma cache_size = -16000")  # KiB: bounded memory for a small machine


def private(path: Path) -> None:
    """Make the file, if there is none, its owner's alone; SQLite gives -wal and -shm its mode."""
    # What cannot be made here is refused by SQLite in a moment, with the reason.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def refuse_foreign(connection: Connection) -> None:
    """Refuse another program's database and one that a newer version of ours has written."""
    conn = connection.conn
    (mark,) = conn.execute("pragma application_id").fetchone()
    (tables,) = conn.execute("select count(*) from sqlite_schema").fetchone()
    if tables == 0 and mark == 0:
        return
    applied = {migration.name for migration in migrations.applied(connection)}
    if mark != APPLICATION_ID:
        unfinished = (
            mark == 0 and not applied and connection.table_names() == ["_sqlite_migrations"]
        )
        if not unfinished:
            raise StorageError("storage.foreign")
    # sqlite-utils keeps no public list of a set's migrations
    if applied - {migration.name for migration in migrations._migrations}:  # noqa: SLF001
        raise StorageError("storage.newer")


def check_foreign_keys(connection: Connection) -> None:
    """Refuse to go on where a migration left a row pointing nowhere."""
    if connection.conn.execute("pragma foreign_key_check").fetchone():
        raise StorageError("storage.corrupt")
