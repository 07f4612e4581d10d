"""A feed farm on loopback: real HTTP, ordinary and hostile, and a record of what was asked."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

ITEM = """<item><title>{title}</title><link>{link}</link><guid isPermaLink="false">{guid}</guid>\
<pubDate>{date}</pubDate><description>{text}</description></item>"""

Endpoint = Callable[[web.Request], Awaitable[web.StreamResponse]]


def rss(*items: str, title: str = "Степной вестник", extra: str = "") -> str:
    """An ordinary RSS 2.0 document with these items."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{title}</title><link>https://outlet.example/</link>{extra}"
        f"{''.join(items)}</channel></rss>"
    )


def item(number: int, title: str = "", date: str = "Sun, 22 Nov 2026 07:00:00 GMT") -> str:
    """An ordinary item, different from those of other numbers in every respect."""
    return ITEM.format(
        title=title or f"Совет обсудил вопрос номер {number}",
        link=f"https://outlet.example/news/{number}",
        guid=f"id-{number}",
        date=date,
        text=f"Подробности вопроса {number}.",
    )


@dataclass
class Farm:
    """Serves what tests put under a path. ``asked`` lists each request's path and headers."""

    port: int = 0
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    otherwise: Endpoint | None = None
    """What answers where nothing was put; else that is 404."""

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"

    def serve(
        self, path: str, body: str | bytes = b"", *, status: int = 200, **headers: str
    ) -> str:
        """Serve this under a path from now on; header names with _ for -. Return the address."""
        raw = body.encode() if isinstance(body, str) else body
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told.setdefault("Content-Type", "application/xml")

        async def answer(request: web.Request) -> web.StreamResponse:
            etag, since = told.get("ETag"), told.get("Last-Modified")
            asked = request.headers
            if status == 200 and (
                (etag and asked.get("If-None-Match") == etag)
                or (not etag and since and asked.get("If-Modified-Since") == since)
            ):
                return web.Response(status=304, headers={"ETag": etag} if etag else {})
            return web.Response(body=raw, status=status, headers=told)

        self.endpoints[path] = answer
        return self.url(path)

    def at(self, path: str) -> Callable[[Endpoint], str]:
        """Serve a path with a function of the request."""

        def keep(endpoint: Endpoint) -> str:
            self.endpoints[path] = endpoint
            return self.url(path)

        return keep

    def headers(self, path: str) -> list[dict[str, str]]:
        """The headers of every request for a path, oldest first."""
        return [headers for asked, headers in self.asked if asked == path]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve a request."""
        self.asked.append((request.path, dict(request.headers)))
        endpoint = self.endpoints.get(request.path, self.otherwise)
        return await endpoint(request) if endpoint else web.Response(status=404)


@asynccontextmanager
async def opened(hosts: Iterable[str] = ("127.0.0.1",)) -> AsyncIterator[Farm]:
    """A farm on a free port of these loopback addresses for as long as the block lasts."""
    farm = Farm()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", farm.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    for host in hosts:
        await web.TCPSite(runner, host, farm.port).start()
        farm.port = runner.addresses[0][1]
    try:
        yield farm
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(answer: bytes, *, hang: bool = False) -> AsyncIterator[int]:
    """A server that writes these bytes whatever is asked, then closes or hangs; its port."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if not hang:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.close()


def bomb(size: int) -> bytes:
    """So many zero bytes, gzipped."""
    return gzip.compress(bytes(size), 9)
