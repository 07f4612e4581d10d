"""Candidates: which stories a search may show, in their order, before any of them is loaded.

The index says which items have a query's words, and which of them in the headline; so a rare
look at old headlines costs nothing, and only those of the best stories are analysed.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from storage import items, meta, outlets, search, translations
from storage.database import Database
from storage.model import FeedId, ItemId, Outlet, StoryId
from storage.search import Bounds, FoundItem, ToldHeadline
from storage.sql import Connection
from watchers import keywords, near, relevance, rubrics
from watchers.filing import REACHED, RUBRIC
from watchers.keywords.reading import headline_analysed
from watchers.relevance import FoundStory, SeenHeadline
from watchers.text.names import Gazetteer

SCAN = 100
"""How many of the newest hits are ranked, beside those in headlines; no reader pages further."""

PROBE = 3_000
"""How many of the newest items are tried where nothing in a query narrows the archive."""

HEADLINES = 60
"""So many of the newest items with the query in the headline stand before mere mentions."""

LONGEST_S = 0.15
"""CPU that a look at headlines takes at most: what ten million items cost whose words are common
and never stand together. What it found are the newest; all else comes as a mention."""

RUBRICS = 20
"""Where a rubric was asked for, so many of the newest with the query in the headline are known."""

CLOSELY = 20
"""Of so many of the best stories the headlines' words are looked at, for phrases and shares."""

OF_A_STORY = 2
"""How many of a story's found headlines are looked at so, at most."""

AT_ONCE = 10
"""Headlines between two looks at the chat: a millisecond or two of work."""

FEW = 5
"""Where the headlines of fewer stories have the query, near words are looked for."""

MOST_NEAR = 20
"""How many stories near words add at most."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Stories in their order.

    ``near`` are those that were found by near words alone, with these; ``without`` those whose
    headlines lack words of the query, with these. ``more``: the archive has further ones, and
    ``translated``: machines' translations, which may say it.
    """

    ranked: Sequence[FoundStory] = ()
    near: Mapping[StoryId, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[StoryId, tuple[str, ...]] = field(default_factory=dict)
    more: bool = False
    translated: bool = False


async def candidates(
    db: Database,
    query: keywords.Query,
    *,
    now: datetime,
    since: datetime | None,
    until: datetime | None,
    names: Gazetteer | None,
    widely: bool,
) -> Candidates:
    """Find stories and order them, the most relevant first (``watchers.relevance``).

    ``widely``: where the headlines of few stories have the words, those with near words are
    looked for as well, and where there are none, those with all words but one.
    """
    asked = relevance.asks_for_rubric(relevance.words_of(query))
    phrase = relevance.phrase_of(query.root)
    search_ = _Search(query, now, names, phrase, rubric_asked=asked)
    looked = await db.read(_looked, search_, since, until)
    looked = replace(looked, seen={**looked.seen, **await _closely(search_, looked)})
    if widely and keywords.reads_text(query):
        found = await _widely(db, search_, looked)
    else:
        found = Candidates(search_.rank(looked))
    return replace(found, more=len(looked.hits) >= SCAN, translated=looked.translated)


@dataclass(frozen=True, slots=True)
class _Search:
    """What is asked, when, by which names; and whether it names a rubric («погода Алматы»).

    ``phrase`` is what it would be in quotation marks.
    """

    query: keywords.Query
    now: datetime
    names: Gazetteer | None
    phrase: keywords.Node | None
    rubric_asked: bool

    @property
    def rubric(self) -> float:
        """What it costs to be a rubric."""
        return relevance.RUBRIC_ASKED if self.rubric_asked else relevance.RUBRIC

    def rank(self, looked: "_Looked") -> list[FoundStory]:
        """Order the best by all that is known of them; the others follow as they were."""
        best = [hit for hit in looked.hits if hit.story_id in looked.publishers]
        ranked = relevance.rank(best, looked.seen, looked.publishers, self.now, rubric=self.rubric)
        return [*ranked, *looked.others]


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was read to rank by.

    ``bounds`` are those of the search. ``seen`` are headlines that have the query, ``closely``
    those to be looked at word by word; ``publishers`` counts them for the best stories,
    ``others`` are the rest in their order. ``translated``: there are translations.
    """

    hits: Sequence[FoundItem]
    bounds: Bounds = search.NO_BOUNDS
    seen: Mapping[ItemId, SeenHeadline] = field(default_factory=dict)
    closely: Sequence[ToldHeadline] = ()
    publishers: Mapping[StoryId, int] = field(default_factory=dict)
    others: Sequence[FoundStory] = ()
    words: Sequence[relevance.Weighed] = ()
    translated: bool = False


def _looked(
    db: Connection, search_: _Search, since: datetime | None, until: datetime | None
) -> _Looked:
    """Read all of it at once. Where a query looks at no text, headlines decide nothing."""
    query = search_.query
    bounds = Bounds(since, until, feeds_of(db, query))
    hits = newest(db, query, bounds)
    words = relevance.words_of(query)
    match = keywords.fts(query, headline=True) if words else None
    if match is None:
        ranked = relevance.rank(hits, {}, {}, search_.now)
        return _Looked(hits, bounds, others=ranked, translated=translations.are_there(db))
    plain = []
    if hits or bounds:  # what has the words in its headline has them
        plain = _in_headlines(db, f'({match}) NOT "{RUBRIC}"', HEADLINES, bounds)
    named = []
    if search_.rubric_asked:  # else they are no more than mentions
        named = _in_headlines(db, f'({match}) AND "{RUBRIC}"', RUBRICS, bounds)
    hits = _together(hits, plain, named)
    titles = search.headlines(db, [hit.item_id for hit in (*plain, *named)])
    told_as_rubrics = rubrics.daily(titles.values()).union(hit.item_id for hit in named)
    seen = {
        one: SeenHeadline(whole=True, share=1.0, rubric=one in told_as_rubrics) for one in titles
    }
    sizes = {hit.story_id: hit.story_size for hit in hits}
    ranked = relevance.rank(hits, seen, sizes, search_.now, rubric=search_.rubric)
    best = [story.id for story in ranked[:CLOSELY]]
    publishers = dict.fromkeys(best, 1) | search.publishers(
        db, [story for story in best if sizes[story] > 1]
    )
    reached = _reached(db) if keywords.is_one_word(query) else None
    closely = _to_be_looked_at(ranked[:CLOSELY], seen, reached)
    titles |= search.headlines(db, closely - titles.keys())
    return _Looked(
        hits,
        bounds,
        seen,
        [titles[one] for one in sorted(closely & titles.keys(), reverse=True)],
        publishers,
        ranked[CLOSELY:],
        _weighed(db, words),
        translations.are_there(db),
    )


def _in_headlines(db: Connection, match: str, limit: int, bounds: Bounds) -> list[FoundItem]:
    """Return the newest hits of an expression that asks for keys of headlines."""
    return search.hits(db, match, limit=limit, bounds=bounds, longest_s=LONGEST_S)


def _together(*found: Iterable[FoundItem]) -> list[FoundItem]:
    """Put hits together, newest first."""
    hits = {hit.item_id: hit for each in found for hit in each}
    return [hits[one] for one in sorted(hits, reverse=True)]


def _to_be_looked_at(
    best: Sequence[FoundStory], seen: Mapping[ItemId, SeenHeadline], certain_from: int | None
) -> set[ItemId]:
    """Choose headlines of which the index does not say enough.

    Of a lone word it says all, of items that were filed by their headlines: from a number on.
    """
    chosen: set[ItemId] = set()
    for story in best:
        first = sorted(story.items, key=lambda one: one not in seen)[:OF_A_STORY]
        if certain_from is not None:
            first = [one for one in first if one < certain_from and one not in seen]
        chosen.update(first)
    return chosen


def _reached(db: Connection) -> int:
    """Tell from which number on all items are filed under all kinds of keys."""
    reached = meta.get(db, REACHED)
    return int(reached) if reached is not None else items.last_ids(db)[0] + 1


async def as_filed(db: Database, query: keywords.Query) -> keywords.Query:
    """Return a query as all items can be met: by topics' words while some lack their keys."""
    plain = keywords.spelt_out(query)
    return query if plain is query or await db.read(_all_are_filed) else plain


def _all_are_filed(db: Connection) -> bool:
    return not search.filed_before(db, ItemId(_reached(db)), 1)


def _weighed(db: Connection, words: Sequence[keywords.Node]) -> tuple[relevance.Weighed, ...]:
    """Weigh a query's words by how rare they are; one alone weighs all."""
    if len(words) < 2:  # noqa: PLR2004 - nothing to be weighed against
        return relevance.weights(words, [0] * len(words))
    asked = [keywords.fts(keywords.Query("", word)) for word in words]
    return relevance.weights(words, search.spans(db, asked, relevance.RARITY))


async def _closely(search_: _Search, looked: _Looked) -> dict[ItemId, SeenHeadline]:
    """Look at headlines word by word; let the chat in between."""
    found = {}
    for at, told in enumerate(looked.closely, 1):
        before = looked.seen.get(told.item_id)
        rubric = before is not None and before.rubric
        said = headline_analysed(told.title, told.lang, search_.names)
        found[told.item_id] = relevance.headline(said, looked.words, search_.phrase, rubric=rubric)
        if at % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found


async def _widely(
    db: Database,
    search_: _Search,
    looked: _Looked,
) -> Candidates:
    """Look for near words where headlines have the words themselves in few stories."""
    direct = {hit.story_id for hit in looked.hits}
    about = {
        hit.story_id
        for hit in looked.hits
        if (one := looked.seen.get(hit.item_id)) and one.whole and not one.rubric
    }
    widened = near.widened(search_.query) if len(about) < FEW else None
    if widened is None:
        return Candidates(search_.rank(looked))
    met = await _met(db, search_, widened, widened.fts(), looked.bounds, about)
    met = {told: one for told, one in met.items() if one.words}
    if met:
        looked = await db.read(_with, search_, looked, met)
    ranked = search_.rank(looked)
    by_near = {
        told.story_id: one.words for told, one in met.items() if told.story_id not in direct
    }
    if about or met:
        return Candidates(ranked, by_near)
    most = widened.most_fts()
    # A word that nobody ever wrote is misspelt: others are suggested instead of doing without.
    if most is None or not await db.read(_all_known, search_.query):
        return Candidates(ranked)
    lacking = await _met(db, search_, widened, most, looked.bounds, direct)
    partly = await db.read(_with, search_, _Looked((), words=looked.words), lacking)
    last = search_.rank(partly)
    without = {told.story_id: one.missing for told, one in lacking.items()}
    return Candidates([*ranked, *last], without=without)


def _all_known(db: Connection, query: keywords.Query) -> bool:
    asked = [keywords.fts(keywords.Query("", word)) for word in relevance.words_of(query)]
    return all(search.search(db, match, limit=1) for match in asked if match is not None)


async def _met(  # noqa: PLR0917 - what is looked for, and where
    db: Database,
    search_: _Search,
    widened: near.Widened,
    match: str | None,
    bounds: Bounds,
    known: set[StoryId],
) -> dict[FoundItem, near.Met]:
    """Look at the newest headlines that an expression finds, of stories that are not known."""
    if match is None:
        return {}
    hits, titles = await db.read(_headlines, match, bounds, known)
    agreeing = Counter(hit.story_id for hit in hits)
    first = {hit.story_id: hit for hit in hits if hit.item_id in titles}
    found: dict[FoundItem, near.Met] = {}
    for at, hit in enumerate(first.values(), 1):
        told = titles[hit.item_id]
        met = widened.met_by(headline_analysed(told.title, told.lang, search_.names))
        # The more of a story's headlines agree, the surer it is.
        agreed = min(agreeing[hit.story_id] / max(hit.story_size, 1), 1.0)
        found[hit] = met._replace(share=met.share * (1.0 + agreed) / 2.0)
        if at % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found


def _headlines(
    db: Connection, match: str, bounds: Bounds, known: set[StoryId]
) -> tuple[list[FoundItem], dict[ItemId, ToldHeadline]]:
    """Read what an expression finds, and the first headline of each of the newest stories."""
    hits = _in_headlines(db, match, HEADLINES, bounds)
    hits = [hit for hit in hits if hit.story_id not in known]
    first = {hit.story_id: hit.item_id for hit in hits}
    return hits, search.headlines(db, [*first.values()][:MOST_NEAR])


def _with(
    db: Connection, search_: _Search, looked: _Looked, met: Mapping[FoundItem, near.Met]
) -> _Looked:
    """Add headlines with near words to what was looked at."""
    titles = search.headlines(db, [hit.item_id for hit in met])
    seen = dict(looked.seen)
    for hit, one in met.items():
        told = titles[hit.item_id]
        said = headline_analysed(told.title, told.lang, search_.names)
        direct = relevance.headline(said, looked.words, search_.phrase, rubric=False)
        seen[hit.item_id] = direct._replace(near=one.share)
    stories = {hit.story_id for hit in met}
    return replace(
        looked,
        hits=_together(looked.hits, met),
        seen=seen,
        publishers={**looked.publishers, **search.publishers(db, stories)},
        others=[story for story in looked.others if story.id not in stories],
    )


def newest(db: Connection, query: keywords.Query, bounds: Bounds) -> list[FoundItem]:
    """Return the newest hits of a query within bounds; where nothing narrows it, the newest."""
    match = keywords.fts(query)
    decided = match or bounds.feeds or keywords.asks_for_times_alone(query)
    return search.hits(db, match, limit=SCAN if decided else PROBE, bounds=bounds)


def feeds_of(db: Connection, query: keywords.Query) -> frozenset[FeedId] | None:
    """Return the feeds whose outlets a query's filters let pass; None where they let all."""
    if not keywords.asks_for_outlets(query):
        return None
    told_by = outlets.by_feed(db)
    return frozenset(
        feed
        for feed, outlet in told_by.items()
        if not outlet.home_url or not keywords.ruled_out(query, outlet_facts(outlet, ""))
    )


@lru_cache(maxsize=4096)
def outlet_facts(outlet: Outlet, url: str) -> keywords.Facts:
    """Gather what filters ask about an outlet; ``url`` is an item's where it has no home page."""
    return keywords.Facts(
        country=outlet.country,
        sources=keywords.source_names(outlet.name, outlet.home_url or url),
        ownership=outlet.ownership,
        wire=outlet.wire,
        official=outlet.official,
    )
