"""Searching the archive: the index narrows, the one matcher decides, stories are ranked."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from storage import full_texts, items, local_time, reading, search, stories
from storage.database import Database
from storage.model import Item, ItemId, Story, StoryId
from storage.sql import Connection
from watchers import keywords
from watchers.candidates import SCAN, as_filed, candidates, feeds_of, newest, outlet_facts
from watchers.keywords.matching import fires
from watchers.keywords.reading import analysed, headline_analysed
from watchers.relevance import FoundStory
from watchers.text import words
from watchers.text.names import Gazetteer
from watchers.text.normal import clean, fold_case

HEADLINES = 2_000
"""Of how many of the newest headlines the words are known when one was misspelt."""

COUNTED = 10
"""How many stories a query that the index only narrows is counted to; beyond, it is estimated."""

CHECKED_A_STORY = 5
"""How many items of a story are checked with the matcher before it is passed over."""

ONE_DAY = timedelta(days=1)

_WORD = re.compile(r"[^\W\d_]{4,}(?:ʼ[^\W\d_]+)*")
TRIED = 100
"""Of so many of the newest stories each is tried for a forecast; beyond, their share is taken."""

TRIED_A_SLICE = 10
"""Stories between two looks at the chat: some 10 ms of work."""

MOST_BY_MACHINE = 60
"""Of so many of the newest reports that a translation says so, the words are looked at."""

NO_WORDS = words.Analysis("", "", (), (), 0, (), (), frozenset())
"""For queries of filters alone, which look at no word."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of stories, and how many there are in all.

    ``total`` counts the stories among the newest hits, those that need the matcher's word by
    the share of them that was tried; ``more`` says that the archive has further ones.
    ``order`` are all of them, in their order, as far as they are known; ``near`` those that were
    found by near words alone, with these, ``without`` those that lack words, with these. Behind
    them all stand ``machine``, which only a machine's translations say so.
    """

    stories: tuple[Story, ...] = ()
    total: int = 0
    more: bool = False
    order: tuple[StoryId, ...] = ()
    near: Mapping[StoryId, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[StoryId, tuple[str, ...]] = field(default_factory=dict)
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

    The most relevant first (``watchers.relevance``). With ``near``, where the headlines of few
    stories have the words, those come too that have near words instead (``watchers.near``), and
    where there are none, those that have all words but one.
    """
    query = await as_filed(db, query)
    starts, ends = keywords.window(query, now)
    since = max(filter(None, (since, starts)), default=None)
    found = await candidates(db, query, now=now, since=since, until=ends, names=names, widely=near)
    ask = _Question(query, now, names, found.near.keys() | found.without.keys())
    page = await _page(db, ask, found.ranked, offset, limit)
    page = replace(page, more=found.more, near=found.near, without=found.without)
    if not found.translated:
        return page
    return await _with_machine(db, ask, page, search.Bounds(since, ends), (offset, limit))


async def _with_machine(
    db: Database, ask: "_Question", found: Found, bounds: search.Bounds, page: tuple[int, int]
) -> Found:
    """Add behind all others the stories that only a translation tells in the query's words."""
    match = keywords.machine_fts(ask.query) if keywords.reads_text(ask.query) else None
    if match is None:
        return found
    hits = await db.read(_machine_hits, ask.query, match, bounds)
    known = frozenset(found.order)
    ids = [hit.item_id for hit in hits if hit.story_id not in known]
    met: list[StoryId] = []
    for start in range(0, len(ids), TRIED_A_SLICE):
        met += [
            item.story_id
            for item in await db.read(items.by_ids, ids[start : start + TRIED_A_SLICE])
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


def _machine_hits(
    db: Connection, query: keywords.Query, match: str, bounds: search.Bounds
) -> list[search.FoundItem]:
    bounds = replace(bounds, feeds=feeds_of(db, query))
    return search.hits(db, match, limit=MOST_BY_MACHINE, bounds=bounds)


async def _page(
    db: Database, ask: "_Question", ranked: Sequence[FoundStory], offset: int, limit: int
) -> Found:
    """Return a page of the stories, those left out that do not meet the query."""
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
    excused = found.near.keys() | found.without.keys() | found.machine
    ask = _Question(query, now, names, excused)
    good: list[Story] = []
    tried = 0
    while tried < len(found.order) and len(good) < offset + limit:
        batch = found.order[tried : tried + offset + limit - len(good)]
        tried += len(batch)
        good += [
            story
            for story in await db.read(_as_they_are, batch)
            if ask.met_by(story.id, story.items)
        ]
        await asyncio.sleep(0)
    total = len(good) if tried == len(found.order) else found.total
    return replace(found, stories=tuple(good[offset:]), total=total)


def _as_they_are(db: Connection, ids: Sequence[StoryId]) -> tuple[Story, ...]:
    """Read stories; one that was merged into another since is that other."""
    return _with_reports(db, filter(None, (stories.current(db, one) for one in ids)))


def _with_reports(db: Connection, ids: Iterable[StoryId]) -> tuple[Story, ...]:
    """Read stories with all that is known of their items' texts."""
    found = stories.by_ids(db, ids)
    told = {item.id: item for item in full_texts.attached(db, _items_of(found))}
    return tuple(
        replace(story, items=tuple(told[item.id] for item in story.items)) for story in found
    )


def _items_of(found: Iterable[Story]) -> list[Item]:
    return [item for story in found for item in story.items]


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, when, by which names; and which stories need not meet it."""

    query: keywords.Query
    now: datetime
    names: Gazetteer | None
    excused: AbstractSet[StoryId] = frozenset()

    def met_by(self, story: StoryId, reports: Iterable[Item]) -> bool:
        return story in self.excused or meets(self.query, reports, self.now, self.names)


async def _exact_page(db: Database, ask: _Question, ranked: Sequence[FoundStory]) -> Found | None:
    """Return the stories as the index has them.

    None where an item was edited since: the index keeps old words beside the new.
    """
    found = await db.read(_with_reports, [story.id for story in ranked])
    hits = {item_id for story in ranked for item_id in story.items}
    for story in found:
        if not ask.met_by(story.id, (item for item in story.items if item.id in hits)):
            return None
    return Found(found)


async def _checked(
    db: Database, ask: _Question, ranked: Sequence[FoundStory], enough: int
) -> tuple[list[StoryId], int]:
    """Let the matcher decide, in the rank's order, until enough are good; count those it tried."""
    good: list[StoryId] = []
    tried = 0
    while tried < len(ranked) and len(good) < enough:
        batch = ranked[tried : tried + enough - len(good)]
        tried += len(batch)
        asked_ids = [one for story in batch for one in story.items[:CHECKED_A_STORY]]
        by_story: dict[StoryId, list[Item]] = {}
        for item in await db.read(items.with_texts, asked_ids):
            by_story.setdefault(item.story_id, []).append(item)
        good += [story.id for story in batch if ask.met_by(story.id, by_story.get(story.id, ()))]
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
    query = await as_filed(db, query)
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
    for item in await db.read(items.with_texts, wanted):
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
    query = await as_filed(db, query)
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
    hits = search.all_hits(db, match, since, feeds_of(db, query))
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
    return newest(db, query, search.Bounds(since, until, feeds_of(db, query)))


def meets(
    query: keywords.Query,
    reports: Iterable[Item],
    now: datetime,
    names: Gazetteer | None = None,
) -> bool:
    """Tell whether any of the items meets a query."""
    needs_words = keywords.reads_text(query)
    reports = list(reports)
    if needs_words and not keywords.rules_out(query):
        # More words cannot undo what a headline meets, and it is soon read.
        for item in reports:
            said = headline_analysed(item.title, item.lang, names)
            if fires(query.root, said, facts_of(item, now)):
                return True
    for item in reports:
        facts = facts_of(item, now)
        if keywords.ruled_out(query, facts):
            continue  # before the costly look at its words
        words_ = analysed(item, names) if needs_words else NO_WORDS
        if fires(query.root, words_, facts):
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
    facts = outlet_facts(item.outlet, "" if item.outlet.home_url else item.url)
    return replace(facts, lang=item.lang, published=item.told_at, now=now)
