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
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from storage import meta
from storage.errors import StorageError
from storage.files import ROOM_TRIED, made, refuse_links, refuse_other, refuse_place, unplaced
from storage.happenings import Tell, TransactionDone, unheard
from storage.migrations import APPLICATION_ID, migrations
from storage.sql import Connection
from storage.writability import Writability

P = ParamSpec("P")
T = TypeVar("T")

SQLITE = sqlite3.sqlite_version
"""The version of the engine."""

BUSY_TIMEOUT_MS = 5_000

IN_TROUBLE_MS = 200
"""How long a lock is waited for once nothing can be written: others wait behind each write."""

ATTEMPT_S = 3.0
"""How long somebody waits for a write that only makes their answer better."""

PATIENCE_S = 0.2
"""How long a slice of long work lets others' writes go first, one after the other."""


class Database:
    """An open database. ``read`` and ``write`` hand a plain function the connection.

    ``writability`` says whether it can be written just now.
    """

    def __init__(self, path: Path, writer: "_Hand", reader: "_Hand", tell: Tell = unheard) -> None:
        """Keep what ``opened`` made; call that instead."""
        self.path = path
        self._tell = tell
        self._writer = writer
        self._reader = reader
        self.writability = Writability()
        self._writing = 0
        self._nobody_writes = asyncio.Event()
        self._nobody_writes.set()
        self._behind = asyncio.Lock()
        self._version = 0
        self._written_at: tuple[int, int] | None = None

    @classmethod
    async def opened(cls, path: Path, *, shared: bool = False, tell: Tell = unheard) -> Self:
        """Open or create the file, check that it is ours, and bring its schema up to date.

        ``shared`` with a process that runs: what that one does not know is not done to it.
        ``tell`` hears of each transaction.

        Raises StorageError with one clear sentence where the file cannot serve.
        """
        # The writer comes first: it is who makes the file and its schema.
        writer = await _Hand.opened("database", joined if shared else connect, path)
        try:
            reader = await _Hand.opened("database-reads", reading_file, path)
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, reader, tell)

    @classmethod
    async def opened_to_read(cls, path: Path) -> Self:
        """Open a file of this version that is not written to here, whoever else writes to it.

        It may be a copy, or lie where nobody can write. Each write fails with a StorageError, as
        does the opening where ``to_be_read`` does.
        """
        hand = await _Hand.opened("database-reads", to_be_read, path)
        return cls(path, hand, hand)

    async def close(self) -> None:
        """Let the work under way finish, then close the file."""
        try:
            await self._reader.close()
        finally:
            if self._writer is not self._reader:
                await self._writer.close()

    def interrupt(self) -> None:
        """Have the statement that is read just now fail: nobody waits for it any more."""
        self._reader.interrupt()

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``fn(connection, …)`` in one read transaction: one picture of the data.

        It sees every write that was awaited before. What it tries to write fails.
        """
        try:
            return await self._timed(self._reader, "begin", fn, *args, **kwargs)
        except StorageError as error:
            if not tried_to_write(error):
                self.writability.refused(error)
            raise

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``fn(connection, …)`` in one transaction: all of it is kept, or nothing.

        Raises StorageError where the file cannot be written: then nothing of it is.
        """
        self._writing += 1
        self._nobody_writes.clear()
        try:
            return await self._written(fn, *args, **kwargs)
        finally:
            self._writing -= 1
            if not self._writing:
                self._nobody_writes.set()

    async def _written(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            result = await self._timed(self._writer, "begin immediate", fn, *args, **kwargs)
        except StorageError as error:
            self.writability.refused(error)
            self._writer.wait_for_locks(IN_TROUBLE_MS)
            raise
        self.writability.kept()
        self._writer.wait_for_locks(BUSY_TIMEOUT_MS)
        return result

    async def others_wrote(self) -> bool:
        """Tell whether another process changed the file since this was asked last.

        Where nobody wrote to its log, which costs next to nothing to see, nobody did. Two commits
        of one instant may look like one: it is for speed alone.
        """
        written = written_at(self.path)
        if written is not None and written == self._written_at:
            return False
        self._written_at = written
        version = await self._writer.data_version()
        changed, self._version = version != self._version, version
        return changed

    async def _timed(
        self,
        hand: "_Hand",
        begin: str,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a transaction, and tell how long it waited for its turn and took."""
        asked = began = perf_counter()

        def work(connection: Connection) -> T:
            nonlocal began
            began = perf_counter()
            return fn(connection, *args, **kwargs)

        try:
            return await hand.run(begin, work)
        finally:
            name = "read" if hand is self._reader else "write"
            self._tell(TransactionDone(name, began - asked, perf_counter() - began))

    async def probe(self) -> None:
        """Write as much as a large document, and forget it. Raises StorageError where that fails.

        What is small may fit where nothing else does.
        """
        await self.write(meta.put, "probe", "0" * ROOM_TRIED)
        await self.write(meta.forget, "probe")

    async def try_lock(self) -> None:
        """Take the write lock for a moment; StorageError where another program has it.

        Nothing is written.
        """
        await self.write(lambda _db: None)

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
            return await self._written(fn, *args, **kwargs)

    async def attempt(
        self,
        otherwise: T,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Write what only makes an answer better; ``otherwise`` where that cannot be, or not soon.

        What is not done soon may still be done later.
        """
        writing = asyncio.ensure_future(self.write(fn, *args, **kwargs))
        writing.add_done_callback(_looked_at)
        await asyncio.wait({writing}, timeout=ATTEMPT_S)
        if not writing.done() or isinstance(writing.exception(), StorageError):
            return otherwise
        return writing.result()


def written_at(path: Path) -> tuple[int, int] | None:
    """Return when the write-ahead log was written last, and its size; None where there is none."""
    try:
        found = path.with_name(f"{path.name}-wal").stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _looked_at(writing: "asyncio.Future[Any]") -> None:
    """Take note of how a write ended that nobody waits for any more."""
    if not writing.cancelled():
        writing.exception()


class _Hand:
    """A connection and the one thread that touches it."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread
        self._patience_ms = self._wanted_ms = BUSY_TIMEOUT_MS

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
        """Close the connection, also where whoever waits for it is cancelled meanwhile."""
        closing = self._thread.submit(self._connection.close)
        self._thread.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(closing))

    async def run(
        self,
        begin: str,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        def work() -> T:
            self._be_patient()
            return in_transaction(self._connection, begin, fn, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def data_version(self) -> int:
        """Return a number that is another one after each commit of somebody else."""

        def look() -> int:
            try:
                (version,) = self._connection.conn.execute("pragma data_version").fetchone()
            except sqlite3.DatabaseError as error:
                raise wrapped(error) from error
            return int(version)

        return await asyncio.get_running_loop().run_in_executor(self._thread, look)

    def interrupt(self) -> None:
        """End the statement under way; SQLite lets any thread ask for that."""
        self._connection.conn.interrupt()

    def wait_for_locks(self, patience_ms: int) -> None:
        """Wait so long for another program's lock from the next transaction on."""
        self._wanted_ms = patience_ms

    def _be_patient(self) -> None:
        if self._patience_ms != self._wanted_ms:
            self._patience_ms = self._wanted_ms
            self._connection.conn.execute(f"pragma busy_timeout = {self._patience_ms}")


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
    undo(connection)  # what could not be undone when the disk failed
    try:
        connection.conn.execute(begin)
        try:
            result = fn(connection, *args, **kwargs)
            connection.conn.execute("commit")
        except BaseException:
            undo(connection)
            raise
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    return result


def undo(connection: Connection) -> None:
    """Undo the transaction that is open, if one is; a disk that fails is met again in a moment."""
    if connection.conn.in_transaction:
        with suppress(sqlite3.Error):
            connection.conn.execute("rollback")


def wrapped(error: sqlite3.DatabaseError) -> Exception:  # noqa: PLR0911 - one a kind
    """Turn what the operator can mend into a StorageError; anything else is our bug.

    What ``interrupt`` ended is a TimeoutError.
    """
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith("SQLITE_INTERRUPT"):
        return TimeoutError(str(error))
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
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


def joined(path: Path) -> Connection:
    """Open a file that a running process has open as well, in the calling thread.

    Raises StorageError where it would have to be migrated under that one's feet.
    """
    return connect(path, may_migrate=False)


def tried_to_write(error: StorageError) -> bool:
    """Tell whether it was a read that tried to write: a bug of ours, no trouble of the file's."""
    return getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_READONLY"


def connect(path: Path, *, may_migrate: bool = True) -> Connection:
    """Open the file in the calling thread, refuse what is not ours, and migrate it.

    Rows are looked through only after a migration: a start is quick, however large the file is.
    """
    if not path.parent.is_dir():
        raise StorageError("storage.no_folder", folder=str(path.parent))
    refuse_other(path)
    try:
        made(path)
        refuse_links(path)
        connection = opened_file(path)
    except sqlite3.DatabaseError as error:
        refuse_place(path)
        raise wrapped(error) from error
    except OSError as error:
        raise unplaced(path, error) from error
    with closed_on_failure(connection):
        refuse_foreign(connection)
        connection.conn.execute("pragma journal_mode = wal")
        if migrations.pending(connection):
            migrate(connection, may_migrate=may_migrate)
    return connection


@contextmanager
def closed_on_failure(connection: Connection) -> Iterator[None]:
    """Close a connection that is not fit to be handed on; SQLite's own errors become ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        connection.close()
        raise wrapped(error) from error
    except BaseException:
        connection.close()
        raise


def migrate(connection: Connection, *, may_migrate: bool) -> None:
    """Bring the schema up to date, all of it or nothing; every row must point somewhere then.

    What fails, or is killed, leaves the file to the version that wrote it. Steps up to one that
    can be in no transaction of others are kept as they are done: the last such is from before
    there were versions.
    """
    if not may_migrate:
        raise StorageError("storage.behind")
    pending = migrations.pending(connection)
    alone = [at for at, step in enumerate(pending, 1) if not step.transactional]
    if alone:
        behind = pending[alone[-1] :]
        migrations.apply(connection, stop_before=behind[0].name if behind else None)
    in_transaction(connection, "begin immediate", migrated)


def migrated(connection: Connection) -> None:
    """Apply what is pending, in the caller's transaction. Raises StorageError where that fails."""
    try:
        migrations.apply(connection)
    except StorageError:
        raise
    except Exception as error:
        raise not_migrated(connection, error) from error
    check_foreign_keys(connection)


def not_migrated(connection: Connection, error: Exception) -> StorageError:
    """Say why there is no migrating: what is the operator's to mend, or which step failed.

    A step that fails stays pending, the first of them.
    """
    told = wrapped(error) if isinstance(error, sqlite3.DatabaseError) else error
    if isinstance(told, StorageError):
        return told
    step = migrations.pending(connection)[0].name
    return StorageError("storage.migration", step=step, reason=str(error))


def reading_file(path: Path) -> Connection:
    """Open the file, already ours, for reading alone."""
    try:
        connection = opened_file(path)
        connection.conn.execute("pragma query_only = on")
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    return connection


def to_be_read(path: Path) -> Connection:
    """Open a database of this version for reading alone, in the calling thread.

    Whoever writes it may have it open, and it may lie where nobody can write. Raises StorageError
    where there is none, it is another program's, or not of this version.
    """
    refuse_other(path)
    if not path.is_file():
        raise StorageError("storage.missing", path=str(path))
    try:
        connection = reading(path)
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    with closed_on_failure(connection):
        connection.conn.isolation_level = None  # who begins a transaction says so
        set_up(connection.conn)
        refuse_version(connection)
    return connection


def refuse_version(db: Connection) -> None:
    """Refuse a database that is not ours, or not of this version: its rows mean something else."""
    refuse_foreign(db)
    if not db.table_names() or migrations.pending(db):
        raise StorageError("storage.older")


def steps_done(db: Connection) -> int:
    """Return how many steps made the schema: another number where it is another's, or grew."""
    (count,) = db.conn.execute("select count(*) from _sqlite_migrations").fetchone()
    return int(count)


def reading(path: Path, *, is_still: bool = False) -> Connection:
    """Open a file that may be in use, or may lie where we cannot write.

    Whoever reads one in use leaves ``-wal`` and ``-shm`` beside it; of one that ``is_still``, as a
    backup is, unless a log lies beside it, nothing.
    """
    alone = not path.with_name(f"{path.name}-wal").exists()
    how = (
        "immutable=1" if alone and (is_still or not os.access(path.parent, os.W_OK)) else "mode=ro"
    )
    raw = sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)
    return Connection(raw, execute_plugins=False)


def opened_file(path: Path) -> Connection:
    """Connect with the settings every connection of ours has."""
    raw = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        set_up(raw)
    except BaseException:
        raw.close()
        raise
    return Connection(raw, execute_plugins=False)


def set_up(raw: sqlite3.Connection) -> None:
    """Give a connection our settings. Reads the file: raises where it is not a database."""
    raw.execute("pragma foreign_keys = on")
    # In WAL a crash of the process loses nothing; a power cut can lose the last moments, which
    # the next poll brings back. FULL would cost an fsync a transaction.
    raw.execute("pragma synchronous = normal")
    raw.execute("pragma temp_store = memory")
    # KiB: the system keeps the file's pages as well, where they weigh on nobody.
    raw.execute("pragma cache_size = -4000")


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
    """Raise StorageError where a row points nowhere. Reads the whole file."""
    if connection.conn.execute("pragma foreign_key_check").fetchone():
        raise StorageError("storage.corrupt")
