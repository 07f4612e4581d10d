"""The sandbox's newsstand, served from a thread: the command line runs its own event loop."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.sandbox import Sandbox


@dataclass(frozen=True)
class Stand:
    """Where the sample outlets are served."""

    url: str

    @property
    def host(self) -> str:
        """The address as FEED_ALLOW_HOSTS takes it."""
        return self.url.removeprefix("http://")


@contextmanager
def stand() -> Iterator[Stand]:
    """Serve the sample outlets for as long as the block runs."""
    loop = asyncio.new_event_loop()
    started: list[str] = []
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with Sandbox.start(people=False, every=3600) as box:
            started.append(box.url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(10)
    try:
        yield Stand(started[0])
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
