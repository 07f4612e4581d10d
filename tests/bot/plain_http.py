"""Plain HTTP for python-telegram-bot: a sandbox speaks no TLS."""

from telegram.request import HTTPXRequest

from bot.telegram.updates import UpdatesRequest


def plain_http() -> tuple[HTTPXRequest, HTTPXRequest]:
    """Make what a bot calls with and what it fetches updates with.

    Each TLS context that it would make by itself costs more than most tests.
    """
    calls, updates = (
        kind(connection_pool_size=64, httpx_kwargs={"verify": False})
        for kind in (HTTPXRequest, UpdatesRequest)
    )
    return calls, updates
