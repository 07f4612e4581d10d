"""What goes into parsing and what comes out of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.model import ItemImage


@dataclass(frozen=True, slots=True)
class Document:
    """A body as it was fetched, and what is known of the feed it belongs to.

    ``seen`` is ``ParsedFeed.seen`` of the previous document: entries whose bytes have not
    changed since are counted, not parsed again. ``zone`` (IANA) is meant by times that name
    none. ``own_hosts`` are bare hosts of the outlet, for canonical links.
    """

    body: bytes
    url: str
    now: datetime
    content_type: str = ""
    complete: bool = True
    kind: str = "feed"
    rules: dict[str, str] = field(default_factory=dict)
    seen: str = ""
    zone: str = ""
    own_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the feed told it, read but not yet judged.

    ``title`` is plain text. ``summary_html`` is markup, bounded: make it text with
    ``markup.plain`` where an entry turns out to be new. ``published`` is None when the outlet
    did not say, or said something that cannot be true. ``keys`` identify the entry inside its
    feed: equal to any key kept means known. ``source`` is the outlet an aggregator names, or the
    channel from which a post was forwarded.
    """

    external_id: str
    url: str
    url_key: str
    title: str
    summary_html: str
    published: datetime | None
    keys: tuple[str, ...] = ()
    published_raw: str = ""
    language: str = ""
    source: str = ""
    source_url: str = ""
    categories: tuple[str, ...] = ()
    image: ItemImage | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What the feed itself asks for: seconds between looks, GMT hours and days of rest."""

    ttl_s: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document read. ``entries`` leaves out the ``unchanged`` ones of the last document.

    ``complete`` is False for a document that was cut off: its complete entries are here, its
    validators must not be kept. ``usual_gap_s`` is the median time between dated entries, 0
    if unknown. ``format`` is how it was read: rss20, atom10, json, sitemap, page, telegram…
    """

    title: str
    entries: tuple[Entry, ...]
    site_url: str = ""
    language: str = ""
    format: str = ""
    charset: str = "utf-8"
    unchanged: int = 0
    complete: bool = True
    advice: Advice = Advice()
    usual_gap_s: int = 0
    seen: str = ""

    @property
    def total(self) -> int:
        """How many entries the document held."""
        return len(self.entries) + self.unchanged


class PageKind(StrEnum):
    """What came instead of a feed. The text catalogue says each as ``error.page_<value>``."""

    EMPTY = "empty"
    HTML = "html"
    CHALLENGE = "challenge"
    LOGIN = "login"
    BLOCKED = "blocked"
    PARKED = "parked"
    XML = "xml"
    JSON = "json"
    SITEMAP = "sitemap"
    SITEMAP_INDEX = "sitemap_index"
    OPML = "opml"
    TEXT = "text"
    BINARY = "binary"
    CUT_OFF = "cut_off"
    NO_MATCHES = "no_matches"
    BAD_SELECTOR = "bad_selector"
    NO_HEADLINES = "no_headlines"
    TOO_SLOW = "too_slow"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    NO_PREVIEW = "no_preview"


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page points to."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class NotAFeed:
    """Something else came. ``links`` are the feeds a page points to."""

    kind: PageKind
    values: dict[str, Any] = field(default_factory=dict)
    links: tuple[FeedLink, ...] = ()
