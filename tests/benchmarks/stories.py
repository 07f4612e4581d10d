"""How long one item takes: ``python -m tests.benchmarks.stories 10000``.

Invented news: words drawn by Zipf's law, two thirds of the items alone with their event, the
rest retold up to six times in other words. Times are CPU milliseconds an item on one core;
bytes are what Python has allocated for an item's telling and its places in the index.
"""

import random
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import process_time

from storage.model import ItemId, OutletId, StoryId
from watchers.stories import Index, Telling, identify, prepare, revise
from watchers.text.words import Analysis, analyse

START = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = 40_000
ASKED = 1000
MEASURED = 5000
Analysed = tuple[str, str, Analysis]
SYLLABLES = "ба ве ги до жу за ки ло му не пи ро са ту фе хо ча ша ры ля".split()


def word(number: int) -> str:
    """Invent the word of a rank."""
    letters = ""
    while number or not letters:
        number, at = divmod(number, len(SYLLABLES))
        letters += SYLLABLES[at]
    return letters


def news(count: int) -> Iterator[tuple[str, str]]:
    """Invent headlines with texts."""
    chance = random.Random(7)
    weights = [1 / (rank + 3) for rank in range(VOCABULARY)]
    words = [word(rank + 400) for rank in range(VOCABULARY)]
    events: list[list[str]] = []
    for _ in range(count):
        if events and chance.random() < 0.33:
            own = chance.choice(events[-300:])
        else:
            own = [words[chance.randrange(VOCABULARY)] for _ in range(9)]
            own[0], own[1] = own[0].title(), own[1].title()
            events.append(own)
        common = chance.choices(words, weights, k=60)
        title = [*chance.sample(own, 5), *common[:4]]
        yield " ".join(title), " ".join([*common[4:34], *chance.sample(own, 7), *common[34:]])


def prepared(analyses: list[Analysed]) -> list[Telling]:
    """Prepare items as the desk does."""
    return [
        prepare(
            item=ItemId(number),
            outlet=OutletId(number % 150),
            url_key=f"example.org/{number}",
            told_at=START + timedelta(seconds=40 * number),
            title=title,
            summary=text,
            lang="ru",
            analysis=analysis,
        )
        for number, (title, text, analysis) in enumerate(analyses, 1)
    ]


def main() -> None:
    """Fill an index, then ask it about a thousand more items."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    analyses = [(title, text, analyse(title, text, "ru")) for title, text in news(count + ASKED)]
    before = process_time()
    tellings = prepared(analyses)
    told("prepare", before, len(tellings))
    restored(tellings[:count])
    weighed(analyses[:MEASURED])
    analyses.clear()
    index = Index()
    before = process_time()
    for telling in tellings[:count]:
        index.add(telling, identify(telling, index).story or StoryId(telling.item))
    told("identify and add", before, count)
    before = process_time()
    verdicts = [identify(telling, index) for telling in tellings[count:]]
    told(f"identify at {count:,}", before, ASKED)
    before = process_time()
    for telling in tellings[:ASKED]:
        revise(index, index.story_of(telling.item) or StoryId(0))
    told("revise", before, ASKED)
    print(f"{sum(verdict.story is not None for verdict in verdicts)} of {ASKED} joined a story")


def restored(tellings: list[Telling]) -> None:
    """Rebuild an index as at a start; tell the time and, of a part of them, the memory."""
    before = process_time()
    index = Index()
    for telling in tellings:
        index.restore(telling, StoryId(telling.item))
    told("restore", before, len(tellings))


def weighed(analyses: list[Analysed]) -> None:
    """Tell what a telling and its places in the index take; caches are warm by now."""
    tracemalloc.start()
    index = Index()
    for telling in prepared(analyses):
        index.restore(telling, StoryId(telling.item))
    size = tracemalloc.get_traced_memory()[0] / len(index)
    tracemalloc.stop()
    print(f"{'memory':24} {size / 1e3:.1f} kB an item")


def told(what: str, since: float, count: int) -> None:
    """Print what one item of a batch cost."""
    print(f"{what:24} {(process_time() - since) / count * 1e3:.3f} ms an item")


if __name__ == "__main__":
    main()
