"""GET /health for a supervisor and GET /metrics for Prometheus, where HEALTH_LISTEN is set."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.listening import listening
from bot.settings import host_port
from bot.version import installed_version
from storage.errors import NewsError

MEASURE_S = 5.0
"""Measuring reads the database: one that does not answer for so long is stuck."""

HEALTHY = "steppewire_healthy"


@dataclass(frozen=True, slots=True)
class PartHealth:
    """A part that can get stuck: for how long it has shown no progress, and how long it may.

    Both in seconds.
    """

    name: str
    silent_s: float
    most_s: float

    @property
    def is_stuck(self) -> bool:
        """Whether it has been silent for longer than its work can take."""
        return self.silent_s > self.most_s

    @property
    def is_slow(self) -> bool:
        """Whether it is not stuck, and half of its time is gone."""
        return self.most_s / 2 < self.silent_s <= self.most_s


@dataclass(frozen=True, slots=True)
class Vitals:
    """Measurements by Prometheus name, conditions without which we are not well, and the parts.

    ``concerns`` is what an admin should look at and no new start would mend, each whether it is
    so: it stands beside what is wrong, and a supervisor does nothing for it.
    ``by_label`` has what Prometheus is told apart by a label: by metric, and in it by the label's
    value.
    """

    numbers: Mapping[str, float] = field(default_factory=dict)
    conditions: Mapping[str, bool] = field(default_factory=dict)
    parts: tuple[PartHealth, ...] = ()
    by_label: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    concerns: Mapping[str, bool] = field(default_factory=dict)

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong, by name: conditions that do not hold, parts that are stuck."""
        return (
            *(name for name, holds in self.conditions.items() if not holds),
            *(part.name for part in self.parts if part.is_stuck),
        )

    @property
    def concerning(self) -> tuple[str, ...]:
        """What concerns an admin just now, by name."""
        return tuple(name for name, stands in self.concerns.items() if stands)

    def in_words(self) -> str:
        """Say it in one line, to whoever reads what a service does."""
        return in_a_line(self.wrong, self.concerning)

    def as_json(self) -> dict[str, Any]:
        """Say it to a supervisor."""
        return {
            HEALTHY: float(not self.wrong),
            "version": installed_version(),
            "wrong": self.wrong,
            "concerns": self.concerning,
            **self.numbers,
            "parts": {
                part.name: {
                    "silent_s": round(part.silent_s, 1),
                    "most_s": part.most_s,
                    "stuck": part.is_stuck,
                }
                for part in self.parts
            },
        }


def in_a_line(wrong: Sequence[str], concerns: Sequence[str]) -> str:
    """Say how a process is that has these wrong, and these to be looked at by somebody."""
    if wrong:
        return f"not well: {', '.join((*wrong, *concerns))}"
    return f"well, but look at {', '.join(concerns)}" if concerns else "all is well"


NO_DATABASE = Vitals(conditions={"database": False})
"""What is said where the database does not answer: nothing else can be measured."""


async def measured(
    measure: Callable[[], Awaitable[Vitals]], *, measure_s: float = MEASURE_S
) -> Vitals:
    """Measure, for so many seconds at most: whatever hangs then, it is the database's."""
    try:
        async with asyncio.timeout(measure_s):
            return await measure()
    except (TimeoutError, NewsError):
        return NO_DATABASE


@asynccontextmanager
async def served(
    listen: str,
    measure: Callable[[], Awaitable[Vitals]],
    expose: Callable[[str, Vitals], tuple[bytes, str]],
    *,
    measure_s: float = MEASURE_S,
) -> AsyncIterator[None]:
    """Answer on ``host:port`` for as long as the block runs; an empty ``listen`` serves nothing.

    ``expose`` writes for Prometheus, in the form that an Accept header asks for, and names it.

    Raises NewsError where nobody can listen there.
    """
    if not listen:
        yield
        return
    app = web.Application()

    async def health(_request: web.Request) -> web.Response:
        vitals = await measured(measure, measure_s=measure_s)
        return web.json_response(vitals.as_json(), status=503 if vitals.wrong else 200)

    async def metrics(request: web.Request) -> web.Response:
        body, content_type = expose(
            request.headers.get("Accept", ""), await measured(measure, measure_s=measure_s)
        )
        return web.Response(body=body, headers={"Content-Type": content_type})

    app.router.add_get("/health", health)
    app.router.add_get("/metrics", metrics)
    async with listening(app, host_port(listen), "HEALTH_LISTEN"):
        yield
