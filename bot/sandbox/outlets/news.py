"""The demo's news as data: invented events, each told by one or more outlets.

``news/*.toml`` hold them, a table an event, named by what identity is measured against:

    [kg-liver]
    topic = "health"               # what it is about, for whoever looks for more of a kind
    follows = "kg-another"         # a later development of that event, yet a story of its own
    twins = "clinics"              # its look-alikes, which must stay apart, have the same word
    single = true                  # told by one outlet alone
    items = [
      [0, "ala-too-line", "ru", "headline", "summary, may be empty"],
      [40, "ala-too-line", "ru", "new headline", "new summary", "update"],
      [70, "ala-too-line", "ru", "", "", "removal"],
    ]

An item begins with the minutes since the event's first; those of ``opening.toml`` are counted
back from the demo's start. An "update" replaces what the outlet had published of the event in
that language: its page stays, its text changes; a "removal" takes it off. A toll that rises is the
same event.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

OPENING = "opening"
"""The file of what was published before the demo starts."""
UPDATE, REMOVAL = "update", "removal"


@dataclass(frozen=True, slots=True)
class SampleItem:
    """What an outlet publishes of an event, ``after`` minutes from the event's first item.

    In the opening ``after`` is negative: minutes before the demo starts. ``update`` marks what is
    about the page that the outlet already has on the event: a new text, or a ``removal``.
    """

    outlet: str
    title: str
    summary: str
    lang: str
    event: str = ""
    after: float = 0.0
    update: bool = False
    removal: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, and what is published of it; the file's head has the fields."""

    name: str
    topic: str
    items: tuple[SampleItem, ...]
    follows: str = ""
    twins: str = ""
    single: bool = False


def opening() -> tuple[Event, ...]:
    """List the events that outlets published before the demo starts."""
    return _events(OPENING)


@cache
def later() -> tuple[Event, ...]:
    """List the events that are published from then on, file by file."""
    return tuple(event for name in _files() if name != OPENING for event in _events(name))


def first_items() -> tuple[SampleItem, ...]:
    """List what the outlets had published before the demo starts."""
    return tuple(item for event in opening() for item in event.items)


def _files() -> list[str]:
    folder = resources.files("bot.sandbox.outlets").joinpath("news")
    return sorted(
        file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")
    )


@cache
def _events(name: str) -> tuple[Event, ...]:
    file = resources.files("bot.sandbox.outlets").joinpath("news", f"{name}.toml")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(
        Event(
            event,
            raw["topic"],
            tuple(_items(event, raw["items"])),
            raw.get("follows", ""),
            raw.get("twins", ""),
            raw.get("single", False),
        )
        for event, raw in tables.items()
    )


def _items(event: str, rows: list[list[object]]) -> Iterator[SampleItem]:
    for after, outlet, lang, title, summary, *marks in rows:
        yield SampleItem(
            str(outlet),
            str(title),
            str(summary),
            str(lang),
            event,
            float(str(after)),
            update=UPDATE in marks or REMOVAL in marks,
            removal=REMOVAL in marks,
        )
