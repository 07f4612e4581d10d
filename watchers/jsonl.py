"""Items from a file of JSON lines, as entries of a feed: for archives, tests and scripts; pure."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from storage.errors import NewsError
from storage.masking import without_user_info
from watchers.parse import Entry
from watchers.text import markup, urls

MOST_TEXT = 100_000
"""Characters of a field that are read; an article is a tenth of it."""

FIRST_YEAR, LAST_YEAR = 1900, 2099
"""Of a time that can be meant; what lies beyond is a program's word for "never"."""


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One line of a file: the entry, who told it, and when it is taken to have come."""

    entry: Entry
    source: str
    moment: datetime


def read(raw: Iterator[str], start: datetime, now: datetime) -> Iterator[JsonLine]:
    """Read JSON lines {id, url, title, text, published, lang, source}, all but title optional.

    What ``steppewire items --json`` writes can be read, too: it says ``outlet`` for the source
    and ``external_id`` for what the source called the item.

    A line without a time takes the one before it, the first one ``start``; none came later than
    ``now``, whatever it says. Raises NewsError that names the line where something else stands.
    """
    moment = start
    for number, text in enumerate(raw, 1):
        if not text.strip():
            continue
        told = object_of(text.removeprefix("\ufeff") if number == 1 else text, number)
        published = time_of(told, number)
        moment = min(published or moment, now)
        source = (field(told, "source") or field(told, "outlet"))[:200]
        yield JsonLine(entry_of(told, published, source), source, moment)


def object_of(text: str, number: int) -> dict[str, Any]:
    """Read one line's JSON object."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise NewsError("ingest.not_json", line=number) from None
    if not isinstance(told, dict):
        raise NewsError("ingest.not_json", line=number)
    if not isinstance(told.get("title", None), str):
        raise NewsError("ingest.no_title", line=number)
    return told


def field(told: dict[str, Any], name: str) -> str:
    """Return a field's text, "" where it is missing or null; numbers are taken as written."""
    value = told.get(name)
    if value is None:
        return ""
    # JSON can spell half a character (a lone surrogate), which nothing can store.
    return str(value)[:MOST_TEXT].encode("utf-8", "replace").decode()


def time_of(told: dict[str, Any], number: int) -> datetime | None:
    """Read when an item was published (ISO 8601; without a zone it is UTC), None if unsaid."""
    raw = field(told, "published").strip()
    if not raw:
        return None
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        raise NewsError("ingest.bad_time", line=number, value=raw[:60]) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise NewsError("ingest.bad_time", line=number, value=raw[:60])
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def entry_of(told: dict[str, Any], published: datetime | None, source: str) -> Entry:
    """Make an entry of a line; its text is plain text, whatever signs stand in it.

    A line without id and address is known again by what it says: its place in the file may
    change, and another file of that name has other lines.
    """
    url = urls.absolute("", field(told, "url").strip()) if told.get("url") else ""
    url = without_user_info(url)
    external_id = field(told, "external_id" if "external_id" in told else "id").strip()
    url_key = "" if urls.is_front_page(url) else urls.canonical_key(url)
    keys = [f"g:{external_id}"] if external_id else []
    keys += [f"u:{url_key}"] if url_key else []
    return Entry(
        external_id=external_id,
        url=url,
        url_key=url_key,
        title=markup.one_line(field(told, "title")),
        summary_html=html.escape(field(told, "text"), quote=False),
        published=published,
        keys=tuple(keys) or (content_key(source, field(told, "title"), field(told, "text")),),
        language=field(told, "lang").strip(),
    )


def content_key(source: str, title: str, text: str) -> str:
    """Name what a line says by a digest of it."""
    said = json.dumps((source, title, text)).encode()
    return f"c:{blake2b(said, digest_size=16).hexdigest()}"
