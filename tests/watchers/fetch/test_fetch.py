"""Fetching from a farm on loopback: etiquette, bounds, and what hostile servers get."""

import asyncio
import contextlib
import gzip
import socket
import threading
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from tests.farm import Farm, bomb, opened, raw_server
from watchers import fetch
from watchers.fetch import Failed, FailKind, Fetched, Fetcher, FetchLimits, NotModified, Request
from watchers.fetch.headers import freshness
from watchers.fetch.inflate import BadEncodingError, Inflater, TooLargeError
from watchers.fetch.network import Network

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
# Deadlines that a busy machine keeps: what must run into one says a shorter one.
LIMITS = FetchLimits(
    wire_bytes=200_000,
    body_bytes=1_000_000,
    deadline_s=30.0,
    connect_s=20.0,
    read_s=20.0,
    redirects=4,
)


@pytest.fixture
async def farm() -> AsyncIterator[Farm]:
    async with opened() as running:
        yield running


@asynccontextmanager
async def fetching(*ports: int, limits: FetchLimits = LIMITS) -> AsyncIterator[Fetcher]:
    allowed = frozenset(("127.0.0.1", port) for port in ports)
    async with fetch.opened(
        user_agent="SteppeWire/test (+https://contact.example)",
        allowed=allowed,
        limits=limits,
        clock=lambda: NOW,
    ) as fetcher:
        yield fetcher


async def ask(farm: Farm, url: str, **validators: str) -> fetch.Outcome:
    async with fetching(farm.port) as fetcher:
        return await fetcher.fetch(Request(url, **validators))


async def kind(farm: Farm, url: str, limits: FetchLimits = LIMITS) -> FailKind:
    async with fetching(farm.port, limits=limits) as fetcher:
        outcome = await fetcher.fetch(Request(url))
    assert isinstance(outcome, Failed), outcome
    return outcome.kind


# --- etiquette -------------------------------------------------------------------------------


async def test_a_request_says_who_asks_and_nothing_more(farm: Farm) -> None:
    await ask(farm, farm.serve("/feed", "x"))
    (headers,) = farm.headers("/feed")
    assert {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"} == set(headers)
    assert "close" == headers["Connection"]
    assert "+https://contact.example" in headers["User-Agent"]


async def test_validators_are_sent_verbatim(farm: Farm) -> None:
    url = farm.serve("/feed", "x")
    await ask(farm, url, etag='W/"a b"', last_modified="Sun, 22 nov 2026 07:00 GMT")
    (headers,) = farm.headers("/feed")
    assert ('W/"a b"', "Sun, 22 nov 2026 07:00 GMT") == (
        headers["If-None-Match"],
        headers["If-Modified-Since"],
    )


async def test_a_document_comes_with_its_validators(farm: Farm) -> None:
    url = farm.serve("/feed", "тело", ETag='"a"', Last_Modified="x", Cache_Control="max-age=60")
    told = await ask(farm, url)
    assert isinstance(told, Fetched)
    assert ("тело".encode(), '"a"', "x", 60, True) == (
        told.body,
        told.etag,
        told.last_modified,
        told.freshness.max_age_s,
        told.complete,
    )


async def test_304_is_no_document(farm: Farm) -> None:
    url = farm.serve("/feed", "x", ETag='"a"')
    assert isinstance(await ask(farm, url, etag='"a"'), NotModified)


async def test_304_to_an_unconditional_request_is_a_failure(farm: Farm) -> None:
    assert FailKind.STATUS is await kind(farm, farm.serve("/feed", status=304))


async def test_addresses_are_asked_for_as_they_are_written(farm: Farm) -> None:
    asked = []

    @farm.at("/a%2Fb")
    async def never(request: web.Request) -> web.Response:
        return web.Response()

    async def note(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.Response(text="x")

    farm.endpoints = {"/a/b": note, "/a%2Fb": note}
    await ask(farm, farm.url("/a%2Fb?x=1&y=a+b&empty="))
    assert ["/a%2Fb?x=1&y=a+b&empty="] == asked


async def test_no_cookie_is_kept(farm: Farm) -> None:
    url = farm.serve("/feed", "x", Set_Cookie="a=b")
    async with fetching(farm.port) as fetcher:
        await fetcher.fetch(Request(url))
        await fetcher.fetch(Request(url))
    assert all("Cookie" not in headers for headers in farm.headers("/feed"))


async def test_no_proxy_is_taken_from_the_environment(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert isinstance(await ask(farm, farm.serve("/feed", "x")), Fetched)


# --- statuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (204, FailKind.STATUS),
        (400, FailKind.STATUS),
        (401, FailKind.FORBIDDEN),
        (403, FailKind.FORBIDDEN),
        (404, FailKind.NOT_FOUND),
        (410, FailKind.GONE),
        (429, FailKind.RATE_LIMITED),
        (451, FailKind.FORBIDDEN),
        (500, FailKind.SERVER),
        (503, FailKind.UNAVAILABLE),
        (520, FailKind.SERVER),
    ],
)
async def test_statuses_are_told_apart(farm: Farm, status: int, expected: FailKind) -> None:
    assert expected is await kind(farm, farm.serve("/feed", status=status))


async def test_a_challenge_is_no_refusal(farm: Farm) -> None:
    page = "<html><title>DDoS-Guard</title>/.well-known/ddos-guard/</html>"
    told = await ask(farm, farm.serve("/feed", page, status=403))
    assert isinstance(told, Failed)
    assert (FailKind.CHALLENGE, "DDoS-Guard") == (told.kind, told.values["vendor"])


FRESH = {
    "max-age": ({"Cache-Control": "public, max-age=600"}, 600, None),
    "quoted": ({"Cache-Control": 'max-age="600"'}, 600, None),
    "max-age beats Expires": (
        {"Cache-Control": "max-age=60", "Expires": "Sun, 22 Nov 2026 09:00:00 GMT"},
        60,
        None,
    ),
    "Expires": ({"Expires": "Sun, 22 Nov 2026 09:00:00 GMT"}, 3600, None),
    "Expires by the server's clock": (
        {"Expires": "Sun, 22 Nov 2026 09:00:00 GMT", "Date": "Sun, 22 Nov 2026 08:30:00 GMT"},
        1800,
        None,
    ),
    "Expires: 0": ({"Expires": "0"}, 0, None),
    "s-maxage is for proxies": ({"Cache-Control": "s-maxage=600"}, None, None),
    "Retry-After in seconds": ({"Retry-After": "120"}, None, 120),
    "Retry-After as a date": ({"Retry-After": "Sun, 22 Nov 2026 08:10:00 GMT"}, None, 600),
    "Retry-After in the past": ({"Retry-After": "Sun, 22 Nov 2020 08:10:00 GMT"}, None, 0),
    "Retry-After nonsense": ({"Retry-After": "soon"}, None, None),
    "nothing": ({}, None, None),
}


@pytest.mark.parametrize(("headers", "age", "retry"), FRESH.values(), ids=FRESH)
def test_headers_say_how_long_to_wait(
    headers: dict[str, str], age: int | None, retry: int | None
) -> None:
    told = freshness(headers, NOW)
    assert (age, retry) == (told.max_age_s, told.retry_after_s)


HEADERS_OF_BYTES = {
    # line: etag and last_modified as they are kept
    b'ETag: "\xe0\xe1"\r\nLast-Modified: Sun': ("", "Sun"),
    b'ETag: "1"\r\nLast-Modified: 22 \xed\xee\xff': ('"1"', ""),
    'ETag: "весть"'.encode(): ('"весть"', ""),
    b"Content-Type: text/xml; charset=\xff": ("", ""),
}


@pytest.mark.parametrize(("line", "kept"), HEADERS_OF_BYTES.items())
async def test_header_bytes_that_cannot_be_sent_again_are_not_kept(
    line: bytes, kept: tuple[str, str]
) -> None:
    """They arrive as lone surrogates, which neither a request nor the database takes."""
    answer = b"HTTP/1.1 200 OK\r\n" + line + b"\r\nContent-Length: 1\r\n\r\nx"
    async with raw_server(answer) as port, fetching(port) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Fetched)
    assert kept == (told.etag, told.last_modified)
    told.content_type.encode()


async def test_what_a_failure_says_can_be_kept_whatever_bytes_caused_it() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: \xff\r\nContent-Length: 12\r\n\r\n" + bytes(12)
    async with raw_server(answer) as port, fetching(port) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Failed)
    assert FailKind.ENCODING is told.kind
    str(told.values).encode()


async def test_what_follows_an_answer_is_never_the_answer_to_the_next_request() -> None:
    """Bytes behind Content-Length may come when the connection would serve another feed."""
    served: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
                await asyncio.sleep(0)
                writer.write(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with fetching(port) as fetcher:
            told = [await fetcher.fetch(Request(f"http://127.0.0.1:{port}/")) for _ in range(5)]
        await asyncio.gather(*(task for task in served if task))
    assert ([Fetched] * 5, 5) == ([type(one) for one in told], len(served))


async def test_a_part_that_nobody_asked_for_is_no_whole_document(farm: Farm) -> None:
    """Its validators would turn the rest away with a 304."""
    told = await ask(farm, farm.serve("/part", "<rss>", status=206))
    assert isinstance(told, Fetched)
    assert not told.complete


async def test_lists_in_several_header_lines_are_one_list() -> None:
    twice = gzip.compress(gzip.compress(b"<rss/>"))
    answer = (
        b"HTTP/1.1 200 OK\r\nCache-Control: public\r\nCache-Control: max-age=600\r\n"
        b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    )
    async with raw_server(answer % len(twice) + twice) as port, fetching(port) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Fetched)
    assert (600, b"<rss/>") == (told.freshness.max_age_s, told.body)


# --- redirects -------------------------------------------------------------------------------


def chain(farm: Farm, *statuses: int) -> str:
    for step, status in enumerate(statuses):
        farm.serve(f"/{step}", status=status, Location=f"/{step + 1}")
    farm.serve(f"/{len(statuses)}", "x")
    return farm.url("/0")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((301,), "/1"),
        ((308, 301), "/2"),
        ((301, 302), "/1"),
        ((302, 301), ""),
        ((307,), ""),
        ((303,), ""),
        ((301, 302, 301), "/1"),
    ],
)
async def test_only_an_unbroken_permanent_prefix_moves(
    farm: Farm, statuses: tuple[int, ...], expected: str
) -> None:
    told = await ask(farm, chain(farm, *statuses))
    assert isinstance(told, Fetched)
    assert (farm.url(expected) if expected else "") == told.permanent_url
    assert farm.url(f"/{len(statuses)}") == told.url


async def test_redirects_end(farm: Farm) -> None:
    farm.serve("/a", status=302, Location="/b")
    farm.serve("/b", status=302, Location="/a")
    assert FailKind.REDIRECTS is await kind(farm, farm.url("/a"))
    assert FailKind.REDIRECTS is await kind(farm, chain(farm, *[302] * 9))


LEADING_NOWHERE = {
    # where a 302 leads: the kind of failure, and what its sentence needs
    "": (FailKind.STATUS, "status", 302),
    "  ": (FailKind.STATUS, "status", 302),
    "ftp://127.0.0.1/": (FailKind.ADDRESS, "address", "ftp://127.0.0.1/"),
    "http://127.0.0.1:0/": (FailKind.ADDRESS, "address", "http://127.0.0.1:0/"),
    "http://127.0.0.1:1/": (FailKind.REFUSED_HOST, "host", "127.0.0.1:1"),
    "http://10.0.0.1/": (FailKind.REFUSED_HOST, "host", "10.0.0.1"),
    "/feed": (FailKind.REDIRECTS, "address", "{feed}"),
}


@pytest.mark.parametrize(("location", "expected"), LEADING_NOWHERE.items(), ids=LEADING_NOWHERE)
async def test_a_redirect_that_leads_nowhere_says_so_with_its_own_status(
    farm: Farm, location: str, expected: tuple[FailKind, str, object]
) -> None:
    url = farm.serve("/feed", status=302, Location=location)
    told = await ask(farm, url)
    assert isinstance(told, Failed)
    failed, name, value = expected
    value = value.format(feed=url) if isinstance(value, str) else value
    assert (failed, 302, value) == (told.kind, told.status, told.values[name])


async def test_gone_behind_a_detour_is_not_the_feed_itself(farm: Farm) -> None:
    farm.serve("/gone", status=410)
    detour = farm.serve("/detour", status=302, Location="/gone")
    moved = farm.serve("/moved", status=301, Location="/gone")
    assert [FailKind.NOT_FOUND, FailKind.GONE] == [
        await kind(farm, detour),
        await kind(farm, moved),
    ]


# --- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://[::1]:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://[64:ff9b::7f00:1]:1/",
        "http://[2002:7f00:1::]:1/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://0.0.0.0:1/",
        "http://127.1:1/",
        "http://2130706433:1/",
        "http://0x7f.1:1/",
        "http://017700000001:1/",
        "http://localhost:1/",
    ],
)
async def test_private_addresses_are_refused_asked_for_or_redirected_to(
    farm: Farm, target: str
) -> None:
    redirect = farm.serve("/out", status=302, Location=target)
    assert FailKind.REFUSED_HOST is await kind(farm, target)
    assert FailKind.REFUSED_HOST is await kind(farm, redirect)


async def test_a_name_is_refused_for_the_address_it_resolves_to(farm: Farm) -> None:
    async with fetching() as fetcher:
        told = await fetcher.fetch(Request(f"http://localhost:{farm.port}/"))
    assert isinstance(told, Failed)
    assert FailKind.REFUSED_HOST is told.kind
    assert [] == farm.asked


async def test_no_exit_waits_for_a_name_that_nobody_answers_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered, asking = threading.Event(), asyncio.Event()
    loop, daemons = asyncio.get_running_loop(), []

    def hangs(*_: object, **__: object) -> list[object]:
        daemons.append(threading.current_thread().daemon)
        loop.call_soon_threadsafe(asking.set)
        answered.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    network = Network(frozenset())
    network._room = asyncio.Semaphore(1)
    looking = asyncio.create_task(network.resolve("dead.example", 80, 0))
    await asking.wait()
    looking.cancel()
    await asyncio.wait([looking])
    answered.set()
    async with asyncio.timeout(30):
        await network._room.acquire()  # its place is another's when it has ended
    assert [True] == daemons


async def test_an_allowed_name_may_be_private(farm: Farm) -> None:
    url = farm.serve("/feed", "x").replace("127.0.0.1", "localhost")
    allowed = frozenset({("localhost", farm.port)})
    async with fetch.opened(user_agent="x", allowed=allowed) as fetcher:
        assert isinstance(await fetcher.fetch(Request(url)), Fetched)


async def test_the_other_ports_of_an_allowed_host_stay_shut(farm: Farm) -> None:
    async with opened() as other, fetching(farm.port) as fetcher:
        told = await fetcher.fetch(Request(other.serve("/feed", "x")))
        assert isinstance(told, Failed)
        assert (FailKind.REFUSED_HOST, []) == (told.kind, other.asked)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.kz/",
        "file:///etc/passwd",
        "gopher://a/",
        "",
        "http://",
        "http:///x",
        "javascript:x",
    ],
)
async def test_only_web_addresses_are_fetched(farm: Farm, address: str) -> None:
    assert FailKind.ADDRESS is await kind(farm, address)


@pytest.mark.parametrize("port", [22, 25, 110])
async def test_ports_of_other_services_are_refused(farm: Farm, port: int) -> None:
    assert FailKind.REFUSED_HOST is await kind(farm, f"http://93.184.216.34:{port}/")


# --- bounds ----------------------------------------------------------------------------------


async def test_bodies_beyond_the_limits_are_refused(farm: Farm) -> None:
    many = bytes(1_100_000)
    assert [FailKind.TOO_LARGE] * 3 == [
        await kind(farm, farm.serve("/wire", many)),
        await kind(farm, farm.serve("/gzip", bomb(5_000_000), Content_Encoding="gzip")),
        await kind(farm, farm.serve("/zlib", zlib.compress(many), Content_Encoding="deflate")),
    ]


async def test_endless_bodies_are_refused(farm: Farm) -> None:
    @farm.at("/endless")
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(65_536))

    assert FailKind.TOO_LARGE is await kind(farm, farm.url("/endless"))


async def test_dripping_bodies_end_with_the_deadline(farm: Farm) -> None:
    @farm.at("/drip")
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)

    limits = replace(LIMITS, deadline_s=0.2)
    assert FailKind.TIMEOUT is await kind(farm, farm.url("/drip"), limits)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"])
async def test_servers_that_fall_silent_time_out(answer: bytes) -> None:
    limits = FetchLimits(deadline_s=0.3, read_s=0.2)
    async with raw_server(answer, hang=True) as port, fetching(port, limits=limits) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Failed)
    assert FailKind.TIMEOUT is told.kind


RAW = {
    "no HTTP": (b"SSH-2.0-OpenSSH_9\r\n\r\n", {FailKind.HEADERS, FailKind.BROKEN}),
    "a long header": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", {FailKind.HEADERS}),
    "many headers": (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 5000 + b"\r\n", {FailKind.HEADERS}),
    "nothing": (b"", {FailKind.BROKEN}),
    "a broken status line": (b"HTTP/1.1 abc\r\n\r\n", {FailKind.HEADERS}),
    "broken chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        {FailKind.HEADERS, FailKind.BROKEN},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "expected"), RAW.values(), ids=RAW)
async def test_broken_answers_are_values(answer: bytes, expected: set[FailKind]) -> None:
    async with raw_server(answer) as port, fetching(port) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Failed)
    assert told.kind in expected


async def test_a_body_that_breaks_off_is_kept_and_said_to_be_incomplete() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>"
    async with raw_server(answer) as port, fetching(port) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Fetched)
    assert (b"<rss>", False) == (told.body, told.complete)


async def test_a_body_that_never_ends_is_kept_as_far_as_it_came() -> None:
    """A Content-Length too large, on a connection that stays open."""
    limits = replace(LIMITS, read_s=0.1)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>"
    async with raw_server(answer, hang=True) as port, fetching(port, limits=limits) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Fetched)
    assert (b"<rss>", False) == (told.body, told.complete)


async def test_nobody_there_is_a_value() -> None:
    async with raw_server(b"") as port:
        pass
    async with fetching(port) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Failed)
    assert FailKind.CONNECT is told.kind


# --- encodings -------------------------------------------------------------------------------

BODY = b"<rss>" + b"abc " * 1000

ENCODED = {
    "gzip": ("gzip", gzip.compress(BODY)),
    "x-gzip": ("x-gzip", gzip.compress(BODY)),
    "two members": ("gzip", gzip.compress(BODY[:100]) + gzip.compress(BODY[100:])),
    "padded": ("gzip", gzip.compress(BODY) + bytes(20)),
    "zlib": ("deflate", zlib.compress(BODY)),
    "raw deflate": ("deflate", zlib.compress(BODY)[2:-4]),
    "gzip called deflate": ("deflate", gzip.compress(BODY)),
    "identity": ("identity", BODY),
    "none": ("", BODY),
}


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(("encoding", "wire"), ENCODED.values(), ids=ENCODED)
def test_encodings_are_undone_however_they_are_cut(encoding: str, wire: bytes, step: int) -> None:
    inflater = Inflater(encoding, 10_000)
    for at in range(0, len(wire), step):
        inflater.feed(wire[at : at + step])
    assert (BODY, True) == (inflater.body(), inflater.finished)


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "compress", "gzip, br", "br, gzip", "gzip, gzip, gzip"]
)
def test_encodings_nobody_asked_for_are_refused(encoding: str) -> None:
    with pytest.raises(BadEncodingError):
        Inflater(encoding, 1_000).feed(gzip.compress(bytes(range(100))))


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_few_bytes_that_nobody_can_decode_are_no_empty_answer(encoding: str) -> None:
    with pytest.raises(BadEncodingError):
        inflated(encoding, b"\x0b\x02\x80\xffhello\x03")


def test_a_few_plain_or_well_packed_bytes_are_read() -> None:
    raw = zlib.compressobj(wbits=-15)
    assert b"ok\n" == inflated("gzip", b"ok\n")
    assert b"" == inflated("br", b"")
    assert b"ok" == inflated("deflate", raw.compress(b"ok") + raw.flush())


def inflated(encoding: str, wire: bytes) -> bytes:
    inflater = Inflater(encoding, 1_000)
    inflater.feed(wire)
    return inflater.body()


def test_what_is_not_in_its_encoding_is_refused() -> None:
    with pytest.raises(BadEncodingError):
        Inflater("gzip", 1_000).feed(b"neither a feed nor packed")


@pytest.mark.parametrize("step", [1, 1_000])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "binary", "gzip, gzip"])
def test_a_plain_document_labelled_as_encoded_is_read_as_it_is(encoding: str, step: int) -> None:
    inflater = Inflater(encoding, 1_000)
    document = b"\xef\xbb\xbf\n<rss version='2.0'><channel/></rss>"
    for at in range(0, len(document), step):
        inflater.feed(document[at : at + step])
    assert (document, True) == (inflater.body(), inflater.finished)


def test_what_was_damaged_keeps_what_came_before() -> None:
    wire = gzip.compress(BODY)
    inflater = Inflater("gzip", 10_000)
    inflater.feed(wire[:-8] + bytes(8))
    assert (BODY, False) == (inflater.body(), inflater.finished)


def test_a_bomb_packed_twice_is_stopped_at_the_limit() -> None:
    inflater = Inflater("gzip, gzip", 1_000_000)
    with pytest.raises(TooLargeError):
        inflater.feed(gzip.compress(bomb(20_000_000)))


BENT = {
    "a length too short": b"Content-Length: 20\r\nConnection: close\r\n\r\n<rss><channel></rss>more",
    "nonsense between chunks": b"Transfer-Encoding: chunked\r\n\r\n14\r\n<rss><channel></rss>\r\nZZ\r\n",
}


@pytest.mark.parametrize("answer", BENT.values(), ids=BENT)
async def test_a_body_that_breaks_the_rules_is_read_as_far_as_it_keeps_them(answer: bytes) -> None:
    async with raw_server(b"HTTP/1.1 200 OK\r\n" + answer) as port, fetching(port) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))
    assert isinstance(told, Fetched), told
    assert b"<rss><channel></rss>" == told.body


async def test_somebody_who_waits_is_answered_sooner() -> None:
    async with raw_server(b"", hang=True) as port, fetching(port) as fetcher:
        told = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/", deadline_s=0.05))
    assert isinstance(told, Failed)
    assert (FailKind.TIMEOUT, {"seconds": 1}) == (told.kind, told.values)


def test_a_bomb_is_stopped_at_the_limit() -> None:
    inflater = Inflater("gzip", 1_000_000)
    with pytest.raises(TooLargeError):
        inflater.feed(bomb(20_000_000))
