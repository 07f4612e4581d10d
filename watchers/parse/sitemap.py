"""News sitemaps (the Google News extension of sitemaps.org): a list of fresh articles."""

import html
import re

from watchers.parse.raw import RawEntry, RawFeed
from watchers.parse.segments import Segments

_FIELD = re.compile(
    r"<(?:[\w.-]{1,20}:)?(loc|title|publication_date|lastmod|name|language|keywords)(?:\s[^<>]*)?>"
    r"(.*?)</(?:[\w.-]{1,20}:)?\1\s*>",
    re.DOTALL,
)
_NEWS = re.compile(r"<((?:[\w.-]{1,20}:)?news)(?:\s[^<>]*)?>(.*?)</\1\s*>", re.DOTALL)


def read(segments: Segments, chosen: list[int]) -> RawFeed:
    """Read the chosen entries of a sitemap; addresses without a headline are no news."""
    entries = [one for one in map(_entry, map(segments.piece, chosen)) if one.title]
    return RawFeed(
        title=entries[0].source if entries else "",
        language=entries[0].language if entries else "",
        format="sitemap",
        entries=entries,
    )


def _entry(piece: str) -> RawEntry:
    told: dict[str, str] = {}
    news = _NEWS.search(piece)
    # Image and video extensions have titles and locations too: the news block's come first.
    for name, inner in _FIELD.findall(news.group(2)) if news else ():
        told.setdefault(name, _inner(inner))
    is_news = "title" in told
    for name, inner in _FIELD.findall(piece):
        told.setdefault(name, _inner(inner))
    link = told.get("loc", "")
    keywords = [word.strip() for word in told.get("keywords", "").split(",") if word.strip()]
    return RawEntry(
        guid="",
        link=link,
        title=told.get("title", "") if is_news or "publication_date" in told else "",
        dates=[told[name] for name in ("publication_date", "lastmod") if name in told],
        language=told.get("language", ""),
        source=told.get("name", ""),
        categories=keywords,
    )


def _inner(text: str) -> str:
    text = text.strip()
    if text.startswith("<![CDATA["):
        return text.removeprefix("<![CDATA[").removesuffix("]]>").strip()
    return html.unescape(text)
