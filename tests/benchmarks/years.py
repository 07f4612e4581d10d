"""How five years of 300 feeds are to live with: what grows with the archive, and what does not.

An archive is grown to a number of items (20,000 a day; 36 million are five years) on a fast path
that leaves the rows which recording leaves: items, keys, stories, former ids, the text index,
tallies. It may be grown further later, so that a curve can be measured:

    python -m tests.benchmarks.years grow FILE 1000000
    python -m tests.benchmarks.years measure FILE
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import (
    file_sizes,
    items,
    meta,
    record,
    retention,
    search,
    seen_keys,
    stats,
    stories,
    unfiling,
)
from storage.backups import copies, sealing
from storage.database import connect, in_transaction
from storage.items import NewItem
from storage.model import FeedId, ItemId, StoryId
from storage.record import Intake
from storage.sql import Connection, to_ms
from tests.benchmarks import search as searches
from tests.benchmarks.search import BASES, COUNTRIES, OWNERS, Base, bases
from watchers import filing

FEEDS = 300
A_DAY = 20_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
A_CHUNK = 20_000


def seen_at(at: int) -> datetime:
    """Tell when item number ``at`` came."""
    return BEGAN + timedelta(days=at / A_DAY)


def sources(db: Connection) -> None:
    """Write three hundred outlets, each with a feed; those of one country are eight apart."""
    for at in range(FEEDS):
        db.conn.execute(
            "insert into outlets(id, name, country, ownership, home_url) values (?, ?, ?, ?, ?)",
            (at + 1, f"Outlet{at} News", COUNTRIES[at % len(COUNTRIES)].upper(),
             OWNERS[at % 5], f"https://outlet{at}.example/"),
        )  # fmt: skip
        db.conn.execute(
            "insert into feeds(id, outlet_id, url, title, host, added_at, status, baseline_done)"
            " values (?, ?, ?, ?, ?, ?, 'ok', 1)",
            (at + 1, at + 1, f"https://outlet{at}.example/feed", f"Outlet{at} News",
             f"outlet{at}.example", to_ms(BEGAN)),
        )  # fmt: skip


def country_of(base: Base) -> int:
    """Tell for which country a text's words were filed."""
    return next(n for n, code in enumerate(COUNTRIES) if f"f:country:{code}" in base.words)


def grow(path: Path, count: int) -> None:
    """Grow an archive to so many items."""
    db = connect(path)
    db.conn.execute("pragma cache_size = -1000000")
    last = highest(db, "items")
    if not last:
        sources(db)
        meta.put(db, filing.REACHED, "1")  # all have all kinds of keys
    made = bases(BASES)
    countries = [country_of(base) for base in made]
    while last < count:
        began = time.perf_counter()
        upto = min(last + A_CHUNK, count)
        in_transaction(db, "begin immediate", chunk, last, upto, made, countries)
        last = upto
        while search.merge_some(db):  # as an hourly tick does
            pass
        print(f"\r{last:,} ({A_CHUNK / (time.perf_counter() - began):,.0f}/s)  ", end="")
    db.conn.execute(
        "update feeds set items = (select count(*) from items where feed_id = feeds.id)"
    )
    db.close()


def highest(db: Connection, table: str) -> int:
    return int(db.conn.execute(f"select coalesce(max(id), 0) from {table}").fetchone()[0])


def chunk(db: Connection, last: int, upto: int, made: list[Base], countries: list[int]) -> None:
    """Write the items after one up to another, a story of one to eight of them."""
    chance = random.Random(last)
    story = max(highest(db, "stories"), highest(db, "story_aliases"))
    at = last + 1
    while at <= upto:
        size = min(chance.choice((1, 1, 1, 1, 2, 2, 3, 5, 8)), upto - at + 1)
        story += 1
        seen = to_ms(seen_at(at))
        db.conn.execute("insert into stories values (?, ?, ?, ?)", (story, seen, seen, size))
        for number in range(at, at + size):
            which = chance.randrange(len(made))
            feed = countries[which] + 1 + 8 * chance.randrange(FEEDS // 8)
            seen = to_ms(seen_at(number)) or 0
            searches.write(db, number, story, made[which], seen=seen, feed=feed)
        at += size
        if chance.random() < 0.02:
            story += 1
            db.conn.execute("insert into story_aliases values (?, ?)", (story, story - 1))
    tally(db, upto)


def tally(db: Connection, last: int) -> None:
    """Write a day's tallies of every feed."""
    day = (to_ms(seen_at(last)) or 0) // 86_400_000
    db.conn.executemany(
        "insert or ignore into tallies values (?, ?, 96, 1920, ?, 3, 1850, 0, 0)",
        [(feed, day, A_DAY // FEEDS) for feed in range(1, FEEDS + 1)],
    )


# --- what it is like to live with ----------------------------------------------------------------


def timed(name: str, work: Callable[[], object], times: int = 1) -> None:
    """Print the CPU that some work takes, the median of so many times, and its wall time."""
    cpu, wall = [], []
    for _ in range(times):
        began, busy = time.perf_counter(), time.process_time()
        work()
        cpu.append(time.process_time() - busy)
        wall.append(time.perf_counter() - began)
    print(
        f"{name:44} CPU {statistics.median(cpu) * 1e3:10.1f} ms   wall {min(wall) * 1e3:10.1f} ms"
    )


def measure(path: Path) -> None:
    """Print what an archive costs whoever opens it, writes to it, reads it and keeps it."""
    timed("opens", lambda: connect(path).close(), 5)
    db = connect(path)
    last = highest(db, "items")
    now = seen_at(last)
    print(f"{last:,} items, {path.stat().st_size / 1e6:,.0f} MB; bytes an item by table:")
    by_table = db.conn.execute(
        "select case when name like 'item_words%' then 'item_words' else name end,"
        " sum(pgsize) from dbstat group by 1 order by 2 desc limit 12"
    )
    print("  ".join(f"{name} {size / last:.0f}" for name, size in by_table))
    made = bases(200)
    timed("a document of 30 known entries is looked up", lambda: look_up(db, last), 50)
    timed("a document of 20 news is recorded", lambda: news(db, made), 50)
    timed(
        "a day's stories for a digest",
        lambda: stories.between(db, now - timedelta(days=1), now),
        5,
    )
    timed("/stats", lambda: stats.totals(db, now), 3)
    timed("a file's size is noted", lambda: file_sizes.note(db, now), 3)
    timed("is a pass through the index due?", lambda: unfiling.is_worth_a_pass(db), 3)
    with TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder, "copy.db")
        timed("a copy, checked", lambda: copies.copy(path, copy, lambda *_: None))
        sealed = Path(folder, "copy.age")
        sealed.touch()
        timed("sealed", lambda: sealing.seal(copy, sealed, sealing.new_key()[1]))
        print(f"sealed: {sealed.stat().st_size / copy.stat().st_size:.0%} of the copy")
        measure_retention(copy, now)
    db.close()
    searches.NOW = now
    asyncio.run(searches.measure(path))


def look_up(db: Connection, last: int) -> None:
    """Ask for the items of sixty keys, none of which is there: the dearest."""
    chance = random.Random()
    keys = [str(chance.random()) for _ in range(60)]
    items.known(db, FeedId(chance.randrange(FEEDS) + 1), keys)


def news(db: Connection, made: list[Base]) -> None:
    """Record twenty items, each a story of its own."""
    last, story = highest(db, "items"), highest(db, "stories") + 1_000_000
    new = tuple(
        NewItem(
            ItemId(last + n), StoryId(story + n), True, f"g{last + n}", f"https://a.example/{last + n}",
            f"a.example/{last + n}", base.title, base.summary, base.lang, None,
            (f"g{last + n}", f"u{last + n}"), base.words,
        )
        for n, base in enumerate(random.sample(made, 20), 1)
    )  # fmt: skip
    feed = FeedId(random.randrange(FEEDS) + 1)
    in_transaction(db, "begin immediate", record.record, Intake(feed, seen_at(last), new=new))


def measure_retention(path: Path, now: datetime) -> None:
    """Print what it takes to remove a tenth of an archive."""
    db = connect(path)
    in_transaction(db, "begin immediate", lambda db: db.conn.execute("delete from file_sizes"))
    gone, before = 0, BEGAN + (now - BEGAN) / 10
    began, busy, longest = time.perf_counter(), time.process_time(), 0.0
    while True:
        at = time.perf_counter()
        step = in_transaction(db, "begin immediate", retention.forget_some, before)
        longest = max(longest, time.perf_counter() - at)
        if not step:
            break
        gone += step
    cpu = time.process_time() - busy
    print(
        f"retention: {gone:,} items in {time.perf_counter() - began:.0f} s, CPU {cpu / gone * 1e6:.0f}"
        f" µs an item, the longest transaction {longest * 1e3:.0f} ms"
    )
    timed("keys packed, all of them walked", lambda: packed(db))
    timed("the index walked once", lambda: walked(db))
    db.close()


def packed(db: Connection) -> None:
    while in_transaction(db, "begin immediate", seen_keys.step):
        pass


def walked(db: Connection) -> None:
    after = in_transaction(db, "begin immediate", unfiling.take_up)
    while after is not None:
        gathered = unfiling.gather(db, after)
        after = in_transaction(db, "begin immediate", unfiling.keep, gathered)


def main() -> None:
    """Grow an archive, or measure one."""
    match sys.argv[1:]:
        case ["grow", file, count]:
            grow(Path(file), int(count))
        case ["measure", file]:
            measure(Path(file))
        case _:
            print(__doc__)


if __name__ == "__main__":
    main()
