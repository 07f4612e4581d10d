"""What Telegram brings is a row first, is answered in its chat's order, and outlives a stop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.telegram import inbox as inbox_at_work
from bot.telegram.inbox import FEWEST_TRIES, GIVEN_UP, LATE, MOST_OF_A_CHAT, Inbox, Work
from storage import inbox
from storage.database import Database
from storage.errors import StorageError
from storage.inbox import WaitingUpdate
from tests.bot.people import Clock

BOT, OTHER_BOT = 70, 71
PATIENCE_S = 30.0


def said(number: int, chat: int = 1, text: str = "/help") -> dict[str, Any]:
    message = {"message_id": number, "date": 1, "text": text}
    return {"update_id": number, "message": message | {"chat": {"id": chat, "type": "private"}}}


def typed_inline(number: int, person: int = 1) -> dict[str, Any]:
    query = {"id": "1", "from": {"id": person}, "query": str(number), "offset": ""}
    return {"update_id": number, "inline_query": query}


def joined(number: int, chat: int = 1) -> dict[str, Any]:
    return {"update_id": number, "my_chat_member": {"chat": {"id": chat, "type": "group"}}}


@dataclass
class Desk:
    """Who answers: notes what it is given, and waits where a test says so."""

    gates: dict[int, asyncio.Event] = field(default_factory=dict)
    unheard: int = 0
    answered: list[int] = field(default_factory=list)
    late: list[list[int]] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    works: dict[int, Callable[[], Work]] = field(default_factory=dict)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, update: WaitingUpdate) -> bool | Work:
        number = number_of(update)
        self.begun.append(number)
        self.heard.set()
        if update.chat_id in self.gates:
            await self.gates[update.chat_id].wait()
        if self.unheard:
            self.unheard -= 1
            return False
        self.answered.append(number)
        self.heard.set()
        return self.works[number]() if number in self.works else True

    async def answer_late(self, updates: Sequence[WaitingUpdate]) -> bool:
        if self.unheard:
            self.unheard -= 1
            return False
        self.late.append([number_of(update) for update in updates])
        return True


def number_of(update: WaitingUpdate) -> int:
    return int(update.body.split('"update_id": ')[1].split(",")[0])


@asynccontextmanager
async def at_work(
    db: Database, desk: Desk, clock: Clock | None = None, bot: int = BOT
) -> AsyncIterator[Inbox]:
    """Let an inbox take and answer for as long as the block runs; then it is stopped."""
    working = Inbox(db, bot, desk, clock or Clock())
    await working.resume()
    yield working
    await working.close(lambda: None)


async def waiting(db: Database, bot: int = BOT) -> list[int]:
    return [number_of(update) for update in await db.read(inbox.waiting, bot)]


async def until(desk: Desk, condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, looking again whenever something is begun or answered."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            desk.heard.clear()
            await desk.heard.wait()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop that waits for nobody, and tries again at once."""
    monkeypatch.setattr(inbox_at_work, "ANSWERS_END_S", 0.01)
    monkeypatch.setattr(inbox_at_work, "LAST_CALLS_S", 0.01)
    monkeypatch.setattr(inbox_at_work, "AGAIN_AFTER_S", (0.0,))


async def test_a_chat_is_answered_in_order_and_the_others_beside_it(db: Database) -> None:
    desk = Desk(gates={1: asyncio.Event()})
    async with at_work(db, desk) as working:
        await working.take([said(1), said(2), said(3, chat=2)])
        await until(desk, lambda: desk.answered == [3])
        desk.gates[1].set()
        await until(desk, lambda: desk.answered == [3, 1, 2])
    assert [] == await waiting(db)


async def test_a_repeated_update_is_answered_once_by_each_bot(db: Database) -> None:
    desk = Desk()
    async with at_work(db, desk) as working, at_work(db, desk, bot=OTHER_BOT) as other:
        await working.take([said(1)])
        await working.take([said(1), said(2)])
        await until(desk, lambda: len(desk.answered) == 2)
        await working.take([said(1)])
        await other.take([said(1)])
        await until(desk, lambda: len(desk.answered) == 3)
    assert [1, 2, 1] == desk.answered


@pytest.mark.usefixtures("hasty")
async def test_what_a_stop_leaves_is_answered_after_the_start_before_what_is_newer(
    db: Database,
) -> None:
    desk = Desk(gates={1: asyncio.Event()})
    async with at_work(db, desk) as working:
        await working.take([said(2), said(1), said(3, chat=2)])
        await until(desk, lambda: desk.answered == [3])
    assert ([3], [2, 1]) == (desk.answered, await waiting(db))
    after = Desk()
    async with at_work(db, after) as working:
        await working.take([said(4)])
        await until(after, lambda: len(after.answered) == 3)
    assert [2, 1, 4] == after.answered


@pytest.mark.usefixtures("hasty")
async def test_what_waited_too_long_is_one_matter_but_what_was_begun_goes_on(db: Database) -> None:
    clock = Clock()
    stopped = Inbox(db, BOT, Desk(gates={1: asyncio.Event(), 2: asyncio.Event()}), clock)
    await stopped.take([said(1), said(2), said(3), joined(4), said(5, chat=2)])
    rows = {number_of(one): one.row for one in await db.read(inbox.waiting, BOT)}
    await db.write(inbox.decide, rows[2], "{}")
    await stopped.close(lambda: None)
    clock.now += LATE + timedelta(seconds=1)
    desk = Desk()
    async with at_work(db, desk, clock) as working:
        await working.take([said(6)])
        await until(desk, lambda: len(desk.answered) == 3)
    assert [[1, 3], [5]] == sorted(desk.late)
    assert [2, 4, 6] == desk.answered
    assert [] == await waiting(db)


@pytest.mark.usefixtures("hasty")
async def test_what_telegram_did_not_hear_is_answered_again_in_its_turn(db: Database) -> None:
    desk = Desk(unheard=2)
    async with at_work(db, desk) as working:
        await working.take([said(1), said(2)])
        await until(desk, lambda: len(desk.answered) == 2)
    assert ([1, 1, 1, 2], [1, 2]) == (desk.begun, desk.answered)


@pytest.mark.usefixtures("hasty")
async def test_long_work_holds_up_nothing_and_its_update_waits_until_it_ends(db: Database) -> None:
    gate, desk = asyncio.Event(), Desk()

    async def work() -> bool:
        await gate.wait()
        return True

    desk.works = {1: work, 3: work}
    async with at_work(db, desk) as working:
        await working.take([said(1), said(2)])
        await until(desk, lambda: desk.answered == [1, 2])
        gate.set()
        await asyncio.wait(working._works)
        assert [] == await waiting(db)
        gate.clear()
        await working.take([said(3)])
        await until(desk, lambda: desk.answered == [1, 2, 3])
    assert [3] == await waiting(db)


@pytest.mark.usefixtures("hasty")
async def test_long_work_that_nobody_heard_is_taken_up_again(db: Database) -> None:
    desk = Desk()

    async def work() -> bool:
        return len(desk.begun) > 1

    desk.works = {1: work}
    async with at_work(db, desk) as working:
        await working.take([said(1)])
        await until(desk, lambda: desk.begun == [1, 1])
        await asyncio.wait(working._works)
    assert [] == await waiting(db)


@pytest.mark.usefixtures("hasty")
async def test_one_chat_that_floods_us_silences_nobody_else(db: Database) -> None:
    desk = Desk(gates={1: asyncio.Event()})
    async with at_work(db, desk) as working:
        await working.take([said(number) for number in range(1, MOST_OF_A_CHAT * 3)])
        await working.take([joined(1_000), said(1_001), said(1_002, chat=2)])
        await until(desk, lambda: desk.answered == [1_002])
    assert [*range(1, MOST_OF_A_CHAT + 1), 1_000] == await waiting(db)


@pytest.mark.usefixtures("hasty")
async def test_with_too_much_waiting_nothing_more_is_asked_for(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_at_work, "MOST_WAITING", 2)
    desk = Desk(gates={1: asyncio.Event()})
    async with at_work(db, desk) as working:
        await working.take([said(1)])
        assert not working.is_full
        await working.take([said(2)])
        assert working.is_full
        room = asyncio.create_task(working.room())
        desk.gates[1].set()
        async with asyncio.timeout(PATIENCE_S):
            await room
        assert not working.is_full


@pytest.mark.usefixtures("hasty")
async def test_of_what_is_typed_on_only_the_last_is_looked_up_and_nothing_kept(
    db: Database,
) -> None:
    clock, desk = Clock(), Desk(gates={1: asyncio.Event()})
    async with at_work(db, desk, clock) as working:
        await working.take([typed_inline(number) for number in (1, 2, 3)])
        await until(desk, lambda: desk.begun == [1])
        assert [] == await waiting(db)
        desk.gates[1].set()
        await until(desk, lambda: desk.answered == [1, 3])
        desk.gates[1].clear()
        await working.take([typed_inline(4)])
        await until(desk, lambda: desk.begun == [1, 3, 4])
        await working.take([typed_inline(5)])
        clock.now += timedelta(minutes=1)
        desk.gates[1].set()
        await until(desk, lambda: desk.answered == [1, 3, 4])
    assert [1, 3, 4] == desk.begun


async def test_a_file_that_cannot_be_written_silences_nobody(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> Any:
        raise StorageError("storage.full")

    desk = Desk()
    async with at_work(db, desk) as working:
        monkeypatch.setattr(db, "write", full)
        await working.take([said(1)])
        await until(desk, lambda: desk.answered == [1])
        monkeypatch.undo()


@pytest.mark.usefixtures("hasty")
async def test_what_was_answered_on_a_full_disk_is_noted_when_there_is_room(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, whole = asyncio.Event(), db.write
    refusals = [1, 2, 3]

    async def write(fn: Any, *args: Any, **named: Any) -> Any:
        if fn is inbox.done and refusals:
            refusals.pop()
            raise StorageError("storage.full")
        result = await whole(fn, *args, **named)
        if fn is inbox.done:
            noted.set()
        return result

    monkeypatch.setattr(inbox_at_work, "NOTED_AGAIN_S", 0.0)
    desk = Desk()
    async with at_work(db, desk) as working:
        monkeypatch.setattr(db, "write", write)
        await working.take([said(1)])
        async with asyncio.timeout(PATIENCE_S):
            await noted.wait()
        assert ([1], []) == (desk.answered, await waiting(db))
    after = Desk()
    async with at_work(db, after):
        assert [] == after.begun


@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.usefixtures("hasty")
async def test_whom_nothing_could_be_told_is_answered_when_the_file_is_well(
    db: Database, monkeypatch: pytest.MonkeyPatch, *, is_long: bool
) -> None:
    monkeypatch.setattr(inbox_at_work, "AGAIN_AFTER_S", (0.0,))
    desk, tries = Desk(), [1, 2]

    def refused() -> Work:
        if tries:
            tries.pop()
            raise StorageError("storage.full")
        return True

    over = asyncio.Event()

    async def refused_later() -> bool:
        is_heard = bool(refused())
        over.set()
        return is_heard

    desk.works = {1: refused_later if is_long else refused}
    async with at_work(db, desk) as working:
        await working.take([said(1), said(2)])
        await until(desk, lambda: desk.begun.count(1) == 3 and 2 in desk.begun)
        if is_long:
            await over.wait()
            await asyncio.wait(working._works)
    assert [] == await waiting(db)
    assert is_long or [1, 1, 1, 2] == desk.begun


@pytest.mark.usefixtures("hasty")
async def test_an_answer_that_breaks_holds_up_nothing(db: Database) -> None:
    desk = Desk()

    async def broken() -> None:
        raise ZeroDivisionError

    def fails() -> Work:
        raise ZeroDivisionError

    desk.works = {1: fails, 2: broken}
    async with at_work(db, desk) as working:
        await working.take([said(1), said(2), said(3)])
        await until(desk, lambda: desk.answered == [1, 2, 3])
    assert [] == await waiting(db)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("unheard", "told_late"),
    [(FEWEST_TRIES, [[1]]), (FEWEST_TRIES + 1, [])],
    ids=["heard at last", "never heard"],
)
async def test_what_telegram_does_not_hear_for_a_day_is_given_up(
    db: Database, unheard: int, told_late: list[list[int]]
) -> None:
    """But not after a single try: a clock that was a day behind may have written when it came."""
    clock, desk = Clock(), Desk(unheard=unheard)
    async with at_work(db, desk, clock) as working:
        desk.gates[1] = asyncio.Event()
        await working.take([said(1)])
        await until(desk, lambda: desk.begun == [1])
        clock.now += GIVEN_UP
        await working.take([said(2)])
        desk.gates[1].set()
        await until(desk, lambda: desk.answered == [2])
    assert told_late == desk.late
    assert [] == await waiting(db)


@pytest.mark.usefixtures("hasty")
async def test_another_bots_updates_are_nobodys(db: Database) -> None:
    async with at_work(db, Desk(gates={1: asyncio.Event()}), bot=OTHER_BOT) as working:
        await working.take([said(1)])
    desk = Desk()
    async with at_work(db, desk) as working:
        await working.take([said(2)])
        await until(desk, lambda: desk.answered == [2])
    assert [] == await waiting(db, OTHER_BOT)


@pytest.mark.parametrize(
    "raw",
    [None, 7, [], {}, {"update_id": "1"}, {"update_id": True}, {"update_id": 2**63},
     {"update_id": 1}, {"update_id": 1, "message": 7}, {"update_id": 1, "poll": {}}],
)  # fmt: skip
async def test_what_is_no_update_of_ours_is_not_kept(db: Database, raw: Any) -> None:
    async with at_work(db, Desk()) as working:
        await working.take([raw])
    assert [] == await waiting(db)


async def test_a_chat_of_no_number_takes_a_turn_all_the_same(db: Database) -> None:
    desk = Desk()
    async with at_work(db, desk) as working:
        await working.take([{"update_id": 1, "message": {"chat": {"id": "\ud800"}}}])
        await until(desk, lambda: desk.answered == [1])
