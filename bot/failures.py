"""Unexpected errors: logged whole, and to the admins in one line, each at most once an hour.

What an error spoils alone is set aside, noted with its reason, and the rest goes on.
"""

import os
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

import structlog

from bot.version import installed_version
from storage import chats, inspection, set_aside
from storage.database import Database
from storage.errors import StorageError
from storage.model import NO_THREAD, ChatId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Sentence
from storage.set_aside import Aside, AsideKind, place_of, why_of
from storage.sql import Connection

log = structlog.get_logger(__name__)

T = TypeVar("T")

CLASS_NAME = re.compile(r"^[a-z_]+(\.[A-Za-z]+)+:?\s*")


def survivors(values: Iterable[T], use: Callable[[T], object]) -> list[T]:
    """Return the values that can be used one by one; those that raise are logged and left out.

    For when using all of them together raised.
    """
    good: list[T] = []
    for value in values:
        try:
            use(value)
        except Exception:
            log.exception("left out")
        else:
            good.append(value)
    return good


async def set_one_aside(
    db: Database,
    kind: AsideKind,
    what: object,
    error: Exception,
    now: datetime,
    *,
    label: str = "",
    chat_id: ChatId | None = None,
) -> None:
    """Log what one thing raised, whole, and note it; the caller goes on without it."""
    log.error("set aside", kind=kind, what=what, exc_info=error)
    aside = Aside(kind, str(what), why_of(error), label, chat_id)
    try:
        await db.write(set_aside.note, [aside], now)
    except StorageError as worse:
        log.warning("set aside and not noted", error=worse)


async def note_odd_rows(db: Database, now: datetime) -> None:
    """Note at a start which rows cannot be read, should there be any; others read meanwhile.

    A start within a day of the last that looked, by the same version, looks at none: a million
    subscriptions are six seconds of CPU.
    """
    if not await db.read(inspection.is_due, installed_version(), now):
        return
    odd: list[Aside] = []
    for kind in inspection.KINDS:
        after: int | None = inspection.START
        while after is not None:
            found, after = await db.read(inspection.odd_rows, kind, after)
            odd += found
    if odd:
        log.error("odd rows", rows=[f"{one.kind} {one.what}: {one.why}" for one in odd[:20]])
        await db.write(set_aside.note, odd, now)
    await db.write(inspection.done, installed_version(), now)


def system_says(error: OSError) -> str:
    """Return the system's own words for a failure; asyncio wraps them in its own."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else error.strerror or str(error)


def cause_says(error: BaseException) -> str:
    """Return the system's own words for what a library met on the way; else the library's.

    Libraries put the names of their classes before them: those say nothing to an operator.
    """
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.strerror:
            return system_says(link)
        link = link.__cause__ or link.__context__
    return CLASS_NAME.sub("", str(error)) or "it does not answer"


async def tell_admins(
    db: Database, admins: frozenset[int], error: BaseException, now: datetime
) -> None:
    """Log an error whole and queue one line about it for each admin, at most once an hour."""
    log.error("bug", exc_info=error)
    try:
        await db.write(enqueue_notices, admins, type(error).__name__, place_of(error), now)
    except StorageError as worse:
        log.warning("admins not told", error=worse)


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
