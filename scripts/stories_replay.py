"""Labelled streams decided with weights that have not seen the event decided on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from scripts.stories_data import FOLDS, Labelled
from storage.model import ItemId, StoryId
from watchers.stories import LinkageSettings, identify, revise
from watchers.stories.backtest import apply
from watchers.stories.clustering import linkages_between, partition
from watchers.stories.features import Features
from watchers.stories.frames import Opened
from watchers.stories.index import Index, Likeness
from watchers.stories.linkage import LINKAGE_SIGNALS, Group, Linkage, linkage_signals
from watchers.stories.linkage_model import LinkageModel

_KNOWN, _MEAN, _MOST = map(LINKAGE_SIGNALS.index, ("known", "mean", "most"))
_STEPS = (4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5, 0.0, -0.5, -1.0, -1.5, -2.0)
_ALL = -3.0
_RIVALS = 2
_OUT_OF_QUESTION = -4.0


@dataclass(frozen=True, slots=True)
class Plain:
    """What the fit of linkages begins with: the mean link, leaning to the surest pair."""

    leaning: float
    floor: float = -3.5

    def score(self, signals: Sequence[float]) -> float:
        """Count pairs that never met as ``floor``."""
        known = signals[_KNOWN]
        mean = known * signals[_MEAN] + (1.0 - known) * self.floor
        return self.leaning * signals[_MOST] + (1.0 - self.leaning) * mean


@dataclass(frozen=True, slots=True)
class LabelledLinkage:
    """A linkage that came to a decision, and whether most of its pairs tell one event.

    ``weight`` is how much a wrong decision would matter; ``folds`` are those of its events.
    """

    signals: tuple[float, ...]
    same: bool
    weight: float
    folds: frozenset[int]


class FoldedIndex(Index):
    """An index that judges by the weights that have not seen the newcomer's event."""

    def __init__(self, items: Iterable[Labelled], by_fold: Sequence[LinkageSettings]) -> None:
        """Know every item's event and fold."""
        super().__init__(settings=by_fold[0])
        self.labels = {one.features.item: one for one in items}
        self.by_fold = by_fold

    def _likeness(self, opened: Opened, item: ItemId, signals: Sequence[float]) -> Likeness:
        self.settings = self.by_fold[self.labels[opened.features.item].fold]
        return super()._likeness(opened, item, signals)

    def linkage_model(self) -> "FoldedLinkageModel":
        """Give a model that weighs by folds too."""
        return FoldedLinkageModel(self)


class FoldedLinkageModel(LinkageModel):
    """A model that weighs a group by the weights that have not seen its event."""

    def __init__(self, index: FoldedIndex) -> None:
        """Know the labels of an index."""
        super().__init__(index.settings.groups, index.frequencies, index.features)
        self._index = index

    def weigh(self, found: Linkage, one: Group, other: Group) -> float:
        """Weigh by the fold that most of the smaller group belongs to."""
        folds = [
            self._index.labels[item].fold for item in min(one.members, other.members, key=len)
        ]
        groups = self._index.by_fold[max(range(FOLDS), key=folds.count)].groups
        return groups.score(linkage_signals(found, one, other))


def replay(items: list[Labelled], by_fold: Sequence[LinkageSettings]) -> dict[str, int]:
    """Tell every item's story after the whole stream, with second thoughts after each."""
    return told_through(FoldedIndex(items, by_fold), items)


def told_through(
    index: Index, items: Sequence[Labelled], before: Callable[[Features], None] = lambda _: None
) -> dict[str, int]:
    """Tell a stream to an index, ``before`` each verdict what may be asked; give the stories."""
    last = 0
    for one in items:
        before(one.features)
        verdict = identify(one.features, index)
        if verdict.story is None:
            last += 1
        index.add(one.features, verdict.story or StoryId(last))
        story = index.story_of(one.features.item)
        assert story is not None  # noqa: S101
        last = apply(index, revise(index, story), last)
    return {one.name: int(index.story_of(one.features.item) or 0) for one in items}


def alone(items: list[Labelled], by_fold: Sequence[LinkageSettings]) -> FoldedIndex:
    """Compare all items of a stream and leave each in a story of its own."""
    index = FoldedIndex(items, by_fold)
    for number, one in enumerate(items, 1):
        index.add(one.features, StoryId(number))
    return index


def labelled_linkages(
    index: FoldedIndex, by_fold: Sequence[LinkageSettings]
) -> Iterable[LabelledLinkage]:
    """Cluster ever more boldly; at each step give every group's linkages with its first rivals.

    Those are the linkages that decisions are made on; all others never come to a question.
    """
    index.by_fold = by_fold
    items = list(index.labels)
    links = index.links(items)
    for step in _STEPS:
        model = index.linkage_model()
        found = partition([[item] for item in items], links, model, join=step, hop=_ALL)
        groups = [model.group(members) for members in found]
        linkages = linkages_between(found, links)
        chosen = set()
        for one, row in enumerate(linkages):
            weights = sorted(
                ((model.weigh(between, groups[one], groups[other]), other)
                 for other, between in row.items()),
                reverse=True,
            )  # fmt: skip
            rivals = [other for weight, other in weights[:_RIVALS] if weight > _OUT_OF_QUESTION]
            chosen |= {(min(one, other), max(one, other)) for other in rivals}
        for one, other in sorted(chosen):
            signals = linkage_signals(linkages[one][other], groups[one], groups[other])
            yield _labelled(index, signals, found[one], found[other])


def _labelled(
    index: FoldedIndex, signals: list[float], one: list[ItemId], other: list[ItemId]
) -> LabelledLinkage:
    small, large = sorted(([index.labels[item] for item in one],
                           [index.labels[item] for item in other]), key=len)  # fmt: skip
    alike = sum(a.event == b.event for a in small for b in large) / len(small) / len(large)
    folds = frozenset(label.fold for label in (*small, *large))
    weight = sqrt(len(small)) * abs(alike - 0.5)
    return LabelledLinkage(tuple(signals), alike > 0.5, weight, folds)  # noqa: PLR2004
