"""Boilerplate: sentences that an outlet says under one headline after the other.

Who it is, where to subscribe, what may be reprinted: no list of phrases knows every outlet's, but
it gives itself away, being said about events that have nothing in common. Left in, it makes the
short reports of one outlet alike: of 400 different events three times as many became one.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from storage.model import OutletId
from watchers.stories.codec import Sketch
from watchers.stories.features import Features
from watchers.stories.shelf import Pages, Shelf

_OFTEN: Final = 3
"""Items of one outlet that say a sentence, under headlines of which no word of weight is common to
all: an update repeats what was told before, but it names the event in its headline."""
_REMEMBERED: Final = 200
"""Sentences remembered of an outlet: of its latest thirty items or so."""

_OPEN: Final = 1_024
"""Outlets whose sentences lie open, some 30 kB each: 30 MB, however many feeds there are."""


class _Said(NamedTuple):
    """How often a sentence was said, and the words that all headlines above it had, by blanks.

    Of most sentences that is one headline's, which its item keeps anyway.
    """

    times: int
    common: str


@dataclass(frozen=True, slots=True)
class _Repeated:
    """The sentences of an outlet, the latest said last, and which of them it says often."""

    said: dict[int, _Said]
    often: set[int]


class Boilerplate:
    """What the outlets repeat; mutable, learns from every item in its turn."""

    def __init__(
        self,
        features: Iterable[Features] = (),
        pages: Pages | None = None,
        most_open: int = _OPEN,
    ) -> None:
        """Know what these items repeat; of outlets silent for long that is kept in ``pages``."""
        self._outlets = Shelf(_pack, _unpack, pages, most_open)
        for one in features:
            self.learn(one)

    def __contains__(self, outlet: OutletId) -> bool:
        """Tell whether anything is known of an outlet."""
        return outlet in self._outlets

    def of(self, outlet: OutletId) -> frozenset[int]:
        """Give the hashes of what an outlet repeats, as in ``Features.sentences``."""
        return frozenset(self._outlets.get(outlet).often if outlet in self._outlets else ())

    def learn(self, told: Features | Sketch) -> None:
        """Remember the sentences of an item. Without a headline it says nothing about them."""
        known = told.outlet in self._outlets
        one = self._outlets.get(told.outlet) if known else _Repeated({}, set())
        if told.headline is not None:
            _hear(one, told.sentences, told.headline)
        self._outlets.put(told.outlet, one)


def _hear(one: _Repeated, sentences: Iterable[int], headline: str) -> None:
    """Remember what an outlet says under a headline, and forget what it said longest ago."""
    said, often = one.said, one.often
    for sentence in sentences:
        before = said.pop(sentence, None)
        now = (
            _Said(before.times + 1, _common(before.common, headline))
            if before
            else _Said(1, headline)
        )
        said[sentence] = now  # the latest said stands last
        if _is_often(now):
            often.add(sentence)
    while len(said) > _REMEMBERED:
        oldest = next(iter(said))
        del said[oldest]
        often.discard(oldest)


def _is_often(one: _Said) -> bool:
    return one.times >= _OFTEN and not one.common


def _pack(one: _Repeated) -> bytes:
    """Write down what an outlet says; many a sentence has its headline with others."""
    places = {common: at for at, common in enumerate(dict.fromkeys(_commons(one)))}
    rows = [(hashed, said.times, places[said.common]) for hashed, said in one.said.items()]
    return json.dumps(([*places], rows)).encode()


def _unpack(_outlet: int, packed: bytes) -> _Repeated:
    commons, rows = json.loads(packed)
    said = {hashed: _Said(times, commons[at]) for hashed, times, at in rows}
    return _Repeated(said, {hashed for hashed, one in said.items() if _is_often(one)})


def _commons(one: _Repeated) -> Iterator[str]:
    return (said.common for said in one.said.values())


def _common(one: str, other: str) -> str:
    words = set(other.split())
    return " ".join(word for word in one.split() if word in words)
