"""Alerts with the query's word in the headline: ``python -m tests.benchmarks.ringing``.

Plays the demo's supply through the real desk for two readers with the same queries: one hears of
headlines, the other of a word anywhere. Also the base of a test.
"""

import asyncio
import logging
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.sandbox.outlets.generator import Supply
from bot.sandbox.outlets.news import SampleItem
from storage import chats, feeds, items, subscriptions
from storage.database import Database
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Feed, Item, ItemId, Mode, Reach
from storage.sql import Connection, from_json
from watchers.ingester import Ingester
from watchers.keywords import match_text
from watchers.parse import Entry

QUERIES = ("банк", "gas", "суд", "uranium", "Казахстан")
SUPPLY = Supply(1)
EVERY = timedelta(minutes=4)
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
READERS = {ChatId(1): Reach.HEADLINE, ChatId(2): Reach.ANYWHERE}


def read(db: Connection, queries: Iterable[str]) -> None:
    """Give both readers the queries, each in its reach, and no limit."""
    for reader, reach in READERS.items():
        chats.see_chat(db, Chat(reader, ChatKind.PRIVATE, alerts_per_hour=1_000_000), START)
        for query in queries:
            subscriptions.add(
                db, chat_id=reader, thread_id=NO_THREAD, query=query, mode=Mode.INSTANT,
                reach=reach, now=START,
            )  # fmt: skip


async def played(db: Database, told_in_turn: Iterable[SampleItem], queries: Iterable[str]) -> None:
    """Play items, one after the other, for readers of these queries."""
    await db.write(read, tuple(queries))
    ingester = await Ingester.opened(db)
    known: dict[str, Feed] = {}
    for number, told in enumerate(told_in_turn):
        at = START + number * EVERY
        if told.outlet not in known:
            new = feeds.NewFeed(f"https://{len(known)}.example/rss", told.outlet, told.outlet)
            known[told.outlet] = await db.write(feeds.add, new, at)
        entry = Entry(
            f"{number}", f"https://e.example/{number}", f"e.example/{number}", told.title,
            told.summary, at, keys=(f"g:{number}",), language=told.lang,
        )  # fmt: skip
        await ingester.take(known[told.outlet], (entry,), None, at)


def rung(db: Connection) -> list[tuple[ChatId, str, Item]]:
    """Return who was rung by which query for which telling."""
    rows = db.conn.execute("select chat_id, payload from deliveries where kind = 'alert'")
    told = [(ChatId(chat), from_json(payload)) for chat, payload in rows]
    by_id = {one.id: one for one in items.by_ids(db, [ItemId(one["item"]) for _, one in told])}
    return [(chat, one["query"], by_id[ItemId(one["item"])]) for chat, one in told]


async def main() -> None:
    """Print for each query and reader how many alerts came, and how many had it in the
    headline."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        db = await Database.opened(Path(folder) / "news.db")
        told = (SUPPLY.item(number) for number in range(len(SUPPLY)))
        await played(db, (one for one in told if not one.removal), QUERIES)
        alerts = await db.read(rung)
        await db.close()
    came: Counter[tuple[str, Reach]] = Counter()
    earned: Counter[tuple[str, Reach]] = Counter()
    for chat, query, item in alerts:
        came[query, READERS[chat]] += 1
        earned[query, READERS[chat]] += match_text(query, item.title, item.lang)
    print(f"{len(SUPPLY)} items in {len(SUPPLY) * EVERY / timedelta(days=1):.1f} days")
    for query in QUERIES:
        for reach in Reach:
            print(f"{query:12} {reach:9} {earned[query, reach]:4} of {came[query, reach]:4}")


if __name__ == "__main__":
    asyncio.run(main())
