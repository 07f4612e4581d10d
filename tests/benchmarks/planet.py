"""What a region and the planet cost: ``python -m tests.benchmarks.planet [region|planet]``.

A real ``steppewire run`` with a window that is full already polls so many feeds on loopback, whose
outlets tell so many items a day, and alerts so many readers through the sandbox's Bot API, at the
rate of real time, for ``--minutes``. Prints CPU (of all its processes, in shares of one core),
memory, how long alerts took from their item's arrival, what waits, and the file. Every figure can
be given: ``--feeds --items --window --readers --subscriptions --queries``.
"""

import argparse
import asyncio
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from bot.sandbox import Sandbox
from bot.sandbox.telegram.model import User
from storage import fingerprints
from storage.database import connect
from storage.model import ItemId, OutletId
from storage.sql import Connection, to_ms
from tests.benchmarks.plain_server import PlainServer
from tests.benchmarks.stories import news
from watchers.stories import Features, pack, prepare
from watchers.text.words import analyse

FIRST = 1_000_001
HOSTS = 2_000
SHOWN = 5
DISTINCT = 3_000
"""So many texts are analysed for the window; it repeats them."""

SYLLABLES = "ba ke lo mu ri sa to vu zi na".split()
TICKS = os.sysconf("SC_CLK_TCK")
DAY_S = 86_400
HTTP = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nETag: "%d"\r\nContent-Length: %d\r\n\r\n'
)


@dataclass(frozen=True, slots=True)
class Load:
    """What is simulated. ``items`` a day; ``window`` of them are known at the start; readers have
    ``subscriptions`` in all, drawn from ``queries`` different words."""

    feeds: int
    items: int
    window: int
    readers: int
    subscriptions: int
    queries: int


LOADS = {
    "region": Load(300, 20_000, 140_000, 50_000, 100_000, 20_000),
    "planet": Load(100_000, 1_000_000, 140_000, 100_000, 1_000_000, 200_000),
}


def coined(number: int) -> str:
    """Return a word of its own for a number."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:06}")


def address(feed: int, port: int) -> str:
    """Name a feed; so many hosts as loopback has room for, each with its share of feeds."""
    host = feed % HOSTS
    return f"http://127.1.{host // 250}.{host % 250 + 1}:{port}/{feed}"


# --- outlets -----------------------------------------------------------------------------------


class Outlets(PlainServer):
    """A feed of each number: it tells an item now and then, each about one of the queries."""

    began = 0.0
    load = LOADS["region"]

    def answer(self, head: bytes) -> bytes:
        """Serve a feed as it stands, or say that it stands as it did."""
        feed = int(head.split(b" ", 2)[1].rpartition(b"/")[2])
        every_s = DAY_S * self.load.feeds / self.load.items
        phase = feed * 7919 % 1_000 / 1_000
        last = int((time.time() - self.began) / every_s + phase) + SHOWN
        if b'if-none-match: "%d"' % last in head.lower():
            return b'HTTP/1.1 304 Not Modified\r\nETag: "%d"\r\n\r\n' % last
        body = self.document(feed, last, every_s, phase)
        return HTTP % (last, len(body)) + body

    def document(self, feed: int, last: int, every_s: float, phase: float) -> bytes:
        entries = []
        for number in range(last, last - SHOWN, -1):
            told = datetime.fromtimestamp(self.began + (number - SHOWN - phase) * every_s, UTC)
            seed = (feed * 31_337 + number * 7919) % 999_983
            words = [coined((seed * step + step) % 999_983) for step in (3, 5, 7, 11, 13)]
            title = f"{coined(seed % self.load.queries)} {' '.join(words)}".capitalize()
            link = f"https://outlet{feed}.example/{number}"
            text = " ".join(coined((seed * step) % 999_983) for step in range(17, 47))
            entries.append(
                f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
                f"<pubDate>{format_datetime(told)}</pubDate>"
                f"<description>{text}</description></item>"
            )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
            f"<title>Outlet {feed}</title><link>https://outlet{feed}.example/</link>"
            f"{''.join(entries)}</channel></rss>"
        ).encode()


async def serve(load: Load) -> None:
    """Be all outlets: print the port, then serve until killed."""
    Outlets.load, Outlets.began = load, time.time()
    server = await asyncio.get_running_loop().create_server(Outlets, "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def outlets(name: str, given: list[str]) -> Iterator[int]:
    """Outlets in a process of their own, by their port."""
    words = [sys.executable, "-m", "tests.benchmarks.planet", name, "--serve", *given]
    server = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        assert server.stdout
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.wait()


# --- what is known at the start ----------------------------------------------------------------


def furnish(db: Connection, load: Load, port: int) -> None:
    """Write feeds, a full window, readers and what they wait for."""
    conn, now, chance = db.conn, datetime.now(UTC), random.Random(1)
    conn.execute("begin")
    conn.executemany(
        "insert into outlets(id, name) values (?, ?)",
        ((feed + 1, f"Outlet {feed}") for feed in range(load.feeds)),
    )
    conn.executemany(
        "insert into feeds(id, outlet_id, url, added_at) values (?, ?, ?, ?)",
        ((n + 1, n + 1, address(n, port), to_ms(now)) for n in range(load.feeds)),
    )
    conn.executemany(
        "insert into chats(id, kind, language, digest_times, alerts_per_hour, created_at)"
        " values (?, 'private', 'en', '', 12, 0)",
        ((reader,) for reader in range(FIRST, FIRST + load.readers)),
    )
    conn.executemany(
        "insert into subscriptions(chat_id, query, created_at) values (?, ?, 0)"
        " on conflict do nothing",
        (
            (FIRST + n % load.readers, coined(chance.randrange(load.queries)))
            for n in range(load.subscriptions)
        ),
    )
    conn.execute("commit")
    fill_window(db, load, now)


def fill_window(db: Connection, load: Load, now: datetime) -> None:
    """Write the items of the last days with what is remembered of them."""
    texts = [
        (title, text, features_of(number, title, text))
        for number, (title, text) in enumerate(news(min(DISTINCT, load.window)))
    ]
    began = now - timedelta(days=6, hours=20)
    db.conn.execute("begin")
    for at in range(load.window):
        title, text, features = texts[at % len(texts)]
        told, link = began + (now - began) * at / load.window, f"https://old.example/{at}"
        feed = at % load.feeds + 1
        features = replace(
            features, item=ItemId(at + 1), outlet=OutletId(feed), page=at + 1, told_at=told
        )
        db.conn.execute(
            "insert into stories(id, first_at, updated_at, size) values (?, ?, ?, 1)",
            (at + 1, to_ms(told), to_ms(told)),
        )
        db.conn.execute(
            "insert into items(id, feed_id, story_id, external_id, url, url_key, title, summary,"
            " lang, published, first_seen) values (?, ?, ?, ?, ?, ?, ?, ?, 'ru', ?, ?)",
            (at + 1, feed, at + 1, link, link, link, title, text, to_ms(told), to_ms(told)),
        )
        fingerprints.keep(db, [(ItemId(at + 1), pack(features))])
    db.conn.execute("commit")


def features_of(number: int, title: str, text: str) -> Features:
    """Read a text as the ingester does; as long as outlets' are, 33 words."""
    short = " ".join(text.split()[:33])
    return prepare(
        item=ItemId(number), outlet=OutletId(1), url_key="", told_at=datetime.now(UTC),
        title=title, lang="ru", analysis=analyse(title, short, "ru"),
    )  # fmt: skip


# --- measuring ---------------------------------------------------------------------------------


def processes(pid: int) -> list[int]:
    """Name a process and all that it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += processes(int(child))
    return found


def cpu_s(pid: int) -> float:
    """CPU seconds that a process and its children have used."""
    used = 0
    for one in processes(pid):
        stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        used += sum(int(field) for field in stat[11:15])
    return used / TICKS


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident memory of a process, and of its children beside it (shared pages once)."""
    sizes = []
    for one in processes(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        sizes.append(int(rollup.split("Pss:")[1].split()[0]) / 1e3)
    return sizes[0], sum(sizes[1:])


def delays(path: Path, since: int) -> str:
    """Tell how long alerts took from their item's arrival until Telegram had them."""
    db = connect(path)
    found = [
        row[0] / 1000
        for row in db.conn.execute(
            "select d.settled_at - i.first_seen from deliveries d join items i"
            " on i.story_id = d.story_id where d.kind = 'alert' and d.state = 'sent'"
            " and i.first_seen >= ? group by d.id order by 1",
            (since,),
        )
    ]
    waits = dict(db.conn.execute("select state, count(*) from deliveries group by 1"))
    (items,) = db.conn.execute(
        "select count(*) from items where first_seen >= ?", (since,)
    ).fetchone()
    db.close()
    if not found:
        return f"items {items}; outbox {waits}; no alert"
    cut = [found[min(int(len(found) * share), len(found) - 1)] for share in (0.5, 0.95, 1.0)]
    return f"items {items}; outbox {waits}; fetch to alert p50 {cut[0]:.2f}, p95 {cut[1]:.2f}, worst {cut[2]:.2f} s"


async def watch(path: Path, pid: int, minutes: float) -> None:
    """Print once a minute what the program uses."""
    began = to_ms(datetime.now(UTC)) or 0
    for _ in range(max(1, round(minutes))):
        cpu, at = cpu_s(pid), time.monotonic()
        await asyncio.sleep(min(60.0, minutes * 60))
        share = (cpu_s(pid) - cpu) / (time.monotonic() - at)
        own, others = memory_mb(pid)
        size = sum(one.stat().st_size for one in path.parent.glob("news.db*")) / 1e6
        load = os.getloadavg()[0]
        print(
            f"{share * 100:.1f} % of a core; {own:.0f} MB and {others:.0f} MB of parsers;"
            f" file {size:.0f} MB; load {load:.1f}",
            flush=True,
        )
    print(delays(path, began), flush=True)


async def main(name: str, load: Load, minutes: float, given: list[str]) -> None:
    """Furnish, start, wait until it has settled, measure."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, outlets(name, given) as port:
        path = Path(folder) / "news.db"
        db = connect(path)
        furnish(db, load, port)
        db.close()
        print(f"{load}; file {path.stat().st_size / 1e6:.0f} MB", flush=True)
        async with Sandbox.start(people=False, keep=1_000) as box:
            bot = box.telegram.main_bot
            for reader in range(FIRST, FIRST + load.readers):
                box.telegram.add_person(User(reader, "Reader", "en"))
                box.telegram.start(reader)
                for update in box.telegram.pending(bot, 0, 10):
                    box.telegram.confirm(bot, update.id)  # no news to a bot they know
            allowed = ",".join(
                address(host, port).split("/")[2] for host in range(min(HOSTS, load.feeds))
            )
            (Path(folder) / ".env").write_text(f"FEED_ALLOW_HOSTS={allowed}\n")
            env = {
                "PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), "DATABASE_PATH": str(path),
                "TELEGRAM_BOT_TOKEN": box.token, "TELEGRAM_API_URL": box.url,
                "LOG_LEVEL": "WARNING",
            }  # fmt: skip
            program = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=folder, env=env
            )
            began = time.monotonic()
            try:
                await box.until(lambda: box.waiting_polls() == 1, within=300)
                print(
                    f"connected after {time.monotonic() - began:.1f} s, {cpu_s(program.pid):.1f} s CPU",
                    flush=True,
                )
                await watch(path, program.pid, minutes)
            finally:
                program.terminate()
                await program.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=LOADS, default="region", nargs="?")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--serve", action="store_true")
    for figure in Load.__dataclass_fields__:
        parser.add_argument(f"--{figure}", type=int)
    told = parser.parse_args()
    figures = {one: getattr(told, one) for one in Load.__dataclass_fields__}
    chosen = {one: value for one, value in figures.items() if value is not None}
    whole = Load(**{one: getattr(LOADS[told.name], one) for one in figures} | chosen)
    again = [word for one, value in chosen.items() for word in (f"--{one}", str(value))]
    asyncio.run(serve(whole) if told.serve else main(told.name, whole, told.minutes, again))
