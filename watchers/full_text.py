"""An article's whole text, for somebody who asks for it: kept → allowed → fetched → extracted.

One fetch an article and hour, whoever asks; through the guarded client, robots.txt first, one
page of a host at a time; the text is found in a process that can be killed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol
from weakref import WeakValueDictionary

import structlog

from storage import full_texts
from storage.database import Database
from storage.full_texts import FullText
from storage.model import FeedKind, Item
from watchers.fetch import Fetched, Fetcher, Request
from watchers.parse.article import ArticleText, FetchedPage, NoText, NoTextKind, is_installed
from watchers.parse_pool import pool
from watchers.parse_pool.pool import WorkerLimits
from watchers.robots import Robots
from watchers.standing import rest_of
from watchers.text import urls

log = structlog.get_logger(__name__)

LIMITS = WorkerLimits(workers=1, seconds=5.0, documents=500)
DEADLINE_S = 15.0
"""Somebody waits."""
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class ArticleAnswer:
    """What came of an article's page; its host wants to be left alone for ``rest``, if it says."""

    text: FullText
    rest: timedelta | None = None


class Extractor(Protocol):
    """Who finds articles' texts in their pages."""

    async def extract(self, page: FetchedPage) -> ArticleText | NoText:
        """Find a text, or say why there is none."""


@dataclass(slots=True)
class FullTexts:
    """Gets articles' texts for readers. ``opened`` keeps its process."""

    db: Database
    fetcher: Fetcher
    workers: Extractor
    clock: Callable[[], datetime]
    robots: Robots
    _lanes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _hosts: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """A host's lock is there for as long as somebody holds it or waits for it."""

    @property
    def reads_pages(self) -> bool:
        """Tell whether articles' pages can be read here: the extra for it came along."""
        return is_installed()

    async def kept(self, item: Item) -> FullText | None:
        """Return what can be shown at once: None where the page must be asked for."""
        if item.kind is FeedKind.TELEGRAM:
            return FullText(paragraphs_of(item.summary))  # a post has no other page
        return await self.db.read(full_texts.get, item.id, self.clock())

    async def get(self, item: Item) -> FullText:
        """Return an item's text, fetched where it is not kept; or why there is none."""
        return (await self.ask(item)).text

    async def ask(self, item: Item) -> ArticleAnswer:
        """Do as ``get``, and tell what its host wants."""
        async with self._hosts.setdefault(urls.host_of(item.url), asyncio.Lock()), self._lanes:
            if (found := await self.kept(item)) is not None:
                return ArticleAnswer(found)
            began = monotonic()
            answer = await self._read(item.url)
            if answer.text.refusal != NoTextKind.NOT_INSTALLED:
                await self.db.write(full_texts.keep, item.id, answer.text, self.clock())
        log.info(
            "article read",
            item=item.id,
            url=item.url,
            refusal=answer.text.refusal or None,
            seconds=round(monotonic() - began, 3),
        )
        return answer

    async def _read(self, url: str) -> ArticleAnswer:
        if not is_installed():
            return _without(NoTextKind.NOT_INSTALLED)
        if not await self.robots.allow(url):
            return _without(NoTextKind.FORBIDDEN)
        outcome = await self.fetcher.fetch(Request(url, deadline_s=DEADLINE_S))
        if not isinstance(outcome, Fetched):
            return ArticleAnswer(FullText(refusal=NoTextKind.UNREACHABLE), rest_of(outcome))
        if urls.host_of(outcome.url) != urls.host_of(url) and not await self.robots.allow(
            outcome.url
        ):
            return _without(NoTextKind.FORBIDDEN)
        page = FetchedPage(outcome.body, outcome.url, outcome.content_type, outcome.robots)
        found = await self.workers.extract(page)
        if isinstance(found, ArticleText):
            return ArticleAnswer(FullText(found.paragraphs))
        return _without(found.kind)


def _without(kind: NoTextKind) -> ArticleAnswer:
    return ArticleAnswer(FullText(refusal=kind))


def paragraphs_of(text: str) -> tuple[str, ...]:
    """Take a plain text apart into paragraphs."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


@asynccontextmanager
async def opened(
    db: Database, fetcher: Fetcher, clock: Callable[[], datetime]
) -> AsyncIterator[FullTexts]:
    """Open it with a process of its own, begun when somebody first asks for a text."""
    async with pool.opened(LIMITS) as workers:
        yield FullTexts(db, fetcher, workers, clock, Robots(fetcher, clock))
