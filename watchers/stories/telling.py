"""What identity knows of one item: compact signals, made once, compared many times."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from storage.model import ItemId, OutletId

_NOT_WORD = re.compile(r"[^\w%$€₽₸.,]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_TITLE_LIMIT = 240
_LEAD_LIMIT = 240

UNSAVED = ItemId(0)
"""The id of a telling that is judged before it is stored."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One item's signals. ``told_at`` is the outlet's time, else the time before it."""

    item: ItemId
    outlet: OutletId
    url_key: str
    told_at: datetime
    lang: str
    title: str
    lead: str
    numbers: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    def stored_as(self, item: ItemId) -> "Telling":
        """Name the telling by the id that storage gave it."""
        return replace(self, item=item)


def normal(text: str, limit: int) -> str:
    """Fold case, ё and punctuation away, so that equal headlines are equal strings."""
    folded = text[:limit].casefold().replace("ё", "е")
    return _NOT_WORD.sub(" ", folded).strip()


def prepare(
    *,
    outlet: OutletId,
    url_key: str,
    told_at: datetime,
    title: str,
    summary: str,
    lang: str,
    analysis: object = None,
    item: ItemId = UNSAVED,
) -> Telling:
    """Make the signals of one item from its texts and the analysis of its words."""
    del analysis
    head = normal(title, _TITLE_LIMIT)
    lead = normal(summary, _LEAD_LIMIT)
    return Telling(
        item=item,
        outlet=outlet,
        url_key=url_key,
        told_at=told_at,
        lang=lang,
        title=head or lead,
        lead=lead,
        numbers=frozenset(number.replace(",", ".") for number in _NUMBER.findall(title)),
    )
