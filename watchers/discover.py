"""From what a person types to a feed: an address, a site's page, a Telegram channel."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.errors import NewsError
from storage.local_time import rfc3339
from storage.masking import is_masked
from storage.model import FeedKind
from watchers import addresses
from watchers.fetch import Failed
from watchers.observe import FeedDocument, Observation, Observer, Page, Target, error_of
from watchers.parse import Entry, FeedLink, PageKind, ParsedFeed
from watchers.text import urls

USUAL_PLACES = ("/rss", "/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/rss/all.xml")
"""Where feeds are when a site's page does not say; asked one by one, only by a person's wish."""

_MOST_TRIES = 4
_PATIENCE_S = 10.0
"""Somebody waits: a round asks again with a round's patience."""
_LEAST_S = 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What is at an address. Exactly one of ``feed`` and ``error_key`` says something.

    ``url`` is where the feed is: another than ``asked`` if the page there pointed to it.
    ``rules`` are the selectors it was read by.
    """

    asked: str
    url: str
    observed: Observation
    rules: dict[str, str] = field(default_factory=dict)

    @property
    def feed(self) -> ParsedFeed | None:
        """The feed that is there, or None."""
        return self.observed.feed if isinstance(self.observed, FeedDocument) else None

    @property
    def final_url(self) -> str:
        """Where redirects led to the feed, "" where there is none."""
        return self.observed.response.url if isinstance(self.observed, FeedDocument) else ""

    @property
    def kind(self) -> FeedKind:
        """How it is read."""
        if self.rules:
            return FeedKind.PAGE
        # A channel that cannot be read now is one all the same.
        is_channel = self.feed is not None and self.feed.format == "telegram"
        is_channel = is_channel or addresses.is_preview(self.url)
        return FeedKind.TELEGRAM if is_channel else FeedKind.FEED

    @property
    def error_key(self) -> str:
        """The catalogue key of why there is no feed, "" where there is one."""
        return error_of(self.observed)[0]

    @property
    def error_values(self) -> dict[str, Any]:
        """What the sentence of ``error_key`` needs."""
        return error_of(self.observed)[1]

    @property
    def fails_for_now(self) -> bool:
        """Whether it did not answer, or not with a feed, for a reason that may pass."""
        return isinstance(self.observed, Failed) and self.observed.may_pass

    @property
    def links(self) -> tuple[FeedLink, ...]:
        """The feeds that a page points to."""
        return self.observed.links if isinstance(self.observed, Page) else ()

    @property
    def title(self) -> str:
        """The feed's own name, else its host."""
        return (self.feed.title if self.feed else "") or urls.bare_host(urls.host_of(self.url))

    @property
    def is_page(self) -> bool:
        """Whether a web page came instead of a feed."""
        return isinstance(self.observed, Page) and self.observed.page.kind is PageKind.HTML

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

    observer: Observer

    async def look(self, typed: str) -> Seen:
        """See what is at an address; follow a page to its feed, unless selectors are told.

        Where none of the feeds that a page names can be read now, the first one's reason is seen.
        Raises NewsError as ``addresses.source`` does, and for a masked address.
        """
        asked, rules = addresses.source(typed)
        if is_masked(asked):
            raise NewsError("feed.masked", url=asked)
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
        found = await self._first_of(page, links[:_MOST_TRIES], (), _PATIENCE_S)
        return found if found is not None and found.feed is not None else None

    async def _first_of(
        self, asked: str, links: Sequence[FeedLink], guesses: Sequence[str], seconds: float
    ) -> Seen | None:
        time = asyncio.get_running_loop().time
        until = time() + seconds
        named = {link.url for link in links}
        failed: Seen | None = None
        for candidate in dict.fromkeys((*(link.url for link in links), *guesses)):
            left = until - time()
            if left < _LEAST_S:
                break
            if candidate == asked:
                continue
            found = await self._look_once(asked, candidate, left)
            if found.feed is not None and found.feed.total:
                return found
            if failed is None and found.fails_for_now and candidate in named:
                failed = found
        return failed

    async def _look_once(
        self, asked: str, url: str, seconds: float, rules: dict[str, str] | None = None
    ) -> Seen:
        kind = FeedKind.PAGE if rules else FeedKind.FEED
        target = Target(url, kind=kind, rules=rules or {}, deadline_s=seconds)
        return Seen(asked, url, await self.observer.observe(target), rules or {})


def _guesses(asked: str) -> list[str]:
    """Return where a site's feed may be; an address inside a site was meant as it is."""
    return [urls.absolute(asked, place) for place in USUAL_PLACES if urls.is_front_page(asked)]


def _may_lead_on(seen: Seen) -> bool:
    return bool(seen.links) or seen.is_page
