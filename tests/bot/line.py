"""Our dispatcher with a real python-telegram-bot on the line to the sandbox, for tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from telegram.ext import ExtBot

from bot.context import Context
from bot.sandbox.box import Sandbox
from bot.telegram.dispatcher import ALLOWED_UPDATES, Dispatcher
from bot.telegram.inbox import Inbox
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
    async with (
        Sandbox.start(clock=box_clock, every=every) as box,
        answering(db, box.url, box.token, **parts) as context,
    ):
        yield box, context


@asynccontextmanager
async def answering(db: Database, url: str, token: str, **parts: Any) -> AsyncIterator[Context]:
    """Answer the people of a sandbox that is there."""
    calls, updates = plain_http()
    bot: ExtBot[None] = ExtBot(
        token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=calls,
        get_updates_request=updates,
    )
    async with bot:
        context = context_of(
            db,
            bot_username=bot.username,
            find_channel=partial(channel_facts, bot),
            **({"rights": Rights(bot, parts.get("clock") or _utc_now)} | parts),
        )
        inbox = Inbox(db, bot.id, Dispatcher(context, bot), context.clock)
        polling = Polling(bot, inbox, ALLOWED_UPDATES, asyncio.get_running_loop().time)
        await inbox.resume()
        fetching = asyncio.create_task(polling.run())
        try:
            yield context
        finally:
            fetching.cancel()
            await asyncio.wait([fetching])
            await inbox.close(lambda: None)


def _utc_now() -> Any:
    from datetime import UTC, datetime  # noqa: PLC0415 - the sandbox lives in real time

    return datetime.now(UTC)
