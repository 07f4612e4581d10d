"""Labelled stories as the fitting scripts need them: streams, pairs, folds and scores.

Files hold one JSON object a line. ``stream_*.jsonl``: id, published, lang, title, text, cluster,
source, in order of arrival. ``pairs_*.jsonl``: id, lang_a, lang_b, title_a, text_a, title_b,
text_b, same, and where known pub_a, pub_b.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from storage.model import ItemId, OutletId, StoryId
from watchers.stories.index import Index
from watchers.stories.signals import Frequencies, Trees, View, compare
from watchers.stories.telling import Telling, prepare
from watchers.stories.weights import Settings
from watchers.text.words import analyse

FOLDS = 3
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NOTHING = Trees(0.0, (), (), (), (), ())
UNFITTED = Settings(NOTHING, NOTHING, 99.0, -9.0, 99.0, 99.0, 0.0)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A telling with the event it tells and the fold it belongs to."""

    telling: Telling
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


def rows(path: Path) -> list[dict[str, Any]]:
    """Read a file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def fold_of(key: str) -> int:
    """Put an event into a fold; twin events (``12-ecb``, ``12-plus``) go together."""
    return crc32(key.split("-ecb")[0].split("-plus")[0].encode()) % FOLDS


def telling_of(row: dict[str, Any], mark: str, number: int, last: datetime) -> Telling:
    """Prepare one item; an item without a time takes the one before."""
    told = row.get("published" if not mark else "pub" + mark)
    told_at = datetime.fromisoformat(told).replace(tzinfo=UTC) if told else last
    title, text = row["title" + mark] or "", row["text" + mark] or ""
    analysis = analyse(title, text, declared=(row["lang" + mark],))
    return prepare(
        item=ItemId(number),
        outlet=OutletId(crc32(str(row.get("source", number)).encode())),
        url_key="",
        told_at=told_at,
        title=title,
        summary=text,
        lang=analysis.lang,
        analysis=analysis,
    )


def stream(path: Path) -> list[Labelled]:
    """Prepare a stream, in order of arrival."""
    found: list[Labelled] = []
    last = EPOCH
    told = rows(path)
    one_source = len({row["source"] for row in told}) == 1
    for number, row in enumerate(told, 1):
        if one_source:  # then nothing is known of the outlets
            row["source"] = number
        telling = telling_of(row, "", number, last)
        last = telling.told_at
        event = str(row["cluster"])
        found.append(Labelled(telling, str(row["id"]), event, fold_of(event)))
    return found


def pairs(path: Path) -> Iterator[Sample]:
    """Compare the pairs of a file, with the rarity of words learnt from the file itself."""
    told = rows(path)
    frequencies = Frequencies()
    tellings = []
    for number, row in enumerate(told):
        row.pop("source", None)
        one = telling_of(row, "_a", 2 * number, EPOCH)
        other = telling_of(row, "_b", 2 * number + 1, one.told_at)
        tellings.append((one, other))
    for telling in {told.terms.tobytes(): told for pair in tellings for told in pair}.values():
        frequencies.learn(telling)
    for row, (one, other) in zip(told, tellings, strict=True):
        signals = compare(View(one, frequencies), View(other, frequencies))
        fold = crc32(row["title_a"].encode()) % FOLDS
        yield Sample(tuple(signals), bool(row["same"]), one.lang != other.lang, fold)


def met(items: list[Labelled]) -> Iterator[tuple[int, int, Sample]]:
    """Replay a stream: each item with the candidates that the index finds at its time."""
    index = Index(settings=UNFITTED)
    places = {one.telling.item: at for at, one in enumerate(items)}
    for place, item in enumerate(items):
        for likeness in index.compared(item.telling):
            other = items[places[likeness.item]]
            same = other.event == item.event
            across = other.telling.lang != item.telling.lang
            yield place, places[likeness.item], Sample(likeness.signals, same, across, item.fold)
        index.add(item.telling, StoryId(place + 1))


def bcubed(gold: dict[str, str], told: dict[str, int]) -> tuple[float, float, float]:
    """Score a clustering by BCubed precision, recall and F1."""
    sizes, gold_sizes = Counter(told.values()), Counter(gold.values())
    both = Counter((gold[name], told[name]) for name in gold)
    precision = sum(n * n / sizes[story] for (_, story), n in both.items()) / len(gold)
    recall = sum(n * n / gold_sizes[event] for (event, _), n in both.items()) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)
