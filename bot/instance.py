"""One instance a database and a token: two of them would double every message."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from storage.errors import NewsError


@contextmanager
def alone(path: Path, text_key: str) -> Iterator[None]:
    """Hold the lock file at ``path`` for as long as the block runs.

    The kernel lets go of it when the process ends, however it ends. Raises
    NewsError(text_key, pid=…) where another process holds it.
    """
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise NewsError(text_key, pid=lock.read(20).strip() or "?") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def database_lock(database: Path) -> Path:
    """Name the lock file of a database: beside it, so that every way to it meets the same."""
    return database.with_name(f"{database.name}.lock")


def token_lock(token: str) -> Path:
    """Name the lock file of a bot on this machine, without telling its token."""
    name = blake2b(token.encode(), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir()) / f"steppewire-{name}.lock"
