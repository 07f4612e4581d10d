"""Suffixes of the region's languages: every legal stripping of an inflected word.

The agglutinative ones (kk, ky, uz, tk) pile endings in a fixed order, stem + -лық + plural +
possessive + case, so a word is peeled from the outside in. The result is a set of candidates,
never one stem: which of them is a word only a dictionary could say, and a query's own form
chooses among them. Tajik (tg) has its few endings in the same shape.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from watchers.text.grammar import (
    DERIVATION,
    GRAMMARS,
    Endings,
    Grammar,
    agrees,
    cuts,
    fits,
    harmonic,
)
from watchers.text.tajik_verbs import infinitives
from watchers.text.verbs import verbal_nouns

_MIN_STEM = 2
_MIN_STEMS = (2, 2, 2, 4, 3)
"""Letters of a stem before an ending of each layer: many a word only ends in -рақ (toprak)."""
_KEPT_POSSESSIVE = 6


@lru_cache(maxsize=4096)
def strippings(word: str, lang: str) -> tuple[str, ...]:
    """Give the word and every form left by a legal peeling of endings, in no special order.

    A language without a table has only the word itself. Bounded: five layers of which each
    takes at most one ending, on words that are cut at 40 letters.
    """
    grammar = GRAMMARS.get(lang)
    if grammar is None or len(word) > 40:  # noqa: PLR2004 - no word is longer
        return (word,)
    found = {word}
    _peel(grammar, word, 0, found)
    found.update(_nouns_of_verbs(word, tuple(found), lang))
    return tuple(found)


def asked_strippings(word: str, lang: str) -> tuple[str, ...]:
    """Give the word and what it stands for in a query, in no special order.

    That is less than a text's word may be of: its plurals, cases and third person possessives
    only. What "my" and "thy" end in is the end of many another word (қалам is a pen, no "my
    town"), and so is -лық; short stems are other words as often.
    """
    grammar = _asked_grammars().get(lang)
    if grammar is None or len(word) > 40:  # noqa: PLR2004 - no word is longer
        return (word,)
    found = {word}
    _peel(grammar, word, 0, found)
    nouns = set(_nouns_of_verbs(word, found, lang, asked=True))
    # A bare н is less often "his" in the accusative than the end of a stem: олтин is no олт, олут.
    least = _MIN_ASKED + 2 * (word[-1] == "н")
    stems = {
        stem
        for stem in found
        if len(stem) >= least
        or (len(stem) >= _MIN_ASKED and len(word) - len(stem) > _BARE_N)
        or (len(stem) > _MIN_ASKED and stem[-1] == "у")
        or stem in _SHORT_NOUNS
    }
    return (word, *sorted((stems | nouns) - {word}))


_MIN_ASKED = 3
_BARE_N = 2
_SHORT_NOUNS = frozenset(
    "ел эл үй уй су іс ой ай ат ет эт аң об ид ош иш ер еш уч il iş öý uy at et it ot oy".split()
)
"""Nouns of two letters that are asked for in a case."""
_OWN = frozenset(
    "ым ім ың ің м ң им ум үм иң уң үң ын ша ше ча че чо чө дай дей тай тей дой дөй той төй"
    " im ing m ng cha dek day имм инг нг ча дек дай um üm ym uň üň ça çe ам ат ям ят т".split()
)


@lru_cache(maxsize=1)
def _asked_grammars() -> dict[str, Grammar]:
    return {
        lang: replace(
            grammar,
            layers=tuple(
                Endings.of(
                    {
                        ending: before
                        for ending, before in layer.before.items()
                        if depth == 0 or ending not in _OWN
                    }
                )
                for depth, layer in enumerate(grammar.layers[:DERIVATION])
            ),
        )
        for lang, grammar in GRAMMARS.items()
    }


def _nouns_of_verbs(
    word: str, peeled: Iterable[str], lang: str, *, asked: bool = False
) -> Iterator[str]:
    if lang == "tg":
        return infinitives(word)
    return verbal_nouns(word, peeled, lang, asked=asked)


def _peel(grammar: Grammar, word: str, level: int, found: set[str]) -> None:
    for depth in range(level, len(grammar.layers)):
        for stem, suffix, before in cuts(word, grammar.layers[depth], _MIN_STEMS[depth]):
            if before == "P":
                _peel_third(grammar, stem, suffix, found)
            elif fits(grammar, stem, suffix, before):
                for base in _restored(grammar, stem, suffix):
                    if base not in found:
                        found.add(base)
                        _peel(grammar, base, depth + 1, found)


def _peel_third(grammar: Grammar, stem: str, suffix: str, found: set[str]) -> None:
    """Peel the possessive that a pronominal н betrays: баласын → бала, never *балас."""
    for third in grammar.third:
        root = stem.removesuffix(third)
        if root == stem or len(root) < _MIN_STEM:
            continue
        if not harmonic(grammar, stem, suffix):
            continue
        before = "V" if len(third) > 1 or third in grammar.contracted else "C"
        if fits(grammar, root, third, before):
            if len(stem) >= _KEPT_POSSESSIVE:
                found.add(stem)
            for base in _restored(grammar, root, third):
                found.add(base)
                _peel(grammar, base, 2, found)


def _restored(grammar: Grammar, stem: str, suffix: str) -> Iterator[str]:
    """Give the stem and what it was before a vowel softened or shortened it."""
    if suffix in grammar.contracted:
        yield from (stem + letter for letter in grammar.contracted[suffix])
        return
    yield stem
    if stem[-1] in grammar.changed:
        yield stem[:-1] + grammar.changed[stem[-1]]
    if suffix[0] not in grammar.vowels:
        return
    for soft, hard in grammar.voiced.items():
        if stem.endswith(soft):
            yield stem[: -len(soft)] + hard
    yield from _with_fleeting(grammar, stem)


def _with_fleeting(grammar: Grammar, stem: str) -> Iterator[str]:
    """Put back a vowel that fell out between the last two consonants: халқы, халық."""
    if len(stem) >= 3 and not grammar.vowels.intersection(stem[-2:]):  # noqa: PLR2004 - -CC
        for vowel in grammar.fleeting:
            if harmonic(grammar, stem[:-1] + vowel, "") and agrees(grammar, stem, vowel):
                yield stem[:-1] + vowel + stem[-1]
