"""Normal form: text cleaned and cut into tokens, each with its place and its case."""

import re
import unicodedata
from typing import NamedTuple

from watchers.text.look_alikes import unmixed

APOSTROPHE = "\N{MODIFIER LETTER APOSTROPHE}"
"""The one apostrophe inside normal forms: a letter for every tokenizer, unlike the ASCII one."""

MAX_TEXT = 20_000
"""Characters of one field that are read; what follows cannot be news in the head of a text."""

_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u02bb\u02bc\u02bd\u0060\u00b4\u02b9\u2032\u05f3]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LETTER = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,\u00a0\u202f ]\d{{3}}(?!\d))*(?:[.,]\d+)?(?![^\W_]))"
    rf"|(?P<dotted>(?<![^\W_])(?:{_LETTER}\.){{2,}}(?:{_LETTER}(?![^\W_]))?)"
    rf"|(?P<plus>{_LETTER}\d+\+\d+)"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)*'?)"
)
_SENTENCE_END = re.compile(r"[.!?…\n]\s*$|[.!?…\n][\s\"»”)']+$|\n")
_UZBEK_TAIL = ("o'", "g'")
_HYPHENS = frozenset("-\u2010\u2011")


class Cut(NamedTuple):
    """A token before any language is known; a tuple, because every word of every text is one.

    ``start`` and ``end`` are offsets into the cleaned text. ``joined`` is true when a bare
    hyphen glues the token to the one before it (Jalal-Abad). ``number`` marks figures.
    """

    surface: str
    normal: str
    start: int
    end: int
    sentence: int
    joined: bool = False
    number: bool = False


def clean(text: str) -> str:
    """Give the composed form without invisible characters; spans of hits refer to it."""
    text = _INVISIBLE.sub("", text[:MAX_TEXT])
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def fold_case(surface: str) -> str:
    """Give a token's normal form: lower case, one apostrophe, ё as е."""
    return _fold_plain(_APOSTROPHES.sub("'", surface))


def _fold_plain(surface: str) -> str:
    folded = surface.casefold().replace("ё", "е")
    if "'" in folded:
        folded = folded.replace("'", APOSTROPHE)
    return folded.replace("i\u0307", "i") if "\u0307" in folded else folded


def is_shouting(text: str) -> bool:
    """Tell whether a whole headline is in capitals, so that they say nothing."""
    upper = sum(map(str.isupper, text))
    return upper > 12 and upper > 4 * sum(map(str.islower, text))  # noqa: PLR2004 - a headline's length


def tokenize(text: str) -> list[Cut]:
    """Cut a cleaned text into tokens: words with inner apostrophes, whole numbers, acronyms.

    A hyphen splits; the parts stay neighbours and the second one is marked as joined. Words
    that mix look-alike letters are read in one alphabet.
    """
    plain = _APOSTROPHES.sub("'", unmixed(text))
    folded = _fold_plain(plain)
    # Few letters fold to two, one pair to one: there each word is folded by itself.
    aligned = len(folded) == len(plain) and "\u0307" not in plain
    cuts: list[Cut] = []
    sentence = 0
    last_end = 0
    for found in _TOKEN.finditer(plain):
        start, end = found.span()
        gap = plain[last_end:start]
        joined = False
        if gap != " " and cuts:
            joined = gap in _HYPHENS
            sentence += _SENTENCE_END.search(gap) is not None
        kind = found.lastgroup
        if kind == "word" and plain[end - 1] == "'":
            # A closing quote is not an apostrophe, save after o and g, which Uzbek writes so.
            end -= plain[end - 2 : end].casefold() not in _UZBEK_TAIL
        normal = folded[start:end] if aligned else _fold_plain(plain[start:end])
        if kind == "dotted":
            normal = normal.replace(".", "")
        # As Cut(…) does, without its call in Python: each word of each text passes here.
        made = (text[start:end], normal, start, end, sentence, joined, kind == "number")
        cuts.append(tuple.__new__(Cut, made))
        last_end = end
    return cuts
