"""Services of the operator's own choice, asked over HTTP in JSON: bounded, and by no detour.

Their addresses may be private, as Ollama's on the same machine is; so the guarded network of the
feeds is not used. No redirect is followed, no proxy and no cookie taken.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    import aiohttp

_LARGEST: Final = 2 * 1024 * 1024
"""Four vectors of 8,192 dimensions have 0.8 MB as text."""
_OK: Final = 200


class ServiceError(Exception):
    """A service did not answer, or answered with something else than asked for.

    ``status`` is that of an HTTP answer which says no, 0 of anything else.
    """

    def __init__(self, why: str, status: int = 0) -> None:
        """Say why in a few words; no key and no text of anybody's is among them."""
        super().__init__(why)
        self.status = status


class JsonService:
    """A service at one address. Whoever asks has a deadline: here is none."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Open a session; nothing is asked yet."""
        import aiohttp  # noqa: PLC0415 (takes a tenth of a second, and most ask no service)

        self._url = url
        self._session = aiohttp.ClientSession(
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def ask(self, wanted: object) -> Any:
        """Ask once, and return what the answer's JSON says. Raises ServiceError or OSError."""
        from aiohttp import ClientError  # noqa: PLC0415 (loaded with the session)

        try:
            async with self._session.post(
                self._url, json=wanted, allow_redirects=False
            ) as response:
                if response.status != _OK:
                    raise ServiceError(f"HTTP {response.status}", response.status)
                body = await _received(response)
        except (ClientError, ValueError) as error:
            raise ServiceError(f"{type(error).__name__}: {error}"[:200]) from error
        return said_in(body)

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()


def bearer(key: str) -> dict[str, str]:
    """Return the header that shows a key; none where there is none."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def openai_endpoint(url: str, name: str) -> str:
    """Complete a base address that speaks as OpenAI's: with ``/v1`` or without, or the whole."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith(f"/{name}"):
        last = path.rpartition("/")[2]
        path += f"/{name}" if last[:1] == "v" and last[1:].isdigit() else f"/v1/{name}"
    return urlunsplit(parts._replace(path=path, fragment=""))


def said_in(body: bytes) -> Any:
    """Read an answer's JSON. Raises ServiceError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ServiceError("an answer that is no JSON") from error


async def _received(response: "aiohttp.ClientResponse") -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            response.close()
            raise ServiceError(f"an answer of more than {_LARGEST} bytes")
    return bytes(body)
