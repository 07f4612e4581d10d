"""Boilerplate: sentences that an outlet says under one headline after the other.

Who it is, where to subscribe, what may be reprinted: no list of phrases knows every outlet's, but
it gives itself away, being said about events that have nothing in common. Left in, it makes the
short reports of one outlet alike: of 400 different events three times as many became one.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from storage.model import OutletId
from watchers.stories.codec import Outline
from watchers.stories.features import Features

_OFTEN: Final = 3
"""Items of one outlet that say a sentence, under headlines of which no word of weight is common to
all: an update repeats what was told before, but it names the event in its headline."""
_REMEMBERED: Final = 200
"""Sentences remembered of an outlet: of its latest thirty items or so."""


class _Said(NamedTuple):
    """How often a sentence was said, and the words that all headlines above it had, by blanks.

    Of most sentences that is one headline's, which its item keeps anyway.
    """

    times: int
    common: str


class Boilerplate:
    """What the outlets repeat; mutable, learns from every item in its turn."""

    def __init__(self, features: Iterable[Features] = ()) -> None:
        """Know what these items repeat."""
        self._said: dict[OutletId, dict[int, _Said]] = {}
        self._often: dict[OutletId, set[int]] = {}
        for one in features:
            self.learn(one)

    def __contains__(self, outlet: OutletId) -> bool:
        """Tell whether anything is known of an outlet."""
        return outlet in self._said

    def of(self, outlet: OutletId) -> frozenset[int]:
        """Give the hashes of what an outlet repeats, as in ``Features.sentences``."""
        return frozenset(self._often.get(outlet, ()))

    def learn(self, told: Features | Outline) -> None:
        """Remember the sentences of an item. Without a headline it says nothing about them."""
        said = self._said.setdefault(told.outlet, {})
        headline = told.headline
        if headline is None:
            return
        often = self._often.setdefault(told.outlet, set())
        for sentence in told.sentences:
            before = said.pop(sentence, None)
            now = (
                _Said(before.times + 1, _common(before.common, headline))
                if before
                else _Said(1, headline)
            )
            said[sentence] = now  # the latest said stands last
            if now.times >= _OFTEN and not now.common:
                often.add(sentence)
        while len(said) > _REMEMBERED:
            oldest = next(iter(said))
            del said[oldest]
            often.discard(oldest)


def _common(one: str, other: str) -> str:
    words = set(other.split())
    return " ".join(word for word in one.split() if word in words)
