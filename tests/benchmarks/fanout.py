"""What many readers of one word cost: ``python -m tests.benchmarks.fanout [READERS [STORIES]]``.

One document brings so many new stories with the word, a second one another outlet's report of
each. Real ingester, real outbox, no Telegram: what was owed counts as sent in between. Meanwhile
somebody small writes every 20 ms, as noting an update does. Prints how long the event loop stood
still; how much of that its own thread worked, which is a slice of ours that is too large on any
machine, and all threads of this process, which may have kept Python's lock from it (the rest is
the machine's, busy with others); how long the small writes waited; and when all was owed.
"""

import asyncio
import gc
import logging
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from storage import feeds, meta, owing
from storage.database import Database
from storage.model import Feed
from storage.sql import Connection, to_ms
from watchers.ingester import Ingester
from watchers.parse import Entry

READERS, STORIES = 100_000, 1
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SYLLABLES = ("ba", "ke", "lo", "mu", "ri", "sa", "to", "vu", "zi", "na")


def coined(number: int) -> str:
    """Return a word of its own for a number."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:05}")


def furnish(db: Connection, readers: int) -> None:
    """Give every reader the word."""
    db.conn.executemany(
        "insert into chats(id, kind, alerts_per_hour, created_at) values (?, 'private', 12, 0)",
        ((number,) for number in range(1, readers + 1)),
    )
    db.conn.executemany(
        "insert into subscriptions(chat_id, query, created_at) values (?, 'reactor', 0)",
        ((number,) for number in range(1, readers + 1)),
    )


def sent(db: Connection) -> None:
    """Take all that is owed for sent."""
    db.conn.execute(
        "update deliveries set state = 'sent', settled_at = ?, message_id = id"
        " where state = 'queued'",
        (to_ms(START),),
    )
    db.conn.execute("update lanes set next_at = null")


def cut(values: list[float]) -> str:
    """Say the median, the 99th of a hundred and the worst, in ms."""
    found = sorted(values) or [0.0]
    at = (found[len(found) // 2], found[int(len(found) * 0.99)], found[-1])
    return "p50 {:.1f}, p99 {:.1f}, worst {:.1f} ms".format(*(one * 1000 for one in at))


@asynccontextmanager
async def watched(name: str, db: Database) -> AsyncIterator[None]:
    """Print how the loop and a small write fare while the block runs."""
    stalls: list[float] = []
    own: list[float] = []
    ours: list[float] = []
    waits: list[float] = []

    async def loop() -> None:
        while True:
            began = time.perf_counter(), time.thread_time(), time.process_time()
            await asyncio.sleep(0.001)
            stalls.append(time.perf_counter() - began[0] - 0.001)
            own.append(min(time.thread_time() - began[1], stalls[-1]))
            ours.append(min(time.process_time() - began[2], stalls[-1]))

    async def small() -> None:
        number = 0
        while True:
            number += 1
            began = time.perf_counter()
            await db.write(meta.put, "seen", str(number))
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)

    tasks = [asyncio.create_task(loop()), asyncio.create_task(small())]
    began, worked = time.perf_counter(), time.process_time()
    yield
    took, worked = time.perf_counter() - began, time.process_time() - worked
    for task in tasks:
        task.cancel()
    print(f"{name}: {took:.2f} s, {worked:.2f} of CPU")
    print(f"    the loop stood still {cut(stalls)}")
    print(f"    of that its own work {cut(own)}")
    print(f"    of all our threads   {cut(ours)}")
    print(f"    a small write waited {cut(waits)} ({len(waits)} of them)", flush=True)


def entries(stories: int, outlet: str, at: datetime) -> list[Entry]:
    """Report every event, as an outlet does."""
    told = []
    for number in range(stories):
        named, done, where = (coined(number * 37 + n * 30_011) for n in range(3))
        title = f"{named.title()} {done} reactor in {where.title()}"
        text = f"{outlet.title()} has it that {named} {done} in {where}."
        told.append(
            Entry(
                f"{outlet}{number}",
                f"https://{outlet}.example/{number}",
                f"{outlet}.example/{number}",
                title,
                text,
                at,
                keys=(f"g:{outlet}{number}",),
            )
        )
    return told


async def outlet(db: Database, name: str) -> Feed:
    """Add a feed of an outlet of its own."""
    return await db.write(
        feeds.add, feeds.NewFeed(f"https://{name}.example/rss", name, name), START
    )


def count(db: Connection, kind: str) -> int:
    """Count what is owed."""
    (found,) = db.conn.execute(
        "select count(*) from deliveries where kind = ?", (kind,)
    ).fetchone()
    return int(found)


async def main(readers: int = READERS, stories: int = STORIES) -> None:
    """Play both documents."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(f"{readers:,} readers of one word, {stories} stories in one document")
    with tempfile.TemporaryDirectory() as folder:
        db = await Database.opened(Path(folder) / "news.db")
        await db.write(furnish, readers)
        began = time.perf_counter()
        ingester = await Ingester.opened(db)
        print(f"ingester open after {time.perf_counter() - began:.2f} s")
        await ingester.remember(START)
        warm = await outlet(db, "echo")
        await ingester.take(warm, entries(4, "echo", START), None, START, silent=True)
        gc.collect()
        gc.freeze()
        for name, kind, at in (
            ("courier", "alert", START), ("oasis", "edit", START + timedelta(minutes=5)),
        ):  # fmt: skip
            feed = await outlet(db, name)
            async with watched(f"{name}'s document taken", db):
                await ingester.take(feed, entries(stories, name, at), None, at)
            print(f"    {await db.read(count, kind):,} {kind}s owed by then")
            async with watched("promises kept", db):
                await owing.keep_all(db, lambda at=at: at, lambda: None)  # type: ignore[misc]
            print(f"    {await db.read(count, kind):,} {kind}s owed")
            await db.write(sent)
        await db.close()


if __name__ == "__main__":
    asyncio.run(main(*[int(one) for one in sys.argv[1:]]))
