"""Who may talk to the box from a browser: only its own page, by its own loopback name."""

from collections.abc import Awaitable, Callable

from aiohttp import web

_NAMES = ("127.0.0.1", "localhost", "::1", "[::1]")
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse other sites' pages (Origin) and borrowed names (DNS rebinding).

    The box holds nothing secret, but a stray web page must not write as the demo's admin. A box
    bound to a real address on purpose is its owner's business: then any host name is accepted.
    """
    local = request.url.host in _NAMES
    peer_local = (request.remote or "").startswith(("127.", "::1"))
    if peer_local and not local:
        raise web.HTTPForbidden(text="unknown host name")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text="foreign origin")
    return await handler(request)
