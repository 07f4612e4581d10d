"""The tellings of the last days in memory: who might tell the same event, and how surely."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from storage.fingerprints import OldText
from storage.model import ItemId, StoryId
from watchers.stories.features import Features
from watchers.stories.linkage_model import LinkageModel
from watchers.stories.recirculated import OldTexts
from watchers.stories.signals import (
    BRIDGE_NORM,
    NORM,
    SIGNALS,
    Frequencies,
    WeightedQuery,
    compare,
    worded,
)
from watchers.stories.vetoes import Reason, is_copy, veto
from watchers.stories.weights import Settings, fitted

_INDEXED_TERMS: Final = 24
_INDEXED_BRIDGES: Final = 20
_ASKED_TERMS: Final = 28
_ASKED_BRIDGES: Final = 20
_HITS: Final = 400
"""Entries of the inverted index that one question reads, rarest words first."""
_FEW: Final = 12
_RECENT: Final = 100
_SAME: Final = 12
_ACROSS: Final = 6
_LEAST_SAME: Final = 0.07
_LEAST_ACROSS: Final = 0.035
"""Cosines below which hardly a pair in a hundred is one event: not compared further."""
_YOUNG: Final = timedelta(hours=72)
"""How long after its first telling a story may still be taken apart."""
_CLIP: Final = 5.0
_COPY_ODDS: Final = 2.0
_COPIED, _LEAST = map(SIGNALS.index, ("copied", "title_least"))
_LEAST_SHARE: Final = 0.25
"""Candidates far behind the first are passed by."""


class Likeness(NamedTuple):
    """How surely two tellings tell one event: log-odds, the signals behind it, a veto if any."""

    item: ItemId
    odds: float
    signals: Sequence[float]
    veto: Reason | None = None


@dataclass(frozen=True, slots=True)
class Expired:
    """What left the window: stories, their items, what their texts are known by from now on."""

    stories: tuple[StoryId, ...] = ()
    items: tuple[ItemId, ...] = ()
    old: tuple[OldText, ...] = ()


Postings = dict[int, "int | tuple[int, ...] | array[Any]"]
"""The seats that have a word or bridge, in the smallest form: most words have one or two."""


class _Seats:
    """A number for each item in the window, small and used again, and what is asked by it.

    A newcomer meets hundreds of items that share a word with it; nearly all are passed by for
    their norms alone. Side by side in an array these are near the processor, as the tellings
    themselves, a megabyte here and there, are not.
    """

    __slots__ = ("_free", "items", "norms")

    def __init__(self) -> None:
        self.items: list[ItemId] = []
        self.norms = {NORM: array("f"), BRIDGE_NORM: array("f")}
        self._free: list[int] = []

    def take(self, item: ItemId, sums: Sequence[float]) -> int:
        """Seat an item with its kept sums."""
        if not self._free:
            self._free.append(len(self.items))
            self.items.append(item)
            for norms in self.norms.values():
                norms.append(0.0)
        seat = self._free.pop()
        self.items[seat] = item
        for norm, norms in self.norms.items():
            norms[seat] = sums[norm]
        return seat

    def leave(self, seat: int) -> None:
        """Let another have the seat."""
        self._free.append(seat)


@dataclass(slots=True)
class _Kept:
    """What the window holds of an item: ``posted`` says which of its hashes were indexed."""

    features: Features
    story: StoryId
    seat: int
    sums: "array[float]"
    posted: int
    connected: bool


class Index:
    """All living stories and their tellings; mutable, in memory, rebuilt at start."""

    def __init__(
        self, window: timedelta = timedelta(days=7), settings: Settings | None = None
    ) -> None:
        """Keep a story until it is silent for ``window``."""
        self.settings = settings or fitted()
        self.frequencies = Frequencies(self.settings.common, self.settings.documents)
        self._window = window
        self._kept: dict[ItemId, _Kept] = {}
        self._seats = _Seats()
        self._members: dict[StoryId, list[ItemId]] = {}
        self._last_told: dict[StoryId, datetime] = {}
        self._pages: dict[int, ItemId] = {}
        self._terms: dict[str, Postings] = defaultdict(dict)
        self._bridges: dict[str, Postings] = defaultdict(dict)
        self._links: dict[ItemId, dict[ItemId, float]] = {}
        self._latest: tuple[Features, WeightedQuery, tuple[Likeness, ...]] | None = None
        self._old = OldTexts()
        self._aliases: dict[StoryId, StoryId] = {}
        self._apart: set[frozenset[StoryId]] = set()
        self._settled: set[StoryId] = set()

    def __len__(self) -> int:
        """Count the tellings in the window."""
        return len(self._kept)

    # --- what is in it -----------------------------------------------------------------------

    def story(self, story: StoryId) -> StoryId:
        """Follow the aliases of merged stories to the one that lives."""
        while story in self._aliases:
            story = self._aliases[story]
        return story

    def story_of(self, item: ItemId) -> StoryId | None:
        """Tell which story an item in the window belongs to."""
        kept = self._kept.get(item)
        return None if kept is None else kept.story

    def members(self, story: StoryId) -> Sequence[ItemId]:
        """List the items of a story that are in the window, first taken first."""
        return self._members.get(self.story(story), ())

    def stories(self) -> dict[ItemId, StoryId]:
        """Tell the story of every item in the window."""
        return {item: kept.story for item, kept in self._kept.items()}

    def features(self, item: ItemId) -> Features:
        """Return the telling of an item in the window. Raises KeyError."""
        return self._kept[item].features

    def tellings(self, story: StoryId) -> tuple[Features, ...]:
        """List the tellings of a story that are in the window, first taken first."""
        return tuple(self._kept[item].features for item in self.members(story))

    def by_page(self, page: int) -> ItemId | None:
        """Find the item that already has this very page."""
        return self._pages.get(page)

    def told_before(self, features: Features) -> OldText | None:
        """Find the story, out of the window by now, that had this very text."""
        return self._old.find(features)

    # --- who may be alike --------------------------------------------------------------------

    def compared(self, features: Features) -> tuple[Likeness, ...]:
        """Compare a telling with its candidates, surest first.

        The answer about the latest telling is kept, because it is asked for again when the
        telling is added.
        """
        if self._latest is not None and self._latest[0] is features:
            return self._latest[2]
        view = WeightedQuery(features, self.frequencies)
        # All are compared before any is judged: a thousand leaves stay near the processor.
        signals = [*self._signals(view)]
        found = [self._likeness(features, item, told) for item, told in signals]
        found.sort(key=lambda one: (-one.odds, one.item))
        self._latest = (features, view, tuple(found))
        return self._latest[2]

    def candidates(self, features: Features) -> tuple[ItemId, ...]:
        """Find the items in the window that share the most rare words or bridges."""
        return tuple(self._candidates(WeightedQuery(features, self.frequencies)))

    def link(self, one: ItemId, other: ItemId) -> float:
        """Give the log-odds of two items in the window; ``floor`` where they never met."""
        return self.near(one).get(other, self.settings.floor)

    def near(self, item: ItemId) -> Mapping[ItemId, float]:
        """Give the items that an item in the window was found alike with, and how surely."""
        self._connect_restored(item)
        return self._links.get(item, {})

    def links(self, items: Iterable[ItemId]) -> dict[ItemId, Mapping[ItemId, float]]:
        """Give what each of these items was found alike with; every link is known both ways."""
        asked = tuple(items)
        for item in asked:
            self._connect_restored(item)
        return {item: self._links.get(item, {}) for item in asked}

    def scales(self) -> LinkageModel:
        """Give the scales for one question about groups of tellings."""
        return LinkageModel(self.settings.groups, self.frequencies, self.features)

    def _connect_restored(self, item: ItemId) -> None:
        kept = self._kept.get(item)
        if kept is not None and not kept.connected:
            kept.connected = True
            self._connect(item, self.compared(kept.features))

    def _likeness(self, one: Features, item: ItemId, signals: Sequence[float]) -> Likeness:
        two = self._kept[item].features
        settings = self.settings
        if one.lang == two.lang:
            odds = settings.same.score(signals)
        else:
            odds = settings.across.score(signals) - settings.across_handicap
        odds = max(-_CLIP, min(_CLIP, odds))
        against = None
        if odds > settings.floor:
            against = veto(one, two, signals[_LEAST], signals[_COPIED])
        if against:
            odds = -_CLIP
        elif is_copy(one, two, signals[_COPIED]):
            odds = max(odds, _COPY_ODDS)
        return Likeness(item, odds, signals, against)

    def _signals(self, view: WeightedQuery) -> Iterator[tuple[ItemId, list[float]]]:
        """Compare with the candidates; words must be as near as they roughly seemed to be."""
        lang = view.features.lang
        for item in self._candidates(view):
            kept = self._kept[item]
            words = worded(view, kept.features, kept.sums)
            if words[0] >= _LEAST_SAME or kept.features.lang != lang:
                yield item, compare(view, kept.features, kept.sums, words)

    def _candidates(self, view: WeightedQuery) -> list[ItemId]:
        lang = view.features.lang
        own = self._kept.get(view.features.item)
        votes = self._asked(own, view.words, _ASKED_TERMS, [self._terms[lang]])
        best = self._best(votes, NORM, _LEAST_SAME * view.sums[NORM], _SAME)
        others = [postings for other, postings in self._bridges.items() if other != lang]
        votes = self._asked(own, view.bridges, _ASKED_BRIDGES, others)
        best += self._best(votes, BRIDGE_NORM, _LEAST_ACROSS * view.sums[BRIDGE_NORM], _ACROSS)
        return best

    def _best(self, votes: dict[int, float], norm: int, least: float, limit: int) -> list[ItemId]:
        """Choose by the rough cosine; most of those met share a word or two and are passed by."""
        items, norms = self._seats.items, self._seats.norms[norm]
        cosines = [vote / norms[seat] for seat, vote in votes.items()]
        foremost = sorted(cosines, reverse=True)[:limit]
        if not foremost:
            return []
        enough = max(least, foremost[-1], foremost[0] * _LEAST_SHARE)
        chosen = [
            (-cosine, items[seat])
            for seat, cosine in zip(votes, cosines, strict=True)
            if cosine >= enough
        ]
        return [item for _, item in sorted(chosen)[:limit]]

    def _asked(
        self,
        own: _Kept | None,
        weights: dict[int, float],
        limit: int,
        postings: Sequence[Postings],
    ) -> dict[int, float]:
        """Let the rarest words and bridges vote for the seats that have them."""
        votes: dict[int, float] = {}
        hits = 0
        for key in sorted(weights, key=weights.__getitem__, reverse=True)[:limit]:
            weight = weights[key] ** 2
            for posting in postings:
                seats = posting.get(key)
                if seats is None:
                    continue
                if isinstance(seats, int):
                    votes[seats] = votes.get(seats, 0.0) + weight
                    hits += 1
                    continue
                hits += len(seats)
                for seat in seats[-_RECENT:]:
                    votes[seat] = votes.get(seat, 0.0) + weight
            if hits > _HITS:
                break
        if own is not None:
            votes.pop(own.seat, None)
        return votes

    # --- taking in and letting go --------------------------------------------------------------

    def add(self, features: Features, story: StoryId) -> None:
        """Take a telling in as part of its story."""
        likenesses = self.compared(features)
        assert self._latest is not None  # noqa: S101 - compared has just set it
        self._take_in(features, self._latest[1], story, connected=True)
        self._connect(features.item, likenesses)

    def restore_old(self, texts: Iterable[OldText]) -> None:
        """Know the texts that left the window before this start."""
        self._old.restore(texts)

    def restore(self, features: Features, story: StoryId) -> None:
        """Take in a telling whose story was decided before this start.

        It is compared with others only when a newcomer comes near it: a start must be quick.
        """
        self._take_in(features, WeightedQuery(features, self.frequencies), story, connected=False)

    def _take_in(
        self, features: Features, view: WeightedQuery, story: StoryId, *, connected: bool
    ) -> None:
        item = features.item
        story = self.story(story)
        seat = self._seats.take(item, view.sums)
        posted = self._post(seat, view)
        self._kept[item] = _Kept(features, story, seat, view.sums, posted, connected)
        self._members.setdefault(story, []).append(item)
        last = self._last_told.get(story, features.told_at)
        self._last_told[story] = max(last, features.told_at)
        if features.page:
            self._pages.setdefault(features.page, item)
        self.frequencies.learn(view)
        self._latest = None

    def _connect(self, item: ItemId, likenesses: Iterable[Likeness]) -> None:
        links: dict[ItemId, float] = {}
        for one in likenesses:
            if one.odds > self.settings.floor or one.veto:
                links[one.item] = one.odds
                self._links.setdefault(one.item, {})[item] = one.odds
        if links:
            self._links.setdefault(item, {}).update(links)

    def _post(self, seat: int, view: WeightedQuery) -> int:
        lang = view.features.lang
        posted = 0
        rarest = _rarest(view.words, _INDEXED_TERMS)
        for at, key in {**rarest, **dict(enumerate(view.title))}.items():
            _put(self._terms[lang], key, seat)
            posted |= 1 << at
        for at, key in _rarest(view.bridges, _INDEXED_BRIDGES).items():
            _put(self._bridges[lang], key, seat)
            posted |= 1 << (at + len(view.words))
        return posted

    def drop(self, item: ItemId) -> None:
        """Forget an item that could not be stored after all."""
        story = self.story_of(item)
        if story is None:
            return
        self._forget(item)
        self._members[story].remove(item)
        if not self._members[story]:
            self._forget_story(story)

    def expiring(self, now: datetime) -> tuple[StoryId, ...]:
        """Name the stories that have been silent for the window."""
        horizon = now - self._window
        return tuple(story for story, last in self._last_told.items() if last < horizon)

    def expire(self, now: datetime) -> Expired:
        """Forget the stories that have been silent for the window; return what went.

        Marks of their texts stay, so that an old text with a new date is recognised.
        """
        silent = self.expiring(now)
        items: list[ItemId] = []
        old: list[OldText] = []
        for story in silent:
            for item in self._members.get(story, ()):
                old += self._old.put(self._kept[item].features, story)
                items.append(item)
                self._forget(item)
            self._forget_story(story)
        return Expired(silent, tuple(items), tuple(old))

    def _forget_story(self, story: StoryId) -> None:
        self._members.pop(story, None)
        self._last_told.pop(story, None)
        self._settled.discard(story)

    def _forget(self, item: ItemId) -> None:
        kept = self._kept.pop(item)
        features, posted = kept.features, kept.posted
        if self._pages.get(features.page) == item:
            del self._pages[features.page]
        words = len(features.counts)
        for at, key in enumerate(features.hashes[: features.bridges_end]):
            if posted >> at & 1:
                index = self._terms if at < words else self._bridges
                _take(index[features.lang], key, kept.seat)
        self._seats.leave(kept.seat)
        for other in self._links.pop(item, ()):
            self._links.get(other, {}).pop(item, None)
        self._latest = None

    # --- corrections -------------------------------------------------------------------------

    def move(self, item: ItemId, story: StoryId, *, pinned: bool = False) -> None:
        """Put an item into another story; ``pinned`` when an admin said so."""
        story = self.story(story)
        old = self.story_of(item)
        if old is None or old == story:
            return
        self._members[old].remove(item)
        self._members.setdefault(story, []).append(item)
        self._kept[item].story = story
        self._last_told[story] = max(
            self._kept[other].features.told_at for other in self._members[story]
        )
        if not self._members[old]:
            self._forget_story(old)
        if pinned:
            self.settle(story)

    def merge(self, story: StoryId, into: StoryId, *, pinned: bool = False) -> None:
        """Make one story of two; the old id stays as an alias. ``pinned`` as for ``move``."""
        story, into = self.story(story), self.story(into)
        if story == into:
            return
        self._apart = {
            frozenset(into if one == story else one for one in pair) for pair in self._apart
        }
        self._apart.discard(frozenset((into,)))
        if story in self._settled:
            self._settled.add(into)
        for item in tuple(self._members.get(story, ())):
            self.move(item, into)
        self._aliases[story] = into
        if pinned:
            self.settle(into)

    def settle(self, story: StoryId) -> None:
        """Never take this story's present tellings apart: an admin has put them together."""
        self._settled.add(self.story(story))

    def is_settled(self, story: StoryId) -> bool:
        """Tell whether a story stays together: an admin said so, or it is young no more."""
        story = self.story(story)
        if story in self._settled:
            return True
        first = self._kept[self._members[story][0]].features.told_at
        return self._last_told[story] - first > _YOUNG

    def keep_apart(self, one: StoryId, other: StoryId) -> None:
        """Never join these two stories again: an admin has split them."""
        if self.story(one) != self.story(other):
            self._apart.add(frozenset((self.story(one), self.story(other))))

    @property
    def has_constraints(self) -> bool:
        """Tell whether an admin has ever kept two stories apart."""
        return bool(self._apart)

    def may_join(self, one: StoryId, other: StoryId) -> bool:
        """Tell whether no admin has forbidden the two stories to be one."""
        return frozenset((self.story(one), self.story(other))) not in self._apart


def _rarest(weights: dict[int, float], limit: int) -> dict[int, int]:
    """Choose the keys that weigh most, by their places."""
    keys, values = [*weights], [*weights.values()]
    places = sorted(range(len(keys)), key=values.__getitem__, reverse=True)
    return {at: keys[at] for at in places[:limit]}


def _put(postings: Postings, key: int, seat: int) -> None:
    before = postings.setdefault(key, seat)
    if isinstance(before, int):
        if before != seat:
            postings[key] = (before, seat)
    elif isinstance(before, array):
        before.append(seat)
    elif len(before) < _FEW:
        postings[key] = (*before, seat)
    else:
        postings[key] = array("I", (*before, seat))


def _take(postings: Postings, key: int, seat: int) -> None:
    before = postings[key]
    if isinstance(before, array):
        before.remove(seat)
        if before:
            return
    elif not isinstance(before, int):
        postings[key] = tuple([other for other in before if other != seat])
        if postings[key]:
            return
    del postings[key]
