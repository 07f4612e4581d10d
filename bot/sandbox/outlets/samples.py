"""Invented outlets for the demo, said to be invented; `outlets.json` holds them."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class SampleOutlet:
    """An invented outlet.

    `ownership` is state, state-linked, private, independent, exile or western.
    `form` is how it is read: rss, atom, page (HTML where a feed should be) or down (503).
    """

    name: str
    slug: str
    country: str
    languages: tuple[str, ...]
    ownership: str
    form: str
    wire: bool = False

    @property
    def feed_path(self) -> str:
        """Where its feed is, below the sandbox's url."""
        return f"/outlets/{self.slug}/feed.xml"

    @property
    def home_path(self) -> str:
        """Where its home page is, below the sandbox's url."""
        return f"/outlets/{self.slug}/"


@cache
def sample_data() -> Any:
    """Read the data file."""
    return json.loads(
        resources.files("bot.sandbox.outlets").joinpath("outlets.json").read_text(encoding="utf-8")
    )


def sample_outlets() -> tuple[SampleOutlet, ...]:
    """List the outlets with a working or an ill feed, in the order of the data file."""
    return tuple(
        SampleOutlet(
            raw["name"],
            raw["slug"],
            raw["country"],
            tuple(raw["languages"]),
            raw["ownership"],
            raw["form"],
            raw["wire"],
        )
        for raw in sample_data()["outlets"]
    )
