"""The fitted numbers of story identity, read once from the file that ``fit_stories`` writes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol

from watchers.stories.frames import CONTRAST_SIGNALS
from watchers.stories.linkage import LINKAGE_SIGNALS
from watchers.stories.signals import SIGNALS
from watchers.stories.trees import Trees


class Scored(Protocol):
    """Whatever gives log-odds for signals: fitted trees, or what a fit begins with."""

    @property
    def score(self) -> Callable[[Sequence[float]], float]:
        """Give the log-odds for signals in their fixed order."""
        ...


@dataclass(frozen=True, slots=True)
class LinkageSettings:
    """The trees and thresholds that decide; a backtest may vary the thresholds.

    ``same`` scores two items in one language, ``across`` in two; ``contrast`` weighs those odds
    anew by what their headlines share and differ in. ``groups`` scores the linkage between
    two groups of items, which join from log-odds of ``join``. Pairs up to ``floor`` are not
    remembered. ``hop`` is from which an item is looked at again with another, and a linkage
    weighed for its surest pair; ``related`` from which it is offered
    as the same theme. ``across_handicap`` is taken off where languages differ. ``common``
    counts the words of every day in ``documents`` items, by their hashes.
    """

    same: Scored
    across: Scored
    contrast: Scored
    groups: Scored
    join: float
    floor: float
    hop: float
    related: float
    across_handicap: float
    common: Mapping[int, float] = field(default_factory=dict)
    documents: int = 0


@lru_cache(maxsize=1)
def fitted() -> LinkageSettings:
    """Give the settings that ship. Raises ValueError where they were fitted to other signals."""
    stored = json.loads((files("watchers.stories") / "weights.json").read_text(encoding="utf-8"))
    names = (
        ("signals", SIGNALS),
        ("contrast_signals", CONTRAST_SIGNALS),
        ("linkage_signals", LINKAGE_SIGNALS),
    )
    if any(tuple(stored[key]) != wanted for key, wanted in names):
        message = "weights.json was fitted to other signals; run scripts/fit_stories.py"
        raise ValueError(message)
    return LinkageSettings(
        same=_trees(stored["same"]),
        across=_trees(stored["across"]),
        contrast=_trees(stored["contrast"]),
        groups=_trees(stored["groups"]),
        common={int(key): count for key, count in stored["common"].items()},
        documents=stored["documents"],
        **stored["thresholds"],
    )


def _trees(stored: dict[str, Any]) -> Trees:
    return Trees(
        base=stored["base"],
        roots=tuple(stored["roots"]),
        signal=tuple(stored["signal"]),
        value=tuple(stored["value"]),
        left=tuple(stored["left"]),
        right=tuple(stored["right"]),
    )
