"""One document, whatever it is, to entries or to what came instead of them."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice, pairwise
from statistics import median

from watchers import addresses, block_pages, catalogue
from watchers.parse import entry_keys, images, jsonfeed, segments, sitemap, syndication, webpage
from watchers.parse.images import Repeated
from watchers.parse.raw import RawEntry, RawFeed, measured
from watchers.parse.segments import Root, Segments
from watchers.parse.values import Document, Entry, NotAFeed, PageKind, ParsedFeed
from watchers.text import charset, dates, markup, urls

_LARGEST_UNPACKED = 16_000_000
_LONGEST_ID = 1024
_EMPTY_BELOW = 64
_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_FEED_OR_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|template)\b[^<>]*>.*?(?:</\1|\Z)"
    r"|(?P<feed><(?:rss|(?:[\w-]{1,20}:)?feed|rdf:rdf|urlset)[\s>])",
    re.DOTALL | re.IGNORECASE,
)
_FARTHEST = 65_536
"""How far into a document a feed may begin that does not begin with it."""
_MOST_TRIED = 3
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF", b"\x7fELF")
_FEWEST_GAPS = 3
_SHORTEST_TITLE = 4
_TITLE_PARTS = re.compile(r"\s+[-–—|/•·]{1,2}\s+|\s*[|]\s*|:\s+")


def parse(document: Document) -> ParsedFeed | NotAFeed:
    """Read a document; never raises for what the outside sends."""
    body = _unpacked(document.body)
    if body.startswith(_BINARY):
        return NotAFeed(PageKind.BINARY)
    decoded = charset.decode(body, document.content_type)
    text = decoded.text.lstrip("\ufeff \t\r\n\x00")
    result = _read(text, document)
    if isinstance(result, ParsedFeed):
        return replace(
            result, charset=decoded.charset, complete=result.complete and document.complete
        )
    return result


def _read(text: str, document: Document) -> ParsedFeed | NotAFeed:
    if not text.strip():
        return NotAFeed(PageKind.EMPTY, {"bytes": len(document.body)})
    if document.kind == "page":
        return _page(text, document)
    if text.startswith(("{", "[")):
        feed = jsonfeed.read(text)
        return _parsed(feed, document) if feed else NotAFeed(PageKind.JSON)
    root = segments.root_of(text)
    # A feed is one by its root, even under a page's doctype.
    if root is not None and (root.name in _FEED_ROOTS or root.name == "urlset"):
        return _feed(text, root, document)
    return _wrapped(text, document) or _something_else(text, document, root)


def _wrapped(text: str, document: Document) -> ParsedFeed | None:
    """Look for a feed behind what a broken site printed before it, or inside a page's body."""
    starts = (m.start() for m in _FEED_OR_HIDDEN.finditer(text, 1, _FARTHEST) if m["feed"])
    for start in islice(starts, _MOST_TRIED):
        inside = text[start:]
        root = segments.root_of(inside)
        if root is None:
            continue
        found = _feed(inside, root, document)
        # A page may have an element of its own that is called so.
        if isinstance(found, ParsedFeed) and (found.total or not block_pages.is_html(text)):
            return found
    return None


def _feed(text: str, root: Root, document: Document) -> ParsedFeed | NotAFeed:
    """Read an XML feed, only those entries that have changed since the last document."""
    text = segments.with_cdata_closed(text)
    parts = segments.split(text, root)
    if parts is None:
        feed = syndication.read(segments.bounded(text, root))
        if feed is None or not any(
            entry.title or entry.link or entry.summary for entry in feed.entries
        ):
            outside, pieces = segments.salvaged(text, root)
            feed = syndication.read_apart(outside, map(segments.own, pieces)) or feed
        if feed is None:
            return NotAFeed(PageKind.XML, {"root": root.name})
        return _parsed(feed, document)
    marks = segments.digests(parts)
    seen = segments.unpacked(document.seen)
    changed = [number for number, mark in enumerate(marks) if mark not in seen]
    same = [number for number, mark in enumerate(marks) if mark in seen]
    if not parts.complete and not parts.spans:
        return NotAFeed(PageKind.CUT_OFF)
    found = _changed_entries(parts, root, changed, same)
    if found is None:
        return NotAFeed(PageKind.XML, {"root": root.name})
    if root.name == "urlset" and changed and not found.entries and not same:
        return NotAFeed(PageKind.SITEMAP)
    result = _parsed(found, document, [parts.piece(number) for number in same])
    return replace(
        result,
        unchanged=len(same),
        complete=parts.complete,
        seen=segments.packed(marks),
    )


def _changed_entries(
    parts: Segments, root: Root, changed: list[int], same: list[int]
) -> RawFeed | None:
    if root.name == "urlset":
        return sitemap.read(parts, changed)
    if same and not changed:
        # A new build date around the same old entries: nothing to parse.
        return RawFeed(format="unchanged", advice=syndication.advice(parts.text))
    feed = syndication.read(parts.telling(changed))
    if feed is None:
        outside = parts.without(range(len(parts.spans)))
        feed = syndication.read_apart(outside, (segments.own(parts.piece(n)) for n in changed))
    if feed is not None and len(feed.entries) == len(changed):
        for entry, number in zip(feed.entries, changed, strict=True):
            _as_told(entry, *segments.identifiers(parts.piece(number)))
    return feed


def _as_told(entry: RawEntry, guid: str, link: str) -> None:
    """Undo what feedparser makes of ids: "12345" is no address relative to the feed's."""
    if not guid or guid == entry.guid or not entry.guid.endswith(guid):
        return
    if entry.link == entry.guid and not link and not guid.startswith("/"):
        entry.link = ""
    entry.guid = guid


def _page(text: str, document: Document) -> ParsedFeed | NotAFeed:
    """Read a page by the catalogue's selectors."""
    feed = webpage.scraped(text, document.url, document.rules)
    if feed is None:
        return NotAFeed(PageKind.BAD_SELECTOR, {"selector": webpage.bad_selector(document.rules)})
    if feed.entries:
        return _parsed(feed, document)
    other = _something_else(text, document)
    if isinstance(other, NotAFeed) and other.kind is PageKind.HTML:
        selector = document.rules.get("item", "")
        if selector == addresses.AUTO:
            return NotAFeed(PageKind.NO_HEADLINES)
        return NotAFeed(PageKind.NO_MATCHES, {"selector": selector})
    return other


def _something_else(
    text: str, document: Document, root: Root | None = None
) -> ParsedFeed | NotAFeed:
    """Say what came instead of a feed."""
    if webpage.is_telegram(text):
        return _parsed(webpage.telegram(text), document)
    if vendor := block_pages.challenge(text):
        return NotAFeed(PageKind.CHALLENGE, {"vendor": vendor})
    if block_pages.is_html(text) or (root is not None and root.name in block_pages.HTML_ELEMENTS):
        return _html(text, document)
    if root is not None:
        return _other_xml(root)
    if len(text.strip()) < _EMPTY_BELOW:
        return NotAFeed(PageKind.EMPTY, {"bytes": len(document.body)})
    return NotAFeed(PageKind.BLOCKED if block_pages.is_blocked(text) else PageKind.TEXT)


def _other_xml(root: Root) -> NotAFeed:
    kinds = {"sitemapindex": PageKind.SITEMAP_INDEX, "opml": PageKind.OPML}
    kind = kinds.get(root.name, PageKind.XML)
    return NotAFeed(kind, {"root": root.name} if kind is PageKind.XML else {})


def _html(text: str, document: Document) -> NotAFeed:
    links = webpage.feed_links(text, document.url)
    for kind, applies in (
        (PageKind.NO_PREVIEW, webpage.is_telegram_without_preview),
        (PageKind.LOGIN, block_pages.is_login),
        (PageKind.BLOCKED, block_pages.is_blocked),
        (PageKind.PARKED, block_pages.is_parked),
    ):
        if not links and applies(text):
            return NotAFeed(kind)
    title = re.compile(r"(?is)<title[^>]{0,200}>(.{0,500}?)</title").search(text[:65_536])
    return NotAFeed(PageKind.HTML, {"title": markup.title(title.group(1)) if title else ""}, links)


def _unpacked(body: bytes) -> bytes:
    """Open a file that was gzipped before it was served, within bounds."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(47).decompress(body, _LARGEST_UNPACKED)
    except zlib.error:
        return body


def _parsed(feed: RawFeed, document: Document, unchanged: Sequence[str] = ()) -> ParsedFeed:
    """Make entries of what a reader found: absolute links, clean titles, times, keys.

    ``unchanged`` are the texts of entries that were not read.
    """
    feed = measured(feed)
    others = [entry_keys.EntryIdentity(*segments.identifiers(piece)) for piece in unchanged]
    repeated = Repeated.of((raw.images for raw in feed.entries), unchanged, feed.image)
    base = document.url
    site = urls.for_readers(urls.absolute(base, feed.site_url), document.url)
    own = frozenset(
        {urls.bare_host(urls.host_of(address)) for address in (base, site) if address}
        | set(document.own_hosts)
    )
    title = markup.title(feed.title)
    names = _outlet_names(title, site)
    # RSS's relative links belong to the site, Atom's to the document (RFC 4287 §2).
    inside = site if feed.format.startswith("rss") and "." in urls.host_of(site) else base
    read = (_entry(raw, document, inside, names, repeated) for raw in feed.entries)
    # An entry that says nothing at all is a template's accident.
    entries = [entry for entry in read if entry.title or entry.url or entry.summary_html.strip()]
    aliases = catalogue.mirrors()
    identities = [
        entry_keys.EntryIdentity(
            entry.external_id, entry.url, f"{entry.title}\n{entry.summary_html[:500]}"
        )
        for entry in entries
    ]
    keys = entry_keys.keys(identities, others, own, aliases)
    finished = tuple(
        replace(
            entry,
            keys=key,
            url_key=urls.canonical_key(entry.url, own, aliases),
            external_id=entry.external_id or entry.url,
        )
        for entry, key in zip(entries, keys, strict=True)
    )
    return ParsedFeed(
        title=title,
        entries=finished,
        site_url=site,
        language=feed.language.strip()[:35],
        format=feed.format,
        advice=feed.advice,
        usual_gap_s=_usual_gap(finished),
        complete=feed.complete,
    )


def _entry(
    raw: RawEntry, document: Document, base: str, names: tuple[str, ...], repeated: Repeated
) -> Entry:
    source = markup.title(raw.source)
    title = without_outlet(markup.title(raw.title), (source, *names))
    if not title:
        title = markup.first_sentence(markup.plain(raw.summary))
    published, published_raw = _published(raw.dates, document)
    return Entry(
        external_id=markup.one_line(raw.guid)[:_LONGEST_ID],
        url=urls.for_readers(urls.unwrapped(urls.absolute(base, raw.link)), document.url),
        url_key="",
        title=title,
        summary_html=raw.summary,
        published=published,
        published_raw=published_raw,
        language=raw.language[:35],
        source=source,
        source_url=urls.for_readers(urls.absolute(base, raw.source_url), document.url),
        categories=tuple(markup.title(one)[:100] for one in raw.categories),
        image=images.chosen(raw.images, base, document.url, repeated),
    )


def _published(stated: list[str], document: Document) -> tuple[datetime | None, str]:
    for raw in stated:
        if moment := dates.read(raw, document.now, document.zone):
            return moment, raw[:100]
    return None, stated[0][:100] if stated else ""


def _outlet_names(title: str, site: str) -> tuple[str, ...]:
    """Return what an outlet may sign its headlines with: "Courier - News", "Courier", its host."""
    # One word alone may be the news: "Japan - Kazakhstan" is no headline signed by a country.
    parts = (part for part in _TITLE_PARTS.split(title) if re.search(r"\w[ .]\w", part))
    host = urls.bare_host(urls.host_of(site)) if site else ""
    return tuple(dict.fromkeys(name for name in (title, *parts, host) if name))


def without_outlet(title: str, names: Sequence[str]) -> str:
    """Drop the outlet's own name from the end of a headline ("Headline - Outlet")."""
    for name in names:
        if not name or len(name) > len(title) - _SHORTEST_TITLE:
            continue
        head = title[: -len(name)]
        if title[-len(name) :].casefold() == name.casefold():
            trimmed = re.sub(r"(?:\s+[-–—|/•·:]{1,2}\s+|\s*[|—]\s*)$", "", head)
            if trimmed != head and len(trimmed) >= _SHORTEST_TITLE:
                return trimmed
    return title


def _usual_gap(entries: Sequence[Entry]) -> int:
    """Return the median time between a document's dated entries, in seconds."""
    moments = sorted(entry.published for entry in entries if entry.published)
    gaps = [(after - before).total_seconds() for before, after in pairwise(moments)]
    return round(median(gaps)) if len(gaps) >= _FEWEST_GAPS else 0
