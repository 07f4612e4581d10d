"""OPML: lists of feeds as readers exchange them (OPML 2.0); pure."""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from storage import feeds
from storage.errors import NewsError
from storage.feeds import NewFeed
from storage.model import Feed, FeedKind, Outlet, OutletId
from watchers import addresses
from watchers.fetch import ssrf
from watchers.text import markup, urls

MOST_BYTES = 5_000_000
MOST_FEEDS = 10_000
DEEPEST = 50
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,31};)")


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed as an OPML file names it."""

    url: str
    title: str = ""
    site_url: str = ""
    rules: dict[str, str] = field(default_factory=dict)
    """Of a page without a feed: its selectors."""


def outline(feed: Feed) -> Outline:
    """Describe a feed for a list."""
    return Outline(feed.url, feed.title, feed.site_url, feed.rules)


class _OutlineReader:
    """Collects outlines; refuses what no list of feeds needs."""

    def __init__(self, allowed: frozenset[ssrf.Endpoint]) -> None:
        self.found: dict[str, Outline] = {}
        self.depth = 0
        self.is_opml = False
        self.unusable: list[str] = []
        self.allowed = allowed

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.is_opml = self.is_opml or name.lower() == "opml"
        if self.depth > DEEPEST:
            raise NewsError("opml.deep", most=DEEPEST)
        if name.lower() == "outline":
            self.outline({key.lower(): value for key, value in attributes.items()})

    def outline(self, told: dict[str, str]) -> None:
        page = told.get("htmlurl", "").strip()
        # A site without its feed: the first look at its page finds it.
        address = told.get("xmlurl", "").strip() or page
        if not address:
            if "xmlurl" in told:  # else a folder
                self.unusable.append("")
            return
        url = urls.absolute("", address)
        if not url or self.is_private(url):
            self.unusable.append(markup.one_line(address)[:200])
            return
        # As it is kept, whichever of http and https it is: one feed told twice is one.
        known_as = feeds.plainly(url).partition("://")[2]
        if known_as not in self.found and len(self.found) >= MOST_FEEDS:
            raise NewsError("opml.too_many", most=MOST_FEEDS)
        title = markup.one_line(told.get("title") or told.get("text") or "")[:200]
        site = urls.absolute("", page)
        rules = _known_rules(told.get("rules", ""))
        self.found.setdefault(known_as, Outline(url, title, site, rules))

    def is_private(self, url: str) -> bool:
        parts = urls.split(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return ssrf.is_private(parts.hostname or "", port, self.allowed)

    def end(self, _name: str) -> None:
        self.depth -= 1

    def refuse(self, *_: Any) -> None:
        """Refuse a document type: it declares entities, and with them bombs and files."""
        raise NewsError("opml.doctype")


def _read(body: bytes, allowed: frozenset[ssrf.Endpoint]) -> _OutlineReader:
    reader = _OutlineReader(allowed)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.Parse(body, True)  # noqa: FBT003 (expat takes no keywords)
    return reader


def read(
    body: bytes, allowed: frozenset[ssrf.Endpoint] = frozenset()
) -> tuple[tuple[Outline, ...], tuple[str, ...]]:
    """Read the feeds of an OPML file, and the addresses in it that are unusable.

    Those are no web addresses, or plainly private ones that are not ``allowed``.
    Every feed is named once. Raises NewsError where the file is too large, broken, no OPML, or
    holds more than ``MOST_FEEDS`` feeds.
    """
    if len(body) > MOST_BYTES:
        raise NewsError("opml.too_large", most=MOST_BYTES // 1_000_000)
    try:
        try:
            reader = _read(body, allowed)
        except expat.ExpatError:
            # Lists written by hand, and by careless programs, have addresses with a bare "&".
            reader = _read(_BARE_AMPERSAND.sub(b"&amp;", body), allowed)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NewsError("opml.broken", line=getattr(error, "lineno", 0)) from error
    if not reader.is_opml or not (reader.found or reader.unusable):
        raise NewsError("opml.empty")
    return tuple(reader.found.values()), tuple(reader.unusable)


def new_feeds(outlines: tuple[Outline, ...]) -> list[tuple[NewFeed, Outlet]]:
    """Describe outlines for ``storage.feeds.add_all``, each an outlet of its own name."""
    return [
        (
            _new_feed(outline, name),
            Outlet(OutletId(0), name, home_url=outline.site_url),
        )
        for outline in outlines
        if (name := outline.title or urls.bare_host(urls.host_of(outline.url)))
    ]


def _new_feed(outline: Outline, name: str) -> NewFeed:
    kind = FeedKind.PAGE if outline.rules else FeedKind.FEED
    return NewFeed(
        outline.url, outline.title, name, kind=kind, site_url=outline.site_url, rules=outline.rules
    )


def _known_rules(written: str) -> dict[str, str]:
    """Take selectors that are ours; another program's attribute of that name is none."""
    try:
        return addresses.read_rules(written)
    except NewsError:
        return {}


def write(outlines: tuple[Outline, ...], title: str) -> bytes:
    """Write feeds as an OPML file that any reader takes."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0"><head><title>{_escaped(title)}</title></head><body>',
        *(
            f'<outline type="rss" text={quoteattr(outline.title or outline.url)}'
            f" title={quoteattr(outline.title or outline.url)} xmlUrl={quoteattr(outline.url)}"
            f" htmlUrl={quoteattr(outline.site_url)}"
            + (
                f" rules={quoteattr(addresses.write_rules(outline.rules))}"
                if outline.rules
                else ""
            )
            + "/>"
            for outline in outlines
        ),
        "</body></opml>",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return quoteattr(text)[1:-1].replace('"', "&quot;")
