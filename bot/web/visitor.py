"""Who looks at a page: in which language, by whose clock. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.texts import LANGUAGES, choose
from storage.model import Chat, ChatId, ChatKind

MOST_TAGS = 20
"""So many languages of an Accept-Language header are looked at; browsers send some five."""

_TAG = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,30})?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*"
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser. ``asked`` says that the language stands in the address."""

    language: str
    time_zone: str
    asked: bool = False

    @property
    def chat(self) -> Chat:
        """The visitor as a reader of the chat: whatever is rendered there is rendered so here."""
        return Chat(ChatId(0), ChatKind.PRIVATE, language=self.language, time_zone=self.time_zone)


def visitor_of(asked: str | None, accepted: str, default: str, time_zone: str) -> Visitor:
    """Tell in which language to speak: as the address says, the browser, or else the default."""
    if asked in LANGUAGES:
        return Visitor(asked, time_zone, asked=True)
    for tag in _by_liking(accepted):
        if tag in LANGUAGES or choose(tag, default) != choose("xx", default):
            return Visitor(choose(tag, default), time_zone)
    return Visitor(default, time_zone)


def _by_liking(accepted: str) -> Iterator[str]:
    """Yield the languages of an Accept-Language header (RFC 9110), the best liked first."""
    parts = (_TAG.fullmatch(part) for part in accepted.split(",")[:MOST_TAGS])
    told = [(float(part[2] or 1), part[1].lower()) for part in parts if part]
    for liking, tag in sorted(told, key=lambda one: -one[0]):
        if liking:
            yield tag
