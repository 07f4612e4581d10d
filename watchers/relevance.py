"""Relevance: which of the stories that a search found stands first. Pure; the weights are here.

A story is as relevant as the best headline of its items that were found: a word of the query in
a headline says what a story is about, in a text it may stand in passing. What comes daily under
one headline tells hardly more than a passing mention.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import log2
from typing import Final, NamedTuple

from storage.model import ItemId, StoryId
from storage.search import FoundItem
from watchers import rubrics
from watchers.keywords.matching import fires
from watchers.keywords.query import All, Filter, No, Node, Query, Some, Term
from watchers.text.normal import fold_case
from watchers.text.words import Analysis

HEADLINE: Final = 20.0
"""For a headline with all words of the query. Above all the rest together, so that what a
headline is about stands before what mentions it."""

PARTLY: Final = 4.0
"""For the share of the query's words that a headline has, the rarer weighing more."""

PHRASE: Final = 4.0
"""For a headline with the words side by side, in the order in which they were typed."""

RUBRIC: Final = -26.0
"""For what comes daily under one headline: with the query in it, it is no more than a mention."""

RUBRIC_ASKED: Final = -16.0
"""The same where the query names it («погода Алматы»): behind headlines, before mentions."""

NEAR: Final = 12.0
"""For a headline all of whose words stand for those that were typed; above any mere mention."""

AGREED: Final = 1.0
"""For the share of a story's found items whose headlines have the query."""

DOUBLED: Final = 1.0
"""For each doubling of the independent publishers, of whom ``MOST_PUBLISHERS`` count."""

MOST_PUBLISHERS: Final = 8

AGED: Final = -0.4
"""For each doubling of a story's age, from one day on."""

RARITY: Final = 50
"""Of so many newest items with a word the span tells how rare it is."""

_DAY = timedelta(days=1)


class Weighed(NamedTuple):
    """A word of the query and what it weighs beside the others: the rarer the more."""

    term: Node
    weight: float


class SeenHeadline(NamedTuple):
    """How a headline meets a query.

    ``whole``: all of it; ``share``: of its words, by their weights; ``phrase``: side by side.
    ``rubric``: it is one. ``near`` is the share of the query's words that it has itself or by
    near words, where it has some by these alone.
    """

    whole: bool
    share: float
    phrase: bool = False
    rubric: bool = False
    near: float = 0.0


class FoundStory(NamedTuple):
    """A story that was found: its score, and its items that met the query, newest first."""

    id: StoryId
    items: tuple[ItemId, ...]
    score: float


def words_of(query: Query) -> tuple[Node, ...]:
    """Give the conditions on words that a query sets one beside the other."""
    children = query.root.children if isinstance(query.root, All) else (query.root,)
    return tuple(child for child in children if not isinstance(child, (Filter, No)))


def weights(words: Sequence[Node], spans: Sequence[int]) -> tuple[Weighed, ...]:
    """Weigh the words of a query, together 1.

    A word's span is over how many items of the archive its newest ``RARITY`` are spread: the
    inverse of its frequency, whose logarithm is what a rare word tells more (idf).
    """
    told = [log2(2.0 + max(span, 0) / RARITY) for span in spans]
    total = sum(told) or 1.0
    return tuple(Weighed(term, one / total) for term, one in zip(words, told, strict=True))


def phrase_of(root: Node) -> Node | None:
    """Make several lone words the phrase that they would be in quotation marks.

    Words that are a name of the gazetteer together («центральный банк») may be met by the name.
    """
    match root:
        case Some((Term() as name, All() as apart)) if (phrase := phrase_of(apart)) is not None:
            return Some((name, phrase))
        case All(children):
            words = [child for child in children if not isinstance(child, (Filter, No))]
            lone = [word for word in words if isinstance(word, Term) and not word.words]
            if len(lone) == len(words) > 1:
                label = " ".join(word.label for word in lone)
                return Term(label, frozenset(), tuple(word.keys for word in lone))
        case _:
            pass
    return None


def headline(
    said: Analysis, words: Sequence[Weighed], phrase: Node | None, *, rubric: bool
) -> SeenHeadline:
    """Look at one headline; ``rubric``: it is known as one, or names itself one.

    ``phrase`` is ``phrase_of`` the query.
    """
    has = [one for one in words if fires(one.term, said)]
    whole = len(has) == len(words)
    return SeenHeadline(
        whole=whole,
        share=sum(one.weight for one in has),
        phrase=whole and phrase is not None and fires(phrase, said),
        rubric=rubric or rubrics.names_itself(said),
    )


def asks_for_rubric(words: Iterable[Node]) -> bool:
    """Tell whether a query names a rubric: the weather, a rate, a digest."""
    return any(rubrics.is_word(fold_case(one.label)) for one in words if isinstance(one, Term))


def rank(
    hits: Sequence[FoundItem],
    headlines: Mapping[ItemId, SeenHeadline],
    publishers: Mapping[StoryId, int],
    now: datetime,
    *,
    rubric: float = RUBRIC,
) -> list[FoundStory]:
    """Order the stories of what was found, the most relevant first.

    ``rubric`` is what it costs to be one: ``RUBRIC`` or ``RUBRIC_ASKED``.

    Without any headline, as for queries that look at no text, the newest come first.
    """
    found: dict[StoryId, list[FoundItem]] = {}
    for hit in hits:
        found.setdefault(hit.story_id, []).append(hit)
    worth = {one: _of_headline(seen, rubric) for one, seen in headlines.items()}
    ranked = []
    for story, told in found.items():
        began = min([hit.seen_at for hit in told]) if len(told) > 1 else told[0].seen_at
        days = max((now - began) / _DAY, 0.0)
        many = min(max(publishers.get(story, 1), 1), MOST_PUBLISHERS)
        score = AGED * log2(1.0 + days) + DOUBLED * log2(many)
        if looked_at := [hit.item_id for hit in told if hit.item_id in worth]:
            score += _of_headlines(looked_at, headlines, worth)
        ranked.append((score, began, story))
    return [
        FoundStory(story, tuple(hit.item_id for hit in found[story]), score)
        for score, _, story in sorted(ranked, reverse=True)
    ]


def _of_headlines(
    looked_at: Sequence[ItemId],
    headlines: Mapping[ItemId, SeenHeadline],
    worth: Mapping[ItemId, float],
) -> float:
    agreed = sum(headlines[one].whole for one in looked_at) / len(looked_at)
    return AGREED * agreed + max(worth[one] for one in looked_at)


def _of_headline(one: SeenHeadline, rubric: float) -> float:
    meant = HEADLINE * one.whole + PHRASE * one.phrase + NEAR * one.near
    return meant + PARTLY * one.share + rubric * one.rubric
