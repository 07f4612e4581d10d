"""Backups: a whole and checked copy of the file while everything goes on."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage.database import check_foreign_keys, refuse_foreign, wrapped
from storage.errors import StorageError
from storage.files import refuse_other
from storage.sql import Connection

PAGES_A_STEP = 2_000


def copy(source: Path, target: Path, progress: Callable[[int, int], None]) -> int:
    """Copy a database that may be in use to ``target``, check the copy, return its bytes.

    ``progress`` is called with pages done and pages in all. The copy appears under its name
    only when it is whole. Raises StorageError where the source is missing, none of ours, or of a
    newer version (which alone knows what makes it whole), and where the copy fails.
    """
    refuse_other(source)
    if not source.is_file():
        raise StorageError("storage.missing", path=str(source))
    if target.exists():
        raise StorageError("storage.exists", path=str(target))
    partial = target.with_name(f"{target.name}.partial")
    try:
        with closing(reading(source)) as read:
            refuse_foreign(read)
        begin(partial)
        with closing(reading(source)) as read, closing(sqlite3.connect(partial)) as write:
            read.conn.backup(
                write,
                pages=PAGES_A_STEP,
                progress=lambda _status, left, total: progress(total - left, total),
            )
            verify(write)
        partial.replace(target)
        return target.stat().st_size
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    finally:
        partial.unlink(missing_ok=True)


def reading(path: Path) -> Connection:
    """Open a file that may be in use, or may lie where we cannot write."""
    alone = not path.with_name(f"{path.name}-wal").exists()
    how = "immutable=1" if alone and not os.access(path.parent, os.W_OK) else "mode=ro"
    raw = sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)
    return Connection(raw, execute_plugins=False)


def restore(copy_: Path, path: Path, aside: Path, progress: Callable[[int, int], None]) -> bool:
    """Put a checked copy in a database's place; return whether there was one before.

    Nobody may have the database open. What was there, its write-ahead log included, is kept whole
    under the name ``aside``: the log of a crash belongs to the old file, and would spoil the new.
    Raises StorageError where the copy is missing, broken, not ours, or of a newer version.
    """
    ready = path.with_name(f"{path.name}.restoring")
    try:
        ready.unlink(missing_ok=True)
        refuse_no_backup(copy_)
        copy(copy_, ready, progress)
        was_there = path.exists()
        for end in ("", "-wal", "-shm"):
            old = path.with_name(f"{path.name}{end}")
            if old.exists():
                old.rename(aside.with_name(f"{aside.name}{end}"))
        ready.replace(path)
    except OSError as error:
        raise StorageError("storage.no_copy", path=str(path), reason=error.strerror) from error
    finally:
        ready.unlink(missing_ok=True)
    return was_there


def refuse_no_backup(path: Path) -> None:
    """Raise StorageError unless a file is a whole database of ours that this version can read."""
    if not path.is_file():
        raise StorageError("storage.no_backup", path=str(path))
    try:
        refuse_other(path)
        with closing(reading(path)) as read:
            verify(read.conn)
            is_empty = not read.table_names()
            refuse_foreign(read)
    except sqlite3.DatabaseError as error:
        raise StorageError("storage.no_backup", path=str(path)) from error
    except StorageError as error:
        if error.text_key == "storage.newer":
            raise
        raise StorageError("storage.no_backup", path=str(path)) from error
    if is_empty:
        raise StorageError("storage.no_backup", path=str(path))


def begin(partial: Path) -> None:
    """Make the file that the copy grows in, its owner's alone; StorageError where none can be."""
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageError("storage.no_copy", path=str(partial), reason=error.strerror) from error


def verify(connection: sqlite3.Connection) -> None:
    """Raise StorageError unless SQLite finds the whole file sound."""
    if connection.execute("pragma integrity_check(1)").fetchone() != ("ok",):
        raise StorageError("storage.corrupt")


def check(path: Path) -> None:
    """Check a database file from end to end, rows that point nowhere included.

    Raises StorageError where something is wrong with it.
    """
    try:
        with closing(reading(path)) as read:
            verify(read.conn)
            check_foreign_keys(read)
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
