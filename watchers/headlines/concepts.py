"""Concepts of the news across languages: a word's, by the longest beginning that is listed."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from zlib import crc32

from watchers.text.normal import APOSTROPHE
from watchers.text.words import Token

LANGUAGES = ("en", "ru", "kk", "ky", "uz", "tg")
"""The columns of the table, in order."""

# In letters: the longest beginning that is looked up; up to which none is; from which one may be
# followed by anything; and how long an ending a shorter one may have.
_LONGEST = 16
_SHORTEST = 2
_SHORT = 4
_TAIL = 4
_ENGLISH_ENDINGS = ("", "s", "es", "ed", "ing", "er", "ers")
_AFTER_E = (*_ENGLISH_ENDINGS, "d")
_NUMBER_SHIFT = 12
_NOTHING = "nothing"
"""The row of words that begin like a concept's and are none."""

_UZBEK_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "з": "z", "и": "i",
        "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
        "с": "s", "т": "t", "у": "u", "ф": "f", "х": "x", "ъ": APOSTROPHE, "э": "e", "қ": "q",
        "ғ": "g" + APOSTROPHE, "ҳ": "h", "ў": "o" + APOSTROPHE, "ж": "j", "ч": "ch", "ш": "sh", "ю": "yu", "я": "ya",
        "ц": "ts", "ь": "",
    }
)  # fmt: skip

Key = tuple[str, ...]
Table = tuple[dict[str, tuple[Key, ...]], dict[str, tuple[Key, ...]]]
"""Beginnings of words and whole words of one language, each with the keys of their rows."""


def read_table(name: str, keys: int, languages: tuple[str, ...] = LANGUAGES) -> dict[str, Table]:
    """Read a table of words, a column a language; the first ``keys`` columns name the row.

    Where ``keys`` is 0 the first English word names it.
    """
    text = (files("watchers") / "headlines" / name).read_text(encoding="utf-8")
    found: dict[str, Table] = {lang: ({}, {}) for lang in languages}
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        cells = line.split("\t")
        key = tuple(cells[:keys]) or (cells[0].split()[0].lstrip("="),)
        for lang, cell in zip(languages, cells[keys:], strict=True):
            for word in cell.split():
                _note(found[lang], word, key, lang)
    return found


def _note(table: Table, word: str, key: Key, lang: str) -> None:
    if word == "-" or "_" in word:
        return
    apostrophe = APOSTROPHE if lang == "uz" else ""
    plain = word.replace("ё", "е").replace("'", apostrophe).replace("-", "")
    beginnings, wholes = table
    if plain.startswith("="):
        _add(wholes, plain[1:], key)
    elif lang == "en" and len(plain) <= _SHORT:
        # "car" is not "career": a short English word takes its regular endings and no others.
        for stem in (plain, plain + plain[-1]):
            for ending in _AFTER_E if stem.endswith("e") else _ENGLISH_ENDINGS:
                _add(wholes, stem + ending, key)
    else:
        _add(beginnings, plain, key)


def _add(words: dict[str, tuple[Key, ...]], word: str, key: Key) -> None:
    keys = words.get(word, ())
    if key not in keys:
        words[word] = (*keys, key)


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """Read the table of concepts, once, by the first who asks."""
    return read_table("concepts.tsv", 0)


@lru_cache(maxsize=1)
def concept_names() -> dict[int, str]:
    """Give the names of the concepts by their numbers."""
    names = {keys[0][0] for part in tables().values() for words in part for keys in words.values()}
    return {concept_number(name): name for name in names}


def concept_number(concept: str) -> int:
    """Give a concept a number of twenty bits, the same in every run; never 0."""
    return crc32(concept.encode()) >> _NUMBER_SHIFT or 1


def latin_uzbek(normal: str) -> str:
    """Write a normal form of Uzbek in its Latin letters."""
    return normal.translate(_UZBEK_LATIN)


def plain_words(tokens: Iterable[Token], column: str) -> list[str]:
    """Write words as tables of patterns have them: plain apostrophes, Uzbek in Latin letters."""
    normals = [token.normal for token in tokens]
    if column == "uz":
        normals = [*map(latin_uzbek, normals)]
    return [normal.replace(APOSTROPHE, "'") for normal in normals]


@lru_cache(maxsize=6144)
def concept_of(normal: str, lang: str) -> str | None:
    """Name the concept of a word's normal form, None where the table knows none.

    Where two rows have a word the first means it.
    """
    found = look_up(normal, lang, tables())
    return None if not found or found[0][0] == _NOTHING else found[0][0]


def look_up(normal: str, lang: str, table: dict[str, Table]) -> tuple[Key, ...]:
    """Give the keys of the rows that have a word's normal form, by its longest beginning.

    Uzbek in Cyrillic is read by its Latin letters, where an apostrophe makes another letter
    ("oldin" is before, "oʼldi" died); languages without a column as Russian or English, by
    their script.
    """
    return next(_found(normal, lang, table), ())


def look_up_all(normal: str, lang: str, table: dict[str, Table]) -> tuple[Key, ...]:
    """Give the keys of all rows that have a word's normal form, by any of its beginnings."""
    return tuple(dict.fromkeys(key for keys in _found(normal, lang, table) for key in keys))


def _found(normal: str, lang: str, table: dict[str, Table]) -> Iterator[tuple[Key, ...]]:
    column = lang.partition("-")[0]
    plain = latin_uzbek(normal) if column == "uz" else normal.replace(APOSTROPHE, "")
    beginnings, wholes = table.get(column) or table["en" if plain.isascii() else "ru"]
    if plain in wholes:
        yield wholes[plain]
    for length in range(min(len(plain), _LONGEST), _SHORTEST, -1):
        found = beginnings.get(plain[:length])
        # A short beginning with a long tail is another word: "дом" is not "доминировать".
        if found and (length >= _SHORT or len(plain) <= length + _TAIL):
            yield found
