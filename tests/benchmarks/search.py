"""How long the first page of a search takes over a large archive while polls write to it.

Everything is measured that a reader waits for: the index, ranking, the matcher's second look,
loading the stories. The archive is made once, in some minutes, and kept for the next run.

Run by hand: python -m tests.benchmarks.search [ITEMS] [FILE]
"""

import asyncio
import gc
import itertools
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import meta, search, stories
from storage.database import Database, connect
from storage.model import ItemId, StoryId
from storage.sql import Connection, to_ms
from tests.benchmarks.words import headlines
from watchers import filing, keywords
from watchers import search as watchers_search
from watchers.text.names import gazetteer
from watchers.text.words import analyse

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
YEARS = timedelta(days=730)
BASES = 100_000
"""Distinct texts; an archive repeats them, each under its own outlet, story and time."""

RARE = 200_000
COUNTRIES = ("kz", "kg", "uz", "tj", "tm", "ru", "us", "gb")
OWNERS = ("state", "independent", "private", "exile", "western", "wire")
SYLLABLES = {
    True: "ба ко ри ле то ну ша дан мер кул бек ган тур сай жар мол пир ход рез вин".split(),
    False: "ba ko ri le to nu sha dan mer kul bek gan tur say jar mol pir hod rez win".split(),
}
LATIN = ("en", "uz-Latn", "tk")

COMMON = "газ тариф Казахстан Россия Узбекистан суд президент выборы экспорт Китай gas Kazakhstan tariffs government газ электр hukumat Ҳукумати теміржол zerno зерно банк президент договор парламент".split()  # fmt: skip
PHRASES = (
    '"железная дорога"', '"Central Asia"', '"gas supplies"', '"президент Токаев"',
    '"central bank"', '"строительство железной дороги"', '"Milli bank"', '"цены на газ"',
    '"министерство энергетики"', '"экспорт зерна"', '"new railway"', '"Ulttıq bank"',
    '"парламент Таджикистана"', '"жители Оша"', '"электр тарифін"', '"grain exports"',
    '"Садыр Жапаров"', '"Шавкат Мирзиёев"', '"treaty with Russia"', '"temir yo\'l"',
)  # fmt: skip
BOOLEANS = (
    "газ OR нефть", "Узбекистан -газ", "Казахстан Китай", "(Казахстан OR Узбекистан) (газ OR вода)",
    "газ тариф -Казахстан", "суд Бишкек OR Ош", "Tokayev OR Mirziyoyev OR Japarov", "Нацбанк ставка",
    "президент выборы", "договор Китай -Россия", "topic:energy", "topic:water country:kg",
    "NOT газ lang:kk", "Казахстан газ тариф президент", "(суд OR court) Ташкент",
    "тариф NOT (Казахстан OR Россия)", "зерно экспорт запрет", "gas deal -railway",
    "наводнение OR flood OR тасқын", "Казатомпром Китай",
)  # fmt: skip
PREFIXES = "тариф* энерг* казах* пре* gov* желез* байко* мин* Turk* elek* зер* qur* парл* нац* expo* дарё* соз* кур* мол* бек*".split()  # fmt: skip
FILTERS = (
    "country:kz", "lang:ru", "by:independent", "source:outlet7", "country:tm lang:tk",
    "lang:kk country:kz", "by:state lang:ru", "country:uz by:western", "source:outlet3 lang:en",
    "lang:uz", "country:tj", "by:wire", "газ country:kz", "суд country:kg lang:ru",
    "тариф by:state", "Tokayev source:outlet5", "Россия country:tj", "gas lang:en country:uz",
    "выборы lang:ru by:independent", "газ source:outlet11",
)  # fmt: skip
DATES = (
    "газ since:3d", "Казахстан since:24h", "since:3d", "выборы since:2w", "суд until:2026-11-01",
    "тариф since:2026-11-01 until:2026-11-10", "country:kz since:1d", "Tokayev since:7d",
    "Россия until:2025-06-01", "газ since:2025-03-01 until:2025-03-31", "lang:ky since:2d",
    "экспорт until:2026-01-01", "Китай since:30d", '"Central Asia" since:7d', "казах* since:3d",
    "until:2025-01-15", "banks since:5d", "зерно -Россия since:10d", "Мирзиёев since:48h",
    "by:exile since:7d",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Base:
    """A text of the archive and what the index files it under."""

    title: str
    summary: str
    lang: str
    words: str


def coined(chance: random.Random, number: int, *, cyrillic: bool) -> str:
    """Coin the word of a number, the same each time."""
    parts = SYLLABLES[cyrillic]
    made = ""
    number += 400
    while number:
        number, at = divmod(number, len(parts))
        made += parts[at]
    return made.capitalize() if chance.random() < 0.2 else made


def bases(count: int) -> list[Base]:
    """Make texts of headlines, names of the gazetteer and a long tail of rare words."""
    chance = random.Random(3)
    known = headlines()
    by_lang: dict[str, list[str]] = {}
    for text, lang in known:
        by_lang.setdefault(lang, []).append(text)
    labels = [entity.label for entity in gazetteer().entities.values()]
    weights = list(itertools.accumulate(1 / (at + 1) for at in range(RARE)))
    made = []
    for at in range(count):
        text, lang = known[chance.randrange(len(known))]
        tail = [
            coined(chance, number, cyrillic=lang not in LATIN)
            for number in chance.choices(range(RARE), cum_weights=weights, k=10)
        ]
        title = f"{text} {tail[0]} {tail[1]}" if at % 3 else f"{chance.choice(labels)}: {text}"
        summary = f"{chance.choice(by_lang[lang])} {' '.join(tail[2:])}."
        facts = keywords.Facts(country=COUNTRIES[at % len(COUNTRIES)], lang=lang)
        words = filing.item_words(analyse(title, summary, lang=lang), facts)
        made.append(Base(title, summary, lang, words))
    return made


def fill(db: Connection, count: int) -> None:
    """Write outlets, feeds, stories, items and their words."""
    conn, chance = db.conn, random.Random(5)
    made = bases(min(BASES, count))
    for at in range(40):
        conn.execute(
            "insert into outlets(id, name, country, ownership, wire, home_url)"
            " values (?, ?, ?, ?, ?, ?)",
            (at + 1, f"Outlet{at} News", COUNTRIES[at % len(COUNTRIES)].upper(),
             OWNERS[at % len(OWNERS)] if at % 6 != 5 else "private", at % 6 == 5,
             f"https://outlet{at}.example/"),
        )  # fmt: skip
        conn.execute(
            "insert into feeds(id, outlet_id, url, added_at) values (?, ?, ?, 0)",
            (at + 1, at + 1, f"https://outlet{at}.example/feed"),
        )
    story, left = 0, 0
    for start in range(1, count + 1, 20_000):
        conn.execute("begin")
        for at in range(start, min(start + 20_000, count + 1)):
            seen = to_ms(NOW - YEARS * (1 - at / count))
            if not left:
                story, left = story + 1, chance.choice((1, 1, 1, 1, 2, 2, 3, 5, 8))
                conn.execute(
                    "insert into stories(id, first_at, updated_at, size) values (?, ?, ?, ?)",
                    (story, seen, seen, left),
                )
            left -= 1
            base = made[chance.randrange(len(made))]
            write(db, at, story, base, seen=seen or 0, feed=feed_of(at, base))
        conn.execute("commit")
        print(f"\r{start:,}", end="", file=sys.stderr)
    meta.put(db, filing.REACHED, "1")  # all have all kinds of keys
    while search.merge_some(db):  # as an hourly tick does
        pass


def feed_of(at: int, base: Base) -> int:
    """Name a feed whose outlet is of the country that a text's words were filed for."""
    return next(
        one + 1 for one in range(at % 32, 40) if f"f:country:{COUNTRIES[one % 8]}" in base.words
    )


def write(db: Connection, at: int, story: int, base: Base, *, seen: int, feed: int) -> None:
    """Write one item and its words, as recording does."""
    url = f"https://outlet{feed - 1}.example/news/2026/{at}/some-words-of-the-headline"
    reasons = json.dumps([["words", 0.62, "5 of 8"], ["names", 0.3, "kz"]])
    db.conn.execute(
        "insert into items(id, feed_id, story_id, external_id, url, url_key, title, summary, lang,"
        " published, first_seen, reasons) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (at, feed, story, url, url, url.removeprefix("https://"), base.title, base.summary,
         base.lang, seen - 60_000, seen, reasons),
    )  # fmt: skip
    for key in (f"g:{url}", f"u:{url}"):
        db.conn.execute(
            "insert into item_keys values (?, ?, ?) on conflict do nothing",
            (feed, random.Random(key).randbytes(10), at),
        )
    search.index(db, ItemId(at), base.words)


def queries() -> list[tuple[str, str]]:
    """Give 200 queries as readers type them, each with its kind."""
    chance = random.Random(11)
    names = sorted({alias.words[0] for found in gazetteer().singles.values() for alias in found
                    if alias.entity and len(alias.words[0]) > 4})  # fmt: skip
    rare = [coined(chance, chance.randrange(RARE), cyrillic=at % 2 == 0) for at in range(25)]
    return (
        [("common", text) for text in COMMON[:25]]
        + [("name", text) for text in chance.sample(names, 50)]
        + [("rare", text) for text in rare]
        + [("phrase", text) for text in PHRASES]
        + [("boolean", text) for text in BOOLEANS]
        + [("prefix", text) for text in PREFIXES]
        + [("filter", text) for text in FILTERS]
        + [("dates", text) for text in DATES]
    )


async def polls(db: Database, stop: asyncio.Event, texts: list[Base], count: int) -> None:
    """Write documents of twenty items, four a second, until told to stop."""
    at = count
    while not stop.is_set():
        await db.write(document, at, texts[at % 60 : at % 60 + 20])
        at += 20
        await asyncio.sleep(0.25)


def document(db: Connection, at: int, texts: list[Base]) -> None:
    """Write the new items of one poll, each a story."""
    seen = to_ms(NOW) or 0
    for offset, base in enumerate(texts, 1):
        stories.open_new(db, StoryId(at + offset), NOW)
        number = at + offset
        write(db, number, number, base, seen=seen, feed=feed_of(number, base))
        stories.refresh(db, [StoryId(at + offset)])


async def measure(path: Path) -> None:
    """Run every query thrice, in a new order each time, and print what they took.

    The first turn is left out: it warms the caches. What stays is kept out of the garbage
    collector's sight, as the program does.
    """
    db = await Database.opened(path)
    stop = asyncio.Event()
    (last,) = await db.read(lambda c: c.conn.execute("select max(id) from items").fetchone())
    writing = asyncio.create_task(polls(db, stop, bases(80), last))
    took: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    slow: list[tuple[float, str, int]] = []
    wanted = queries()
    for turn in range(3):
        gc.collect()
        gc.freeze()
        for measured in (took, cpu, slow) if turn == 1 else ():
            measured.clear()
        random.Random(turn).shuffle(wanted)
        for kind, text in wanted:
            started, busy = time.perf_counter(), time.process_time()
            found = await watchers_search.find(
                db, keywords.parse(text), now=NOW, limit=5, near=True
            )
            spent = (time.perf_counter() - started) * 1e3
            cpu.setdefault(kind, []).append((time.process_time() - busy) * 1e3)
            took.setdefault(kind, []).append(spent)
            slow.append((spent, text, found.total))
            await asyncio.sleep(0.005)
    stop.set()
    await writing
    await db.close()
    for name, by_kind in (("wall", took), ("CPU of all threads, the writer's too", cpu)):
        print(name)
        for kind, each in [*by_kind.items(), ("all", list(itertools.chain(*by_kind.values())))]:
            cuts = statistics.quantiles(each, n=100)
            print(
                f"{kind:>8}: p50 {cuts[49]:7.2f} ms, p95 {cuts[94]:7.2f} ms, max {max(each):7.2f}"
            )
    for spent, text, total in sorted(slow, reverse=True)[:12]:
        print(f"{spent:9.2f} ms  {total:5d}  {text}")


def sizes(path: Path) -> None:
    """Print what items and the index weigh."""
    db = connect(path)
    rows = db.conn.execute(
        "select name like 'item_words%', sum(pgsize) from dbstat group by 1 order by 1"
    ).fetchall()
    rest, index = rows[0][1], rows[1][1]
    print(f"index {index / 1e6:.0f} MB, all else {rest / 1e6:.0f} MB: {index / rest:.0%} added")
    db.close()


def main() -> None:
    """Make the archive where there is none, then print sizes and times."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    path = Path(sys.argv[2] if len(sys.argv) > 2 else "search-benchmark.db")
    if not path.exists():
        started = time.perf_counter()
        db = connect(path)
        fill(db, count)
        db.close()
        print(f"\nfilled in {time.perf_counter() - started:.0f} s")
        sizes(path)
    asyncio.run(measure(path))


if __name__ == "__main__":
    main()
