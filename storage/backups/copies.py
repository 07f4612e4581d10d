"""Copies of the whole database, made and checked while everything goes on, and put back."""

import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from storage.backups import replica, sealing
from storage.database import check_foreign_keys, connect, reading, refuse_foreign, wrapped
from storage.errors import StorageError
from storage.files import belong_with, refuse_other
from storage.sizes import file_pages
from storage.sql import Connection

PAGES_A_STEP: Final = 2_000
GENTLE_PAGES: Final = 500
"""A step of a copy that is in no hurry: some 2 MB, and then a rest as long as that took."""

LONGEST_REST_S: Final = 0.1
ROOM_LEFT: Final = 64 << 20
"""So many bytes stay free beside a copy: the database itself may lie on that disk."""

ROOM_FOR_SEALED: Final = 1.5
"""A sealed copy lies beside the plain one while it is made: a third of it, a half at most."""

ENDS: Final = ("", "-wal", "-shm")
"""Of the names of a database's files."""

COUNTED: Final = ("outlets", "feeds", "items", "stories", "chats", "subscriptions", "deliveries")
"""Tables of which a copy must have as many rows as the database had when it began."""


def copy(
    source: Path,
    target: Path,
    progress: Callable[[int, int], None],
    *,
    gently: bool = False,
    is_still: bool = False,
    room: float = 1.0,
) -> int:
    """Copy a database that may be in use to ``target``, check the copy, return its bytes.

    All of it is as it was at one moment, however much is written meanwhile. ``progress`` is
    called with pages done and pages in all. ``gently`` leaves the disk to others half of the
    time; ``is_still`` of a source that nobody writes leaves nothing beside it; ``room`` is asked
    for, as a multiple of the source, before anything is written. The copy appears under its name
    only when it is whole. Raises StorageError where the source is missing, none
    of ours, or of a newer version (which alone knows what makes it whole), and where the copy
    fails or has no room.
    """
    refuse_other(source)
    if not source.is_file():
        raise StorageError("storage.missing", path=str(source))
    if target.exists():
        raise StorageError("storage.exists", path=str(target))
    partial = target.with_name(f"{target.name}.partial")
    try:
        with closing(reading(source, is_still=is_still)) as read:
            refuse_foreign(read)
        begin(partial)
        with (
            closing(reading(source, is_still=is_still)) as read,
            closing(sqlite3.connect(partial)) as write,
        ):
            refuse_no_room(read.conn, partial, room)
            shown = watched(progress, partial, file_pages(read.conn).size)
            copy_pages(read.conn, write, shown, gently=gently)
        partial.replace(target)
        return target.stat().st_size
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    finally:
        partial.unlink(missing_ok=True)


def copy_pages(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    progress: Callable[[int, int], None],
    *,
    gently: bool,
) -> None:
    """Copy all pages as they are at this moment, and check the copy.

    The copy is made in a read transaction: SQLite would begin it anew whenever another connection
    writes (https://sqlite.org/c3ref/backup_finish.html), and under a bot at work never end it. The
    write-ahead log grows meanwhile by what is written.
    """
    began = time.monotonic()

    def step(_status: int, left: int, total: int) -> None:
        nonlocal began
        progress(total - left, total)
        if gently:
            time.sleep(min(time.monotonic() - began, LONGEST_REST_S))
            began = time.monotonic()

    source.execute("begin")
    expected = counts(source)
    source.backup(target, pages=GENTLE_PAGES if gently else PAGES_A_STEP, progress=step)
    source.execute("rollback")
    verify_whole(target, expected)


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the rows of the main tables, those that a database of this age has."""
    tables = {name for (name,) in connection.execute("select name from sqlite_schema")}
    return {
        table: connection.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608 (our own names)
        for table in COUNTED
        if table in tables
    }


def verify_whole(copied: sqlite3.Connection, expected: dict[str, int]) -> None:
    """Raise StorageError unless a copy is sound and has the rows that were counted before."""
    verify(copied)
    if counts(copied) != expected:
        raise StorageError("storage.corrupt")


def refuse_no_room(source: sqlite3.Connection, target: Path, room: float = 1.0) -> None:
    """Raise StorageError where a copy, or so many, would fill the disk."""
    refuse_less(round(file_pages(source).bytes * room), target, ROOM_LEFT)


def refuse_less(needed: int, target: Path, beside: int) -> None:
    """Raise StorageError where fewer bytes are free than are needed and others need beside."""
    free = shutil.disk_usage(target.parent).free
    if free < needed + beside:
        raise StorageError(
            "storage.no_room",
            path=str(target.parent),
            needed=round(needed / 1e6),
            free=round(free / 1e6),
        )


def watched(
    progress: Callable[[int, int], None], target: Path, page: int
) -> Callable[[int, int], None]:
    """Let a copy end where the disk fills meanwhile: the database may write there, too."""

    def step(done: int, total: int) -> None:
        refuse_less((total - done) * page, target, 0)
        progress(done, total)

    return step


def restore(
    copy_: Path,
    path: Path,
    aside: Path,
    progress: Callable[[int, int], None],
    *,
    key: Path | None = None,
) -> bool:
    """Put a checked copy in a database's place; return whether there was one before.

    A copy may be sealed, then ``key`` is the file of the secret key, or only compressed.

    Nobody may have the database open. What was there, its write-ahead log included, is kept whole
    under the name ``aside``: the log of a crash belongs to the old file, and would spoil the new.
    Raises StorageError where the copy is missing, broken, not ours, or of a newer version, and
    where Litestream replicates what is there.
    """
    refuse_unread(copy_)
    ready = path.with_name(f"{path.name}.restoring")
    try:
        replica.refuse_replicated(path)
        remove(ready)
        if copy_.is_file() and (sealing.is_sealed(copy_) or sealing.is_compressed(copy_)):
            begin(ready)
            sealing.opened(copy_, ready, key)
            refuse_no_backup(ready, copy_)
        else:
            refuse_no_backup(copy_, copy_, look=lambda _: None)  # the copy of it is looked at
            copied_whole(copy_, ready, progress)
        was_there = path.exists()
        put_in_place(ready, path, aside)
    except OSError as error:
        raise StorageError("storage.no_copy", path=str(path), reason=error.strerror) from error
    finally:
        remove(ready)
    return was_there


def remove(path: Path) -> None:
    """Remove a database, and what SQLite has left beside it."""
    for end in ENDS:
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)


def put_in_place(ready: Path, path: Path, aside: Path) -> None:
    """Give a database's name to another file; what had it, its log too, is called ``aside``.

    Typed by root it is still whose the old one was, or whose the folder is.
    """
    replica.refuse_replicated(path)
    belong_with(ready, path if path.exists() else path.parent)
    replica.put_aside(path, aside)
    for end in ENDS:
        old = path.with_name(f"{path.name}{end}")
        if old.exists():
            old.rename(aside.with_name(f"{aside.name}{end}"))
    ready.replace(path)


def compact(path: Path, aside: Path) -> tuple[int, int]:
    """Write a database anew without what is free in it; return its bytes before and after.

    From then on free pages go back to the disk by themselves (``vacuum``). Nobody may have it
    open. The old file is there, under the name ``aside``, until the new one is checked. Raises
    StorageError where there is none of ours, or no room, and where Litestream replicates it.
    """
    refuse_other(path)
    if not path.is_file():
        raise StorageError("storage.missing", path=str(path))
    ready = path.with_name(f"{path.name}.compact")
    try:
        replica.refuse_replicated(path)
        remove(ready)
        with closing(connect(path)) as old:
            refuse_no_room(old.conn, ready)
            expected = counts(old.conn)
            old.conn.execute("pragma auto_vacuum = incremental")
            begin(ready)
            old.conn.execute("vacuum into ?", (str(ready),))
        with closing(sqlite3.connect(ready)) as new:
            verify_whole(new, expected)
        before = path.stat().st_size
        put_in_place(ready, path, aside)
        remove(aside)
        replica.forget(aside)
        return before, path.stat().st_size
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error
    except OSError as error:
        raise StorageError("storage.no_copy", path=str(path), reason=error.strerror) from error
    finally:
        remove(ready)


def refuse_unread(path: Path) -> None:
    """Raise StorageError where a copy is not there, is a folder, or may not be read."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))  # a pipe may hang
    except OSError as error:
        raise StorageError("storage.unread_copy", path=str(path), reason=error.strerror) from error


def copied_whole(copy_: Path, ready: Path, progress: Callable[[int, int], None]) -> None:
    """Copy a backup; StorageError where what comes of it is broken, or there is no room."""
    try:
        copy(copy_, ready, progress, is_still=True)
    except StorageError as error:
        if error.text_key not in {"storage.corrupt", "storage.not_database"}:
            raise
        raise StorageError("storage.no_backup", path=str(copy_)) from error


def refuse_no_backup(
    path: Path, copy_: Path, look: Callable[[sqlite3.Connection], None] | None = None
) -> None:
    """Raise StorageError unless a file is a whole database of ours that this version can read.

    ``copy_`` is the file that is named then: what was sealed is looked at in another one. ``look``
    looks whether it is whole; without one all of it is read.
    """
    if not path.is_file():
        raise StorageError("storage.no_backup", path=str(copy_))
    try:
        refuse_other(path)
        with closing(reading(path, is_still=True)) as read:
            (look or verify)(read.conn)
            is_empty = not read.table_names()
            refuse_foreign(read)
    except sqlite3.DatabaseError as error:
        raise StorageError("storage.no_backup", path=str(copy_)) from error
    except StorageError as error:
        if error.text_key == "storage.newer":
            raise
        raise StorageError("storage.no_backup", path=str(copy_)) from error
    if is_empty:
        raise StorageError("storage.no_backup", path=str(copy_))


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


def check(path: Path, progress: Callable[[str], None]) -> None:
    """Check a database file from end to end, rows that point nowhere included.

    ``progress`` hears what is next. Raises StorageError where something is wrong with it.
    """
    try:
        with closing(reading(path)) as read:
            for name, look in CHECKS.items():
                progress(name)
                look(read)
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error


CHECKS: Final[dict[str, Callable[[Connection], None]]] = {
    "pages": lambda read: verify(read.conn),
    "references": check_foreign_keys,
}
"""What a check looks at, one behind the other."""
