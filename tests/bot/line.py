"""A real python-telegram-bot application on the line to the sandbox, for tests of the door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from telegram.ext import Application

from bot.context import Context
from bot.sandbox.box import Sandbox
from bot.telegram.dispatcher import ALLOWED_UPDATES, ChatOrder, Dispatcher
from bot.telegram.incoming import channel_facts
from bot.telegram.polling import Polling
from bot.telegram.rights import Rights
from storage.database import Database
from tests.bot.people import context_of
from tests.bot.plain_http import plain_http


@asynccontextmanager
async def on_line(db: Database, **parts: Any) -> AsyncIterator[tuple[Sandbox, Context]]:
    """Serve a sandbox and let our dispatcher answer its people."""
    box_clock, every = parts.pop("box_clock", None) or _utc_now, parts.pop("every", 20.0)
    async with Sandbox.start(clock=box_clock, every=every) as box:
        calls, updates = plain_http()
        application: Application[Any, Any, Any, Any, Any, Any] = (
            Application.builder()
            .token(box.token)
            .base_url(box.base_url)
            .base_file_url(box.base_file_url)
            .request(calls)
            .get_updates_request(updates)
            .updater(None)
            .job_queue(None)
            .concurrent_updates(ChatOrder())
            .build()
        )
        await application.initialize()
        bot = application.bot
        context = context_of(
            db,
            bot_username=bot.username,
            find_channel=partial(channel_facts, bot),
            **({"rights": Rights(bot, parts.get("clock") or _utc_now)} | parts),
        )
        dispatcher = Dispatcher(context)
        dispatcher.attach(application)
        polling = Polling(application, ALLOWED_UPDATES, asyncio.get_running_loop().time)
        await application.start()
        fetching = asyncio.create_task(polling.run())
        try:
            yield box, context
        finally:
            fetching.cancel()
            await asyncio.wait([fetching])
            await application.stop()
            await dispatcher.close()
            await application.shutdown()


def _utc_now() -> Any:
    from datetime import UTC, datetime  # noqa: PLC0415 - the sandbox lives in real time

    return datetime.now(UTC)
