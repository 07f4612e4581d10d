"""One alarm while the database cannot be written: to the log, to the admins, once each.

The admins hear of it through the outbox when it is over, which is a row; where it lasts, they
hear of it at once, without one: that no row can be written is what they must know.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.notices import enqueue_storage_notice, storage_notice
from storage import chats
from storage.database import Database
from storage.errors import StorageError
from storage.model import ChatId
from storage.sql import Connection
from storage.writability import Trouble

log = structlog.get_logger(__name__)

LASTS_S = 60.0
"""From when on admins are told while it lasts."""


class StorageAlarm:
    """Follows whether the file can be written. ``look`` is called by a tick."""

    def __init__(
        self,
        db: Database,
        admins: frozenset[int],
        clock: Callable[[], datetime],
        *,
        wake: Callable[[], None],
        tell_now: Callable[[Mapping[ChatId, str]], Awaitable[None]],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Heed the database; ``tell_now`` sends to chats without a row."""
        self._db = db
        self._admins = admins
        self._clock = clock
        self._wake = wake
        self._tell_now = tell_now
        self._steady = steady
        self._trouble: Trouble | None = None
        self._told = False

    async def look(self) -> None:
        """Tell the admins what lasts or is over. Raises StorageError where it is not over."""
        if self._db.writability.trouble is not None:
            with suppress(StorageError):
                await self._db.probe()
        trouble = self._db.writability.trouble
        if trouble is None:
            if self._trouble is not None:
                await self._tell_of_the_end(self._trouble)
            return
        if self._trouble is None:
            self._told = False
            log.error("database cannot be written", reason=trouble.error)
        elif trouble is not self._trouble:  # ill again before anybody heard that it was over
            trouble.since = self._trouble.since
        self._trouble = trouble
        if not self._told and self._steady() - trouble.since >= LASTS_S:
            self._told = True
            await self._tell_now(await self._db.read(self._said, trouble.error))

    async def _tell_of_the_end(self, trouble: Trouble) -> None:
        ended = trouble.since if trouble.calm_since is None else trouble.calm_since
        lasted = timedelta(seconds=ended - trouble.since)
        await self._db.write(
            enqueue_storage_notice, self._admins, trouble.error, lasted, self._clock()
        )
        self._trouble = None
        self._wake()
        log.warning("database can be written again", seconds=round(lasted.total_seconds(), 1))

    def _said(self, db: Connection, error: StorageError) -> Mapping[ChatId, str]:
        known = (chats.get(db, ChatId(admin)) for admin in sorted(self._admins))
        return {chat.id: storage_notice(error, chat.language) for chat in known if chat}
