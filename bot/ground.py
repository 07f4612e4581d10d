"""What both halves stand on: the settings, the database, the clock, the deliverer's bell."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.instance import alone_on
from bot.settings import Settings
from bot.trusted_clock import MARK_FACT, TrustedClock, trusted
from storage import meta
from storage.database import Database
from storage.files import refuse_other
from storage.happenings import Tell, unheard
from watchers.pulse import Pulse


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
    settings: Settings, clock: Callable[[], datetime], tell: Tell = unheard
) -> AsyncIterator[Ground]:
    """Open the database, alone on it, for as long as the block runs.

    ``clock`` is the machine's, believed as far as it can be.
    Raises NewsError where another process has the database, or the file cannot serve.
    """
    refuse_other(settings.database_path)  # before a lock lies beside it
    with alone_on(settings.database_path):
        db = await Database.opened(settings.database_path, tell=tell)
        try:
            own_clock = trusted(clock)
            own_clock.resume(await db.read(meta.get, MARK_FACT))
            yield Ground(settings, db, own_clock, asyncio.Event(), Pulse(), tell)
        finally:
            await db.close()
