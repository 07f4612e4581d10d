"""Russian paradigms: the lexemes of OpenCorpora's dictionary, without what no headline has."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_PARTS = {
    "noun": {"NOUN"},
    "verb": {"VERB", "INFN", "PRTS", "PRTF", "GRND"},
    "adjective": {"ADJF", "ADJS", "COMP"},
}
_UNUSED = {"impr", "Supr", "V-ey", "V-oy", "V-ie", "V-be", "V-bi", "V-ej", "Infr", "Arch"}
_UNUSED |= {"1per", "2per", "Cmp2", "voct", "gen2", "acc2", "loc2", "V-sh", "Erro", "Dist"}
"""Marks of forms that no headline has."""


def russian(word: str, part: str) -> Iterator[str]:
    """Give a word's forms, ё as е."""
    parse = next(
        parse
        for parse in _morph().parse(word)
        if parse.normal_form.replace("ё", "е") == word and parse.tag.POS in _PARTS[part]
    )
    yield word
    for form in parse.lexeme:
        if form.tag.POS in _PARTS[part] and _UNUSED.isdisjoint(form.tag.grammemes):
            yield form.word.replace("ё", "е")


@lru_cache(maxsize=1)
def _morph() -> Any:
    from pymorphy3 import MorphAnalyzer  # noqa: PLC0415 - 40 MB

    return MorphAnalyzer(lang="ru")
