"""Keywords: the query language, matching, the index of all subscriptions; pure."""

from watchers.keywords.facts import Facts, source_names
from watchers.keywords.index import QueryIndex
from watchers.keywords.lexer import alternatives, compared
from watchers.keywords.matching import (
    Hit,
    MatchedTerm,
    asks_for_outlets,
    match,
    match_text,
    meetings,
    reads_text,
    ruled_out,
    rules_out,
)
from watchers.keywords.parsing import country_of, parse, parse_cached
from watchers.keywords.query import Node, Query, languages, spelt_out
from watchers.keywords.searching import (
    asks_for_times_alone,
    fts,
    is_exact,
    is_one_word,
    machine_fts,
    unwanted,
    window,
)
from watchers.keywords.suggesting import Suggestion, suggest
from watchers.keywords.topics import topics_of

__all__ = [
    "Facts", "Hit", "MatchedTerm", "Node", "Query", "QueryIndex", "Suggestion", "alternatives", "asks_for_outlets", "asks_for_times_alone", "compared", "country_of", "fts", "is_exact", "is_one_word", "languages", "machine_fts", "match", "match_text", "meetings", "parse", "parse_cached", "reads_text", "ruled_out", "rules_out",
    "source_names", "spelt_out", "suggest", "topics_of", "unwanted", "window",
]  # fmt: skip
