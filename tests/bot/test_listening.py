"""The door of our servers: silence holds no place, and nonsense leaves no traceback."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.listening import MOST_CONNECTIONS, listening, room
from bot.logs import NoPlaces
from tests.bot.monitoring.test_health import free_port

MUCH = b"x" * 20_000_000
LAST = b"GET / HTTP/1.0\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def door(**how: Any) -> AsyncIterator[tuple[str, int]]:
    async def well(_request: web.Request) -> web.Response:
        return web.Response(text="well")

    app = web.Application()

    async def much(_request: web.Request) -> web.Response:
        return web.Response(body=MUCH)

    app.router.add_get("/", well)
    app.router.add_get("/much", much)
    async with asyncio.timeout(10), listening(app, ("127.0.0.1", free_port()), "X", **how) as at:
        yield at


async def said(line: Line, request: bytes = b"") -> bytes:
    """Send something, and read on until the other side closes."""
    reader, writer = line
    writer.write(request)
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHos", GET + b"GET /"])
async def test_who_does_not_end_a_head_is_sent_away(sent: bytes) -> None:
    async with door(head_s=0.05) as at:
        got = await said(await asyncio.open_connection(*at), sent)
        assert (b"well" in got) == sent.startswith(GET)


async def test_the_longest_silent_makes_room() -> None:
    async with door(most=3) as at:
        silent = [await asyncio.open_connection(*at) for _ in range(8)]
        reader, writer = line = await asyncio.open_connection(*at)
        writer.write(GET)
        assert b"200" in await reader.readline()
        assert [b""] * 6 == [await said(one) for one in silent[:6]]
        assert not silent[7][0].at_eof()
        for _, left in (*silent[6:], line):
            left.close()


async def test_who_asks_and_never_reads_makes_room_too() -> None:
    async with door(most=1) as at:
        reader, writer = stuck = await asyncio.open_connection(*at, limit=1000)
        writer.write(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200" in await reader.readline()
        assert b"well" in await said(await asyncio.open_connection(*at), LAST)
        assert len(await said(stuck)) < len(MUCH)


MALFORMED = [
    "GET /қ HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 9000 + b"\r\n\r\n",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /\x00\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
]


@pytest.mark.parametrize("request_", MALFORMED)
async def test_what_is_no_request_is_a_sentence_and_no_error_of_ours(request_, caplog):
    async with door(head_s=0.2) as at:
        got = await said(await asyncio.open_connection(*at), request_)
    assert got.startswith(b"HTTP/1.0 400 ")
    assert b"Traceback" not in got
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]


def test_there_are_places_and_fewer_than_descriptors() -> None:
    assert 1 <= room() <= MOST_CONNECTIONS


def test_that_nobody_can_be_let_in_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("bot.logs.monotonic", lambda: now)
    told, passes = [], NoPlaces()
    for now in (1000.0, 1000.1, 1059.0, 1061.0):  # noqa: B007 - the clock reads it
        line = logging.makeLogRecord(
            {
                "msg": "socket.accept() out of system resource\nsocket: x",
                "exc_info": (OSError, OSError(), None),
            }
        )
        told.append(passes.filter(line))
        assert not passes.filter(line) or line.exc_info is None
    assert [True, False, False, True] == told
    assert passes.filter(logging.makeLogRecord({"msg": "anything else"}))
