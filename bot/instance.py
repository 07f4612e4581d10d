"""One process a half of a database, and one a token: two of them would double every message.

Beside a database lie locks: ``.watchers.lock`` is held by who turns feeds into stories,
``.bot.lock`` (``.bot-NAME.lock`` for each of several) by who speaks for that bot, and ``.lock`` is
shared by all of them; alone it is held by who makes, migrates or replaces the file.
"""

import errno
import fcntl
import glob
import os
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from struct import Struct

from storage.errors import NewsError, StorageError
from storage.files import NO_ROOM, belong_with, refuse_place

OWNER_ONLY = 0o600
EVERYBODY_READS = 0o644
"""Whoever shares the machine can then see that a lock is free, and take it."""

TRIED_FOR_S, TRIED_EVERY_S = 0.2, 0.02
"""Who only looks whether a lock is held has it for an instant: that is no reason to refuse."""

UCRED = Struct("3i")
"""The kernel's word on who is at the other end of a socket: process, user, group (unix(7))."""

MOST_CURIOUS = 4096
"""Whoever asked once who holds a name stays in its queue: nobody is answered there."""

LONGEST_ASKED_S = 0.2


@contextmanager
def alone(path: Path, text_key: str, mode: int = OWNER_ONLY) -> Iterator[None]:
    """Hold the lock file at ``path`` for as long as the block runs; ``mode`` is a new one's.

    The kernel lets go of it when the process ends, however it ends. Raises
    NewsError(text_key, pid=…) where another process holds it, and a StorageError where there
    can be no such file.
    """
    lock, is_ours = opened(path, mode)
    try:
        if not locked(lock, path, fcntl.LOCK_EX):
            raise NewsError(text_key, pid=holder(lock))
        if is_ours:
            signed(lock, path)
        try:
            yield
        finally:
            if is_ours:
                unsigned(lock)
    finally:
        os.close(lock)


def locked(lock: int, path: Path, kind: int) -> bool:
    """Take an open lock, alone (LOCK_EX) or with others (LOCK_SH); False where others have it."""
    until = time.monotonic() + TRIED_FOR_S
    while True:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise unusable(path, error) from error
        else:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(TRIED_EVERY_S)


@contextmanager
def alone_on(database: Path) -> Iterator[None]:
    """Keep other processes off a database for as long as the block runs.

    Raises NewsError where another one has it, or where no database can be.
    """
    with sharing(database) as shared, shared.alone():
        yield


class Sharing:
    """A hold on a database's own lock, with others or, for a while, alone."""

    def __init__(self, lock: int, database: Path, *, is_ours: bool) -> None:
        """Keep the open lock, which is shared by now."""
        self._lock = lock
        self._database = database
        self._is_ours = is_ours
        self._is_signed = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold it alone while the block runs, then with others again.

        Raises NewsError where others share it.
        """
        path = database_lock(self._database)
        if not locked(self._lock, path, fcntl.LOCK_EX):
            fcntl.flock(self._lock, fcntl.LOCK_SH)  # trying to have it alone let go of it
            raise NewsError("instance.database", pid=worked_on_by(self._database) or "?")
        try:
            if self._is_ours:
                self._is_signed = True
                signed(self._lock, path)
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def let_go(self) -> None:
        """Leave no number of ours behind: another process may have it later."""
        if self._is_signed:
            unsigned(self._lock)


@contextmanager
def sharing(database: Path) -> Iterator[Sharing]:
    """Work on a database beside other processes for as long as the block runs.

    Raises NewsError where one has it alone, or where no database can be.
    """
    path = database_lock(database)
    try:
        lock, is_ours = opened(path, OWNER_ONLY)
    except StorageError:
        refuse_place(database)  # what is wrong with the place says more than its lock
        raise
    try:
        if not locked(lock, path, fcntl.LOCK_SH):
            raise NewsError("instance.database", pid=holder(lock))
        shared = Sharing(lock, database, is_ours=is_ours)
        try:
            yield shared
        finally:
            shared.let_go()
    finally:
        os.close(lock)


def worked_on_by(database: Path) -> str | None:
    """Return the process id of who runs a half on a database, or has it alone; None for nobody."""
    whole = database.resolve()
    halves = sorted(whole.parent.glob(f"{glob.escape(whole.name)}.*.lock"), reverse=True)
    held = (held_by(path) for path in (*halves, database_lock(database)))
    return next((pid for pid in held if pid is not None), None)


def held_by(path: Path) -> str | None:
    """Return the process id of whoever holds a lock file, None where nobody does; makes none."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
            belong_with(path, path.parent)
        except PermissionError:
            lock, is_ours = os.open(path, os.O_RDONLY | safe), False
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise StorageError("storage.no_folder", folder=str(path.parent)) from error
        raise unmade(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES))) from error
    except OSError as error:
        raise unmade(path, error) from error
    if not stat.S_ISREG(os.fstat(lock).st_mode):
        os.close(lock)
        raise unusable(path, OSError(errno.EINVAL, "it is no file"))
    return lock, is_ours


def unmade(path: Path, error: OSError) -> StorageError:
    """Say why a lock file cannot be opened: nothing can be made there, or what is there is odd."""
    if error.errno == errno.EROFS or (error.errno == errno.EACCES and not os.path.lexists(path)):
        reason = error.strerror or str(error)
        return StorageError("instance.unwritable", folder=str(path.parent), reason=reason)
    return unusable(path, error)


def unusable(path: Path, error: OSError) -> StorageError:
    """Say why there can be no lock file."""
    if error.errno in NO_ROOM:
        return StorageError("storage.full")
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


def unsigned(lock: int) -> None:
    """Take our process id out of a lock that we let go of; after a crash it stays there."""
    with suppress(OSError):
        os.ftruncate(lock, 0)


def database_lock(database: Path) -> Path:
    """Name the lock that all who work on a database share."""
    return beside(database, "lock")


def watchers_lock(database: Path) -> Path:
    """Name the lock of the watching half: who holds it gives stories their numbers."""
    return beside(database, "watchers.lock")


def bot_lock(database: Path, name: str) -> Path:
    """Name the lock of a bot's half, of the only bot ("") or of one of several."""
    return beside(database, f"bot-{name}.lock" if name else "bot.lock")


def beside(database: Path, what: str) -> Path:
    """Name a file beside a database, the same by every way to it."""
    whole = database.resolve()
    return whole.with_name(f"{whole.name}.{what}")


@contextmanager
def alone_with(token: str, api_url: str) -> Iterator[None]:
    """Keep this machine's other processes off a bot for as long as the block runs.

    Raises NewsError where another one has it. Linux knows names for sockets that stand in no
    folder: whatever TMPDIR says and PrivateTmp hides, every user's processes meet there.
    """
    mark = token_mark(token, api_url)
    if sys.platform != "linux":
        lock = Path(tempfile.gettempdir()) / f"{mark}.lock"
        with alone(lock, "instance.token", EVERYBODY_READS):
            yield
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as held:
        try:
            held.bind(f"\0{mark}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise unusable(Path(f"@{mark}"), error) from error
            raise NewsError("instance.token", pid=listener(mark)) from None
        held.listen(MOST_CURIOUS)
        yield


def listener(mark: str) -> str:
    """Return the process id of whoever holds a bot's name: the kernel knows it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(LONGEST_ASKED_S)
        try:
            asking.connect(f"\0{mark}")
        except OSError:
            return "?"
        told = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, UCRED.size)
    pid = UCRED.unpack(told)[0]
    return str(pid) if pid else "?"  # 0: in a container of its own


def token_mark(token: str, api_url: str) -> str:
    """Name a bot on this machine, without giving its token away.

    The same token at another Bot API is another bot: demos side by side have one each.
    """
    name = blake2b(f"{api_url} {token}".encode(), digest_size=8).hexdigest()
    return f"steppewire-{name}"
