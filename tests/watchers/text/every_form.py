"""Whether a word as asked meets the same word as told: the product of a paradigm with itself."""

from collections.abc import Iterable

from tests.watchers.text.paradigms import Paradigm
from watchers.text.forms import LetterCase, query_forms, text_forms
from watchers.text.normal import fold_case

Pair = tuple[str, str]


def asked(form: str) -> frozenset[str]:
    """Give what a query of one word in small letters asks for."""
    return query_forms(form, capital=False).keys


def told(form: str, lang: str) -> frozenset[str]:
    """Give what a word of a text may be met by; both alphabets of Latin Kazakh are kk."""
    return text_forms(form, lang.partition(" ")[0], LetterCase.SMALL).keys


def normal_forms(word: Paradigm) -> list[str]:
    """Give a word's forms as texts and queries are compared, the listed one first."""
    return list(dict.fromkeys(map(fold_case, word.forms)))


def missed(word: Paradigm, lang: str) -> list[Pair]:
    """Give the pairs of a form asked and a form told that do not meet."""
    forms = normal_forms(word)
    texts = [(form, told(form, lang)) for form in forms]
    return [
        (query, text)
        for query in forms
        for keys in (asked(query),)
        for text, others in texts
        if keys.isdisjoint(others)
    ]


def meetings_of_others(
    words: Iterable[Paradigm], others: Iterable[Paradigm], lang: str
) -> dict[Pair, str]:
    """Give which words, asked as they are listed, meet which other ones, and in which form.

    Words of which one is a form of the other are the same word here (баласы, балас).
    """
    by_key: dict[str, set[str]] = {}
    for word in words:
        for key in asked(normal_forms(word)[0]):
            by_key.setdefault(key, set()).add(normal_forms(word)[0])
    met: dict[Pair, str] = {}
    for other in others:
        forms = normal_forms(other)
        for form in forms:
            for key in told(form, lang):
                for word in by_key.get(key, set()) - set(forms):
                    met.setdefault((word, other.word), form)
    return met
