"""A query as people read it: a topic or a country by its name, anything else as it was typed."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise

from bot.conversation import Html
from bot.render.markup import bold, tidy, translate_html
from bot.texts import has, translate, words
from watchers.keywords import Query, languages, parse_cached
from watchers.text.language import identify

_NAMED = re.compile(r"(topic|about):(\S+)")


def query_title(query: str, language: str, most: int = 200) -> str:
    """Return a query's title, at most so many UTF-16 units: Energy for ``topic:energy``.

    Only what is nothing but a topic or ``about:`` a country has a name of its own.
    """
    found = _NAMED.fullmatch(query)
    if found is not None and found[1] == "about":
        return words.country(found[2], language)
    if found is not None and has(f"topic_name.{found[2]}"):
        return translate(language, f"topic_name.{found[2]}")
    return tidy(query, most)


def languages_asked(queries: Iterable[str]) -> frozenset[str]:
    """Return the languages that queries ask for (``lang:kk``); none where any will do."""
    found: frozenset[str] = frozenset()
    for query in queries:
        if "lang:" in query:
            with suppress(Exception):  # written by an older program: it asks for nothing
                found |= languages(parse_cached(query))
    return found


MOST_UNDERSTOOD = 12
"""Pieces of a query up to which it is told how it was understood: more are no help."""


def understood(query: Query, language: str) -> Html:
    """Say in one line what a query of several parts asks for, "and" and "or" as its words say."""
    pieces = query.understood
    if not len(pieces) + query.reworded > 1 or len(pieces) > 2 * MOST_UNDERSTOOD:
        return Html()
    spoken = _spoken(pieces, language)
    told = [
        Html(piece)
        if piece in "()"
        else Html(translate(spoken, f"query.{piece.lower()}"))
        if piece in _JOINS
        else bold(query_title(piece, language, 60))
        for piece in _negations(pieces)
    ]
    line = " ".join(told).replace("( ", "(").replace(" )", ")")
    return translate_html(language, "query.understood", asked=Html(line))


_JOINS = ("AND", "OR", "NOT", "BUT_NOT")


def _negations(pieces: Iterable[str]) -> Iterator[str]:
    """Give the pieces of a query, with "but not" for "and not"."""
    before = ""
    for piece, after in pairwise((*pieces, "")):
        if piece == "AND" and after == "NOT":
            yield "BUT_NOT"
        elif not (before == "AND" and piece == "NOT"):
            yield piece
        before = piece


def _spoken(pieces: Iterable[str], language: str) -> str:
    """Choose the language of the small words: the reader's, if it has the words' letters."""
    said = "".join(piece for piece in pieces if piece not in _JOINS)
    if re.search("[\u0400-\u04ff]", said):
        return "ru" if language in _LATIN else language
    return "en" if identify(said) == "en" else language


_LATIN = ("en", "uz")
"""Languages of the catalogue that are written in Latin letters."""


def literally(query: Query, language: str) -> Html:
    """Say that a query has nothing but small words somewhere, which must stand in the news."""
    return translate_html(language, "query.literal") if query.literal else Html()
