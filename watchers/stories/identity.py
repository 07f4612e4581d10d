"""The one decision: which story an item belongs to, how surely, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from storage.model import ItemId, StoryId
from watchers.stories.features import Features
from watchers.stories.index import Index, Likeness
from watchers.stories.linkage import linkage
from watchers.stories.signals import SIGNALS
from watchers.stories.trees import probability
from watchers.stories.vetoes import Reason

_OLD: Final = timedelta(days=14)
"""Twice the window: what comes again sooner may be late rather than old."""
_SAME_PAGE: Final = timedelta(hours=20)
"""A page of daily rates or weather has one address, and other figures tomorrow."""
_NEIGHBOURS: Final = 40
"""So many items are weighed together; further stories wait for another question."""
_MAX_RELATED: Final = 3
_ASKED_NEAREST: Final = 8
"""Items of a story that are compared to name those beside it: each costs a verdict's time."""
MAX_OPEN: Final = 24
"""A story larger than this is not taken apart any more: clustering costs the square of its
size."""
# The names on the left are stored with every item (``items.reasons``): they stay.
_REASON_SIGNALS: Final = {
    name: SIGNALS.index(signal)
    for name, signal in {
        "words": "words",
        "headline": "title_least",
        "copied": "copied",
        "notions": "concepts",
        "names": "names",
        "figures": "figures_title_shared",
        "entities": "entities",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which story, how surely (0-1), why.

    ``story`` is None when the item opens a story of its own. ``related`` names stories on
    the same theme that are not this event. ``recirculated`` marks an old text with a new date.
    """

    story: StoryId | None
    score: float
    reasons: tuple[Reason, ...]
    related: tuple[StoryId, ...] = ()
    recirculated: bool = False


def identify(features: Features, index: Index) -> Verdict:
    """Decide the story of an item that is not in the index yet."""
    page = _same_page(features, index)
    if page is not None:
        return Verdict(index.story_of(page), 1.0, (("page", page),))
    old = index.old_text(features)
    if old is not None and features.told_at - old.told_at > _OLD:
        days = (features.told_at - old.told_at).days
        return Verdict(index.story(old.story_id), 1.0, (("old", days),), recirculated=True)
    likenesses = index.compared(features)
    if not likenesses:
        return Verdict(None, 0.0, (("new",),))
    story, odds = _joined(features, likenesses, index)
    best = _nearest(likenesses, story, index)
    score = round(probability(odds if story is not None else best.odds), 3)
    reasons = _reasons(best, story, likenesses)
    themes = _related(likenesses, story, index)
    late = features.told_at - index.features(best.item).told_at > _OLD
    return Verdict(story, score, reasons, themes, story is not None and late)


def doubts(features: Features, index: Index) -> tuple[ItemId, ...]:
    """Name the items of which words leave it in doubt whether a newcomer tells their event.

    Surest first; none where no likeness decides anyway, or where meaning is not weighed.
    """
    if not index.weighs_meaning or _same_page(features, index) is not None:
        return ()
    if index.old_text(features) is not None:
        return ()
    return index.in_doubt(features)


def related(features: Features, index: Index) -> tuple[StoryId, ...]:
    """Name stories on the same theme as an item, most alike first, its own left out."""
    return _related(index.compared(features), index.story_of(features.item), index)


def nearest(story: StoryId, index: Index, most: int) -> tuple[StoryId, ...]:
    """Name the other stories of the window that are most like a story, of whatever odds.

    For a person who knows better: what a veto or an admin keeps apart is among them, last.
    """
    best: dict[StoryId, float] = {}
    members = index.members(story)
    half = _ASKED_NEAREST // 2
    asked = members if len(members) <= _ASKED_NEAREST else (*members[:half], *members[-half:])
    for item in asked:
        compared = index.compared(index.features(item))
        # Who came later may have found it, where its own candidates are all of its own story.
        odds = {likeness.item: likeness.odds for likeness in compared} | dict(index.near(item))
        for mate, likely in odds.items():
            other = index.story_of(mate)
            if other is not None and other != index.story(story):
                best[other] = max(likely, best.get(other, likely))
    ordered = sorted(best, key=lambda other: (-best[other], other))
    return tuple(ordered[:most])


def _same_page(features: Features, index: Index) -> ItemId | None:
    """Find the item of this very page, unless the page is one that changes daily."""
    item = index.by_page(features.page) if features.page else None
    if item is None:
        return None
    other = index.features(item)
    daily = abs(features.told_at - other.told_at) > _SAME_PAGE and features.title != other.title
    return None if daily else item


def _joined(
    features: Features, likenesses: tuple[Likeness, ...], index: Index
) -> tuple[StoryId | None, float]:
    """Find the story with the surest linkage to the item, None where none is sure enough."""
    settings = index.settings
    around = neighbourhood(
        {likeness.item: likeness.odds for likeness in likenesses if likeness.odds > settings.hop},
        index,
    )
    if not around:
        return None, settings.floor
    met: dict[StoryId | None, list[float]] = {}
    for likeness in likenesses:
        met.setdefault(index.story_of(likeness.item), []).append(likeness.odds)
    model = index.linkage_model()
    newcomer = model.newcomer(features)
    best, heaviest = None, settings.floor
    for story in around:
        weight = model.weigh(linkage(met[story]), newcomer, model.group(index.members(story)))
        if weight >= settings.join and weight > heaviest:
            best, heaviest = story, weight
    return best, heaviest


def neighbourhood(
    odds: Mapping[ItemId, float], index: Index, room: int = _NEIGHBOURS
) -> list[StoryId]:
    """Choose the stories to weigh together: the surest first, as many as fit."""
    best: dict[StoryId, float] = {}
    for item, value in odds.items():
        story = index.story_of(item)
        if story is not None:
            best[story] = max(value, best.get(story, value))
    chosen: list[StoryId] = []
    for story in sorted(best, key=lambda story: (-best[story], story)):
        size = index.size(story)
        room -= size if size <= MAX_OPEN else 1
        if room < 0 and chosen:
            break
        chosen.append(story)
    return chosen


def _nearest(likenesses: tuple[Likeness, ...], story: StoryId | None, index: Index) -> Likeness:
    if story is None:
        return likenesses[0]
    return next(likeness for likeness in likenesses if index.story_of(likeness.item) == story)


def _reasons(
    best: Likeness, story: StoryId | None, likenesses: tuple[Likeness, ...]
) -> tuple[Reason, ...]:
    """List the signals of the nearest item, and the vetoes that kept others out."""
    reasons: list[Reason] = [("near" if story is not None else "new", int(best.item))]
    reasons += [
        (name, round(best.signals[at], 2))
        for name, at in _REASON_SIGNALS.items()
        if best.signals[at] > 0
    ]
    if best.meaning is not None:
        reasons.append(("meaning", round(best.meaning, 2)))
    vetoed = [likeness for likeness in likenesses if likeness.veto][:2]
    reasons += [(*(likeness.veto or ()), int(likeness.item)) for likeness in vetoed]
    return tuple(reasons)


def _related(
    likenesses: tuple[Likeness, ...], story: StoryId | None, index: Index
) -> tuple[StoryId, ...]:
    near = (
        index.story_of(likeness.item)
        for likeness in likenesses
        if likeness.odds > index.settings.related or likeness.veto
    )
    others = dict.fromkeys(one for one in near if one is not None and one != story)
    return tuple(others)[:_MAX_RELATED]
