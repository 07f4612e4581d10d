"""getUpdates: long polls that wait for updates, one per bot; the older one is ended."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.botapi.methods.webhooks import wanted_updates
from bot.sandbox.telegram.errors import SECOND_POLLER, WEBHOOK_ACTIVE, conflict
from bot.sandbox.telegram.model import Bot, StoreEvent
from bot.sandbox.telegram.service import Telegram

MAX_TIMEOUT = 50


@dataclass(slots=True)
class _Poll:
    """One waiting poll."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False


class LongPolls:
    """The polls that wait now."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._waiting: dict[int, _Poll] = {}
        self._closed = False
        self._forget = telegram.listen(self._hear)

    def _hear(self, event: StoreEvent) -> None:
        poll = self._waiting.get(event.bot_id)
        if poll is not None and event.kind in ("update", "menu"):
            poll.wake.set()

    async def get_updates(self, bot: Bot, params: Params) -> Any:
        """Confirm, wait and return updates; raise ApiError 409 to the older of two polls."""
        if bot.webhook is not None:
            raise conflict(WEBHOOK_ACTIVE)
        wanted = wanted_updates(bot, params)
        if wanted != bot.allowed_updates:
            self._telegram.put_bot(replace(bot, allowed_updates=wanted))
        self._end_older(bot.id)
        poll = self._waiting[bot.id] = _Poll()
        self._telegram.notify(StoreEvent("poll", bot_id=bot.id))
        try:
            return await self._wait(bot.id, poll, params)
        finally:
            if self._waiting.get(bot.id) is poll:
                del self._waiting[bot.id]

    def waiting(self) -> int:
        """Count the polls that wait now."""
        return len(self._waiting)

    def _end_older(self, bot_id: int) -> None:
        older = self._waiting.pop(bot_id, None)
        if older is not None:
            older.ended = True
            older.wake.set()

    async def _wait(self, bot_id: int, poll: _Poll, params: Params) -> Any:
        limit = min(max(params.number("limit", 100), 1), 100)
        timeout = min(max(params.number("timeout"), 0), MAX_TIMEOUT)
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            if poll.ended:
                raise conflict(SECOND_POLLER)
            if self._telegram.bots[bot_id].webhook is not None:
                raise conflict(WEBHOOK_ACTIVE)
            found = self._telegram.pending(bot_id, params.number("offset"), limit)
            left = deadline - asyncio.get_running_loop().time()
            if found or left <= 0 or self._closed:
                return [{"update_id": u.id, u.kind: u.body} for u in found]
            poll.wake.clear()
            try:
                await asyncio.wait_for(poll.wake.wait(), left)
            except TimeoutError:
                continue

    def close(self) -> None:
        """Let every waiting poll return."""
        self._closed = True
        self._forget()
        for poll in self._waiting.values():
            poll.wake.set()
