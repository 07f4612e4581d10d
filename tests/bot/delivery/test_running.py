"""The running deliverer: woken at once, stopped in time, outliving its own file's troubles."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery import deliverer as room_of_deliverer
from bot.delivery import message
from bot.sandbox.box import PATIENCE_S
from storage import set_aside
from storage.errors import StorageError
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryState
from storage.set_aside import AsideKind
from tests.bot.delivery.kit import Room


@pytest.fixture(autouse=True)
def _no_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever waits for the next tick, instead of being woken, waits for ever."""
    monkeypatch.setattr(room_of_deliverer, "TICK_S", 3600.0)


async def test_what_is_owed_goes_as_soon_as_it_wakes(here: Room) -> None:
    running = asyncio.create_task(here.deliverer.run())
    await asyncio.sleep(0)
    await here.tell(1, 2)
    here.wake_up.set()
    await here.box.message(1001, "Headline 2")
    await here.deliverer.stop()
    await asyncio.wait_for(running, PATIENCE_S)


async def test_a_stop_finishes_what_is_under_way_and_sends_nothing_new(here: Room) -> None:
    here.box.faults.slow("sendMessage", 0.2)
    await here.tell(1, 2, 3)
    running = asyncio.create_task(here.deliverer.run())
    await under_way(here)
    await here.deliverer.stop()
    await asyncio.wait_for(running, PATIENCE_S)
    assert here.said() == ["Headline 1"]
    states = [state for (state,) in await here.rows("state")]
    assert states == ["sent", "queued", "queued"]


async def test_an_answer_that_does_not_come_in_time_is_taken_up_at_the_next_start(
    here: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_of_deliverer, "STOP_S", 0.05)
    here.box.faults.slow("sendMessage", 30)
    await here.tell(1)
    running = asyncio.create_task(here.deliverer.run())
    await under_way(here)
    await here.deliverer.stop()
    await asyncio.wait_for(running, PATIENCE_S)
    assert (await here.row("s1")).state is DeliveryState.SENDING
    assert await here.db.write(queue.recover, here.clock()) == 1


async def under_way(here: Room) -> None:
    """Wait until a call has come to Telegram, which takes its time to answer."""
    while here.box.faults.ordered():  # noqa: ASYNC110 (nothing announces it)
        await asyncio.sleep(0)


async def test_an_outcome_is_written_down_however_long_the_file_is_locked(
    here: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_of_deliverer, "TROUBLE_S", 0.001)
    refusals = iter([True] * 3)
    settle = queue.settle

    def locked(*arguments: Any, **named: Any) -> None:
        if next(refusals, False):
            raise StorageError("storage.locked")
        settle(*arguments, **named)

    monkeypatch.setattr(queue, "settle", locked)
    await here.tell(1)
    await here.deliver()
    assert (await here.row("s1")).state is DeliveryState.SENT
    assert here.said() == ["Headline 1"]


async def test_a_bug_in_settling_does_not_silence_the_chat(
    here: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **_named: Any) -> None:
        raise KeyError("bug")

    with monkeypatch.context() as patched:
        patched.setattr(queue, "settle", broken)
        await here.tell(1)
        await here.deliver()
    await here.tell(2)
    await here.deliver()
    assert here.said() == ["Headline 1", "Headline 2"]
    assert (await here.row("s1")).state is DeliveryState.UNKNOWN


async def test_a_bug_in_rendering_one_message_does_not_hold_up_the_next(
    here: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = message.write

    def broken(delivery: Any, *more: Any) -> Any:
        if delivery.subject == "s1":
            raise ZeroDivisionError
        return write(delivery, *more)

    monkeypatch.setattr(message, "write", broken)
    await here.tell(1, 2)
    await here.deliver()
    assert sorted(here.said()) == ["Headline 1", "Headline 2"]  # by its title and link alone
    assert (await here.row("s1")).state is DeliveryState.SENT
    ((kind, why),) = [
        (one.aside.kind, one.aside.why) for one in await here.db.read(set_aside.untold)
    ]
    assert AsideKind.DELIVERY is kind
    assert why.startswith("ZeroDivisionError")


async def test_the_deliverer_outlives_a_file_in_trouble(
    here: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_of_deliverer, "TROUBLE_S", 0.001)
    refusals = iter([True] * 5)
    take = queue.claim

    def full(*arguments: Any) -> Any:
        if next(refusals, False):
            raise StorageError("storage.full")
        return take(*arguments)

    monkeypatch.setattr(queue, "claim", full)
    await here.tell(1)
    running = asyncio.create_task(here.deliverer.run())
    await here.box.message(1001, "Headline 1")
    await here.deliverer.stop()
    await asyncio.wait_for(running, PATIENCE_S)


async def test_a_story_that_is_gone_owes_nothing_any_more(here: Room) -> None:
    await here.tell(1)

    def forget(db: Any) -> None:
        db.conn.execute("delete from items")

    await here.db.write(forget)
    await here.deliver()
    assert here.said() == []
    row = await here.row("s1")
    assert (DeliveryState.MERGED, "story gone") == (row.state, row.reason)


async def test_the_clock_may_jump_back_without_harm(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    here.clock.now -= timedelta(days=2)
    await here.tell(2)
    await here.deliver()
    assert here.said() == ["Headline 1", "Headline 2"]
