"""Concepts of the news across languages: a word's concept, by the longest beginning that is listed."""

from functools import lru_cache
from importlib.resources import files

from watchers.text.normal import APOSTROPHE

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

Table = tuple[dict[str, str], dict[str, str]]
"""Beginnings of words and whole words of one language, each with its concept."""


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """Read the table, once, by the first who asks."""
    table = (files("watchers.stories") / "concepts.tsv").read_text(encoding="utf-8")
    found: dict[str, Table] = {lang: ({}, {}) for lang in LANGUAGES}
    for line in table.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        cells = line.split("\t")
        concept = cells[0].split()[0].lstrip("=")
        for lang, cell in zip(LANGUAGES, cells, strict=True):
            for word in cell.split():
                _note(found[lang], word, concept, lang)
    return found


def _note(table: Table, word: str, concept: str, lang: str) -> None:
    if word == "-" or "_" in word:
        return
    apostrophe = APOSTROPHE if lang == "uz" else ""
    plain = word.replace("ё", "е").replace("'", apostrophe).replace("-", "")
    beginnings, wholes = table
    if plain.startswith("="):
        wholes.setdefault(plain[1:], concept)
    elif lang == "en" and len(plain) <= _SHORT:
        # "car" is not "career": a short English word takes its regular endings and no others.
        for stem in (plain, plain + plain[-1]):
            for ending in _AFTER_E if stem.endswith("e") else _ENGLISH_ENDINGS:
                wholes.setdefault(stem + ending, concept)
    else:
        beginnings.setdefault(plain, concept)


@lru_cache(maxsize=32768)
def concept_of(normal: str, lang: str) -> str | None:
    """Name the concept of a word's normal form, None where the table knows none.

    Uzbek in Cyrillic is read by its Latin letters, where an apostrophe makes another letter
    ("oldin" is before, "oʼldi" died); languages without a column as Russian or English, by
    their script.
    """
    column = lang.partition("-")[0]
    plain = normal.translate(_UZBEK_LATIN) if column == "uz" else normal.replace(APOSTROPHE, "")
    found = _found(plain, column)
    return None if found == _NOTHING else found


def _found(plain: str, column: str) -> str | None:
    beginnings, wholes = tables().get(column) or tables()["en" if plain.isascii() else "ru"]
    if plain in wholes:
        return wholes[plain]
    for length in range(min(len(plain), _LONGEST), _SHORTEST, -1):
        found = beginnings.get(plain[:length])
        # A short beginning with a long tail is another word: "дом" is not "доминировать".
        if found and (length >= _SHORT or len(plain) <= length + _TAIL):
            return found
    return None
