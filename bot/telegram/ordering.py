"""In which order updates are answered: a chat's one after the other, the chats side by side."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog
from telegram import Update
from telegram.ext import BaseUpdateProcessor

log = structlog.get_logger(__name__)

UPDATES_AT_ONCE = 10_000

MOST_WAITING = 200
"""Updates of one chat that wait. Whoever sends more while a chat gets one answer a second must
not fill the places of all the others."""


@dataclass(slots=True)
class ChatLock:
    """A chat's turn, and how many of its updates have or await it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    updates: int = 0


class ChatOrder(BaseUpdateProcessor):
    """Answers many chats at once and each chat in order, as people expect of a conversation."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        super().__init__(UPDATES_AT_ONCE)
        self._chat_locks: dict[int, ChatLock] = {}
        self._under_way: set[asyncio.Task[Any] | None] = set()
        self._given_up = False

    async def do_process_update(self, update: object, coroutine: Coroutine[Any, Any, Any]) -> None:  # type: ignore[override] # what PTB gives
        """Let the update wait for the earlier ones of its chat; asyncio's locks are fair."""
        key = _key(update)
        chat_lock = self._chat_locks.setdefault(key, ChatLock())
        if self._given_up or chat_lock.updates >= MOST_WAITING:
            log.warning("update not answered", chat=key, stopping=self._given_up)
            coroutine.close()
            return
        chat_lock.updates += 1
        task = asyncio.current_task()
        self._under_way.add(task)
        try:
            async with chat_lock.lock:
                await coroutine
        finally:
            coroutine.close()  # one that never had its turn would be complained about
            self._under_way.discard(task)
            chat_lock.updates -= 1
            if not chat_lock.updates:
                del self._chat_locks[key]

    def give_up(self) -> None:
        """Answer nothing more: a stop does not wait for a long queue, nor for a silent server."""
        self._given_up = True
        for task in self._under_way:
            if task is not None:
                task.cancel()

    async def initialize(self) -> None:
        """Need nothing."""

    async def shutdown(self) -> None:
        """Hold nothing."""


def _key(update: object) -> int:
    if not isinstance(update, Update):
        return 0
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user is not None else 0
