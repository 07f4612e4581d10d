"""Fit the weights of story identity to labelled data: ``python -m scripts.fit_stories FOLDER``.

Needs scikit-learn, which the product does not. Two sets of small boosted trees are fitted to
pairs, one for items in one language and one across languages: to the pairs that the index
itself meets when it replays the streams, and to the labelled pairs; every file weighs the same.
A third is fitted to the linkages between groups that clustering the streams comes to decide on,
with pairs scored by trees that have not seen their events. Signals that can only speak for (or
only against) one event are held to that direction.
"""

import argparse
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from scripts.stories_data import (
    DOCUMENTS,
    FOLDS,
    Labelled,
    Pair,
    Sample,
    common_words,
    compared,
    contrasts,
    met,
    pairs,
    stream,
)
from scripts.stories_replay import LabelledLinkage, Plain, alone, labelled_linkages
from watchers.stories import LinkageSettings
from watchers.stories.frames import CONTRAST_SIGNALS
from watchers.stories.index import GATE
from watchers.stories.linkage import LINKAGE_SIGNALS
from watchers.stories.signals import SIGNALS
from watchers.stories.trees import Trees
from watchers.stories.weights import Scored

FOR = frozenset(
    "words title title_most title_least title_in_text_most title_in_text_least fuzzy copied cross_lingual concepts "
    "concepts_title names names_rarest names_least names_title_least figures_sum entities".split()
)
AGAINST = frozenset("figures_apart figures_title_apart countries_apart years_apart gap".split())
ACROSS = tuple(
    at
    for at, name in enumerate(SIGNALS)
    if name.split("_")[0] in {"concepts", "names", "figures", "entities"}
    or name
    in {"cross_lingual", "countries_apart", "years_apart", "gap", "textless", "shortest_title"}
)
SAME = tuple(range(len(SIGNALS)))
NOT_FITTED = frozenset({"paraphraser_ru"})
"""Sets labelled by another concept of "same": kept for measuring, not for fitting."""
THRESHOLDS = {
    "join": 0.6, "floor": -2.5, "hop": 0.2, "related": -3.2, "across_handicap": 0.4,
}  # fmt: skip
LEANINGS = (0.0, 0.25, 0.5)
CONTRASTS = Path(__file__).parent / "contrasts"
ROUNDS = 3
"""How often linkages are fitted: each time also to those that the last fit came to decide on."""
CONTRAST_SHAPE: dict[str, Any] = {"max_iter": 160, "max_depth": 5, "min_samples_leaf": 25}
CONTRAST_WEIGHT = 3.0
"""How much a file of contrasts weighs: what it holds is rare in streams, and what readers see."""
CONTRAST_FOR = frozenset(
    "odds frame_share frame_least frame_things frame_names beyond_share copied words fuzzy".split()
)
CONTRAST_AGAINST = frozenset(
    "fill_least fill_names fill_places fill_people fill_known fill_slot opposite denied swapped "
    "tense stage_differs figures_left figures_differ rubric reaction gap figures_title_apart".split()
)
FREE_LINKAGE_SIGNALS = frozenset({"smaller", "larger"})
"""Signals of a linkage that may speak either way; the others only for one event."""


def fit(samples: list[tuple[float, Sample]], columns: tuple[int, ...], **shape: Any) -> Any:
    """Fit boosted trees to weighted samples over some of the signals."""
    signals = np.array([sample.signals for _, sample in samples])[:, columns]
    same = np.array([sample.same for _, sample in samples])
    weights = np.array([weight for weight, _ in samples])
    model = HistGradientBoostingClassifier(
        learning_rate=0.15,
        l2_regularization=5.0,
        monotonic_cst=[(SIGNALS[at] in FOR) - (SIGNALS[at] in AGAINST) for at in columns],
        early_stopping=False,
        random_state=1,
        **shape,
    )
    model.fit(signals, same, sample_weight=weights / weights.mean())
    return model


def fit_same(samples: list[tuple[float, Sample]]) -> Trees:
    """Fit the trees for two items in one language."""
    model = fit(samples, SAME, max_iter=55, max_depth=4, min_samples_leaf=80)
    return flat(model, SAME)


def fit_across(samples: list[tuple[float, Sample]]) -> Trees:
    """Fit the trees for two items in two languages."""
    model = fit(samples, ACROSS, max_iter=45, max_depth=3, min_samples_leaf=20)
    return flat(model, ACROSS)


Labels = tuple[tuple[float, ...], bool, int]
"""The signals of a pair, whether it is one event, its fold."""


def fit_contrast(
    files: list[list[tuple[tuple[float, ...], bool, int]]], without: int | None = None
) -> Trees:
    """Fit the trees that weigh a pair's odds anew by its two headlines.

    The odds are those of trees that have not seen the pair's event. Every file weighs the same.
    """
    rows, same, weights = [], [], []
    for samples, weight in files:
        some = [one for one in samples if one[2] != without]
        if len(some) < 30:  # noqa: PLR2004 - fewer would weigh too much each
            continue
        rows += [signals for signals, _, _ in some]
        same += [label for _, label, _ in some]
        weights += [weight / len(some)] * len(some)
    model = HistGradientBoostingClassifier(
        learning_rate=0.1,
        l2_regularization=5.0,
        monotonic_cst=[
            (name in CONTRAST_FOR) - (name in CONTRAST_AGAINST) for name in CONTRAST_SIGNALS
        ],
        early_stopping=False,
        random_state=1,
        **CONTRAST_SHAPE,
    )
    model.fit(np.array(rows), same, sample_weight=np.array(weights) / np.mean(weights))
    return flat(model, tuple(range(len(CONTRAST_SIGNALS))))


def contrast_samples(
    files: list[list[Sample]], by_fold: list[tuple[Scored, Scored]]
) -> list[list[Labels]]:
    """Lay pairs out for ``fit_contrast``, with the odds of trees that have not seen them."""
    found = []
    for samples in files:
        rows = []
        for sample in samples:
            same, across = by_fold[sample.fold]
            odds = (across if sample.across else same).score(sample.signals)
            if odds > GATE and (signals := sample.contrast(odds)) is not None:
                rows.append((signals, sample.same, sample.fold))
        found.append(rows)
    return found


def fit_linkages(files: list[list[LabelledLinkage]], without: int | None = None) -> Trees:
    """Fit the trees for the linkages between groups, leaving one fold out where asked."""
    rows, same, weights = [], [], []
    for linkages in files:
        some = [one for one in linkages if without not in one.folds]
        if len(some) < 30:  # noqa: PLR2004 - fewer would weigh too much each
            continue
        whole = sum(one.weight for one in some)
        rows += [one.signals for one in some]
        same += [one.same for one in some]
        weights += [one.weight / whole for one in some]
    model = HistGradientBoostingClassifier(
        learning_rate=0.1,
        l2_regularization=5.0,
        monotonic_cst=[int(name not in FREE_LINKAGE_SIGNALS) for name in LINKAGE_SIGNALS],
        early_stopping=False,
        random_state=1,
        max_iter=60,
        max_depth=3,
        min_samples_leaf=40,
    )
    model.fit(np.array(rows), same, sample_weight=np.array(weights) / np.mean(weights))
    return flat(model, tuple(range(len(LINKAGE_SIGNALS))))


def flat(model: Any, columns: tuple[int, ...]) -> Trees:
    """Lay fitted trees out as flat arrays over all signals."""
    roots: list[int] = []
    signal: list[int] = []
    value: list[float] = []
    left: list[int] = []
    right: list[int] = []
    for (tree,) in model._predictors:  # noqa: SLF001 - scikit-learn offers no other door
        root = len(signal)
        roots.append(root)
        for node in tree.nodes:
            leaf = bool(node["is_leaf"])
            signal.append(-1 if leaf else columns[int(node["feature_idx"])])
            value.append(round(float(node["value"] if leaf else node["num_threshold"]), 5))
            left.append(0 if leaf else root + int(node["left"]))
            right.append(0 if leaf else root + int(node["right"]))
    base = float(model._baseline_prediction.ravel()[0])  # noqa: SLF001
    return Trees(base, tuple(roots), tuple(signal), tuple(value), tuple(left), tuple(right))


def weighed(files: list[list[Sample]], *, across: bool) -> list[tuple[float, Sample]]:
    """Give every file the same weight, whatever its size."""
    chosen: list[tuple[float, Sample]] = []
    for samples in files:
        some = [sample for sample in samples if sample.across == across]
        if len(some) >= 30:  # noqa: PLR2004 - fewer would weigh too much each
            chosen += [(1000.0 / len(some), sample) for sample in some]
    return chosen


@dataclass(frozen=True, slots=True)
class Data:
    """A folder of labelled data, prepared."""

    streams: dict[str, list[Labelled]]
    pairs: dict[str, list[Pair]]
    contrasts: dict[str, list[Pair]]
    common: dict[int, float]


def read(folder: Path) -> Data:
    """Prepare every stream and every pair of a folder, and see which words are common."""
    streams = {
        path.stem.removeprefix("stream_"): stream(path)
        for path in sorted(folder.glob("stream_*.jsonl"))
    }
    told = {
        path.stem.removeprefix("pairs_"): pairs(path)
        for path in sorted(folder.glob("pairs_*.jsonl"))
    }
    files = [[one.features for one in items] for items in streams.values()]
    for some in told.values():
        once = {one.terms.tobytes(): one for pair in some for one in pair[:2]}
        files.append(list(once.values()))
    opposed = {path.stem: contrasts(path) for path in sorted(CONTRASTS.glob("*.jsonl"))}
    return Data(streams, told, opposed, common_words(files))


def training(data: Data, without: int | None = None) -> list[list[Sample]]:
    """Gather the samples of every file, leaving one fold out where asked."""
    files = []
    for items in data.streams.values():
        kept = [item for item in items if item.fold != without]
        files.append([sample for _, _, sample in met(kept, data.common)])
    for name, some in data.pairs.items():
        if name not in NOT_FITTED:
            samples = compared(some, data.common)
            files.append([sample for sample in samples if sample.fold != without])
    return files


def opposing(data: Data) -> list[list[Sample]]:
    """Gather the samples of the contrasts, which only the second look at a pair is fitted to."""
    return [compared(some, data.common) for some in data.contrasts.values()]


def folded(
    data: Data, thresholds: dict[str, float]
) -> tuple[list[LinkageSettings], list[list[LabelledLinkage]], Trees]:
    """Fit, for each fold, to all the others; give with it the linkages met in the last round."""
    pairs = []
    for fold in range(FOLDS):
        files = training(data, without=fold)
        same, across = weighed(files, across=False), weighed(files, across=True)
        pairs.append((fit_same(same), fit_across(across)))
    samples = [
        *((rows, 1.0) for rows in contrast_samples(training(data), pairs)),
        *((rows, CONTRAST_WEIGHT) for rows in contrast_samples(opposing(data), pairs)),
    ]
    contrasts = [fit_contrast(samples, fold) for fold in range(FOLDS)]

    def settings(groups: list[Scored]) -> list[LinkageSettings]:
        return [
            LinkageSettings(
                same=same,
                across=across,
                contrast=contrast,
                groups=group,
                common=data.common,
                documents=DOCUMENTS,
                **thresholds,
            )
            for (same, across), contrast, group in zip(pairs, contrasts, groups, strict=True)
        ]

    plain = [settings([Plain(leaning)] * FOLDS) for leaning in LEANINGS]
    indexes = [alone(items, plain[0]) for items in data.streams.values()]
    met = [
        {one.signals: one for policy in plain for one in labelled_linkages(index, policy)}
        for index in indexes
    ]
    for left in reversed(range(ROUNDS)):
        linkages = [list(some.values()) for some in met]
        fitted = settings([fit_linkages(linkages, fold) for fold in range(FOLDS)])
        if left:
            for index, some in zip(indexes, met, strict=True):
                some.update({one.signals: one for one in labelled_linkages(index, fitted)})
    return fitted, linkages, fit_contrast(samples)


def main() -> None:
    """Fit to all the data and write ``watchers/stories/weights.json``."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path, help="folder of stream_*.jsonl and pairs_*.jsonl")
    asked.add_argument("--out", type=Path, default=Path("watchers/stories/weights.json"))
    options = asked.parse_args()
    data = read(options.folder)
    _, linkages, contrast = folded(data, THRESHOLDS)
    files = training(data)
    same, across = weighed(files, across=False), weighed(files, across=True)
    sizes = {name: len(items) for name, items in (*data.streams.items(), *data.pairs.items())}
    counts = {"same": len(same), "across": len(across), "linkages": sum(map(len, linkages))}
    told = {
        "how": {
            "by": "scripts/fit_stories.py",
            "on": datetime.now(UTC).date().isoformat(),
            "from": sizes,
            "samples": counts,
        },
        "signals": SIGNALS,
        "linkage_signals": LINKAGE_SIGNALS,
        "thresholds": THRESHOLDS,
        "same": as_json(fit_same(same)),
        "across": as_json(fit_across(across)),
        "contrast_signals": CONTRAST_SIGNALS,
        "contrast": as_json(contrast),
        "groups": as_json(fit_linkages(linkages)),
        "documents": DOCUMENTS,
        "common": data.common,
    }
    options.out.write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {options.out}: fitted to {counts}")


def as_json(trees: Trees) -> dict[str, Any]:
    """Lay trees out as the data file keeps them."""
    return {
        "base": round(trees.base, 5),
        "roots": trees.roots,
        "signal": trees.signal,
        "value": trees.value,
        "left": trees.left,
        "right": trees.right,
    }


if __name__ == "__main__":
    main()
