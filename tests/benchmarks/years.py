"""How five years of 300 feeds are to live with: what grows with the archive, and what does not.

An archive is grown to a number of items (20,000 a day; 36 million are five years) on a fast path
that leaves the rows which recording leaves: items, keys, stories, former ids, the text index,
tallies. ``repeat`` writes it into another file so many times one after the other, under later
numbers and times, which is much faster yet: the last item of a new one came a week ago. What has
items already grows by them, into the future: whoever measures takes the newest for today.

    python -m tests.benchmarks.years grow FILE 1000000
    python -m tests.benchmarks.years repeat FILE LARGE 8
    python -m tests.benchmarks.years measure FILE
    python -m tests.benchmarks.years tables FILE          bytes an item; reads all of it
    python -m tests.benchmarks.years copy FILE            a backup of it, sealed
    python -m tests.benchmarks.years forget FILE 100000   retention: so many items are gone then
"""

import asyncio
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import (
    dialogs,
    errands,
    file_sizes,
    full_texts,
    inbox,
    items,
    matches,
    meta,
    pages,
    record,
    retention,
    search,
    seen_keys,
    set_aside,
    stats,
    stories,
    tallies,
    translations,
    unfiling,
    vacuum,
    wanted_articles,
    wrong_times,
)
from storage.backups import copies, sealing
from storage.database import connect, in_transaction
from storage.items import NewItem
from storage.model import FeedId, ItemId, StoryId
from storage.outbox import queue
from storage.record import Intake
from storage.sql import Connection, from_ms, to_ms
from tests.benchmarks import search as searches
from tests.benchmarks import segments
from tests.benchmarks.search import BASES, COUNTRIES, OWNERS, Base, bases
from watchers import filing

FEEDS = 300
A_DAY = 20_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
A_CHUNK = 20_000
MOST_STEPS = 500
"""Of a long work so many transactions are measured: putting all parts of a large index together
takes thousands."""


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
    made = bases(min(BASES, count))
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


# --- the same again and again --------------------------------------------------------------------


AS_THEY_ARE = ("outlets", "feeds", "facts")

ITEMS = """
insert into items(id, feed_id, story_id, external_id, url, url_key, title, summary, lang,
    published, first_seen, reasons)
select id + :after, feed_id, story_id + :stories, replace(external_id, was, now),
    replace(url, was, now), replace(url_key, was, now), title, summary, lang,
    :began + (id + :after) * :every - 60000, :began + (id + :after) * :every, reasons
from (select *, '/' || id || '/' as was, '/' || (id + :after) || '/' as now from old.items)
order by id
"""
STORIES = """
insert into stories
select story_id, min(first_seen), max(first_seen), count(*) from items
where story_id > :stories group by story_id
"""
ALIASES = """
insert into story_aliases select id + :stories, story_id + :stories from old.story_aliases
"""
KEYS = """
insert into item_keys
select feed_id, cast(char(:turn) || substr(key, 2) as blob), item_id + :after
from old.item_keys order by 1, 2
"""
"""Keys are digests: those of copies begin with another byte, by the number of the turn."""

TALLIES = """
insert into tallies
select feed_id, (:began + (id + :after) * :every) / 86400000 as day, 96, 1920, count(*), 3,
    1917 - count(*), 0, 0
from old.items where true group by feed_id, day
on conflict do update set stored = stored + excluded.stored, known = known - excluded.stored
"""


def repeat(source: Path, path: Path, times: int) -> None:
    """Write an archive into a file, so many times one after the other, behind what it has."""
    made = connect(path)
    has, told = highest(made, "items"), highest(made, "stories")
    while has and search.merge_some(made):  # a part that is being joined can have none behind it
        pass
    last = from_ms(made.conn.execute("select max(first_seen) from items").fetchone()[0])
    made.close()
    db = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode = delete", "journal_mode = off", "synchronous = off",
                    "cache_size = -400000"):  # fmt: skip
        db.execute(f"pragma {setting}")  # it is nothing to be kept yet
    db.execute("attach ? as old", (str(source),))
    db.execute("begin")
    for table in AS_THEY_ARE:
        names = ", ".join(row[1] for row in db.execute(f"pragma old.table_info({table})"))
        db.execute(f"insert or ignore into {table}({names}) select {names} from old.{table}")
    items, stories = (
        db.execute(f"select max(id) from {made}").fetchone()[0]
        for made in (
            "old.items",
            "(select id from old.stories union all select id from old.story_aliases)",
        )
    )
    began = (last or datetime.now(UTC) - timedelta(days=8 + items * times / A_DAY)) - timedelta(
        days=has / A_DAY
    )
    for turn in range(times):
        turned_over(db, 1 + has // items + turn, has + items * turn, told + stories * turn, began)
    db.execute("update feeds set items = (select count(*) from items where feed_id = feeds.id)")
    db.execute("commit")
    say("index")
    with sqlite3.connect(source) as old:
        segments.repeat(old, db, [has + items * turn for turn in range(times)])
    db.close()
    say("done")


def turned_over(
    db: sqlite3.Connection, turn: int, after: int, stories: int, began: datetime
) -> None:
    """Write all rows of an archive once more, under numbers that follow on what is there."""
    values = {
        "after": after, "stories": stories, "turn": turn,
        "began": to_ms(began), "every": 86_400_000 // A_DAY,
    }  # fmt: skip
    for statement in (ITEMS, STORIES, ALIASES, KEYS, TALLIES):
        say(f"after {after:,}: {statement.split()[2]}")
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        db.execute(statement, named)


def say(what: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what}, CPU {time.process_time():.0f} s", flush=True)


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
    """Print what an archive costs whoever opens it, writes to it and reads it.

    Some of it is written to: a thousand items are recorded.
    """
    timed("opens", lambda: connect(path).close(), 5)
    db = connect(path)
    last = highest(db, "items")
    now = from_ms(db.conn.execute("select max(first_seen) from items").fetchone()[0])
    assert now
    print(f"{last:,} items, {path.stat().st_size / 1e6:,.0f} MB")
    made = bases(200)
    timed("a document of 30 unknown entries is looked up", lambda: look_up(db, last), 50)
    timed("a document of 20 news is recorded", lambda: news(db, made, now), 50)
    day = timedelta(days=1)
    timed("a day's stories for a digest", lambda: stories.between(db, now - day, now), 5)
    timed("/stats", lambda: stats.totals(db, now), 3)
    upkeep(db, now)
    db.close()
    searches.NOW = now
    asyncio.run(searches.measure(path))


def upkeep(db: Connection, now: datetime) -> None:
    """Print what each part of the upkeep takes where it has nothing to do, and the index's."""
    for name, read in (
        ("a believable now is asked for", wrong_times.believable),
        ("wrong times are looked for at a start", wrong_times.has_any),
        ("the same, thoroughly", partial(wrong_times.has_any, thorough=True)),
    ):
        timed(name, partial(read, db, now), 3)
    for prune in (
        dialogs.prune, inbox.prune, pages.prune, set_aside.prune, errands.prune, full_texts.prune,
        wanted_articles.prune, queue.prune, matches.prune, translations.prune, tallies.fold,
        file_sizes.note,
    ):  # fmt: skip
        sliced(f"{prune.__module__.removeprefix('storage.')}.{prune.__name__}", db, prune, now)
    timed("is a pass through the index due?", lambda: unfiling.is_worth_a_pass(db), 3)
    timed("is there something to be vacuumed?", lambda: vacuum.is_worth_it(db), 3)
    sliced("the index's parts are put together", db, search.merge_some)


def sliced(name: str, db: Connection, some: Callable[..., object], *values: object) -> None:
    """Print how many transactions a long work takes, their CPU, and the longest of them."""
    steps, longest, busy, began = 0, 0.0, time.process_time(), time.perf_counter()
    more: object = True
    while more and steps < MOST_STEPS:
        at = time.perf_counter()
        more = in_transaction(db, "begin immediate", some, *values)
        longest = max(longest, time.perf_counter() - at)
        steps += 1
    print(
        f"{name:48} {steps:6} steps, CPU {(time.process_time() - busy) * 1e3:9.1f} ms, wall"
        f" {time.perf_counter() - began:7.1f} s, the longest {longest * 1e3:7.1f} ms",
        flush=True,
    )


def measure_copies(path: Path) -> None:
    """Print what copying and sealing an archive takes; the copy is beside it meanwhile."""
    with TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder, "copy.db")
        timed("a copy, checked", lambda: copies.copy(path, copy, lambda *_: None))
        sealed = Path(folder, "copy.age")
        sealed.touch()
        timed("sealed", lambda: sealing.seal(copy, sealed, sealing.new_key()[1]))
        print(f"sealed: {sealed.stat().st_size / copy.stat().st_size:.0%} of the copy")


def tables(path: Path) -> None:
    """Print how many bytes each table and index takes an item. Reads the whole file."""
    db = connect(path)
    last = highest(db, "items")
    by_table = db.conn.execute(
        "select case when name like 'item_words%' then 'item_words' else name end,"
        " sum(pgsize) from dbstat group by 1 order by 2 desc limit 12"
    )
    print("  ".join(f"{name} {size / last:.0f}" for name, size in by_table))
    db.close()


def look_up(db: Connection, last: int) -> None:
    """Ask for the items of sixty keys, none of which is there: the dearest."""
    chance = random.Random()
    keys = [str(chance.random()) for _ in range(60)]
    items.known(db, FeedId(chance.randrange(FEEDS) + 1), keys)


def news(db: Connection, made: list[Base], now: datetime) -> None:
    """Record twenty items, each a story of its own."""
    last, story = highest(db, "items"), highest(db, "stories") + 1_000
    new = tuple(
        NewItem(
            ItemId(last + n), StoryId(story + n), True, f"g{last + n}", f"https://a.example/{last + n}",
            f"a.example/{last + n}", base.title, base.summary, base.lang, None,
            (f"g{last + n}", f"u{last + n}"), base.words,
        )
        for n, base in enumerate(random.sample(made, 20), 1)
    )  # fmt: skip
    feed = FeedId(random.randrange(FEEDS) + 1)
    in_transaction(db, "begin immediate", record.record, Intake(feed, now, new=new))


def measure_retention(path: Path, most: int) -> None:
    """Print what it takes to remove an archive's oldest items; they are gone then."""
    db = connect(path)
    in_transaction(db, "begin immediate", lambda db: db.conn.execute("delete from file_sizes"))
    gone, longest, before = 0, 0.0, datetime.now(UTC)
    began, busy = time.perf_counter(), time.process_time()
    while gone < most:
        at = time.perf_counter()
        step = in_transaction(db, "begin immediate", retention.forget_some, before)
        longest = max(longest, time.perf_counter() - at)
        gone += step
    cpu = time.process_time() - busy
    print(
        f"retention: {gone:,} items in {time.perf_counter() - began:.0f} s, CPU {cpu / gone * 1e6:.0f}"
        f" µs an item, the longest transaction {longest * 1e3:.0f} ms"
    )
    sliced("keys packed", db, seen_keys.step, retention.pruned_to(db))
    sliced("what is gone leaves the index", db, unfiling.some)
    sliced("free pages are given back", db, vacuum.some)
    db.close()


def main() -> None:
    """Grow an archive, or measure one."""
    match sys.argv[1:]:
        case ["grow", file, count]:
            grow(Path(file), int(count))
        case ["repeat", source, file, times]:
            repeat(Path(source), Path(file), int(times))
        case ["measure", file]:
            measure(Path(file))
        case ["tables", file]:
            tables(Path(file))
        case ["copy", file]:
            measure_copies(Path(file))
        case ["forget", file, count]:
            measure_retention(Path(file), int(count))
        case _:
            print(__doc__)


if __name__ == "__main__":
    main()
