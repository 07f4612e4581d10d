"""The webhook: Telegram brings updates to our own small HTTP server, with a secret.

The same door as long polling behind it: every update goes into the application's queue.
"""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import web
from telegram import Update
from telegram.error import RetryAfter, TelegramError
from telegram.ext import Application
from yarl import URL

from bot.failures import system_says
from bot.telegram.rate_limiter import waits
from storage.errors import NewsError

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
MOST_BYTES = 1 << 20
"""Telegram's updates are some kilobytes; nobody else has anything to say here."""

MOST_WAITING = 1000
"""With so many updates waiting Telegram is bidden to bring the next ones later."""

MOST_CONNECTIONS = 40
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0

App = Application[Any, Any, Any, Any, Any, Any]


class Hook:
    """Takes one bot's updates at one path."""

    def __init__(self, application: App, path: str, secret: str) -> None:
        """Keep whose updates these are and what proves it."""
        self._application = application
        self._secret = secret.encode()
        self.path = path or "/"

    async def take(self, request: web.Request) -> web.Response:
        """Put one update into the application's queue; anybody but Telegram is sent away."""
        secret = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(secret, self._secret):
            return web.Response(status=403)
        if self._application.update_queue.qsize() >= MOST_WAITING:
            return web.Response(status=503, headers={"Retry-After": "5"})
        update = self._read(await request.read())
        if update is None:
            # A shape we cannot read will not become readable: taken, or it would come for ever.
            log.warning("unreadable update")
        else:
            await self._application.update_queue.put(update)
        return web.Response()

    def _read(self, body: bytes) -> Update | None:
        try:
            return Update.de_json(json.loads(body), self._application.bot)
        except Exception as error:  # noqa: BLE001 (PTB raises whatever a strange shape provokes)
            log.info("update refused", error=type(error).__name__)
            return None


@asynccontextmanager
async def served(
    application: App, url: str, listen: str, secret: str, allowed_updates: Sequence[str]
) -> AsyncIterator[str]:
    """Serve the webhook and tell Telegram its address, for as long as the block runs.

    ``url`` is where Telegram calls, ``listen`` where we listen (``host:port``) behind whatever
    ends TLS; the paths are the same. The address stays with Telegram when the block ends, so
    that updates wait there while we restart. Yields the address listened at; raises NewsError
    where nobody can listen there.
    """
    hook = Hook(application, URL(url).path, secret)
    server = web.Application(client_max_size=MOST_BYTES)
    server.router.add_post(hook.path, hook.take)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    site = web.TCPSite(runner, host.strip("[]"), int(port))
    try:
        try:
            await site.start()
        except OSError as error:
            raise NewsError(
                "settings.listen",
                name="TELEGRAM_WEBHOOK_LISTEN",
                listen=listen,
                reason=system_says(error),
            ) from error
        await register(application, url, secret, allowed_updates)
        where = runner.addresses[0]
        log.info("webhook", url=url, listen=f"{where[0]}:{where[1]}")
        yield f"http://{where[0]}:{where[1]}{hook.path}"
    finally:
        await runner.cleanup()


async def register(
    application: App, url: str, secret: str, allowed_updates: Sequence[str]
) -> None:
    """Tell Telegram where to bring updates, however long it takes to be heard."""
    wait = FIRST_WAIT_S
    while True:
        try:
            await application.bot.set_webhook(
                url,
                secret_token=secret,
                allowed_updates=list(allowed_updates),
                max_connections=MOST_CONNECTIONS,
                drop_pending_updates=False,
            )
        except RetryAfter as error:
            wait = waits(error).total_seconds()
        except TelegramError as error:
            log.warning("webhook not set yet", error=str(error), next_try_s=wait)
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_S)
