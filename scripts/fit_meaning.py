"""Fit how meaning weighs on pairs in doubt: ``python -m scripts.fit_meaning FOLDER``.

To be run after ``fit_stories``, with scikit-learn and a model at hand (``--url builtin`` or an
embeddings service). Each labelled stream is told as the ingester would tell it, by weights that
have not seen the events; the pairs that these leave in doubt, with the cosines of their texts,
are fitted to, one fit for bare headlines, one for others in one language, one across languages.
Every stream weighs the same. Prints what the fit brings when its event was left out.
"""

import argparse
import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scripts.fit_stories import THRESHOLDS, folded, read
from scripts.stories_data import FOLDS, Labelled, bcubed, rows
from scripts.stories_replay import FoldedIndex, told_through
from storage.model import ItemId, StoryId
from watchers.meaning.models import BUILTIN, FITTED
from watchers.meaning.opening import Embeddings, asking
from watchers.meaning.values import MOST_TEXTS, text_of
from watchers.stories import LinkageSettings, doubts
from watchers.stories.features import Features
from watchers.stories.index import Likeness
from watchers.stories.meaning import MeaningSettings, cosine, settings_of, vector
from watchers.stories.signals import SIGNALS

DOUBT = (-2.5, 1.5)
FEW = 100
"""Pairs: a stream with fewer weighs less."""
BOTH = 2
MOST_WEIGHT = 100.0
STRENGTH = {"bare": 3.0, "told": 0.5, "across": 1.0}
"""What is likeliest of single pairs is not best for stories, which need the surer half of them:
these were chosen by the streams' F1 (all 1: .899, these: above .900, without meaning .897)."""
STEP = 0.01
MARK = 4
"""Bytes before a kept vector that name its model."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """A pair in doubt: odds, cosine, whether it tells one event, what it is of, its fold."""

    odds: float
    near: float
    same: bool
    kind: str
    fold: int


class MeaningIndex(FoldedIndex):
    """A folded index that weighs meaning, by a fit that has not seen the newcomer's event."""

    def __init__(self, items: Iterable[Labelled], by_fold: Sequence[LinkageSettings],
                 meaning: Sequence[MeaningSettings]) -> None:  # fmt: skip
        """Know every item's event, and the settings by fold."""
        super().__init__(items, by_fold)
        self._by_fold_meaning = meaning
        self.weigh_meaning(is_fitted=True)

    def compared(self, features: Features) -> tuple[Likeness, ...]:
        """Compare by the settings of the newcomer's fold."""
        self.meaning = self._by_fold_meaning[self.labels[features.item].fold]
        return super().compared(features)


@dataclass(slots=True)
class Told:
    """What became of a stream: its stories, how many items were asked about and texts embedded."""

    stories: dict[str, int]
    asked: int = 0
    texts: int = 0


def replay(index: MeaningIndex, items: Sequence[Labelled], vectors: dict[str, bytes]) -> Told:
    """Tell a stream, asking where in doubt as the ingester does."""
    names = {one.features.item: one.name for one in items}
    told = Told({})

    def ask(features: Features) -> None:
        if in_doubt := doubts(features, index):
            unknown = [item for item in in_doubt if not index.has_meaning(item)][: MOST_TEXTS - 1]
            asked: list[ItemId] = [features.item, *unknown]
            index.mean((item, vectors[names[item]]) for item in asked)
            told.asked += 1
            told.texts += len(asked)

    told.stories = told_through(index, items, ask)
    return told


def doubted(
    items: Sequence[Labelled], by_fold: Sequence[LinkageSettings], vectors: dict[str, bytes],
    doubt: tuple[float, float],
) -> list[Doubted]:  # fmt: skip
    """Gather a stream's pairs in doubt."""
    index, found = FoldedIndex(items, by_fold), []
    for number, one in enumerate(items, 1):
        for likeness in index.compared(one.features):
            other = index.labels[likeness.item]
            near = cosine(vector(vectors[one.name]), vector(vectors[other.name]))
            if (
                likeness.veto is None
                and doubt[0] <= likeness.odds <= doubt[1]
                and near is not None
            ):
                same, kind = one.event == other.event, kind_of(one, other, likeness)
                found.append(Doubted(likeness.odds, near, same, kind, one.fold))
        index.add(one.features, StoryId(number))
    return found


def fit(
    streams: Sequence[Sequence[Doubted]], doubt: tuple[float, float], without: int | None = None
) -> dict[str, Any]:
    """Fit both regressions, leaving one fold out where asked."""
    kept = [[pair for pair in pairs if pair.fold != without] for pairs in streams]
    nears = [pair.near for pairs in kept for pair in pairs]
    return {
        "model": FITTED,
        "doubt": doubt,
        **{kind: weighed(kept, kind) for kind in ("bare", "told", "across")},
        "mean": round(float(np.mean(nears)), 4),
        "spread": round(float(np.std(nears)), 4),
    }


def weighed(streams: Sequence[Sequence[Doubted]], kind: str) -> dict[str, float]:
    """Fit what cosine is expected at which odds, then what more or less of it says."""
    some = [[pair for pair in pairs if pair.kind == kind] for pairs in streams]
    weights = np.array([1 / max(len(pairs), FEW) for pairs in some for _ in pairs])
    odds, near, same = (
        np.array([getattr(pair, name) for pairs in some for pair in pairs], float)
        for name in ("odds", "near", "same")
    )
    by_odds, middle = np.polyfit(odds, near, 1, w=np.sqrt(weights))
    beyond = near - middle - by_odds * odds
    least, most = 0.0, MOST_WEIGHT  # the likelihood has one maximum
    while most - least > STEP:
        half = (least + most) / 2
        misses = same - 1 / (1 + np.exp(-odds - half * beyond))
        least, most = (half, most) if (weights * misses * beyond).sum() > 0 else (least, half)
    return {"middle": round(float(middle), 4), "by_odds": round(float(by_odds), 5),
            "by_cosine": round(least * STRENGTH[kind], 2)}  # fmt: skip


def kind_of(one: Labelled, other: Labelled, likeness: Likeness) -> str:
    """Tell which of the three fits a pair belongs to, as the index does."""
    if one.features.lang != other.features.lang:
        return "across"
    return "bare" if likeness.signals[SIGNALS.index("textless")] == BOTH else "told"


def embedded(texts: dict[str, str], wanted: Embeddings, kept: Path) -> dict[str, bytes]:
    """Ask for the vector of every text once; ``kept`` remembers them from run to run."""
    known = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    missing = sorted({text for text in texts.values() if text not in known})
    known |= asyncio.run(asked_for(missing, wanted))
    kept.write_text(json.dumps(known, ensure_ascii=False), "utf-8")
    return {name: bytes.fromhex(known[text])[MARK:] for name, text in texts.items()}


async def asked_for(texts: Sequence[str], wanted: Embeddings) -> dict[str, str]:
    """Ask for vectors, some at a time; give them as hexadecimal digits."""
    one, found = asking(wanted), {}
    for at in range(0, len(texts), MOST_TEXTS):
        some = texts[at : at + MOST_TEXTS]
        vectors = await one.ask_once(some)
        found |= {text: packed.hex() for text, packed in zip(some, vectors, strict=True)}
    await one.close()
    return found


def main() -> None:
    """Fit, say what it brings, and write ``watchers/stories/meaning.json``."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path, help="folder of stream_*.jsonl and pairs_*.jsonl")
    asked.add_argument("--out", type=Path, default=Path("watchers/stories/meaning.json"))
    asked.add_argument("--url", default=BUILTIN)
    asked.add_argument("--kept", type=Path, default=Path("meaning-vectors.json"))
    asked.add_argument("--doubt", type=float, nargs=2, default=DOUBT)
    options = asked.parse_args()
    data = read(options.folder)
    by_fold = folded(data, THRESHOLDS)[0]
    vectors = {}
    for name in data.streams:
        told = rows(options.folder / f"stream_{name}.jsonl")
        texts = {row["id"]: text_of(row["title"] or "", row["text"] or "") for row in told}
        vectors[name] = embedded(texts, Embeddings(options.url), options.kept)
    least, most = options.doubt
    doubt = (least, most)
    pairs = [doubted(items, by_fold, vectors[name], doubt) for name, items in data.streams.items()]
    report(data.streams, by_fold, vectors, pairs, doubt)
    options.out.write_text(json.dumps(fit(pairs, doubt)) + "\n", "utf-8")
    print(f"wrote {options.out}: fitted to {sum(map(len, pairs))} pairs")


def report(
    streams: dict[str, list[Labelled]],
    by_fold: Sequence[LinkageSettings],
    vectors: dict[str, dict[str, bytes]],
    pairs: Sequence[Sequence[Doubted]],
    doubt: tuple[float, float],
) -> None:
    """Print each stream's scores without and with meaning, and what was asked."""
    out = [settings_of(fit(pairs, doubt, fold)) for fold in range(FOLDS)]
    means: defaultdict[str, float] = defaultdict(float)
    for name, items in streams.items():
        events = {one.name: one.event for one in items}
        off = MeaningIndex(items, by_fold, out)
        off._scale = None  # noqa: SLF001
        for way, index in (("without", off), ("with", MeaningIndex(items, by_fold, out))):
            told = replay(index, items, vectors[name])
            scores = bcubed(events, told.stories)
            means[way] += scores[2] / len(streams)
            print(f"{name:14} {way:7} P {scores[0]:.3f} R {scores[1]:.3f} F1 {scores[2]:.3f}"
                  f" asked {told.asked / len(items):.0%}, texts {told.texts / (told.asked or 1):.1f}")  # fmt: skip
    print("mean F1", {way: round(score, 4) for way, score in means.items()})


if __name__ == "__main__":
    main()
