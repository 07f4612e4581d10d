"""Labelled streams decided with weights that have not seen the event decided on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from scripts.stories_data import FOLDS, Labelled
from storage.model import ItemId, StoryId
from watchers.stories import Settings, identify, revise
from watchers.stories.backtest import apply
from watchers.stories.clustering import linkages_between, partition
from watchers.stories.features import Features
from watchers.stories.index import Index, Likeness
from watchers.stories.linkage import BOND_SIGNALS, Group, Linkage, linkage_signals
from watchers.stories.linkage_model import LinkageModel

_KNOWN, _MEAN, _MOST = map(BOND_SIGNALS.index, ("known", "mean", "most"))
_STEPS = (4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5, 0.0, -0.5, -1.0, -1.5, -2.0)
_ALL = -3.0
_RIVALS = 2
_OUT_OF_QUESTION = -4.0


@dataclass(frozen=True, slots=True)
class Plain:
    """What the fit of bonds begins with: the mean link, leaning to the surest pair."""

    leaning: float
    floor: float = -3.5

    def score(self, signals: Sequence[float]) -> float:
        """Count pairs that never met as ``floor``."""
        known = signals[_KNOWN]
        mean = known * signals[_MEAN] + (1.0 - known) * self.floor
        return self.leaning * signals[_MOST] + (1.0 - self.leaning) * mean


@dataclass(frozen=True, slots=True)
class Weighed:
    """A bond that came to a decision, and whether most of its pairs tell one event.

    ``weight`` is how much a wrong decision would matter; ``folds`` are those of its events.
    """

    signals: tuple[float, ...]
    same: bool
    weight: float
    folds: frozenset[int]


class FoldedIndex(Index):
    """An index that judges by the weights that have not seen the newcomer's event."""

    def __init__(self, items: Iterable[Labelled], by_fold: Sequence[Settings]) -> None:
        """Know every item's event and fold."""
        super().__init__(settings=by_fold[0])
        self.labels = {one.telling.item: one for one in items}
        self.by_fold = by_fold

    def _likeness(self, one: Features, item: ItemId, signals: Sequence[float]) -> Likeness:
        self.settings = self.by_fold[self.labels[one.item].fold]
        return super()._likeness(one, item, signals)

    def scales(self) -> "FoldedScales":
        """Give scales that weigh by folds too."""
        return FoldedScales(self)


class FoldedScales(LinkageModel):
    """LinkageModel that weigh a group by the weights that have not seen its event."""

    def __init__(self, index: FoldedIndex) -> None:
        """Know the labels of an index."""
        super().__init__(index.settings.groups, index.frequencies, index.telling)
        self._index = index

    def weigh(self, found: Linkage, one: Group, other: Group) -> float:
        """Weigh by the fold that most of the smaller group belongs to."""
        folds = [
            self._index.labels[item].fold for item in min(one.members, other.members, key=len)
        ]
        groups = self._index.by_fold[max(range(FOLDS), key=folds.count)].groups
        return groups.score(linkage_signals(found, one, other))


def replay(items: list[Labelled], by_fold: Sequence[Settings]) -> dict[str, int]:
    """Tell every item's story after the whole stream, with second thoughts after each."""
    index = FoldedIndex(items, by_fold)
    last = 0
    for one in items:
        verdict = identify(one.telling, index)
        if verdict.story is None:
            last += 1
        index.add(one.telling, verdict.story or StoryId(last))
        story = index.story_of(one.telling.item)
        assert story is not None  # noqa: S101
        last = apply(index, revise(index, story), last)
    return {one.name: int(index.story_of(one.telling.item) or 0) for one in items}


def alone(items: list[Labelled], by_fold: Sequence[Settings]) -> FoldedIndex:
    """Compare all tellings of a stream and leave each in a story of its own."""
    index = FoldedIndex(items, by_fold)
    for number, one in enumerate(items, 1):
        index.add(one.telling, StoryId(number))
    return index


def weighed_bonds(index: FoldedIndex, by_fold: Sequence[Settings]) -> Iterable[Weighed]:
    """Cluster ever more boldly; at each step give every group's bonds with its first rivals.

    Those are the bonds that decisions are made on; all others never come to a question.
    """
    index.by_fold = by_fold
    items = list(index.labels)
    links = index.links(items)
    for step in _STEPS:
        scales = index.scales()
        found = partition([[item] for item in items], links, scales, join=step, hop=_ALL)
        groups = [scales.group(members) for members in found]
        bonds = linkages_between(found, links)
        chosen = set()
        for one, row in enumerate(bonds):
            weights = sorted(
                ((scales.weigh(between, groups[one], groups[other]), other)
                 for other, between in row.items()),
                reverse=True,
            )  # fmt: skip
            rivals = [other for weight, other in weights[:_RIVALS] if weight > _OUT_OF_QUESTION]
            chosen |= {(min(one, other), max(one, other)) for other in rivals}
        for one, other in sorted(chosen):
            signals = linkage_signals(bonds[one][other], groups[one], groups[other])
            yield _weighed(index, signals, found[one], found[other])


def _weighed(
    index: FoldedIndex, signals: list[float], one: list[ItemId], other: list[ItemId]
) -> Weighed:
    small, large = sorted(([index.labels[item] for item in one],
                           [index.labels[item] for item in other]), key=len)  # fmt: skip
    alike = sum(a.event == b.event for a in small for b in large) / len(small) / len(large)
    folds = frozenset(label.fold for label in (*small, *large))
    weight = sqrt(len(small)) * abs(alike - 0.5)
    return Weighed(tuple(signals), alike > 0.5, weight, folds)  # noqa: PLR2004
