"""Asking with patience that ends: a deadline an item, and a circuit breaker behind it.

A service that is slow, wrong or away costs a few items a moment each; then it is off, and no item
waits for it, until a probe in the background, ever more seldom, is answered well.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self
from zlib import crc32

import structlog

from watchers.backoff import Backoff
from watchers.meaning import models
from watchers.meaning.values import Embedder, MeaningError, checked

log = structlog.get_logger(__name__)

_PROBE = "News"
"""What is asked to see whether somebody answers: nothing of anybody's."""


class Meaning(Protocol):
    """What the ingester asks when in doubt."""

    @property
    def mark(self) -> bytes:
        """Name the model in four bytes: vectors of two models cannot be compared."""
        ...

    @property
    def is_fitted(self) -> bool:
        """Tell whether it is the very model that the weights were fitted to."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[bytes] | None:
        """Give a quantised vector for each text; None where that cannot be had in time."""
        ...


@dataclass(frozen=True, slots=True)
class Patience(Backoff):
    """How long we wait: ``item_s`` for an item's answer, ``probe_s`` for a probe's.

    In the pauses after failures nobody is asked; each ends with a probe.
    """

    item_s: float = 0.3
    probe_s: float = 30.0


class Asking:
    """A model that is asked with patience that ends. Begins off, with a probe at once."""

    def __init__(self, embedder: Embedder, model: str, patience: Patience | None = None) -> None:
        """Ask ``embedder``, whose vectors are those of ``model``."""
        self.mark = crc32(model.encode()).to_bytes(4, "big")
        self.is_fitted = models.is_fitted(model)
        self._embedder = embedder
        self._prefix = models.prefix_of(model)
        self._patience = patience or Patience()
        self._dimensions: int | None = None
        self._failures = 0
        self._probing: asyncio.Task[None] | None = None
        self._answers = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Begin to see whether somebody answers; nobody waits for that."""
        self._probing = asyncio.create_task(self._probe(told=False))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Ask no more."""
        if self._probing is not None:
            self._probing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._probing
        self._answers.clear()
        await self._embedder.close()

    async def ask_once(self, texts: Sequence[str] = (_PROBE,)) -> list[bytes]:
        """Ask with a probe's patience, on or off. Raises MeaningError or OSError."""
        return await self._ask(texts, self._patience.probe_s)

    async def close(self) -> None:
        """Let go of who answers, where it was not entered."""
        await self._embedder.close()

    @property
    def is_on(self) -> bool:
        """Tell whether it is asked just now."""
        return self._answers.is_set()

    async def answering(self) -> None:
        """Wait until somebody answers."""
        await self._answers.wait()

    async def embed(self, texts: Sequence[str]) -> list[bytes] | None:
        """Give a quantised vector for each text; None where that cannot be had in time."""
        if not self.is_on:
            return None
        try:
            vectors = await self._ask(texts, self._patience.item_s)
        except (MeaningError, OSError) as error:
            self._failed(error)
            return None
        self._failures = 0
        return vectors

    async def _ask(self, texts: Sequence[str], seconds: float) -> list[bytes]:
        async with asyncio.timeout(seconds):
            answer = await self._embedder.ask([self._prefix + text for text in texts])
        vectors = checked(answer, len(texts), self._dimensions)
        self._dimensions = len(vectors[0])
        return [self.mark + packed for packed in vectors]

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if self._failures >= self._patience.failures:
            self._failures = 0
            self._answers.clear()
            log.warning("meaning is off", reason=_said(error))
            self._probing = asyncio.create_task(self._probe(told=True))

    async def _probe(self, *, told: bool) -> None:
        """Ask in the background until that is answered well; say once that it is not.

        At once where nobody was asked before.
        """
        failed = self._patience.failures if told else 0
        while True:
            await asyncio.sleep(self._patience.after(failed))
            if told:
                await self._embedder.give_up()
            # Whoever answers now may be another than before.
            self._dimensions = None
            try:
                await self._ask([_PROBE], self._patience.probe_s)  # it may load its model first
                await self._ask([_PROBE], self._patience.item_s)  # from now on it must be quick
            except (MeaningError, OSError) as error:
                if not told:
                    log.warning("meaning is off", reason=_said(error))
                told = True
                failed = max(failed + 1, self._patience.failures)
                continue
            log.info("meaning is on", dimensions=self._dimensions)
            self._answers.set()
            return


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error)[:200] or type(error).__name__
