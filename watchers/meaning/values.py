"""What is asked of a model of meaning, and how its answers are checked; pure."""

from collections.abc import Sequence
from math import isfinite
from typing import Final, Protocol

from watchers.stories.meaning import quantised

MOST_TEXTS: Final = 4
"""So many texts at once, a newcomer and the surest of those it may belong to: the built-in model
takes a tenth of a second for them."""
_ENOUGH: Final = 120
"""Characters: a shorter headline is filled up from its text. Each further one costs time."""
_HEADLINE: Final = 200
_LEAST_LEAD: Final = 20
_MOST_DIMENSIONS: Final = 8_192


class MeaningError(Exception):
    """A model of meaning did not answer, or answered with something else than vectors."""


class Embedder(Protocol):
    """Whatever turns texts into vectors of floats, in their order."""

    async def ask(self, texts: Sequence[str]) -> object:
        """Ask once, however long it takes. Raises MeaningError or OSError."""
        ...

    async def give_up(self) -> None:
        """End what does not answer well, so that the next question meets another."""
        ...

    async def close(self) -> None:
        """Let go of what answers."""
        ...


def text_of(title: str, summary: str) -> str:
    """Return what is told to the model of an item: its headline and how its text begins."""
    headline, lead = title.replace("\0", " ").strip(), summary.replace("\0", " ").strip()
    room = _ENOUGH - len(headline) - 1
    return (f"{headline[:_HEADLINE]}\n{lead[:room] if room > _LEAST_LEAD else ''}").strip()


def checked(answer: object, texts: int, dimensions: int | None) -> list[bytes]:
    """Check that an answer is a vector for each text, all of one dimension; quantise them.

    ``dimensions`` is what earlier answers had. Raises MeaningError.
    """
    if not isinstance(answer, list) or len(answer) != texts:
        raise MeaningError("not as many vectors as texts")
    packed = []
    for values in answer:
        floats = _floats(values)
        dimensions = dimensions or len(floats)
        if len(floats) != dimensions:
            raise MeaningError(f"{len(floats)} dimensions instead of {dimensions}")
        try:
            packed.append(quantised(floats))
        except ValueError as error:
            raise MeaningError(str(error)) from error
    return packed


def _floats(values: object) -> list[float]:
    if not isinstance(values, list) or not 1 < len(values) <= _MOST_DIMENSIONS:
        raise MeaningError("not a vector")
    if any(type(value) not in (float, int) for value in values):
        raise MeaningError("not a vector of numbers")
    try:
        floats = [float(value) for value in values]
    except OverflowError as error:
        raise MeaningError("a number beyond all bounds") from error
    if not all(map(isfinite, floats)):
        raise MeaningError("a number that is none")
    return floats
