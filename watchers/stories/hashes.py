"""Words, names and addresses as numbers that mean the same in every run.

CRC-32 for what is compared many times (32 bits keep a window's arrays small), BLAKE2b where a
chance meeting would name a wrong text. They are stored: another hash asks for another
``codec.FORMAT``.
"""

from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

CONCEPT, NAME, FIGURE, ENTITY = range(4)
"""The kinds of cross-lingual keys, kept in the two low bits of their hash."""
KIND = 3
"""The mask of those bits."""
_DIGEST_BYTES = 7
"""SQLite's integers are signed 64-bit ones: eight bytes of hash would not fit."""
MIN_NAME = 3
"""Letters, and consonants, of a name; shorter ones meet by chance."""
_NAME_LETTERS = 4
"""Consonants kept of a name, whose endings differ by language. With 6, F1 falls by 0.001; with 3
it stays."""
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=6144)
def term_id(stem: str) -> int:
    """Hash a stem; the same word is the same number in every run."""
    return crc32(stem.encode())


@lru_cache(maxsize=6144)
def cross_lingual_id(kind: int, key: str) -> int:
    """Hash a cross-lingual key, its kind in the two low bits."""
    return (crc32(f"{kind}:{key}".encode()) & ~KIND) | kind


def digest(data: bytes) -> int:
    """Hash bytes to 56 bits, the same in every run."""
    return int.from_bytes(blake2b(data, digest_size=_DIGEST_BYTES).digest())


def page_id(url_key: str) -> int:
    """Hash a canonical address, 0 where there is none."""
    return digest(url_key.encode(errors="surrogatepass")) if url_key else 0


@lru_cache(maxsize=6144)
def name_key(skeleton: str) -> str:
    """Reduce a name's skeleton to its consonants, which survive romanisation and endings.

    Rahmon and Раҳмон, Pezeshkian and Пизишкиён meet; names with few consonants keep vowels.
    """
    bare = "".join(letter for letter in skeleton if letter not in _VOWELS)
    if len(bare) >= MIN_NAME:
        return bare[:_NAME_LETTERS]
    return skeleton[:_NAME_LETTERS]
