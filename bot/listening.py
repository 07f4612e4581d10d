"""Our HTTP servers' one door: who sends nothing holds no place, and what is no request is no bug.

Whoever can reach a port can open a thousand connections and say nothing. So each has some seconds
for a whole head, there are only so many at once, and who comes then takes the place of the one
that has said nothing for longest.
"""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.failures import system_says
from storage.errors import NewsError

log = structlog.get_logger(__name__)

HEAD_S = 15.0
"""So long may a request's head take, and so long may a connection lie idle."""

LINGER_S = 5.0
"""So long is a body read that nobody asked for."""

MOST_CONNECTIONS = 512
SPARED = 4
"""A server of ours takes a quarter of the descriptors at most: feeds and files need some, too."""


class Connection(web.RequestHandler):
    """A connection, known to its door."""

    __slots__ = ("_door", "_line")

    def __init__(self, door: "Door", server: web.Server, **how: Any) -> None:
        """Keep whose door it came by."""
        super().__init__(server, **how)
        self._door = door
        self._line: asyncio.BaseTransport | None = None  # aiohttp forgets its own as it closes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place, somebody else's where there is none."""
        self._line = transport
        super().connection_made(transport)
        self._door.heard(self)
        self._door.make_room()

    def data_received(self, data: bytes) -> None:
        """Read on; who was heard just now is the last whose place is taken."""
        self._door.heard(self)
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Leave the place."""
        self._door.left(self)
        super().connection_lost(exc)

    def abort(self) -> None:
        """End at once, whatever is still to be sent: it may be to somebody who never reads."""
        if isinstance(self._line, asyncio.WriteTransport):
            self._line.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Refuse what is no request in a sentence: it is the sender's fault, and no news to us."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        log.debug("not a request", error=type(exc).__name__)
        text = "This is not a request that HTTP knows.\n"
        answer = web.Response(status=status, text=text, headers={"Server": "SteppeWire"})
        answer.force_close()
        return answer


@dataclass(slots=True)
class Door:
    """The connections of a server, who was heard least lately first; ``most`` at once."""

    most: int
    _open: dict[Connection, None] = field(default_factory=dict)

    def heard(self, connection: Connection) -> None:
        """Take note that somebody came, or said something."""
        self._open.pop(connection, None)
        self._open[connection] = None

    def left(self, connection: Connection) -> None:
        """Take note that somebody left."""
        self._open.pop(connection, None)

    def make_room(self) -> None:
        """End whoever has said nothing for longest, where there are too many."""
        while len(self._open) > self.most:
            silent = next(iter(self._open))
            self.left(silent)
            silent.abort()


def room() -> int:
    """Return how many connections a server may have, by what the system gives this process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limited = soft // SPARED if soft != resource.RLIM_INFINITY else MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, limited))


def written(host: str, port: int) -> str:
    """Write ``host:port`` as addresses have it: IPv6 in square brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@asynccontextmanager
async def listening(
    app: web.Application,
    where: tuple[str, int],
    setting: str,
    *,
    head_s: float = HEAD_S,
    most: int | None = None,
) -> AsyncIterator[tuple[str, int]]:
    """Serve an application at host and port for as long as the block runs; yields where it is.

    Raises NewsError, which names the ``setting`` that said so, where nobody can listen there.
    """
    door = Door(room() if most is None else most)
    loop = asyncio.get_running_loop()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()

    def connection() -> Connection:
        return Connection(
            door,
            cast("web.Server", runner.server),  # there is one once it is set up
            loop=loop,
            access_log=None,
            keepalive_timeout=head_s,
            lingering_time=LINGER_S,
        )

    try:
        server = await _opened(connection, where, setting)
        try:
            yield server.sockets[0].getsockname()[:2]
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def _opened(connection: Any, where: tuple[str, int], setting: str) -> asyncio.Server:
    host, port = where
    try:
        return await asyncio.get_running_loop().create_server(connection, host, port, backlog=128)
    except OSError as error:
        raise NewsError(
            "settings.listen", name=setting, listen=written(host, port), reason=system_says(error)
        ) from error
