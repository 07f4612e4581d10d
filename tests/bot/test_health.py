"""GET /health and /metrics say how we are, and nothing is served where nobody asked for it."""

import socket

import aiohttp
import pytest

from bot import health


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def asked(vitals: health.Vitals, path: str) -> tuple[int, str]:
    listen = f"127.0.0.1:{free_port()}"

    async def measure() -> health.Vitals:
        return vitals

    async with (
        health.served(listen, measure),
        aiohttp.request("GET", f"http://{listen}{path}") as response,
    ):
        return response.status, await response.text()


@pytest.mark.parametrize(("healthy", "status"), [(1.0, 200), (0.0, 503)])
async def test_a_supervisor_sees_health_by_the_status(healthy: float, status: int) -> None:
    told, body = await asked({"steppewire_healthy": healthy}, "/health")
    assert (status, f'{{"steppewire_healthy": {healthy}}}') == (told, body)


async def test_metrics_are_in_prometheus_form() -> None:
    _, body = await asked({"steppewire_outbox_waiting": 3}, "/metrics")
    assert "# TYPE steppewire_outbox_waiting gauge\nsteppewire_outbox_waiting 3\n" == body


async def test_nothing_listens_where_nothing_is_set() -> None:
    async with health.served("", dict):  # type: ignore[arg-type]
        pass
