"""Web hooks: POST each update with the secret header, in order, again until it is taken."""

import asyncio
import contextlib

import aiohttp

from bot.sandbox.telegram.model import StoreEvent, Update, Webhook
from bot.sandbox.telegram.service import Telegram

HTTP_OK = range(200, 300)
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 60.0  # seconds between attempts, doubling


class Webhooks:
    """One task per bot with a web hook."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._wake: dict[int, asyncio.Event] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._forget = telegram.listen(self._hear)

    def _hear(self, event: StoreEvent) -> None:
        bot = self._telegram.bots.get(event.bot_id)
        if bot is None or event.kind not in ("update", "menu"):
            return
        self._wake.setdefault(bot.id, asyncio.Event()).set()
        if bot.webhook is not None and bot.id not in self._tasks:
            self._tasks[bot.id] = asyncio.create_task(self._deliver(bot.id))

    async def _deliver(self, bot_id: int) -> None:
        wake = self._wake[bot_id]
        pause = FIRST_PAUSE
        async with aiohttp.ClientSession() as session:
            while True:
                wake.clear()
                bot = self._telegram.bots[bot_id]
                waiting = self._telegram.pending(bot_id, 0, 1) if bot.webhook else []
                if not waiting:
                    await wake.wait()
                elif bot.webhook and await _post(session, bot.webhook, waiting[0]):
                    self._telegram.confirm(bot_id, waiting[0].id)
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(LONGEST_PAUSE, pause * 2)

    async def close(self) -> None:
        """Stop all tasks."""
        self._forget()
        for task in self._tasks.values():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _post(session: aiohttp.ClientSession, hook: Webhook, update: Update) -> bool:
    headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
    body = {"update_id": update.id, update.kind: update.body}
    try:
        async with session.post(hook.url, json=body, headers=headers) as answer:
            return answer.status in HTTP_OK
    except aiohttp.ClientError:
        return False
