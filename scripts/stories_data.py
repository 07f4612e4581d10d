"""Labelled stories as the fitting scripts need them: streams, pairs, folds and scores.

Files hold one JSON object a line. ``stream_*.jsonl``: id, published, lang, title, text, cluster,
source, in order of arrival. ``pairs_*.jsonl``: id, lang_a, lang_b, title_a, text_a, title_b,
text_b, same, and where known pub_a, pub_b.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from storage.model import ItemId, OutletId, StoryId
from watchers.stories.boilerplate import Boilerplate
from watchers.stories.features import Features, prepare
from watchers.stories.frames import compare_frames, contrast_signals
from watchers.stories.frequencies import Frequencies, WeightedQuery
from watchers.stories.index import Index
from watchers.stories.signals import compare
from watchers.stories.trees import Trees
from watchers.stories.weights import LinkageSettings
from watchers.text.words import analyse

FOLDS = 3
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NOTHING = Trees(0.0, (), (), (), (), ())
UNFITTED = LinkageSettings(NOTHING, NOTHING, NOTHING, NOTHING, 99.0, -9.0, 99.0, 99.0, 0.0)
DOCUMENTS = 300
LEAST_COMMON = 5.0
MIN_SHARE = 40
Pair = tuple[Features, Features, bool, int]
"""Two items, whether they tell one event, the pair's fold."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item with the event it tells and the fold it belongs to."""

    features: Features
    name: str
    event: str
    fold: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A compared pair: its signals, its label, whether it crosses languages, its fold."""

    signals: tuple[float, ...]
    same: bool
    across: bool
    fold: int
    one: Features
    other: Features

    def contrast(self, odds: float) -> tuple[float, ...] | None:
        """Lay out what the odds are weighed anew by; None where a headline is missing."""
        if not (self.one.has_title and self.other.has_title):
            return None
        frame = compare_frames(self.one, self.other).signals
        return contrast_signals(odds, self.one, self.other, self.signals, frame)


def rows(path: Path) -> list[dict[str, Any]]:
    """Read a file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def fold_of(key: str) -> int:
    """Put an event into a fold; twin events (``12-ecb``, ``12-plus``) go together."""
    return crc32(key.removesuffix("-ecb").removesuffix("-plus").encode()) % FOLDS


def features_of(
    row: dict[str, Any],
    mark: str,
    number: int,
    last: datetime,
    boilerplate: Boilerplate | None = None,
) -> Features:
    """Prepare one item; an item without a time takes the one before."""
    told = row.get("published" if not mark else "pub" + mark)
    told_at = datetime.fromisoformat(told).replace(tzinfo=UTC) if told else last
    title, text = row["title" + mark] or "", row["text" + mark] or ""
    analysis = analyse(title, text, declared=(row["lang" + mark],))
    outlet = OutletId(crc32(str(row.get("source", number)).encode()))
    return prepare(
        item=ItemId(number),
        outlet=outlet,
        url_key="",
        told_at=told_at,
        title=title,
        lang=analysis.lang,
        analysis=analysis,
        boilerplate=boilerplate.of(outlet) if boilerplate else frozenset(),
    )


def stream(path: Path) -> list[Labelled]:
    """Prepare a stream, in order of arrival."""
    found: list[Labelled] = []
    last = EPOCH
    told = rows(path)
    boilerplate = Boilerplate()
    one_source = len({row["source"] for row in told}) == 1
    for number, row in enumerate(told, 1):
        if one_source:  # then nothing is known of the outlets
            row["source"] = number
        features = features_of(row, "", number, last, boilerplate)
        boilerplate.learn(features)
        last = features.told_at
        event = str(row["cluster"])
        found.append(Labelled(features, str(row["id"]), event, fold_of(event)))
    return found


def pairs(path: Path) -> list[Pair]:
    """Prepare the pairs of a file."""
    found: list[Pair] = []
    for number, row in enumerate(rows(path)):
        row.pop("source", None)
        one = features_of(row, "_a", 2 * number, EPOCH)
        other = features_of(row, "_b", 2 * number + 1, one.told_at)
        found.append((one, other, bool(row["same"]), crc32(row["title_a"].encode()) % FOLDS))
    return found


def contrasts(path: Path) -> list[Pair]:
    """Prepare the pairs of a file of contrasts: pair, kind, same, a, b, hours."""
    found: list[Pair] = []
    for number, row in enumerate(rows(path)):
        plain = {
            f"{name}_{side}": row[side][name]
            for side in "ab"
            for name in ("title", "text", "lang")
        }
        one = features_of(plain, "_a", 2 * number, EPOCH)
        other = features_of(plain, "_b", 2 * number + 1, EPOCH)
        later = replace(other, told_at=one.told_at + timedelta(hours=row["hours"]))
        found.append((one, later, bool(row["same"]), crc32(row["pair"].encode()) % FOLDS))
    return found


def compared(told: list[Pair], common: dict[int, float]) -> list[Sample]:
    """Compare pairs, with the rarity of words learnt from the file itself."""
    frequencies = Frequencies(common, DOCUMENTS)
    for features in {one.terms.tobytes(): one for pair in told for one in pair[:2]}.values():
        frequencies.learn(features)
    return [
        Sample(
            tuple(
                compare(
                    WeightedQuery(one, frequencies), other, WeightedQuery(other, frequencies).sums
                )
            ),
            same,
            one.lang != other.lang,
            fold,
            one,
            other,
        )
        for one, other, same, fold in told
    ]


def common_words(files: list[list[Features]]) -> dict[int, float]:
    """Count what is common in ``DOCUMENTS`` items, every file's share weighing the same.

    A word's share is taken among the items of its language, a cross-lingual key's among all.
    """
    parts = [part for items in files for part in by_language(items)]
    files_in = Counter(part[0].lang for part in parts)
    shares: defaultdict[int, float] = defaultdict(float)
    for part in parts:
        share = DOCUMENTS / len(part) / files_in[part[0].lang]
        for one in part:
            for key in one.terms:
                shares[key] += share
            for key in one.cross_lingual:
                shares[key] += share / len(files_in)
    return {key: round(share, 1) for key, share in sorted(shares.items()) if share >= LEAST_COMMON}


def by_language(items: list[Features]) -> list[list[Features]]:
    """Part items by language, leaving out languages with too few."""
    parts: dict[str, list[Features]] = {}
    for one in items:
        parts.setdefault(one.lang, []).append(one)
    return [part for part in parts.values() if len(part) >= MIN_SHARE]


def met(items: list[Labelled], common: dict[int, float]) -> Iterator[tuple[int, int, Sample]]:
    """Replay a stream: each item with the candidates that the index finds at its time."""
    index = Index(settings=replace(UNFITTED, common=common, documents=DOCUMENTS))
    places = {one.features.item: at for at, one in enumerate(items)}
    for place, item in enumerate(items):
        for likeness in index.compared(item.features):
            other = items[places[likeness.item]]
            same = other.event == item.event
            across = other.features.lang != item.features.lang
            sample = Sample(
                likeness.signals, same, across, item.fold, item.features, other.features
            )
            yield place, places[likeness.item], sample
        index.add(item.features, StoryId(place + 1))


def bcubed(gold: dict[str, str], told: dict[str, int]) -> tuple[float, float, float]:
    """Score a clustering by BCubed precision, recall and F1."""
    sizes, gold_sizes = Counter(told.values()), Counter(gold.values())
    both = Counter((gold[name], told[name]) for name in gold)
    precision = sum(n * n / sizes[story] for (_, story), n in both.items()) / len(gold)
    recall = sum(n * n / gold_sizes[event] for (event, _), n in both.items()) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)
