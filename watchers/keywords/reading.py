"""A stored item's words, read again as the matcher read them when it came."""

from functools import lru_cache

from storage.model import Item
from watchers.keywords.matching import Where, places
from watchers.text import words
from watchers.text.names import Gazetteer, gazetteer


def analysed(item: Item, names: Gazetteer | None = None) -> words.Analysis:
    """Analyse a stored item's words again; those of the last pages are remembered."""
    return _analysed(item.title, item.body, item.lang, names or gazetteer())


def headline_analysed(title: str, lang: str, names: Gazetteer | None = None) -> words.Analysis:
    """Analyse a stored item's headline alone; those of the last searches are remembered."""
    return _headline_analysed(title, lang, names or gazetteer())


def places_in(item: Item, names: Gazetteer | None = None) -> Where:
    """Return for each search key of a stored item where in its text it stands.

    Those of the last items are remembered: one alert goes to many, and asks several times.
    """
    return _places(item.title, item.body, item.lang, names or gazetteer())


@lru_cache(maxsize=64)
def _places(title: str, summary: str, lang: str, names: Gazetteer) -> Where:
    return places(_analysed(title, summary, lang, names))


@lru_cache(maxsize=4096)
def _headline_analysed(title: str, lang: str, names: Gazetteer) -> words.Analysis:
    return words.analyse(title, lang=lang, names=names)


@lru_cache(maxsize=512)
def _analysed(title: str, summary: str, lang: str, names: Gazetteer) -> words.Analysis:
    return words.analyse(title, summary, lang=lang, names=names)
