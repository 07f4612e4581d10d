"""What another setting would change: the same items decided twice, and the differences."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from storage.model import ItemId, StoryId
from watchers.stories.features import Features
from watchers.stories.identity import identify
from watchers.stories.index import Index
from watchers.stories.reclustering import Change, Joined, revise
from watchers.stories.weights import LinkageSettings

_SWEEP: Final = timedelta(hours=6)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair that one setting puts into one story and the other does not."""

    one: ItemId
    other: ItemId
    together_before: bool


@dataclass(frozen=True, slots=True)
class Backtest:
    """How many stories each setting makes, and the pairs on which they differ.

    ``joined`` counts the items that only the second setting puts beside their neighbour,
    ``parted`` those that only the first does; ``examples`` are the first of each.
    """

    items: int
    stories_before: int
    stories_after: int
    joined: int
    parted: int
    examples: tuple[Difference, ...]


def backtest(
    items: Sequence[Features],
    before: LinkageSettings,
    after: LinkageSettings,
    *,
    examples: int = 20,
    progress: Callable[[int], None] = lambda _done: None,
) -> Backtest:
    """Decide the items, in their order, with two settings and compare the stories.

    ``progress`` is told after each item how many decisions of ``2 * len(items)`` are made.
    """
    first = replay(items, before, progress)
    second = replay(items, after, lambda done: progress(len(items) + done))
    differences = [*_differences(first, second, items)]
    parted = [one for one in differences if one.together_before]
    joined = [one for one in differences if not one.together_before]
    half = examples // 2
    return Backtest(
        items=len(items),
        stories_before=len(set(first.values())),
        stories_after=len(set(second.values())),
        joined=len(joined),
        parted=len(parted),
        examples=(*joined[:half], *parted[:half]),
    )


def replay(
    items: Sequence[Features],
    settings: LinkageSettings,
    progress: Callable[[int], None] = lambda _done: None,
) -> dict[ItemId, StoryId]:
    """Decide items in their order, with second thoughts after each; tell all their stories."""
    index = Index(settings=settings)
    last = 0
    found: dict[ItemId, StoryId] = {}
    swept = items[0].told_at if items else _NEVER
    for done, features in enumerate(items, 1):
        story = identify(features, index).story
        if story is None:
            last += 1
            story = StoryId(last)
        index.add(features, story)
        last = apply(index, revise(index, story), last)
        if features.told_at - swept > _SWEEP:
            swept = features.told_at
            for silent in index.expiring(swept):
                found.update(dict.fromkeys(index.members(silent), silent))
            index.expire(swept)
        progress(done)
    found.update(index.stories())
    return found


def apply(index: Index, changes: Iterable[Change], last: int) -> int:
    """Apply second thoughts to an index alone; return the last story id in use."""
    for change in changes:
        if isinstance(change, Joined):
            index.merge(change.story, change.into)
            continue
        if change.to is None:
            last += 1
        for item in change.items:
            index.move(item, change.to or StoryId(last))
    return last


def _differences(
    first: dict[ItemId, StoryId], second: dict[ItemId, StoryId], items: Sequence[Features]
) -> Iterable[Difference]:
    """Compare each item with the one before it in either of its stories."""
    latest_first: dict[StoryId, ItemId] = {}
    latest_second: dict[StoryId, ItemId] = {}
    for features in items:
        item = features.item
        mate = latest_first.get(first[item])
        other = latest_second.get(second[item])
        if mate is not None and second[mate] != second[item]:
            yield Difference(mate, item, together_before=True)
        if other is not None and first[other] != first[item]:
            yield Difference(other, item, together_before=False)
        latest_first[first[item]] = latest_second[second[item]] = item
