"""Parsing in processes of its own: killable, bounded in memory and time, replaced when gone.

A document can be made to take minutes or gigabytes; only another process can be stopped. Each
worker reads a call from a socket pair (a function of ours by its name, and what it is given),
writes back what that returned, and is replaced after some thousand, because feedparser's memory
comes back from the allocator only with the process.
"""

import asyncio
import contextlib
import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar, cast

import structlog

from storage.errors import ShortageError
from storage.happenings import DocumentRead, Tell, unheard
from watchers.parse import Document, NotAFeed, PageKind, ParsedFeed, article, parse
from watchers.parse.article import ArticleText, FetchedPage, NoText, NoTextKind
from watchers.parse_pool.values import Broken, Stopped

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

_LENGTH_BYTES = 4
_LARGEST_ANSWER = 256 * 1024 * 1024
_START_S = 60.0
"""How long a process may take to start; on a busy machine that says nothing of a document."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What workers may use. ``seconds`` a document, ``memory`` bytes of address space.

    One that was not needed for ``idle_s`` beside the others ends: it is 20 MB that nobody uses.
    """

    workers: int = 2
    seconds: float = 20.0
    memory: int = 1 << 30
    documents: int = 2_000
    idle_s: float = 60.0


class Workers:
    """A few parsing processes, started when first needed."""

    def __init__(self, limits: WorkerLimits | None = None, tell: Tell = unheard) -> None:
        """Keep the limits; nothing is started yet. ``tell`` hears of each document."""
        self._limits = limits or WorkerLimits()
        self._tell = tell
        self._idle: deque[_Worker] = deque()
        self._free = asyncio.Semaphore(self._limits.workers)
        self._closed = False

    async def parse(self, document: Document) -> ParsedFeed | NotAFeed:
        """Parse a document elsewhere; one that takes too long or too much is blamed itself."""
        result = await self.run(document.url, parse, document)
        if isinstance(result, ParsedFeed | NotAFeed):
            return result
        if result is Stopped.TOO_SLOW:
            return NotAFeed(PageKind.TOO_SLOW, {"seconds": round(self._limits.seconds)})
        if isinstance(result, Broken) and result.bug:
            return NotAFeed(PageKind.UNREADABLE, {"bug": result.bug})
        return NotAFeed(PageKind.CRASHED)

    async def extract(self, page: FetchedPage) -> ArticleText | NoText:
        """Find an article's text in its page elsewhere, as carefully."""
        result = await self.run(page.url, article.read, page)
        if isinstance(result, ArticleText | NoText):
            return result
        return NoText(NoTextKind.TOO_SLOW)

    async def run(
        self, url: str, function: Callable[..., Result], *arguments: object
    ) -> Result | Broken | Stopped:
        """Call a function of ours elsewhere, for what came from ``url``.

        It is found by its name there; what it is given and returns is copied. A process that
        takes too long or too much for it is stopped. A bug is logged. Raises ShortageError where
        the machine has no process left to start.
        """
        result = await self._served(url, (function, arguments))
        if isinstance(result, Broken) and result.bug:
            log.error("reader failed by a bug", url=url, bug=result.bug)
        return cast("Result | Broken | Stopped", result)  # from our own process

    async def _served(self, url: str, job: tuple[object, ...]) -> object:
        """Let a process do a job, and stop it where it takes too long or too much."""
        async with self._free:
            worker = self._idle.pop() if self._idle else self._started()
            try:
                await worker.ready()
                began = perf_counter()
                try:
                    async with asyncio.timeout(self._limits.seconds):
                        result = await worker.does(job)
                finally:
                    self._tell(DocumentRead(perf_counter() - began))
            except TimeoutError:
                worker.kill()
                log.warning("parser stopped", url=url, seconds=self._limits.seconds)
                return Stopped.TOO_SLOW
            except (OSError, EOFError, asyncio.IncompleteReadError):
                worker.kill()
                log.warning("parser died", url=url)
                return Stopped.DIED
            except BaseException:
                worker.kill()
                raise
            if worker.served >= self._limits.documents or self._closed:
                worker.kill()
            else:
                worker.used_at = perf_counter()
                self._idle.append(worker)
                self._end_unneeded()
            return result

    def _started(self) -> "_Worker":
        try:
            return _Worker.started(self._limits)
        except OSError as error:
            raise ShortageError.of(error) or error from error

    def _end_unneeded(self) -> None:
        """End who waits since long: the last used is taken first, the others are for crowds."""
        since = perf_counter() - self._limits.idle_s
        while len(self._idle) > 1 and self._idle[0].used_at < since:
            self._idle.popleft().kill()

    async def close(self) -> None:
        """Stop every process."""
        self._closed = True
        while self._idle:
            self._idle.pop().kill()


@contextlib.asynccontextmanager
async def opened(
    limits: WorkerLimits | None = None, tell: Tell = unheard
) -> AsyncIterator[Workers]:
    """Keep workers for as long as the block lasts; ``tell`` hears of each document."""
    workers = Workers(limits, tell)
    try:
        yield workers
    finally:
        await workers.close()


class _Worker:
    """One process and the socket to it."""

    def __init__(self, process: "subprocess.Popen[bytes]", near: socket.socket) -> None:
        self._process = process
        self._near = near
        self._near.setblocking(False)  # noqa: FBT003 (socket's own signature)
        self._is_ready = False
        self.served = 0
        self.used_at = 0.0

    @classmethod
    def started(cls, limits: WorkerLimits) -> "_Worker":
        near, far = socket.socketpair()
        try:
            process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [
                    sys.executable,
                    "-m",
                    "watchers.parse_pool.worker",
                    str(far.fileno()),
                    str(limits.memory),
                    str(round(limits.seconds) + 5),
                ],
                pass_fds=(far.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Ctrl-C in a terminal is for us; we end our workers ourselves.
                process_group=0,
                env=_environment(),
            )
        except BaseException:
            near.close()
            raise
        finally:
            far.close()
        return cls(process, near)

    async def ready(self) -> None:
        """Wait until the process has started and says so: a document's time begins then."""
        if not self._is_ready:
            async with asyncio.timeout(_START_S):
                await self._receive(1)
            self._is_ready = True

    async def does(self, job: tuple[object, ...]) -> object:
        loop = asyncio.get_running_loop()
        message = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        await loop.sock_sendall(self._near, len(message).to_bytes(_LENGTH_BYTES, "big") + message)
        length = int.from_bytes(await self._receive(_LENGTH_BYTES), "big")
        if length > _LARGEST_ANSWER:
            raise EOFError
        answer: object = pickle.loads(await self._receive(length))  # noqa: S301 (from our own process)
        self.served += 1
        return answer

    async def _receive(self, length: int) -> bytes:
        loop = asyncio.get_running_loop()
        buffer = bytearray(length)
        view, at = memoryview(buffer), 0
        while at < length:
            received = await loop.sock_recv_into(self._near, view[at:])
            if not received:
                raise EOFError
            at += received
        return bytes(buffer)

    def kill(self) -> None:
        self._near.close()
        self._process.kill()
        # A killed process is gone in a moment; waiting keeps it from staying a zombie.
        self._process.wait()


def _environment() -> dict[str, str]:
    """Give workers what Python needs and nothing of ours: no token reaches a parser."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONWARNINGS": "ignore",
        # One arena: what a document needed is returned, not kept for a thread that never was.
        "MALLOC_ARENA_MAX": "1",
    }
