"""Unexpected errors: logged whole, and to the admins in one line, each at most once an hour."""

import os
import traceback
from datetime import datetime

import structlog

from storage import chats
from storage.database import Database
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


async def tell_admins(
    db: Database, admins: frozenset[int], error: BaseException, now: datetime
) -> None:
    """Log an error whole and queue one line about it for each admin, at most once an hour."""
    log.error("bug", exc_info=error)
    try:
        await db.write(enqueue_notices, admins, type(error).__name__, place_of(error), now)
    except StorageError as worse:
        log.warning("admins not told", error=str(worse))


def enqueue_notices(
    db: Connection, admins: frozenset[int], name: str, place: str, now: datetime
) -> None:
    """Queue the notice for every admin who has a chat with us."""
    known = [ChatId(admin) for admin in sorted(admins) if chats.get(db, ChatId(admin)) is not None]
    queue.enqueue(
        db,
        [
            NewDelivery(
                chat_id=chat_id,
                thread_id=NO_THREAD,
                kind=DeliveryKind.NOTICE,
                subject=f"bug/{name}/{place}/{now:%Y%m%d%H}",
                payload=Sentence("notice.bug", {"name": name, "place": place}),
            )
            for chat_id in known
        ],
        now,
    )
