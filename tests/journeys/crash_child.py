"""A program to be killed: owes story after story to every chat and delivers, until all is sent.

Run as ``python -m tests.journeys.crash_child DATABASE URL TOKEN CHATS STORIES DELAY``.
"""

import asyncio
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.delivery import Deliverer
from bot.telegram.rate_limiter import Limiter
from bot.telegram.rates import LIFTED
from storage import chats, meta
from storage.database import Database
from storage.model import Chat, ChatId, ChatKind
from storage.outbox import recovery, reports
from storage.sql import Connection
from tests.bot.delivery.kit import plain_bot, tell
from watchers.taught_names import TaughtNames

FIRST_CHAT = 5001


def clock() -> datetime:
    return datetime.now(UTC)


def settle_in(db: Connection, many: int) -> None:
    """Let the chats be there before the first story."""
    for chat_id in range(FIRST_CHAT, FIRST_CHAT + many):
        if chats.get(db, ChatId(chat_id)) is None:
            chat = Chat(ChatId(chat_id), ChatKind.PRIVATE, alerts_per_hour=1_000_000)
            chats.see_chat(db, chat, clock())


def record_next(db: Connection, many: int, last: int) -> bool:
    """Record one more story with everything it owes; return whether more will come."""
    story = int(meta.get(db, "told") or 0) + 1
    if story > last:
        return False
    for chat_id in range(FIRST_CHAT, FIRST_CHAT + many):
        tell(db, [story], chat_id, 0, clock())
    meta.put(db, "told", str(story))
    return True


async def main(arguments: list[str]) -> None:
    path, url, token, many, last, delay = arguments
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    recovery.CRASH_DELAY = timedelta(seconds=float(delay))
    db = await Database.opened(Path(path))
    limiter = Limiter(LIFTED)
    bot = plain_bot(token, f"{url}/bot", limiter)
    await bot.initialize()
    wake_up = asyncio.Event()
    deliverer = Deliverer(db, bot, limiter, clock, wake_up=wake_up, names=TaughtNames(db))
    await deliverer.start()
    delivering = asyncio.create_task(deliverer.run())
    await db.write(settle_in, int(many))
    while await db.write(record_next, int(many), int(last)):
        wake_up.set()
        await asyncio.sleep(0.001)
    while True:
        counts = await db.read(reports.counts, clock())
        if counts.waiting + counts.sending == 0:
            break
        await asyncio.sleep(0.05)
    await deliverer.stop()
    await delivering
    await bot.shutdown()
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
