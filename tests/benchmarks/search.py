"""How long the first page of a search takes over many items, and what the index weighs.

Run by hand: python -m tests.benchmarks.search [ITEMS] [FILE]
"""

import bisect
import itertools
import os
import random
import sqlite3
import statistics
import sys
import time

import sqlite_utils

from storage import search
from tests.benchmarks.words import headlines
from watchers.keywords import Facts, fts, item_words, parse
from watchers.text.words import analyse

QUERIES = (
    "газ", "Казахстан", "Tokayev", "Mirziyoyev газ", "газ OR нефть", "Узбекистан -газ",
    '"железная дорога"', "country:kz", "lang:ru", "Казахстан Китай", "президент выборы",
    "тариф*", "редкое", "Казахстан редкое", "Central Asia", "энерг*", "Нацбанк ставка",
    "(Казахстан OR Узбекистан) (газ OR вода) -Россия", "Бишкек суд", "NOT газ lang:kk",
    "topic:energy", "zz1234", "Казахстан zz77", "zz7* Россия",
)  # fmt: skip
RARE = 200_000
"""Invented rare words, so that the vocabulary is as wide as a real archive's."""


def fill(db: sqlite_utils.Database, count: int) -> None:
    """Write items with the keys of invented headlines and a tail of rarer words."""
    chance = random.Random(3)
    bases = [
        (
            text,
            lang,
            item_words(
                analyse(text, lang=lang), Facts(country="KZ" if at % 3 else "UZ", lang=lang)
            ),
        )
        for at, (text, lang) in enumerate(headlines())
    ]
    weights = list(itertools.accumulate(1 / (at + 1) ** 0.8 for at in range(RARE)))
    db.execute(
        "create table items(id integer primary key, lang text, title text, summary text, published integer)"
    )
    for at in range(1, count + 1):
        text, lang, words = bases[chance.randrange(len(bases))]
        rare = [bisect.bisect(weights, chance.random() * weights[-1]) for _ in range(30)]
        tail = " ".join(f"слово{word}" for word in rare)
        db.execute("insert into items values (?, ?, ?, ?, ?)", (at, lang, text, tail, at))
        search.index(
            db, search.ItemId(at), words + "".join(f" s:zz{word} xc:zz{word}" for word in rare)
        )
        if at % 20_000 == 0:
            db.conn.commit()
    db.conn.commit()


def main() -> None:
    """Print percentiles over the queries and the sizes of items and index."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    path = sys.argv[2] if len(sys.argv) > 2 else "search-benchmark.db"
    fresh = not os.path.exists(path)  # noqa: PTH110 - a script
    db = sqlite_utils.Database(sqlite3.connect(path))
    db.execute("pragma journal_mode = wal")
    if fresh:
        for statement in search.SCHEMA:
            db.execute(statement)
        started = time.perf_counter()
        fill(db, count)
        print(f"filled in {time.perf_counter() - started:.0f} s")
    sizes = dict(db.execute("select case when name like 'item_words%' then 'index' else 'items' end, sum(pgsize)"
                            " from dbstat group by 1").fetchall())  # fmt: skip
    print(f"items {sizes['items'] / 1e6:.0f} MB, index {sizes['index'] / 1e6:.0f} MB")
    took = []
    for text in QUERIES:
        match = fts(parse(text))
        runs = []
        for _ in range(5):
            started = time.perf_counter()
            found = search.search(db, match, limit=200) if match else ()
            runs.append((time.perf_counter() - started) * 1e3)
        took += runs
        print(f"{statistics.median(runs):8.2f} ms  {len(found):4d} ids  {text}")
    cuts = statistics.quantiles(took, n=100)
    print(f"p50 {cuts[49]:.2f} ms, p95 {cuts[94]:.2f} ms")


if __name__ == "__main__":
    main()
