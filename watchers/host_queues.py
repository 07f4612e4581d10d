"""How gently hosts are asked: so many feeds at a time, one host's with pauses between them."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from storage import feeds
from watchers.fetch.ssrf import Endpoint


@dataclass(frozen=True, slots=True)
class Politeness:
    """How gently hosts are asked.

    ``at_once`` counts over all hosts: so many answers may come in the same moment and are
    worked off before the chat has its turn. ``spacing_s`` is between two requests of one of a
    host's ``per_host`` queues, in seconds; ``exempt`` hosts are asked as fast as they answer.
    """

    at_once: int = 20
    per_host: int = 2
    spacing_s: float = 1.0
    exempt: frozenset[Endpoint] = frozenset()

    def spares(self, host: str) -> bool:
        """Tell whether a host (``name`` or ``name:port``) need not be spared."""
        name, _, port = host.rpartition(":")
        if name and port.isdecimal():
            return (name, int(port)) in self.exempt
        return bool({(host, 80), (host, 443)} & self.exempt)


class Addressed(Protocol):
    """What is looked at: a feed, an article's page."""

    @property
    def url(self) -> str:
        """Where it is."""


Looked = TypeVar("Looked", bound=Addressed)


async def in_turn(
    found: Iterable[Looked],
    politeness: Politeness,
    look: Callable[[str, Looked], Awaitable[bool]],
) -> None:
    """Look at feeds or pages, several hosts at a time, each host's one after the other.

    ``look(host, feed)`` returns whether it asked the host anything; after a question that
    host has its pause.
    """
    gate = asyncio.Semaphore(politeness.at_once)

    async def work_off(host: str, waiting: deque[Looked]) -> None:
        pause = 0.0 if politeness.spares(host) else politeness.spacing_s
        while waiting:
            one = waiting.popleft()
            async with gate:
                asked = await look(host, one)
            if asked and waiting and pause > 0:
                await asyncio.sleep(pause)

    async with asyncio.TaskGroup() as group:
        for host, waiting in by_host(found).items():
            most = politeness.at_once if politeness.spares(host) else politeness.per_host
            for _ in range(min(most, len(waiting))):
                group.create_task(work_off(host, waiting))


def by_host(found: Iterable[Looked]) -> dict[str, deque[Looked]]:
    """Sort what is looked at by its hosts, each host's in the order given."""
    queues: dict[str, deque[Looked]] = defaultdict(deque)
    for one in found:
        queues[feeds.host_of(one.url)].append(one)
    return queues
