"""Proxies of the environment: taken where they lead to Telegram, none before this machine."""

import pytest
from telegram.request import HTTPXRequest

from bot.connection import requests
from bot.settings import PUBLIC_API, Settings
from storage.errors import NewsError

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
