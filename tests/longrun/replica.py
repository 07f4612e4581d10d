"""The web archive while the file under it is replaced, and while stories leave it.

On one machine retention removes stories, ever younger ones, and new ones come; Litestream
copies that away, `steppewire web` shows it, `steppewire export` writes it, all the time. On
another the replica is restored by the line of docs/web.md, again and again, and shown. Readers
follow every link on both. A story that is gone is told as that; nothing else may fail, no page and
no file of the export may be torn, and at the end both machines and the export must have the same.

    python -m tests.longrun.replica [--seconds 60] [--items 6000] [--litestream PATH]
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import duckdb
import structlog

from bot.upkeep import in_slices, keep_to
from storage import unfiling, vacuum
from storage.database import Database, connect
from storage.model import FeedId
from storage.retention import Retention
from storage.sql import Connection
from tests.bot.monitoring.test_health import free_port
from tests.journeys.documented import blocks, section
from tests.journeys.process import started
from tests.longrun.failover import CONFIG
from tests.storage.rows import feed, new_item, told

HOME = "/var/lib/steppewire"
DAYS, KEPT = 300, timedelta(days=14)
PAGES = ("/", "/?page=3", "/search?q=headline", "/api/stories", "/api/search?q=headline",
         "/feed.atom", "/health")  # fmt: skip


@dataclass
class Seen:
    """What readers of one machine were answered."""

    answers: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def judge(self, path: str, status: int, body: str, took: float) -> None:
        """Note an answer, and what is wrong with it."""
        self.answers[status] += 1
        self.slowest_s = max(self.slowest_s, took)
        if status == 404 and path.startswith(("/story/", "/api/stories/")):
            return  # it is gone
        if status != 200:
            self.wrong.append(f"{path}: {status} {body[:200]}")
        elif path.startswith("/api"):
            story = json.loads(body).get("story")
            if story and (story["tellings"] != len(story["items"]) or not story["items"]):
                self.wrong.append(f"{path}: {story['tellings']} of {len(story['items'])}")
        elif not body.rstrip().endswith(("</html>", "</feed>", "}")):
            self.wrong.append(f"{path}: torn, {body[-80:]!r}")


async def reads(url: str, seen: Seen, seed: int) -> None:
    """Follow links without end."""
    chance, found = random.Random(seed), list(PAGES)
    async with aiohttp.ClientSession(url) as session:
        while True:
            path = chance.choice([chance.choice(PAGES), *found[-200:]])
            began = time.perf_counter()
            async with session.get(path) as answer:
                body = await answer.text()
            seen.judge(path, answer.status, body, time.perf_counter() - began)
            found += re.findall(r'href="(/story/\d+|/day/[\d-]+)', body)
            if path.startswith("/api"):
                found += [f"/api/stories/{n}" for n in re.findall(r'\{"id": ?(\d+)', body)]


def furnish(path: Path, items: int) -> None:
    """Make an archive of many days."""
    now = datetime.now(UTC)
    with closing(connect(path)) as db, db.conn:
        feeds = [feed(db), feed(db, "https://herald.example/rss")]
        for day in range(DAYS):
            numbers = range(day * items // DAYS + 1, (day + 1) * items // DAYS + 1)
            at = now - timedelta(days=DAYS - day)
            for number in numbers:
                tell(db, feeds[number % 2], number, at)
        db.conn.execute("update feeds set items = ?", (items,))


def tell(db: Connection, feed_id: FeedId, number: int, at: datetime) -> None:
    """Store an item; every third tells a story that is there, where that is so."""
    before = number - 1 if number % 3 == 0 else None
    there = before and db.conn.execute("select 1 from stories where id = ?", (before,)).fetchone()
    keys = {"url_key": f"courier.example/{number}", "keys": (f"guid-{number}",)}
    told(db, feed_id, new_item(number, before if there else None, **keys), now=at)


async def lives(path: Path, items: int, seconds: float) -> int:
    """Have new stories come and the others go, from the oldest on; return how many came in all."""
    db = await Database.opened(path)
    try:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            items += 1
            await db.write(tell, FeedId(1), items, datetime.now(UTC))
            reached = timedelta(days=DAYS * left / seconds)  # to the present at the end
            await keep_to(db, Retention(kept=KEPT), datetime.now(UTC) - reached)
            if items % 40 == 0:
                await unfiling.unfile_removed(db)
                await in_slices(db, vacuum.some)
            await asyncio.sleep(0.1)
        return items
    finally:
        await db.close()


@dataclass
class Exports:
    """What came of exports beside all that."""

    folder: Path
    done: int = 0
    alone: int = 0
    wrong: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Hold the files against their manifest and each other, as another program reads them."""
        told = json.loads((self.folder / "manifest.json").read_text())["parts"]
        with duckdb.connect() as db:
            for part in told.values():
                [(rows, ids)] = db.execute(
                    f"select count(*), count(distinct id) from '{self.folder}/{part['file']}'"
                ).fetchall()
                if (rows, ids) != (part["rows"], part["rows"]):
                    self.wrong.append(
                        f"{part['file']}: {rows} rows, {ids} ids, {part['rows']} told"
                    )
            [(alone,)] = db.execute(
                f"select count(*) from '{self.folder}/items/*/*.parquet' where story_id not in"
                f" (select id from '{self.folder}/stories/*/*.parquet')"
            ).fetchall()
        self.done, self.alone = self.done + 1, max(self.alone, alone)

    def ids(self) -> list[int]:
        """Say which items the export has."""
        with duckdb.connect() as db:
            found = db.execute(f"select id from '{self.folder}/items/*/*.parquet' order by id")
            return [number for (number,) in found.fetchall()]


async def exports_on(machine: Path, exports: Exports) -> None:
    """Export without end."""
    while True:
        await ours(machine, "export", str(exports.folder))
        exports.look()


async def ours(machine: Path, *words: str) -> None:
    """Run a command of ours on a machine to its end, which must be a good one."""
    async with started(machine, *words, **place(machine)) as program:
        if await program.ended():
            sys.exit(program.log.decode())


def place(machine: Path) -> dict[str, str]:
    return {"DATABASE_PATH": str(machine / "steppewire.db")}


@asynccontextmanager
async def shown(machine: Path, seen: Seen) -> AsyncIterator[None]:
    """Show a machine's archive to three readers for as long as the block runs."""
    listen = f"127.0.0.1:{free_port()}"
    async with started(machine, "web", "--listen", listen, **place(machine)) as program:
        await program.says("The archive is at")
        readers = [asyncio.create_task(reads(f"http://{listen}", seen, n)) for n in range(3)]
        try:
            yield
        finally:
            for reader in readers:
                reader.cancel()
            ended = await asyncio.gather(*readers, return_exceptions=True)
            seen.wrong += [repr(one) for one in ended if isinstance(one, Exception)]
            if b"Traceback" in program.log:
                seen.wrong.append(program.log.decode())


def typed() -> str:
    """Return the line of the crontab that docs/web.md has for a replica."""
    [line] = [
        line
        for body in blocks(section("docs/web.md", "On a replica"), "text")
        for line in body.splitlines()
        if "litestream restore" in line
    ]
    return line.split(maxsplit=5)[5].replace(r"\%", "%")


@dataclass
class Restores:
    """What came of restoring again and again."""

    done: int = 0
    longest_s: float = 0.0
    wrong: list[str] = field(default_factory=list)

    async def once(self, machine: Path, env: dict[str, str]) -> None:
        """Type the line of the document once, and look into the file."""
        began = time.perf_counter()
        process = await asyncio.create_subprocess_shell(
            typed().replace(HOME, str(machine)), env=env, stdout=-1, stderr=-2
        )
        said, _ = await process.communicate()
        if process.returncode:
            self.wrong.append(said.decode())
            return
        self.done, self.longest_s = self.done + 1, max(self.longest_s, time.perf_counter() - began)
        with closing(sqlite3.connect(f"file:{machine}/steppewire.db?mode=ro", uri=True)) as db:
            found = db.execute("pragma quick_check").fetchall()
        if found != [("ok",)]:
            self.wrong.append(str(found))

    async def go_on(self, machine: Path, env: dict[str, str]) -> None:
        """Restore without end."""
        while True:
            await self.once(machine, env)
            await asyncio.sleep(0.3)


@asynccontextmanager
async def first_restored(machine: Path, seen: Seen, restores: Restores) -> AsyncIterator[None]:
    """Show a replica to readers once there is one."""
    env = {"PATH": os.environ["PATH"]}
    await asyncio.sleep(3)  # Litestream begins
    await restores.once(machine, env)
    async with shown(machine, seen), background(asyncio.create_task(restores.go_on(machine, env))):
        yield


def ids_of(machine: Path) -> list[int]:
    with closing(sqlite3.connect(f"file:{machine}/steppewire.db?mode=ro", uri=True)) as db:
        return [number for (number,) in db.execute("select id from items order by id")]


@asynccontextmanager
async def background(*tasks: "asyncio.Task[None]") -> AsyncIterator[None]:
    """Let tasks go on for as long as the block runs; what one of them raises is raised."""
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def replicated(machine: Path, litestream: str) -> AsyncIterator[None]:
    """Have Litestream copy a machine's database away."""
    env = environment(machine)
    process = await asyncio.create_subprocess_exec(
        *(litestream, "replicate", "-config", str(CONFIG)), env=env, stdout=-3, stderr=-3
    )
    try:
        yield
        await asyncio.sleep(3)  # a second between two copies
    finally:
        process.terminate()
        await process.wait()


def environment(machine: Path) -> dict[str, str]:
    settings = (machine / "litestream.env").read_text().splitlines()
    told = dict(line.replace('"', "").split("=", 1) for line in settings)
    return {"PATH": os.environ["PATH"]} | told


async def tried(folder: Path, items: int, seconds: float, litestream: str) -> bool:
    """Do all of it, and print what came of it."""
    one, other = folder / "one", folder / "other"
    for machine in (one, other):
        machine.mkdir()
        (machine / "litestream.env").write_text(
            f'DATABASE_PATH="{machine}/steppewire.db"\nLITESTREAM_REPLICA_URL="file://{folder}/replica"\n'
        )
    furnish(one / "steppewire.db", items)
    here, there, exports, restores = Seen(), Seen(), Exports(folder / "archive"), Restores()
    plain = {"PATH": os.environ["PATH"]}
    async with (
        replicated(one, litestream),
        shown(one, here),
        first_restored(other, there, restores),
        background(asyncio.create_task(exports_on(one, exports))),
    ):
        came = await lives(one / "steppewire.db", items, seconds)
    await restores.once(other, plain)
    await ours(one, "export", str(exports.folder))
    exports.look()
    left = ids_of(one)
    same = left == ids_of(other) == exports.ids()
    print(f"{came - len(left)} items gone, {len(left)} there; all three have the same: {same}")
    for name, seen in (("beside retention", here), ("on the replica", there)):
        print(
            f"readers {name}: {dict(seen.answers)}, the slowest {seen.slowest_s:.2f} s; wrong: {seen.wrong[:5]}"
        )
    print(
        f"exports: {exports.done}, items without their story at most {exports.alone}; wrong: {exports.wrong[:5]}"
    )
    print(
        f"restores: {restores.done}, the longest {restores.longest_s:.2f} s; wrong: {restores.wrong[:5]}"
    )
    return same and not (here.wrong or there.wrong or exports.wrong or restores.wrong)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--items", type=int, default=6000)
    parser.add_argument("--litestream", default=shutil.which("litestream"))
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        is_well = asyncio.run(tried(Path(folder), asked.items, asked.seconds, asked.litestream))
    sys.exit(not is_well)


if __name__ == "__main__":
    main()
