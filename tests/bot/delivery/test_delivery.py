"""What is owed arrives, once and in order, whatever Telegram and the line do."""

import pytest

from storage.model import NO_THREAD
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, DeliveryState, DigestPart, NewDelivery
from storage.outbox.settle import MOST_DOUBTS
from tests.bot.delivery.kit import ANNA, Room, another_outlet_tells, opened

CUT = 15.0
"""Seconds after which a message whose answer was lost is repeated."""


async def test_an_alert_arrives_with_its_buttons_and_is_settled(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    (message,) = here.messages()
    row = await here.row("s1")
    assert here.said() == ["Headline 1"]
    assert message.markup is not None
    assert (DeliveryState.SENT, message.id, 1) == (row.state, row.message_id, row.attempts)


async def test_owing_twice_is_owing_once(here: Room) -> None:
    await here.tell(1)
    await here.tell(1)
    await here.deliver()
    await here.tell(1)
    await here.deliver()
    assert here.said() == ["Headline 1"]


async def test_a_chat_gets_its_messages_in_order(here: Room) -> None:
    await here.tell(*range(1, 11))
    await here.deliver()
    assert here.said() == [f"Headline {n}" for n in range(1, 11)]


async def test_order_holds_when_the_first_must_wait(here: Room) -> None:
    here.box.faults.too_many("sendMessage", 30)
    await here.tell(1, 2, 3)
    await here.deliver()
    assert here.said() == []
    await here.deliver(seconds=31)
    assert here.said() == ["Headline 1", "Headline 2", "Headline 3"]


async def test_one_chats_trouble_never_holds_up_another(here: Room) -> None:
    other = await here.meet(1002)
    here.box.faults.too_many("sendMessage", 40_000, chat=ANNA, times=None)
    await here.tell(1, 2)
    await here.tell(1, 2, chat=other)
    await here.deliver()
    assert here.said() == []
    assert here.said(other) == ["Headline 1", "Headline 2"]


# --- answers that never came ----------------------------------------------------------------


async def test_cut_before_it_arrived_it_is_sent_again_and_alone_waits_for_that(
    here: Room,
) -> None:
    here.box.faults.drop_before("sendMessage")
    await here.tell(1, 2, 3)
    await here.deliver()
    assert here.said() == []
    await here.deliver(seconds=1)
    assert here.said() == ["Headline 2", "Headline 3"]
    await here.deliver(seconds=CUT - 1)
    assert here.said() == ["Headline 2", "Headline 3", "Headline 1"]
    assert (await here.row("s1")).reason == "repeated"


async def test_cut_after_it_arrived_it_comes_a_few_times_ever_later_and_no_more(
    here: Room,
) -> None:
    here.box.faults.drop_after("sendMessage", times=None)
    await here.tell(1)
    for _ in range(20):
        await here.deliver(seconds=CUT)
    assert here.said() == ["Headline 1"] * 3
    for _ in range(20):
        await here.deliver(minutes=10)
    assert here.said() == ["Headline 1"] * MOST_DOUBTS
    assert (await here.row("s1")).state is DeliveryState.UNKNOWN


async def test_what_cuts_connections_for_minutes_loses_nothing(here: Room) -> None:
    """Telegram is there when asked, and every message is cut before it arrives."""
    here.box.faults.drop_before("sendMessage", times=3)
    await here.tell(1)
    for _ in range(30):
        await here.deliver(seconds=15)
    assert here.said() == ["Headline 1"]


async def test_an_edit_may_be_repeated_at_will(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    await another_outlet_tells(here, 1, 101)
    here.box.faults.drop_after("editMessageText", times=4)
    for _ in range(6):
        await here.deliver(minutes=5)
    assert len(here.box.calls.of("editMessageText")) == 5
    assert (await here.row("d1", "edit")).state is DeliveryState.SENT


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_ten_minutes_of_5xx_lose_nothing_repeat_nothing_and_cost_few_calls(
    here: Room, code: int
) -> None:
    here.box.faults.fail("*", code, "Bad Gateway", times=None)
    await here.tell(1, 2, 3)
    for _ in range(600):
        await here.deliver(seconds=1)
    assert len(here.box.calls) < 60
    here.box.faults.clear()
    for _ in range(31):
        await here.deliver(seconds=1)
    assert here.said() == ["Headline 1", "Headline 2", "Headline 3"]


async def test_5xx_for_one_method_alone_loses_nothing_either(here: Room) -> None:
    here.box.faults.fail("sendMessage", 502, "Bad Gateway", times=8)
    await here.tell(1, 2)
    for _ in range(40):
        await here.deliver(seconds=10)
    assert here.said() == ["Headline 1", "Headline 2"]


async def test_after_a_day_without_telegram_the_late_alerts_come_as_one_message(
    here: Room,
) -> None:
    here.box.faults.drop_before("*", times=None)
    await here.tell(*range(1, 11))
    for _ in range(48):
        await here.deliver(minutes=30)
    here.box.faults.clear()
    await here.tell(11)
    for _ in range(4):
        await here.deliver(seconds=30)
    assert len(here.messages()) <= 3
    assert here.said()[-1] == "Headline 11" or "Headline 11" in here.said()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"7", b'{"ok":true}', b'{"ok":true,"result":7}', b"\xff\xfe"],
)
async def test_garbage_that_hides_a_success_repeats_once_at_most(here: Room, body: bytes) -> None:
    here.box.faults.garbage("sendMessage", body, effect=True)
    await here.tell(1, 2)
    await here.deliver()
    for seconds in (1, CUT):
        await here.deliver(seconds=seconds)
    assert here.said().count("Headline 2") == 1
    assert 1 <= here.said().count("Headline 1") <= 2


async def test_the_parts_of_a_digest_keep_their_order_when_an_answer_is_lost(here: Room) -> None:
    parts = [
        NewDelivery(
            ANNA, NO_THREAD, DeliveryKind.DIGEST, f"d/{n}", payload=DigestPart(f"Part {n}")
        )
        for n in (1, 2, 3)
    ]
    await here.db.write(queue.enqueue, parts, here.clock())
    here.box.faults.drop_before("sendMessage")
    await here.deliver()
    await here.tell(1)
    await here.deliver(seconds=1)
    assert here.said() == ["Headline 1"]
    for _ in range(3):
        await here.deliver(seconds=CUT)
    assert here.said()[1:] == ["Part 1", "Part 2", "Part 3"]


@pytest.mark.parametrize("code", [400, 401, 403, 404, 429, 500, 502])
@pytest.mark.parametrize("body", [b"<html>nginx</html>", b"[]", b'"no"'])
async def test_garbage_under_any_status_neither_loses_the_chat_nor_the_message(
    here: Room, code: int, body: bytes
) -> None:
    here.box.faults.garbage("sendMessage", body, code=code)
    await here.tell(1)
    for _ in range(4):
        await here.deliver(seconds=CUT)
    assert (await here.chat()).active
    assert here.said() == ["Headline 1"]


# --- bans -----------------------------------------------------------------------------------


async def test_no_call_to_a_banned_chat_until_the_ban_is_over(here: Room) -> None:
    here.box.faults.too_many("sendMessage", 40_000)
    await here.tell(1)
    await here.deliver()
    for _ in range(39):
        await here.deliver(seconds=1000)
    assert len(here.box.calls.of("sendMessage")) == 1
    await here.deliver(seconds=1001)
    assert here.said() == ["Headline 1"]


async def test_a_ban_outlasts_a_restart(here: Room) -> None:
    here.box.faults.too_many("sendMessage", 40_000)
    await here.tell(1)
    await here.deliver()
    here.clock.forward(seconds=39_000)
    async with opened(here.db, here.box, here.clock) as again:
        await again.deliver()
        assert len(here.box.calls.of("sendMessage")) == 0
        await again.deliver(seconds=1_001)
        assert len(here.box.calls.of("sendMessage")) == 1


# --- stopping -------------------------------------------------------------------------------


async def test_what_was_being_sent_when_we_died_comes_again_after_a_while(here: Room) -> None:
    await here.tell(1, 2)
    await here.db.write(queue.claim, here.clock(), 10)
    async with opened(here.db, here.box, here.clock) as again:
        await again.deliver()
        assert again.said() == []
        await again.deliver(seconds=5)
        assert again.said() == ["Headline 1", "Headline 2"]
    row = await here.row("s1")
    assert (1, True) == (row.crashes, row.reason == "repeated")


async def test_a_message_that_kills_us_each_time_is_set_aside(here: Room) -> None:
    await here.tell(1, 2)
    for _ in range(6):
        here.clock.forward(seconds=10)
        await here.db.write(queue.claim, here.clock(), 10)
        await here.db.write(queue.recover, here.clock())
    await here.deliver(seconds=10)
    assert here.said() == ["Headline 2"]
    assert (await here.row("s1")).state is DeliveryState.UNKNOWN
