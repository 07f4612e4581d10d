"""One alarm while the database cannot be written: to the log, to the admins, once each.

The admins hear of it through the outbox when it is over, which is a row; where it lasts, they
hear of it at once, without one: that no row can be written is what they must know.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
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

CALM_S = 10.0
"""A disk that is nearly full takes a small row and refuses a large one: only then it is over."""


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
        self._calm_since: float | None = None
        self._told = False
        db.writability.heed(self._turned)

    def _turned(self, _: Trouble | None, after: Trouble | None) -> None:
        if after is None:
            self._calm_since = self._steady()
            return
        self._calm_since = None
        if self._trouble is None:
            self._trouble, self._told = after, False
            log.error("database cannot be written", reason=str(after.error))

    async def look(self) -> None:
        """Tell the admins what lasts or is over. Raises StorageError where it is not over."""
        trouble, now_s = self._trouble, self._steady()
        if trouble is None:
            return
        if self._calm_since is not None and now_s - self._calm_since >= CALM_S:
            lasted = timedelta(seconds=self._calm_since - trouble.since)
            await self._db.write(
                enqueue_storage_notice, self._admins, trouble.error, lasted, self._clock()
            )
            self._trouble = None
            self._wake()
            log.warning("database can be written again", seconds=round(lasted.total_seconds(), 1))
        elif not self._told and now_s - trouble.since >= LASTS_S:
            self._told = True
            await self._tell_now(await self._db.read(self._said, trouble.error))

    def _said(self, db: Connection, error: StorageError) -> Mapping[ChatId, str]:
        known = (chats.get(db, ChatId(admin)) for admin in sorted(self._admins))
        return {chat.id: storage_notice(error, chat.language) for chat in known if chat}
