"""«Did you mean»: names of the gazetteer that are a letter or two away from what was typed."""

from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from watchers.keywords.query import Query, Term
from watchers.text.names import Gazetteer, gazetteer
from watchers.text.normal import clean, tokenize
from watchers.text.russian import is_known
from watchers.text.skeleton import is_cyrillic

_MIN_LETTERS = 5
_LONG = 8
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


def suggest(query: Query, names: Gazetteer | None = None) -> tuple[Suggestion, ...]:
    """Give what misspelt names may have meant, at most one a word; dictionary words are left."""
    known = _spellings(names or gazetteer())
    found = []
    for term in query.terms():
        meant = _nearest(term, known) if isinstance(term, Term) and not term.words else None
        if meant:
            found.append(Suggestion(term.label, meant, query.text.replace(term.label, meant, 1)))
    return tuple(found)


def _nearest(term: Term, known: dict[str, _Name]) -> str | None:
    cuts = tokenize(clean(term.label))
    if len(cuts) != 1 or any(key[0] == "e" for key in term.keys):
        return None
    normal = cuts[0].normal
    if len(normal) < _MIN_LETTERS or (is_cyrillic(normal) and is_known(normal)):
        return None
    far = 1 if len(normal) < _LONG else 2
    near = process.extract(
        normal, known.keys(), scorer=OSA.distance, score_cutoff=far, limit=_COMPARED
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


def _spellings(names: Gazetteer) -> dict[str, _Name]:
    """Give the one-word names in normal form."""
    return {
        word: _Name(word[0].upper() + word[1:], names.entities[alias.entity].country in _REGION)
        for aliases in names.singles.values()
        for alias in aliases
        if alias.entity and not alias.upper and len(word := alias.words[0]) >= _MIN_LETTERS
    }
