"""The tellings of the last days in memory: who might tell the same event."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.model import ItemId, StoryId
from watchers.stories.telling import Telling


@dataclass(frozen=True, slots=True)
class Candidate:
    """A telling already in a story, met while looking for the story of another."""

    telling: Telling
    story: StoryId


class Index:
    """All living stories and their tellings; mutable, in memory, rebuilt at start."""

    def __init__(self, window: timedelta = timedelta(days=7)) -> None:
        """Keep a story until it is silent for ``window``."""
        self._window = window
        self._tellings: dict[ItemId, Telling] = {}
        self._story_of: dict[ItemId, StoryId] = {}
        self._members: dict[StoryId, list[ItemId]] = defaultdict(list)
        self._last_told: dict[StoryId, datetime] = {}
        self._url_keys: dict[str, ItemId] = {}
        self._postings: dict[str, list[ItemId]] = defaultdict(list)
        self._aliases: dict[StoryId, StoryId] = {}
        self._apart: set[frozenset[StoryId]] = set()
        self._pinned: set[ItemId] = set()

    def __len__(self) -> int:
        """Count the tellings in the window."""
        return len(self._tellings)

    def add(self, telling: Telling, story: StoryId) -> None:
        """Take a stored telling in as part of its story."""
        item = telling.item
        story = self.story(story)
        self._tellings[item] = telling
        self._story_of[item] = story
        self._members[story].append(item)
        last = self._last_told.get(story, telling.told_at)
        self._last_told[story] = max(last, telling.told_at)
        if telling.url_key:
            self._url_keys.setdefault(telling.url_key, item)
        for word in set(telling.title.split()):
            self._postings[word].append(item)

    def story(self, story: StoryId) -> StoryId:
        """Follow the aliases of merged stories to the one that lives."""
        while story in self._aliases:
            story = self._aliases[story]
        return story

    def story_of(self, item: ItemId) -> StoryId | None:
        """Tell which story an item in the window belongs to."""
        return self._story_of.get(item)

    def tellings(self, story: StoryId) -> tuple[Telling, ...]:
        """List the tellings of a story that are in the window, earliest taken first."""
        return tuple(self._tellings[item] for item in self._members.get(self.story(story), ()))

    def by_url(self, url_key: str) -> StoryId | None:
        """Find the story that already has this very page."""
        item = self._url_keys.get(url_key)
        return None if item is None else self._story_of[item]

    def candidates(self, telling: Telling, limit: int = 25) -> tuple[Candidate, ...]:
        """Find the tellings that share the most rare words, best first."""
        votes: dict[ItemId, float] = defaultdict(float)
        for word in set(telling.title.split()):
            posting = self._postings.get(word, ())
            for item in posting:
                votes[item] += 1.0 / len(posting)
        best = sorted(votes, key=lambda item: (-votes[item], item))[:limit]
        return tuple(Candidate(self._tellings[item], self._story_of[item]) for item in best)

    def move(self, item: ItemId, story: StoryId, *, pinned: bool = False) -> None:
        """Put an item into another story; ``pinned`` when an admin said so."""
        story = self.story(story)
        old = self._story_of.get(item)
        if old is None:
            return
        self._members[old].remove(item)
        self._members[story].append(item)
        self._story_of[item] = story
        self._last_told[story] = max(
            self._tellings[other].told_at for other in self._members[story]
        )
        if not self._members[old]:
            self._forget_story(old)
        if pinned:
            self._pinned.add(item)

    def merge(self, story: StoryId, into: StoryId) -> None:
        """Make one story of two; the old id stays as an alias."""
        story, into = self.story(story), self.story(into)
        if story == into:
            return
        self._apart.discard(frozenset((story, into)))
        for item in tuple(self._members.get(story, ())):
            self.move(item, into)
        self._aliases[story] = into

    def keep_apart(self, one: StoryId, other: StoryId) -> None:
        """Never join these two stories again: an admin has split them."""
        self._apart.add(frozenset((self.story(one), self.story(other))))

    def may_join(self, one: StoryId, other: StoryId) -> bool:
        """Tell whether no admin has forbidden the two stories to be one."""
        return frozenset((self.story(one), self.story(other))) not in self._apart

    def is_pinned(self, item: ItemId) -> bool:
        """Tell whether an admin has placed this item by hand."""
        return item in self._pinned

    def expire(self, now: datetime) -> tuple[StoryId, ...]:
        """Forget the stories that have been silent for the window; return their ids."""
        horizon = now - self._window
        silent = tuple(story for story, last in self._last_told.items() if last < horizon)
        for story in silent:
            self._drop_items(self._members.get(story, ()))
            self._forget_story(story)
        return silent

    def drop(self, item: ItemId) -> None:
        """Forget an item that could not be stored after all."""
        story = self._story_of.get(item)
        if story is None:
            return
        self._drop_items((item,))
        self._members[story].remove(item)
        if not self._members[story]:
            self._forget_story(story)

    def _forget_story(self, story: StoryId) -> None:
        self._members.pop(story, None)
        self._last_told.pop(story, None)

    def _drop_items(self, items: Iterable[ItemId]) -> None:
        for item in items:
            telling = self._tellings.pop(item)
            self._story_of.pop(item)
            if self._url_keys.get(telling.url_key) == item:
                del self._url_keys[telling.url_key]
            for word in set(telling.title.split()):
                posting = self._postings[word]
                posting.remove(item)
                if not posting:
                    del self._postings[word]
