"""What nobody expected: logged whole, told to the admins in one line, an hour apart."""

import os
import traceback
from datetime import datetime

import structlog

from bot.conversation import World
from storage import chats
from storage.errors import StorageError
from storage.model import NO_THREAD, ChatId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Sentence
from storage.sql import Connection

log = structlog.get_logger(__name__)


def place_of(error: BaseException) -> str:
    """Name where an error was raised, as file:line."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "?"
    return f"{frames[-1].filename.rsplit('/', maxsplit=1)[-1]}:{frames[-1].lineno}"


def system_says(error: OSError) -> str:
    """Return the system's own words for a failure; asyncio wraps them in its own."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else error.strerror or str(error)


async def tell_admins(world: World, error: BaseException) -> None:
    """Log an error whole and owe each admin one line about it; the same at most once an hour."""
    log.error("bug", exc_info=error)
    try:
        await world.db.write(
            enqueue_notices, world.admin_ids, type(error).__name__, place_of(error), world.clock()
        )
    except StorageError as worse:
        log.warning("admins not told", error=str(worse))


def enqueue_notices(
    db: Connection, admins: frozenset[int], name: str, place: str, now: datetime
) -> None:
    """Owe the notice to every admin who has met us."""
    known = [ChatId(one) for one in sorted(admins) if chats.get(db, ChatId(one)) is not None]
    queue.enqueue(
        db,
        [
            NewDelivery(
                chat_id=one,
                thread_id=NO_THREAD,
                kind=DeliveryKind.NOTICE,
                subject=f"bug/{name}/{place}/{now:%Y%m%d%H}",
                payload=Sentence("notice.bug", {"name": name, "place": place}),
            )
            for one in known
        ],
        now,
    )
