"""How long one headline takes against many subscriptions.

Run by hand: python -m tests.benchmarks.keywords
"""

import random
import statistics
import time

from tests.benchmarks.words import headlines
from watchers.keywords import Facts, QueryIndex, parse
from watchers.text.names import gazetteer
from watchers.text.words import analyse

COUNTS = (1_000, 10_000, 100_000)


def queries(count: int, seed: int = 1) -> list[str]:
    """Invent queries as readers type them: names, words, pairs, phrases, operators, filters."""
    chance = random.Random(seed)
    names = [
        alias.words[0] for found in gazetteer().singles.values() for alias in found if alias.entity
    ]
    words = sorted(
        {w.strip("«»,.:") for text, _ in headlines() for w in text.split() if len(w) > 3}
    )
    made = []
    for _ in range(count):
        name, other = chance.choice(names), chance.choice(words)
        rare = chance.choice(words)[:5] + "".join(chance.choices("аеиоклмнрст", k=4))
        made.append(
            chance.choices(
                (name, f"{name} {other}", f"{name} {rare}", rare, f'"{other} {rare}"',
                 f"({name} OR {rare}) {other}", f"{rare} -{other}", f"{name} {other} country:kz",
                 f"{rare[:6]}*", f"{other} {rare}"),
                weights=(4, 15, 20, 25, 8, 5, 8, 3, 2, 10),
            )[0]
        )  # fmt: skip
    return made


def main() -> None:
    """Print the build time and the percentiles of one headline for each size."""
    texts = [analyse(text, lang=lang) for text, lang in headlines()]
    facts = Facts(country="KZ", lang="ru")
    for count in COUNTS:
        parsed = [(at, parse(query)) for at, query in enumerate(queries(count))]
        started = time.perf_counter()
        index: QueryIndex[int] = QueryIndex(parsed)
        built = time.perf_counter() - started
        took, hits = [], 0
        for text in texts:
            started = time.perf_counter()
            hits += len(index.find(text, facts))
            took.append((time.perf_counter() - started) * 1e3)
        query = parsed[0][1]
        started = time.perf_counter()
        for at in range(1000):
            index.put(-1 - at, query)
            index.drop(-1 - at)
        change = (time.perf_counter() - started) * 1e3
        cuts = statistics.quantiles(took, n=100)
        print(f"{count:>7} subscriptions: p50 {cuts[49]:.3f} ms, p95 {cuts[94]:.3f} ms, "
              f"{hits / len(texts):.1f} hits; built in {built:.2f} s; put+drop {change:.1f} us")  # fmt: skip


if __name__ == "__main__":
    main()
