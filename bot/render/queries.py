"""A query as people read it: a topic or a country by its name, anything else as it was typed."""

import re

from bot.conversation import Html
from bot.render.markup import bold, tidy, translate_html
from bot.texts import has, translate, words
from watchers.keywords import Query

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


MOST_UNDERSTOOD = 12
"""Pieces of a query up to which it is told how it was understood: more are no help."""


def understood(query: Query, language: str) -> Html:
    """Say in one line what a query of several parts asks for, by the reader's "and" and "or"."""
    pieces = query.understood
    if not len(pieces) + query.reworded > 1 or len(pieces) > 2 * MOST_UNDERSTOOD:
        return Html()
    told = [
        Html(translate(language, f"query.{piece.lower()}"))
        if piece in ("AND", "OR", "NOT")
        else Html(piece)
        if piece in "()"
        else bold(query_title(piece, language, 60))
        for piece in pieces
    ]
    line = " ".join(told).replace("( ", "(").replace(" )", ")")
    return translate_html(language, "query.understood", asked=Html(line))


def literally(query: Query, language: str) -> Html:
    """Say that a query has nothing but small words somewhere, which must stand in the news."""
    return translate_html(language, "query.literal") if query.literal else Html()
