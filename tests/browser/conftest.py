"""A browser for the whole module and a box with the tiny bot for each test."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox import Sandbox
from tests.bot.sandbox.echo import COMMANDS, echo_application
from tests.browser.chrome import NAMES, Chrome, find_browser


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chrome() -> AsyncIterator[Chrome]:
    """One headless browser; skips where none is installed."""
    if find_browser() is None:
        pytest.skip(f"no browser on this machine (looked for {', '.join(NAMES)})")
    async with Chrome.start() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A box with a real clock and the tiny bot polling it."""
    async with Sandbox.start() as box:
        application: Any = echo_application(box.token, box.url)
        async with application:
            await application.start()
            await application.updater.start_polling(timeout=10, poll_interval=0.0)
            await application.bot.set_my_commands(COMMANDS["en"])
            await application.bot.set_my_commands(COMMANDS["ru"], language_code="ru")
            await application.bot.set_my_description("News of the steppe.")
            yield box
            await application.updater.stop()
            await application.stop()
