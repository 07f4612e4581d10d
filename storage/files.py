"""What lies where a database is to be: nothing, a database, or a wrong file, by its first bytes.

SQLite itself would open much of it: an empty file as a new database, a write-ahead log without
its database as nothing, a file cut off in the middle until a row beyond the cut is read.
"""

import errno
import os
import pwd
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, mkstemp

from storage.errors import StorageError
from storage.migrations import APPLICATION_ID

MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100
PAGE_SIZE, CHANGES, PAGES, MARK, COUNTED_AT = (
    slice(16, 18),
    slice(24, 28),
    slice(28, 32),
    slice(68, 72),
    slice(92, 96),
)
"""Where a header has the page size, the change counter, the number of pages, the application id
and the change at which the pages were counted (SQLite's file format, 1.3)."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ROOM_TRIED = 262_144
"""What a document of five hundred news needs."""

LARGEST_PAGE = 65_536
"""Which two bytes cannot hold: it stands there as 1."""


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
        refuse_other(path)
    except OSError as error:
        raise unplaced(path, error) from error
    try:
        with NamedTemporaryFile(dir=folder, prefix=".steppewire-"):
            pass
    except OSError as error:
        raise unplaced(path, error) from error


def refuse_full(path: Path) -> None:
    """Raise StorageError where there is no room beside a database, by a file that goes at once."""
    try:
        with NamedTemporaryFile(dir=path.resolve().parent, prefix=".steppewire-") as tried:
            tried.write(bytes(ROOM_TRIED))
            tried.flush()
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageError("storage.full") from error
        raise unplaced(path, error) from error


def unplaced(path: Path, error: Exception) -> StorageError:
    """Say why there can be no database at a path, or why the one there cannot be read."""
    if isinstance(error, PermissionError) and is_forbidden(path):
        return StorageError("storage.forbidden", path=str(path), owner=owner_of(path), user=user())
    return StorageError(
        "storage.place", path=str(path), reason=getattr(error, "strerror", None) or str(error)
    )


def is_forbidden(path: Path) -> bool:
    """Tell whether somebody else's file is there that we may not read or not write."""
    if not os.access(path, os.F_OK, effective_ids=True) or path.stat().st_uid == os.geteuid():
        return False
    return not os.access(path, os.R_OK | os.W_OK, effective_ids=True)


def owner_of(path: Path) -> str:
    """Return the name of a file's owner, or the number of one who has no name."""
    return named(path.stat().st_uid)


def user() -> str:
    """Return who we are to the system."""
    return named(os.geteuid())


def named(uid: int) -> str:
    """Return a user's name, or the number where there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def belong_with(made_: Path, like: Path) -> None:
    """Give what root has made to the owner of ``like``, who is to use it; best effort.

    Never what a link leads to, or what has another name: the folder's owner is not root.
    """
    if os.geteuid() != 0:
        return
    with suppress(OSError):
        file = os.open(made_, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            owner, now = like.stat(), os.fstat(file)
            if now.st_uid == 0 and (now.st_nlink == 1 or stat.S_ISDIR(now.st_mode)):
                os.fchown(file, owner.st_uid, owner.st_gid)
        finally:
            os.close(file)


def refuse_other(path: Path) -> None:
    """Raise StorageError where there is something at ``path`` that is no whole database of ours.

    What only SQLite can tell, once the file is open, is left to it. Nothing at all is no error.
    """
    try:
        if path.is_dir():
            raise StorageError("storage.is_folder", path=str(path))
        if not path.exists():
            refuse_log_alone(path)
        elif path.is_file():
            with path.open("rb") as opened:
                refuse_header(path, opened.read(HEADER_BYTES))
    except OSError as error:
        raise unplaced(path, error) from error


def refuse_header(path: Path, header: bytes) -> None:
    """Raise StorageError where a file's first bytes are not those of a whole database."""
    if not header:
        raise StorageError("storage.empty", path=str(path))
    if not header.startswith(MAGIC):
        raise StorageError("storage.not_database")
    if int.from_bytes(header[MARK]) not in (0, APPLICATION_ID):
        raise StorageError("storage.foreign")
    size, whole = path.stat().st_size, size_told(header)
    if size < whole and not has_log(path):
        raise StorageError("storage.cut_off", path=str(path), size=size, whole=whole)


def refuse_log_alone(path: Path) -> None:
    """Raise StorageError where a write-ahead log has lost its database: a new one would end it."""
    if has_log(path):
        raise StorageError("storage.log_alone", path=str(path), log=f"{path.name}-wal")


def refuse_links(path: Path) -> None:
    """Raise StorageError where a database has another name beside ``path``, by a hard link.

    A lock and a write-ahead log lie beside each name: two processes would spoil the file between
    them (SQLite, "How To Corrupt An SQLite Database File", 2.5). Links that name a name meet one.
    """
    path = path.resolve()
    if not path.is_file() or path.stat().st_nlink == 1:
        return
    for left in path.parent.glob(f".{path.name}-*"):  # by a crash while it was made
        if left.samefile(path):
            left.unlink(missing_ok=True)
    if path.stat().st_nlink > 1:
        raise StorageError("storage.hard_link", path=str(path))


def has_log(path: Path) -> bool:
    """Tell whether a write-ahead log lies beside a database, with pages that may be missing."""
    log = path.with_name(f"{path.name}-wal")
    return log.is_file() and log.stat().st_size > 0


def size_told(header: bytes) -> int:
    """Return how many bytes a database says it has; 0 where its header does not say so surely."""
    if len(header) < HEADER_BYTES:
        return HEADER_BYTES
    if header[CHANGES] != header[COUNTED_AT]:
        return 0  # written by an SQLite before 3.7, which did not keep the number
    page = int.from_bytes(header[PAGE_SIZE])
    return int.from_bytes(header[PAGES]) * (LARGEST_PAGE if page == 1 else page)


def made(path: Path) -> None:
    """Make an empty database, marked as ours and its owner's alone, where there is nothing.

    It appears under its name as a whole, so an empty file is never ours, whenever we are killed.
    SQLite gives -wal and -shm the rights of the database. Raises OSError where it cannot be.
    """
    if path.exists():
        return
    path = path.resolve()  # a link that leads nowhere is made where it points to
    file, name = mkstemp(dir=path.parent, prefix=f".{path.name}-")  # of mode 0600
    try:
        with os.fdopen(file, "wb") as new:
            new.write(first_page())
        belong_with(Path(name), path.parent)
        os.link(name, path)
    except FileExistsError:
        return  # somebody else was quicker
    except OSError:  # a file system without hard links, or without room: that is told then
        made_in_place(path)
    finally:
        Path(name).unlink(missing_ok=True)


def made_in_place(path: Path) -> None:
    """Make the empty database under its own name."""
    try:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "wb") as opened:
        opened.write(first_page())
    belong_with(path, path.parent)


def first_page() -> bytes:
    """Return the one page of a database that has our mark and no table."""
    with closing(sqlite3.connect(":memory:")) as empty:
        # Pages that nothing uses can then go back to the disk in small steps (``vacuum``).
        empty.execute("pragma auto_vacuum = incremental")
        empty.execute(f"pragma application_id = {APPLICATION_ID}")
        return empty.serialize()


def readable_by_others(path: Path) -> bool:
    """Tell whether others than a file's owner may read it: it holds who reads what."""
    return bool(path.stat().st_mode & 0o077)
