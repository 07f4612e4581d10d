"""Keywords: the query language, matching, the index of all subscriptions; pure."""

from watchers.keywords.facts import Facts, source_names
from watchers.keywords.index import Subscriptions
from watchers.keywords.matching import Hit, Met, match, match_text
from watchers.keywords.parsing import parse
from watchers.keywords.query import Query
from watchers.keywords.searching import fts, is_exact, item_words, window
from watchers.keywords.suggesting import Suggestion, suggest

__all__ = [
    "Facts", "Hit", "Met", "Query", "Subscriptions", "Suggestion", "fts", "is_exact", "item_words", "match", "match_text", "parse",
    "source_names", "suggest", "window",
]  # fmt: skip
