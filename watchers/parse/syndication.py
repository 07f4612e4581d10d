"""RSS and Atom of every version, read by feedparser. The only importer of feedparser."""

import html
import html.entities
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import feedparser

from watchers.parse import images
from watchers.parse.handlers import NO_PAGE, SECOND_TEXTS, Handlers, page_rank
from watchers.parse.images import RawImage
from watchers.parse.raw import RawEntry, RawFeed
from watchers.parse.values import Advice

_UPDATE_PERIODS = {
    "hourly": 3600,
    "daily": 86_400,
    "dayly": 86_400,
    "weekly": 7 * 86_400,
    "monthly": 30 * 86_400,
    "yearly": 365 * 86_400,
}
# Ampersands that XML cannot read. Entities of the document's own DTD stay unread, which is
# what keeps them harmless.
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)(?:(\w{1,32});)?")
_BARE_OR_CDATA = re.compile(rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|{_BARE.pattern}", re.DOTALL)
_REFERENCE = re.compile(
    r"&#([xX][0-9a-fA-F]{1,16}|[0-9]{1,16});(?:&#([xX][dD][c-fC-F][0-9a-fA-F]{2}|5[67][0-9]{3});)?"
)
# Links of other articles that Yandex's readers show below an entry are none of its own.
_MISLEADING = re.compile(
    r"<yandex:related\b[^<]*(?:<(?!/?yandex:related\b)[^<]*)*</yandex:related\s*>"
)
_ENDLESS_TAG = re.compile(r"<([A-Za-z_][\w:.-]{0,60})\s[^<>]{16384,}?(/?)>")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS_A_DAY = 24
_HEAD = 16_384

# A parser of Python 2's days: to look for it in vain takes as long as reading an entry.
feedparser.api.PREFERRED_XML_PARSERS.clear()
for _name in ("StrictFeedParser", "LooseFeedParser"):
    setattr(feedparser.api, _name, type(_name, (Handlers, getattr(feedparser.api, _name)), {}))


def read(text: str) -> RawFeed | None:
    """Parse a feed's text; None if feedparser recognises no feed in it."""
    # Never a str or bytes: feedparser would open a file or an address named by them.
    # Header names must be in lower case or it overlooks them.
    try:
        parsed: Any = feedparser.parse(
            io.BytesIO(_mended(text).encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (LookupError, AttributeError, TypeError, ValueError, AssertionError):
        return None  # it trips over tags that close what is not open
    if not parsed.version and not parsed.entries:
        return None
    feed = parsed.feed
    return RawFeed(
        title=feed.get("title", "") or feed.get("dc_title", "") or "",
        site_url=feed.get("link", "") or "",
        language=feed.get("language", "") or "",
        format=parsed.version or "unknown",
        image=_href(feed.get("image")),
        advice=advice(text),
        entries=[_entry(entry) for entry in parsed.entries],
    )


def read_apart(outside: str, pieces: Iterable[str]) -> RawFeed | None:
    """Read each entry alone, so that one that trips the parser costs only itself.

    ``outside`` is the document without its entries.
    """
    feed = read(outside) or RawFeed(format="broken", advice=advice(outside))
    is_atom = re.search(r"<(?:[\w.-]{1,20}:)?feed[\s>]", outside[:_HEAD]) is not None
    head = '<feed xmlns="http://www.w3.org/2005/Atom">' if is_atom else "<rss><channel>"
    alone = (read(head + piece) for piece in pieces)
    feed.entries = [entry for part in alone if part is not None for entry in part.entries]
    return feed if feed.entries else None


def _mended(text: str) -> str:
    """Make a text that a strict parser can read of one that only nearly is XML."""
    # The declaration may name the encoding that the text no longer is in.
    text = re.sub(r"^\s*<\?xml[^>]{0,500}\?>", "", text, count=1)
    # Attributes are looked up one by one among all of them: thousands take minutes.
    text = _ENDLESS_TAG.sub(r"<\1\2>", text)
    text = _MISLEADING.sub("", text)
    if "&#" in text:
        text = _REFERENCE.sub(_character, text)
    if _BARE.search(text):
        text = _BARE_OR_CDATA.sub(_escaped, text)
    return _ILLEGAL.sub("", text) if _ILLEGAL.search(text) else text


def _character(match: re.Match[str]) -> str:
    """Spell out an emoji written as two surrogates; drop references to what is no character."""
    first, second = (_number(digits) for digits in match.groups())
    if second is not None and 0xD800 <= (first or 0) <= 0xDBFF <= second <= 0xDFFF:  # noqa: PLR2004
        return chr(0x10000 + (((first or 0) - 0xD800) << 10) + (second - 0xDC00))
    return "".join(
        f"&#{number};" for number in (first, second) if number is not None and _is_legal(number)
    )


def _number(digits: str | None) -> int | None:
    if digits is None:
        return None
    return int(digits[1:], 16) if digits[0] in "xX" else int(digits)


def _is_legal(number: int) -> bool:
    """Tell whether XML 1.0 (§2.2) knows a character of this number."""
    if number < 0x20:  # noqa: PLR2004
        return number in {0x9, 0xA, 0xD}
    return number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or 0x10000 <= number <= 0x10FFFF  # noqa: PLR2004


def _escaped(match: re.Match[str]) -> str:
    """Escape an ampersand that begins no entity; spell out entities that only HTML knows."""
    written = match.group()
    if written.startswith("<"):
        return written
    name = match.group(1)
    meant = html.entities.html5.get(f"{name};") if name else None
    if meant is None or meant in "<>&\"'":
        return "&amp;" + written[1:]
    return meant


def _entry(entry: Mapping[str, Any]) -> RawEntry:
    source = entry.get("source")
    if not isinstance(source, Mapping):
        source = {}
    guid = entry.get("id", "") or ""
    link = entry.get("feedburner_origlink", "") or _article(entry) or entry.get("link", "") or ""
    if link == guid and "/" not in guid:
        link = ""  # made of an id that is no address
    if not link and "guidislink" not in entry and guid.startswith(("http://", "https://")):
        link = guid  # rdf:about names the article (RSS 1.0 §5.5)
    link = link or _recording(entry)
    return RawEntry(
        guid=guid,
        link=link,
        title=entry.get("title", "") or entry.get("dc_title", "") or "",
        summary=_summary(entry),
        dates=[entry[name] for name in ("published", "updated", "created") if name in entry],
        language=(entry.get("title_detail") or {}).get("language") or "",
        source=source.get("title", "") or "",
        source_url=source.get("href", "") or "",
        categories=[tag["term"] for tag in _many(entry, "tags") if tag.get("term")],
        images=list(_images(entry)),
    )


def _article(entry: Mapping[str, Any]) -> str:
    """Return the page that is the entry: of several the first, in no named language if it can be.

    feedparser takes the last, and knows fewer ways to name it.
    """
    # A link without an address is an enclosure's.
    pages = [link for link in _many(entry, "links") if link.get("href")]
    ranks = [(page_rank(page), "hreflang" in page) for page in pages]
    best, _ = min(ranks, default=(NO_PAGE, False))
    return pages[ranks.index(min(ranks))]["href"] if best < NO_PAGE else ""


def _recording(entry: Mapping[str, Any]) -> str:
    """Return the address of what is heard or seen instead of read: a podcast has no page."""
    played = (
        link.get("href", "")
        for link in _many(entry, "links")
        if link.get("rel") == "enclosure"
        and str(link.get("type", "")).startswith(("audio/", "video/"))
    )
    return next(played, "")


def _images(entry: Mapping[str, Any]) -> Iterator[RawImage]:
    """Name an entry's pictures: what is attached to it, the largest first, then what is in it."""
    attached = [
        RawImage(
            file.get("url") or file.get("href") or "",
            str(file.get("width", "")),
            str(file.get("height", "")),
            str(file.get("type", "")),
        )
        for file in (*_many(entry, "media_content"), *_many(entry, "links"))
        if file.get("rel", "enclosure") == "enclosure"
        and images.is_picture(
            str(file.get("type", "")),
            file.get("url") or file.get("href") or "",
            str(file.get("medium", "")),
        )
    ]
    yield from sorted(attached, key=lambda file: -images.pixels(file.width))
    for file in _many(entry, "media_thumbnail"):
        yield RawImage(
            file.get("url", ""), str(file.get("width", "")), str(file.get("height", ""))
        )
    if own := _href(entry.get("image")):
        yield RawImage(own)
    for text in (*(part.get("value") for part in _many(entry, "content")), entry.get("summary")):
        yield from images.in_markup(text) if isinstance(text, str) else ()


def _href(image: object) -> str:
    """Return the address of a feed's own picture, or of an episode's."""
    return str(image.get("href") or "") if isinstance(image, Mapping) else ""


def _many(entry: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return what feedparser collects under a name: a feed's own element called so is none."""
    collected = entry.get(name)
    return (
        [each for each in collected if isinstance(each, Mapping)]
        if isinstance(collected, list)
        else []
    )


def _summary(entry: Mapping[str, Any]) -> str:
    contents = (part.get("value") for part in _many(entry, "content"))
    second = (entry.get(key) for key in SECOND_TEXTS)
    texts = (entry.get("summary"), *contents, *second)
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def advice(text: str) -> Advice:
    """Read RSS ttl (minutes), the syndication module and skipHours / skipDays (GMT)."""
    # Where it belongs, at the beginning or the end: not in an entry that writes about it.
    text = text[:_HEAD] + text[-_HEAD:] if len(text) > 2 * _HEAD else text
    waits = []
    ttl = _between(text, "<ttl>", "</ttl>").strip()
    if ttl.isdecimal():
        waits.append(int(ttl[:6]) * 60)
    period = _between(text, "<sy:updatePeriod>", "</sy:updatePeriod>").strip().lower()
    if period in _UPDATE_PERIODS:
        frequency = _between(text, "<sy:updateFrequency>", "</sy:updateFrequency>")
        waits.append(int(_UPDATE_PERIODS[period] / _frequency(frequency)))
    hours: set[int] = set()
    days: set[int] = set()
    if inner := _between(text, "<skipHours>", "</skipHours>"):
        hours = {int(number) % _HOURS_A_DAY for number in re.findall(r"\d{1,2}", inner)}
    if inner := _between(text, "<skipDays>", "</skipDays>"):
        days = {at for at, name in enumerate(_DAYS) if name in inner.lower()}
    return Advice(max(waits, default=None), frozenset(hours), frozenset(days))


def _between(text: str, opening: str, closing: str) -> str:
    start = text.find(opening)
    end = text.find(closing, start, start + 4096) if start >= 0 else -1
    inner = text[start + len(opening) : end].strip() if end >= 0 else ""
    return inner.removeprefix("<![CDATA[").removesuffix("]]>")


def _frequency(written: str) -> float:
    # Updates per period: a divisor; fractions and nonsense occur.
    try:
        frequency = float(written.strip().replace(",", "."))
    except ValueError:
        return 1.0
    return frequency if 0.001 <= frequency <= 10_000 else 1.0  # noqa: PLR2004
