"""setWebhook, deleteWebhook, getWebhookInfo; getUpdates lives with the polls in polling.py."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.model import Bot, Webhook
from bot.sandbox.telegram.service import Telegram

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PORTS = (None, 443, 80, 88, 8443)


def wanted_updates(bot: Bot, params: Params) -> frozenset[str] | None:
    """Read `allowed_updates`; absent keeps what was set, empty is Telegram's default."""
    raw = params.json("allowed_updates", "allowed updates")
    if not params.has("allowed_updates"):
        return bot.allowed_updates
    return frozenset(str(kind) for kind in raw) if raw else None


def set_webhook(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Have updates POSTed; plain HTTP and any port only on loopback, as a local server allows."""
    url = params.text("url")
    if not url:
        return delete_webhook(telegram, bot, params)
    parts = urlsplit(url)
    if parts.hostname not in _LOOPBACK:
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if parts.port not in _PORTS:
            raise bad_request(
                "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
            )
    secret = params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    hook = Webhook(url, secret, params.number("max_connections", 40))
    wanted = wanted_updates(bot, params)
    if params.flag("drop_pending_updates"):
        telegram.queues[bot.id].clear()
    telegram.put_bot(replace(bot, webhook=hook, allowed_updates=wanted))
    return True


def delete_webhook(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Go back to polling."""
    if params.flag("drop_pending_updates"):
        telegram.queues[bot.id].clear()
    telegram.put_bot(replace(bot, webhook=None))
    return True


def get_webhook_info(telegram: Telegram, bot: Bot, params: Params) -> Any:  # noqa: ARG001
    """Tell where updates go and how many wait."""
    hook = bot.webhook
    body: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.queues[bot.id]),
    }
    if hook:
        body["max_connections"] = hook.max_connections
    if bot.allowed_updates is not None:
        body["allowed_updates"] = sorted(bot.allowed_updates)
    return body
