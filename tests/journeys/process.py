"""The program as a process of its own, for journeys that start, stop and kill it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys import warm

LONGEST_S = 60.0


@dataclass
class Running:
    """A started program. ``log`` is what it has written so far."""

    process: asyncio.subprocess.Process | warm.Forked
    log: bytearray
    heard: asyncio.Event

    async def says(self, text: str) -> None:
        """Wait until the log holds a text."""
        async with asyncio.timeout(LONGEST_S):
            while text.encode() not in self.log:
                if self.process.returncode is not None:
                    message = f"ended before it said {text!r}: {self.log.decode()}"
                    raise AssertionError(message)
                self.heard.clear()
                await self.heard.wait()

    async def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(sign)
        return await self.ended()

    async def interrupt(self) -> int:
        """Press Ctrl-C, which reaches all that the program has started, and return its exit
        code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return await self.ended()

    async def ended(self) -> int:
        """Return the exit code when the program has ended."""
        async with asyncio.timeout(LONGEST_S):
            return await self.process.wait()


@asynccontextmanager
async def started(folder: Path, *words: str, **settings: str) -> AsyncIterator[Running]:
    """Run ``steppewire`` with words in a folder; what still runs at the end is killed."""
    program = await warm.start("bot", *words, cwd=folder, env=environment(folder) | settings)
    async with attended(program) as running:
        yield running


def environment(folder: Path) -> dict[str, str]:
    """What a program in a folder is told, but for its own settings."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "DATABASE_PATH": str(folder / "news.db"),
        "LOG_FORMAT": "json",
        "TMPDIR": str(folder),
    }


@asynccontextmanager
async def launched(*words: str, cwd: Path, env: dict[str, str]) -> AsyncIterator[Running]:
    """Run a program from nothing, at the head of a process group of its own, as a terminal
    does."""
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=cwd,
        env=env,
        start_new_session=True,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with attended(process) as running:
        yield running


@asynccontextmanager
async def attended(process: asyncio.subprocess.Process | warm.Forked) -> AsyncIterator[Running]:
    """Hear what a started program says; what still runs at the end is killed, group and all."""
    log, heard = bytearray(), asyncio.Event()

    async def listen() -> None:
        assert process.stdout is not None
        while chunk := await process.stdout.read(65_536):
            log.extend(chunk)
            heard.set()
        await process.wait()
        heard.set()

    listening = asyncio.create_task(listen())
    try:
        yield Running(process, log, heard)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        await listening
