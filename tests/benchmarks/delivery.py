"""How fast the outbox empties: ``python -m tests.benchmarks.delivery [MESSAGES] [A_SECOND]``.

Real SQLite, real python-telegram-bot, real HTTP over loopback to a Telegram in a box that runs
in a process of its own; Telegram's limits lifted, or at so many a second as are paid for. Prints
messages a second, CPU and memory of the delivering process.
"""

import asyncio
import logging
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.delivery import Deliverer
from bot.sandbox import Sandbox
from bot.sandbox.telegram.model import User
from bot.sandbox.telegram.people import BOT_TOKEN
from bot.telegram.rate_limiter import Limiter
from bot.telegram.rates import LIFTED, TelegramLimits, limits_of
from storage import chats
from storage.database import Database
from storage.model import Chat, ChatId, ChatKind
from storage.outbox import reports
from storage.sql import Connection
from tests.bot.delivery.kit import plain_bot, tell
from watchers.taught_names import TaughtNames

CHATS = 2_000


def clock() -> datetime:
    return datetime.now(UTC)


async def serve(people: int) -> None:
    """Be Telegram until killed; tell the address on stdout."""
    async with Sandbox.start(people=False, keep=100) as box:
        for number in range(1, people + 1):
            box.telegram.add_person(User(number, f"Reader {number}", "en"))
            box.telegram.start(number)
        print(box.url, flush=True)
        await asyncio.Event().wait()


def furnish(db: Connection) -> None:
    for number in range(1, CHATS + 1):
        chat = Chat(ChatId(number), ChatKind.PRIVATE, alerts_per_hour=1_000_000)
        chats.see_chat(db, chat, clock())


def owe(db: Connection, story: int) -> None:
    for number in range(1, CHATS + 1):
        tell(db, [story], number, 0, clock())


async def empty(db: Database, url: str, most: int, limits: TelegramLimits) -> tuple[float, float]:
    """Deliver everything; return seconds and CPU seconds."""
    limiter = Limiter(limits)
    bot = plain_bot(BOT_TOKEN, f"{url}/bot", limiter)
    await bot.initialize()
    deliverer = Deliverer(db, bot, limiter, clock, wake_up=asyncio.Event(), names=TaughtNames(db))
    await deliverer.start()
    began, cpu = time.perf_counter(), time.process_time()
    running = asyncio.create_task(deliverer.run())
    shown = time.perf_counter()
    while (counts := await db.read(reports.counts, clock())).waiting + counts.sending:
        await asyncio.sleep(0.2)
        if time.perf_counter() - shown > 10:
            shown = time.perf_counter()
            print(f"  {most - counts.waiting} of {most}, {peak_mb()} MB", flush=True)
    spent = time.perf_counter() - began, time.process_time() - cpu
    await deliverer.stop()
    await running
    await bot.shutdown()
    return spent


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def main(messages: int, a_second: int = 0) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.delivery",
        "serve",
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    url = (await server.stdout.readline()).decode().strip()
    try:
        with tempfile.TemporaryDirectory() as folder:
            db = await Database.opened(Path(folder) / "news.db")
            await db.write(furnish)
            stories = messages // CHATS
            for story in range(1, stories + 1):
                await db.write(owe, story)
            before = peak_mb()
            limits = limits_of(a_second) if a_second else LIFTED
            seconds, cpu = await empty(db, url, stories * CHATS, limits)
            await db.close()
    finally:
        server.kill()
        await server.wait()
    sent = stories * CHATS
    print(
        f"{sent} messages: {sent / seconds:.0f}/s, {cpu / sent * 1000:.2f} ms CPU a message,"
        f" peak memory {before} → {peak_mb()} MB"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int((sys.argv[2:] or [CHATS])[0])))
    else:
        asyncio.run(main(*map(int, sys.argv[1:] or [12_000])))
