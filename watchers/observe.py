"""One look at an address, from the request to what came of it, as one value.

Rounds, ``feeds add`` and dry runs all look through here, so that they cannot see differently.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Protocol, TypeAlias

from storage.model import Feed, FeedKind
from watchers.fetch import Failed, Fetched, Fetcher, NotModified, Outcome, Request
from watchers.parse import Document, FeedLink, NotAFeed, ParsedFeed
from watchers.text import urls

_EDITION = "2"
"""Of reading documents: raise it and the same bytes are read once more after an upgrade."""


class Parsing(Protocol):
    """Whoever makes entries of documents: worker processes, or the same in place."""

    async def parse(self, document: Document) -> ParsedFeed | NotAFeed:
        """Parse a document."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked at, and how it is to be read.

    ``etag`` and ``last_modified`` make the request conditional; ``body_digest`` and
    ``entries_seen`` are those of the last document, so that nothing is read twice.
    ``deadline_s`` is set where somebody waits for the answer. ``own_hosts`` are bare hosts of
    the outlet.
    """

    url: str
    kind: FeedKind = FeedKind.FEED
    rules: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""
    body_digest: str = ""
    entries_seen: str = ""
    own_hosts: tuple[str, ...] = ()
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class SameDocument:
    """The very bytes of the last document came once more."""

    response: Fetched


@dataclass(frozen=True, slots=True)
class Page:
    """Something that is no feed came: ``page`` says what, and which feeds it points to."""

    response: Fetched
    page: NotAFeed

    @property
    def links(self) -> tuple[FeedLink, ...]:
        """The feeds that the page points to."""
        return self.page.links


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A document with entries. ``digest`` is that of its bytes, to know them again."""

    response: Fetched
    feed: ParsedFeed
    digest: str


Observation: TypeAlias = Failed | NotModified | SameDocument | Page | FeedDocument


def target_of(feed: Feed) -> Target:
    """Say how a feed is looked at in a round: with what is known of its last document."""
    state = feed.state
    own = (feed.url, feed.site_url, feed.outlet.home_url)
    return Target(
        feed.url,
        kind=feed.kind,
        rules=feed.rules,
        etag=state.etag,
        last_modified=state.last_modified,
        body_digest=state.body_digest,
        entries_seen=state.entries_seen,
        own_hosts=tuple(_bare_hosts(own)),
    )


Patiently: TypeAlias = Callable[[Awaitable[Outcome]], Awaitable[Outcome]]


async def at_once(asking: Awaitable[Outcome]) -> Outcome:
    """Await an answer and nothing else."""
    return await asking


@dataclass(frozen=True, slots=True)
class Observer:
    """Looks at addresses and keeps nothing."""

    fetcher: Fetcher
    parsing: Parsing
    clock: Callable[[], datetime]

    async def observe(self, target: Target, patiently: Patiently = at_once) -> Observation:
        """Fetch and read what is at an address. Failures of both are values.

        ``patiently`` awaits the host's answer: where others wait for us meanwhile, it lets them go
        first.
        """
        response = await patiently(
            self.fetcher.fetch(
                Request(target.url, target.etag, target.last_modified, target.deadline_s)
            )
        )
        if not isinstance(response, Fetched):
            return response
        digest = digest_of(response.body)
        if digest == target.body_digest and response.complete:
            return SameDocument(response)
        parsed = await self.parsing.parse(document_of(response, target, self.clock()))
        if isinstance(parsed, NotAFeed):
            return Page(response, parsed)
        return FeedDocument(response, parsed, digest)


def digest_of(body: bytes) -> str:
    """Return what a document's bytes are known again by."""
    return _EDITION + blake2b(body, digest_size=12).hexdigest()


def document_of(response: Fetched, target: Target, now: datetime) -> Document:
    """Make the parser's document of a response."""
    return Document(
        body=response.body,
        url=response.url,
        now=now,
        content_type=response.content_type,
        complete=response.complete,
        kind=target.kind.value,
        rules=dict(target.rules),
        seen=target.entries_seen,
        zone=target.rules.get("time_zone", ""),
        own_hosts=target.own_hosts,
    )


def error_of(observed: Observation) -> tuple[str, dict[str, Any]]:
    """Return the catalogue key of what is wrong and its values; "" where nothing is.

    A page's values name the feeds it points to.
    """
    match observed:
        case Failed():
            return f"error.{observed.kind.value}", observed.values
        case Page(page=page):
            values = dict(page.values)
            if page.links:
                values["feeds"] = [link.url for link in page.links[:3]]
            return f"error.page_{page.kind.value}", values
        case _:
            return "", {}


def _bare_hosts(addresses: Iterable[str]) -> Iterable[str]:
    return (urls.bare_host(urls.host_of(url)) for url in addresses if url)
