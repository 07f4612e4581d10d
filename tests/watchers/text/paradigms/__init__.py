"""Paradigms of the commonest words of news: every form of a word that headlines use.

Russian ones come from the dictionary of pymorphy3. Those of the other languages are built
here by their grammars' own rules (vowel harmony, assimilation), not from the tables they test.

The words are listed in ``common_words``, by part of speech. A colon gives the stem before a
vowel where no rule does (халық:халқ, huquq:huquq) or, in Tajik, that of the present; a star
marks Tajik people, whose plural is -он too; a stroke in English forms that no rule gives, and
2 doubles a letter.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from tests.watchers.text.paradigms.english import english
from tests.watchers.text.paradigms.russian import russian
from tests.watchers.text.paradigms.tajik import tajik
from tests.watchers.text.paradigms.turkic import (
    kazakh,
    kazakh_in_latin,
    kyrgyz,
    turkmen,
    uzbek,
    uzbek_in_cyrillic,
)

FOLDER = Path(__file__).parents[1] / "common_words"
LANGUAGES: dict[str, tuple[str, Callable[[str, str], Iterator[str]]]] = {
    "ru": ("ru", russian),
    "en": ("en", english),
    "kk": ("kk", kazakh),
    "kk 2018": ("kk", partial(kazakh_in_latin, year=2018)),
    "kk 2021": ("kk", partial(kazakh_in_latin, year=2021)),
    "ky": ("ky", kyrgyz),
    "uz-Latn": ("uz", uzbek),
    "uz-Cyrl": ("uz", uzbek_in_cyrillic),
    "tk": ("tk", turkmen),
    "tg": ("tg", tajik),
}
"""For each language its list of words, and what makes a word's forms, the listed one first.

Latin Kazakh has two alphabets of this decade.
"""


class Paradigm(NamedTuple):
    """A word and its forms, the one that a dictionary lists first."""

    word: str
    part: str
    forms: tuple[str, ...]


@lru_cache(maxsize=16)
def listed(name: str) -> tuple[tuple[str, str], ...]:
    """Give the words of a list, each with its part of speech before it."""
    part, found = "", []
    for cell in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split():
        if cell in ("noun:", "verb:", "adjective:"):
            part = cell[:-1]
        else:
            found.append((part, cell))
    return tuple(found)


@lru_cache(maxsize=4096)
def paradigm(lang: str, part: str, cell: str) -> Paradigm:
    """Make the paradigm of a listed word."""
    forms = tuple(dict.fromkeys(LANGUAGES[lang][1](cell, part)))
    return Paradigm(cell, part, forms)


def as_listed(lang: str, part: str, cell: str) -> Paradigm:
    """Give a word in the one form that a dictionary lists."""
    return Paradigm(cell, part, (next(LANGUAGES[lang][1](cell, part)),))


def paradigms(lang: str) -> tuple[Paradigm, ...]:
    """Give the paradigms of all words of a language."""
    return tuple(paradigm(lang, part, cell) for part, cell in listed(LANGUAGES[lang][0]))
