"""The guarded network below the client: names resolved once, addresses checked when dialled."""

import asyncio
import errno
import functools
import socket
import threading
from contextlib import suppress
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from watchers.fetch import ssrf
from watchers.fetch.ssrf import Endpoint

_LOOKUPS = 128
"""Dead name servers block a thread each, for some 20 seconds: a good host's name must not wait for
theirs. Ordinary days see some twenty at a time."""


class RefusedHostError(OSError):
    """An address outside the public internet that nobody has allowed."""


class Network:
    """Resolves names and makes sockets, refusing every address that may not be dialled.

    Names are refused when any of their addresses is private (DNS rebinding answers with one
    of each). Sockets are refused once more by the address they are about to dial, which also
    covers literal addresses: those never meet a resolver.
    """

    def __init__(self, allowed: frozenset[Endpoint]) -> None:
        """Keep the private endpoints that an operator has named."""
        self.allowed = allowed
        self._vouched: set[Endpoint] = set()
        self._room = asyncio.Semaphore(_LOOKUPS)

    def connector(self) -> aiohttp.TCPConnector:
        """Make the connector through which every request of ours goes."""
        return _Connector(
            resolver=Resolver(self),
            socket_factory=self.socket_for,
            limit=0,  # the round limits itself, per host and in all
            ttl_dns_cache=60,
            # A connection serves one request: what a broken server sends behind an answer would
            # be taken for the answer to the next feed's request, up to a 410 or foreign items.
            force_close=True,
        )

    async def resolve(self, host: str, port: int, family: int) -> list[ResolveResult]:
        """Resolve a name to addresses that may all be dialled."""
        infos = await self._lookup(host, port, family)
        found = [_result(host, info) for info in infos]
        if (host.lower().rstrip("."), port) in self.allowed:
            self._vouched.update((address["host"], port) for address in found)
            return found
        for address in found:
            if not ssrf.may_dial(address["host"], port, self.allowed):
                raise RefusedHostError(f"{host} resolves to {address['host']}")
        return found

    async def _lookup(self, host: str, port: int, family: int) -> list[tuple[Any, ...]]:
        """Ask the system for a name, in a thread of its own.

        No exit waits for that thread, as it would for an executor's; nor does a stop.
        """
        await self._room.acquire()
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[list[tuple[Any, ...]]] = loop.create_future()

        def end(found: list[tuple[Any, ...]], error: Exception | None) -> None:
            self._room.release()
            if answered.done():
                return  # nobody waits any more
            if error is not None:
                answered.set_exception(error)
            else:
                answered.set_result(found)

        def work() -> None:
            found: list[tuple[Any, ...]] = []
            error: Exception | None = None
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
            except Exception as failed:  # noqa: BLE001 (raised where it is awaited)
                error = failed
            with suppress(RuntimeError):  # the loop is closed: we ended meanwhile
                loop.call_soon_threadsafe(end, found, error)

        try:
            threading.Thread(target=work, name="resolve", daemon=True).start()
        except RuntimeError as error:  # no more threads just now
            end([], OSError(errno.EAGAIN, str(error)))
        return await answered

    def socket_for(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for one address, the last moment before it is dialled."""
        family, kind, protocol, _, address = info
        if not ssrf.may_dial(address[0], address[1], self.allowed | self._vouched):
            raise RefusedHostError(f"{address[0]} is not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)


class _Patient(ResponseHandler):
    """Reads what can be read of an answer that breaks the rules behind its headers.

    A Content-Length shorter than the body, or nonsense between chunks, makes the client forget
    an answer whose headers it has accepted, or wait for the rest of it for ever. Here such a
    body ends where the rules end; the document itself tells whether it is whole.
    """

    def data_received(self, data: bytes) -> None:
        """Take bytes off the wire, the headers on their own: errors behind them are the body's."""
        head = data.find(b"\r\n\r\n") + 4
        if 4 <= head < len(data):  # noqa: PLR2004 (found, and something follows)
            super().data_received(data[:head])
            data = data[head:]
        super().data_received(data)
        body = self._payload
        if self.exception() is None or body is None or body.is_eof():
            return
        if body.total_bytes:
            body.feed_eof()
        else:
            body.set_exception(aiohttp.ClientPayloadError("nothing of the body could be read"))


class _Connector(aiohttp.TCPConnector):
    """A connector whose connections are patient."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._factory = cast("Any", functools.partial(_Patient, loop=self._loop))


class Resolver(AbstractResolver):
    """What the client asks for addresses."""

    def __init__(self, network: Network) -> None:
        """Resolve through this network."""
        self._network = network

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve as the network allows."""
        return await self._network.resolve(host, port, family)

    async def close(self) -> None:
        """Close nothing: the network outlives its connectors."""


def _result(host: str, info: tuple[Any, ...]) -> ResolveResult:
    family, _, protocol, _, address = info
    scope = address[3] if len(address) > 3 else 0  # noqa: PLR2004 (IPv6: host, port, flow, scope)
    ip = f"{address[0]}%{scope}" if scope and "%" not in address[0] else address[0]
    return ResolveResult(
        hostname=host,
        host=ip,
        port=address[1],
        family=family,
        proto=protocol,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
