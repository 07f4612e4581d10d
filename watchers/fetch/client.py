"""The one place that makes HTTP requests to the outside."""

import asyncio
import contextlib
import os
import re
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from storage.errors import ShortageError
from watchers import block_pages
from watchers.fetch import headers, inflate, ssrf
from watchers.fetch.network import Network, RefusedHostError
from watchers.fetch.ssrf import Endpoint
from watchers.fetch.values import (
    Failed,
    FailKind,
    Fetched,
    FetchLimits,
    NotModified,
    Outcome,
    Request,
)
from watchers.text import urls

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_DOCUMENTS = frozenset({200, 202, 203, 206, 226})
_FIRST_FREE_PORT = 1024
_WEB_PORTS = frozenset({80, 443})

_BY_CAUSE: tuple[tuple[FailKind, tuple[type[BaseException], ...]], ...] = (
    (FailKind.REFUSED_HOST, (RefusedHostError,)),
    (FailKind.DNS, (aiohttp.ClientConnectorDNSError, socket.gaierror)),
    (FailKind.TLS, (ssl.SSLError, ssl.CertificateError, aiohttp.ClientSSLError)),
    (FailKind.ADDRESS, (aiohttp.InvalidURL, UnicodeError, aiohttp.NonHttpUrlClientError)),
    (FailKind.HEADERS, (aiohttp.ClientResponseError,)),
    (FailKind.CONNECT, (aiohttp.ClientConnectorError,)),
    (FailKind.BROKEN, (aiohttp.ClientError, OSError)),
    (FailKind.ADDRESS, (ValueError,)),
)
_NUMBER = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}")
_BY_STATUS = {
    401: FailKind.FORBIDDEN,
    402: FailKind.FORBIDDEN,
    403: FailKind.FORBIDDEN,
    404: FailKind.NOT_FOUND,
    410: FailKind.GONE,
    429: FailKind.RATE_LIMITED,
    451: FailKind.FORBIDDEN,
    503: FailKind.UNAVAILABLE,
}


class Client:
    """Makes one bounded request at a time to any number of hosts.

    No cookie is kept, no proxy is taken from the environment, no redirect is followed by the
    session itself.
    """

    def __init__(
        self,
        user_agent: str,
        allowed: frozenset[Endpoint],
        limits: FetchLimits,
        clock: Callable[[], datetime],
    ) -> None:
        """Open the network and a session, inside the running loop; ``close`` it in the end."""
        self._network = Network(allowed)
        self._limits = limits
        self._clock = clock
        self._session = aiohttp.ClientSession(
            connector=self._network.connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            raise_for_status=False,
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=limits.connect_s, sock_read=limits.read_s
            ),
            headers={
                "User-Agent": user_agent,
                "Accept": _ACCEPT,
                "Accept-Encoding": inflate.ACCEPTED,
            },
        )

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def fetch(self, request: Request) -> Outcome:
        """Ask for a document, following redirects; every failure of the outside is a value."""
        deadline = min(request.deadline_s or self._limits.deadline_s, self._limits.deadline_s)
        time = asyncio.get_running_loop().time
        started = time()
        try:
            async with asyncio.timeout(deadline):
                return await self._follow(request)
        except TimeoutError:
            # Both our deadline and the client's own timeouts arrive here.
            waited = max(1, round(time() - started))
            return Failed(FailKind.TIMEOUT, request.url, values={"seconds": waited})

    async def _follow(self, request: Request) -> Outcome:
        url, permanent, unbroken, status = request.url, "", True, None
        visited = set()
        for _ in range(self._limits.redirects + 1):
            visited.add(url)
            answer = self._refusal(url) or await self._ask(url, request, permanent)
            if not isinstance(answer, _Redirect):
                return _from_the_end(answer, asked=request.url, permanent=permanent, last=status)
            status = answer.status
            target = urls.absolute(url, answer.location)
            if not target:
                return _refused(answer.location, FailKind.ADDRESS, status)
            unbroken = unbroken and status in _PERMANENT
            url = target
            permanent = url if unbroken else permanent
            if url in visited:
                break
        return Failed(FailKind.REDIRECTS, request.url, status, values={"address": url[:200]})

    def _refusal(self, url: str) -> Failed | None:
        """Refuse what no request should be made to; names are checked when they resolve."""
        try:
            scheme = urlsplit(url).scheme.lower()
        except ValueError:
            scheme = ""
        host, port = urls.endpoint_of(url)
        if scheme not in {"http", "https"} or not host:
            return _refused(url, FailKind.ADDRESS)
        if (host, port) in self._network.allowed:
            return None
        if port < _FIRST_FREE_PORT and port not in _WEB_PORTS:
            return _refused(url, FailKind.REFUSED_HOST)
        # "127.1", "0x7f000001", "2130706433": numbers that resolvers take for addresses.
        is_number = _NUMBER.fullmatch(host) is not None and not ssrf.is_literal(host)
        if is_number or (ssrf.is_literal(host) and not ssrf.is_public(host)):
            return _refused(url, FailKind.REFUSED_HOST)
        return None

    async def _ask(self, url: str, request: Request, permanent: str) -> "Outcome | _Redirect":
        conditions = {}
        if request.etag:
            conditions["If-None-Match"] = request.etag
        if request.last_modified:
            conditions["If-Modified-Since"] = request.last_modified
        try:
            async with self._session.get(
                _verbatim(url), headers=conditions, allow_redirects=False
            ) as response:
                return await self._answer(url, request, permanent, response)
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _failure(url, error)

    async def _answer(
        self, url: str, request: Request, permanent: str, response: aiohttp.ClientResponse
    ) -> "Outcome | _Redirect":
        status = response.status
        fresh = headers.freshness(response.headers, self._clock())
        etag = headers.validator(response.headers, "ETag")
        last_modified = headers.validator(response.headers, "Last-Modified")
        if status in _REDIRECTS and response.headers.get("Location", "").strip():
            return _Redirect(status, _location(response))
        if status == 304 and (request.etag or request.last_modified):  # noqa: PLR2004
            return NotModified(url, etag, last_modified, fresh, permanent)
        if status not in _DOCUMENTS:
            text = await self._error_text(response)
            kind, vendor = _kind_of(status, text, response)
            values = {"status": status, "vendor": vendor} if vendor else {"status": status}
            return Failed(kind, url, status, fresh, values)
        body = await self._body(url, response) if request.wants_body else (b"", False)
        if isinstance(body, Failed):
            return body
        return Fetched(
            url=url,
            status=status,
            body=body[0],
            content_type=_plain(response.headers.get("Content-Type", ""))[:200],
            etag=etag,
            last_modified=last_modified,
            freshness=fresh,
            permanent_url=permanent,
            complete=body[1] and status != 206,  # noqa: PLR2004 (nobody asked for a part)
            robots=_plain(", ".join(response.headers.getall("X-Robots-Tag", ())))[:1000],
        )

    async def _body(
        self, url: str, response: aiohttp.ClientResponse
    ) -> tuple[bytes, bool] | Failed:
        """Read a body within its limits; say whether its end was reached."""
        status = response.status
        try:
            body, is_complete = await self._received(response)
        except inflate.TooLargeError:
            response.close()
            values = {"limit": self._limits.body_bytes}
            return Failed(FailKind.TOO_LARGE, url, status, values=values)
        except inflate.BadEncodingError as error:
            response.close()
            return Failed(
                FailKind.ENCODING, url, status, values={"encoding": _plain(str(error))[:80]}
            )
        if not body and not is_complete:
            return Failed(FailKind.BROKEN, url, status, values={"host": urls.host_of(url)})
        return body, is_complete

    async def _received(self, response: aiohttp.ClientResponse) -> tuple[bytes, bool]:
        """Read and inflate, counting both. Raises TooLargeError or BadEncodingError."""
        limits = self._limits
        encoding = headers.listed(response.headers, "Content-Encoding")
        inflater = inflate.Inflater(encoding, limits.body_bytes)
        received = response.content_length or 0
        if received > limits.wire_bytes:
            raise inflate.TooLargeError
        received = 0
        try:
            async for chunk in response.content.iter_any():
                received += len(chunk)
                if received > limits.wire_bytes:
                    raise inflate.TooLargeError
                inflater.feed(chunk)
        except aiohttp.ClientPayloadError:
            return inflater.body(), False
        except TimeoutError:
            # Announced, begun and never ended: what came is as good as a broken connection's.
            if not received:
                raise
            return inflater.body(), False
        return inflater.body(), inflater.finished

    async def _error_text(self, response: aiohttp.ClientResponse) -> str:
        """Read the beginning of an error page, to tell a challenge from a refusal."""
        limit = self._limits.error_bytes
        received = b""
        with contextlib.suppress(
            aiohttp.ClientError, inflate.TooLargeError, inflate.BadEncodingError, OSError
        ):
            encoding = headers.listed(response.headers, "Content-Encoding")
            inflater = inflate.Inflater(encoding, limit * 4)
            async for chunk in response.content.iter_any():
                received += chunk
                inflater.feed(chunk)
                if len(received) > limit:
                    response.close()
                    break
            return inflater.body().decode("utf-8", "replace")
        return ""


class _Redirect:
    """An answer that only says where to ask."""

    __slots__ = ("location", "status")

    def __init__(self, status: int, location: str) -> None:
        self.status = status
        self.location = location


def _from_the_end(answer: Outcome, *, asked: str, permanent: str, last: int | None) -> Outcome:
    """Judge the last answer of a chain: a detour's 410 says nothing about the feed itself.

    Where the end of the chain says nothing, ``last`` is what the step before it answered.
    """
    if not isinstance(answer, Failed):
        return answer
    if answer.status is None:
        return replace(answer, status=last)
    if answer.kind is not FailKind.GONE:
        return answer
    if answer.url in {asked, permanent}:
        return answer
    return Failed(FailKind.NOT_FOUND, answer.url, answer.status, answer.freshness, answer.values)


def _refused(url: str, kind: FailKind, status: int | None = None) -> Failed:
    host, port = urls.endpoint_of(url)
    if kind is FailKind.REFUSED_HOST and port not in _WEB_PORTS:
        host = f"{host}:{port}"  # FEED_ALLOW_HOSTS names ports too
    return Failed(kind, url[:300], status, values={"address": url[:200], "host": host})


def _kind_of(status: int, text: str, response: aiohttp.ClientResponse) -> tuple[FailKind, str]:
    """Classify an error answer by what we do next, and name the protection service, if any."""
    kind = _BY_STATUS.get(status) or (FailKind.SERVER if status >= 500 else FailKind.STATUS)  # noqa: PLR2004
    if kind in {FailKind.FORBIDDEN, FailKind.UNAVAILABLE, FailKind.RATE_LIMITED}:
        vendor = block_pages.challenge(text, response.headers)
        if vendor:
            return FailKind.CHALLENGE, vendor
    return kind, ""


def _verbatim(url: str) -> URL:
    """Ask for exactly the address that was given; only what cannot stand in one is escaped."""
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    return URL(url, encoded=plain)


def _location(response: aiohttp.ClientResponse) -> str:
    """Return a Location header; raw UTF-8 in it arrives as surrogates."""
    value = response.headers.get("Location", "")
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError:
        return value.encode("utf-8", "surrogateescape").decode("windows-1251", "replace")


def _plain(text: str) -> str:
    """Make text of a header that can be kept: bytes that are not UTF-8 arrive as surrogates."""
    return text.encode("utf-8", "replace").decode()


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting and len(found) < 20:  # noqa: PLR2004 (chains are short; loops are not)
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or cause in found:
            continue
        found.append(cause)
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "os_error", None)]
        waiting += list(getattr(cause, "exceptions", ()))
    return found


def _refuse_shortage(causes: Iterable[BaseException]) -> None:
    """Raise ShortageError where our machine is to blame, and not whoever was asked.

    A resolver that can open no socket says that there is no such name: one more file is tried.
    """
    for cause in causes:
        short = ShortageError.of(cause)
        if isinstance(cause, socket.gaierror):
            try:
                os.close(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
            except OSError as error:
                short = ShortageError.of(error)
        if short is not None:
            raise short from cause


def _failure(url: str, error: Exception) -> Failed:
    """Turn the client's exceptions into our kinds; the innermost causes say most.

    Raises ShortageError where the machine had nothing left to ask with.
    """
    host = urls.host_of(url)
    causes = _causes(error)
    _refuse_shortage(causes)
    kind = next(
        (kind for kind, types in _BY_CAUSE if any(isinstance(cause, types) for cause in causes)),
        FailKind.BROKEN,
    )
    if kind in {FailKind.REFUSED_HOST, FailKind.ADDRESS}:
        return _refused(url, kind)
    reason = ""
    if kind is FailKind.TLS:
        reason = next(
            (str(cause.verify_message) for cause in causes if hasattr(cause, "verify_message")), ""
        )
    elif kind is FailKind.HEADERS:
        reason = _plain(str(getattr(error, "message", "") or "")).partition("\n")[0]
    return Failed(kind, url, values={"host": host, "reason": reason[:120].strip()})
