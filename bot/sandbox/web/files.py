"""The files of the chat page and the headers every answer to a browser carries."""

from importlib import resources
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.guard import CONTENT_POLICY

ASSETS = {
    "style.css": "text/css",
    "chat.css": "text/css",
    "app.js": "text/javascript",
    "api.js": "text/javascript",
    "bubbles.js": "text/javascript",
    "composer.js": "text/javascript",
    "dom.js": "text/javascript",
    "labels.js": "text/javascript",
    "richtext.js": "text/javascript",
    "sidebar.js": "text/javascript",
    "talk.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "pattern.svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def static(name: str, kind: str) -> web.Response:
    """Give a file of the page."""
    content = resources.files("bot.sandbox").joinpath("page", name).read_bytes()
    return web.Response(body=content, content_type=kind, charset="utf-8", headers=HEADERS)


def asset(name: str) -> web.Response:
    """Give a listed file of the page; HTTPNotFound for any other name."""
    if name not in ASSETS:
        raise web.HTTPNotFound
    return static(name, ASSETS[name])


def answer(body: Any, status: int = 200) -> web.Response:
    """Give JSON."""
    return web.json_response(body, status=status, headers=HEADERS)


def disposition(name: str) -> str:
    """Write a Content-Disposition that survives any file name (RFC 6266, RFC 8187)."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
