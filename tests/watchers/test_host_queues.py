"""Lanes: no host's slowness is another one's wait, and no host is asked more than it bears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from watchers.host_queues import HostQueues, LaneTurn, Politeness, in_turn

EAGER = Politeness(at_once=1, spacing_s=0.0, patience_s=0.0)
"""One lane, which a look leaves as soon as it waits at all."""

PATIENT = Politeness(at_once=1, spacing_s=0.0, patience_s=1000.0, slow_at_once=1)
"""One lane of each kind, which no look leaves."""


@dataclass(frozen=True, slots=True)
class Address:
    url: str


@dataclass
class Street:
    """Hosts that answer when told to; which were asked, which worked off, how many at once."""

    politeness: Politeness
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    answers: dict[str, asyncio.Event] = field(default_factory=dict)
    working: int = 0
    most_working: int = 0
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.queues: HostQueues[Address] = HostQueues(
            self.politeness,
            self.look,
            lambda work: self.tasks.append(asyncio.create_task(work)),
        )

    async def look(self, turn: LaneTurn, one: Address) -> bool:
        self.asked.append(one.url)
        self.moved.set()
        if one.url in self.answers:
            await turn.patiently(self.answers[one.url].wait())
        else:
            await turn.patiently(asyncio.sleep(0))
        self.working += 1
        self.most_working = max(self.most_working, self.working)
        await asyncio.sleep(0)
        self.working -= 1
        self.done.append(one.url)
        self.moved.set()
        return True

    def add(self, *urls: str, hangs: bool = False, slow: bool = False) -> None:
        for url in urls:
            if hangs:
                self.answers[url] = asyncio.Event()
            self.queues.add(Address(url), slow=slow)

    async def until_done(self, *urls: str) -> None:
        while not set(urls) <= set(self.done):
            self.moved.clear()
            await self.moved.wait()

    async def until_asked(self, *urls: str) -> None:
        while not set(urls) <= set(self.asked):
            self.moved.clear()
            await self.moved.wait()

    def answer(self, *urls: str) -> None:
        for url in urls:
            self.answers[url].set()


@asynccontextmanager
async def street(politeness: Politeness) -> AsyncIterator[Street]:
    made = Street(politeness)
    yield made
    for task in made.tasks:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*made.tasks)


def hosts(name: str, count: int) -> list[str]:
    return [f"http://{name}{number}.example/rss" for number in range(count)]


async def test_hosts_that_hang_hold_up_nobody() -> None:
    async with street(EAGER) as here:
        hanging, good = hosts("hangs", 50), hosts("good", 50)
        here.add(*hanging, hangs=True)
        here.add(*good)
        await here.until_done(*good)
        assert set(good) == set(here.done)
        here.answer(*hanging)
        await here.until_done(*hanging)


async def test_a_host_that_hangs_is_asked_for_nothing_else_meanwhile() -> None:
    async with street(EAGER) as here:
        addresses = [f"http://hangs.example/{number}" for number in range(5)]
        here.add(*addresses, hangs=True)
        here.add("http://good.example/rss")
        await here.until_done("http://good.example/rss")
        assert addresses[:2] == [url for url in here.asked if "hangs" in url]


async def test_hosts_known_to_be_slow_begin_in_lanes_of_their_own() -> None:
    async with street(PATIENT) as here:
        slow, good = hosts("slow", 5), hosts("good", 5)
        here.add(*slow, hangs=True, slow=True)
        here.add(*good)
        await here.until_done(*good)
        assert slow[:1] == [url for url in here.asked if "slow" in url]


async def test_who_was_slow_is_known_until_it_answers_in_time() -> None:
    """What the rows said at the start holds only until a look says it anew."""
    async with street(PATIENT) as here:
        first, second = hosts("slow", 2)
        here.add(first, slow=True)
        await here.until_done(first)
        here.add(second, hangs=True, slow=True)
        await here.until_asked(second)
        here.done.clear()
        here.add(first, slow=True)  # it waits for no slow lane any more
        await here.until_done(first)


@pytest.mark.parametrize(("slow", "aside"), [(False, 8), (True, 6)])
async def test_there_is_room_aside_for_so_many_and_a_quarter_is_kept_for_newcomers(
    *, slow: bool, aside: int
) -> None:
    polite = Politeness(at_once=1, slow_at_once=1, spacing_s=0.0, patience_s=0.0, aside=8)
    async with street(polite) as here:
        hanging = hosts("hangs", 20)
        here.add(*hanging, hangs=True, slow=slow)
        await here.until_asked(*hanging[: aside + 1])
        for _ in range(20):
            await asyncio.sleep(0)
        assert hanging[: aside + 1] == here.asked
        here.answer(hanging[0])
        await here.until_asked(hanging[aside + 1])


async def test_answers_that_come_in_one_moment_are_worked_off_a_few_at_a_time() -> None:
    async with street(EAGER) as here:
        hanging = hosts("hangs", 40)
        here.add(*hanging, hangs=True)
        await here.until_asked(*hanging)
        here.answer(*hanging)
        await here.until_done(*hanging)
        assert here.most_working <= 6, "five who return, and the lane"


async def test_a_look_that_is_cut_off_gives_back_what_it_held() -> None:
    polite = Politeness(at_once=1, spacing_s=0.0, patience_s=0.0, aside=1)
    async with street(polite) as here:
        cut_off, held, good = hosts("host", 3)
        here.add(cut_off, held, hangs=True)
        await here.until_asked(cut_off, held)
        for task in here.tasks:
            task.cancel()
        await asyncio.wait(here.tasks)
        here.add(good)
        await here.until_done(good)
        assert 0 == here.queues._aside


async def test_a_host_has_its_pause_between_ticks_too() -> None:
    async with street(Politeness(spacing_s=0.01)) as here:
        here.add("http://host.example/1")
        await here.until_done("http://host.example/1")
        here.add("http://host.example/2", "http://other.example/1")
        await here.until_done("http://host.example/2")
        assert "http://other.example/1" == here.asked[1]


async def test_addresses_of_a_host_that_need_not_be_spared_hold_up_each_other_neither() -> None:
    polite = Politeness(
        at_once=1, per_host=1, patience_s=0.0, exempt=frozenset({("own.example", 80)})
    )
    async with street(polite) as here:
        here.add("http://own.example/hangs", hangs=True)
        here.add("http://own.example/rss")
        await here.until_done("http://own.example/rss")


async def test_what_a_look_raises_ends_the_others() -> None:
    async def look(_host: str, _one: Address) -> bool:
        raise LookupError

    with pytest.raises(ExceptionGroup):
        await in_turn([Address("http://a.example/")], EAGER, look)
