"""Answers to a browser: what each carries beside its body, and how it is known to be unchanged."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from aiohttp import web

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Server": "SteppeWire",
}
"""Nothing is loaded from elsewhere, no page may hold ours, and outlets do not learn who reads."""

FRESH = "max-age=30"
"""Nobody need ask for half a minute; then they are told whether anything changed.

Not "public": a cache that others share then keeps nothing that a password was asked for (RFC 9111,
3.5), and whatever was open to everybody.
"""


def page(body: str, status: int = 200) -> web.Response:
    """Give a page."""
    return _answer(body.encode("utf-8", "replace"), "text/html", status)


def data(body: Mapping[str, Any], status: int = 200) -> web.Response:
    """Give JSON, which any site's page may read: there is nothing private in it."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    answer = _answer(text.encode("utf-8", "replace"), "application/json", status)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def file(body: bytes, kind: str) -> web.Response:
    """Give some other kind of file."""
    return _answer(body, kind, 200)


def _answer(body: bytes, kind: str, status: int) -> web.Response:
    answer = web.Response(
        body=body, status=status, content_type=kind, charset="utf-8", headers=HEADERS
    )
    answer.headers["Cache-Control"] = FRESH if status == 200 else "no-store"  # noqa: PLR2004 - HTTP
    if status == 200:  # noqa: PLR2004 - HTTP
        answer.headers["ETag"] = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    return answer


def unless_known(request: web.Request, answer: web.Response) -> web.Response:
    """Give an answer, or 304 where the browser has that very one."""
    known = {tag.value for tag in request.if_none_match or ()}
    tag = answer.headers.get("ETag", "").strip('"')
    if not tag or not known & {tag, "*"}:
        return answer
    kept = {name: answer.headers[name] for name in ("ETag", "Cache-Control", *HEADERS)}
    if "Vary" in answer.headers:
        kept["Vary"] = answer.headers["Vary"]
    return web.Response(status=304, headers=kept)
