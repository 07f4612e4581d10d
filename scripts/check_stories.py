"""Measure story identity honestly: ``python -m scripts.check_stories FOLDER``.

Cross-validation by event: each item is judged with weights fitted to the other folds' events,
in a replay of the whole stream through ``identify`` and ``revise``. Needs scikit-learn.
"""

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path

from scripts.fit_stories import (
    THRESHOLDS,
    Data,
    fit_across,
    fit_same,
    read,
    training,
    weighed,
)
from scripts.stories_data import DOCUMENTS, FOLDS, Labelled, Sample, bcubed, compared
from storage.model import ItemId, StoryId
from watchers.stories import Joined, Settings, identify, revise
from watchers.stories.index import Index, Likeness
from watchers.stories.telling import Telling


class FoldedIndex(Index):
    """An index that judges each newcomer by the weights that have not seen its event."""

    def __init__(self, folds: dict[ItemId, int], by_fold: list[Settings]) -> None:
        """Know every item's fold."""
        super().__init__(settings=by_fold[0])
        self._folds = folds
        self._by_fold = by_fold

    def _likeness(self, one: Telling, item: ItemId, signals: Sequence[float]) -> Likeness:
        self.settings = self._by_fold[self._folds[one.item]]
        return super()._likeness(one, item, signals)


def replay(items: list[Labelled], by_fold: list[Settings], *, revised: str) -> dict[str, int]:
    """Tell every item's story after the whole stream; ``revised`` is each, end or never."""
    index = FoldedIndex({one.telling.item: one.fold for one in items}, by_fold)
    last = 0
    for one in items:
        verdict = identify(one.telling, index)
        if verdict.story is None:
            last += 1
        index.add(one.telling, verdict.story or StoryId(last))
        if revised == "each":
            story = index.story_of(one.telling.item)
            assert story is not None  # noqa: S101
            last = apply(index, story, last)
    if revised == "end":
        for story in sorted({index.story_of(one.telling.item) or 0 for one in items}):
            last = apply(index, StoryId(story), last)
    return {one.name: int(index.story_of(one.telling.item) or 0) for one in items}


def apply(index: Index, story: StoryId, last: int) -> int:
    """Apply a revision as the desk does; return the last story id in use."""
    for change in revise(index, story):
        if isinstance(change, Joined):
            index.merge(change.story, change.into)
            continue
        if change.to is None:
            last += 1
        for item in change.items:
            index.move(item, change.to or StoryId(last))
    return last


def f1(samples: list[Sample], by_fold: list[Settings], threshold: float) -> tuple[float, ...]:
    """Score labelled pairs: precision, recall, F1 of "same" from a log-odds on."""
    right = told = wanted = 0
    for sample in samples:
        settings = by_fold[sample.fold]
        odds = (settings.across if sample.across else settings.same).score(sample.signals)
        right += sample.same and odds >= threshold
        told += odds >= threshold
        wanted += sample.same
    precision, recall = right / (told or 1), right / (wanted or 1)
    return precision, recall, 2 * precision * recall / ((precision + recall) or 1)


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path, help="folder of stream_*.jsonl and pairs_*.jsonl")
    for name, value in THRESHOLDS.items():
        asked.add_argument("--" + name.replace("_", "-"), type=float, default=value)
    options = asked.parse_args()
    thresholds = {name: getattr(options, name) for name in THRESHOLDS}
    data = read(options.folder)
    by_fold = [fitted_without(fold, data, thresholds) for fold in range(FOLDS)]
    report(data, by_fold)


def fitted_without(fold: int, data: Data, thresholds: dict[str, float]) -> Settings:
    """Fit to all folds but one."""
    files = training(data, without=fold)
    return Settings(
        same=fit_same(weighed(files, across=False)),
        across=fit_across(weighed(files, across=True)),
        common=data.common,
        documents=DOCUMENTS,
        **thresholds,
    )


def report(data: Data, by_fold: list[Settings]) -> None:
    """Print streams by way of revising, then pairs at two thresholds."""
    for revised in ("each", "end", "never"):
        mean = 0.0
        for name, items in data.streams.items():
            events = {one.name: one.event for one in items}
            scores = bcubed(events, replay(items, by_fold, revised=revised))
            mean += scores[2] / len(data.streams)
            print(f"{revised:6} {name:14} P {scores[0]:.3f} R {scores[1]:.3f} F1 {scores[2]:.3f}")
        print(f"{revised:6} mean F1 {mean:.4f}")
    for name, pairs in data.pairs.items():
        samples = compared(pairs, data.common)
        for threshold in (by_fold[0].join, 0.0):
            precision, recall, both = f1(samples, by_fold, threshold)
            print(f"{name:18} at {threshold:4} P {precision:.3f} R {recall:.3f} F1 {both:.3f}")


def varied(by_fold: list[Settings], **thresholds: float) -> list[Settings]:
    """Give the same fits with other thresholds."""
    return [dataclasses.replace(one, **thresholds) for one in by_fold]


if __name__ == "__main__":
    main()
