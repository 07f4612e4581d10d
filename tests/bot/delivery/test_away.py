"""One chat's illness is its own; Telegram's is everybody's, and asked about now and then."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.delivery.circuit_breaker import ASK_EVERY
from bot.sandbox.botapi.faults import Faults
from storage.outbox.deliveries import DeliveryState
from tests.bot.delivery.kit import ANNA, Room

OTHER = 1002
PEOPLE = (1001, 1002, 1003)
HOUR_S, STEP_S = 3600, 10


def bad_gateway(faults: Faults, chat: int | None) -> None:
    faults.fail("sendMessage" if chat else "*", 502, "Bad Gateway", chat=chat, times=None)


def garbage(faults: Faults, chat: int | None) -> None:
    faults.garbage("sendMessage" if chat else "*", chat=chat, times=None)


def cut(faults: Faults, chat: int | None) -> None:
    faults.drop_before("sendMessage" if chat else "*", chat=chat, times=None)


Illness = Callable[[Faults, int | None], None]
illnesses = pytest.mark.parametrize("ill", [bad_gateway, garbage, cut])


def questions(here: Room) -> int:
    """How often Telegram was asked whether it is there; never twice within half a minute."""
    asked = [call.at for call in here.box.calls.of("getMe")]
    assert all(later - earlier >= ASK_EVERY for earlier, later in pairwise(asked))
    return len(asked)


async def patience(here: Room) -> float:
    """How long the deliverer sleeps if nobody wakes it, in seconds."""
    return await here.deliverer._patience()


@illnesses
async def test_a_broken_chat_costs_one_question_and_holds_up_nobody(
    here: Room, ill: Illness
) -> None:
    other = await here.meet(OTHER)
    ill(here.box.faults, ANNA)
    for step in range(1, HOUR_S // STEP_S + 1):
        if step % 30 == 1:
            await here.tell(step)
            await here.tell(step, chat=other)
        await here.deliver(seconds=STEP_S)
        assert len(here.said(other)) == (step - 1) // 30 + 1
    assert questions(here) <= 1
    assert here.said() == []


@illnesses
async def test_whoever_is_alone_with_a_broken_chat_asks_once(here: Room, ill: Illness) -> None:
    ill(here.box.faults, ANNA)
    await here.tell(1)
    for _ in range(HOUR_S // STEP_S):
        await here.deliver(seconds=STEP_S)
    assert questions(here) == 1


async def test_after_a_failure_it_sleeps_until_that_is_tried_again(here: Room) -> None:
    """It woke 25 times a second, and asked each time."""
    bad_gateway(here.box.faults, ANNA)
    await here.tell(1)
    for retry_s in (1.0, 2.0, 4.0):
        await here.deliver()
        assert retry_s == await patience(here)
        here.clock.forward(seconds=retry_s)


@illnesses
async def test_while_telegram_is_away_it_is_asked_twice_a_minute_and_nothing_is_lost(
    here: Room, ill: Illness
) -> None:
    chats = [await here.meet(number) for number in (*PEOPLE, here.box.group_id)]
    ill(here.box.faults, None)
    for number, chat in enumerate(chats, 1):
        await here.tell(number, chat=chat)
    for _ in range(HOUR_S // STEP_S):
        await here.deliver(seconds=STEP_S)
    assert HOUR_S / 30 - 2 <= questions(here) <= HOUR_S / 30
    assert len(here.box.calls.of("sendMessage")) <= len(chats)
    here.box.faults.clear()
    await here.deliver(seconds=30)
    await here.deliver(seconds=15)  # those whose answer was lost wait a little more
    assert [[f"Headline {n}"] for n in range(1, 5)] == [here.said(chat) for chat in chats]


async def test_while_telegram_is_away_it_sleeps_until_the_next_question(
    here: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.deliverer.TICK_S", 3600.0)
    bad_gateway(here.box.faults, None)
    await here.tell(1)
    await here.deliver()
    assert ASK_EVERY.total_seconds() == await patience(here)


@illnesses
async def test_a_telegram_that_comes_and_goes_loses_nothing(here: Room, ill: Illness) -> None:
    chats = [await here.meet(number) for number in (*PEOPLE, here.box.group_id)]
    for minute in range(12):
        if minute % 3 == 0:
            ill(here.box.faults, None)
        for chat in chats:
            await here.tell(minute + 1, chat=chat)
        for _ in range(3):
            await here.deliver(seconds=20)
        here.box.faults.clear()
    for _ in range(20):
        await here.deliver(seconds=30)
    questions(here)
    states = {state for (state,) in await here.rows("state")}
    assert states <= {DeliveryState.SENT, DeliveryState.MERGED}


async def test_a_message_that_may_have_arrived_is_not_risked_while_telegram_is_unheard(
    here: Room,
) -> None:
    """Lost twice it would be given up, though it never left."""
    await here.meet(OTHER)
    here.box.faults.drop_before("sendMessage", chat=OTHER)
    await here.tell(1, chat=OTHER)
    await here.deliver()  # asked now, and once more in half a minute
    cut(here.box.faults, None)
    await here.tell(1)
    for _ in range(10):
        await here.deliver(seconds=30)
    here.box.faults.clear()
    for _ in range(4):
        await here.deliver(seconds=30)
    assert here.said() == ["Headline 1"]
    assert (await here.row("s1")).reason == "repeated"


async def test_a_ban_shows_that_telegram_is_there(here: Room) -> None:
    bad_gateway(here.box.faults, ANNA)
    here.box.faults.too_many("getMe", 40)
    await here.tell(1)
    await here.deliver()
    other = await here.meet(OTHER)
    await here.tell(1, chat=other)
    await here.deliver(seconds=2)
    assert here.said(other) == ["Headline 1"]


async def test_what_was_never_sent_says_nothing_of_telegram(
    here: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that cannot be rendered is no answer, a locked file no silence."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    bad_gateway(here.box.faults, None)
    await here.tell(1)
    await here.deliver()
    other = await here.meet(OTHER)
    with monkeypatch.context() as patched:
        patched.setattr("bot.delivery.message.write", broken)
        await here.tell(1, chat=other)
        await here.deliver(seconds=1)
    assert timedelta(0) < timedelta(seconds=await patience(here))
    assert len(here.box.calls.of("sendMessage")) == 1
