"""GET /health for a supervisor and GET /metrics for Prometheus, where HEALTH_LISTEN is set."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.failures import system_says
from bot.settings import host_port
from storage.errors import NewsError

Vitals = dict[str, float]
"""Measurements by Prometheus name; ``steppewire_healthy`` is 1 or 0."""


@asynccontextmanager
async def served(listen: str, vitals: Callable[[], Awaitable[Vitals]]) -> AsyncIterator[None]:
    """Answer on ``host:port`` for as long as the block runs; an empty ``listen`` serves nothing.

    Raises NewsError where nobody can listen there.
    """
    if not listen:
        yield
        return
    app = web.Application()

    async def health(_request: web.Request) -> web.Response:
        measured = await vitals()
        healthy = measured.get("steppewire_healthy", 0) > 0
        return web.json_response(measured, status=200 if healthy else 503)

    async def metrics(_request: web.Request) -> web.Response:
        measured = await vitals()
        lines = [f"# TYPE {name} gauge\n{name} {value:g}" for name, value in measured.items()]
        return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")

    app.router.add_get("/health", health)
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    host, port = host_port(listen)
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise NewsError(
                "settings.listen", name="HEALTH_LISTEN", listen=listen, reason=system_says(error)
            ) from error
        yield
    finally:
        await runner.cleanup()
