"""Near words: what a headline may say instead of the word that was typed. Pure.

Two kinds of kin: words of one notion, by the table of concepts, in every language of it
(забастовка, strike, ереуіл); and, in Russian and English, verb and noun of one root
(забастовка, бастуют). Kin are a weaker key than the word: only headlines are looked at, and what
they find is shown below what was asked for, and marked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from watchers.headlines.concepts import (
    LANGUAGES,
    Table,
    concept_of,
    look_up,
    read_table,
    tables,
)
from watchers.keywords import Facts, Query, fts
from watchers.keywords.matching import fires
from watchers.keywords.query import All, Exact, Node, Prefix, Term
from watchers.keywords.searching import PREFIXES
from watchers.text.english import english_form
from watchers.text.normal import clean, tokenize
from watchers.text.russian import is_known, lemmas
from watchers.text.skeleton import is_cyrillic
from watchers.text.words import Analysis, Token

_LEAST_ROOT: Final = 4
_SHORT_ROOTS: Final = frozenset({"гиб", "суд"})
"""Shorter ones that few other words begin with."""

_VERB_ENDINGS: Final = ("ировать", "овать", "евать", "ывать", "ивать", "нуть", "ать", "ять", "ить", "еть", "уть", "ти", "ть")  # fmt: skip
_NOUN_ENDINGS: Final = (
    "ирование", "ование", "евание", "ывание", "ивание", "тельство", "ательство", "ировка",
    "овка", "евка", "ация", "яция", "иция", "ание", "яние", "ение", "ство", "ель", "ция",
    "ка", "ба", "ие", "ия", "а", "я", "о", "ь", "",
)  # fmt: skip
"""Endings by which verbs and nouns are made, the longest first; each is cut off its lemma."""

_SOFTENED: Final = (
    ("жд", "д"), ("вл", "в"), ("бл", "б"), ("пл", "п"), ("мл", "м"), ("щ", "т"), ("ч", "т"), ("ж", "д"), ("ш", "с"),
)  # fmt: skip
"""What a root ends in before -ение, and before -ить: освобождение, освободить."""

_ASPECT: Final = ("за", "по")
"""Prefixes that begin or end a deed and leave it the same: бастовать, забастовка."""

_ENGLISH_ENDINGS: Final = ("ations", "ation", "ition", "ment", "ion", "al", "er", "or", "y", "e")

_ROOTED: Final = ("ru", "en", "")
"""Languages of texts in which roots are known; "" is unknown."""

_NO_KIN: Final = frozenset(
    "government region city town district village people year month day percentage million"
    " billion thousand say man woman number half week today new country".split()
)
"""Concepts of words that may stand in any headline."""


@dataclass(frozen=True, slots=True)
class Kin:
    """What is near to one word: notions, and roots by whether a verb or a noun is looked for."""

    concepts: frozenset[str] = frozenset()
    roots: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anything is near to the word."""
        return bool(self.concepts or self.roots)


class Met(NamedTuple):
    """A headline's words that stand for others; ``related``: one of them is of the same root."""

    words: tuple[str, ...]
    related: bool


NOT_MET: Final = Met((), related=False)


@dataclass(frozen=True, slots=True)
class Widened:
    """A query whose words may be met by their kin; ``kin`` has those of each child."""

    children: tuple[Node, ...]
    kin: tuple[Kin, ...]

    def fts(self) -> str | None:
        """Give the MATCH expression that finds every item which may meet it."""
        parts = []
        for child, kin in zip(self.children, self.kin, strict=True):
            direct = fts(Query("", child))
            if direct is None:
                continue
            keys = sorted(_keys(kin))
            parts.append("(" + " OR ".join([direct, *keys]) + ")" if keys else direct)
        return " AND ".join(parts) or None

    def met_by(self, said: Analysis, title: Analysis, facts: Facts) -> Met:
        """Return the headline's words that stand for words of the query; none where none does.

        Words that were typed may stand anywhere in the text.
        """
        found: list[str] = []
        related = False
        # A name says nothing near: Gaza is no gas.
        named = {at for name in title.entities for at in range(name.start, name.end)}
        plain = [one for at, one in enumerate(title.tokens) if at not in named]
        for child, kin in zip(self.children, self.kin, strict=True):
            if fires(child, said, facts):
                continue
            word = next((one for one in plain if _is_kin(one, kin, title.lang)), None)
            if word is None:
                return NOT_MET
            found.append(word.surface)
            related = related or _is_related(word, kin, title.lang)
        return Met(tuple(found), related)


def widened(query: Query) -> Widened | None:
    """Widen a query by the kin of its words; None where none has any.

    Only plain words have kin: no names, figures, phrases, ``=word`` or alternatives.
    """
    children = query.root.children if isinstance(query.root, All) else (query.root,)
    if any(isinstance(child, (Exact, Prefix)) for child in children):
        return None
    kin = tuple(kin_of(child) if isinstance(child, Term) else Kin() for child in children)
    return Widened(children, kin) if any(kin) else None


def kin_of(term: Term) -> Kin:
    """Find what is near to a word, in the languages that it can be of."""
    cuts = tokenize(clean(term.label))
    if term.words or len(cuts) != 1 or any(key[:2] in ("e:", "n:") for key in term.keys):
        return Kin()
    normal = cuts[0].normal
    return Kin(_concepts(normal), _wanted(normal))


@lru_cache(maxsize=1024)
def _concepts(normal: str) -> frozenset[str]:
    for group in _languages(normal):
        if found := frozenset[str]().union(*(_notions(normal, lang) for lang in group)):
            return found - _NO_KIN
    return frozenset()


@lru_cache(maxsize=16384)
def _notions(normal: str, lang: str) -> frozenset[str]:
    """Name the notions of a word, of both tables."""
    found = {key[0] for key in look_up(normal, lang, _more())}
    concept = concept_of(normal, lang)
    return frozenset(found | {concept} if concept else found)


@lru_cache(maxsize=1)
def _more() -> dict[str, Table]:
    return read_table("near_words.tsv", 1, (*LANGUAGES, "tk"))


def _languages(normal: str) -> tuple[tuple[str, ...], ...]:
    """Name the languages a word can be of, likely ones first."""
    if not is_cyrillic(normal):
        return ("en",), ("uz", "tk")
    others = ("kk", "ky", "tg", "uz-Cyrl")
    return (("ru",), others) if is_known(normal) else (others, ("ru",))


@lru_cache(maxsize=1024)
def _wanted(normal: str) -> frozenset[tuple[str, str]]:
    """Give the roots of a word with the other part of speech: to a verb nouns, and back."""
    other = {"verb": "noun", "noun": "verb", "en": "en"}
    return frozenset((root, other[part]) for root, part in roots(normal))


@lru_cache(maxsize=16384)
def roots(normal: str) -> frozenset[tuple[str, str]]:
    """Give the roots that a word can be of, each with "verb", "noun", or "en" for English."""
    if not is_cyrillic(normal):
        return frozenset((root, "en") for root in _english(normal))
    if not is_known(normal):
        return frozenset()
    return frozenset(found for lemma in lemmas(normal) for found in _russian(lemma))


def _russian(lemma: str) -> Iterator[tuple[str, str]]:
    bare = lemma.removesuffix("ся") if lemma.endswith("ться") else lemma
    verb = bare.endswith(("ть", "ти"))
    for ending in _VERB_ENDINGS if verb else _NOUN_ENDINGS:
        root = bare.removesuffix(ending)
        if bare.endswith(ending) and _is_root(root):
            hard = _hardened(root)
            part = "verb" if verb else "noun"
            yield hard, part
            for prefix in _ASPECT:
                rest = hard.removeprefix(prefix)
                if rest != hard and _is_root(rest):
                    yield rest, part
            return


def _is_root(root: str) -> bool:
    return len(root) >= _LEAST_ROOT or root in _SHORT_ROOTS


def _hardened(root: str) -> str:
    for soft, hard in _SOFTENED:
        if root.endswith(soft):
            return root.removesuffix(soft) + hard
    return root


def _english(normal: str) -> Iterator[str]:
    if not normal.isascii():
        return
    word = english_form(normal)
    for ending in _ENGLISH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_ROOT:
            yield word.removesuffix(ending)
            return
    if len(word) >= _LEAST_ROOT:
        yield word


def _is_kin(token: Token, kin: Kin, lang: str) -> bool:
    if kin.concepts and not kin.concepts.isdisjoint(_notions(token.normal, lang)):
        return True
    return _is_related(token, kin, lang)


def _is_related(token: Token, kin: Kin, lang: str) -> bool:
    # «баста» is Tajik for "closed", and Russian for another word.
    if not kin.roots or lang not in _ROOTED:
        return False
    return not kin.roots.isdisjoint(roots(token.normal))


def _keys(kin: Kin) -> Iterator[str]:
    """Give keys of which an item with a near word has one: beginnings, and words as written."""
    for root, part in kin.roots:
        # What softens or falls away stands at the root's end.
        starts = (root,) if part == "en" else (root, *(prefix + root for prefix in _ASPECT))
        for start in starts:
            yield f'"p:{start[: max(_LEAST_ROOT, len(start) - 1)][: PREFIXES[-1]]}"'
    for concept in kin.concepts:
        yield from _keys_of(concept)


@lru_cache(maxsize=256)
def _keys_of(concept: str) -> tuple[str, ...]:
    found: set[str] = set()
    for beginnings, wholes in (*tables().values(), *_more().values()):
        found.update(
            f'"p:{start[: PREFIXES[-1]]}"'
            for start, keys in beginnings.items()
            if (concept,) == keys[0] and len(start) >= PREFIXES[0] and " " not in start
        )
        found.update(f'"s:{word}"' for word, keys in wholes.items() if (concept,) == keys[0])
    return tuple(sorted(found))
