"""The way to the outside: its HTTP client is loaded with the first request.

That takes a tenth of a second, and many a command opens the whole pipeline and asks nobody.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchers.fetch.ssrf import Endpoint
from watchers.fetch.values import FetchLimits, Outcome, Request

if TYPE_CHECKING:
    from watchers.fetch.client import Client


class Fetcher:
    """Makes one bounded request at a time to any number of hosts.

    ``allowed`` are the private endpoints an operator has named; politeness limits spare them too.
    """

    def __init__(self, allowed: frozenset[Endpoint], client: Callable[[], "Client"]) -> None:
        """Keep what makes the client; call ``opened`` instead."""
        self.allowed = allowed
        self._open = client
        self._client: Client | None = None

    async def fetch(self, request: Request) -> Outcome:
        """Ask for a document, following redirects; every failure of the outside is a value."""
        if self._client is None:
            self._client = self._open()
        return await self._client.fetch(request)

    async def close(self) -> None:
        """Close what was opened."""
        if self._client is not None:
            await self._client.close()


def _utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def opened(
    *,
    user_agent: str,
    allowed: frozenset[Endpoint] = frozenset(),
    limits: FetchLimits | None = None,
    clock: Callable[[], datetime] = _utc_now,
) -> AsyncIterator[Fetcher]:
    """Keep a way to the outside for as long as the block lasts.

    ``allowed`` are the private (host, port) pairs that may be dialled.
    """

    def client() -> "Client":
        from watchers.fetch.client import Client  # noqa: PLC0415 (see above)

        return Client(user_agent, allowed, limits or FetchLimits(), clock)

    fetcher = Fetcher(allowed, client)
    try:
        yield fetcher
    finally:
        await fetcher.close()
