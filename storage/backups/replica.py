"""What Litestream remembers of a database: a folder beside it, which is of no other file."""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from storage.errors import StorageError

SHARED_FIRST: Final = 0x40000002
SHARED_SIZE: Final = 510
"""The bytes that each connection to a database in WAL mode holds as long as it is open (SQLite,
"File Locking And Concurrency")."""


def memory_of(path: Path) -> Path:
    """Name the folder where Litestream keeps what it knows of a database."""
    return path.with_name(f".{path.name}-litestream")


def refuse_replicated(path: Path) -> None:
    """Raise StorageError where Litestream, or what may be it, has a database open.

    It goes by names: it would copy the next file of that name as if it were the one before, and
    what is restored from such a replica is malformed. Nobody of this process may have it open.
    """
    if memory_of(path).exists() and is_open_elsewhere(path):
        raise StorageError("storage.replicated", path=str(path))


def is_open_elsewhere(path: Path) -> bool:
    """Tell whether another process has a database open, whoever it is."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
    except (BlockingIOError, PermissionError):
        return True
    finally:
        os.close(file)
    return False


def put_aside(path: Path, aside: Path) -> None:
    """Let what Litestream remembers go with the file that it is of."""
    with suppress(FileNotFoundError):
        memory_of(path).rename(memory_of(aside))


def forget(path: Path) -> None:
    """Remove what Litestream remembers of a file that goes."""
    shutil.rmtree(memory_of(path), ignore_errors=True)
