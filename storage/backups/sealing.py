"""Sealed files: compressed (gzip) and encrypted for a public key (age, age-encryption.org/v1).

Whoever makes one need not be able to open it: the key that does lies elsewhere. Other
programs of that format open them as well, and leave a gzip file.
"""

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from storage.errors import StorageError

LEVEL: Final = 1
"""Of compression: a database becomes a third; twice the time would save a tenth of that."""

AT_ONCE: Final = 1 << 18
GZIP: Final = 31
"""zlib's word for gzip's frame around its largest window."""

MAGIC: Final = b"age-encryption.org/v1\n"
LOCKED_KEYS: Final = (MAGIC, b"-----BEGIN AGE ENCRYPTED FILE-----")
"""How a file of age's keys begins that is encrypted itself, for a passphrase."""

MOST_KEY_BYTES: Final = 100_000


def is_sealed(path: Path) -> bool:
    """Tell by a file's first bytes whether it is encrypted with age."""
    with path.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def is_compressed(path: Path) -> bool:
    """Tell by a file's first bytes whether it is compressed with gzip (RFC 1952)."""
    with path.open("rb") as opened:
        return opened.read(2) == b"\x1f\x8b"


def recipient(text: str) -> Any:
    """Read a public key: age's own (``age1…``), or one of ssh. Raises ValueError for others."""
    import pyrage  # noqa: PLC0415 (native code: of use to few commands)

    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        message = "must be a public key of age (age1…) or of ssh (ssh-ed25519 …, ssh-rsa …)"
        raise ValueError(message) from error


def new_key() -> tuple[str, str]:
    """Make a key; return the text of its secret file, and the public key."""
    import pyrage  # noqa: PLC0415

    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    return f"# public key: {public}\n{made}\n", public


def seal(plain: Path, sealed: Path, for_whom: str) -> None:
    """Compress and encrypt a file into another one, which must be there and is filled.

    Raises OSError where that cannot be written.
    """
    import pyrage  # noqa: PLC0415

    with plain.open("rb") as source, sealed.open("wb") as target:
        pyrage.encrypt_io(_Compressed(source), target, [recipient(for_whom)])
        target.flush()
        os.fsync(target.fileno())


def opened(sealed: Path, plain: Path, key: Path | None) -> None:
    """Decrypt a file with the secret key in ``key``, and decompress it, into another one.

    Of one that is only compressed no key is needed. Raises StorageError where it cannot be opened.
    """
    try:
        if not is_sealed(sealed):
            _decompress(sealed, plain)
            return
        if key is None:
            raise StorageError("storage.sealed", path=str(sealed))
        with _beside(plain) as compressed:
            _decrypt(sealed, compressed, key)
            _decompress(compressed, plain)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise StorageError("storage.damaged_copy", path=str(sealed)) from error


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a file of its owner's alone beside another one for as long as the block runs."""
    made = path.with_name(f"{path.name}.gz")
    made.unlink(missing_ok=True)
    os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        yield made
    finally:
        made.unlink(missing_ok=True)


def _decrypt(sealed: Path, target: Path, key: Path) -> None:
    import pyrage  # noqa: PLC0415

    identities = _identities(key)
    try:
        with sealed.open("rb") as source, target.open("wb") as decrypted:
            pyrage.decrypt_io(source, decrypted, identities)
    except pyrage.DecryptError as error:
        raise StorageError("storage.other_key", path=str(sealed), key=str(key)) from error
    except OSError as error:
        if error.errno is not None:
            raise
        # The system knows nothing of it: a part is not what was sealed, or the end is missing.
        raise StorageError("storage.damaged_copy", path=str(sealed)) from error


def _identities(key: Path) -> list[Any]:
    """Read a file of secret keys: age's own, a line each, or one of ssh without a passphrase."""
    import pyrage  # noqa: PLC0415

    try:
        raw = key.read_bytes()[:MOST_KEY_BYTES]
        if raw.startswith(LOCKED_KEYS):
            raise StorageError("storage.locked_key", key=str(key))
        if b"PRIVATE KEY" in raw:
            return [pyrage.ssh.Identity.from_buffer(raw)]
        lines = [line.strip() for line in raw.decode("ascii").splitlines()]
        found = [line for line in lines if line and not line.startswith("#")]
        if found:
            return [pyrage.x25519.Identity.from_str(line) for line in found]
    except OSError as error:
        raise StorageError("storage.no_key", path=str(key), reason=error.strerror) from error
    except (pyrage.IdentityError, ValueError) as error:
        if "crypted" in str(error):  # "ssh key must be decrypted first", "EncryptedPem"
            raise StorageError("storage.locked_key", key=str(key)) from error
        why = "it holds no secret key of age or ssh"
        raise StorageError("storage.no_key", path=str(key), reason=why) from error
    why = "it holds no key"
    raise StorageError("storage.no_key", path=str(key), reason=why)


def _decompress(compressed: Path, plain: Path) -> None:
    with gzip.open(compressed, "rb") as source, plain.open("wb") as target:
        while part := source.read(AT_ONCE):
            target.write(part)


class _Compressed:
    """A file as it reads when compressed: a part at a time, so that other threads go on."""

    def __init__(self, source: BinaryIO) -> None:
        """Compress what ``source`` has from here on."""
        self._source = source
        self._compress = zlib.compressobj(LEVEL, wbits=GZIP)
        self._ready = b""
        self._ended = False

    def read(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer at the end only."""
        while len(self._ready) < size and not self._ended:
            if part := self._source.read(AT_ONCE):
                self._ready += self._compress.compress(part)
            else:
                self._ready += self._compress.flush()
                self._ended = True
        given, self._ready = self._ready[:size], self._ready[size:]
        return given
