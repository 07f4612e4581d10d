"""`steppewire demo` as a process: beside others, on whatever port, and its end."""

import asyncio
import re
import signal
import socket
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests.journeys.process import Running, started


async def address(demo: Running) -> str:
    await demo.says("Ctrl-C stops")
    return re.search(r"http://\S+", demo.log.decode())[0]


async def answers(url: str) -> bool:
    async with aiohttp.request("GET", url) as response:
        return response.status == 200


def said(program: Running) -> list[str]:
    return program.log.decode().splitlines()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_a_second_demo_leaves_the_first_alone_and_runs_beside_it_on_a_port(tmp_path):
    async with started(tmp_path, "demo") as first:
        url = await address(first)
        database = (tmp_path / "demo-data" / "steppewire.db").stat().st_ino
        async with started(tmp_path, "demo") as second:
            assert 1 == await second.ended()
        [sentence] = said(second)
        assert url in sentence
        assert "token" not in sentence
        port = free_port()
        async with started(tmp_path, "demo", "--port", str(port)) as beside:
            assert f"http://127.0.0.1:{port}/" == await address(beside)
            assert await answers(url)
            assert database == (tmp_path / "demo-data" / "steppewire.db").stat().st_ino
            ends = await asyncio.gather(first.end(signal.SIGINT), beside.end(signal.SIGINT))
    assert [0, 0] == ends
    for demo in (first, beside):
        assert "  Stopped." == said(demo)[-1]
        assert b"Traceback" not in demo.log
        assert ["no token"] == re.findall(r"\w+ token", demo.log.decode())


async def test_where_its_usual_port_is_taken_it_takes_the_next_free_one_and_says_so(tmp_path):
    with socket.socket() as usual:
        usual.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # taken by somebody else: as good
            usual.bind(("127.0.0.1", 8011))
            usual.listen()
        environ = {"http_proxy": "http://127.0.0.1:9"}  # no proxy stands before this machine
        async with started(tmp_path, "demo", **environ) as demo:
            assert not (await address(demo)).endswith(":8011/")
            assert "Port 8011 is taken" in demo.log.decode()
            assert 0 == await demo.end(signal.SIGINT)
    assert "telegram is away" not in demo.log.decode()


async def test_a_port_asked_for_that_is_taken_costs_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with started(tmp_path, "demo", "--port", str(port)) as demo:
            assert 1 == await demo.ended()
    [sentence] = said(demo)
    assert str(port) in sentence
    assert not (Path(tmp_path) / "demo-data").exists()


async def test_a_sandbox_of_several_bots_names_a_token_for_each(tmp_path):
    several = ("demo", "--without-bot", "--bots", "2", "--port", str(free_port()))
    async with started(tmp_path, *several) as sandbox, aiohttp.ClientSession() as session:
        page = await address(sandbox)
        told = sandbox.log.decode()
        asked = []
        for token in re.findall(r"^TELEGRAM_BOT_TOKEN=(.+)$", told, re.MULTILINE):
            async with session.get(f"{page}bot{token}/getMe") as response:
                asked.append((await response.json())["result"]["username"])
        assert 0 == await sandbox.end(signal.SIGINT)
    assert ["SteppeWireBot", "SteppeWire2Bot"] == asked
    assert ["steppewire2bot"] == re.findall(r"^BOT_NAME=(.+)$", told, re.MULTILINE)
    async with started(tmp_path, "demo", "--bots", "2") as refused:
        assert 2 == await refused.ended()
    assert "add --without-bot" in said(refused)[-1]


async def test_a_bot_started_by_hand_answers_in_a_sandbox_without_ours(tmp_path):
    async with started(tmp_path, "demo", "--without-bot", "--port", str(free_port())) as sandbox:
        page = await address(sandbox)
        told = sandbox.log.decode()
        settings = dict(re.findall(r"^([A-Z_]+)=(.+)$", told, re.MULTILINE))
        [feed] = re.findall(r"steppewire feeds add (\S+)", told)
        async with started(tmp_path, "feeds", "add", feed, **settings) as adding:
            assert 0 == await adding.ended(), adding.log.decode()
        async with started(tmp_path, "run", **settings) as program:
            await program.says('"connected"')
            assert await answers(page)
            assert 0 == await program.end()
        assert 0 == await sandbox.end(signal.SIGINT)
    assert b"catalogue loaded" not in program.log
    assert not (tmp_path / "demo-data").exists()
