"""Requests that cannot be granted, told in the reader's language by whoever meets the person."""

import errno
from dataclasses import dataclass

SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN})
"""Too many open files, here or in all; no memory; no room in the kernel; no process, no thread."""


@dataclass(frozen=True, slots=True)
class Text:
    """A value of a sentence that is itself said in the reader's language: a catalogue's key."""

    key: str


class NewsError(Exception):
    """A wrong request: a key of the translation catalogue and the values its sentence needs.

    It never means a bug and never a failure of the outside world that we expect; those are
    values. The door that meets the person (the dispatcher, the command line) looks the key up.
    """

    def __init__(self, text_key: str, **values: object) -> None:
        """Keep the key (``query.unbalanced``) and the values of its sentence."""
        super().__init__(text_key)
        self.text_key = text_key
        self.values = values

    def __str__(self) -> str:
        """Name key and values, for logs: people read the catalogue's sentence instead."""
        told = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.text_key}({told})"


class StorageError(NewsError):
    """The database file cannot serve, and the operator can do something about it."""


class ShortageError(StorageError):
    """The machine has none left of something: descriptors, processes, memory.

    As with a file that cannot be written it is nobody's fault, and what was wanted is tried again.
    """

    @classmethod
    def of(cls, error: BaseException) -> "ShortageError | None":
        """Return what an error of the system says of that, None where it says something else."""
        if isinstance(error, OSError) and error.errno in SHORTAGES:
            return cls("machine.short", reason=error.strerror or str(error))
        return None


class FeedGoneError(NewsError):
    """A feed was removed while something of it was on its way here; nothing of that is kept."""
