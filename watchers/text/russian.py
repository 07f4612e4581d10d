"""Russian dictionary forms: every lemma of a word, and the noun behind a relational adjective."""

from functools import lru_cache
from typing import Any

_ADJECTIVES = ("овский", "евский", "инский", "ский", "цкий", "ской", "овый", "евый", "яной",
               "аный", "янный", "енный", "ный", "ной", "овой", "евой", "ический", "ый", "ой")  # fmt: skip
_ENDINGS = ("", "ь", "а", "я", "о", "е", "й", "к", "ы", "и", "ия", "ика", "ка", "ва", "ль")
_HARD = {"ж": "г", "ч": "кц", "ш": "х"}
_IRREGULAR = {
    "судебный": "суд", "военный": "война", "земельный": "земля", "денежный": "деньги",
    "пограничный": "граница", "таможенный": "таможня", "выборный": "выборы",
    "электрический": "электричество", "человеческий": "человек", "детский": "ребенок",
    "морской": "море", "воздушный": "воздух", "сельский": "село",
}  # fmt: skip
_MIN_BASE = 2
_TRUSTED = 0.02
_TRUSTED_SHORT = 0.3


@lru_cache(maxsize=8192)
def lemmas(word: str) -> tuple[str, ...]:
    """Give all dictionary forms of a word, likely ones first, ё folded."""
    found: dict[str, None] = {}
    parses = _morph().parse(word)
    for parse in parses:
        rare = parse.tag.POS == "ADJS" and parse.score < _TRUSTED_SHORT
        if (parse.is_known or parse.score >= _TRUSTED) and not rare:
            found.setdefault(parse.normal_form.replace("ё", "е"))
    if not is_known(word):
        found.setdefault(word)
    return tuple(found)


@lru_cache(maxsize=8192)
def is_known(word: str) -> bool:
    """Tell whether the dictionary has the word in any form."""
    return bool(_morph().word_is_known(word))


@lru_cache(maxsize=8192)
def relational_bases(lemma: str) -> tuple[str, ...]:
    """Give the nouns an adjective is made of: газовый → газ, ошский → ош, нефтяной → нефть."""
    if not lemma.endswith(("ый", "ий", "ой")):
        return ()
    found: dict[str, None] = {}
    if lemma in _IRREGULAR:
        found.setdefault(_IRREGULAR[lemma])
    for suffix in _ADJECTIVES:
        root = lemma.removesuffix(suffix)
        if root == lemma or len(root) < _MIN_BASE:
            continue
        endings = ("о",) if suffix == "ой" else _ENDINGS
        nouns = (base + end for base in (root, *_hardened(root, suffix)) for end in endings)
        found.update(dict.fromkeys(filter(_is_noun, nouns)))
    if not found and lemma.endswith(("ский", "цкий", "ской")):
        found.setdefault(lemma[:-4])  # a place that the dictionary does not know
    return tuple(found)


def _hardened(root: str, suffix: str) -> tuple[str, ...]:
    """Give the noun's last consonant back: дорожный → дорога, речной → река."""
    if suffix not in ("ный", "ной"):
        return ()
    return tuple(root[:-1] + hard for hard in _HARD.get(root[-1], ""))


@lru_cache(maxsize=8192)
def _is_noun(word: str) -> bool:
    return is_known(word) and any(
        parse.is_known and parse.tag.POS == "NOUN" and parse.normal_form.replace("ё", "е") == word
        for parse in _morph().parse(word)
    )


@lru_cache(maxsize=1)
def _morph() -> Any:
    from pymorphy3 import MorphAnalyzer  # noqa: PLC0415 - 40 MB, loaded by the first Russian word

    return MorphAnalyzer(lang="ru")
