"""The fitted numbers of identity, read once from the data file that ``fit_stories`` writes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from watchers.stories.signals import SIGNALS, Trees


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides, and what a backtest may vary.

    ``same`` scores two tellings in one language, ``across`` in two. Two groups join from a mean
    log-odds of ``join``; a pair never met among the candidates counts ``floor``. ``hop`` is
    from which a telling is looked at again with another, ``related`` from which it is offered
    as the same theme. ``across_handicap`` is taken off where languages differ. ``common``
    counts the words of every day in ``documents`` tellings, by their hashes.
    """

    same: Trees
    across: Trees
    join: float
    floor: float
    hop: float
    related: float
    across_handicap: float
    common: Mapping[int, float] = field(default_factory=dict)
    documents: int = 0


@lru_cache(maxsize=1)
def fitted() -> Settings:
    """Give the settings that ship. Raises ValueError where they were fitted to other signals."""
    told = json.loads((files("watchers.stories") / "weights.json").read_text(encoding="utf-8"))
    if tuple(told["signals"]) != SIGNALS:
        message = "weights.json was fitted to other signals; run scripts/fit_stories.py"
        raise ValueError(message)
    return Settings(
        same=_trees(told["same"]),
        across=_trees(told["across"]),
        common={int(key): count for key, count in told["common"].items()},
        documents=told["documents"],
        **told["thresholds"],
    )


def _trees(told: dict[str, Any]) -> Trees:
    return Trees(
        base=told["base"],
        roots=tuple(told["roots"]),
        signal=tuple(told["signal"]),
        value=tuple(told["value"]),
        left=tuple(told["left"]),
        right=tuple(told["right"]),
    )
