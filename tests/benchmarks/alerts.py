"""From a new item to the first alert sent: ``python -m tests.benchmarks.alerts``.

30 items a second for ten seconds against 10,000 subscriptions of 500 readers; each item meets one
of them. Real ingester, real outbox, real python-telegram-bot over HTTP; Telegram's limits lifted.
"""

import asyncio
import logging
import statistics
import tempfile
import time
from pathlib import Path

import structlog

from bot.delivery import Deliverer
from bot.sandbox import Sandbox
from bot.sandbox.telegram.model import User
from bot.sandbox.telegram.people import BOT_TOKEN
from bot.telegram.rate_limiter import Limiter
from bot.telegram.rates import LIFTED
from storage import feeds
from storage.database import Database
from storage.sql import Connection
from tests.benchmarks.delivery import CHATS, clock, furnish
from tests.bot.delivery.kit import plain_bot
from watchers.ingester import Ingester
from watchers.parse import Entry
from watchers.taught_names import TaughtNames

SUBSCRIPTIONS, RATE, SECONDS = 10_000, 30, 10
SYLLABLES = ("ba", "ke", "lo", "mu", "ri", "sa", "to", "vu", "zi", "na")


def coined(number: int) -> str:
    """Return a word of its own for a number."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:05}")


def subscribe(db: Connection) -> None:
    """Give every reader their share of queries."""
    furnish(db)
    for number in range(SUBSCRIPTIONS):
        db.conn.execute(
            "insert into subscriptions(chat_id, query, created_at) values (?, ?, 0)",
            (number % CHATS + 1, coined(number)),
        )


async def main() -> None:
    """Print the percentiles of the delay from the item's arrival to Telegram's taking it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sent: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with Sandbox.start(people=False, keep=100) as box:
            for number in range(1, CHATS + 1):
                box.telegram.add_person(User(number, f"Reader {number}", "en"))
                box.telegram.start(number)
            db = await Database.opened(Path(folder) / "news.db")
            await db.write(subscribe)
            wake_up = asyncio.Event()
            ingester = await Ingester.opened(db, wake_up.set)
            limiter = Limiter(LIFTED)
            bot = plain_bot(BOT_TOKEN, box.base_url, limiter)
            await bot.initialize()
            deliverer = Deliverer(db, bot, limiter, clock, wake_up=wake_up, names=TaughtNames(db))
            await deliverer.start()
            running = asyncio.create_task(deliverer.run())
            feed = await db.write(
                feeds.add, feeds.NewFeed("https://o.example/r", "o", "o"), clock()
            )

            def took(call: object) -> None:
                text = str(getattr(call, "params", {}).get("text", ""))
                for word in text.replace("<", " ").replace(">", " ").split():
                    sent.setdefault(word, time.perf_counter())

            box.calls.listen(took)
            came: dict[str, float] = {}
            began = time.perf_counter()
            for number in range(RATE * SECONDS):
                await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
                word = coined(number * 33)
                title = f"{coined(number + 50_000)} {word} {coined(number + 70_000)} report"
                came[word] = time.perf_counter()
                entry = Entry(f"g{number}", "", "", title, "", clock(), keys=(f"g:{number}",))
                await ingester.take(feed, (entry,), None, clock())
            await asyncio.sleep(2)
            delays = [sent[word] - at for word, at in came.items() if word in sent]
            await deliverer.stop()
            await running
            await db.close()
    cuts = statistics.quantiles(delays, n=100)
    print(
        f"{len(delays)} of {len(came)} alerted; p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    asyncio.run(main())
