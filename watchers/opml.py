"""OPML: lists of feeds as readers exchange them (OPML 2.0); pure.

Of 118 lists found in public a fifth were no XML: quotation marks in titles, values without any,
ends cut off. So a list is read outline by outline, and what cannot be read costs one of them.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import quoteattr

from storage import feeds
from storage.errors import NewsError
from storage.feeds import NewFeed
from storage.masking import is_masked, masked
from storage.model import Feed, FeedKind, Outlet, OutletId
from watchers import addresses
from watchers.fetch import ssrf
from watchers.text import charset, markup, urls

MOST_BYTES = 5_000_000
MOST_FEEDS = 10_000
_ELEMENT = re.compile(
    r"<(/?)(?:[\w.-]{1,40}:)?(outline|body|head|opml)(?=[\s/>]|$)", re.IGNORECASE
)
_NAME = re.compile(r"""(?<![^\s"'“”])([A-Za-z_][\w:.-]{0,40})\s{0,100}=\s{0,100}(["'“”„]?)""")
_TAG_GOES_ON = r"(?=\s{1,100}[A-Za-z_][\w:.-]{0,40}\s{0,100}=|\s{0,100}/?\s{0,100}>|\s{0,100}\Z)"
"""What stands behind the mark that closes a value; behind marks inside a value it does not."""
_CLOSING = {
    opening: re.compile(f"[{closing}]{_TAG_GOES_ON}")
    for opening, closing in (('"', '"'), ("'", "'"), ("“", "“”"), ("”", "“”"), ("„", "“”"))
}
_BARE_VALUE = re.compile(r"""[^\s"'<>]*[^\s"'<>/]/?(?=\s|/?>)""")
_ADDRESS = re.compile(
    r"""(?i)\bxmlUrl\s{0,100}=\s{0,100}["'“”„]?\s{0,100}([^\s"'<>“”„]+?)(?=["'<“”\s]|/?>)"""
)
_ENTITY = re.compile(r"&#?\w{1,31};")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SWALLOWED = re.compile(
    r"""(?is)\s(?:xmlUrl|htmlUrl|type|text|title|description|version)\s{0,100}=\s{0,100}["'“”].*"""
)
"""The next attribute, where the mark that closes a value is missing."""
_NO_ADDRESS = re.compile(r"""["“”]|'\s""")
_SCHEMES = re.compile(r"(?i)(?:(https?)(?::/*|/{2,}))+")
"""Of the web, however many and however written: http:/, http//, http://https://."""
_FILE = re.compile(r"(?i)[^/]+\.(?:xml|rss|rdf|atom|json|opml|php|aspx?|html?)")
_WRAPPED = re.compile(r"[^\S\r\n]*[\r\n]\s*")
"""A line break in an address."""


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


def without_secrets(outline: Outline) -> Outline:
    """Mask what is secret of an outline's addresses."""
    return replace(
        outline,
        url=masked(outline.url),
        title=masked(outline.title),
        site_url=masked(outline.site_url),
    )


@dataclass(frozen=True, slots=True)
class FeedList:
    """What an OPML file gave."""

    outlines: tuple[Outline, ...] = ()
    """Every feed once."""
    unusable: tuple[str, ...] = ()
    """Addresses that cannot be polled: none of the web, or plainly private ones."""
    unread: tuple[int, ...] = ()
    """Lines with an outline that could not be read."""
    broken_off: bool = False
    """Whether the end is missing, and with it perhaps feeds."""
    masked: tuple[str, ...] = ()
    """Addresses whose secrets an export left out: nothing can be fetched from them."""


class _Collector:
    """Collects what outlines name."""

    def __init__(self, allowed: frozenset[ssrf.Endpoint]) -> None:
        self.found: dict[str, Outline] = {}
        self.unusable: list[str] = []
        self.masked: list[str] = []
        self.allowed = allowed

    def outline(self, told: dict[str, str]) -> None:
        page = told.get("htmlurl", "")
        # A site without its feed: the first look at its page finds it.
        address = told.get("xmlurl", "") or page
        if not address:
            if "xmlurl" in told:  # else a folder
                self.unusable.append("")
            return
        url = self.url(address)
        if not url:
            self.unusable.append(markup.one_line(address)[:200])
            return
        if is_masked(url):
            self.masked.append(url)
            return
        # As it is kept, whichever of http and https it is: one feed told twice is one.
        known_as = feeds.plainly(url).partition("://")[2]
        if known_as not in self.found and len(self.found) >= MOST_FEEDS:
            raise NewsError("opml.too_many", most=MOST_FEEDS)
        title = markup.one_line(told.get("title") or told.get("text") or "")[:200]
        rules = _known_rules(told.get("rules", ""))
        self.found.setdefault(known_as, Outline(url, title, urls.absolute("", page), rules))

    def url(self, told: str) -> str:
        """Make an address that can be polled of what an outline has for one; "" if it is none."""
        for url in _readings(told):
            host, port = urls.endpoint_of(url)
            if host and not ssrf.is_private(host, port, self.allowed):
                return url
        return ""


def _readings(told: str) -> Iterator[str]:
    """Give what an address may mean: as it stands, with its scheme mended, as people type one."""
    if url := urls.absolute("", told):
        yield url
    if schemes := _SCHEMES.match(told):
        yield urls.absolute("", f"{schemes.group(1).lower()}://{told[schemes.end() :]}")
    elif not _FILE.fullmatch(told):  # one beside the list, on somebody's disk
        try:
            yield addresses.address(told.removeprefix("//"))
        except NewsError:
            return


def read(body: bytes, allowed: frozenset[ssrf.Endpoint] = frozenset()) -> FeedList:
    """Read the feeds of an OPML file, as far as it can be read.

    Raises NewsError where the file is too large, declares entities, holds more than
    ``MOST_FEEDS`` feeds, or nothing that is a feed.
    """
    if len(body) > MOST_BYTES:
        raise NewsError("opml.too_large", most=MOST_BYTES // 1_000_000)
    text = _without_comments(_NOT_IN_XML.sub("", charset.decode(body).text))
    if "<!ENTITY" in text:  # bombs and files are made of them; no list of feeds needs any
        raise NewsError("opml.doctype")
    collector = _Collector(allowed)
    unread = []
    for line, tag in _outlines(text):
        told = _attributes(tag)
        if told is None:
            unread.append(line)
        else:
            collector.outline(told)
    broken_off = re.search(r"(?i)</(?:[\w.-]{1,40}:)?opml\s*>|<opml\b[^<>]*/>", text) is None
    if not (collector.found or collector.unusable or collector.masked):
        if broken_off or unread:
            line = unread[0] if unread else text.count("\n") + 1
            raise NewsError("opml.broken", line=line)
        raise NewsError("opml.empty")
    return FeedList(
        tuple(collector.found.values()),
        tuple(collector.unusable),
        tuple(unread),
        broken_off,
        tuple(collector.masked),
    )


def _without_comments(text: str) -> str:
    """Take comments out, but not their lines; one that never ends is none."""
    first, *others = text.split("<!--")
    kept = [first]
    for part in others:
        comment, end, rest = part.partition("-->")
        kept.append("\n" * comment.count("\n") + rest if end else comment)
    return "".join(kept)


def _outlines(text: str) -> Iterator[tuple[int, str]]:
    """Give each outline's line and what stands between its name and the next element."""
    elements = list(_ELEMENT.finditer(text))
    ends = [*(element.start() for element in elements), len(text)][1:]
    line, at = 1, 0
    for element, end in zip(elements, ends, strict=True):
        closes, name = element.groups()
        if name.lower() == "outline" and not closes:
            line, at = line + text.count("\n", at, element.start()), element.start()
            yield line, text[element.end() : end]


def _attributes(tag: str) -> dict[str, str] | None:
    """Read an outline's attributes by their small names; None where a feed's is not readable."""
    found: dict[str, str] = {}
    at = 0
    while name := _NAME.search(tag, at):
        if ">" in tag[at : name.start()]:
            break
        closing = _CLOSING.get(name.group(2))
        value = (closing or _BARE_VALUE).search(tag, name.end())
        if value is None or (closing is None and value.start() > name.end()):
            break
        told = tag[name.end() : value.start()] if closing else value.group()
        found.setdefault(name.group(1).lower(), told)
        at = value.end()
    if "xmlurl" not in found and re.search(r"(?i)\bxmlUrl\s*=", tag):
        # A mark that is missing before it: an address has none in it.
        if (address := _ADDRESS.search(tag)) is None:
            return None
        found["xmlurl"] = address.group(1)
    if ">" not in tag and not found.get("xmlurl"):
        return None  # cut off before it told what it is
    return {name: _value(name, told) for name, told in found.items()}


def _value(name: str, told: str) -> str:
    """Read a value as XML does (§3.3.3), and the names that only HTML knows."""
    told = _SWALLOWED.sub("", told)
    if name.endswith("url"):
        told = _NO_ADDRESS.split(_WRAPPED.sub("", told), maxsplit=1)[0]
    spaced = re.sub(r"[\r\n\t]", " ", told)
    return _ENTITY.sub(lambda entity: html.unescape(entity.group()), spaced).strip()


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
    kind = FeedKind.TELEGRAM if addresses.is_preview(outline.url) else kind
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
