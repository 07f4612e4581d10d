"""Documents to entries: ``parse(document) -> ParsedFeed | NotAFeed``; pure.

Feeds of every family, news sitemaps, public Telegram previews and scraped pages all come out
as the same values. Only ``syndication`` knows feedparser.
"""

from watchers.parse.document import parse
from watchers.parse.values import (
    Advice,
    Document,
    Entry,
    FeedLink,
    NotAFeed,
    PageKind,
    ParsedFeed,
)

__all__ = [
    "Advice",
    "Document",
    "Entry",
    "FeedLink",
    "NotAFeed",
    "PageKind",
    "ParsedFeed",
    "parse",
]
