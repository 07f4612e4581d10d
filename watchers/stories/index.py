"""The window: the items of the last days in memory, their stories, and which are alike.

``identity`` and ``reclustering`` ask it and decide; the ingester tells it what was decided. What
is silent for the window leaves it, and only marks of its texts stay (``recirculated``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from storage.fingerprints import OldText
from storage.model import ItemId, StoryId
from watchers.stories.boilerplate import Boilerplate
from watchers.stories.candidates import LEAST_SAME, InvertedIndex
from watchers.stories.codec import Sketch, Weights, pack, unpacked
from watchers.stories.columns import Items, Stories, instant
from watchers.stories.compact import NumberLists
from watchers.stories.constraints import Constraint, Constraints
from watchers.stories.features import Features
from watchers.stories.frames import Contrast, Opened, contrast_signals
from watchers.stories.frequencies import Frequencies, WeightedQuery
from watchers.stories.linkage_model import LinkageModel
from watchers.stories.links import Links
from watchers.stories.meaning import (
    Scale,
    Vector,
    cosine,
    fitted_meaning,
    vector,
)
from watchers.stories.recirculated import OldTexts
from watchers.stories.shelf import Pages, Shelf
from watchers.stories.signals import SIGNALS, compare, compare_words
from watchers.stories.vetoes import Reason, is_copy, quotes_same, veto
from watchers.stories.weights import LinkageSettings, fitted

_YOUNG: Final = timedelta(hours=72)
"""How long after its first item a story may still be taken apart: later, readers know it as it is.
Half a day or a week give the same F1 (within 0.002)."""
_MICROSECOND: Final = timedelta(microseconds=1)
_CLIP: Final = 5.0
"""Log-odds beyond which a pair says no more: one sure pair must not outweigh a whole story. At 3
or 9, F1 falls by 0.0004."""
_COPY_ODDS: Final = 2.0
"""What a copied text is worth at least, however little its few words say."""
GATE: Final = -2.0
"""Odds below which no headline could make two items one: they are not laid over each other."""
_QUOTE_ODDS: Final = 1.0
"""What a long quote in common is worth at least: reports of one event may share little else."""
_GROWN_ODDS: Final = 1.0
"""What a frame is worth at least of which only the toll has risen: "kills 4", "kills 7"."""
_COPIED, _LEAST, _TEXTLESS = map(SIGNALS.index, ("copied", "title_least", "textless"))
_BOTH: Final = 2


class Likeness(NamedTuple):
    """How surely two items tell one event: log-odds, the signals behind it, a veto if any.

    ``meaning`` is how near their meaning is (a cosine) where that weighed on the odds.
    """

    item: ItemId
    odds: float
    signals: Sequence[float]
    veto: Reason | None = None
    meaning: float | None = None


@dataclass(frozen=True, slots=True)
class Expired:
    """What left the window: stories, their items, what their texts are known by from now on."""

    stories: tuple[StoryId, ...] = ()
    items: tuple[ItemId, ...] = ()
    old: tuple[OldText, ...] = ()


def _at_least(
    one: Features, other: Features, copied: float, contrast: Contrast | None
) -> float | None:
    """Give the odds that a copy, a quote or a risen toll is worth at least, None for the rest."""
    if is_copy(one, other, copied):
        return _COPY_ODDS
    if quotes_same(one, other):
        return _QUOTE_ODDS
    if contrast is not None and contrast.grown and contrast.met >= _BOTH:
        return _GROWN_ODDS
    return None


class Index:
    """All stories told within the window, and their items; mutable, rebuilt in memory at start."""

    def __init__(
        self,
        window: timedelta = timedelta(days=7),
        settings: LinkageSettings | None = None,
        pages: Pages | None = None,
    ) -> None:
        """Keep a story until it is silent for ``window``; what is seldom asked, in ``pages``."""
        self.settings = settings or fitted()
        self.frequencies = Frequencies(self.settings.common, self.settings.documents)
        self._window = window
        lists = NumberLists()
        self._items = Items(lists)
        self._stories = Stories(lists)
        self._links = Links(lists)
        self._inverted = InvertedIndex(self._items, lists)
        self._shelf = Shelf(pack, unpacked, pages)
        self._latest: tuple[Features, WeightedQuery, tuple[Likeness, ...]] | None = None
        self._old = OldTexts()
        self.boilerplate = Boilerplate(pages=pages)
        self._vectors: dict[ItemId, Vector] = {}
        self._scale: Scale | None = None
        self.meaning = fitted_meaning()
        self._aliases: dict[StoryId, StoryId] = {}
        self._constraints = Constraints()
        self._homes: dict[ItemId, StoryId] = {}
        self._barred: frozenset[frozenset[StoryId]] | None = None

    def __len__(self) -> int:
        """Count the items in the window."""
        return len(self._items)

    # --- what is in it -----------------------------------------------------------------------

    def story(self, story: StoryId) -> StoryId:
        """Return the story that a story was merged into, itself where it was not."""
        while story in self._aliases:
            story = self._aliases[story]
        return story

    def story_of(self, item: ItemId) -> StoryId | None:
        """Tell which story an item in the window belongs to."""
        return self._items.story(item)

    def members(self, story: StoryId) -> Sequence[ItemId]:
        """List the items of a story that are in the window, first taken first."""
        return [self._item(slot) for slot in self._stories.members(self.story(story))]

    def size(self, story: StoryId) -> int:
        """Count the items of a story that are in the window."""
        return len(self._stories.members(self.story(story)))

    def stories(self) -> dict[ItemId, StoryId]:
        """Tell the story of every item in the window."""
        return {item: StoryId(self._items.stories[slot]) for item, slot in self._items}

    def features(self, item: ItemId) -> Features:
        """Return the features of an item in the window. Raises KeyError."""
        return self._shelf.get(item)

    def features_of(self, story: StoryId) -> tuple[Features, ...]:
        """List the features of a story's items in the window, first taken first."""
        return tuple(self._shelf.get(item) for item in self.members(story))

    def by_page(self, page: int) -> ItemId | None:
        """Find the item that already has this very page."""
        return self._items.by_page(page)

    def old_text(self, features: Features) -> OldText | None:
        """Find the story, out of the window by now, that had this very text."""
        return self._old.find(features)

    # --- who may be alike --------------------------------------------------------------------

    def compared(self, features: Features) -> tuple[Likeness, ...]:
        """Compare an item with its candidates, surest first.

        The answer about the latest item is kept, because it is asked for again when the
        item is added.
        """
        if self._latest is not None and self._latest[0] is features:
            return self._latest[2]
        query = WeightedQuery(features, self.frequencies)
        # All are compared before any is scored: so the trees stay in the processor's cache.
        compared = [*self._signals(query)]
        opened = Opened(features)
        found = [self._likeness(opened, item, signals) for item, signals in compared]
        if self._vectors:
            found = self._with_meaning(features, found)
        found.sort(key=lambda likeness: (-likeness.odds, likeness.item))
        self._latest = (features, query, tuple(found))
        return self._latest[2]

    def candidates(self, features: Features) -> tuple[ItemId, ...]:
        """Find the items in the window that share the most rare words or cross-lingual keys."""
        query = WeightedQuery(features, self.frequencies)
        return tuple(self._item(slot) for slot in self._candidates(query))

    def _candidates(self, query: WeightedQuery) -> list[int]:
        return self._inverted.candidates(query, self._items.slot(query.features.item))

    def link(self, one: ItemId, other: ItemId) -> float:
        """Give the log-odds of two items in the window; ``floor`` where they never met."""
        return self.near(one).get(other, self.settings.floor)

    def near(self, item: ItemId) -> Mapping[ItemId, float]:
        """Give the items that an item in the window was found alike with, and how surely."""
        self._connect_restored(item)
        return self._linked(item)

    def links(self, items: Iterable[ItemId]) -> dict[ItemId, Mapping[ItemId, float]]:
        """Give what each of these items was found alike with; every link is known both ways."""
        asked = tuple(items)
        for item in asked:
            self._connect_restored(item)
        return {item: self._linked(item) for item in asked}

    def _linked(self, item: ItemId) -> dict[ItemId, float]:
        slot = self._items.slot(item)
        links = () if slot is None else self._links.of(slot)
        return {self._item(other): odds for other, odds in links}

    def linkage_model(self) -> LinkageModel:
        """Give the model that weighs groups of items by what is rare just now."""
        return LinkageModel(self.settings.groups, self.frequencies, self.features)

    def _connect_restored(self, item: ItemId) -> None:
        slot = self._items.slot(item)
        if slot is not None and not self._items.connected[slot]:
            self._items.connected[slot] = True
            self._connect(slot, self.compared(self._shelf.get(item)))

    def _likeness(self, opened: Opened, item: ItemId, signals: Sequence[float]) -> Likeness:
        one, two = opened.features, self._shelf.get(item)
        settings = self.settings
        if one.lang == two.lang:
            odds = settings.same.score(signals)
        else:
            odds = settings.across.score(signals) - settings.across_handicap
        by_words, contrast = odds, None
        if odds > GATE and one.has_title and two.has_title:
            contrast = opened.over(two)
            given = contrast_signals(odds, one, two, signals, contrast.signals)
            odds = settings.contrast.score(given)
        odds = max(-_CLIP, min(_CLIP, odds))
        against = None
        if odds > settings.floor:
            met = contrast.met if contrast else None
            against = (contrast and contrast.veto()) or veto(
                one, two, signals[_LEAST], signals[_COPIED], met
            )
        if against:
            odds = -_CLIP
        elif (least := _at_least(one, two, signals[_COPIED], contrast)) is not None:
            odds = max(odds, least)
        elif contrast is not None and odds < settings.hop <= by_words:
            against = contrast.reason()
        return Likeness(item, odds, signals, against)

    def _signals(self, query: WeightedQuery) -> Iterator[tuple[ItemId, list[float]]]:
        """Compare with the candidates; leave out whose words are less near than estimated."""
        lang = query.features.lang
        for slot in self._candidates(query):
            item, sums = self._item(slot), self._items.sums(slot)
            features = self._shelf.get(item)
            words = compare_words(query, features, sums)
            if words[0] >= LEAST_SAME or features.lang != lang:
                yield item, compare(query, features, sums, words)

    # --- meaning, when in doubt ----------------------------------------------------------------

    def weigh_meaning(self, *, is_fitted: bool) -> None:
        """Weigh meaning from now on; ``is_fitted`` says that it is the fitted model's."""
        self._scale = Scale(self.meaning, fitted=is_fitted)

    @property
    def weighs_meaning(self) -> bool:
        """Tell whether meaning is asked for."""
        return self._scale is not None

    def in_doubt(self, features: Features) -> tuple[ItemId, ...]:
        """Name the items that a newcomer may tell one event with or not, surest first."""
        if features.item in self._vectors:
            return ()
        return tuple(
            likeness.item
            for likeness in self.compared(features)
            if likeness.veto is None and self.meaning.doubts(likeness.odds)
        )

    def has_meaning(self, item: ItemId) -> bool:
        """Tell whether an item's vector is known."""
        return item in self._vectors

    def mean(self, vectors: Iterable[tuple[ItemId, bytes]]) -> None:
        """Know vectors of items, quantised: of those in the window, and of the newcomer."""
        self._vectors.update((item, vector(packed)) for item, packed in vectors)
        self._latest = None

    def learn_meaning(self, features: Features, items: Iterable[ItemId]) -> None:
        """Learn from pairs in doubt how near the model's vectors usually are."""
        own = self._vectors.get(features.item)
        if self._scale is None or own is None:
            return
        for item in items:
            other = self._vectors.get(item)
            near = None if other is None else cosine(own, other)
            if near is not None:
                self._scale.learn(near)

    def _with_meaning(self, one: Features, likenesses: list[Likeness]) -> list[Likeness]:
        """Weigh meaning where it is known and the odds leave a doubt; a veto leaves none."""
        own = self._vectors.get(one.item)
        if self._scale is None or own is None:
            return likenesses
        return [
            self._meant(self._scale, own, likeness, one.lang)
            if likeness.veto is None and self.meaning.doubts(likeness.odds)
            else likeness
            for likeness in likenesses
        ]

    def _meant(self, scale: Scale, own: Vector, likeness: Likeness, lang: str) -> Likeness:
        other = self._vectors.get(likeness.item)
        near = None if other is None else cosine(own, other)
        near = None if near is None else scale.brought(near)
        if near is None:
            return likeness
        if self._shelf.get(likeness.item).lang != lang:
            weighing = self.meaning.across
        elif likeness.signals[_TEXTLESS] == _BOTH:
            weighing = self.meaning.bare
        else:
            weighing = self.meaning.told
        odds = weighing.odds(likeness.odds, near)
        odds = max(-_CLIP, min(_CLIP, odds))
        return likeness._replace(odds=odds, meaning=near)

    # --- taking in and letting go --------------------------------------------------------------

    def add(self, features: Features, story: StoryId) -> None:
        """Take an item in as part of its story."""
        likenesses = self.compared(features)
        assert self._latest is not None  # noqa: S101 - compared has just set it
        query = self._latest[1]
        slot = self._take_in(query, story, connected=True)
        self.frequencies.learn(features)
        self._connect(slot, likenesses)

    def restore_old(self, texts: Iterable[OldText]) -> None:
        """Know the texts that left the window before this start."""
        self._old.restore(texts)

    def restore(self, features: Features, story: StoryId) -> None:
        """Take in an item whose story was decided before this start.

        It is compared with others only when a newcomer comes near it: a start must be quick.
        """
        query = WeightedQuery(features, self.frequencies, learn=True)
        self._take_in(query, story, connected=False)

    def recall(self, sketch: Sketch, story: StoryId, weights: Weights, packed: bytes) -> None:
        """Take in an item as ``restore`` does, in half the time: it weighs what it weighed."""
        slot = self._items.add(sketch, self.story(story), weights.sums, connected=False)
        self._inverted.post(sketch, slot, weights.posted)
        self._shelf.put_away(sketch.item, packed)
        self.frequencies.learn(sketch)
        self._settle(slot, sketch)

    def weights(self, item: ItemId) -> Weights:
        """Tell what an item of the window weighed when it came. Raises KeyError."""
        slot = self._items.slot(item)
        if slot is None:
            raise KeyError(item)
        return Weights(self._items.sums(slot), self._items.posted(slot))

    def _take_in(self, query: WeightedQuery, story: StoryId, *, connected: bool) -> int:
        features, story = query.features, self.story(story)
        slot = self._items.add(features, story, query.sums, connected=connected)
        self._inverted.add(query, slot)
        self._shelf.put(features.item, features)
        self._settle(slot, features)
        return slot

    def _settle(self, slot: int, told: Features | Sketch) -> None:
        story = StoryId(self._items.stories[slot])
        self._stories.add(story, slot, self._items.told_at[slot])
        self.boilerplate.learn(told)
        self._latest = None

    def _connect(self, slot: int, likenesses: Iterable[Likeness]) -> None:
        for likeness in likenesses:
            other = self._items.slot(likeness.item)
            if other is not None and (likeness.odds > self.settings.floor or likeness.veto):
                self._links.put(slot, other, likeness.odds)

    def _item(self, slot: int) -> ItemId:
        return ItemId(self._items.ids[slot])

    def drop(self, item: ItemId) -> None:
        """Forget an item that could not be stored after all."""
        self._vectors.pop(item, None)
        slot = self._items.slot(item)
        if slot is not None:
            self._stories.remove(StoryId(self._items.stories[slot]), slot)
            self._forget(item, slot)

    def restate(self, features: Features) -> None:
        """Know an item of the window by its new words; it stays in its story."""
        story = self.story_of(features.item)
        if story is None:
            return
        vector = self._vectors.get(features.item)
        self.drop(features.item)
        query = WeightedQuery(features, self.frequencies, learn=True)
        self._take_in(query, story, connected=False)
        if vector is not None:
            self._vectors[features.item] = vector

    def expiring(self, now: datetime) -> tuple[StoryId, ...]:
        """Name the stories that have been silent for the window."""
        return self._stories.silent(instant(now - self._window))

    def expire(self, now: datetime) -> Expired:
        """Forget the stories that have been silent for the window; return what went.

        Marks of their texts stay, so that an old text with a new date is recognised.
        """
        silent = self.expiring(now)
        items: list[ItemId] = []
        old: list[OldText] = []
        for story in silent:
            for slot in self._stories.members(story):
                item = self._item(slot)
                old += self._old.put(self._shelf.get(item), story)
                items.append(item)
                self._forget(item, slot)
            self._stories.forget(story)
        return Expired(silent, tuple(items), tuple(old))

    def _forget(self, item: ItemId, slot: int) -> None:
        self._vectors.pop(item, None)
        if item in self._constraints:
            self._homes[item] = StoryId(self._items.stories[slot])
        features = self._shelf.get(item)
        self._shelf.drop(item)
        self._links.drop(slot)
        self._inverted.remove(features, slot)
        self._items.remove(features)
        self._latest = None

    # --- second thoughts and corrections -------------------------------------------------------

    def move(self, item: ItemId, story: StoryId) -> None:
        """Put an item into another story."""
        story = self.story(story)
        if item in self._constraints:
            self._barred = None
            self._homes[item] = story
        slot = self._items.slot(item)
        if slot is None or (old := self._items.stories[slot]) == story:
            return
        told_at = self._items.told_at
        self._stories.add(story, slot, told_at[slot])
        self._items.stories[slot] = story
        self._stories.retell(story, max(told_at[one] for one in self._stories.members(story)))
        self._stories.remove(StoryId(old), slot)

    def merge(self, story: StoryId, into: StoryId) -> None:
        """Make one story of two; the old id stays as an alias."""
        story, into = self.story(story), self.story(into)
        if story == into:
            return
        for item in self.members(story):
            self.move(item, into)
        self._aliases[story] = into
        self._barred = None

    def revive(self, story: StoryId) -> None:
        """Let a story that was merged away be one of its own again; its items come next."""
        self._aliases.pop(story, None)
        self._barred = None

    def constrain(
        self, number: int, constraint: Constraint, homes: Mapping[ItemId, StoryId]
    ) -> None:
        """Obey an admin's correction from now on, of items out of the window too.

        ``homes`` says which stories its items are in.
        """
        self._constraints.add(number, constraint)
        self._homes.update(homes)
        self._barred = None

    def release(self, number: int) -> None:
        """Obey a correction no more."""
        self._constraints.drop(number)
        self._barred = None

    def bound(self, story: StoryId) -> list[list[ItemId]]:
        """Group a story's items by what admins have put together; most stand alone."""
        return self._constraints.bound(self.members(story))

    def is_settled(self, story: StoryId) -> bool:
        """Tell whether a story stays together, because its first days are over."""
        story = self.story(story)
        first = self._items.told_at[self._stories.members(story)[0]]
        return self._stories.told_last(story) - first > _YOUNG // _MICROSECOND

    @property
    def has_constraints(self) -> bool:
        """Tell whether an admin has ever corrected anything."""
        return bool(self._constraints)

    def may_join(self, one: StoryId, other: StoryId) -> bool:
        """Tell whether no admin has forbidden the two stories to be one."""
        if self._barred is None:
            self._barred = self._constraints.barred(self._home)
        return frozenset((self.story(one), self.story(other))) not in self._barred

    def _home(self, item: ItemId) -> StoryId | None:
        """Tell which story an item is in, wherever it is by now; None where it is gone."""
        living = self._items.story(item)
        if living is not None:
            return living
        story = self._homes.get(item)
        return None if story is None else self.story(story)
