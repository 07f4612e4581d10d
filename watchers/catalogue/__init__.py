"""Data about the region's outlets: where they publish, and under which names and mirrors."""

import csv
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from storage.feeds import NewFeed
from storage.model import FeedKind, Outlet, OutletId, Ownership


def starting_feeds() -> tuple[tuple[NewFeed, Outlet], ...]:
    """Return the feeds an installation begins with, each with its outlet.

    ``rules`` are a page's CSS selectors (``watchers.parse.webpage.scraped``) and ``time_zone``
    where an outlet writes times without one. Ownership is what is publicly known of who stands
    behind an outlet. Outlets' ids are not theirs yet.
    """
    rows = csv.DictReader(_text("feeds.tsv").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple((_feed(row), _outlet(row)) for row in rows)


@cache
def mirrors() -> Mapping[str, str]:
    """Return mirror and former hosts of outlets → the host each is known by."""
    table = {}
    for line in _text("mirrors.tsv").splitlines()[1:]:
        host, *others = line.split("\t")
        for other in " ".join(others).split():
            table[other] = host
    return table


@cache
def small_talk() -> Mapping[tuple[str, ...], str]:
    """Return what people say to a bot as to a person: → ``thanks``, ``hello``, ``cancel``."""
    rows = csv.DictReader(_text("small_talk.tsv").splitlines(), delimiter="\t")
    return {
        tuple(phrase.split()): row["kind"] for row in rows for phrase in row["phrases"].split("|")
    }


def _feed(row: dict[str, str]) -> NewFeed:
    return NewFeed(
        url=row["url"],
        title=row["title"] or row["outlet"],
        outlet=row["outlet"],
        kind=FeedKind(row["kind"]),
        languages=tuple(row["languages"].split()),
        rules=json.loads(row["rules"] or "{}"),
    )


def _outlet(row: dict[str, str]) -> Outlet:
    return Outlet(
        id=OutletId(0),
        name=row["outlet"],
        country=row["country"],
        ownership=Ownership(row["ownership"]),
        wire=row["wire"] == "wire",
        family=row["family"],
    )


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
