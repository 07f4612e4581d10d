"""What both halves stand on: the settings, the database, the clock, the deliverer's bell."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.instance import Sharing, alone, bot_lock, sharing, watchers_lock
from bot.settings import Settings
from bot.trusted_clock import MARK_FACT, TrustedClock, trusted
from storage import meta
from storage.database import Database
from storage.errors import NewsError, StorageError
from storage.files import refuse_other
from storage.happenings import Tell, unheard
from watchers.pulse import Pulse

MIGRATED_WITHIN_S = 10.0
"""So long whoever starts waits for another one who is just making or migrating the file."""

SHARED_AGAIN_S = 0.1
"""How often that is looked for."""


class Half(StrEnum):
    """A half of the program; a process runs one of them, or both."""

    WATCHERS = "watchers"
    BOT = "bot"


BOTH = frozenset(Half)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a process needs, whichever half it runs.

    ``wake_up`` is set by whoever writes to the outbox; the deliverer waits for it. ``up`` tells
    for how long the process has been there. ``tell`` hears what happens, for counting.
    """

    settings: Settings
    db: Database
    clock: TrustedClock
    wake_up: asyncio.Event
    up: Pulse
    tell: Tell


@asynccontextmanager
async def opened(
    settings: Settings,
    clock: Callable[[], datetime],
    halves: frozenset[Half],
    tell: Tell = unheard,
) -> AsyncIterator[Ground]:
    """Open the database, the only one who runs these halves on it, while the block runs.

    ``clock`` is the machine's, believed as far as it can be.
    Raises NewsError where another process has the database, or the file cannot serve.
    """
    refuse_other(settings.database_path)  # before a lock lies beside it
    with ExitStack() as held:
        shared = await joined(settings, held)
        held.enter_context(only_one(settings, halves))
        db = await database(settings, shared, tell)
        try:
            own_clock = trusted(clock)
            own_clock.resume(await db.read(meta.get, MARK_FACT))
            yield Ground(settings, db, own_clock, asyncio.Event(), Pulse(), tell)
        finally:
            await db.close()


async def joined(settings: Settings, held: ExitStack) -> Sharing:
    """Share the database until ``held`` is closed; wait for who just makes or migrates it.

    Raises NewsError where somebody has it alone for longer.
    """
    until = time.monotonic() + MIGRATED_WITHIN_S
    while True:
        try:
            return held.enter_context(sharing(settings.database_path))
        except NewsError as error:
            if error.text_key != "instance.database" or time.monotonic() > until:
                raise
        await asyncio.sleep(SHARED_AGAIN_S)


@contextmanager
def only_one(settings: Settings, halves: frozenset[Half]) -> Iterator[None]:
    """Keep others from running these halves. Raises NewsError where somebody does."""
    path, name = settings.database_path, settings.bot_name
    with ExitStack() as held:
        if Half.WATCHERS in halves:
            held.enter_context(alone(watchers_lock(path), "instance.database"))
        if Half.BOT in halves:
            held.enter_context(alone(bot_lock(path, name), "instance.bot"))
        yield


async def database(settings: Settings, shared: Sharing, tell: Tell) -> Database:
    """Open the file; make or migrate it where nobody else works on it.

    Two who start at once wait for each other. Raises NewsError where somebody else goes on with
    a file of an older version.
    """
    until = time.monotonic() + MIGRATED_WITHIN_S
    while True:
        try:
            return await Database.opened(settings.database_path, shared=True, tell=tell)
        except StorageError as error:
            if error.text_key != "storage.behind":
                raise
            behind = error
        try:
            with shared.alone():
                return await Database.opened(settings.database_path, tell=tell)
        except NewsError as error:
            if error.text_key != "instance.database":
                raise
        if time.monotonic() > until:
            raise behind
        await asyncio.sleep(random.uniform(0.05, 0.2))  # noqa: S311 (not both at once again)
