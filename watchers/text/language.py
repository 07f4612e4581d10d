"""Which language a text is in: how its words are made, its letters, what its feed says of itself.

A linear model of letter sequences (``languages.tsv``, fitted by ``scripts/fit_language.py``) gives
each word a score for each of some forty languages; other languages than ours are there so that
their texts are taken for none of ours.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import add
from pathlib import Path

from watchers.text.normal import clean
from watchers.text.russian import is_known

OURS = ("en", "ru", "kk", "ky", "uz-Latn", "uz-Cyrl", "tg", "tk")
"""The labels that are analysed; others (az, tr, uk) are recognised but read like und."""

TABLE = Path(__file__).with_name("languages.tsv")
LONGEST = 5
"""Letters of the longest sequence that has a score."""

UNIT, ZERO = 8, 79
"""Scores are eighths of a logit; each is kept as the character so far from ``chr(79)``."""

UNKNOWN = "und"
_NEIGHBOURS = frozenset({"az", "tr", "uk"})

_ENOUGH = 300
"""Letters looked at: a headline and a lead."""

_WORDS = re.compile(r"[^\W\d_]+(?:[-'\u2018\u2019\u02bb\u02bc\u0060\u00b4][^\W\d_]+)*")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u0060\u00b4]")
_CYRILLIC = re.compile("[\u0400-\u04ff]+")
_LATIN = re.compile("[a-zA-Z\u00c0-\u024f]+")

# All in the model's units, an eighth of a logit.
_EXPECTED = {
    "ru": 12, "en": 16, "tk": 16, **dict.fromkeys(("kk", "ky", "uz-Latn", "uz-Cyrl", "tg"), 6),
}  # fmt: skip
"""How much likelier our feeds' languages are than others, before anything is read."""

_DECLARED = 48
_RUSSIAN_AMONG_THEM = 12
"""Many a feed that says it is Kazakh tells some news in Russian."""

_STRANGE_LETTER = -24
_KNOWN, _STRANGE = 8, -16
"""What the Russian dictionary says of a word in small letters."""

_FIRST, _NAME = 1, 0.4
"""What a capital leaves of a word: names are called alike in all the languages of the region."""

_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
_ALPHABETS = {
    "ru": _RUSSIAN, "kk": _RUSSIAN + "әғқңөұүһі", "ky": _RUSSIAN + "ңөү",
    "uz-Cyrl": "абвгдежзийклмнопрстуфхцчшъьэюяёўқғҳ", "tg": "абвгдежзийклмнопрстуфхчшъэюяёғӣқӯҳҷ",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя", "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш", "tt": _RUSSIAN + "әөүҗңһ",
    "ba": _RUSSIAN + "әөүҙҡңҫһғ", "mn": _RUSSIAN + "өү",
}  # fmt: skip
_SHARED = frozenset[str].intersection(*map(frozenset[str], _ALPHABETS.values()))


@dataclass(frozen=True, slots=True)
class _Model:
    """The fitted scores of one script: a row a letter sequence, a column a language.

    A row stands as it is written, until a text asks for it (``_row``).
    """

    labels: tuple[str, ...]
    bias: tuple[int, ...]
    rows: dict[str, str]


_LANE = 32
"""Bits of one language's score in a row, far more than any text's sum needs."""

_HALF = 1 << (_LANE - 1)


@cache
def _halves(size: int) -> int:
    return sum(_HALF << (_LANE * place) for place in range(size))


def packed(scores: Sequence[int]) -> int:
    """Write scores side by side into one number; sums of such numbers hold the scores' sums."""
    lanes = struct.pack(f"<{len(scores)}I", *[score + _HALF for score in scores])
    return int.from_bytes(lanes, "little") - _halves(len(scores))


@cache
def _row(written: str) -> int:
    """Read a row of the table as one whole number, ``packed``.

    A text has hundreds of sequences, and to add two rows is to add two numbers. The table has
    16,000 rows: most processes live too shortly to ask for many.
    """
    return packed([ord(score) - ZERO for score in written])


def unpacked(row: int, size: int) -> tuple[int, ...]:
    """Read the scores that stand side by side in a number."""
    lanes = (row + _halves(size)).to_bytes(size * _LANE // 8, "little")
    return tuple([lane - _HALF for lane in struct.unpack(f"<{size}I", lanes)])


def identify(text: str, declared: tuple[str, ...] = ()) -> str:
    """Give the label of a text's language; ``declared`` are the labels its feed may have.

    Labels: en ru kk ky uz-Latn uz-Cyrl tg tk, the neighbours az tr uk, or und for what is of
    another language or says nothing.
    """
    text = clean(text[: 4 * _ENOUGH])[:_ENOUGH]
    is_cyrillic = _letters(_CYRILLIC, text) >= _letters(_LATIN, text)
    script = _CYRILLIC if is_cyrillic else _LATIN
    words = [word for word in words_of(text) if script.match(word)]
    if not words:
        return declared[0] if len(declared) == 1 else UNKNOWN
    model = _models()[0 if is_cyrillic else 1]
    scores = _scores(words, model, is_cyrillic=is_cyrillic, shouts=text.isupper())
    whole = list(map(add, scores, _prior(declared, is_cyrillic=is_cyrillic)))
    label = model.labels[whole.index(max(whole))]
    return label if label in OURS or label in _NEIGHBOURS else UNKNOWN


def _letters(script: re.Pattern[str], text: str) -> int:
    return sum(map(len, script.findall(text)))


def words_of(text: str) -> list[str]:
    """Cut a text into the words that tell its language."""
    return _WORDS.findall(text)


def framed(word: str) -> str:
    """Give a word as its letter sequences are taken from it: small letters, its ends marked."""
    return f"_{_APOSTROPHES.sub(chr(0x2BB), word.casefold())}_"


@lru_cache(maxsize=256)
def _prior(declared: tuple[str, ...], *, is_cyrillic: bool) -> tuple[int, ...]:
    """Give what speaks for each language before a word is read; the bias of the fit is in it."""
    model = _models()[0 if is_cyrillic else 1]
    told = []
    for label, bias in zip(model.labels, model.bias, strict=True):
        expected = bias + _EXPECTED.get(label, 0)
        if label == "kk" and not is_cyrillic:
            expected -= _EXPECTED["kk"]  # few write it so yet
        if label in declared:
            expected += _DECLARED
        elif declared and label == "ru":
            expected += _RUSSIAN_AMONG_THEM
        told.append(expected)
    return tuple(told)


def _scores(words: list[str], model: _Model, *, is_cyrillic: bool, shouts: bool) -> list[float]:
    """Sum the words' scores; a capital makes a word count less, unless all are in capitals."""
    small = first = names = 0
    for place, word in enumerate(words):
        told = _word_scores(word.casefold(), is_cyrillic)
        if shouts or word[0].islower():
            small += told
        elif place == 0:
            first = told
        else:
            names += told
    size = len(model.labels)
    return [
        score + _FIRST * at_first + _NAME * named
        for score, at_first, named in zip(
            unpacked(small, size), unpacked(first, size), unpacked(names, size), strict=True
        )
    ]


@lru_cache(maxsize=8192)
def _word_scores(word: str, is_cyrillic: bool) -> int:  # noqa: FBT001 - a cache key
    """Give a word's score for each language of its script, ``packed``."""
    model = _models()[0 if is_cyrillic else 1]
    whole = framed(word)
    size = len(whole)
    rows = model.rows
    found = [
        _row(rows[part])
        for length in range(1, LONGEST + 1)
        for start in range(size - length + 1)
        if (part := whole[start : start + length]) in rows
    ]
    scores = sum(found)
    if not is_cyrillic:
        return scores
    # Most words have none but letters of all the alphabets, which are strange to nobody.
    letters = [letter for letter in word if letter not in _SHARED and letter.isalpha()]
    for place, label in enumerate(model.labels) if letters else ():
        alphabet = _ALPHABETS.get(label)
        if alphabet is not None:
            strange = sum(letter not in alphabet for letter in letters)
            scores += _STRANGE_LETTER * min(strange, 2) << (_LANE * place)
    if len(word) > 2:  # noqa: PLR2004 - letters
        known = is_known(word.replace("ё", "е"))
        scores += (_KNOWN if known else _STRANGE) << (_LANE * model.labels.index("ru"))
    return scores


@cache
def _models() -> tuple[_Model, _Model]:
    """Read the fitted scores, of Cyrillic and of Latin letters."""
    models: list[_Model] = []
    for block in TABLE.read_text("utf-8").split("labels\t")[1:]:
        labels, bias, *lines = block.splitlines()
        rows = dict(line.split("\t", 1) for line in lines)
        models.append(
            _Model(tuple(labels.split()), tuple(map(int, bias.partition("\t")[2].split())), rows)
        )
    return models[0], models[1]
