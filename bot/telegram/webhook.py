"""The webhook: Telegram brings updates to our own small HTTP server, with a secret.

The same door as long polling behind it: the inbox. Telegram hears 200 when the row is there.
"""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from telegram import Bot
from telegram.error import RetryAfter, TelegramError
from yarl import URL

from bot.listening import listening, written
from bot.telegram.inbox import Inbox
from bot.telegram.rate_limiter import waits

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
MOST_BYTES = 1 << 20
"""Telegram's updates are some kilobytes; nobody else has anything to say here."""

BODY_S = 15.0
"""An update is one packet or a few."""

MOST_CONNECTIONS = 40
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


class Hook:
    """Takes one bot's updates at one path."""

    def __init__(self, inbox: Inbox, path: str, secret: str) -> None:
        """Keep who takes the updates and what proves whose they are."""
        self._inbox = inbox
        self._secret = secret.encode()
        self.path = path or "/"

    async def take(self, request: web.Request) -> web.Response:
        """Let one update be taken; anybody but Telegram is sent away."""
        secret = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(secret, self._secret):
            return web.Response(status=403)
        if self._inbox.is_full:
            return web.Response(status=503, headers={"Retry-After": "5"})
        try:
            async with asyncio.timeout(BODY_S):
                body = await request.read()
            raw = json.loads(body)
        except TimeoutError:
            return web.Response(status=408)
        except (ValueError, RecursionError) as error:
            # What cannot be read will not become readable: taken, or it would come for ever.
            log.warning("unreadable update", error=type(error).__name__)
        else:
            await self._inbox.take([raw])
        return web.Response()


@asynccontextmanager
async def served(
    bot: Bot, inbox: Inbox, url: str, listen: str, secret: str, *, allowed_updates: Sequence[str]
) -> AsyncIterator[str]:
    """Serve the webhook and tell Telegram its address, for as long as the block runs.

    ``url`` is where Telegram calls, ``listen`` where we listen (``host:port``) behind whatever
    ends TLS; the paths are the same. The address stays with Telegram when the block ends, so
    that updates wait there while we restart. Yields the address listened at; raises NewsError
    where nobody can listen there.
    """
    hook = Hook(inbox, URL(url).path, secret)
    server = web.Application(client_max_size=MOST_BYTES)
    server.router.add_post(hook.path, hook.take)
    host, _, port = listen.rpartition(":")
    at = (host.strip("[]"), int(port))
    async with listening(server, at, "TELEGRAM_WEBHOOK_LISTEN") as where:
        await register(bot, url, secret, allowed_updates)
        log.info("webhook", url=url, listen=written(*where))
        yield f"http://{written(*where)}{hook.path}"


async def register(bot: Bot, url: str, secret: str, allowed_updates: Sequence[str]) -> None:
    """Tell Telegram where to bring updates, however long it takes to be heard."""
    wait = FIRST_WAIT_S
    while True:
        try:
            await bot.set_webhook(
                url,
                secret_token=secret,
                allowed_updates=list(allowed_updates),
                max_connections=MOST_CONNECTIONS,
                drop_pending_updates=False,
            )
        except RetryAfter as error:
            wait = waits(error).total_seconds()
        except TelegramError as error:
            log.warning("webhook not set yet", error=error, next_try_s=wait)
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_S)
