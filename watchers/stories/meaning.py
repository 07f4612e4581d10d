"""Meaning as numbers: vectors of texts, how near two are, and what that says of a pair in doubt.

The vectors come from outside (``watchers.meaning``) and are handed in as values; without any,
nothing here changes a decision. They are kept as one signed byte a dimension: that moves a cosine
by less than a thousandth.
"""

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import sqrt
from operator import mul
from typing import Any, Final, NamedTuple

_LARGEST: Final = 127


class Vector(NamedTuple):
    """A text's meaning: its numbers in whole steps, and their Euclidean length."""

    numbers: "array[int]"
    length: float


def quantised(values: Sequence[float]) -> bytes:
    """Round a vector to one signed byte a dimension; its direction is all that matters.

    Raises ValueError where it points nowhere.
    """
    largest = max(map(abs, values), default=0.0)
    if not largest:
        raise ValueError("a vector without length")
    return array("b", [round(value / largest * _LARGEST) for value in values]).tobytes()


def vector(packed: bytes) -> Vector:
    """Read what ``quantised`` wrote."""
    numbers = array("b", packed)
    return Vector(numbers, sqrt(sum(map(mul, numbers, numbers))))


def cosine(one: Vector, other: Vector) -> float | None:
    """Tell how near two vectors are, -1 to 1; None where they are of two kinds."""
    if len(one.numbers) != len(other.numbers) or not one.length or not other.length:
        return None
    product: int = sum(map(mul, one.numbers, other.numbers))
    return product / (one.length * other.length)


@dataclass(frozen=True, slots=True)
class CosineWeight:
    """How much nearer than expected two texts must be to add how much to the log-odds.

    At given odds a cosine of ``middle + by_odds * odds`` is expected; each whole unit beyond it
    adds ``by_cosine``. So meaning shifts no balance: it puts pairs in doubt in a better order.
    """

    middle: float
    by_odds: float
    by_cosine: float

    def odds(self, odds: float, near: float) -> float:
        """Weigh the two; more of either is never less."""
        return odds + self.by_cosine * (near - self.middle - self.by_odds * odds)


@dataclass(frozen=True, slots=True)
class MeaningSettings:
    """What ``scripts/fit_meaning.py`` fitted.

    A pair with log-odds from ``least`` to ``most`` is in doubt. ``bare`` weighs pairs of headlines
    without texts, ``told`` others in one language, ``across`` those in two. ``mean`` and
    ``spread`` are those of the fitted model's cosines of pairs in doubt: another model's are
    brought to them.
    """

    least: float
    most: float
    bare: CosineWeight
    told: CosineWeight
    across: CosineWeight
    mean: float
    spread: float

    def doubts(self, odds: float) -> bool:
        """Tell whether log-odds leave a pair in doubt."""
        return self.least <= odds <= self.most


@lru_cache(maxsize=1)
def fitted_meaning() -> MeaningSettings:
    """Give the numbers that ship."""
    stored = json.loads((files("watchers.stories") / "meaning.json").read_text(encoding="utf-8"))
    return settings_of(stored)


def settings_of(stored: Mapping[str, Any]) -> MeaningSettings:
    """Read what the fit wrote."""
    least, most = stored["doubt"]
    return MeaningSettings(
        least=least,
        most=most,
        bare=CosineWeight(**stored["bare"]),
        told=CosineWeight(**stored["told"]),
        across=CosineWeight(**stored["across"]),
        mean=stored["mean"],
        spread=stored["spread"],
    )


class Scale:
    """Brings a model's cosines to those of the model that was fitted.

    One model's cosines lie between .75 and .95, another's between .2 and .8. What they are for
    pairs in doubt is learnt from such pairs; until some hundred were seen, nothing is said.
    """

    _ENOUGH: Final = 100

    def __init__(self, settings: MeaningSettings, *, fitted: bool) -> None:
        """Begin to learn; ``fitted`` says that it is the very model, and nothing is to learn."""
        self._settings = settings
        self._fitted = fitted
        self._seen = 0
        self._mean = 0.0
        self._squares = 0.0

    def learn(self, near: float) -> None:
        """Take in the cosine of a pair in doubt (Welford's running mean and variance)."""
        self._seen += 1
        off = near - self._mean
        self._mean += off / self._seen
        self._squares += off * (near - self._mean)

    def brought(self, near: float) -> float | None:
        """Give a cosine as the fitted model would have it, None while that is not known."""
        if self._fitted:
            return near
        spread = sqrt(self._squares / self._seen) if self._seen >= self._ENOUGH else 0.0
        if not spread:
            return None
        return self._settings.mean + (near - self._mean) / spread * self._settings.spread
