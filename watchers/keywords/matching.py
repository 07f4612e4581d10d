"""Match a query with an analysed item, and say which word was met by which."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, assert_never

from watchers.keywords.facts import Facts
from watchers.keywords.filters import holds
from watchers.keywords.parsing import parse_cached
from watchers.keywords.query import All, Exact, Filter, No, Node, Prefix, Query, Some, Term
from watchers.text.words import Analysis, Token, analyse, of_title

NO_FACTS = Facts()


class MatchedTerm(NamedTuple):
    """A term of the query and the words of the text that met it; a tuple, as each hit makes some.

    ``start`` and ``end`` are offsets into ``Analysis.text``; ``surface`` is that piece of it.
    """

    term: str
    surface: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Why an item matched: every place where a term of the query was met, in text order.

    A query of filters and negations alone hits without any. ``in_headline`` tells whether the
    headline alone meets the whole query.
    """

    met: tuple[MatchedTerm, ...]
    in_headline: bool = True

    @property
    def reason(self) -> str:
        """Say it in short: ``Tokayev ≈ Тоқаевтың``, the first meeting of each term."""
        first = {one.term: one for one in reversed(self.met)}
        told = [
            one.term
            if one.term.casefold() == one.surface.casefold()
            else f"{one.term} ≈ {one.surface}"
            for one in sorted(first.values(), key=lambda one: one.start)
        ]
        return ", ".join(told)


def match(query: Query, analysis: Analysis, facts: Facts = NO_FACTS) -> Hit | None:
    """Give the hit, or None when the query does not hold. Linear in text and query."""
    if not fires(query.root, analysis, facts):
        return None
    in_headline = fires(query.root, of_title(analysis), facts)
    return explain(query, analysis, in_headline=in_headline)


Where = dict[str, list[tuple[int, int]]]
"""For each key of a text the spans of it that gave the key."""


def meetings(
    query: Query, analysis: Analysis, where: Where | None = None
) -> tuple[MatchedTerm, ...]:
    """Return every place where a term of the query stands, whether or not the query holds.

    ``where`` is as of ``explain``.
    """
    return explain(query, analysis, where).met


def explain(
    query: Query, analysis: Analysis, where: Where | None = None, *, in_headline: bool = True
) -> Hit:
    """Make the hit: which terms of the query stand where in the text; the query is not decided.

    ``where`` is what ``places`` gives for the analysis, for callers with many queries.
    """
    where = places(analysis) if where is None else where
    met = {
        MatchedTerm(term.label, analysis.text[start:end], start, end)
        for term in query.terms()
        for start, end in _meetings(term, analysis, where)
    }
    return Hit(tuple(sorted(met, key=lambda one: (one.start, one.end, one.term))), in_headline)


def places(analysis: Analysis) -> Where:
    """Return for each search key where in the text it stands."""
    where: Where = {}
    for token in _words(analysis):
        span = (token.start, token.end)
        for key in token.word.keys:
            where.setdefault(key, []).append(span)
    for mention in analysis.entities:
        span = _span(mention.start, mention.end, analysis)
        where.setdefault("e:" + mention.id, []).append(span)
        if mention.full:
            where.setdefault("ef:" + mention.id, []).append(span)
    return where


def fires(node: Node, analysis: Analysis, facts: Facts = NO_FACTS) -> bool:  # noqa: C901, PLR0911 - a line a node
    """Tell whether an item satisfies a query node."""
    # Plain tests, commonest first: this runs for every candidate of every item.
    if isinstance(node, Term):
        if not node.keys.isdisjoint(analysis.keys):
            return True
        return bool(node.words) and next(_phrases(node, analysis), None) is not None
    if isinstance(node, All):
        for child in node.children:
            if isinstance(child, Term) and not child.words:  # most are: without a call
                if child.keys.isdisjoint(analysis.keys):
                    return False
            elif not fires(child, analysis, facts):
                return False
        return True
    if isinstance(node, Some):
        return any(fires(child, analysis, facts) for child in node.children)
    if isinstance(node, No):
        return not fires(node.child, analysis, facts)
    if isinstance(node, Filter):
        return holds(node, facts, analysis.keys)
    if isinstance(node, (Exact, Prefix)):
        return next(_surfaces(node, analysis), None) is not None
    assert_never(node)


_ABOUT_OUTLETS = ("source", "by")
ABOUT_TEXT = ("about", "country")
"""Filters that look at a text's names, not at facts alone."""


def ruled_out(query: Query, facts: Facts) -> bool:
    """Tell whether an item's facts alone forbid a match, whatever its words are.

    Facts that are not told (no time, no language) forbid nothing.
    """
    return _forbidden(query.root, facts)


def _forbidden(node: Node, facts: Facts) -> bool:
    match node:
        case Filter():
            told = node.name not in ABOUT_TEXT and (node.name != "lang" or facts.lang)
            return bool(told) and not holds(node, facts, frozenset())
        case All(children):
            return any(_forbidden(child, facts) for child in children)
        case Some(children):
            return all(_forbidden(child, facts) for child in children)
        case No(Filter() as child):
            return child.name in _ABOUT_OUTLETS and holds(child, facts, frozenset())
        case _:
            return False


def rules_out(query: Query) -> bool:
    """Tell whether a query says of anything that it must not stand there."""
    return _rules_out(query.root)


def _rules_out(node: Node) -> bool:
    match node:
        case All(children) | Some(children):
            return any(map(_rules_out, children))
        case _:
            return isinstance(node, No)


def reads_text(query: Query) -> bool:
    """Tell whether a query looks at a text at all: for words, or for the countries it names."""
    return _reads(query.root)


def _reads(node: Node) -> bool:
    match node:
        case Filter():
            return node.name in ABOUT_TEXT
        case All(children) | Some(children):
            return any(map(_reads, children))
        case No(child):
            return _reads(child)
        case _:
            return True


def asks_for_outlets(query: Query) -> bool:
    """Tell whether a query has ``source:`` or ``by:`` filters that can rule items out."""
    return _asks(query.root)


def _asks(node: Node) -> bool:
    match node:
        case Filter():
            return node.name in _ABOUT_OUTLETS
        case All(children) | Some(children):
            return any(map(_asks, children))
        case No(child):
            return _asks(child)
        case _:
            return False


def _words(analysis: Analysis) -> Iterator[Token]:
    yield from analysis.tokens
    yield from analysis.compounds


def _surfaces(node: Exact | Prefix, analysis: Analysis) -> Iterator[Token]:
    for token in _words(analysis):
        if token.normal == node.normal or (
            isinstance(node, Prefix) and token.normal.startswith(node.normal)
        ):
            yield token


def _phrases(term: Term, analysis: Analysis) -> Iterator[tuple[int, int]]:
    """Give the rows of words ``(first, after last)`` where a phrase stands."""
    if any(words.isdisjoint(analysis.keys) for words in term.words):
        return
    steps = _steps(term, analysis)
    for start in range(len(analysis.tokens)):
        ends = {start}
        for index in range(len(term.words)):
            ends = {after for end in ends for after in steps.get((end, index), ())}
            if not ends:
                break
        if ends:
            yield start, max(ends)


def _steps(term: Term, analysis: Analysis) -> dict[tuple[int, int], set[int]]:
    """Tell for each place and each word of a phrase where the text goes on after meeting it."""
    steps: dict[tuple[int, int], set[int]] = {}
    for index, keys in enumerate(term.words):
        for token in _words(analysis):
            if not keys.isdisjoint(token.keys) and (token.joined or not (term.glued and index)):
                steps.setdefault((token.position, index), set()).add(token.position + token.width)
        for mention in analysis.entities:
            if "e:" + mention.id in keys:
                steps.setdefault((mention.start, index), set()).add(mention.end)
    return steps


def _meetings(
    term: Term | Exact | Prefix, analysis: Analysis, where: Where
) -> Iterator[tuple[int, int]]:
    if not isinstance(term, Term):
        for token in _surfaces(term, analysis):
            yield token.start, token.end
        return
    for key in term.keys & where.keys():
        yield from where[key]
    for start, end in _phrases(term, analysis) if term.words else ():
        yield _span(start, end, analysis)


def _span(start: int, end: int, analysis: Analysis) -> tuple[int, int]:
    return analysis.tokens[start].start, analysis.tokens[end - 1].end


def match_text(query: str, text: str, lang: str | None = None) -> bool:
    """Tell whether a query meets a text; raises NewsError for a bad query."""
    return match(parse_cached(query), _analysed(text, lang)) is not None


@lru_cache(maxsize=256)
def _analysed(text: str, lang: str | None) -> Analysis:
    return analyse(text, lang=lang)
