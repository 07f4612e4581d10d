"""Plain HTTP for python-telegram-bot: a sandbox speaks no TLS."""

from telegram.request import HTTPXRequest


def plain_http() -> tuple[HTTPXRequest, HTTPXRequest]:
    """Make what a bot calls with and what it fetches updates with.

    Each TLS context that it would make by itself costs more than most tests.
    """
    calls, updates = (
        HTTPXRequest(connection_pool_size=64, httpx_kwargs={"verify": False}) for _ in range(2)
    )
    return calls, updates
