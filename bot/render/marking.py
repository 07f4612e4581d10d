"""Matched words shown: in bold, and with the sentence of the text in which they stand. Pure."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from bot.conversation import Html
from bot.render.markup import bold, escape, tidy
from storage.model import Item
from watchers.keywords import MatchedTerm, Query, languages, meetings, parse_cached
from watchers.keywords.matching import Where
from watchers.keywords.reading import analysed, places_in
from watchers.text.names import Gazetteer
from watchers.text.words import Analysis, Token

SENTENCE_UNITS = 160
"""How much of a text is shown around a word."""

_BEFORE = SENTENCE_UNITS // 3

Span: TypeAlias = tuple[int, int]
Read: TypeAlias = Callable[[Item], Analysis]


def unread(_item: Item) -> Analysis:
    """Give no words of an item: where there is no query, nothing need be read."""
    return Analysis("", "", (), (), 0, (), (), frozenset())


def nowhere(_item: Item) -> Where:
    """Give no place of a key."""
    return {}


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks the words of shown items that some queries match.

    ``read`` analyses an item, ``where`` says where in it its search keys stand.
    """

    queries: tuple[Query, ...] = ()
    read: Read = unread
    where: Callable[[Item], Where] = nowhere

    @classmethod
    def of(cls, texts: Iterable[str], names: Gazetteer | None = None) -> "Marker":
        """Mark what these queries meet, by these names; one that cannot be read marks nothing."""
        queries: list[Query] = []
        for text in texts:
            with suppress(Exception):
                queries.append(parse_cached(text, names))
        return cls(
            tuple(queries),
            lambda item: analysed(item, names),
            lambda item: places_in(item, names),
        )

    @property
    def languages(self) -> frozenset[str]:
        """The languages that the queries ask for; none where any will do."""
        return frozenset().union(*map(languages, self.queries))

    def meets(self, item: Item) -> tuple[Span, ...]:
        """Return where the queries' words are in ``Analysis.text``: in order, without overlap."""
        found = sorted(
            (hit.start, hit.end) for query in self.queries for hit in self._meant(query, item)
        )
        return tuple(_apart(found))

    def words(self, item: Item) -> dict[str, str]:
        """Return for each of the queries' terms the first word of an item that matches it."""
        first: dict[str, str] = {}
        for query in self.queries:
            for hit in self._meant(query, item):
                first.setdefault(hit.term, hit.surface)
        return first

    def _meant(self, query: Query, item: Item) -> tuple[MatchedTerm, ...]:
        """Return where a query's words stand; one that raises marks nothing."""
        try:
            return meetings(query, self.read(item), self.where(item))
        except Exception:  # noqa: BLE001 (the ingester notes it, and the text is shown)
            return ()

    def in_title(self, item: Item) -> bool:
        """Tell whether a headline has any of the words."""
        size = _title_size(self.read(item))
        return any(end <= size for _, end in self.meets(item))

    def title(self, item: Item, shown: str) -> Html:
        """Write a headline as it is shown, with the words that met in bold."""
        analysis = self.read(item)
        return marked(shown, analysis.tokens[: analysis.title_words], self.meets(item))

    def lead(self, item: Item, shown: str) -> Html:
        """Write the beginning of a text as it is shown, with the words that met in bold."""
        analysis = self.read(item)
        return marked(shown, analysis.tokens[analysis.title_words :], self.meets(item))

    def sentence(self, item: Item) -> Html:
        """Write the sentence of a text around the first word that met; "" where none is there."""
        analysis = self.read(item)
        spans = self.meets(item)
        size = _title_size(analysis)
        first = next((span for span in spans if span[0] > size), None)
        if first is None:
            return Html()
        start, end, cut = _around(analysis, first)
        inside = [token for token in analysis.tokens if start <= token.start and token.end <= end]
        text = tidy(analysis.text[start:end], SENTENCE_UNITS + 1)
        return marked(f"{'…' if cut else ''}{text}", inside, spans)


UNMARKED = Marker()
"""For what no query brought."""


def marked(shown: str, tokens: Iterable[Token], spans: Sequence[Span]) -> Html:
    """Set in bold the words of a text that stand within the spans of its analysis.

    ``shown`` may be shorter than what was analysed, or tidied; its words are those of
    ``tokens``, in the same order.
    """
    bolder: list[Span] = []
    begun: Span | None = None
    cursor = 0
    waiting = list(reversed(spans))
    for token in tokens:
        while waiting and waiting[-1][1] <= token.start:
            waiting.pop()
        at = shown.find(token.surface, cursor)
        if at < 0:
            continue
        cursor = at + len(token.surface)
        if not waiting or token.start < waiting[-1][0]:
            continue
        if begun == waiting[-1]:
            bolder[-1] = (bolder[-1][0], cursor)
        else:
            bolder.append((at, cursor))
        begun = waiting[-1]
    parts: list[str] = []
    end = 0
    for start, after in bolder:
        parts += [escape(shown[end:start]), bold(shown[start:after])]
        end = after
    return Html("".join([*parts, escape(shown[end:])]))


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Make one of the spans that overlap: a name is met, and a name within it."""
    apart: list[Span] = []
    for start, end in spans:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _title_size(analysis: Analysis) -> int:
    """Return how many characters of an analysed text are its headline."""
    return len(analysis.text.partition("\n")[0])


def _around(analysis: Analysis, span: Span) -> tuple[int, int, bool]:
    """Return the sentence around a span, cut to a readable length; and if its start is cut."""
    text, tokens = analysis.text, analysis.tokens
    here = next((token for token in tokens if token.start <= span[0] < token.end), None)
    same = [token for token in tokens if here is not None and token.sentence == here.sentence]
    start, end = (same[0].start, same[-1].end) if same else span
    while start and text[start - 1] in "«“„\"'(":
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    if end - start <= SENTENCE_UNITS or span[0] - start <= _BEFORE:
        return start, end, False
    space = text.find(" ", span[0] - _BEFORE, span[0])
    return (space + 1 if space > 0 else span[0]), end, True
