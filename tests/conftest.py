"""What many tests need: a fresh database, plain or behind its thread, and a moment in time."""

import gc
import logging
import os
import shutil
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from storage.database import Database, connect
from storage.sql import Connection

# A busy machine is no defect: time is measured in tests/benchmarks, never in a test.
settings.register_profile("untimed", deadline=None)
# For `make fuzz`: as many in a round, each round from another seed.
settings.register_profile(
    "fuzz", deadline=None, max_examples=5_000, suppress_health_check=list(HealthCheck)
)
settings.load_profile("untimed")

# Without it each worker rewrites every assert and each process compiles every module anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Every client of python-telegram-bot reads all certificates anew: .05 s, and tests make hundreds.
ssl.create_default_context = cache(ssl.create_default_context)

if find_spec("sniffio") is None:
    # httpcore looks for it at each request anew, in every folder of the path.
    sys.modules["sniffio"] = None

IN_MEMORY = Path("/dev/shm")
ROOM = 1 << 30
"""Bytes that a run's folders fit into several times; a container's usual 64 MB are too few."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep the files' order for `--dist loadfile`; hold tests' folders in memory if possible.

    By the number of their tests, as xdist would have it, the files of the long tests come last.
    A disk would make each commit wait.
    """
    config.option.loadscopereorder = False
    with suppress(OSError):
        there = os.statvfs(IN_MEMORY)
        serves = there.f_bavail * there.f_frsize > ROOM and not there.f_flag & os.ST_NOEXEC
        if serves and os.access(IN_MEMORY, os.W_OK):
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


LONG = (
    "tests/browser/",
    "tests/longrun/",
    "tests/journeys/",
    "tests/bot/sandbox/outlets/test_four_hours",
    "tests/watchers/test_days",
    "tests/bot/cli/test_sentences",
)
"""What takes a second a test, longest first. Begun last, one worker would end long after the
others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones; all else stays in its random order."""
    items.sort(
        key=lambda item: next(
            (at for at, one in enumerate(LONG) if item.nodeid.startswith(one)), len(LONG)
        )
    )


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of every later search for garbage: it stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _let_go() -> Iterator[None]:
    """What a file's tests left open fails there: else whichever test the garbage falls into.

    From Python 3.13 on a database that nobody closed warns when it is collected.
    """
    yield
    if sys.version_info >= (3, 13):
        gc.collect()


@pytest.fixture(autouse=True)
def _quiet_log() -> None:
    """Log lines go nowhere and cost little: pretty tracebacks take longer than the tests."""
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database: making its schema takes far longer than most tests do with it."""
    path = tmp_path_factory.mktemp("schema") / "news.db"
    connect(path).close()
    return path


@pytest.fixture
def news_file(schema: Path, tmp_path: Path) -> Path:
    """A fresh database's file, of this test alone."""
    return Path(shutil.copy(schema, tmp_path / "news.db"))


@pytest.fixture
def connection(news_file: Path) -> Iterator[Connection]:
    """A fresh database in this thread, for tests of storage functions."""
    opened = connect(news_file)
    yield opened
    opened.close()


@pytest.fixture
async def db(news_file: Path) -> AsyncIterator[Database]:
    """A fresh database behind its own thread, as the program uses it."""
    opened = await Database.opened(news_file)
    yield opened
    await opened.close()


@pytest.fixture
def now() -> datetime:
    """The moment at which a test happens."""
    return datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
