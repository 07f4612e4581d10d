"""Measure story identity honestly: ``python -m scripts.check_stories FOLDER``.

Cross-validation by event: each item is judged with weights fitted to the other folds' events,
in a replay of the whole stream through ``identify`` and ``revise``. Needs scikit-learn.
"""

import argparse
from pathlib import Path

from scripts.fit_stories import THRESHOLDS, Data, folded, read
from scripts.stories_data import Sample, bcubed, compared
from scripts.stories_replay import replay
from watchers.stories import LinkageSettings
from watchers.stories.index import GATE


def f1(
    samples: list[Sample], by_fold: list[LinkageSettings], threshold: float
) -> tuple[float, ...]:
    """Score labelled pairs: precision, recall, F1 of "same" from a log-odds on."""
    right = told = wanted = 0
    for sample in samples:
        settings = by_fold[sample.fold]
        odds = (settings.across if sample.across else settings.same).score(sample.signals)
        if odds > GATE and (signals := sample.contrast(odds)) is not None:
            odds = settings.contrast.score(signals)
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
    by_fold, *_ = folded(data, thresholds)
    report(data, by_fold)


def report(data: Data, by_fold: list[LinkageSettings]) -> None:
    """Print the streams, then the pairs at two thresholds."""
    mean = 0.0
    for name, items in data.streams.items():
        events = {one.name: one.event for one in items}
        scores = bcubed(events, replay(items, by_fold))
        mean += scores[2] / len(data.streams)
        print(f"{name:14} P {scores[0]:.3f} R {scores[1]:.3f} F1 {scores[2]:.3f}")
    print(f"mean F1 {mean:.4f}")
    for name, pairs in (*data.pairs.items(), *data.contrasts.items()):
        samples = compared(pairs, data.common)
        for threshold in (-0.5, 0.0, 0.5):
            precision, recall, both = f1(samples, by_fold, threshold)
            print(f"{name:18} at {threshold:4} P {precision:.3f} R {recall:.3f} F1 {both:.3f}")


if __name__ == "__main__":
    main()
