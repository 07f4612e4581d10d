"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read leniently."""

import json
from typing import Any

from watchers.parse.raw import RawEntry, RawFeed

_MOST_ITEMS = 5_000
_LARGEST_SUMMARY = 64 * 1024


def read(text: str) -> RawFeed | None:
    """Read a JSON Feed; None for JSON that is none, or no JSON at all."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not isinstance(told.get("items"), list):
        return None
    items = [item for item in told["items"][:_MOST_ITEMS] if isinstance(item, dict)]
    is_versioned = "jsonfeed.org/version" in _text(told.get("version"))
    if not is_versioned and not any(item.get("url") and item.get("title") for item in items):
        return None
    return RawFeed(
        title=_text(told.get("title")),
        site_url=_text(told.get("home_page_url")),
        language=_text(told.get("language")),
        format="json",
        entries=[_entry(item) for item in items],
    )


def _entry(item: dict[str, Any]) -> RawEntry:
    tags = item.get("tags")
    body = _text(item.get("content_html"))
    if not body:
        # content_text is text: what looks like a tag in it is none.
        body = _text(item.get("content_text")).replace("&", "&amp;").replace("<", "&lt;")
    return RawEntry(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        summary=(_text(item.get("summary")).replace("<", "&lt;") or body)[:_LARGEST_SUMMARY],
        dates=[_text(item[n]) for n in ("date_published", "date_modified") if item.get(n)],
        language=_text(item.get("language")),
        categories=[_text(tag) for tag in tags[:20]] if isinstance(tags, list) else [],
    )


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    # Ids are often numbers, against the specification; True is no id.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
