"""Long polling goes on whatever Telegram answers, and of two instances the later one ends."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram.ext import ExtBot

from bot.sandbox import ANNA_ID, Sandbox
from bot.sandbox.telegram.errors import SECOND_POLLER
from bot.telegram.polling import (
    NEWCOMERS_PATIENCE,
    REFUSED_WAIT_S,
    SETTLED_PATIENCE,
    SETTLED_S,
    SILENT_S,
    Polling,
    Rivalry,
)
from tests.bot.plain_http import plain_http


class Clock:
    """Time that passes only while somebody waits; ``waits`` tells how long each time."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox.start() as running:
        yield running


class Desk:
    """Takes updates, as the inbox does, or cannot; a test looks at what was taken."""

    def __init__(self) -> None:
        self.taken: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.has_room = asyncio.Event()
        self.has_room.set()
        self.failures = 0

    async def room(self) -> None:
        await self.has_room.wait()

    async def take(self, raws: Sequence[dict[str, Any]]) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not taken")
        for raw in raws:
            self.taken.put_nowait(raw)


@asynccontextmanager
async def poller(box: Sandbox, clock: Clock) -> AsyncIterator[tuple[Polling, Desk]]:
    calls, updates = plain_http()
    taker = Desk()
    async with ExtBot(
        box.token, base_url=box.base_url, request=calls, get_updates_request=updates
    ) as bot:
        yield Polling(bot, taker, ["message"], clock, clock.sleep), taker


@asynccontextmanager
async def running(polling: Polling) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(polling.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def heard(taker: Desk) -> str:
    async with asyncio.timeout(30):
        return (await taker.taken.get())["message"]["text"]


@pytest.mark.parametrize(
    ("code", "description"),
    [(401, "Unauthorized"), (404, "Not Found"), (502, "Bad Gateway"), (409, SECOND_POLLER),
     (429, "Too Many Requests: retry after 3"), (400, "Bad Request: what is this")],
)  # fmt: skip
async def test_after_any_refusal_polling_is_taken_up_again(box, code, description):
    clock = Clock()
    more = {"retry_after": 3} if code == 429 else {}
    box.faults.fail("getUpdates", code, description, times=3, **more)
    async with poller(box, clock) as (polling, taker), running(polling):
        box.telegram.say(ANNA_ID, "/start")
        assert "/start" == await heard(taker)
    assert 3 == len(clock.waits)
    assert min(clock.waits) >= 1


@pytest.mark.parametrize("body", [b"<html>gate</html>", b'{"ok": true, "result": 7}', b""])
async def test_after_an_unreadable_answer_polling_is_taken_up_again(box, body):
    clock = Clock()
    box.faults.garbage("getUpdates", body, times=2)
    async with poller(box, clock) as (polling, taker), running(polling):
        box.telegram.say(ANNA_ID, "/start")
        assert "/start" == await heard(taker)


async def test_a_refused_token_is_told_until_telegram_takes_it_again(box):
    clock = Clock()
    box.faults.fail("getUpdates", 401, "Unauthorized", times=3)
    told = []
    async with poller(box, clock) as (polling, taker):
        pause = clock.sleep

        async def look(seconds: float) -> None:
            await pause(seconds)
            told.append((polling.token_is_valid, polling.hears))

        polling._sleep = look
        async with running(polling):
            box.telegram.say(ANNA_ID, "/start")
            await heard(taker)
            await box.until(lambda: box.waiting_polls() == 1)
            assert (True, True) == (polling.token_is_valid, polling.hears)
    assert [REFUSED_WAIT_S] * 3 == clock.waits
    assert [(False, True), (False, False), (False, False)] == told
    assert REFUSED_WAIT_S * 2 >= SILENT_S


async def test_a_webhook_left_behind_is_taken_back_however_long_it_takes(box):
    clock = Clock()
    async with poller(box, clock) as (polling, taker):
        await polling._bot.set_webhook("https://bot.example/hook")
        box.faults.fail("deleteWebhook", 401, "Unauthorized", times=2)
        await polling.begin()
        async with running(polling):
            box.telegram.say(ANNA_ID, "/start")
            assert "/start" == await heard(taker)


async def test_what_is_confirmed_does_not_come_again(box):
    clock = Clock()
    async with poller(box, clock) as (polling, taker):
        async with running(polling):
            box.telegram.say(ANNA_ID, "/start")
            await heard(taker)
        await polling.confirm()
        again = await polling._bot.get_updates()
    assert () == again


async def test_what_could_not_be_taken_is_fetched_again(box):
    clock = Clock()
    async with poller(box, clock) as (polling, taker), running(polling):
        taker.failures = 2
        box.telegram.say(ANNA_ID, "/start")
        assert "/start" == await heard(taker)
    assert 2 == len(clock.waits)


async def test_nothing_is_fetched_while_there_is_no_room(box):
    async with poller(box, Clock()) as (polling, taker), running(polling):
        await box.until(lambda: box.waiting_polls() == 1)
        taker.has_room.clear()
        box.telegram.say(ANNA_ID, "one")
        assert "one" == await heard(taker)
        await box.until(lambda: box.waiting_polls() == 0)
        box.telegram.say(ANNA_ID, "two")
        assert 0 == box.waiting_polls()
        taker.has_room.set()
        assert "two" == await heard(taker)


async def test_of_two_newcomers_one_ends_and_the_other_goes_on(box):
    one_clock, other_clock = Clock(), Clock()
    async with (
        poller(box, one_clock) as (one, _),
        poller(box, other_clock) as (two, _),
        running(one) as first,
        running(two) as second,
    ):
        async with asyncio.timeout(30):
            await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)
        await box.until(lambda: box.waiting_polls() == 1)
        assert 1 == sum(task.done() for task in (first, second))


# --- who yields -------------------------------------------------------------------------------


def settled() -> Rivalry:
    rivalry = Rivalry()
    for n in range(8):
        rivalry.answered(n * 10.0, n * 10.0 + 10)
    assert rivalry.is_settled
    return rivalry


def test_a_newcomer_yields_after_ten_conflicts_though_a_poll_between_is_answered() -> None:
    rivalry = Rivalry()
    told = []
    for n in range(NEWCOMERS_PATIENCE):
        rivalry.answered(n * 20.0, n * 20.0 + 10)
        told.append(rivalry.met())
    assert [False] * (NEWCOMERS_PATIENCE - 1) + [True] == told


def test_who_was_there_first_outlasts_a_newcomer_that_comes_again_and_again() -> None:
    rivalry = settled()
    for n in range(100):
        assert not any(rivalry.met() for _ in range(NEWCOMERS_PATIENCE))
        rivalry.answered(1_000.0 + n * 30, 1_010.0 + n * 30)


def test_two_that_were_both_there_long_do_not_fight_for_ever() -> None:
    rivalry = settled()
    told = [rivalry.met() for _ in range(SETTLED_PATIENCE)]
    assert told.index(True) == SETTLED_PATIENCE - 1


def test_time_without_an_answer_settles_nobody() -> None:
    rivalry = Rivalry()
    rivalry.answered(0.0, 10.0)
    rivalry.unanswered()
    rivalry.answered(SETTLED_S * 5, SETTLED_S * 5 + 10)
    assert not rivalry.is_settled
