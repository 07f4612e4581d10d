"""In which order updates are answered, who may make others wait, and what a stop waits for."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from bot.telegram.ordering import MOST_WAITING, ChatOrder
from telegram import Chat, Message, Update

from bot.sandbox.box import PATIENCE_S

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def update_in(chat: int) -> Update:
    return Update(chat, message=Message(1, NOW, Chat(chat, "private")))


async def test_a_chat_is_answered_in_order_and_the_others_beside_it() -> None:
    order, answered, gate = ChatOrder(), [], asyncio.Event()

    async def answer(name: str, *, waits: bool = False) -> None:
        if waits:
            await gate.wait()
        answered.append(name)

    slow = asyncio.create_task(order.process_update(update_in(1), answer("1a", waits=True)))
    await asyncio.sleep(0)
    after = asyncio.create_task(order.process_update(update_in(1), answer("1b")))
    await order.process_update(update_in(2), answer("2"))
    gate.set()
    await asyncio.gather(slow, after)
    assert ["2", "1a", "1b"] == answered


async def test_one_chat_that_floods_us_does_not_silence_the_others() -> None:
    order, answered, gate = ChatOrder(), [], asyncio.Event()

    async def answer(name: int) -> None:
        if name == 1:
            await gate.wait()
        answered.append(name)

    flood = [
        asyncio.create_task(order.process_update(update_in(1), answer(1)))
        for _ in range(MOST_WAITING * 3)
    ]
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        await order.process_update(update_in(2), answer(2))
    gate.set()
    await asyncio.gather(*flood)
    assert [2] + [1] * MOST_WAITING == answered


async def test_giving_up_ends_what_is_answered_and_what_waits() -> None:
    order, began = ChatOrder(), asyncio.Event()

    async def answer() -> Any:
        began.set()
        await asyncio.Event().wait()

    waiting = [asyncio.create_task(order.process_update(update_in(1), answer())) for _ in range(5)]
    await began.wait()
    order.give_up()
    async with asyncio.timeout(PATIENCE_S):
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        await order.process_update(update_in(2), answer())
    assert [True] * 5 == [isinstance(one, asyncio.CancelledError) for one in ended]
