"""Items for tests: a headline and a text at a minute, prepared as the ingester does."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from storage.model import ItemId, OutletId
from watchers.stories import Features, prepare
from watchers.text.words import analyse

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
analysed = lru_cache(maxsize=64)(analyse)
"""Some tests tell the same few articles in every order."""


def features(
    number: int,
    title: str,
    text: str = "",
    *,
    lang: str = "ru",
    hours: float = 0.0,
    outlet: int | None = None,
    url_key: str = "",
    boilerplate: frozenset[int] = frozenset(),
) -> Features:
    """Prepare item ``number``, told ``hours`` after noon, by an outlet of its own."""
    analysis = analysed(title, text, lang)
    return prepare(
        item=ItemId(number),
        outlet=OutletId(number if outlet is None else outlet),
        url_key=url_key,
        told_at=NOON + timedelta(hours=hours, minutes=number),
        title=title,
        lang=analysis.lang,
        analysis=analysis,
        boilerplate=boilerplate,
    )
