"""A running box with a clock that tests move, a small real bot, and raw calls."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox
from tests.bot.sandbox.echo import echo_application


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 8, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def box(clock: Clock) -> AsyncIterator[Sandbox]:
    async with Sandbox.start(clock=clock) as running:
        yield running


@dataclass
class Caller:
    """Calls the Bot API as plain HTTP and keeps the whole answer."""

    session: aiohttp.ClientSession
    box: Sandbox

    async def __call__(self, method: str, /, token: str = "", **params: Any) -> dict[str, Any]:
        url = f"{self.box.url}/bot{token or self.box.token}/{method}"
        async with self.session.post(url, json=params) as answer:
            body: dict[str, Any] = await answer.json()
            assert body["ok"] == (answer.status == 200)
            return body

    async def refusal(self, method: str, /, **params: Any) -> str:
        body = await self(method, **params)
        assert not body["ok"], body
        return str(body["description"])

    async def result(self, method: str, /, **params: Any) -> Any:
        body = await self(method, **params)
        assert body["ok"], body
        return body["result"]


@pytest.fixture
async def call(box: Sandbox) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(session, box)


@pytest.fixture
async def echo(box: Sandbox) -> AsyncIterator[Any]:
    """The whole python-telegram-bot stack, polling the box."""
    application = echo_application(box.token, box.url)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(application)
        await application.start()
        stack.push_async_callback(application.stop)
        await application.updater.start_polling(timeout=10, poll_interval=0.0)
        stack.push_async_callback(application.updater.stop)
        yield application


Forward = Callable[..., None]
