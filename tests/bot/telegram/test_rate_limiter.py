"""The one door to Telegram: who goes first, who waits, and that nobody goes during a ban.

Time is the event loop's own and jumps to the next timer, so that minutes take no time.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import (
    BadRequest,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.rate_limiter import BROADCAST, Limiter, Resting, Waiter, to_target
from bot.telegram.rates import Rate, TelegramLimits, limits_of


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer when nothing else is left to do."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 1000.0

    def time(self) -> float:
        return self._at

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self._at = max(self._at, self._scheduled[0]._when)
        super()._run_once()


def jumping(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Play a scene in jumping time."""
    loop = JumpingLoop()
    try:
        loop.run_until_complete(scene())
    finally:
        loop.close()


@dataclass
class Wire:
    """What Telegram would see: every call with its time; some chats answer 429."""

    limiter: Limiter
    calls: list[tuple[float, int]] = field(default_factory=list)
    bans: dict[int, float] = field(default_factory=dict)
    takes: float = 0.05
    fails: list[Exception] = field(default_factory=list)

    async def send(self, chat: int, rank: int = 0, endpoint: str = "sendMessage") -> Any:
        async def call() -> bool:
            now = asyncio.get_running_loop().time()
            self.calls.append((now, chat))
            await asyncio.sleep(self.takes)
            if self.fails:
                raise self.fails.pop(0)
            if (until := max(self.bans.get(chat, 0), self.bans.get(0, 0))) > now:
                raise RetryAfter(timedelta(seconds=until - now))
            return True

        return await self.limiter.process_request(
            call, (), {}, endpoint, {"chat_id": chat}, rank or None
        )

    def times(self, chat: int) -> list[float]:
        return [at - 1000.0 for at, one in self.calls if one == chat]


def test_a_chat_gets_one_a_second_in_the_order_asked() -> None:
    async def scene() -> None:
        wire = Wire(Limiter())
        await asyncio.gather(*(wire.send(7) for _ in range(5)))
        assert wire.times(7) == pytest.approx([0, 1.1, 2.2, 3.3, 4.4])

    jumping(scene)


@pytest.mark.no_cover
def test_ten_thousand_broadcasts_leave_in_seven_minutes_with_every_reply_under_a_second() -> None:
    async def scene() -> None:
        wire, loop = Wire(Limiter()), asyncio.get_running_loop()
        waited = list[float]()

        async def reply(at: float, chat: int) -> None:
            await asyncio.sleep(at)
            began = loop.time()
            await wire.send(chat)
            waited.append(loop.time() - began)

        async def worker(chats: list[int]) -> None:
            for chat in chats:
                await wire.send(chat, BROADCAST)

        ahead = [worker(list(range(start, 10_001, 8))) for start in range(1, 9)]
        await asyncio.gather(*ahead, *(reply(n * 0.7, 50_000 + n) for n in range(500)))
        broadcasts = [at for at, chat in wire.calls if chat <= 10_000]
        assert len(broadcasts) == 10_000
        assert max(broadcasts) - 1000.0 < 7 * 60
        assert max(waited) < 1.0

    jumping(scene)


def test_a_message_beyond_the_free_ones_says_that_it_is_paid_for_and_an_edit_never() -> None:
    async def scene() -> None:
        limiter, said = Limiter(limits_of(100)), dict[str, list[bool]]()

        async def call(endpoint: str, chat: int, rank: int) -> None:
            data: dict[str, Any] = {"chat_id": chat}

            async def made() -> bool:
                said.setdefault(endpoint, []).append(bool(data.get("allow_paid_broadcast")))
                return True

            await limiter.process_request(made, (), {}, endpoint, data, rank)

        await asyncio.gather(
            *(call("sendMessage", n, BROADCAST) for n in range(60)),
            *(call("editMessageText", 100 + n, BROADCAST) for n in range(20)),
        )
        assert [False] * 20 == said["editMessageText"]
        assert 35 <= sum(said["sendMessage"]) <= 55

    jumping(scene)


def test_replies_to_people_go_ahead_of_broadcasts_that_came_first() -> None:
    async def scene() -> None:
        wire = Wire(Limiter(TelegramLimits(everybody=Rate(1, 1.0))))
        asking = [asyncio.create_task(wire.send(n, BROADCAST)) for n in (1, 2)]
        await asyncio.sleep(0)
        await asyncio.gather(wire.send(3), *asking)
        assert [1, 3, 2] == [chat for _, chat in wire.calls]

    jumping(scene)


def test_no_call_goes_to_a_banned_chat_and_a_short_ban_is_waited_out_for_a_person() -> None:
    async def scene() -> None:
        wire = Wire(Limiter(), bans={7: 1010.0})
        await asyncio.gather(wire.send(7), wire.send(7), wire.send(8))
        assert wire.times(7)[1] == pytest.approx(10.0, abs=0.1)
        assert wire.times(8) == pytest.approx([0.0], abs=0.2)

    jumping(scene)


def cut(told: str = "httpx.RemoteProtocolError: Server disconnected") -> NetworkError:
    error = NetworkError(told)
    error.__cause__ = OSError()
    return error


@pytest.mark.parametrize(
    ("fails", "calls"),
    [
        ([NetworkError("Bad Gateway")], 2),
        ([NetworkError("Bad Gateway")] * 3, 4),
        ([cut("Bad Gateway (502). Parsing the server response b'<html>' failed")] * 4, 5),
        ([TimedOut()], 2),
        ([cut()], 2),
    ],
)
def test_an_answer_to_a_person_that_failed_on_its_way_is_tried_again(
    fails: list[Exception], calls: int
) -> None:
    async def scene() -> None:
        wire = Wire(Limiter(), fails=list(fails))
        await wire.send(7)
        assert calls == len(wire.calls)

    jumping(scene)


@pytest.mark.parametrize(
    ("fails", "rank", "endpoint", "calls"),
    [
        pytest.param([NetworkError("Bad Gateway")] * 9, 0, "sendMessage", 5, id="patience ends"),
        pytest.param([TimedOut()] * 9, 0, "sendMessage", 2, id="may have arrived"),
        pytest.param([BadRequest("chat not found")], 0, "sendMessage", 1, id="an answer"),
        pytest.param([Forbidden("blocked")], 0, "sendMessage", 1, id="a refusal"),
        pytest.param([NetworkError("Bad Gateway")], BROADCAST, "sendMessage", 1, id="outbox"),
        pytest.param([NetworkError("Bad Gateway")], 0, "getMe", 1, id="nobody waits"),
    ],
)
def test_nothing_is_tried_for_ever_nor_what_may_have_arrived_twice_over(
    fails: list[Exception], rank: int, endpoint: str, calls: int
) -> None:
    async def scene() -> None:
        wire = Wire(Limiter(), fails=list(fails))
        with pytest.raises(TelegramError):
            await wire.send(7, rank, endpoint)
        assert calls == len(wire.calls)

    jumping(scene)


def test_whoever_would_wait_too_long_is_told_so_without_a_call() -> None:
    async def scene() -> None:
        wire = Wire(Limiter(), bans={7: 41_000.0})
        for _ in range(3):
            with pytest.raises(RetryAfter):
                await wire.send(7)
        assert len(wire.calls) == 1

    jumping(scene)


def test_when_everybody_is_banned_one_further_call_finds_it_out() -> None:
    async def scene() -> None:
        wire = Wire(Limiter(), bans={0: 1060.0})
        tasks = [asyncio.create_task(wire.send(chat, BROADCAST)) for chat in range(1, 50)]
        await asyncio.wait(tasks, timeout=59)
        early = [at for at, _ in wire.calls if at < 1060.0]
        # Those that were under way when the first heard of it, and one probe.
        assert len(early) <= 8
        for task in tasks:
            assert isinstance(task.exception(), RetryAfter)

    jumping(scene)


def test_bans_are_written_down_with_whose_they_are() -> None:
    async def scene() -> None:
        noted = list[tuple[int | None, float]]()

        async def remember(chat: int | None, wait: timedelta) -> None:
            noted.append((chat, round(wait.total_seconds())))

        wire = Wire(Limiter(remember=remember), bans={0: 1030.0}, takes=0)
        for chat in (1, 2):
            with pytest.raises(RetryAfter):
                await wire.send(chat, BROADCAST)
        assert [(1, 30), (None, 30)] == noted

    jumping(scene)


def test_a_rest_known_from_before_the_start_is_kept() -> None:
    async def scene() -> None:
        wire = Wire(Limiter())
        wire.limiter.rest(7, timedelta(seconds=5))
        wire.limiter.rest(None, timedelta(seconds=3))
        await asyncio.gather(wire.send(7), wire.send(8))
        assert [5.0] == pytest.approx(wire.times(7))
        assert [3.0] == pytest.approx(wire.times(8))

    jumping(scene)


def test_closing_lets_no_broadcast_out_and_finishes_what_is_under_way() -> None:
    async def scene() -> None:
        wire = Wire(Limiter(TelegramLimits(everybody=Rate(1, 1.0))))
        first, second = (asyncio.create_task(wire.send(n, BROADCAST)) for n in (1, 2))
        await asyncio.sleep(0.01)
        wire.limiter.close()
        assert await first is True
        with pytest.raises(Resting):
            await second
        with pytest.raises(Resting):
            await wire.send(3, BROADCAST)

    jumping(scene)


def test_a_stop_does_not_wait_for_an_answer_whose_turn_is_far() -> None:
    async def scene() -> None:
        wire = Wire(Limiter())
        wire.limiter.rest(7, timedelta(seconds=30))
        wire.limiter.rest(8, timedelta(seconds=0.5))
        far, near = (asyncio.create_task(wire.send(chat)) for chat in (7, 8))
        await asyncio.sleep(0.01)
        wire.limiter.close()
        assert await near is True
        with pytest.raises(Resting):
            await far

    jumping(scene)


def test_at_the_end_of_a_stop_nothing_begins_any_more_and_what_is_under_way_ends() -> None:
    async def scene() -> None:
        wire = Wire(Limiter(TelegramLimits(everybody=Rate(1, 1.0))))
        first, second = (asyncio.create_task(wire.send(chat)) for chat in (1, 2))
        await asyncio.sleep(0.01)
        wire.limiter.close(all_ranks=True)
        assert await first is True
        for late in (second, wire.send(3)):
            with pytest.raises(Resting):
                await late

    jumping(scene)


def test_a_waiter_that_is_cancelled_leaves_no_trace() -> None:
    async def scene() -> None:
        wire = Wire(Limiter())
        await wire.send(7)
        waiting = asyncio.create_task(wire.send(7, BROADCAST))
        await asyncio.sleep(0)
        assert wire.limiter.broadcasts_waiting == 1
        waiting.cancel()
        await asyncio.wait([waiting])
        assert wire.limiter.broadcasts_waiting == 0

    jumping(scene)


def test_errors_of_the_wire_pass_through_untouched() -> None:
    async def scene() -> None:
        async def call() -> bool:
            raise NetworkError("cut")

        with pytest.raises(NetworkError, match="cut"):
            await Limiter().process_request(call, (), {}, "sendMessage", {"chat_id": 7}, None)

    jumping(scene)


@pytest.mark.parametrize(
    ("chat", "target"),
    [(7, 7), ("-100", -100), ("@News", "@news"), (None, "method:getMe")],
)
def test_a_chat_is_one_target_however_it_is_named(chat: object, target: object) -> None:
    assert target == to_target(chat, "getMe")


def test_of_edits_of_one_message_that_wait_the_last_is_shown_in_the_place_of_the_first() -> None:
    async def scene() -> None:
        shown: list[tuple[float, str]] = []
        limiter = Limiter()

        async def edit(text: str, message: int = 1, endpoint: str = "editMessageText") -> Any:
            async def call() -> bool:
                shown.append((asyncio.get_running_loop().time() - 1000.0, text))
                return False

            data = {"chat_id": 7, "message_id": message, "text": text}
            return await limiter.process_request(call, (), {}, endpoint, data, None)

        first = await edit("1")
        waiting = [asyncio.create_task(edit(text)) for text in ("2", "3")]
        other = asyncio.create_task(edit("other", message=2))
        button = asyncio.create_task(edit("button", endpoint="editMessageReplyMarkup"))
        await asyncio.sleep(0.5)
        assert [waiting[0].done(), waiting[1].done()] == [True, False]
        last = asyncio.create_task(edit("4"))
        answers = await asyncio.gather(*waiting, other, button, last)
        assert [first, *answers] == [False, True, True, False, True, False]
        assert [text for _, text in shown] == ["1", "4", "other"]
        assert [at for at, _ in shown] == pytest.approx([0, 1.1, 2.2])

    jumping(scene)


def test_an_edit_that_changes_nothing_is_not_made() -> None:
    async def scene() -> None:
        limiter, made, fails = Limiter(), [], [BadRequest("Message to edit not found")]

        async def says(endpoint: str, text: str, keys: str = "[]", **where: int) -> Any:
            async def call() -> Any:
                made.append(text)
                if text == "fails" and fails:
                    raise fails.pop()
                return {"message_id": 5} if endpoint == "sendMessage" else True

            data = {"chat_id": 7, **where, "text": text, "reply_markup": keys}
            return await limiter.process_request(call, (), {}, endpoint, data, None)

        await says("sendMessage", "a")
        assert await says(TEXT, "a", message_id=5)
        await says(TEXT, "b", message_id=5)
        await says(TEXT, "b", message_id=5)
        await says(TEXT, "b", "[1]", message_id=5)
        await says(KEYS, "keys", "[2]", message_id=5)
        await says(KEYS, "keys", "[2]", message_id=5)
        await says(PICTURE, "picture", message_id=5)
        await says(PICTURE, "picture", message_id=5)
        await says(TEXT, "b", "[1]", message_id=5)
        await says("sendMessage", "b", "[1]")
        with pytest.raises(BadRequest):
            await says(TEXT, "fails", message_id=6)
        await says(TEXT, "fails", message_id=6)
        assert ["a", "b", "b", "keys", "picture", "picture", "b", "b", "fails", "fails"] == made

    jumping(scene)


TEXT, KEYS, PICTURE = "editMessageText", "editMessageReplyMarkup", "editMessageMedia"


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ((7, 1, TEXT), (7, 1, TEXT), True),
        ((7, 1, KEYS), (7, 1, TEXT), True),
        ((7, 1, TEXT), (7, 1, PICTURE), True),
        ((7, 1, KEYS), (7, 1, KEYS), True),
        ((7, 1, TEXT), (7, 1, KEYS), False),
        ((7, 1, TEXT), (7, 2, TEXT), False),
        ((7, 1, TEXT), (8, 1, TEXT), False),
    ],
)
async def test_only_what_shows_all_of_an_earlier_edit_takes_its_place(
    earlier: tuple[int, int, str], later: tuple[int, int, str], *, expected: bool
) -> None:
    limiter = Limiter()

    def waiter(edit: tuple[int, int, str], rank: int = 0) -> Waiter:
        chat, message, endpoint = edit
        return limiter._waiter(endpoint, {"chat_id": chat, "message_id": message}, rank)

    assert expected is waiter(later).supersedes(waiter(earlier))
    assert not waiter(later).supersedes(waiter(earlier, BROADCAST))
    assert not waiter(later, BROADCAST).supersedes(waiter(earlier))
