"""What Telegram marks by itself (pure): commands, links, mentions, hashtags; and link hygiene."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.sandbox.telegram.model import MessageEntity

MAX_SCANNED = 40_000  # a message is at most 4096 units; this only bounds hostile input
_SPANS = re.compile(
    r"(?P<url>\bhttps?://[^\s<>\"']{1,2000})"
    r"|(?P<email>\b[\w.+-]{1,64}@[\w-]{1,63}\.[a-zA-Z]{2,24}\b)"
    r"|(?<![\w/@<>])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w@/])(?P<mention>@[A-Za-z][A-Za-z0-9_]{2,31})\b"
    r"|(?<![\w#&])(?P<hashtag>\#\w{1,255})"
)
_TRAILING = ".,;:!?)]}»”'"
_HOST = re.compile(r"^(?:(?:[\w-]{1,63}\.)+[\w-]{2,63}\.?|(?:\d{1,3}\.){3}\d{1,3})$")


def valid_link(url: str) -> bool:
    """Tell whether Telegram would keep this as a link: http(s), tg, ton or mailto with a host."""
    try:
        parts = urlsplit(url if "://" in url or ":" in url.split("/", 1)[0] else f"http://{url}")
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme in ("tg", "ton", "mailto", "tel"):
        return True
    return parts.scheme in ("http", "https") and (
        bool(_HOST.match(host)) or host == "localhost" or ":" in host
    )


def find_spans(text: str) -> tuple[MessageEntity, ...]:
    """Find the entities Telegram adds to any text, offsets in UTF-16 units."""
    found = []
    units, seen = 0, 0
    for kind, start, end in _matches(text[:MAX_SCANNED]):
        units += _units(text, seen, start)
        length = _units(text, start, end)
        found.append(MessageEntity(kind, units, length))
        units += length
        seen = end
    return tuple(found)


def with_spans(text: str, marked: tuple[MessageEntity, ...]) -> tuple[MessageEntity, ...]:
    """Add the automatic entities that do not touch code or links already there."""
    taken = [e for e in marked if e.type in ("code", "pre", "text_link")]
    added = [
        span
        for span in find_spans(text)
        if not any(
            span.offset < e.offset + e.length and e.offset < span.offset + span.length
            for e in taken
        )
    ]
    return tuple(sorted((*marked, *added), key=lambda e: (e.offset, -e.length)))


def _matches(text: str) -> Iterator[tuple[str, int, int]]:
    for found in _SPANS.finditer(text):
        kind = found.lastgroup or "url"
        start, end = found.span(kind)
        if kind == "url":
            while end > start and text[end - 1] in _TRAILING:
                end -= 1
        yield kind, start, end


def _units(text: str, start: int, end: int) -> int:
    return end - start + sum(ch > "\uffff" for ch in text[start:end])
