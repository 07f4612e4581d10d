"""A query as people read it: a topic or a country by its name, anything else as it was typed."""

import re

from bot.render.markup import tidy
from bot.texts import has, translate, words

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
