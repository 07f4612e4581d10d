"""Searching the archive: the index narrows, the one matcher decides, stories are ranked."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from storage import items, local_time, outlets, reading, search, stories
from storage.database import Database
from storage.model import FeedId, Item, ItemId, Outlet, Story, StoryId
from storage.sql import Connection
from watchers import keywords, relevance
from watchers import near as near_words
from watchers.keywords.matching import fires
from watchers.keywords.reading import analysed, headline_analysed
from watchers.text import words
from watchers.text.names import Gazetteer
from watchers.text.normal import clean, fold_case

SCAN = 300
"""How many of the newest hits are ranked; a reader never pages further."""

PROBE = 3_000
"""How many of the newest items are tried where nothing in a query narrows the archive."""

HEADLINES = 2_000
"""Of how many of the newest headlines the words are known when one was misspelt."""

COUNTED = 20
"""How many stories a query that the index only narrows is counted to; beyond, it is estimated."""

CHECKED_A_STORY = 5
"""How many items of a story are checked with the matcher before it is passed over."""

FEW = 10
"""Where fewer stories have the words themselves, near words are looked for."""

MOST_NEAR = 20
"""How many stories near words add at most."""

ONE_DAY = timedelta(days=1)

_Ranked = Sequence[relevance.FoundStory]

TITLES = 60
"""Of so many of the newest hits the headlines are looked at; the others count as mentions."""


TITLES_A_SLICE = 20
"""Headlines between two looks at the chat: some milliseconds of work."""

_WORD = re.compile(r"[^\W\d_]{4,}(?:ʼ[^\W\d_]+)*")
TRIED = 100
"""Of so many of the newest stories each is tried for a forecast; beyond, their share is taken."""

TRIED_A_SLICE = 10
"""Stories between two looks at the chat: some 10 ms of work."""

NO_WORDS = words.Analysis("", "", (), (), 0, (), (), frozenset())
"""For queries of filters alone, which look at no word."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of stories, and how many there are in all.

    ``total`` counts the stories among the newest hits, those that need the matcher's word by
    the share of them that was tried; ``more`` says that the archive has further ones.
    ``order`` are all of them, in their order, as far as they are known: behind those that say it
    in their own words stand ``machine``, which only translations of a machine say so, and at its
    end ``near``, those that were found by near words, with the words.
    """

    stories: tuple[Story, ...] = ()
    total: int = 0
    more: bool = False
    order: tuple[StoryId, ...] = ()
    near: Mapping[StoryId, tuple[str, ...]] = field(default_factory=dict)
    machine: frozenset[StoryId] = frozenset()


async def find(
    db: Database,
    query: keywords.Query,
    *,
    now: datetime,
    limit: int,
    offset: int = 0,
    since: datetime | None = None,
    names: Gazetteer | None = None,
    near: bool = False,
) -> Found:
    """Return the page [offset, offset + limit) of the stories that a query finds.

    The most relevant first (``watchers.relevance``). With ``near``, where the words find few
    stories, those follow whose headlines have near words instead (``watchers.near``).
    """
    starts, ends = keywords.window(query, now)
    since = max(filter(None, (since, starts)), default=None)
    ask = _Question(query, now, names)
    looked = await db.read(_looked, query, since, ends)
    hits, ranked = looked.hits, await _ranked(ask, looked)
    found = await _direct(db, ask, ranked, offset, limit)
    found = replace(found, more=len(hits) >= SCAN)
    found = await _with_machine(db, ask, found, since, ends, (offset, limit))
    if not near or found.total >= FEW:
        return found
    met = await _near(db, ask, frozenset(found.order), since, ends)
    order = (*found.order, *met)
    page = await db.read(stories.by_ids, order[offset : offset + limit])
    return Found(page, len(order), found.more, order, met, found.machine)


async def _with_machine(  # noqa: PLR0917 (as ``_near``, and a page)
    db: Database,
    ask: "_Question",
    found: Found,
    since: datetime | None,
    until: datetime | None,
    page: tuple[int, int],
) -> Found:
    """Add behind all others the stories that only a translation tells in the query's words."""
    match = keywords.machine_fts(ask.query) if keywords.reads_text(ask.query) else None
    if match is None:
        return found
    bounds = search.Bounds(since, until, await db.read(_feeds, ask.query))
    hits = await db.read(_hits, match, bounds)
    known = frozenset(found.order)
    ids = [hit.item_id for hit in hits if hit.story_id not in known]
    met: list[StoryId] = []
    for start in range(0, len(ids), TITLES_A_SLICE):
        met += [
            item.story_id
            for item in await db.read(items.by_ids, ids[start : start + TITLES_A_SLICE])
            if meets_in_machine_words(ask.query, item, ask.now, ask.names)
        ]
        await asyncio.sleep(0)
    added = tuple(dict.fromkeys(met))
    if not added:
        return found
    offset, limit = page
    begins = max(offset - len(found.order), 0)
    room = limit - len(found.stories)
    more = await db.read(stories.by_ids, added[begins : begins + room]) if room > 0 else ()
    return replace(
        found,
        stories=(*found.stories, *more),
        total=found.total + len(added),
        order=(*found.order, *added),
        machine=frozenset(added),
    )


async def _direct(
    db: Database, ask: "_Question", ranked: _Ranked, offset: int, limit: int
) -> Found:
    """Return a page of the stories that have the words themselves."""
    order = tuple(story.id for story in ranked)
    if keywords.is_exact(ask.query):
        page = await _exact_page(db, ask, ranked[offset : offset + limit])
        if page is not None:
            return replace(page, total=len(order), order=order)
    good, tried = await _checked(db, ask, ranked, max(offset + limit, COUNTED))
    untried = round((len(ranked) - tried) * len(good) / tried) if tried else 0
    found = await db.read(stories.by_ids, good[offset : offset + limit])
    return Found(found, len(good) + untried, order=(*good, *order[tried:]))


async def turn(
    db: Database,
    query: keywords.Query,
    found: Found,
    *,
    now: datetime,
    limit: int,
    offset: int,
    names: Gazetteer | None = None,
) -> Found:
    """Return another page of what was found before, in the order of then.

    What no longer meets the query, or is no longer there, is left out.
    """
    ask = _Question(query, now, names)
    good: list[Story] = []
    tried = 0
    while tried < len(found.order) and len(good) < offset + limit:
        batch = found.order[tried : tried + offset + limit - len(good)]
        tried += len(batch)
        good += [
            story
            for story in await db.read(_as_they_are, batch)
            if story.id in found.near or story.id in found.machine or ask.met_by(story.items)
        ]
        await asyncio.sleep(0)
    total = len(good) if tried == len(found.order) else found.total
    return replace(found, stories=tuple(good[offset:]), total=total)


def _as_they_are(db: Connection, ids: Sequence[StoryId]) -> tuple[Story, ...]:
    """Read stories; one that was merged into another since is that other."""
    return stories.by_ids(db, filter(None, (stories.current(db, one) for one in ids)))


async def _near(
    db: Database,
    ask: "_Question",
    known: frozenset[StoryId],
    since: datetime | None,
    until: datetime | None,
) -> dict[StoryId, tuple[str, ...]]:
    """Return stories, the most relevant first, whose headlines have near words, with these."""
    widened = near_words.widened(ask.query)
    match = widened.fts() if widened is not None else None
    if widened is None or match is None:
        return {}
    bounds = search.Bounds(since, until, await db.read(_feeds, ask.query))
    hits = await db.read(_hits, match, bounds)
    hits = [hit for hit in hits if hit.story_id not in known]
    met: dict[StoryId, list[near_words.Met]] = {}
    seen: dict[ItemId, relevance.SeenHeadline] = {}
    alone = relevance.weights((ask.query.root,), [0])
    for start in range(0, min(len(hits), TITLES), TITLES_A_SLICE):
        ids = [hit.item_id for hit in hits[start : start + TITLES_A_SLICE]]
        for item in await db.read(items.by_ids, ids):
            title = headline_analysed(item, ask.names)
            said = analysed(item, ask.names) if len(widened.children) > 1 else title
            one = widened.met_by(said, title, facts_of(item, ask.now))
            if one.words:
                seen[item.id] = relevance.headline(item, title, ask.query, alone, whole=True)
                met.setdefault(item.story_id, []).append(one)
        await asyncio.sleep(0)
    found = [hit for hit in hits if hit.item_id in seen]
    for hit in found:  # the more of a story's headlines agree, the surer it is
        share = min(len(met[hit.story_id]) / max(hit.story_size, 1), 1.0)
        seen[hit.item_id] = seen[hit.item_id]._replace(share=share)
    told_by = await db.read(search.publishers, set(met))
    ranked = relevance.rank(found, seen, told_by, ask.now)[:MOST_NEAR]
    return {story.id: max(met[story.id], key=lambda one: one.related).words for story in ranked}


def _hits(db: Connection, match: str, bounds: search.Bounds) -> list[search.FoundItem]:
    return search.hits(db, match, limit=TITLES, bounds=bounds)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was read to rank by: hits, the newest of them whole, who told them, rarities."""

    hits: list[search.FoundItem]
    newest: tuple[Item, ...] = ()
    publishers: Mapping[StoryId, int] = field(default_factory=dict)
    words: tuple[relevance.Weighed, ...] = ()


def _looked(
    db: Connection, query: keywords.Query, since: datetime | None, until: datetime | None
) -> _Looked:
    """Read all of it at once. Where a query looks at no text, headlines decide nothing."""
    hits = narrowed(db, query, since, until)
    if not keywords.reads_text(query):
        return _Looked(hits)
    newest = items.by_ids(db, [hit.item_id for hit in hits[:TITLES]])
    told_by = search.publishers(db, {hit.story_id for hit in hits[:TITLES] if hit.story_size > 1})
    return _Looked(hits, newest, told_by, _weighed(db, query))


def _weighed(db: Connection, query: keywords.Query) -> tuple[relevance.Weighed, ...]:
    """Weigh a query's words by how rare they are; one alone weighs all."""
    words = relevance.words_of(query)
    if len(words) < 2:  # noqa: PLR2004 - nothing to be weighed against
        return relevance.weights(words, [0] * len(words))
    asked = [keywords.fts(keywords.Query("", word)) for word in words]
    return relevance.weights(words, search.spans(db, asked, relevance.RARITY))


async def _ranked(ask: "_Question", looked: _Looked) -> _Ranked:
    """Order what was found, by the headlines of the newest hits; let the chat in between."""
    asked = relevance.asks_for_rubric(relevance.words_of(ask.query))
    rubric = relevance.RUBRIC_ASKED if asked else relevance.RUBRIC
    seen: dict[ItemId, relevance.SeenHeadline] = {}
    for at, item in enumerate(looked.newest, 1):
        said = headline_analysed(item, ask.names)
        whole = fires(ask.query.root, said, facts_of(item, ask.now))
        seen[item.id] = relevance.headline(item, said, ask.query, looked.words, whole=whole)
        if at % TITLES_A_SLICE == 0:
            await asyncio.sleep(0)
    return relevance.rank(looked.hits, seen, looked.publishers, ask.now, rubric=rubric)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, when, and by which names."""

    query: keywords.Query
    now: datetime
    names: Gazetteer | None

    def met_by(self, reports: Iterable[Item]) -> bool:
        return meets(self.query, reports, self.now, self.names)


async def _exact_page(db: Database, ask: _Question, ranked: _Ranked) -> Found | None:
    """Return the stories as the index has them.

    None where an item was edited since: the index keeps old words beside the new.
    """
    found = await db.read(stories.by_ids, [story.id for story in ranked])
    hits = {item_id for story in ranked for item_id in story.items}
    for story in found:
        if not ask.met_by(item for item in story.items if item.id in hits):
            return None
    return Found(found)


async def _checked(
    db: Database, ask: _Question, ranked: _Ranked, enough: int
) -> tuple[list[StoryId], int]:
    """Let the matcher decide, in the rank's order, until enough are good; count those it tried."""
    good: list[StoryId] = []
    tried = 0
    while tried < len(ranked) and len(good) < enough:
        batch = ranked[tried : tried + enough - len(good)]
        tried += len(batch)
        asked_ids = [one for story in batch for one in story.items[:CHECKED_A_STORY]]
        by_story: dict[StoryId, list[Item]] = {}
        for item in await db.read(items.by_ids, asked_ids):
            by_story.setdefault(item.story_id, []).append(item)
        good += [story.id for story in batch if ask.met_by(by_story.get(story.id, ()))]
        await asyncio.sleep(0)
    return good, tried


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many stories met a query: anywhere in an item, and in the headline of one.

    ``about`` says that the share among the newest stories was taken for all.
    """

    anywhere: int = 0
    headlines: int = 0
    about: bool = False


async def forecast(
    db: Database,
    query: keywords.Query,
    *,
    now: datetime,
    since: datetime,
    names: Gazetteer | None = None,
) -> Forecast:
    """Count the stories told since a moment that a subscription would have brought."""
    starts, ends = keywords.window(query, now)
    since = max(since, starts or since)
    hits = await db.read(narrowed, query, since, ends)
    by_story: dict[StoryId, list[ItemId]] = {}
    for hit in hits:
        by_story.setdefault(hit.story_id, []).append(hit.item_id)
    every = len(by_story)
    if len(hits) >= SCAN and not keywords.asks_for_outlets(query):
        every_hit = await db.read(search.all_hits, keywords.fts(query), since)
        every = len({hit.story_id for hit in every_hit})
    ask = _Question(query, now, names)
    tried = list(by_story.values())[:TRIED]
    met: list[bool] = []
    for start in range(0, len(tried), TRIED_A_SLICE):
        met += await _reached(db, ask, tried[start : start + TRIED_A_SLICE])
        await asyncio.sleep(0)
    share = every / len(tried) if tried else 0.0
    return Forecast(round(len(met) * share), round(sum(met) * share), len(tried) < every)


async def _reached(db: Database, ask: _Question, tried: Sequence[list[ItemId]]) -> list[bool]:
    """Tell for each story that meets the question whether a headline does."""
    wanted = [one for ids in tried for one in ids[:CHECKED_A_STORY]]
    headlines: dict[StoryId, list[bool]] = {}
    for item in await db.read(items.by_ids, wanted):
        hit = keywords.match(ask.query, analysed(item, ask.names), facts_of(item, ask.now))
        if hit is not None:
            headlines.setdefault(item.story_id, []).append(hit.in_headline)
    return [any(in_headline) for in_headline in headlines.values()]


async def by_day(
    db: Database, query: keywords.Query, *, now: datetime, days: int, time_zone: str = "UTC"
) -> dict[datetime, int]:
    """Count the stories that a query finds on each of the last days, oldest first.

    Days are those of a time zone (IANA name), each named by the moment at which it begins; a
    story counts on those on which its outlets told it, whenever that reached us.
    What only the matcher could rule out (phrases) is counted as the index sees it.
    """
    here = local_time.zone(time_zone)
    first = now.astimezone(here).date() - timedelta(days=days - 1)
    by_date: dict[date, set[StoryId]] = {first + timedelta(days=n): set() for n in range(days)}
    starts, ends = keywords.window(query, now)
    began = max(
        local_time.instant(first, 0, time_zone), starts or datetime.min.replace(tzinfo=UTC)
    )
    for hit in await db.read(_every_hit, query, began):
        if ends is None or hit.seen_at < ends:
            by_date.setdefault(hit.seen_at.astimezone(here).date(), set()).add(hit.story_id)
    return {local_time.instant(day, 0, time_zone): len(ids) for day, ids in by_date.items()}


def _every_hit(db: Connection, query: keywords.Query, since: datetime) -> list[search.FoundItem]:
    match = keywords.fts(query)
    hits = search.all_hits(db, match, since, _feeds(db, query))
    if match is None and (unwanted := keywords.unwanted(query)) is not None:
        ruled_out = {hit.item_id for hit in search.all_hits(db, unwanted, since)}
        return [hit for hit in hits if hit.item_id not in ruled_out]
    return hits


def known(counted: Mapping[datetime, int], began: datetime | None) -> dict[datetime, int | None]:
    """Put None for days before the archive began: they are not days without news.

    Feeds bring some older news along, too little for a count.
    """
    days = list(counted)
    ends = dict(pairwise(days))
    return {
        day: None if began is None or ends.get(day, began + ONE_DAY) <= began else count
        for day, count in counted.items()
    }


async def told_words(db: Database) -> Counter[str]:
    """Count the words of the newest headlines in normal form: what a misspelt word may mean."""
    return await db.read(_told_words)


def _told_words(db: Connection) -> Counter[str]:
    return Counter(
        word
        for title in items.headlines(db, HEADLINES)
        for word in _WORD.findall(fold_case(clean(title)))
    )


def narrowed(
    db: Connection, query: keywords.Query, since: datetime | None, until: datetime | None
) -> list[search.FoundItem]:
    """Return the newest hits of a query that were told in [since, until).

    Where nothing narrows the archive these are its newest items. Filters by outlet are applied
    as far as the outlet alone decides.
    """
    match = keywords.fts(query)
    bounds = search.Bounds(since, until, _feeds(db, query))
    return search.hits(db, match, limit=SCAN if match or bounds.feeds else PROBE, bounds=bounds)


def _feeds(db: Connection, query: keywords.Query) -> frozenset[FeedId] | None:
    """Return the feeds whose outlets a query's filters let pass; None where they let all."""
    if not keywords.asks_for_outlets(query):
        return None
    told_by = outlets.by_feed(db)
    return frozenset(
        feed
        for feed, outlet in told_by.items()
        if not outlet.home_url or not keywords.ruled_out(query, _outlet_facts(outlet, ""))
    )


def meets(
    query: keywords.Query,
    reports: Iterable[Item],
    now: datetime,
    names: Gazetteer | None = None,
) -> bool:
    """Tell whether any of the items meets a query."""
    needs_words = keywords.reads_text(query)
    for item in reports:
        facts = facts_of(item, now)
        if keywords.ruled_out(query, facts):
            continue  # before the costly look at its words
        words_ = analysed(item, names) if needs_words else NO_WORDS
        if keywords.match(query, words_, facts) is not None:
            return True
    return False


def meets_in_machine_words(
    query: keywords.Query, item: Item, now: datetime, names: Gazetteer | None = None
) -> bool:
    """Tell whether what a machine made of an item meets a query; filters ask about the item."""
    facts = facts_of(item, now)
    told = (reading.in_machine_words(item, text.lang) for text in item.machine)
    return any(
        one is not None and keywords.match(query, analysed(one, names), facts) is not None
        for one in told
    )


def in_headline(
    query: keywords.Query,
    reports: Iterable[Item],
    now: datetime,
    names: Gazetteer | None = None,
) -> bool:
    """Tell whether the headline of any of the items meets a query by itself."""
    found = (keywords.match(query, analysed(item, names), facts_of(item, now)) for item in reports)
    return any(hit.in_headline for hit in found if hit is not None)


def facts_of(item: Item, now: datetime) -> keywords.Facts:
    """Gather what filters ask about a stored item."""
    facts = _outlet_facts(item.outlet, "" if item.outlet.home_url else item.url)
    return replace(facts, lang=item.lang, published=item.told_at, now=now)


@lru_cache(maxsize=4096)
def _outlet_facts(outlet: Outlet, url: str) -> keywords.Facts:
    return keywords.Facts(
        country=outlet.country,
        sources=keywords.source_names(outlet.name, outlet.home_url or url),
        ownership=outlet.ownership,
        wire=outlet.wire,
        official=outlet.official,
    )
