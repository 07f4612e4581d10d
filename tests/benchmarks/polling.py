"""What polling costs: unchanged feeds, changed feeds, the loop's stalls, memory over rounds.

Run by hand: ``python -m tests.benchmarks.polling [unchanged|changed|memory|growth|hanging]``, with
``--rounds N``; of ``hanging`` ``--seconds N``: how late good feeds are beside hosts that hang.
The farm runs in a process of its own, so that only our side is measured.
"""

import argparse
import asyncio
import contextlib
import io
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import feedparser
import structlog

from storage import feeds
from storage.database import Database
from storage.feeds import NewFeed
from storage.model import Feed
from tests.benchmarks.plain_server import PlainServer
from watchers import fetch
from watchers.ingester import Ingester
from watchers.parse_pool import pool
from watchers.poll import Poller, Round
from watchers.schedule import PollingPace

UNCHANGED, CHANGED, ENTRIES, FRESH = 1000, 300, 30, 3
WORDS = (
    "парламент бюджет закон Астана Бишкек Ташкент министр экономика курс тенге сом газ нефть "
    "дорога школа больница выборы президент встреча соглашение граница вода энергия суд"
).split()


@cache
def vocabulary() -> list[str]:
    """Four thousand words as long as real ones: headlines that chance makes alike are rare."""
    syllables = "ка ло ре ми та ну со ви пер дол гри жа бек тан сур мол вет зор хан лы".split()
    made = (f"{a}{b}{c}" for a in syllables for b in syllables for c in syllables)
    return [*WORDS, *made][:4096]


def document(feed: int, edition: int, count: int = ENTRIES) -> bytes:
    """The feed's document of an edition: three entries newer than the edition before."""
    return written(feed, range(edition * FRESH, edition * FRESH + count))


def retold(feed: int, edition: int) -> bytes:
    """The feed's first document once more: in another order, re-dated, a headline edited."""
    turn = edition % ENTRIES
    return written(feed, [*range(turn, ENTRIES), *range(turn)], edition)


def written(feed: int, numbers: Iterable[int], edited: int = 0) -> bytes:
    """An RSS document of these entries; ``edited`` changes all dates and one headline."""
    entries = []
    words = vocabulary()
    for number in numbers:
        seed = blake2b(b"%d/%d" % (feed, number), digest_size=16).digest()
        told = [words[seed[at] << 8 & 0xFFF | seed[at + 1]] for at in range(0, 14, 2)]
        link = f"https://outlet{feed}.example/news/{number}"
        text = f"<p>{' '.join(told)}: подробности дела {number}.</p>" + "<p>Ещё строка.</p>" * 12
        minute = (number + edited) % 60
        if edited and edited % ENTRIES == number:
            told.append(words[edited % len(words)])
        entries.append(
            f"<item><title>{' '.join(told)} {feed}-{number}</title><link>{link}</link>"
            f"<guid>{link}</guid><pubDate>Sun, 22 Nov 2026 07:{minute:02d}:00 GMT</pubDate>"
            f"<category>{told[0]}</category>"
            f"<description><![CDATA[{text}]]></description></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>Outlet {feed}</title><link>https://outlet{feed}.example/</link>"
        f"{''.join(reversed(entries))}</channel></rss>"
    ).encode()


class Farm(PlainServer):
    """A small HTTP server: /u/N never changes, /c/N has three new entries at every request,
    /r/N tells the same entries in other ways, /h/N never answers.
    """

    editions: dict[int, int] = {}  # noqa: RUF012 (one server a process)

    def answer(self, head: bytes) -> bytes:
        _, kind, number = head.split(b" ", 2)[1].split(b"/")
        feed = int(number)
        if kind == b"h":
            return b""
        if kind == b"u":
            if b"if-none-match" in head.lower():
                return b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
            body, tag = document(feed, 0, 1), b"x"
        else:
            edition = self.editions.get(feed, 0)
            self.editions[feed] = edition + 1
            make = document if kind == b"c" else retold
            body, tag = make(feed, edition), str(edition).encode()
        return (
            b'HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nETag: "%s"\r\n'
            b"Content-Length: %d\r\n\r\n" % (tag, len(body))
        ) + body


async def serve() -> None:
    """Be the farm: print the port, then serve until killed."""
    server = await asyncio.get_running_loop().create_server(Farm, "0.0.0.0", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Lag:
    """Measures how late the event loop is, in milliseconds, and how much of it is our doing.

    ``busy`` is the CPU that this process used meanwhile: on a machine with other work a loop is
    late because it was not its turn.
    """

    def __init__(self) -> None:
        self.late: list[float] = []
        self.busy: list[float] = []

    async def watch(self) -> None:
        while True:
            before, cpu = time.perf_counter(), time.process_time()
            await asyncio.sleep(0.002)
            self.late.append((time.perf_counter() - before - 0.002) * 1000)
            self.busy.append(min((time.process_time() - cpu) * 1000, self.late[-1]))

    def told(self) -> str:
        """Say how late, and in brackets how much of that the process itself was at work."""
        late, busy = sorted(self.late) or [0.0], sorted(self.busy) or [0.0]
        most = int(len(late) * 0.99)
        return (
            f"loop stall p99 {late[most]:.1f} ({busy[most]:.1f}) ms,"
            f" worst {late[-1]:.1f} ({busy[-1]:.1f}) ms"
        )


def cpu_s() -> float:
    """CPU seconds of this process and its finished or living children."""
    own = time.process_time()
    children = 0.0
    ticks = os.sysconf("SC_CLK_TCK")
    for pid in Path("/proc").iterdir():
        if pid.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                stat = (pid / "stat").read_text().rpartition(")")[2].split()
                if int(stat[1]) == os.getpid() and "worker" in (pid / "cmdline").read_text():
                    children += (int(stat[11]) + int(stat[12])) / ticks
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + children + used.ru_utime + used.ru_stime


def resident_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def farm() -> Iterator[int]:
    """A farm in a process of its own, by its port."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.polling", "farm"], stdout=subprocess.PIPE
    )
    try:
        assert server.stdout
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.wait()


@contextlib.asynccontextmanager
async def newsroom(kind: str, count: int) -> AsyncIterator[Poller]:
    """A poller with this many feeds on a farm, each looked at once."""
    with farm() as port, tempfile.TemporaryDirectory() as folder:
        db = await Database.opened(Path(folder) / "news.db")
        now = datetime.now(UTC)
        for number in range(count):
            new = NewFeed(f"http://127.0.0.1:{port}/{kind}/{number}", "", f"Outlet {number}")
            await db.write(feeds.add, new, now)
        ingester = await Ingester.opened(db)
        await ingester.remember(now)  # as at every start
        async with (
            fetch.opened(
                user_agent="benchmark", allowed=frozenset({("127.0.0.1", port)})
            ) as fetcher,
            pool.opened() as parsers,
            Poller.opened(
                db, ingester, fetcher, parsers, clock=lambda: datetime.now(UTC)
            ) as poller,
        ):
            await poller.round(force=True)
            yield poller
        await db.close()


async def measured(
    poller: Poller, rounds: int, count: int, beside: Callable[[], float] = lambda: 0.0
) -> tuple[float, float]:
    """Poll so many rounds and say what they cost; return their CPU seconds, and ``beside``'s.

    ``beside`` is called between rounds, so that both see the same load of the machine. Each
    round that is counted is followed by one that is watched for stalls: a watcher that looks
    five hundred times a second is no part of what polling costs.
    """
    lag = Lag()
    ours = theirs = wall = 0.0
    told = Round()
    for _ in range(rounds):
        cpu, began = cpu_s(), time.perf_counter()
        told = await poller.round(force=True)
        wall += time.perf_counter() - began
        ours += cpu_s() - cpu
        theirs += beside()
        watching = asyncio.create_task(lag.watch())
        await poller.round(force=True)
        watching.cancel()
    print(
        f"{count} feeds: {count * rounds / wall:.0f} feeds/s,"
        f" {ours / rounds / count * 1000:.2f} ms CPU a feed, {lag.told()};"
        f" new {told.new}, unchanged {told.unchanged}, failed {told.failed}"
    )
    return ours, theirs


async def unchanged(rounds: int) -> None:
    """A thousand feeds that answer 304."""
    async with newsroom("u", UNCHANGED) as poller:
        await measured(poller, rounds, UNCHANGED)


async def changed(rounds: int) -> None:
    """Three hundred feeds of thirty entries, three of them new."""
    bodies = [document(feed, 1) for feed in range(CHANGED)]

    def feedparser_alone() -> float:
        before = time.process_time()
        for body in bodies:
            feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        return time.process_time() - before

    async with newsroom("c", CHANGED) as poller:
        ours, theirs = await measured(poller, rounds, CHANGED, feedparser_alone)
    print(
        f"feedparser alone {theirs / rounds:.2f} s CPU a round,"
        f" all of ours {ours / rounds:.2f} s: × {ours / theirs:.2f}"
    )


async def memory(rounds: int) -> None:
    """Resident memory over many rounds of changed documents that hold no news."""
    await remembered("r", rounds)


async def growth(rounds: int) -> None:
    """Resident memory over rounds with 900 new items each, all of them in the stories' window."""
    await remembered("c", rounds)


async def remembered(kind: str, rounds: int) -> None:
    """Poll so many rounds and tell the resident memory of this process."""
    async with newsroom(kind, CHANGED) as poller:
        items = CHANGED * ENTRIES
        for number in range(1, rounds + 1):
            told = await poller.round(force=True)
            items += told.new
            if number in {1, 10} or number % 20 == 0:
                print(
                    f"round {number}: {resident_mb():.1f} MB; {items} items,"
                    f" {told.updated} updated, {told.failed} failed",
                    flush=True,
                )


GOOD, HANGING, INTERVAL_S, TICK_S = 300, 200, 60, 5
HOST = "127.0.{}.{}"


class Watched(Poller):
    """Notes how late each look at a good feed began, in seconds, by when it was promised."""

    late: dict[str, list[float]] = {}  # noqa: RUF012 (one poller a process)
    began = 0.0

    async def _look(self, feed: Feed, *rest: Any) -> None:
        if "/u/" in feed.url:
            due = feed.state.next_check_at
            promised = due.timestamp() if due is not None else self.began
            first = "first looks" if due is None else "later looks"
            self.late.setdefault(first, []).append(time.time() - promised)
        await super()._look(feed, *rest)


async def hanging(seconds: int) -> None:
    """Three hundred good hosts looked at every minute beside two hundred that never answer."""
    with farm() as port, tempfile.TemporaryDirectory() as folder:
        db = await Database.opened(Path(folder) / "news.db")
        now = datetime.now(UTC)
        hosts = [HOST.format(number // 250, number % 250 + 1) for number in range(GOOD + HANGING)]
        for number, host in enumerate(hosts):
            kind = "h" if number % 5 < 2 else "u"  # among each other, as a catalogue has them
            new = NewFeed(f"http://{host}:{port}/{kind}/{number}", "", f"Outlet {number}")
            await db.write(feeds.add, new, now)
        ingester = await Ingester.opened(db)
        await ingester.remember(now)
        allowed = frozenset((host, port) for host in hosts)
        pace = PollingPace(base_s=INTERVAL_S, quiet_s=INTERVAL_S)
        clock = lambda: datetime.now(UTC)  # noqa: E731 (as everywhere here)
        async with (
            fetch.opened(user_agent="benchmark", allowed=allowed) as fetcher,
            Watched.opened(db, ingester, fetcher, clock=clock, pace=pace) as poller,
        ):
            Watched.began = time.time()
            while time.time() < Watched.began + seconds:
                began = time.monotonic()
                await poller.tick()
                await asyncio.sleep(max(0.0, TICK_S - (time.monotonic() - began)))
        await db.close()
    for which, late in Watched.late.items():
        late.sort()
        p50, p99 = (late[int(len(late) * share)] for share in (0.5, 0.99))
        print(f"{which}: {len(late)}, late p50 {p50:.1f}, p99 {p99:.1f}, most {late[-1]:.1f} s")


def main() -> None:
    """Run what is asked for; without a name what takes a minute."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", default="all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=300)
    asked = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,  # as in the product
    )
    if asked.what == "farm":
        asyncio.run(serve())
    if asked.what == "hanging":
        asyncio.run(hanging(asked.seconds))
    short = {"unchanged": unchanged, "changed": changed}
    for name, run in {**short, "memory": memory, "growth": growth}.items():
        if asked.what == name or (asked.what == "all" and name in short):
            asyncio.run(run(asked.rounds))


if __name__ == "__main__":
    main()
