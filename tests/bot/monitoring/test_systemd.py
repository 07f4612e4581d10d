"""systemd hears, by real datagrams, when we are ready, that we go on, and when we stop."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.monitoring.health import PartHealth, Vitals
from bot.monitoring.systemd import NOBODY, WORD_S, Supervisor, attend

OURS = str(os.getpid())


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """What NOTIFY_SOCKET names."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def heard(systemd: socket.socket) -> list[str]:
    return systemd.recv(4096).decode().splitlines()


@pytest.mark.parametrize(
    ("environ", "patience_s", "every_s"),
    [
        ({}, None, WORD_S),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": OURS}, 120.0, 30.0),
        ({"WATCHDOG_USEC": "30000000"}, 30.0, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None, WORD_S),
        ({"WATCHDOG_USEC": "0"}, None, WORD_S),
        ({"WATCHDOG_USEC": "soon"}, None, WORD_S),
    ],
)
def test_it_is_told_in_time_where_it_waits_for_us(
    environ: dict[str, str], patience_s: float | None, every_s: float
) -> None:
    found = Supervisor.named_in({"NOTIFY_SOCKET": "/run/notify"} | environ)
    assert Supervisor("/run/notify", patience_s) == found
    assert every_s == found.every_s


def test_it_hears_when_we_are_ready_and_when_we_stop(systemd: socket.socket) -> None:
    supervisor = Supervisor(systemd.getsockname())
    supervisor.ready()
    supervisor.stopping()
    assert ["READY=1", "STATUS=running"] == heard(systemd)
    assert ["STOPPING=1", "STATUS=stopping"] == heard(systemd)


def test_a_name_that_is_no_file_is_found() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0steppewire-test-{OURS}")
        listening.settimeout(5)
        Supervisor(f"@steppewire-test-{OURS}").ready()
        assert "READY=1" in heard(listening)


async def well() -> str:
    return Vitals({}, {"telegram": True}).in_words()


async def ill() -> str:
    return Vitals({}, {"telegram": False}, (PartHealth("ingester", 2.0, 1.0),)).in_words()


async def wrong() -> str:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("status", "told"),
    [(well, "all is well"), (ill, "not well: telegram, ingester"), (wrong, "running")],
)
async def test_it_hears_that_we_go_on_and_how_we_are(
    systemd: socket.socket, status: object, told: str
) -> None:
    attending = asyncio.create_task(attend(Supervisor(systemd.getsockname(), 0.003), status))
    for _ in range(2):
        told_now = await asyncio.to_thread(heard, systemd)
        assert ["WATCHDOG=1", f"STATUS={told}"] == told_now
    attending.cancel()


async def test_nobody_is_told_nothing_and_who_is_gone_is_no_trouble(tmp_path: Path) -> None:
    with capture_logs() as log:
        NOBODY.ready()
        await attend(NOBODY, wrong)
        assert [] == log
        Supervisor(str(tmp_path / "gone")).stopping()
    assert ["systemd not told"] == [line["event"] for line in log]
