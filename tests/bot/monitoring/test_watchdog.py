"""What hangs is begun anew, what hangs still ends the process in order, what fails is left."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from bot import app
from bot.monitoring import watchdog
from bot.monitoring.watchdog import (
    FORGIVEN_S,
    MOST_MISSED,
    MOST_RESTARTS,
    SEEN,
    GuardedPart,
    LoopGuard,
    Watchdog,
)
from bot.ticks import Rounds, Tick, ticking
from storage import feeds
from storage.feeds import NewFeed
from tests.bot import test_parts
from tests.bot.people import ADMIN, NOW, Person, context_of
from tests.bot.test_parts import Running
from watchers.pulse import Pulse

running = test_parts.running

LIMIT_S = 120.0


@dataclass
class Watched:
    """A watchdog with a clock that tests move, and what it did."""

    work: Callable[[], Awaitable[object]]
    at: float = 0.0
    told: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tick = Tick("digests", self.work, 0.01, LIMIT_S, Pulse(lambda: self.at))
        self.rounds = Rounds(self.tick)
        self.dog = Watchdog(
            [self.rounds.guarded], tell_admins=self.tell, give_up=self.given_up.append,
            clock=lambda: self.at,
        )  # fmt: skip

    async def tell(self, key: str, part: str) -> None:
        self.told.append(f"{key} {part}")

    async def look(self, times: int = SEEN, *, after_s: float = LIMIT_S + 1) -> None:
        self.at += after_s
        for _ in range(times):
            await self.dog.look()


@asynccontextmanager
async def under_way(watched: Watched) -> AsyncIterator[None]:
    """A round that has begun."""
    task = asyncio.create_task(watched.rounds.run_once())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def hangs() -> None:
    await asyncio.Event().wait()


async def test_a_tick_that_hangs_is_cut_off_and_its_timer_begins_the_next() -> None:
    begun: asyncio.Queue[int] = asyncio.Queue()

    async def hangs_at_first() -> None:
        begun.put_nowait(begun.qsize())
        await asyncio.Event().wait()

    watched = Watched(hangs_at_first)
    with ticking([watched.rounds]):
        await begun.get()
        await watched.look()
        await asyncio.wait_for(begun.get(), 5)  # APScheduler begins none while one is under way
    assert (["notice.part_begun_anew digests"], []) == (watched.told, watched.given_up)


async def test_one_look_is_not_enough() -> None:
    """A process that was stopped for an hour goes on with the pulses of an hour ago."""
    watched = Watched(hangs)
    async with under_way(watched):
        await watched.look(times=SEEN - 1)
        assert watched.rounds.hangs()
        watched.tick.pulse.beat()
        await watched.look(times=1, after_s=1)
        assert ([], []) == (watched.told, watched.given_up)


async def test_what_fails_each_time_is_left_to_its_next_round() -> None:
    async def fails() -> None:
        raise RuntimeError

    watched = Watched(fails)
    for _ in range(5):
        await watched.rounds.run_once()
        await watched.look()
    assert watched.tick.part.is_stuck
    assert ([], []) == (watched.told, watched.given_up)


async def test_what_hangs_again_and_again_ends_the_process_and_is_told_once() -> None:
    watched = Watched(hangs)
    for _ in range(MOST_RESTARTS):
        async with under_way(watched):
            await watched.look()
            assert not watched.given_up
    async with under_way(watched):
        await watched.look()
    assert ["notice.part_begun_anew digests", "notice.part_beyond_help digests"] == watched.told
    assert ["digests"] == watched.given_up


async def test_what_hangs_now_and_then_is_begun_anew_each_time() -> None:
    watched = Watched(hangs)
    for _ in range(2 * MOST_RESTARTS):
        async with under_way(watched):
            await watched.look(after_s=FORGIVEN_S + LIMIT_S)
    assert [] == watched.given_up


async def test_what_cannot_be_ended_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ticks.CUT_S", 0.01)
    over = asyncio.Event()

    async def clings() -> None:
        while not over.is_set():
            with suppress(asyncio.CancelledError):
                await over.wait()

    watched = Watched(clings)
    async with under_way(watched):
        await watched.look()
        assert ["digests"] == watched.given_up
        over.set()


async def test_admins_hear_of_it_by_a_row_and_the_process_ends_in_order(running: Running) -> None:
    db, stop, fails = running.pipeline.db, asyncio.Event(), list[float]()
    await Person.comes(context_of(db), ADMIN)
    settings = replace(running.pipeline.settings, admin_ids=frozenset({int(ADMIN)}))
    ground = replace(running.pipeline, settings=settings)
    dog = app.watchdog_of(ground, running.house, stop, fails.append)
    test_parts.deliverer(running)
    for _ in range(SEEN):
        await dog.look()
    assert ("deliverer", True, 1) == (dog.beyond_help, stop.is_set(), len(fails))
    owed = await db.read(
        lambda db: [row["payload"] for row in db.query("select * from deliveries")]
    )
    assert ["notice.part_beyond_help" in one for one in owed] == [True]


async def test_a_look_that_hangs_is_cut_off_and_its_feed_is_due_still(running: Running) -> None:
    pipeline = running.pipeline
    feed = await pipeline.db.write(feeds.add, NewFeed("http://127.0.0.1:9/", "", "A"), NOW)
    await pipeline.ingester._turn.acquire()  # who has it never gives it back
    hanging = Hanging()
    pipeline.poller._observer = hanging  # type: ignore[assignment]
    round_ = asyncio.create_task(pipeline.poller.round(force=True))
    await hanging.begun.wait()
    assert await pipeline.poller.begin_anew(1.0)
    assert (1, 0) == ((await round_).feeds, (await round_).done)
    assert feed.id in {one.id for one in await pipeline.db.read(feeds.due, NOW, 9)}
    assert 0 == pipeline.poller.looks.busy_s


class Hanging:
    """Looks at what never answers."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def observe(self, _target: object, _patiently: object) -> None:
        self.begun.set()
        await asyncio.Event().wait()


def test_a_loop_that_stands_still_ends_the_process_and_one_that_turns_does_not() -> None:
    ended: list[str] = []
    guard = LoopGuard(lambda: ended.append("now"))
    for _ in range(MOST_MISSED - 1):
        guard.check()
    guard.beat()
    guard.check()
    assert [] == ended
    for _ in range(MOST_MISSED):
        guard.check()
    assert ["now"] == ended


def test_a_log_that_takes_nothing_keeps_no_process_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop may stand still for just that: whoever should read the log does not."""

    def blocks(_event: str, **_values: object) -> None:
        raise BlockingIOError

    ended: list[str] = []
    guard = LoopGuard(lambda: ended.append("now"))
    monkeypatch.setattr(watchdog, "log", SimpleNamespace(critical=blocks))
    for _ in range(MOST_MISSED - 1):
        guard.check()
    with pytest.raises(BlockingIOError):
        guard.check()
    assert ["now"] == ended


async def test_every_part_that_hangs_is_somebodys_business(running: Running) -> None:
    guarded = {part.name for part in running.house.guarded()}
    parts = set(test_parts.STUCK)
    # Nobody of ours can help where Telegram is silent, and unanswered is what others hold up.
    assert parts - {"updates", "answers"} == guarded
    assert all(isinstance(part, GuardedPart) for part in running.house.guarded())
