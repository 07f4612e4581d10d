"""Near words: what a headline may say instead of the word that was typed. Pure.

Three kinds of kin: words of one notion, by the table of concepts, in every language of it
(забастовка, strike, ереуіл); in Russian and English, verb and noun of one root (забастовка,
бастуют); and, beside other words, what belongs to a country for its name (мигранты Таджикистан:
"migrants" in Dushanbe). Kin are a weaker key than the word: only headlines are looked at, and what
they find is shown below what was asked for, and marked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from watchers.headlines.concepts import LANGUAGES, Table, concept_of, look_up, read_table
from watchers.keywords import Query, fts, unwanted
from watchers.keywords.matching import fires
from watchers.keywords.query import All, Exact, Filter, No, Node, Prefix, Term
from watchers.keywords.searching import IN_HEADLINE, is_lone
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

_CODE_KEY: Final = len("e:kz")

_NO_KIN: Final = frozenset(
    "government region city town district village people year month day percentage million"
    " billion thousand say man woman number half week today new country".split()
)
"""Concepts of words that may stand in any headline."""


@dataclass(frozen=True, slots=True)
class Kin:
    """What is near to one word: notions, and roots by whether a verb or a noun is looked for.

    To a country's name, by its code, whatever the gazetteer has of it: towns, people, companies.
    """

    concepts: frozenset[str] = frozenset()
    roots: frozenset[tuple[str, str]] = frozenset()
    countries: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anything is near to the word."""
        return bool(self.concepts or self.roots or self.countries)


class Met(NamedTuple):
    """How a headline meets a widened query.

    ``words`` of it stand for words that were typed; ``share`` of these (together 1) it has, near
    ones counting less; ``missing`` are those that it has in no way.
    """

    words: tuple[str, ...]
    share: float
    missing: tuple[str, ...] = ()


_RELATED: Final = 0.8
_OF_A_NOTION: Final = 0.6
"""What a near word counts of the word itself: one of the same root, one of the same notion."""


@dataclass(frozen=True, slots=True)
class Widened:
    """A query whose words may be met by their kin; ``kin`` has those of each child."""

    children: tuple[Node, ...]
    kin: tuple[Kin, ...]
    unwanted: str | None = None

    def fts(self) -> str | None:
        """Give the MATCH expression for items with a near word in the headline.

        Words that have none may stand anywhere in the text. None where no word has kin.
        """
        if not any(self.kin):
            return None
        return self._wanted(
            _either(fts(Query("", child)), kin)
            for child, kin in zip(self.children, self.kin, strict=True)
        )

    def most_fts(self) -> str | None:
        """Give the MATCH expression for headlines that lack one word; None where none may lack.

        A name is not left out, and what stays is a name or more than one word.
        """
        asked = [
            _either(fts(Query("", child), headline=True), kin)
            for child, kin in zip(self.children, self.kin, strict=True)
        ]
        words = [at for at, child in enumerate(self.children) if isinstance(child, Term)]
        named = [at for at in words if _is_name(self.children[at])]
        if len(words) < len(self.children) or len(words) + bool(named) <= 2:  # noqa: PLR2004
            return None
        lacking = [
            self._wanted(one for at, one in enumerate(asked) if at != left_out)
            for left_out in words
            if left_out not in named
        ]
        return " OR ".join(f"({one})" for one in lacking if one) or None

    def _wanted(self, parts: Iterable[str | None]) -> str | None:
        told = " AND ".join(part for part in parts if part)
        return f"({told}) NOT {self.unwanted}" if told and self.unwanted else told or None

    def met_by(self, title: Analysis) -> Met:
        """Look which words of the query a headline has, and by which of its own others stand."""
        found: list[str] = []
        missing: list[str] = []
        share = 0.0
        plain = _plain(title)
        for child, kin in zip(self.children, self.kin, strict=True):
            if isinstance(child, (Filter, No)) or fires(child, title):
                share += 1.0
                continue
            word = next((one for one in plain if _is_kin(one, kin, title.lang)), None)
            word = word or _of_a_country(title, kin)
            if word is None:
                missing.append(getattr(child, "label", ""))
                continue
            found.append(word.surface)
            share += _RELATED if _is_related(word, kin, title.lang) else _OF_A_NOTION
        return Met(tuple(found), share / len(self.children), tuple(filter(None, missing)))


def widened(query: Query) -> Widened | None:
    """Widen a query by the kin of its words; None where it asks for none but exact ones.

    Only plain words have kin: no figures, phrases, ``=word`` or alternatives, and of names those
    of countries where there is more than them.
    """
    children = query.root.children if isinstance(query.root, All) else (query.root,)
    if any(
        isinstance(child, (Exact, Prefix)) or (isinstance(child, No) and not is_lone(child.child))
        for child in children
    ):
        return None
    kin = tuple(kin_of(child) if isinstance(child, Term) else Kin() for child in children)
    if sum(isinstance(child, Term) for child in children) > 1:
        kin = tuple(map(_with_country, children, kin))
    return Widened(children, kin, unwanted(query))


def _either(direct: str | None, kin: Kin) -> str | None:
    keys = [f'"{key}"' for key in sorted(_keys(kin))]
    return "(" + " OR ".join([direct, *keys]) + ")" if direct and keys else direct


def _is_name(node: Node) -> bool:
    return isinstance(node, Term) and any(key.startswith("e:") for key in node.keys)


def _plain(title: Analysis) -> list[Token]:
    """Give the words that are no names: Gaza is no gas."""
    named = {at for name in title.entities for at in range(name.start, name.end)}
    return [one for at, one in enumerate(title.tokens) if at not in named]


def kin_of(term: Term) -> Kin:
    """Find what is near to a word, in the languages that it can be of."""
    cuts = tokenize(clean(term.label))
    if term.words or len(cuts) != 1 or any(key[:2] in ("e:", "n:") for key in term.keys):
        return Kin()
    normal = cuts[0].normal
    return Kin(_concepts(normal), _wanted(normal))


def _with_country(node: Node, kin: Kin) -> Kin:
    """Add what belongs to the country that a word names; the id of one is its code."""
    keys = node.keys if isinstance(node, Term) else frozenset[str]()
    codes = frozenset(key[2:] for key in keys if key.startswith("e:") and len(key) == _CODE_KEY)
    return replace(kin, countries=codes) if codes else kin


def _of_a_country(title: Analysis, kin: Kin) -> Token | None:
    return next(
        (title.tokens[name.start] for name in title.entities if name.country in kin.countries),
        None,
    )


@lru_cache(maxsize=1024)
def _concepts(normal: str) -> frozenset[str]:
    for group in _languages(normal):
        if found := frozenset[str]().union(*(_notions(normal, lang) for lang in group)):
            return found - _NO_KIN
    return frozenset()


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=4096)
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
    """Give the keys of which a headline with a near word has one."""
    for root, part in kin.roots:
        yield f"hr:{part}:{root}"
    for concept in kin.concepts:
        yield f"hc:{concept}"
    for code in kin.countries:
        yield f"{IN_HEADLINE}c:{code}"


def keys_of(title: Analysis) -> set[str]:
    """Give the keys under which a headline is filed for the words that it is near to."""
    words = {token.normal for token in _plain(title)}
    notions = frozenset[str]().union(*(_notions(normal, title.lang) for normal in words))
    keys = {f"hc:{notion}" for notion in notions - _NO_KIN}
    if title.lang in _ROOTED:
        keys.update(f"hr:{part}:{root}" for word in words for root, part in roots(word))
    return keys
