"""A service on loopback, well and ill: what becomes of who asks, and of who need not wait."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.farm import Endpoint, Farm, opened, raw_server
from watchers.meaning.asking import Asking, Patience
from watchers.meaning.opening import Embeddings, asking
from watchers.meaning.opening import opened as meaning_opened

PATH = "/v1/embeddings"
EAGER = Patience(item_s=0.2, probe_s=0.4, failures=2, pause_s=0.0, longest_s=0.0)


@pytest.fixture
async def farm() -> AsyncIterator[Farm]:
    async with opened() as running:
        yield running


def data(*vectors: object) -> str:
    rows = [{"index": index, "embedding": one} for index, one in enumerate(vectors)]
    return json.dumps({"object": "list", "data": rows})


def good(seen: list[dict[str, object]]) -> Endpoint:
    """Serve vectors of two dimensions that tell texts by their length."""

    async def answer(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        seen.append(asked)
        return web.Response(text=data(*([float(len(text)), 1.0] for text in asked["input"])))

    return answer


def fixed(body: str | bytes, status: int = 200, **headers: str) -> Endpoint:
    async def answer(_: web.Request) -> web.StreamResponse:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(body=raw, status=status, headers=headers)

    return answer


async def hanging(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 100_000)


ILL: dict[str, Endpoint] = {
    "hanging": hanging,
    "endless": endless,
    "500": fixed("oops", 500),
    "401": fixed(data([1.0, 2.0]), 401),
    "moved": fixed("", 307, Location="/elsewhere"),
    "garbage": fixed("<html>"),
    "gzip": fixed(b"\x1f\x8b\x08", **{"Content-Encoding": "gzip"}),
    "no vectors": fixed('{"data": []}'),
    "too many": fixed(data([1.0, 2.0], [1.0, 2.0], [1.0, 2.0])),
    "another dimension": fixed(data([1.0, 2.0, 3.0])),
    "not a number": fixed('{"data": [{"embedding": [1.0, NaN]}]}'),
    "infinite": fixed('{"data": [{"embedding": [1.0, 1e999]}]}'),
    "too large": fixed('{"data": [' + " " * 3_000_000 + "]}"),
}


def of(farm: Farm, patience: Patience = EAGER, model: str = "m") -> Asking:
    return asking(Embeddings(farm.url(""), "k-1", model), patience)


async def test_texts_become_vectors_behind_the_models_mark(farm: Farm) -> None:
    seen: list[dict[str, object]] = []
    farm.at(PATH)(good(seen))
    async with of(farm, model="multilingual-e5-small") as one:
        await one.answering()
        found = await one.embed(["ab", "abcd"])
    assert found is not None
    assert [one.mark] * 2 == [packed[:4] for packed in found]
    assert [2] * 2 == [len(packed[4:]) for packed in found]
    assert {
        "model": "multilingual-e5-small",
        "input": ["query: ab", "query: abcd"],
        "encoding_format": "float",
    } == seen[-1]
    assert {"Bearer k-1"} == {headers["Authorization"] for headers in farm.headers(PATH)}


async def test_a_service_that_is_always_late_is_never_on(farm: Farm) -> None:
    """What answers only with a probe's patience would cost every item its wait."""
    seen: list[dict[str, object]] = []
    asked_again = asyncio.Event()

    async def late(request: web.Request) -> web.StreamResponse:
        if seen:
            asked_again.set()
            await asyncio.Event().wait()
        return await good(seen)(request)

    farm.at(PATH)(late)
    async with of(farm, Patience(item_s=0.01, pause_s=60)) as one:
        await asked_again.wait()
        assert not one.is_on
        assert await one.embed(["of a reader's town"]) is None


async def test_until_somebody_answers_nobody_waits_and_no_text_is_sent(farm: Farm) -> None:
    released = asyncio.Event()
    seen: list[dict[str, object]] = []

    async def loading(request: web.Request) -> web.StreamResponse:
        await released.wait()
        return await good(seen)(request)

    farm.at(PATH)(loading)
    async with of(farm, Patience()) as one:
        assert await one.embed(["of a reader's town"]) is None
        released.set()
        await one.answering()
    assert [["News"], ["News"]] == [asked["input"] for asked in seen]  # slowly, then quickly


@pytest.mark.parametrize("ill", ILL)
async def test_an_ill_service_is_left_alone_until_it_is_well(farm: Farm, ill: str) -> None:
    seen: list[dict[str, object]] = []
    farm.at(PATH)(good(seen))
    farm.at("/elsewhere")(good(seen))
    async with of(farm) as one:
        await one.answering()
        farm.at(PATH)(ILL[ill])
        for _ in range(EAGER.failures):
            assert one.is_on
            assert await one.embed(["text"]) is None
        assert not one.is_on
        asked = len(farm.asked)
        assert await one.embed(["text"]) is None
        assert asked == len(farm.asked)
        farm.at(PATH)(good(seen))
        await one.answering()
        assert await one.embed(["text"]) is not None
    assert "/elsewhere" not in {path for path, _ in farm.asked}


async def test_one_failure_alone_turns_nothing_off(farm: Farm) -> None:
    seen: list[dict[str, object]] = []
    farm.at(PATH)(good(seen))
    async with of(farm) as one:
        await one.answering()
        for _ in range(3):
            farm.at(PATH)(ILL["500"])
            assert await one.embed(["text"]) is None
            farm.at(PATH)(good(seen))
            assert await one.embed(["text"]) is not None


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"\x00\x01\r\n\r\n"])
async def test_a_server_that_speaks_no_http_is_off(answer: bytes) -> None:
    async with raw_server(answer) as port:
        one = asking(Embeddings(f"http://127.0.0.1:{port}"), EAGER)
        with pytest.raises(Exception, match=r"."):
            await one.ask_once(["text"])
        await one.close()


async def test_nobody_there_is_no_error(unused_tcp_port: int) -> None:
    async with asking(Embeddings(f"http://127.0.0.1:{unused_tcp_port}"), EAGER) as one:
        assert await one.embed(["text"]) is None


async def test_where_nobody_is_named_nobody_is_asked() -> None:
    async with meaning_opened(Embeddings()) as one:
        assert one is None


async def test_a_key_is_not_shown() -> None:
    assert "k-1" not in repr(Embeddings("http://x.example", "k-1"))
