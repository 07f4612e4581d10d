"""Plain HTTP for python-telegram-bot: a sandbox speaks no TLS."""

from telegram.request import HTTPXRequest

from bot.telegram.updates import UpdatesRequest


def plain_http(
    updates_by: type[HTTPXRequest] = UpdatesRequest,
) -> tuple[HTTPXRequest, HTTPXRequest]:
    """Make what a bot calls with and what it fetches updates with.

    ``updates_by`` is ours, which leaves updates unread for the inbox, or the library's own. Each
    TLS context that it would make by itself costs more than most tests.
    """
    calls, updates = (
        kind(connection_pool_size=64, httpx_kwargs={"verify": False})
        for kind in (HTTPXRequest, updates_by)
    )
    return calls, updates
