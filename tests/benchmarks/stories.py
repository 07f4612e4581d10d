"""How long one item takes and how much it weighs: ``python -m tests.benchmarks.stories 10000``.

Invented news: words drawn by Zipf's law, two thirds of the items alone with their event, the
rest retold up to six times in other words. Times are CPU milliseconds an item on one core.
"""

import random
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import process_time

from storage.model import ItemId, OutletId, StoryId
from watchers.stories import Index, Telling, identify, prepare, revise
from watchers.text.words import analyse

START = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = 40_000
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


def main() -> None:
    """Fill an index and tell what the last thousand items cost."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    tellings: list[Telling] = []
    prepared = 0.0
    for number, (title, text) in enumerate(news(count), 1):
        analysis = analyse(title, text, "ru")
        before = process_time()
        tellings.append(
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
        )
        prepared += process_time() - before
    print(f"prepare            {prepared / count * 1e3:.3f} ms an item")
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    index = Index()
    spent = [0.0, 0.0, 0.0]
    compared = 0
    for number, telling in enumerate(tellings, 1):
        times = [process_time()]
        story = identify(telling, index).story or StoryId(number)
        times.append(process_time())
        compared += len(index.compared(telling))
        index.add(telling, story)
        times.append(process_time())
        revise(index, story)
        times.append(process_time())
        if number > count - 1000:
            spent = [spent[at] + times[at + 1] - times[at] for at in range(3)]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    for name, seconds in zip(("identify", "add", "revise"), spent, strict=True):
        print(f"{name:18} {seconds:.3f} ms an item with {count:,} in the window")
    print(f"compared           {compared / count:.1f} others an item")
    print(f"memory of index    {grown / count:.2f} kB an item, tellings not counted")


if __name__ == "__main__":
    main()
