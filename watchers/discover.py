"""From what a person types to a feed: an address, a site's page, a Telegram channel."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from storage.local_time import rfc3339
from storage.model import FeedKind
from watchers import addresses
from watchers.fetch import Failed, Fetched, Fetcher, NotModified, Outcome, Request
from watchers.parse import Document, Entry, FeedLink, NotAFeed, PageKind, ParsedFeed
from watchers.text import urls

USUAL_PLACES = ("/rss", "/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/rss/all.xml")
"""Where feeds are when a site's page does not say; asked one by one, only by a person's wish."""

_MOST_TRIES = 4
_PATIENCE_S = 10.0
"""Somebody waits: a round asks again with a round's patience."""
_LEAST_S = 1.0


class Parsing(Protocol):
    """Whoever makes entries of documents: worker processes, or the same in place."""

    async def parse(self, document: Document) -> ParsedFeed | NotAFeed:
        """Parse a document."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is at an address. Exactly one of ``feed`` and ``error_key`` says something.

    ``url`` is where the feed is: another than ``asked`` if the page there pointed to it.
    ``outcome`` is the response that brought it. ``rules`` are the selectors it was read by.
    """

    asked: str
    url: str
    outcome: Outcome
    feed: ParsedFeed | None = None
    kind: FeedKind = FeedKind.FEED
    error_key: str = ""
    error_values: dict[str, Any] = field(default_factory=dict)
    links: tuple[FeedLink, ...] = ()
    rules: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The feed's own name, else its host."""
        return (self.feed.title if self.feed else "") or urls.bare_host(urls.host_of(self.url))

    @property
    def is_page(self) -> bool:
        """Whether a web page came instead of a feed."""
        return self.error_key == f"error.page_{PageKind.HTML.value}"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the feed brings now, as it lists it."""
        return self.feed.entries if self.feed else ()

    def rows(self) -> list[dict[str, Any]]:
        """Describe the entries for the command line."""
        return [
            {
                "external_id": entry.external_id,
                "published": rfc3339(entry.published) if entry.published else None,
                "title": entry.title,
                "url": entry.url,
            }
            for entry in self.entries
        ]


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at addresses without keeping anything."""

    fetcher: Fetcher
    parsing: Parsing
    clock: Callable[[], datetime]

    async def look(self, typed: str) -> Seen:
        """See what is at an address; follow a page to its feed, unless selectors are told.

        Raises NewsError as ``sources.source`` does.
        """
        asked, rules = addresses.source(typed)
        if rules:
            return await self._look_once(asked, asked, _PATIENCE_S, rules)
        time = asyncio.get_running_loop().time
        until = time() + _PATIENCE_S
        seen = await self._look_once(asked, asked, _PATIENCE_S)
        if seen.feed is not None or not _may_lead_on(seen):
            return seen
        guesses = _guesses(asked) if not seen.links else ()
        found = await self._first_of(asked, seen.links[:_MOST_TRIES], guesses, until - time())
        return found or seen

    async def follow(self, page: str, links: Sequence[FeedLink]) -> Seen | None:
        """Return the first of the feeds that a page points to which has entries, if any."""
        return await self._first_of(page, links[:_MOST_TRIES], (), _PATIENCE_S)

    async def _first_of(
        self, asked: str, links: Sequence[FeedLink], guesses: Sequence[str], seconds: float
    ) -> Seen | None:
        time = asyncio.get_running_loop().time
        until = time() + seconds
        for candidate in dict.fromkeys((*(link.url for link in links), *guesses)):
            left = until - time()
            if left < _LEAST_S:
                break
            if candidate == asked:
                continue
            found = await self._look_once(asked, candidate, left)
            if found.feed is not None and found.feed.total:
                return found
        return None

    async def _look_once(
        self, asked: str, url: str, seconds: float, rules: dict[str, str] | None = None
    ) -> Seen:
        outcome = await self.fetcher.fetch(Request(url, deadline_s=seconds))
        kind = FeedKind.PAGE if rules else FeedKind.FEED
        seen = Seen(asked, url, outcome, kind=kind, rules=rules or {})
        if isinstance(outcome, Failed):
            key = f"error.{outcome.kind.value}"
            return replace(seen, error_key=key, error_values=outcome.values)
        if isinstance(outcome, NotModified):  # never asked for: no validators were sent
            return replace(seen, error_key="error.status", error_values={"status": 304})
        document = document_of(outcome, self.clock(), kind=kind, rules=rules)
        parsed = await self.parsing.parse(document)
        if isinstance(parsed, NotAFeed):
            return replace(
                seen,
                error_key=f"error.page_{parsed.kind.value}",
                error_values=values_of(parsed),
                links=parsed.links,
            )
        if parsed.format == "telegram":
            kind = FeedKind.TELEGRAM
        return replace(seen, feed=parsed, kind=kind)


def document_of(
    fetched: Fetched,
    now: datetime,
    *,
    kind: FeedKind = FeedKind.FEED,
    rules: dict[str, str] | None = None,
    seen: str = "",
    own_hosts: Iterable[str] = (),
) -> Document:
    """Make the parser's document of a response."""
    rules = rules or {}
    return Document(
        body=fetched.body,
        url=fetched.url,
        now=now,
        content_type=fetched.content_type,
        complete=fetched.complete,
        kind=kind.value,
        rules=rules,
        seen=seen,
        zone=rules.get("time_zone", ""),
        own_hosts=tuple(own_hosts),
    )


def values_of(page: NotAFeed) -> dict[str, Any]:
    """Return what a sentence about a page that is no feed needs, the feeds it points to too."""
    values = dict(page.values)
    if page.links:
        values["feeds"] = [link.url for link in page.links[:3]]
    return values


def _guesses(asked: str) -> list[str]:
    """Return where a site's feed may be; an address inside a site was meant as it is."""
    return [urls.absolute(asked, place) for place in USUAL_PLACES if urls.is_front_page(asked)]


def _may_lead_on(seen: Seen) -> bool:
    return bool(seen.links) or seen.is_page
