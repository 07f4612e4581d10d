"""How long one item takes: ``python -m tests.benchmarks.stories 10000``.

Invented news: words drawn by Zipf's law, two thirds of the items alone with their event, the
rest retold up to six times in other words. Times are CPU milliseconds an item on one core;
bytes are what Python has allocated for an item and its places in the index, words' frequencies
included, once they lie as after a start. The start is an ingester's, from a database with nothing
but the items.
"""

import asyncio
import random
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from storage import feeds, fingerprints, items
from storage import stories as story_store
from storage.database import Database
from storage.fingerprints import KeptFeatures
from storage.items import NewItem
from storage.model import ItemId, OutletId, StoryId
from storage.scratch import Scratch
from storage.sql import Connection
from watchers.ingester import Ingester, recalled
from watchers.stories import Features, Index, identify, pack, pack_weights, prepare, revise
from watchers.text.words import Analysis, analyse

START = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = 40_000
ASKED = 1000
PASSES = 3
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


def prepared(analyses: list[Analysed]) -> list[Features]:
    """Prepare items as the ingester does."""
    return [
        prepare(
            item=ItemId(number),
            outlet=OutletId(number % 150),
            url_key=f"example.org/{number}",
            told_at=START + timedelta(seconds=40 * number),
            title=title,
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
    all_features = prepared(analyses)
    told("prepare", before, len(all_features))
    analyses.clear()
    index = Index()
    before = process_time()
    for features in all_features[:count]:
        index.add(features, identify(features, index).story or StoryId(features.item))
    told("identify and add", before, count)
    before = process_time()
    rows = [
        KeptFeatures(one.item, pack(one), pack_weights(index.weights(one.item)))
        for one in all_features[:count]
    ]
    told("pack", before, count)
    asyncio.run(remembered("remember", rows))
    asyncio.run(remembered("remember, weighed anew", [row._replace(weights=None) for row in rows]))
    weighed(rows)
    for _ in range(PASSES):
        before = process_time()
        verdicts = [identify(features, index) for features in all_features[count:]]
        told(f"identify at {count:,}", before, ASKED)
    before = process_time()
    for features in all_features[:ASKED]:
        revise(index, index.story_of(features.item) or StoryId(0))
    told("revise", before, ASKED)
    print(f"{sum(verdict.story is not None for verdict in verdicts)} of {ASKED} joined a story")


async def remembered(what: str, rows: list[KeptFeatures]) -> None:
    """Open a ingester on a database that holds the items."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "news.db"
        db = await Database.opened(path)
        await db.write(filled)
        empty = path.stat().st_size
        await db.write(stored, rows)
        await db.close()
        print(
            f"{'on disk, items included':24} {(path.stat().st_size - empty) / len(rows):.0f} B an item"
        )
        db = await Database.opened(path)
        ingester = await Ingester.opened(db)
        before = process_time()
        await ingester.remember(START)
        told(what, before, len(rows))
        await db.close()


def filled(db: Connection) -> None:
    """Add the one feed."""
    feeds.add(db, feeds.NewFeed("https://courier.example/rss", "courier", "courier"), START)


def stored(db: Connection, rows: list[KeptFeatures]) -> None:
    """Keep items of no words, and their items."""
    (feed_id,) = db.conn.execute("select id from feeds").fetchone()
    for item, *_ in rows:
        story_store.open_new(db, StoryId(item), START)
        bare = NewItem(item, StoryId(item), True, "", "", "", "", "", "ru", None, (), "")
        items.add(db, feed_id, [bare], START)
    fingerprints.keep(db, rows)


def weighed(rows: list[KeptFeatures]) -> None:
    """Tell what an item and its places in the index take."""
    tracemalloc.start()
    index = Index(pages=Scratch(Path(tempfile.gettempdir())))
    for told in rows:
        assert recalled(index, told, StoryId(told.item))
    size = tracemalloc.get_traced_memory()[0] / len(index)
    tracemalloc.stop()
    print(f"{'memory':24} {size / 1e3:.2f} kB an item")


def told(what: str, since: float, count: int) -> None:
    """Print what one item of a batch cost."""
    print(f"{what:24} {(process_time() - since) / count * 1e3:.3f} ms an item")


if __name__ == "__main__":
    main()
