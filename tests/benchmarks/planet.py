"""What a region and the planet cost: ``python -m tests.benchmarks.planet [region|planet]``.

A real ``steppewire run`` with a window that is full already polls so many feeds on loopback, whose
outlets tell so many items a day, and alerts so many readers through the sandbox's Bot API, at the
rate of real time, for ``--minutes``. Its feeds have been read before: each look that finds nothing
new is a 304. Prints once a minute CPU (of all its processes, in shares of one core), memory, what
waits and how late it is; at the end how long alerts took from the look that brought their item
until Telegram had them. Every figure can be given: ``--feeds --items --window --readers
--subscriptions --queries``. ``--apart`` runs the halves as two processes, ``--paid 1000`` by
Telegram's paid broadcasts (the sandbox limits nothing), ``--archive FILE`` over an archive of
``years``, which is written to. The program ends when this one does.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox import Sandbox
from bot.sandbox.telegram.model import User
from storage import fingerprints, meta
from storage.database import connect
from storage.feeds import host_of
from storage.fingerprints import KeptFeatures
from storage.items import digest
from storage.model import ItemId, OutletId, StoryId
from storage.sql import Connection, to_ms
from tests.benchmarks.plain_server import PlainServer
from tests.benchmarks.stories import news
from watchers import filing
from watchers.parse.entry_keys import EntryIdentity, keys
from watchers.stories import Features, Index, pack, pack_weights, prepare
from watchers.text.words import analyse

FIRST = 1_000_001
HOSTS = 2_000
SHOWN = 5
DISTINCT = 3_000
"""So many texts are analysed for the window; it repeats them."""

SYLLABLES = "ba ke lo mu ri sa to vu zi na".split()
TICKS = os.sysconf("SC_CLK_TCK")
DAY_S = 86_400
LOOK_EVERY_S = 900
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
    words = ["setpriv", "--pdeathsig", "KILL"]
    words += [sys.executable, "-m", "tests.benchmarks.planet", name, "--serve", *given]
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
    now, chance = datetime.now(UTC), random.Random(1)
    db.conn.execute("begin")
    add_feeds(db, load, port, now, chance)
    add_readers(db, load, chance)
    db.conn.execute("commit")
    meta.put(db, filing.REACHED, "1")  # all have all kinds of keys
    if not db.conn.execute("select 1 from items limit 1").fetchone():
        fill_window(db, load, now)


def add_feeds(db: Connection, load: Load, port: int, now: datetime, chance: random.Random) -> None:
    """Write feeds that were read before, in the place of those that an archive has."""
    conn, begins = db.conn, to_ms(now) or 0
    conn.executemany(
        "insert or ignore into outlets(id, name) values (?, ?)",
        ((feed + 1, f"Outlet {feed}") for feed in range(load.feeds)),
    )
    conn.executemany(
        "insert into feeds(id, outlet_id, url, host, added_at, status, baseline_done, last_ok_at,"
        " last_new_at, interval_s, usual_gap_s, etag, next_check_at)"
        " values (?, ?, ?, ?, ?, 'ok', 1, ?, ?, ?, ?, ?, ?) on conflict(id) do update set"
        " url = excluded.url, host = excluded.host, last_ok_at = excluded.last_ok_at,"
        " etag = excluded.etag, interval_s = excluded.interval_s,"
        " next_check_at = excluded.next_check_at",
        (
            (n + 1, n + 1, url := address(n, port), host_of(url), begins, begins, begins,
             LOOK_EVERY_S, DAY_S * load.feeds // load.items, f'"{SHOWN}"',
             begins + 60_000 + chance.randrange(LOOK_EVERY_S * 1_000))
            for n in range(load.feeds)
        ),
    )  # fmt: skip
    conn.executemany(
        "insert into item_keys values (?, ?, 0) on conflict do nothing",
        ((n + 1, digest(key)) for n in range(load.feeds) for key in known_keys(n)),
    )


def known_keys(feed: int) -> Iterator[str]:
    """Give the keys of what a feed shows at the beginning."""
    links = (f"https://outlet{feed}.example/{at}" for at in range(1, SHOWN + 1))
    for found in keys([EntryIdentity(link, link, "") for link in links]):
        yield from found


def add_readers(db: Connection, load: Load, chance: random.Random) -> None:
    """Write readers and what they wait for."""
    conn = db.conn
    conn.executemany(
        "insert or ignore into chats(id, kind, language, digest_times, alerts_per_hour, created_at)"
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


def fill_window(db: Connection, load: Load, now: datetime) -> None:
    """Write the items of the last days with what is remembered of them."""
    index = Index()
    texts = [
        (title, text, *read(index, number, title, text))
        for number, (title, text) in enumerate(news(min(DISTINCT, load.window)))
    ]
    began = now - timedelta(days=6, hours=20)
    db.conn.execute("begin")
    for at in range(load.window):
        title, text, features, weights = texts[at % len(texts)]
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
        fingerprints.keep(db, [KeptFeatures(ItemId(at + 1), pack(features), weights)])
    db.conn.execute("commit")


def read(index: Index, number: int, title: str, text: str) -> tuple[Features, bytes]:
    """Read and weigh a text as the ingester does; as long as outlets' are, 33 words."""
    short = " ".join(text.split()[:33])
    features = prepare(
        item=ItemId(number), outlet=OutletId(1), url_key="", told_at=datetime.now(UTC),
        title=title, lang="ru", analysis=analyse(title, short, "ru"),
    )  # fmt: skip
    index.restore(features, StoryId(number))
    return features, pack_weights(index.weights(features.item))


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
    """Tell how long alerts took from the look that brought their item until Telegram had them.

    What is owed has the time of that look. Tell also what became of all that is owed.
    """
    db = connect(path)
    rows = db.conn.execute(
        "select settled_at - created_at from deliveries"
        " where kind = 'alert' and state = 'sent' and created_at >= ?",
        (since,),
    ).fetchall()
    states = dict(
        db.conn.execute("select kind || ' ' || state, count(*) from deliveries group by 1")
    )
    (items,) = db.conn.execute(
        "select count(*) from items where first_seen >= ?", (since,)
    ).fetchone()
    db.close()
    told = cuts([row[0] / 1000 for row in rows])
    return f"{items} items; outbox {states}; look to Telegram {told}"


def cuts(values: list[float]) -> str:
    """Tell p50, p95 and the worst of some seconds."""
    if not values:
        return "none"
    values.sort()
    at = (values[min(int(len(values) * share), len(values) - 1)] for share in (0.5, 0.95, 1.0))
    return "p50 {:.2f}, p95 {:.2f}, worst {:.2f} s".format(*at)


Counts = dict[tuple[str, str], Counter[float]]
"""Of each histogram and what its first label says: how many lasted so long at most."""

WATCHED = (
    "steppewire_loop_lag_seconds",
    "steppewire_send_lag_seconds",
    "steppewire_transaction_seconds",
    "steppewire_transaction_wait_seconds",
    "steppewire_telegram_call_seconds",
)
GAUGES = (
    "steppewire_poll_late_seconds",
    "steppewire_outbox_waiting",
    "steppewire_outbox_oldest_due_seconds",
)


async def scraped(url: str) -> tuple[Counts, dict[str, float]]:
    """Ask a process for its metrics: histograms, and what waits now."""
    counts: Counts = {}
    gauges: dict[str, float] = {}
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
        text = await answer.text()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            label = next((v for k, v in sample.labels.items() if k != "le"), "")
            if label.startswith("setMy"):
                continue  # at a start
            if family.name in WATCHED and sample.name.endswith("_bucket"):
                counts.setdefault((family.name, label), Counter())[float(sample.labels["le"])] += (
                    int(sample.value)
                )
            elif family.name in GAUGES:
                name = f"{family.name} {label}".strip().removeprefix("steppewire_")
                gauges[name] = gauges.get(name, 0) + sample.value
    return counts, {name: value for name, value in gauges.items() if value}


async def answering(url: str) -> None:
    """Wait until a process tells its metrics."""
    while True:
        with suppress(aiohttp.ClientError):
            await scraped(url)
            return
        await asyncio.sleep(1)


def lasted(before: Counts, after: Counts) -> Iterator[str]:
    """Tell of each histogram below which bound half and 95 and 99 of 100 lay since then."""
    for name, counted in after.items():
        new = {bound: n - before.get(name, Counter())[bound] for bound, n in counted.items()}
        total = max(new.values(), default=0)
        if total:
            at = [
                min(b for b, n in new.items() if n >= share * total) for share in (0.5, 0.95, 0.99)
            ]
            bounds = ", ".join(f"{bound:g}" for bound in at)
            yield f"  {' '.join(name).removeprefix('steppewire_')}: {total}, p50 p95 p99 ≤ {bounds}"


async def watch(path: Path, run: "Running", minutes: float) -> None:
    """Print once a minute what the program uses and what waits."""
    began = to_ms(datetime.now(UTC)) or 0
    first = [await scraped(url) for url in run.urls]
    for _ in range(max(1, round(minutes))):
        cpu, at = [cpu_s(pid) for pid in run.pids], time.monotonic()
        await asyncio.sleep(min(60.0, minutes * 60))
        spent = time.monotonic() - at
        shares = [(cpu_s(pid) - was) / spent * 100 for pid, was in zip(run.pids, cpu, strict=True)]
        sizes = [memory_mb(pid) for pid in run.pids]
        file_mb = sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*")) / 1e6
        waits: dict[str, float] = {}
        for url in run.urls:
            waits |= (await scraped(url))[1]
        print(
            f"{' + '.join(f'{share:.1f}' for share in shares)} % of a core;"
            f" {' + '.join(f'{own:.0f}' for own, _ in sizes)} MB and"
            f" {sum(others for _, others in sizes):.0f} MB of parsers; file {file_mb:.0f} MB;"
            f" {', '.join(f'{name} {value:.0f}' for name, value in waits.items())};"
            f" load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    for (before, _), url in zip(first, run.urls, strict=True):
        print("\n".join(lasted(before, (await scraped(url))[0])))
    print(delays(path, began), flush=True)


# --- the program -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Running:
    """The program's processes, and where each tells its metrics."""

    pids: tuple[int, ...]
    urls: tuple[str, ...]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def program(
    folder: Path, halves: tuple[str, ...], settings: dict[str, str]
) -> AsyncIterator[Running]:
    """Run the program, whole or its halves apart; the kernel ends it where we are killed."""
    ours = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), "LOG_LEVEL": "WARNING"}
    async with AsyncExitStack() as ending:
        pids, urls = [], []
        for half in halves:
            listen = f"127.0.0.1:{free_port()}"
            words = ["setpriv", "--pdeathsig", "TERM", sys.executable, "-m", "bot", "run"]
            words += ["--only", half] if half else []
            started = await asyncio.create_subprocess_exec(
                *words, cwd=folder, env=ours | settings | {"HEALTH_LISTEN": listen}
            )
            ending.push_async_callback(stopped, started)
            pids.append(started.pid)
            urls.append(f"http://{listen}")
        yield Running(tuple(pids), tuple(urls))


async def stopped(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    await process.wait()


def people(box: Sandbox, load: Load) -> None:
    """Let the readers have pressed Start before."""
    bot = box.telegram.main_bot
    for reader in range(FIRST, FIRST + load.readers):
        box.telegram.add_person(User(reader, "Reader", "en"))
        box.telegram.start(reader)
        for update in box.telegram.pending(bot, 0, 10):
            box.telegram.confirm(bot, update.id)  # no news to a bot they know


async def main(name: str, load: Load, told: argparse.Namespace, given: list[str]) -> None:
    """Furnish, start, wait until it has settled, measure."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with tempfile.TemporaryDirectory() as at, outlets(name, given) as port:
        folder = Path(at)
        path = told.archive or folder / "news.db"
        db = connect(path)
        furnish(db, load, port)
        db.close()
        print(f"{load}; file {path.stat().st_size / 1e6:.0f} MB", flush=True)
        hosts = (address(host, port).split("/")[2] for host in range(min(HOSTS, load.feeds)))
        (folder / ".env").write_text(f"FEED_ALLOW_HOSTS={','.join(hosts)}\n")
        async with Sandbox.start(people=False, keep=1_000) as box:
            people(box, load)
            settings = {
                "DATABASE_PATH": str(path), "TELEGRAM_BOT_TOKEN": box.token,
                "TELEGRAM_API_URL": box.url, "TELEGRAM_PAID_BROADCAST": told.paid,
            }  # fmt: skip
            halves = ("watchers", "bot") if told.apart else ("",)
            began = time.monotonic()
            async with program(folder, halves, settings) as run:
                await box.until(lambda: box.waiting_polls() == 1, within=900)
                for url in run.urls:
                    await answering(url)
                spent = sum(map(cpu_s, run.pids))
                print(
                    f"connected after {time.monotonic() - began:.1f} s, {spent:.1f} s CPU",
                    flush=True,
                )
                await watch(path, run, told.minutes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=LOADS, default="region", nargs="?")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--paid", default="")
    parser.add_argument("--archive", type=Path)
    for figure in Load.__dataclass_fields__:
        parser.add_argument(f"--{figure}", type=int)
    told = parser.parse_args()
    figures = {one: getattr(told, one) for one in Load.__dataclass_fields__}
    chosen = {one: value for one, value in figures.items() if value is not None}
    whole = Load(**{one: getattr(LOADS[told.name], one) for one in figures} | chosen)
    again = [word for one, value in chosen.items() for word in (f"--{one}", str(value))]
    asyncio.run(serve(whole) if told.serve else main(told.name, whole, told, again))
