"""Entries as the formats' readers hand them over, and the measures that all of them keep."""

from dataclasses import dataclass, field, replace

from watchers.parse.images import RawImage
from watchers.parse.values import Advice

MOST_ENTRIES = 5_000
"""Of one document; a reader may stop there, so that it does no work for nothing."""

_LARGEST_SUMMARY = 64 * 1024
_MOST_CATEGORIES = 20
_MOST_IMAGES = 8


@dataclass(slots=True)
class RawEntry:
    """Strings as told. ``dates`` and ``images`` as preferred; ``link`` may be relative."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    dates: list[str] = field(default_factory=list)
    language: str = ""
    source: str = ""
    source_url: str = ""
    categories: list[str] = field(default_factory=list)
    images: list[RawImage] = field(default_factory=list)


@dataclass(slots=True)
class RawFeed:
    """A document's own words about itself, and its entries. ``image`` is its own, a logo."""

    title: str = ""
    site_url: str = ""
    language: str = ""
    format: str = ""
    image: str = ""
    advice: Advice = field(default_factory=Advice)
    entries: list[RawEntry] = field(default_factory=list)
    complete: bool = True


def measured(feed: RawFeed) -> RawFeed:
    """Return a feed of at most 5,000 entries, summaries of 64 K characters, whole characters."""
    return replace(
        feed,
        title=_whole(feed.title),
        site_url=_whole(feed.site_url),
        language=_whole(feed.language),
        entries=[_measured(entry) for entry in feed.entries[:MOST_ENTRIES]],
    )


def _measured(entry: RawEntry) -> RawEntry:
    return RawEntry(
        guid=_whole(entry.guid),
        link=_whole(entry.link),
        title=_whole(entry.title),
        summary=_whole(entry.summary[:_LARGEST_SUMMARY]),
        dates=[_whole(date) for date in entry.dates],
        language=_whole(entry.language),
        source=_whole(entry.source),
        source_url=_whole(entry.source_url),
        categories=[_whole(one) for one in entry.categories[:_MOST_CATEGORIES]],
        images=[replace(one, url=_whole(one.url)) for one in entry.images[:_MOST_IMAGES]],
    )


def _whole(text: str) -> str:
    """Drop half an emoji (U+D83D alone): it is no character, nothing could store or send it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "ignore").decode()
    return text
