"""GET /health and /metrics say how we are, and nothing is served where nobody asked for it."""

import asyncio
import json
import logging
import socket
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from click.testing import CliRunner

from bot.cli import main
from bot.monitoring import health
from bot.monitoring.health import PartHealth, Vitals
from bot.monitoring.metrics import Metrics
from bot.pipeline import user_agent
from bot.settings import Settings
from bot.version import installed_version


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def asked(vitals: Vitals, path: str) -> tuple[int, str]:
    listen = f"127.0.0.1:{free_port()}"

    async def measure() -> Vitals:
        return vitals

    async with (
        health.served(listen, measure, Metrics("0").exposition),
        aiohttp.request("GET", f"http://{listen}{path}") as response,
    ):
        return response.status, await response.text()


WELL = PartHealth("poller", 3.0, 120.0)
STUCK = PartHealth("ingester", 901.0, 900.0)
CONCERNED = Vitals(concerns={"many_ill": True, "restarts": False})


@pytest.mark.parametrize(
    ("vitals", "status", "wrong"),
    [
        (Vitals(), 200, []),
        (Vitals({"steppewire_outbox_waiting": 3}, {"telegram": True}, (WELL,)), 200, []),
        (Vitals({}, {"telegram": False, "token": True}, (WELL,)), 503, ["telegram"]),
        (Vitals({}, {"telegram": True}, (WELL, STUCK)), 503, ["ingester"]),
    ],
)
async def test_a_supervisor_sees_health_by_the_status_and_what_is_wrong_by_its_name(
    vitals: Vitals, status: int, wrong: list[str]
) -> None:
    told, body = await asked(vitals, "/health")
    assert (status, wrong) == (told, json.loads(body)["wrong"])
    assert float(status == 200) == json.loads(body)["steppewire_healthy"]


async def test_what_concerns_an_admin_is_named_and_ends_nothing() -> None:
    """A supervisor that starts the program anew for it would mend nothing."""
    concerned = replace(CONCERNED, conditions={"telegram": True})
    status, body = await asked(concerned, "/health")
    assert (200, [], ["many_ill"]) == (
        status,
        json.loads(body)["wrong"],
        json.loads(body)["concerns"],
    )
    _, body = await asked(concerned, "/metrics")
    assert {
        'steppewire_concern{concern="many_ill"} 1.0',
        'steppewire_concern{concern="restarts"} 0.0',
        "steppewire_healthy 1.0",
    } <= set(body.splitlines())


async def test_the_parts_ages_stand_beside_their_limits() -> None:
    _, body = await asked(Vitals({}, {}, (WELL,)), "/health")
    assert {"poller": {"silent_s": 3.0, "most_s": 120.0, "stuck": False}} == json.loads(body)[
        "parts"
    ]


async def test_prometheus_gets_the_form_it_asks_for() -> None:
    vitals = Vitals({"steppewire_database_writable": 1}, {}, (WELL,))
    status, body = await asked(vitals, "/metrics")
    assert 200 == status
    told = [line for line in body.splitlines() if not line.startswith("#")]
    assert "steppewire_healthy 1.0" in told
    assert "steppewire_database_writable 1.0" in told
    assert 'steppewire_part_silent_seconds{part="poller"} 3.0' in told
    assert 'steppewire_part_silent_limit_seconds{part="poller"} 120.0' in told


async def test_a_database_that_does_not_answer_is_named() -> None:
    listen = f"127.0.0.1:{free_port()}"

    async def measure() -> Vitals:
        await asyncio.Event().wait()
        return Vitals()

    async with (
        health.served(listen, measure, Metrics("0").exposition, measure_s=0.01),
        aiohttp.request("GET", f"http://{listen}/health") as response,
    ):
        assert (503, ["database"]) == (response.status, (await response.json())["wrong"])


async def test_nothing_listens_where_nothing_is_set() -> None:
    async with health.served("", dict, dict):  # type: ignore[arg-type]
        pass


async def test_who_runs_is_named_by_its_version_to_supervisors_and_outlets() -> None:
    _, body = await asked(Vitals(), "/health")
    assert installed_version() == json.loads(body)["version"]
    agent = user_agent(Settings(user_agent_contact="mailto:me@example.org"))
    named = f"SteppeWire/{installed_version()}"
    assert f"{named} (news monitor; feed reader; +mailto:me@example.org)" == agent


@pytest.mark.parametrize(
    ("vitals", "code", "said"),
    [
        (Vitals({}, {"telegram": True}, (WELL,)), 0, "all is well\n"),
        (CONCERNED, 0, "well, but look at many_ill\n"),
        (Vitals({}, {"telegram": False}, (STUCK,)), 1, "not well: telegram, ingester\n"),
    ],
)
async def test_whoever_has_no_curl_asks_by_a_command(vitals: Vitals, code: int, said: str) -> None:
    listen = f"127.0.0.1:{free_port()}"

    async def measure() -> Vitals:
        return vitals

    async with health.served(listen, measure, Metrics("0").exposition):
        told = await asyncio.to_thread(command, f"0.0.0.0:{listen.partition(':')[2]}")
    assert (code, said) == told


async def test_who_else_answers_is_not_taken_for_us() -> None:
    async def theirs(_request: web.Request) -> web.Response:
        return web.json_response({"status": "up"})

    app = web.Application()
    app.router.add_get("/health", theirs)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port := free_port()).start()
    told = await asyncio.to_thread(command, f"127.0.0.1:{port}")
    await runner.cleanup()
    assert (1, f"It is not SteppeWire that answers at 127.0.0.1:{port}.\n") == told


def test_where_nobody_answers_it_says_so() -> None:
    assert (1, "HEALTH_LISTEN is not set, so the bot tells nobody how it is.\n") == command("")
    listen = f"127.0.0.1:{free_port()}"
    assert (1, f"Nobody answers at {listen}: Connection refused.\n") == command(listen)


def command(listen: str) -> tuple[int, str]:
    """Call ``steppewire health``: its exit code, and all that it says."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        result = CliRunner().invoke(main, ["health"], env={"HEALTH_LISTEN": listen})
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    return result.exit_code, result.output
