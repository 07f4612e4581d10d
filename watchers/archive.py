"""Searching the archive: the index narrows, the one matcher decides, stories are ranked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import log2

from storage import items, search, stories
from storage.database import Database
from storage.model import Item, ItemId, Story, StoryId
from storage.sql import Connection
from watchers import keywords
from watchers.text import words
from watchers.text.names import Gazetteer, gazetteer

SCAN = 600
"""How many of the newest hits are ranked; a reader never pages further."""

PROBE = 3_000
"""How many of the newest items are tried where nothing in a query narrows the archive."""

CHECKED_A_STORY = 5
"""How many tellings of a story are checked with the matcher before it is passed over."""

HALF_LIFE = timedelta(days=3)
"""In which a story's weight halves: an old big story yields to a small fresh one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of stories, how many there are in all, and the words that met the query.

    ``total`` is a count of stories among the newest hits; ``more`` says that the archive has
    further ones beyond them.
    """

    stories: tuple[Story, ...] = ()
    total: int = 0
    more: bool = False
    words: frozenset[str] = frozenset()


async def find(
    db: Database,
    query: keywords.Query,
    *,
    now: datetime,
    limit: int,
    offset: int = 0,
    since: datetime | None = None,
    names: Gazetteer | None = None,
) -> Found:
    """Return the page [offset, offset + limit) of the stories that a query finds, best first."""
    hits = await db.read(narrowed, keywords.fts(query), since)
    ranked = rank(hits, now)
    good: list[StoryId] = []
    met: set[str] = set()
    tried = 0
    while tried < len(ranked) and len(good) < offset + limit:
        batch = ranked[tried : tried + limit]
        tried += len(batch)
        tellings = [one for _, ids in batch for one in ids[:CHECKED_A_STORY]]
        told: dict[StoryId, list[Item]] = {}
        for item in await db.read(items.by_ids, tellings):
            told.setdefault(item.story_id, []).append(item)
        for story_id, _ in batch:
            surfaces = first_met(query, told.get(story_id, ()), now, names)
            if surfaces is not None:
                good.append(story_id)
                met |= surfaces
    page = await db.read(stories.by_ids, good[offset : offset + limit])
    return Found(page, len(ranked) - tried + len(good), len(hits) >= SCAN, frozenset(met))


async def by_day(
    db: Database, query: keywords.Query, *, now: datetime, days: int
) -> dict[datetime, int]:
    """Count the stories that a query finds on each of the last days (UTC), oldest first.

    What only the matcher could rule out (phrases, outlets) is counted as the index sees it.
    """
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    told: dict[datetime, set[StoryId]] = {first + timedelta(days=n): set() for n in range(days)}
    for hit in await db.read(search.all_hits, keywords.fts(query), first):
        day = hit.seen_at.replace(hour=0, minute=0, second=0, microsecond=0)
        told.setdefault(day, set()).add(hit.story_id)
    return {day: len(ids) for day, ids in told.items()}


def narrowed(db: Connection, match: str | None, since: datetime | None) -> list[search.Hit]:
    """Return the newest hits of an expression, or the newest items where there is none."""
    if match is None:
        return search.newest(db, limit=PROBE, since=since)
    return search.hits(db, match, limit=SCAN, since=since)


def rank(hits: Sequence[search.Hit], now: datetime) -> list[tuple[StoryId, list[ItemId]]]:
    """Order stories by how many told them and how fresh they are, with the tellings that hit."""
    tellings: dict[StoryId, list[ItemId]] = {}
    weight: dict[StoryId, float] = {}
    for hit in hits:
        tellings.setdefault(hit.story_id, []).append(hit.item_id)
        age = max((now - hit.seen_at) / HALF_LIFE, 0.0)
        weight[hit.story_id] = max(
            weight.get(hit.story_id, -1e9), log2(1 + hit.story_size) / 2 - age
        )
    order = sorted(tellings, key=lambda story: (-weight[story], -story))
    return [(story, tellings[story]) for story in order]


def first_met(
    query: keywords.Query,
    tellings: Iterable[Item],
    now: datetime,
    names: Gazetteer | None = None,
) -> set[str] | None:
    """Return the words by which the first matching telling meets a query; None if none does."""
    for item in tellings:
        hit = keywords.match(query, analysed(item, names), facts_of(item, now))
        if hit is not None:
            return {one.surface for one in hit.met}
    return None


def facts_of(item: Item, now: datetime) -> keywords.Facts:
    """Gather what filters ask about a stored item."""
    outlet = item.outlet
    return keywords.Facts(
        country=outlet.country,
        lang=item.lang,
        sources=keywords.source_names(outlet.name, outlet.home_url or item.url),
        ownership=outlet.ownership,
        wire=outlet.wire,
        published=item.told_at,
        now=now,
    )


def analysed(item: Item, names: Gazetteer | None = None) -> words.Analysis:
    """Analyse a stored item's words again; those of the last pages are remembered."""
    return _analysed(item.title, item.summary, item.lang, names or gazetteer())


@lru_cache(maxsize=512)
def _analysed(title: str, summary: str, lang: str, names: Gazetteer) -> words.Analysis:
    return words.analyse(title, summary, lang=lang, names=names)
