"""Reaching Telegram: through which proxies, and who we are, asked no more than needed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from telegram.request import HTTPXRequest

from bot.connection import build, requests
from bot.delivery.circuit_breaker import ASK_EVERY
from bot.sandbox import Sandbox
from bot.settings import PUBLIC_API, Settings
from bot.telegram import identity
from bot.telegram.rate_limiter import Limiter
from storage.database import Database
from storage.errors import NewsError
from storage.sql import Connection

NAMES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("ALL_PROXY", request.param)
    return str(request.param)


def through(url: str) -> set[str]:
    """The kinds of pools that requests to an address may go through."""
    client = requests(HTTPXRequest, Settings(telegram_api_url=url))._client
    return {type(transport._pool).__name__ for transport in client._mounts.values() if transport}


@pytest.mark.parametrize(
    ("proxy", "pool"),
    [("socks5://127.0.0.1:9", "AsyncSOCKSProxy"), ("http://127.0.0.1:9", "AsyncHTTPProxy")],
    indirect=["proxy"],
)
@pytest.mark.usefixtures("proxy")
def test_telegram_is_reached_through_the_proxy_of_the_environment(pool: str) -> None:
    assert {pool} == through(PUBLIC_API)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "socks://x"], indirect=True)
@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost", "[::1]:8081", "127.3.2.1"])
@pytest.mark.usefixtures("proxy")
def test_a_bot_api_on_this_machine_is_reached_without(host: str) -> None:
    assert set() == through(f"http://{host}")


@pytest.mark.parametrize("proxy", ["socks://127.0.0.1:9", "ftp://127.0.0.1:9"], indirect=True)
@pytest.mark.usefixtures("proxy")
def test_a_proxy_that_is_none_costs_a_sentence() -> None:
    with pytest.raises(NewsError) as raised:
        through("https://127.0.0.1.example.org")
    assert "settings.proxy" == raised.value.text_key


def spoiled(db: Connection) -> None:
    """Let what is kept of who we are be no JSON."""
    db.conn.execute("update facts set value = '[7' where name like 'telegram_me/%'")


async def test_who_we_are_is_asked_once_in_half_a_minute_over_restarts_too(db: Database) -> None:
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)
    async with Sandbox.start() as box:
        settings = Settings(telegram_bot_token=box.token, telegram_api_url=box.url)
        bot = build(settings, Limiter())
        assert await db.read(identity.told_lately, bot, now, ASK_EVERY) is None
        await db.write(identity.note_asked, bot, now)
        await bot.initialize()
        await db.write(identity.note_told, bot)
        await bot.shutdown()
        again = build(settings, Limiter())
        for at in (now - ASK_EVERY, now + ASK_EVERY):
            assert await db.read(identity.told_lately, again, at, ASK_EVERY) is None
        other = build(replace(settings, telegram_bot_token="7:other"), Limiter())
        assert await db.read(identity.told_lately, other, now, ASK_EVERY) is None
        known = await db.read(identity.told_lately, again, now, ASK_EVERY)
        assert known is not None
        again.told(known[0])
        box.faults.fail("getMe", 500, "not to be asked")
        await again.initialize()
        assert (bot.username, bot.id, now) == (again.username, again.id, known[1])
        await again.shutdown()
        await db.write(spoiled)
        assert await db.read(identity.told_lately, again, now, ASK_EVERY) is None
