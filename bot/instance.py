"""One instance a database and a token: two of them would double every message."""

import errno
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path

from storage.errors import NewsError, StorageError
from storage.files import refuse_place

OWNER_ONLY = 0o600
EVERYBODY_READS = 0o644
"""Whoever shares the machine can then see that a lock is free, and take it."""


@contextmanager
def alone(path: Path, text_key: str, mode: int = OWNER_ONLY) -> Iterator[None]:
    """Hold the lock file at ``path`` for as long as the block runs; ``mode`` is a new one's.

    The kernel lets go of it when the process ends, however it ends. Raises
    NewsError(text_key, pid=…) where another process holds it, and a StorageError where there
    can be no such file.
    """
    lock, is_ours = opened(path, mode)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise unusable(path, error) from error
            raise NewsError(text_key, pid=holder(lock)) from None
        if is_ours:
            signed(lock, path)
        yield
    finally:
        os.close(lock)


@contextmanager
def alone_on(database: Path) -> Iterator[None]:
    """Keep other processes off a database for as long as the block runs.

    Raises NewsError where another one has it, or where no database can be.
    """
    with ExitStack() as held:
        try:
            held.enter_context(alone(database_lock(database), "instance.database"))
        except StorageError:
            refuse_place(database)  # what is wrong with the place says more than its lock
            raise
        yield


def held_by(path: Path) -> str | None:
    """Return the process id of whoever holds a lock file, None where nobody does; makes none."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return holder(lock)
    finally:
        os.close(lock)
    return None


def opened(path: Path, mode: int) -> tuple[int, bool]:
    """Open a lock file, and tell whether we may write into it.

    One of another user serves as well, unwritten, where it can be read: the lock is the
    kernel's. What a link points to is never touched: /tmp is everybody's.
    """
    safe = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        try:
            lock, is_ours = os.open(path, os.O_RDWR | os.O_CREAT | safe, mode), True
        except PermissionError:
            lock, is_ours = os.open(path, os.O_RDONLY | safe), False
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise StorageError("storage.no_folder", folder=str(path.parent)) from error
        raise unusable(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES))) from error
    except OSError as error:
        raise unusable(path, error) from error
    if not stat.S_ISREG(os.fstat(lock).st_mode):
        os.close(lock)
        raise unusable(path, OSError(errno.EINVAL, "it is no file"))
    return lock, is_ours


def unusable(path: Path, error: OSError) -> StorageError:
    """Say why there can be no lock file."""
    return StorageError("instance.lock", path=str(path), reason=error.strerror or str(error))


def holder(lock: int) -> str:
    """Return the process id that the holder of a lock has written into it."""
    written = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
    return written if written.isdecimal() else "?"


def signed(lock: int, path: Path) -> None:
    """Write our process id into a lock we hold."""
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        raise unusable(path, error) from error


def database_lock(database: Path) -> Path:
    """Name the lock file of a database: beside the file itself, so that every way to it meets."""
    whole = database.resolve()
    return whole.with_name(f"{whole.name}.lock")


def token_lock(token: str, api_url: str) -> Path:
    """Name the lock file of a bot on this machine, without giving its token away.

    The same token at another Bot API is another bot: demos side by side have one each.
    """
    name = blake2b(f"{api_url} {token}".encode(), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir()) / f"steppewire-{name}.lock"
