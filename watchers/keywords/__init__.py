"""Keywords: the query language, matching, the index of all subscriptions; pure."""

from watchers.keywords.facts import Facts, source_names
from watchers.keywords.index import QueryIndex
from watchers.keywords.lexer import SMALL_OPERATORS, spelled_out
from watchers.keywords.matching import (
    Hit,
    MatchedTerm,
    asks_for_outlets,
    match,
    match_text,
    meetings,
    reads_text,
    ruled_out,
)
from watchers.keywords.parsing import parse, parse_cached
from watchers.keywords.query import Query
from watchers.keywords.searching import fts, is_exact, item_words, window
from watchers.keywords.suggesting import Suggestion, suggest

__all__ = [
    "SMALL_OPERATORS", "Facts", "Hit", "MatchedTerm", "Query", "QueryIndex", "Suggestion", "asks_for_outlets", "fts", "is_exact", "item_words", "match", "match_text", "meetings", "parse", "parse_cached", "reads_text", "ruled_out",
    "source_names", "spelled_out", "suggest", "window",
]  # fmt: skip
