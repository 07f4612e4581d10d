"""A delivery room for tests: real outbox, real python-telegram-bot, a Telegram in a box."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram.ext import ExtBot

from bot.delivery import Deliverer
from bot.sandbox import ANNA_ID, Sandbox
from bot.sandbox.telegram.model import SandboxMessage
from bot.telegram.rate_limiter import Limiter
from bot.telegram.rates import LIFTED, TelegramLimits
from storage import chats
from storage.database import Database
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, StoryId, ThreadId
from storage.outbox import chat_queues, queue
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import Delivery, DeliveryKind, NewDelivery
from storage.outbox.outcomes import Outcome
from storage.sql import Connection
from tests.bot.plain_http import plain_http
from tests.storage import rows
from watchers.taught_names import TaughtNames

ANNA = ChatId(ANNA_ID)
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Room:
    """Everything a test of delivery needs."""

    db: Database
    box: Sandbox
    bot: ExtBot[int]
    limiter: Limiter
    deliverer: Deliverer
    wake_up: asyncio.Event
    clock: Clock
    outcomes: list[Outcome] = field(default_factory=list)

    async def meet(self, chat_id: int = ANNA_ID, **settings: Any) -> ChatId:
        """Let a chat know us."""
        if chat_id > 0:
            self.box.telegram.start(chat_id)
        elif self.box.telegram.chats[chat_id].member(self.box.telegram.main_bot) is None:
            self.box.telegram.add_bot(chat_id)
        chat = Chat(ChatId(chat_id), _kind(self.box, chat_id), **settings)
        await self.db.write(_insert, chat, self.clock())
        return chat.id

    async def tell(self, *stories: int, chat: int = ANNA_ID, thread: int = 0) -> None:
        """Let stories be told to a chat: ``Headline N`` each, owed and not yet sent."""
        await self.db.write(tell, stories, chat, thread, self.clock())

    async def deliver(self, **later: float) -> None:
        """Move the clock on and send what can go."""
        self.clock.forward(**later)
        await self.deliverer.round()

    def said(self, chat: int = ANNA_ID) -> list[str]:
        """The bot's messages in a chat, their first lines, oldest first."""
        return [one.text.split("\n")[0] for one in self.messages(chat)]

    def messages(self, chat: int = ANNA_ID) -> list[SandboxMessage]:
        return [
            one
            for one in self.box.telegram.messages(chat)
            if one.sender_id in (None, self.box.telegram.main_bot) and not one.service
        ]

    async def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """Columns of the outbox, in the order of the rows."""
        return await self.db.read(_rows, columns)

    async def row(self, subject: str, kind: str = "alert") -> Delivery:
        return await self.db.read(_row, subject, kind)

    async def chat(self, chat_id: int = ANNA_ID) -> Chat:
        found = await self.db.read(chats.get, ChatId(chat_id))
        assert found is not None
        return found


@asynccontextmanager
async def room(
    db: Database, *, limits: TelegramLimits = LIFTED, clock: Clock | None = None
) -> AsyncIterator[Room]:
    """Open the room over a database; the box's own rate limits are off."""
    clock = clock or Clock()
    async with Sandbox.start(clock=clock) as box, opened(db, box, clock, limits) as made:
        yield made


@asynccontextmanager
async def opened(
    db: Database, box: Sandbox, clock: Clock, limits: TelegramLimits = LIFTED
) -> AsyncIterator[Room]:
    """Start a bot on a box that is there: what a restart of the program does."""

    async def remember(chat_id: int | None, wait: timedelta) -> None:
        key = chat_queues.EVERYBODY if chat_id is None else ChatId(chat_id)
        await db.write(chat_queues.rest, key, clock() + wait)

    limiter = Limiter(limits, remember=remember, clock=lambda: clock().timestamp())
    bot = plain_bot(box.token, box.base_url, limiter)
    await bot.initialize()
    outcomes: list[Outcome] = []
    wake_up = asyncio.Event()
    deliverer = Deliverer(
        db,
        bot,
        limiter,
        clock,
        wake_up=wake_up,
        names=TaughtNames(db),
        heed=lambda _owed, outcome: outcomes.append(outcome),
    )
    await deliverer.start()
    box.calls.clear()
    try:
        yield Room(db, box, bot, limiter, deliverer, wake_up, clock, outcomes)
    finally:
        await deliverer.stop()
        await bot.shutdown()


def plain_bot(token: str, base_url: str, limiter: Limiter) -> ExtBot[int]:
    """A real bot over plain HTTP."""
    calls, updates = plain_http()
    return ExtBot(
        token,
        base_url=base_url,
        request=calls,
        get_updates_request=updates,
        rate_limiter=limiter,
    )


def tell(db: Connection, stories: Sequence[int], chat: int, thread: int, now: datetime) -> None:
    feed = db.conn.execute("select id from feeds limit 1").fetchone()
    feed_id = feed[0] if feed else rows.feed(db)
    known = {one[0] for one in db.conn.execute("select id from stories")}
    rows.told(db, feed_id, *(rows.new_item(n) for n in stories if n not in known), now=now)
    delivery = [alert(n, chat, thread) for n in stories]
    queue.enqueue(db, delivery, now)


async def another_outlet_tells(here: Room, story: int, item: int, **item_values: Any) -> None:
    """Let a further outlet tell a story, as the ingester records it."""

    def record(db: Connection, now: datetime) -> None:
        feed = rows.feed(db, f"https://outlet{item}.example/rss", name=f"Outlet {item}")
        rows.told(db, feed, rows.new_item(item, story, **item_values), now=now)
        queue.grown(db, StoryId(story), now)

    await here.db.write(record, here.clock())


def alert(story: int, chat: int = ANNA_ID, thread: int = 0) -> NewDelivery:
    return NewDelivery(
        ChatId(chat),
        ThreadId(thread) if thread else NO_THREAD,
        DeliveryKind.ALERT,
        f"s{story}",
        StoryId(story),
    )


def _insert(db: Connection, chat: Chat, now: datetime) -> None:
    chats.see_chat(db, chat, now)


def _kind(box: Sandbox, chat_id: int) -> ChatKind:
    if chat_id > 0:
        return ChatKind.PRIVATE
    return ChatKind(box.telegram.chats[chat_id].kind)


def _rows(db: Connection, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return db.conn.execute(f"select {', '.join(columns)} from deliveries order by id").fetchall()


def _row(db: Connection, subject: str, kind: str) -> Delivery:
    (found,) = db.conn.execute(
        "select id from deliveries where subject = ? and kind = ?", (subject, kind)
    ).fetchone()
    return outbox_rows.by_id(db, found)
