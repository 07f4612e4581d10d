"""Entries as the formats' readers hand them over, before anything is made of them."""

from dataclasses import dataclass, field

from watchers.parse.values import Advice


@dataclass(slots=True)
class RawEntry:
    """Strings as told. ``dates`` in the order of preference; ``link`` may be relative."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    dates: list[str] = field(default_factory=list)
    language: str = ""
    source: str = ""
    source_url: str = ""
    categories: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RawFeed:
    """A document's own words about itself, and its entries."""

    title: str = ""
    site_url: str = ""
    language: str = ""
    format: str = ""
    advice: Advice = field(default_factory=Advice)
    entries: list[RawEntry] = field(default_factory=list)
    complete: bool = True
