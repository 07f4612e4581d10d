"""What a visitor's address asks for, checked: a page, a day, a query. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from storage.errors import NewsError, Text

MOST_PAGES = 50
"""Nobody turns further; what is older has its day."""

MOST_QUERY = 500
"""Characters: longer ones are refused before anybody reads them."""


class NoPageError(NewsError):
    """There is nothing at this address, and never was."""


def page_of(query: Mapping[str, str]) -> int:
    """Return which page is asked for, 1 for the first. Raises NoPageError."""
    raw = query.get("page", "1")
    if not re.fullmatch(r"[0-9]{1,4}", raw) or not 0 < int(raw) <= MOST_PAGES:
        raise NoPageError("web.no_page")
    return int(raw)


def day_of(raw: str) -> date:
    """Read a day: 2026-11-29. Raises NoPageError."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
        try:
            day = date.fromisoformat(raw)
        except ValueError:
            raise NoPageError("web.no_page") from None
        if 1970 < day.year < 9999:  # noqa: PLR2004 - beyond them a zone's day has no moments
            return day
    raise NoPageError("web.no_page")


def query_of(query: Mapping[str, str]) -> str:
    """Return what is searched for, "" for nothing. Raises NewsError where it is too long."""
    text = query.get("q", "").strip()
    if len(text) > MOST_QUERY:
        raise NewsError("query.too_long", limit=MOST_QUERY, example=Text("example.query"))
    return text
