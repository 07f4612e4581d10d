"""Relevance: which of the stories that a search found stands first. Pure; the weights are here.

A story is as relevant as the best headline of its items that were found: a word of the query in
a headline says what a story is about, in a text it may stand in passing. What comes daily under
one headline tells hardly more than a passing mention.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from math import log2
from typing import Final, NamedTuple

from storage.model import Item, ItemId, StoryId
from storage.search import FoundItem
from watchers.headlines.concepts import concept_of
from watchers.headlines.headline import MONTHS
from watchers.headlines.slots import generic_words
from watchers.keywords.matching import fires
from watchers.keywords.query import All, Filter, No, Node, Query, Some, Term
from watchers.text.normal import fold_case
from watchers.text.words import Analysis, Token

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

AGREED: Final = 1.0
"""For the share of a story's found items whose headlines have the query."""

DOUBLED: Final = 1.0
"""For each doubling of the independent publishers, of whom ``MOST_PUBLISHERS`` count."""

MOST_PUBLISHERS: Final = 8

AGED: Final = -0.4
"""For each doubling of a story's age, from one day on."""

DAILY: Final = 3
"""On so many days an outlet's rubric had the same headline, dates and figures aside."""

LEADING: Final = 2
"""Within so many first words a rubric names itself."""

LISTED: Final = 2
"""Commas after a rubric's colon, at least: «Опрос: …» is news, "Briefing: a, b, c" is none."""

_SAID: Final = ("опрос", "poll", "прогноз", "forecast", "цитат", "quote")
"""After these and a colon comes what was said, which is news."""

SHORT: Final = 5
"""Words of a rubric's headline without a date, at most."""

RARITY: Final = 50
"""Of so many newest items with a word the span tells how rare it is."""

_DAY = 86_400.0
_DATED = MONTHS | {"today", "tomorrow"}
_WEEKDAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday day week weekend"
    " понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье завтра"
    " дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі ертең"
    " дүйшөмбү шейшемби шаршемби бейшемби жума ишемби жекшемби эртең"
    " dushanba seshanba chorshanba payshanba juma shanba yakshanba ertaga"
    " душанбе сешанбе чоршанбе панҷшанбе ҷумъа шанбе якшанбе фардо".split()
)


Rubric = tuple[str, tuple[str, ...]]
"""An outlet and the frame of what it tells daily."""


class Weighed(NamedTuple):
    """A word of the query and what it weighs beside the others: the rarer the more."""

    term: Node
    weight: float


class SeenHeadline(NamedTuple):
    """How a headline meets a query.

    ``whole``: all of it; ``share``: of its words, by their weights; ``phrase``: side by side.
    ``frame`` is what is left of it without dates and figures, for an outlet's rubrics to be
    recognised; ``named`` tells that it names itself a rubric.
    """

    outlet: str
    day: date
    frame: tuple[str, ...]
    whole: bool
    share: float
    phrase: bool
    named: bool


@dataclass(frozen=True, slots=True)
class FoundStory:
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


@lru_cache(maxsize=256)
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
    item: Item, said: Analysis, query: Query, words: Sequence[Weighed], *, whole: bool
) -> SeenHeadline:
    """Look at one headline; ``whole`` tells whether it meets the query by itself."""
    phrase = phrase_of(query.root) if whole else None
    share = 1.0 if whole else sum(one.weight for one in words if fires(one.term, said))
    frame = _frame(said) if share else ()
    return SeenHeadline(
        outlet=item.outlet.name,
        day=item.told_at.date(),
        frame=frame,
        whole=whole,
        share=share,
        phrase=phrase is not None and fires(phrase, said),
        named=_names_itself(said, frame),
    )


def _frame(said: Analysis) -> tuple[str, ...]:
    return tuple(
        token.normal for token in said.tokens if not (token.number or _is_date(token, said.lang))
    )


def _is_date(token: Token, lang: str) -> bool:
    return token.normal in _WEEKDAYS or concept_of(token.normal, lang) in _DATED


@lru_cache(maxsize=1)
def _rubric_words() -> tuple[str, ...]:
    return tuple(generic_words("rubric"))


def _names_itself(said: Analysis, frame: Sequence[str]) -> bool:
    """Tell "Weather in Osh", "Digest of 14 November", "Briefing: floods, gas, Tokayev".

    It is named first, and short, or dated, or a list after a colon.
    """
    compounds = (one.normal for one in said.compounds if one.position < LEADING)  # Ob-havo
    if not any(word.startswith(_rubric_words()) for word in (*frame[:LEADING], *compounds)):
        return False
    figures = sum(token.number for token in said.tokens)
    topics = said.text.partition("\n")[0].partition(":")[2]
    is_said = any(word.startswith(_SAID) for word in frame[:1])
    listed = topics.count(",") >= LISTED and not is_said
    return listed or len(said.tokens) <= SHORT or len(frame) + figures < len(said.tokens)


def asks_for_rubric(words: Iterable[Node]) -> bool:
    """Tell whether a query names a rubric: the weather, a rate, a digest."""
    return any(
        fold_case(word.label).startswith(_rubric_words())
        for word in words
        if isinstance(word, Term)
    )


def rubrics(headlines: Iterable[SeenHeadline]) -> frozenset[Rubric]:
    """Recognise the frames under which an outlet told something on several days."""
    days: dict[Rubric, set[date]] = {}
    for one in headlines:
        if one.frame:
            days.setdefault(_key(one), set()).add(one.day)
    return frozenset(frame for frame, told in days.items() if len(told) >= DAILY)


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
    daily = rubrics(headlines.values())
    worth = {
        item_id: _of_headline(one, rubric if one.named or _key(one) in daily else 0.0)
        for item_id, one in headlines.items()
    }
    ranked = [
        (
            _general(told, publishers.get(story, 1), now) + _of_headlines(told, headlines, worth),
            _began(told),
            story,
        )
        for story, told in found.items()
    ]
    return [
        FoundStory(story, tuple(hit.item_id for hit in found[story]), score)
        for score, _, story in sorted(ranked, reverse=True)
    ]


def _general(told: Sequence[FoundItem], publishers: int, now: datetime) -> float:
    """Weigh how old a story is, and how many tell it."""
    age = max((now - _began(told)).total_seconds(), 0.0) / _DAY
    return AGED * log2(1.0 + age) + DOUBLED * log2(min(max(publishers, 1), MOST_PUBLISHERS))


def _of_headlines(
    told: Sequence[FoundItem],
    headlines: Mapping[ItemId, SeenHeadline],
    worth: Mapping[ItemId, float],
) -> float:
    looked_at = [hit.item_id for hit in told if hit.item_id in headlines]
    if not looked_at:
        return 0.0
    agreed = sum(headlines[one].whole for one in looked_at) / len(looked_at)
    return AGREED * agreed + max(worth[one] for one in looked_at)


def _of_headline(one: SeenHeadline, rubric: float) -> float:
    return HEADLINE * one.whole + PARTLY * one.share + PHRASE * one.phrase + rubric


def _key(one: SeenHeadline) -> Rubric:
    return one.outlet, one.frame


def _began(told: Sequence[FoundItem]) -> datetime:
    return min(hit.seen_at for hit in told)
