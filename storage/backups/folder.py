"""A folder of backups: a new one made and checked, then those that are too old removed."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from storage.backups import rotation, sealing
from storage.backups.copies import ROOM_FOR_SEALED, ROOM_LEFT, begin, copy, refuse_less
from storage.backups.rotation import Keep
from storage.errors import StorageError
from storage.files import belong_with

LOCK: Final = ".steppewire.lock"
PLAIN: Final = ".plain"
SEALING: Final = ".sealing"
UNFINISHED: Final = (
    ".partial",
    ".partial-journal",
    f"{PLAIN}.partial",
    f"{PLAIN}.partial-journal",
    PLAIN,
    SEALING,
)
"""Ends of names of what a copy is while it is made."""


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup that was made: where, its bytes, and how many older ones were removed after."""

    path: Path
    size: int
    removed: int = 0


def names(folder: Path) -> list[str]:
    """Return the names of a folder's backups, the oldest first; none where it cannot be read."""
    with suppress(OSError):
        return sorted(there.name for there in folder.iterdir() if rotation.made_at(there.name))
    return []


def refuse_place(folder: Path, database: Path, *, sealed: bool) -> None:
    """Raise StorageError where no backup of a database could be made in a folder.

    It is tried by a file that goes at once. A folder that is not there is not made: the one above
    it is tried.
    """
    there = folder if os.path.lexists(folder) else folder.parent
    try:
        with NamedTemporaryFile(dir=there, prefix=".steppewire-"):
            pass
        size = database.stat().st_size if database.exists() else 0
        needed = round(size * (ROOM_FOR_SEALED if sealed else 1))
        refuse_less(needed, there / folder.name, ROOM_LEFT)
    except OSError as error:
        raise StorageError("storage.no_copy", path=str(folder), reason=error.strerror) from error


def make(
    database: Path,
    folder: Path,
    now: datetime,
    progress: Callable[[int, int], None],
    *,
    recipient: str = "",
    keep: Keep | None = None,
    gently: bool = False,
) -> MadeBackup:
    """Copy a database into a folder, which is made where it is not there, and check the copy.

    It is sealed for ``recipient``, where one is given. Only then those go that ``keep`` does not
    keep, if that is given, and what copies that were cut off have left. Raises StorageError where
    the copy cannot be made, or another program makes one there; then nothing goes.
    """
    with _alone_in(folder, database):
        tidy(folder)
        target = folder / rotation.name(now, sealed=bool(recipient))
        if recipient:
            make_sealed(database, target, progress, recipient, gently=gently)
        else:
            copy(database, target, progress, gently=gently)
        size = target.stat().st_size
        old = rotation.outdated(names(folder), keep) if keep else []
        # A clock that was wrong may have dated others later.
        return MadeBackup(target, size, _remove(folder, [n for n in old if n != target.name]))


def is_left_over(name: str) -> bool:
    """Tell whether a name is that of a copy that was cut off."""
    return any(
        rotation.made_at(name.removesuffix(end)) for end in UNFINISHED if name.endswith(end)
    )


def tidy(target: Path) -> None:
    """Remove what a copy that was cut off has left, of a file or in a folder of backups.

    Nobody else may be making one there.
    """
    if target.is_dir():
        _remove(target, [left.name for left in target.iterdir() if is_left_over(left.name)])
        return
    for end in UNFINISHED:
        target.with_name(f"{target.name}{end}").unlink(missing_ok=True)


def make_sealed(
    database: Path,
    target: Path,
    progress: Callable[[int, int], None],
    recipient: str,
    *,
    gently: bool = False,
) -> None:
    """Copy a database, check the copy, and seal it; nothing else is left.

    Raises StorageError as ``copy`` does.
    """
    if target.exists():
        raise StorageError("storage.exists", path=str(target))
    plain = target.with_name(f"{target.name}{PLAIN}")
    being_sealed = target.with_name(f"{target.name}{SEALING}")
    try:
        copy(database, plain, progress, gently=gently, room=ROOM_FOR_SEALED)
        begin(being_sealed)
        sealing.seal(plain, being_sealed, recipient)
        being_sealed.replace(target)
    except OSError as error:
        raise StorageError("storage.no_copy", path=str(target), reason=error.strerror) from error
    finally:
        for left in (plain, being_sealed):
            left.unlink(missing_ok=True)


@contextmanager
def _alone_in(folder: Path, database: Path) -> Iterator[None]:
    """Keep others from making a backup there: what they have not finished would be removed."""
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            belong_with(folder, database)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StorageError("storage.no_copy", path=str(folder), reason=error.strerror) from error
    belong_with(folder / LOCK, database)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StorageError("storage.copying", folder=str(folder)) from error
        yield
    finally:
        os.close(lock)


def _remove(folder: Path, unwanted: list[str]) -> int:
    """Remove files of a folder; return how many went. One that stays is tried again next time."""
    gone = 0
    for name in unwanted:
        with suppress(OSError):
            (folder / name).unlink()
            gone += 1
    return gone
