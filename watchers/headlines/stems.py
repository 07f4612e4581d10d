"""Stems for comparing two items, where meeting too often costs less than meeting too seldom.

Search wants the dictionary form of a word and nothing else; likeness is served better by
Snowball's stem for Russian, which also brings misspelt and unknown words together.
"""

from functools import lru_cache
from typing import Any

from watchers.text.words import Word


def stem_of(word: Word, lang: str) -> str:
    """Give the stem that stands for a word when items are compared."""
    return russian_stem(word.normal) if lang == "ru" and not word.number else word.stem


@lru_cache(maxsize=6144)
def russian_stem(normal: str) -> str:
    """Give Snowball's stem of a Russian word."""
    return str(_stemmer().stemWord(normal))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from Stemmer import Stemmer  # noqa: PLC0415 - loaded by the first Russian word

    return Stemmer("russian")
