"""Further sample items (pure): item number n of the supply, the same for the same seed.

Every template is an event told by one or more outlets; its slots (a place, a number …) are drawn
anew each round, so that a later round tells of new events instead of repeating old ones.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from bot.sandbox.outlets import SampleItem, sample_data


@dataclass(frozen=True, slots=True)
class Supply:
    """The endless sequence of sample items for one seed."""

    seed: int

    def item(self, number: int) -> SampleItem:
        """Tell item `number`, counted from 0."""
        per_round = sum(len(template["tellings"]) for template in _templates())
        turn, place = divmod(number, per_round)
        for template in self._order(turn):
            tellings = template["tellings"]
            if place < len(tellings):
                return self._told(template, tellings[place], turn)
            place -= len(tellings)
        raise AssertionError("a round has as many items as its templates have tellings")

    def _order(self, turn: int) -> Sequence[Any]:
        templates = list(_templates())
        random.Random(f"{self.seed}/{turn}").shuffle(templates)  # noqa: S311 - a demo's order
        return templates

    def _told(self, template: Any, telling: Any, turn: int) -> SampleItem:
        values = {
            name: _in_language(value, telling["lang"])
            for name, value in self._drawn(template, turn).items()
        }
        return SampleItem(
            telling["outlet"],
            telling["title"].format(**values),
            telling["summary"].format(**values),
            telling["lang"],
        )

    def _drawn(self, template: Any, turn: int) -> Mapping[str, Any]:
        """Choose this round's slots; those shown in titles go through all their combinations."""
        slots = template["slots"]
        titles = " ".join(telling["title"] for telling in template["tellings"])
        shown = [name for name in slots if f"{{{name}}}" in titles]
        combinations = list(product(*(slots[name] for name in shown)))
        random.Random(f"{self.seed}/{template['id']}").shuffle(combinations)  # noqa: S311
        drawn = dict(zip(shown, combinations[turn % len(combinations)], strict=True))
        dice = random.Random(f"{self.seed}/{template['id']}/{turn}")  # noqa: S311
        return {name: drawn.get(name) or dice.choice(slots[name]) for name in slots}


def _in_language(value: Any, lang: str) -> str:
    """Say a slot's value; all languages here but English write decimals with a comma."""
    if isinstance(value, Mapping):
        return str(value[lang])
    return str(value) if lang == "en" else str(value).replace(".", ",")


@cache
def _templates() -> tuple[Any, ...]:
    return tuple(sample_data()["supply"])
