"""Backups: a whole and checked copy of the file while everything goes on."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage.database import wrapped
from storage.errors import StorageError

PAGES_A_STEP = 2_000


def copy(source: Path, target: Path, progress: Callable[[int, int], None]) -> int:
    """Copy a database that may be in use to ``target``, check the copy, return its bytes.

    ``progress`` is called with pages done and pages in all. The copy appears under its name
    only when it is whole. Raises StorageError where the source is missing or the copy fails.
    """
    if not source.is_file():
        raise StorageError("storage.missing", path=str(source))
    if target.exists():
        raise StorageError("storage.exists", path=str(target))
    partial = target.with_name(f"{target.name}.partial")
    begin(partial)
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(partial)) as write,
        ):
            read.backup(
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


def check(path: Path) -> int:
    """Check a database file from end to end and return its size in bytes."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as read:
            verify(read)
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    return path.stat().st_size
