"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read leniently."""

import json
import re
from typing import Any

from watchers.parse import images
from watchers.parse.images import RawImage
from watchers.parse.raw import MOST_ENTRIES, RawEntry, RawFeed
from watchers.text import urls

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_NEXT = re.compile(r"[\s,]*\{")


def read(text: str) -> RawFeed | None:
    """Read a JSON Feed; None for JSON that is none, or no JSON at all."""
    told, is_complete = _read(text)
    if not isinstance(told, dict) or not isinstance(told.get("items"), list):
        return None
    items = [item for item in told["items"][:MOST_ENTRIES] if isinstance(item, dict)]
    is_versioned = "jsonfeed.org/version" in _text(told.get("version"))
    if not is_versioned and not any(item.get("url") and item.get("title") for item in items):
        return None
    return RawFeed(
        title=_text(told.get("title")),
        site_url=_text(told.get("home_page_url")),
        language=_text(told.get("language")),
        format="json",
        image=_text(told.get("icon")),
        entries=[_entry(item) for item in items],
        complete=is_complete,
    )


def _read(text: str) -> tuple[Any, bool]:
    """Read JSON, line breaks inside strings allowed; of a cut-off feed, its complete items."""
    # Numbers stay as told: only ids may be any, and one of 5,000 digits is no number to Python.
    lenient = json.JSONDecoder(strict=False, parse_int=str)
    try:
        return lenient.raw_decode(text)[0], True
    except (ValueError, RecursionError):
        pass
    opening = _ITEMS.search(text)
    if opening is None:
        return None, False
    items: list[Any] = []
    at = opening.end()
    while len(items) < MOST_ENTRIES and (found := _NEXT.match(text, at)):
        try:
            item, at = lenient.raw_decode(text, found.end() - 1)
        except (ValueError, RecursionError):
            break
        items.append(item)
    if not items:
        return None, False
    try:
        head = lenient.raw_decode(f'{text[: opening.start()]}"items":[]}}')[0]
    except (ValueError, RecursionError):
        return None, False
    return {**head, "items": items} if isinstance(head, dict) else None, False


def _entry(item: dict[str, Any]) -> RawEntry:
    guid = _text(item.get("id"))
    told = (_text(item.get("url")), _text(item.get("external_url")))
    link = next((one for one in told if not urls.is_none(one) and not one.isdecimal()), "")
    if not link and guid.startswith(("http://", "https://")):
        link = guid  # the specification asks for ids that are the items' addresses
    tags = item.get("tags")
    body = _text(item.get("content_html"))
    if not body:
        # content_text is text: what looks like a tag in it is none.
        body = _text(item.get("content_text")).replace("&", "&amp;").replace("<", "&lt;")
    return RawEntry(
        guid=guid,
        link=link,
        title=_text(item.get("title")),
        summary=_text(item.get("summary")).replace("<", "&lt;") or body,
        dates=[_text(item[n]) for n in ("date_published", "date_modified") if item.get(n)],
        language=_text(item.get("language")),
        categories=[_text(tag) for tag in tags] if isinstance(tags, list) else [],
        images=_images(item, _text(item.get("content_html"))),
    )


def _images(item: dict[str, Any], markup: str) -> list[RawImage]:
    """Name an item's pictures: its main one, its banner, what is attached, what stands in it."""
    told = [_text(item.get("image")), _text(item.get("banner_image"))]
    files = item.get("attachments")
    told += [
        _text(file.get("url"))
        for file in (files[:5] if isinstance(files, list) else ())
        if isinstance(file, dict) and _text(file.get("mime_type")).startswith("image/")
    ]
    return [*(RawImage(url) for url in told if url), *images.in_markup(markup)]


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    # Ids are often numbers, against the specification; True is no id.
    return str(value) if isinstance(value, float) else ""
