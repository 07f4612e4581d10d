"""Reclustering: later items show that two stories are one, or that one is two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from storage.model import ItemId, StoryId
from watchers.stories.clustering import partition
from watchers.stories.identity import MAX_OPEN, neighbourhood
from watchers.stories.index import Index
from watchers.stories.trees import probability
from watchers.stories.vetoes import Reason

_ASKED: Final = 24
"""Latest items of a story whose neighbours are looked at; the earlier were looked at when they
came."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Two stories turned out to be one: everything of ``story`` belongs to ``into``."""

    story: StoryId
    into: StoryId
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Items turned out to tell another story; ``to`` None opens one for them all."""

    items: tuple[ItemId, ...]
    story: StoryId
    to: StoryId | None
    score: float
    reasons: tuple[Reason, ...]


Change = Joined | Moved


def revise(index: Index, story: StoryId) -> tuple[Change, ...]:
    """Look at a story that has just grown, and at those beside it, with all their items.

    The changes hold together: they are to be applied in their order, before the next question.
    Each story keeps its id where its earliest item stays.
    """
    story = index.story(story)
    own = index.members(story)
    if not own:
        return ()
    near: dict[ItemId, float] = {}
    for item in own[-_ASKED:]:
        for other, odds in index.near(item).items():
            if odds > index.settings.hop:
                near[other] = max(odds, near.get(other, odds))
    around = [story, *(one for one in neighbourhood(near, index) if one != story)]
    groups = _grouped(around, index)
    found = partition(
        groups,
        index.links(item for group in groups for item in group),
        index.linkage_model(),
        join=index.settings.join,
        hop=index.settings.hop,
        apart=_barred(groups, index),
    )
    clusters = [[ItemId(item) for item in group] for group in found]
    return _changes(clusters, around, index)


def _grouped(stories: list[StoryId], index: Index) -> list[list[ItemId]]:
    """Open young stories into their items; keep whole what is settled, large or put together."""
    groups: list[list[ItemId]] = []
    for story in stories:
        items = list(index.members(story))
        if index.is_settled(story) or len(items) > MAX_OPEN:
            groups.append(items)
        else:
            groups += index.bound(story)
    return groups


def _barred(groups: list[list[ItemId]], index: Index) -> list[tuple[int, int]]:
    """Name the pairs of groups whose stories an admin keeps apart."""
    if not index.has_constraints:
        return []
    stories = [index.story_of(group[0]) for group in groups]
    return [
        (one, other)
        for one, a in enumerate(stories)
        for other, b in enumerate(stories[:one])
        if a is not None and b is not None and a != b and not index.may_join(a, b)
    ]


def _changes(
    clusters: list[list[ItemId]], around: list[StoryId], index: Index
) -> tuple[Change, ...]:
    members = {story: index.members(story) for story in around}
    anchors = {story: _earliest(members[story], index) for story in around}
    moved: list[Change] = []
    joined: list[Change] = []
    for cluster in clusters:
        inside = set(cluster)
        ids = [story for story in around if anchors[story] in inside]
        ids.sort(key=lambda story: (index.features(anchors[story]).told_at, story))
        home = ids[0] if ids else None
        for story in around:
            strayed = tuple(item for item in members[story] if item in inside)
            if not strayed or story == home:
                continue
            odds = _between(strayed, [item for item in cluster if item not in strayed], index)
            score = round(probability(odds), 3)
            reasons: tuple[Reason, ...] = (("revised", len(strayed), len(cluster)),)
            if home is not None and len(strayed) == len(members[story]):
                joined.append(Joined(story, home, score, reasons))
            elif home is not None or len(strayed) == len(cluster):
                moved.append(Moved(strayed, story, home, score, reasons))
            # Strays of several stories that found each other, all without an anchor: the next
            # item will bring them together, a story is not made of two leavings at once.
    return (*moved, *joined)


def _earliest(items: Sequence[ItemId], index: Index) -> ItemId:
    return min(items, key=lambda item: (index.features(item).told_at, item))


def _between(some: tuple[ItemId, ...], others: list[ItemId], index: Index) -> float:
    if not others:
        return index.settings.floor
    known = [index.near(one) for one in some]
    total = sum(links.get(other, index.settings.floor) for links in known for other in others)
    return total / (len(some) * len(others))
