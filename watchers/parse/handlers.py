"""What feedparser takes for an entry's own, said anew: its page, its text, where a base ends.

feedparser 6 calls a method for every tag by the tag's name; those here stand in front of its own.
"""

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from watchers.text import urls

_WEB = re.compile(r"(?:https?:)?//\S|www\.\S", re.IGNORECASE)
_PAGE_RELATIONS = frozenset({"alternate", "bookmark", "canonical", "permalink"})
"""RFC 4287 §4.2.7.2; HTML's names for the lasting address of what one reads."""
_MANNERS = frozenset({"nofollow", "noopener", "noreferrer", "external", "ugc", "sponsored"})
"""Relations that say how to follow a link, not what it leads to."""
_DATA = re.compile(
    r"^(?:image|audio|video|font|application)/|xml|json|rss|atom|script|css|calendar"
)
_OTHER_PAGES = {"application/pdf": 2, "application/msword": 2, "application/xml": 4, "text/xml": 4}
"""What an entry without a page may be instead."""
NO_PAGE = 9
"""The rank of a link that is no page."""
SECOND_TEXTS = ("yandex_full-text", "dc_description", "itunes_summary", "media_description")
"""Keys of texts about an entry that are its own only where it has no other, best first."""


class Handlers:
    """Stands in front of feedparser's parsers, the strict and the loose one."""

    item_base = sys.maxsize
    """How many elements were open around the entry that is being read."""
    link_told: Mapping[str, str] = MappingProxyType({})
    """The attributes of the link whose text is being read."""

    def unknown_endtag(self: Any, tag: str) -> None:
        """End an element's xml:base with it: feedparser never goes back to having none."""
        super().unknown_endtag(tag)  # type: ignore[misc]
        self.baseuri = self.basestack[-1] if self.basestack else ""

    def _start_item(self: Any, attributes: dict[str, str]) -> None:
        self.item_base = len(self.basestack)
        super()._start_item(attributes)  # type: ignore[misc]

    def _end_item(self: Any) -> None:
        # Elements left open in an entry end with it.
        del self.basestack[self.item_base :], self.langstack[self.item_base :]
        super()._end_item()  # type: ignore[misc]

    _start_entry, _end_entry = _start_item, _end_item

    def _start_link(self: Any, attributes: dict[str, str]) -> None:
        if attributes.get("href"):
            self._save_link("", attributes)  # it may never be closed
        else:
            self.link_told = attributes
            self.push("link_address", 0)

    def _end_link(self: Any) -> None:
        if (text := self.pop("link_address")) is not None:
            self._save_link(text, self.link_told)

    def _save_link(self: Any, text: str, told: Mapping[str, str]) -> None:
        address = link_address(text, told)
        if not address or (self.inentry and self.inimage):
            return
        link = {**told, "href": self.resolve_uri(address)}
        if text:
            link.pop("type", None)  # RSS knows no types of links
        context = self._get_context()
        if not isinstance(context.get("links"), list):
            context["links"] = []  # none yet, or an element of the feed's own that is called so
        context["links"].append(link)
        if page_rank(link) < NO_PAGE:
            context["link"] = link["href"]

    def _start_second_text(self: Any, attributes: dict[str, str]) -> None:  # noqa: ARG002 (theirs)
        self.push("second_text", 0)

    def _end_dc_title(self: Any) -> None:
        self._save_second_text("dc_title")

    def _end_dc_description(self: Any) -> None:
        self._save_second_text("dc_description")

    def _end_itunes_summary(self: Any) -> None:
        self._save_second_text("itunes_summary")

    def _end_media_description(self: Any) -> None:
        self._save_second_text("media_description")

    _start_dc_title = _start_dc_description = _start_second_text
    _start_itunes_summary = _start_media_description = _start_second_text

    def _save_second_text(self: Any, key: str) -> None:
        if text := self.pop("second_text"):
            self._save(key, text)


def link_address(text: str, told: Mapping[str, str]) -> str:
    """Return the address that a link element tells: as its text (RSS) or its href (Atom)."""
    # "?a=1&amp;b=2" escaped twice; feedparser's loose parser makes "&b;" of "&b".
    if "&" in text:
        text = re.sub(r"&([A-Za-z0-9_]+);", r"&\1", text.replace("&amp;", "&"))
    href, *others = (told.get(name, "").strip() for name in ("href", "url", "uri"))
    for address in (text, href, *others):
        if _WEB.match(address):
            return address
    return next((one for one in (href, text, *others) if not urls.is_none(one)), "")


def page_rank(link: Mapping[str, str]) -> int:
    """Say how well a link's relation and type name the page that is the entry, 0 the best."""
    return _rank(link.get("rel", ""), link.get("type", ""))


@lru_cache(maxsize=256)
def _rank(relation: str, media_type: str) -> int:
    # A relation may be spelt as an IRI; a missing one is "alternate" (RFC 4287 §4.2.7.2).
    relations = {word.rpartition("/")[2].lower() for word in relation.split()} - _MANNERS
    kind = media_type.partition(";")[0].strip().lower()
    if relations and not relations & _PAGE_RELATIONS:
        return 3 if "self" in relations and "html" in kind else NO_PAGE
    if "html" in kind or not _DATA.search(kind):
        return 0 if not relations or "alternate" in relations else 1
    return _OTHER_PAGES.get(kind, NO_PAGE)
