"""Filing: under which keys of the full-text index an item stands. Pure.

Beside the keys of its whole text an item has those of its topics and of its headline (``h:``),
the notions and roots that its headline's words are near to, and whether it is a rubric: whatever
decides which of a million items stand first is asked of the index, so that ranking reads no text.
"""

from functools import lru_cache

from watchers import near, rubrics
from watchers.keywords import Facts, topics_of
from watchers.keywords.searching import CUT, IN_HEADLINE, MACHINE, OWN, PREFIXES
from watchers.text.grammar import GRAMMARS
from watchers.text.words import Analysis, of_title

RUBRIC = "f:rubric"
"""The key of items that name themselves a rubric."""

REACHED = "refiled_to_verbs"
"""Under this name is kept which item ``refiling`` reached, from the newest down; 0: all.

A new kind of keys gets a new name, so that archives begin once more at their newest item; so do
new words of topics, if older items are to be found by them.
"""

_LATER = ("d:", "l:", "g:")
"""Kinds of keys that items which came before late November 2026 were not filed under."""

_OF_FORMS = ("s:", "xc:", "xl:", "xn:")
"""Kinds of keys of which texts in all languages but Russian got more then: what endings hide."""


def item_words(analysis: Analysis, facts: Facts) -> str:
    """Give what ``storage.search.index`` files an item under, space-separated."""
    keys = {*analysis.keys, f"f:lang:{facts.lang or analysis.lang}".casefold()}
    if facts.country:
        keys.add(f"f:country:{facts.country.casefold()}")
    keys |= topics_of(analysis) | _of_headline(analysis)
    normals = {token.word.normal for token in (*analysis.tokens, *analysis.compounds)}
    return " ".join(sorted(keys.union(*map(_prefixes, normals))))


def later_words(analysis: Analysis) -> str:
    """Give those of an item's keys that older archives may lack."""
    kinds = (*_LATER, *_OF_FORMS) if analysis.lang in ("en", *GRAMMARS) else _LATER
    terms = {"e:" + mention.id for mention in analysis.entities if mention.kind == "other"}
    told = (key for key in analysis.keys if key.startswith(kinds))
    return " ".join(sorted(terms.union(told, topics_of(analysis), _of_headline(analysis))))


def machine_words(analysis: Analysis) -> str:
    """Give what an item is filed under, beside its own keys, for a machine's translation of it."""
    normals = {token.word.normal for token in (*analysis.tokens, *analysis.compounds)}
    keys = analysis.keys.union(topics_of(analysis), *map(_prefixes, normals))
    pieces = (piece for key in keys if not key.startswith(OWN) for piece in CUT.split(key))
    return " ".join(sorted({f"{MACHINE}{piece}" for piece in pieces if piece}))


def _of_headline(analysis: Analysis) -> set[str]:
    if not analysis.title_words:
        return set()
    title = of_title(analysis)
    told = (*title.keys, *topics_of(title))
    keys = {IN_HEADLINE + key for key in told} | near.keys_of(title)
    return keys | {RUBRIC} if rubrics.names_itself(title) else keys


@lru_cache(maxsize=1024)
def _prefixes(normal: str) -> tuple[str, ...]:
    # A figure may hold a space, where the index would cut it; nobody can type one in ``1*``.
    normal = normal.split(maxsplit=1)[0]
    return tuple("p:" + normal[:size] for size in PREFIXES if size <= len(normal))
