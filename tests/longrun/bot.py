"""The program itself, as ``steppewire run`` builds it, in simulated time: a process to be killed.

Run as ``python -m tests.longrun.bot SOCKET DATABASE URL TOKEN ADMIN LIE HOST:PORT,HOST:PORT…``.
Beside the time the world may order: ``lie`` (seconds by which the machine's clock is wrong),
``full`` (the disk has no room left, or has again).
"""

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval

from bot import app, ground, halves, logs, ticks
from bot.delivery import deliverer
from bot.monitoring import watchdog
from bot.settings import Settings
from bot.telegram import polling
from bot.trusted_clock import TrustedClock
from storage.database import Database
from tests.longrun.lockstep import BotLoop, Line
from watchers.host_queues import Politeness
from watchers.parse import article, document
from watchers.parse.article import ArticleText, FetchedPage, NoText
from watchers.parse.values import Document, NotAFeed, ParsedFeed
from watchers.parse_pool import pool

START = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
"""The moment at which simulated time begins."""

TICK_S = 60
"""How often the program's quick timers tick."""

NO_LIMIT = 4_294_967_294
"""SQLite's most pages of a file (its limit SQLITE_MAX_PAGE_COUNT)."""


class Machine:
    """What the world may do to the machine on which the program runs."""

    def __init__(self) -> None:
        self.loop: BotLoop
        self.lie = timedelta()
        self.databases: list[Database] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.loop.time()) + self.lie

    def order(self, message: dict[str, Any]) -> None:
        if "lie" in message:
            self.lie = timedelta(seconds=message["lie"])
        if "full" in message:
            task = self.loop.create_task(self._fill(full=message["full"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _fill(self, *, full: bool) -> None:
        for database in self.databases:
            pages = 1 if full else NO_LIMIT  # SQLite takes what the file has for the least
            await database.write(
                lambda db, n: db.conn.execute(f"pragma max_page_count = {n}"), pages
            )


MACHINE = Machine()


class MachineTime(datetime):
    """What the timers take for the present: they have no clock as an argument."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return (START + timedelta(seconds=MACHINE.loop.time())).astimezone(tz)


class InLine:
    """Parsing in this process: another one's work would have to be waited for in real time."""

    async def parse(self, told: Document) -> ParsedFeed | NotAFeed:
        return document.parse(told)

    async def extract(self, page: FetchedPage) -> ArticleText | NoText:
        return article.read(page)

    async def run(self, _url: str, function: Callable[..., object], *arguments: object) -> object:
        return function(*arguments)


@asynccontextmanager
async def parsing_in_line(_limits: object = None, **_how: object) -> AsyncIterator[InLine]:
    yield InLine()


def unhurried() -> None:
    """Tick less often than in earnest: a month has half a million ticks of five seconds.

    What is promised waits longer to be kept, so that more of it is met by a kill.
    """
    for name, every_s in vars(halves).copy().items():
        if name.endswith("_TICK_S") and every_s < TICK_S:
            setattr(halves, name, TICK_S)
    watchdog.BEAT_S = 60.0
    deliverer.TICK_S = 60.0
    polling.POLL_S = 50


def simulated() -> None:
    """Give the simulated time to all that has no clock as an argument."""
    for module in (
        apscheduler.executors.base,
        apscheduler.schedulers.base,
        apscheduler.triggers.interval,
        ticks,
    ):
        module.datetime = MachineTime  # type: ignore[attr-defined]
    ground.trusted = lambda wall: TrustedClock(wall, MACHINE.loop.time, "this machine")
    pool.opened = parsing_in_line  # type: ignore[assignment]
    opened = Database.opened

    async def held(path: Path, **how: Any) -> Database:
        with MACHINE.loop.held():
            database = await opened(path, **how)
        MACHINE.databases.append(database)
        return database

    Database.opened = held  # type: ignore[method-assign]


async def program(settings: Settings) -> None:
    stop = asyncio.Event()
    app.stop_on_signals(stop)
    await app.run(
        settings,
        stop=stop,
        politeness=Politeness(spacing_s=0.2),
        starting=lambda: (),
        clock=MACHINE.clock,
    )


def main(arguments: list[str]) -> None:
    path, database, url, token, admin, lie, allowed = arguments
    MACHINE.lie = timedelta(seconds=float(lie))
    near = socket.socket(socket.AF_UNIX)
    near.connect(path)
    hosts = frozenset(
        (host, int(port)) for host, _, port in (one.partition(":") for one in allowed.split(","))
    )
    settings = Settings(
        telegram_bot_token=token,
        telegram_api_url=url,
        admin_ids=frozenset({int(admin)}),
        database_path=Path(database),
        feed_allow_hosts=hosts,
        poll_interval=1800,
        log_level="WARNING",
        log_format="json",
    )
    logs.set_up(settings)
    logging.getLogger("telegram").setLevel(logging.ERROR)
    simulated()
    unhurried()
    MACHINE.loop = BotLoop(Line(near), MACHINE.order)
    with asyncio.Runner(loop_factory=lambda: MACHINE.loop) as runner:
        runner.run(program(settings))


if __name__ == "__main__":
    main(sys.argv[1:])
