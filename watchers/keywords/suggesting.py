"""«Did you mean»: names and words of the news, a letter or two away from what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from watchers.keywords.parsing import parse
from watchers.keywords.query import Query, Term
from watchers.text.names import Gazetteer, gazetteer
from watchers.text.normal import clean, tokenize
from watchers.text.russian import is_known
from watchers.text.skeleton import is_cyrillic

_MIN_LETTERS = 5
_MIN_WORD = 4
"""Of an ordinary word: «урен» is «уран», but of three letters anything is near."""

_LONG = 8
_NO_WORDS: Mapping[str, int] = {}
_COMPARED = 8
_REGION = frozenset({"kz", "kg", "uz", "tj", "tm", "ru"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word as typed, a name it may have meant, and the whole query with it in place."""

    typed: str
    meant: str
    query: str


@dataclass(frozen=True, slots=True)
class _Name:
    """How a name is written, and whether it is one of the region itself."""

    written: str
    ours: bool


def suggest(
    query: Query, names: Gazetteer | None = None, told_words: Mapping[str, int] = _NO_WORDS
) -> tuple[Suggestion, ...]:
    """Give what misspelt words may have meant, at most one a word; dictionary words are left.

    ``told_words`` counts the words of the archive's headlines, in normal form. Where several words
    are misspelt, the first suggestion puts all of them right.
    """
    known = _spellings(names or gazetteer())
    found: list[Suggestion] = []
    together = query.text
    for term in query.terms():
        if not isinstance(term, Term) or any(key[0] == "e" for key in term.keys):
            continue  # a name that is known is none that was misspelt
        meant = (None if term.words else _nearest(term, known)) or _word(term, told_words)
        if meant and not _meets(term, meant, names):
            found.append(Suggestion(term.label, meant, query.text.replace(term.label, meant, 1)))
            together = together.replace(term.label, meant, 1)
    if len(found) > 1:
        found.insert(0, Suggestion(query.text, together, together))
    return tuple(found)


def _meets(term: Term, meant: str, names: Gazetteer | None) -> bool:
    """Tell whether a word is a form of the one that was asked: it was looked for already."""
    forms = {key for key in term.keys if key[:2] in ("k:", "s:")}
    return any(
        isinstance(other, Term) and not forms.isdisjoint(other.keys)
        for other in parse(meant, names).terms()
    )


def _far(normal: str) -> int:
    """Return how many letters may be wrong in a word."""
    return 1 if len(normal) < _LONG else 2


def _typed(term: Term) -> str:
    """Return a term of one word as it is compared, "" for any other."""
    cuts = tokenize(clean(term.label))
    return cuts[0].normal if len(cuts) == 1 and not cuts[0].number else ""


def _word(term: Term, told_words: Mapping[str, int]) -> str | None:
    """Find the word of the archive nearest to a misspelt one; of several the most told.

    People seldom miss the first letter; words that begin otherwise are other words.
    """
    normal = _typed(term)
    if (
        len(normal) < _MIN_WORD
        or normal in told_words
        or (is_cyrillic(normal) and is_known(normal))
    ):
        return None
    begin_alike = [word for word in told_words if word[0] == normal[0]]
    near = process.extract(
        normal, begin_alike, scorer=OSA.distance, score_cutoff=_far(normal), limit=_COMPARED
    )
    return (
        min(near, key=lambda found: (found[1], -told_words[found[0]], found[0]))[0]
        if near
        else None
    )


def _nearest(term: Term, known: dict[str, _Name]) -> str | None:
    normal = _typed(term)
    if len(normal) < _MIN_LETTERS or (is_cyrillic(normal) and is_known(normal)):
        return None
    near = process.extract(
        normal, known.keys(), scorer=OSA.distance, score_cutoff=_far(normal), limit=_COMPARED
    )
    if not near or near[0][1] == 0:
        return None
    # Of equally near names one of the region is likelier, then one that begins alike.
    closest = [word for word, distance, _ in near if distance == near[0][1]]

    def likeness(word: str) -> tuple[bool, bool, float]:
        return (
            known[word].ours,
            word[0] == normal[0],
            JaroWinkler.similarity(normal, word),
        )

    best = max(sorted(closest), key=likeness)
    return known[best].written


@lru_cache(maxsize=2)
def _spellings(names: Gazetteer) -> dict[str, _Name]:
    """Give the one-word names in normal form; made once for the names as they are taught now."""
    return {
        word: _Name(word[0].upper() + word[1:], names.entities[alias.entity].country in _REGION)
        for aliases in names.singles.values()
        for alias in aliases
        if alias.entity and not alias.upper and len(word := alias.words[0]) >= _MIN_LETTERS
    }
