"""A month of SteppeWire in minutes: outlets, readers, Telegram, and what befalls all of them.

The program runs in a process of its own (``tests.longrun.bot``), which is killed at random
moments; the world around it is this process. Both share one simulated time (``lockstep``).
"""

import asyncio
import os
import random
import signal
import socket
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.sandbox import ADMIN_ID, Sandbox
from bot.sandbox.botapi.faults import Fault
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.limits import Rates
from storage import feeds
from storage.database import connect
from storage.feeds import NewFeed
from storage.model import Outlet, OutletId, Ownership
from tests import farm
from tests.journeys import warm
from tests.longrun import people, press
from tests.longrun.bot import START
from tests.longrun.ledger import Ledger
from tests.longrun.lockstep import Line, WorldLoop

HOUR, DAY = press.HOUR, press.DAY
FAULTS: tuple[tuple[str, Fault], ...] = (
    ("cut before", Fault(cut="before")),
    ("cut after", Fault(cut="after")),
    ("429", Fault(code=429, description="Too Many Requests", parameters={"retry_after": 5})),
    ("429 for long", Fault(code=429, description="Too Many", parameters={"retry_after": 90})),
    ("502", Fault(code=502, description="Bad Gateway")),
    ("garbage", Fault(code=200, body=b"<html>bad gateway</html>")),
    ("garbage, but taken", Fault(code=200, body=b"<html>bad gateway</html>", effect=True)),
    ("slow", Fault(delay=2)),
    ("too slow", Fault(delay=30)),
    ("polls", Fault("getUpdates", code=502, description="Bad Gateway")),
)
"""What a call meets; ``*`` stands for a method to be chosen."""

LIES = (-365 * DAY, -DAY, -HOUR, HOUR, DAY, 365 * DAY)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything. ``kills`` and the other faults are numbers a day."""

    days: float = 0.25
    feeds: int = 20
    readers: int = 50
    seed: int = 1
    kills: float = 4.0
    stops: float = 2.0
    telegram_faults: float = 60.0
    outages: float = 2.0
    lies: float = 1.0
    full_disks: float = 1.0
    commands: float = 100.0
    comings: float = 6.0
    calm: float = 2.0
    """Hours without faults at the end, for what is owed to come."""


@dataclass
class World:
    """What there is beside the program."""

    plan: Plan
    folder: Path
    loop: WorldLoop
    chance: random.Random
    box: Sandbox
    farm: farm.Farm
    press: press.Press
    readers: people.Readers
    ledger: Ledger
    done: Counter[str] = field(default_factory=Counter)
    program: warm.Forked | None = None
    lie: float = 0
    """By how many seconds the machine's clock is wrong."""
    _listener: socket.socket = field(default_factory=socket.socket)
    _logging: list[asyncio.Task[None]] = field(default_factory=list)
    _coming_back: list[asyncio.Task[None]] = field(default_factory=list)
    _asked: int = 0

    @property
    def database(self) -> Path:
        return self.folder / "news.db"

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.loop.time())

    def note(self, what: str, many: int = 1) -> None:
        """Count what befell the program, and write down when."""
        self.done[what] += many
        with (self.folder / "diary.log").open("a") as file:
            file.write(f"{self.loop.time():>12.1f} {self.clock():%m-%d %H:%M:%S} {what} {many}\n")

    # --- the program -------------------------------------------------------------------------

    async def start(self) -> None:
        with self.loop.held():
            hosts = ",".join(f"{host}:{self.farm.port}" for host in self.hosts())
            self.program = await warm.start(
                "tests.longrun.bot",
                str(self.folder / "line"), str(self.database), self.box.url, self.box.token,
                str(ADMIN_ID), str(self.lie), hosts,
                cwd=warm.ROOT,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(warm.ROOT), "TMPDIR": str(self.folder)},
            )  # fmt: skip
            self._logging.append(asyncio.create_task(self._log(self.program)))
            accepted = asyncio.create_task(self.loop.sock_accept(self._listener))
            await asyncio.wait(
                [accepted, asyncio.ensure_future(self.program.wait())],
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not accepted.done():
                accepted.cancel()
                raise RuntimeError("the program did not start: see bot.log")
            end, _ = accepted.result()
            self.loop.follow(Line(end))
        self.note("starts")

    def hosts(self) -> list[str]:
        return sorted({feed.host for feed in self.press.feeds})

    async def _log(self, program: warm.Forked) -> None:
        with (self.folder / "bot.log").open("ab") as file:
            while chunk := await program.stdout.read(65_536):
                file.write(chunk)
                file.flush()

    async def end(self, sign: signal.Signals) -> int:
        """Kill the program, or let it stop in order; return its exit code."""
        program, self.program = self.program, None
        assert program is not None
        program.send_signal(sign)
        if sign is not signal.SIGKILL:
            await self.loop.lost.wait()  # it ends in simulated time
        with self.loop.held():
            code = await program.wait()
        self.loop.lose()
        self.note(f"ended with {code}")
        return code

    # --- what befalls it ---------------------------------------------------------------------

    async def times(self, a_day: float) -> AsyncIterator[None]:
        """Wait from one random moment to the next, so many a day, until the calm of the end."""
        wanted = a_day * self.plan.days
        many = int(wanted) + (self.chance.random() < wanted % 1)
        until = self.plan.days * DAY
        for moment in sorted(self.chance.uniform(0, until) for _ in range(many)):
            await asyncio.sleep(max(0.0, moment - self.loop.time()))
            yield

    async def _lasts(self, *seconds: float) -> None:
        """Wait for one of so many seconds, until the calm at the most."""
        left = self.plan.days * DAY - self.loop.time()
        await asyncio.sleep(max(0.0, min(self.chance.choice(seconds), left)))

    async def restarts(self) -> None:
        """Kill the program or stop it, and start it again after a while."""
        kills, stops = (
            round(a_day * self.plan.days) for a_day in (self.plan.kills, self.plan.stops)
        )
        signs = [signal.SIGKILL] * kills + [signal.SIGTERM] * stops
        self.chance.shuffle(signs)
        async for _ in self.times(len(signs) / self.plan.days):
            sign = signs.pop()
            self.note("kill -9" if sign is signal.SIGKILL else "stops")
            code = await self.end(sign)
            if sign is signal.SIGTERM and code:
                self.note(f"stops with exit code {code}")
            await self._lasts(1, 20, 300, 2400)
            await self.start()

    async def telegram(self) -> None:
        """Let single calls go wrong."""
        async for _ in self.times(self.plan.telegram_faults):
            method = self.chance.choice(("sendMessage", "sendMessage", "editMessageText", "*"))
            many = self.chance.choice((1, 1, 2, 5))
            what, fault = self.chance.choice(FAULTS)
            self.note(f"telegram: {what}", many)
            named = {} if fault.method != "*" else {"method": method}
            self.box.faults.add(replace(fault, times=many, **named))

    async def outages(self) -> None:
        """Let Telegram be away for a while."""
        async for _ in self.times(self.plan.outages):
            self.note("telegram: away")
            numbers = [
                self.box.faults.add(Fault(method, times=None, cut="before"))
                for method in ("*", "getUpdates")
            ]
            await self._lasts(20, 300, 2 * HOUR)
            for number in numbers:
                self.box.faults.withdraw(number)

    async def clocks(self) -> None:
        """Let the machine's clock be wrong for a while."""
        async for _ in self.times(self.plan.lies):
            self.note("lying clocks")
            self._set_clock(self.chance.choice(LIES))
            await self._lasts(25, 600)
            self._set_clock(0)

    def _set_clock(self, lie: float) -> None:
        self.lie = lie
        self.loop.tell(lie=lie)

    async def disks(self) -> None:
        """Let the disk be full for a while."""
        async for _ in self.times(self.plan.full_disks):
            self.note("full disks")
            self.loop.tell(full=True)
            await self._lasts(5, 300)
            self.loop.tell(full=False)

    # --- what people do ----------------------------------------------------------------------

    async def commands(self) -> None:
        """Let people ask something, each with a word of its own, by which its answer is known."""
        telegram, chance = self.box.telegram, self.chance
        async for _ in self.times(self.plan.commands):
            person = chance.choice(self.readers.people)
            if telegram.dialog(person, telegram.main_bot).blocked:
                continue
            self._asked += 1
            word = f"qz{self._asked}x{chance.randrange(10**6)}"
            telegram.say(person, f"{chance.choice(('/search', '/subscribe'))} {word}")
            self.ledger.asked[word] = (person, self.loop.time())

    async def comings(self) -> None:
        """Let people block the bot and come back, throw it out of groups, and groups move."""
        acts = (self._block, self._block, self._kick, self._move)
        async for _ in self.times(self.plan.comings):
            self.chance.choice(acts)()

    def _block(self) -> None:
        telegram, person = self.box.telegram, self.chance.choice(self.readers.people)
        if not telegram.dialog(person, telegram.main_bot).blocked:
            telegram.block(person)
            self._leaves(person, lambda: telegram.unblock(person))

    def _kick(self) -> None:
        telegram, group = self.box.telegram, self.chance.choice(self.readers.groups)
        if telegram.chats[group].migrated_to is None and self._is_in(group):
            telegram.kick_bot(group)
            self._leaves(group, lambda: telegram.add_bot(group))

    def _move(self) -> None:
        telegram, group = self.box.telegram, self.chance.choice(self.readers.groups)
        chat = telegram.chats[group]
        if chat.kind == "group" and chat.migrated_to is None and self._is_in(group):
            self.ledger.moved[group] = telegram.migrate(group)
            self.note("groups moved")

    def _is_in(self, group: int) -> bool:
        here = self.box.telegram.chats[group].member(self.box.telegram.main_bot)
        return here is not None and here.is_inside

    def _leaves(self, chat: int, return_: Callable[[], object]) -> None:
        """Let a chat come back within half a day."""
        self.ledger.greeted.add(chat)
        self.note("chats that left and came back")

        async def later() -> None:
            await asyncio.sleep(self.chance.uniform(60, 12 * HOUR))
            with suppress(ApiError, ValueError):  # it moved meanwhile
                return_()

        self._coming_back.append(asyncio.create_task(later()))

    # --- the whole ---------------------------------------------------------------------------

    async def pass_days(self) -> None:
        """Play all of it, then let it be calm, and stop the program in order."""
        await self.start()
        plays = (
            self.restarts(), self.telegram(), self.outages(), self.clocks(), self.disks(),
            self.commands(), self.comings(),
        )  # fmt: skip
        async with asyncio.TaskGroup() as group:
            for play in plays:
                group.create_task(play)
            group.create_task(asyncio.sleep(self.plan.days * DAY))
        self.box.faults.clear()
        self.press.heal()
        self._set_clock(0)
        self.loop.tell(full=False)
        await asyncio.sleep(self.plan.calm * HOUR)
        assert self.program is not None
        await self.end(signal.SIGTERM)
        await asyncio.gather(*self._logging)


@asynccontextmanager
async def opened(plan: Plan, folder: Path) -> AsyncIterator[World]:
    """Make a world for as long as the block lasts; the program is not started yet."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WorldLoop)
    chance = random.Random(plan.seed)

    def clock() -> datetime:
        return START + timedelta(seconds=loop.time())

    async with AsyncExitStack() as parts:
        hosts = dict.fromkeys(press.host_of(number) for number in range(plan.feeds))
        fields = await parts.enter_async_context(farm.opened(hosts))
        fields.asked = deque(maxlen=100)  # type: ignore[assignment]
        box = await parts.enter_async_context(
            Sandbox.start(clock=clock, rates=Rates(), every=0, keep=200)
        )
        outlets = press.Press(
            fields, loop.time, START, many=plan.feeds, days=plan.days, seed=plan.seed
        )
        fields.otherwise = outlets.page
        listener = parts.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(folder / "line"))
        listener.listen()
        listener.setblocking(False)
        readers = people.move_in(box.telegram, plan.readers)
        ledger = Ledger()
        box.calls.listen(lambda call: ledger.note(call, loop.time()))
        world = World(
            plan, folder, loop, chance, box, fields, outlets, readers, ledger, _listener=listener
        )
        furnish(world)
        yield world


def furnish(world: World) -> None:
    """Let the feeds and the readers be in the database already."""
    db = connect(world.database)
    with db.conn:
        db.conn.execute("begin")
        feeds.add_all(
            db,
            [
                (
                    NewFeed(
                        world.farm.url(feed.path, feed.host),
                        feed.name,
                        feed.name,
                        languages=(feed.lang,),
                    ),
                    Outlet(
                        OutletId(0),
                        feed.name,
                        feed.outlet.country,
                        Ownership.UNKNOWN,
                        feed.outlet.wire,
                    ),
                )
                for feed in world.press.feeds
            ],
            START,
        )
        titles = list(world.press.events())
        people.move_in_here(db, world.readers, titles, world.chance, START)
    db.close()
