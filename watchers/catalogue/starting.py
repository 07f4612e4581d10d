"""What an installation begins with: the region's feeds, their outlets, and their fallbacks."""

import json

from storage.feeds import NewFeed
from storage.model import FeedKind, Outlet, OutletId, Ownership
from watchers.catalogue import table


def starting_feeds() -> tuple[tuple[NewFeed, Outlet], ...]:
    """Return the feeds an installation begins with, each with its outlet.

    ``rules`` are a page's CSS selectors (``watchers.parse.webpage.scraped``) and ``time_zone``
    where an outlet writes times without one. Ownership is what is publicly known of who stands
    behind an outlet; ``role`` says whether it is a wire or official. Outlets have no ids yet.

    ``taken`` and ``evidence`` say when and whence an address was taken. ``checked`` says
    "unchecked" until ``steppewire feeds audit`` has seen the address answer, and then when it did
    and what came.
    """
    return tuple((feed_of(row), _outlet(row)) for row in table("feeds.tsv"))


def starting_fallbacks() -> tuple[tuple[str, NewFeed], ...]:
    """Return what is read in the place of the catalogue's feeds while they are ill.

    Each with the address of its feed; its outlet and languages are that feed's.
    """
    return tuple((row["of"], feed_of(row)) for row in table("fallbacks.tsv"))


def feed_of(row: dict[str, str]) -> NewFeed:
    """Describe a row of either table as a feed; a fallback's row has no outlet of its own."""
    outlet = row.get("outlet", "")
    return NewFeed(
        url=row["url"],
        title=row.get("title") or outlet,
        outlet=outlet,
        kind=FeedKind(row["kind"]),
        languages=tuple(row.get("languages", "").split()),
        rules=json.loads(row["rules"] or "{}"),
    )


def _outlet(row: dict[str, str]) -> Outlet:
    return Outlet(
        id=OutletId(0),
        name=row["outlet"],
        country=row["country"],
        ownership=Ownership(row["ownership"]),
        wire=row["role"] == "wire",
        official=row["role"] == "official",
        family=row["family"],
    )
