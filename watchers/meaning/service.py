"""An embeddings service by its address: the ``/v1/embeddings`` that OpenAI's clients speak.

The address is the operator's own and may be private, as Ollama's on the same machine is; so the
guarded network of the feeds is not used. No redirect is followed, no proxy and no cookie taken.
"""

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from watchers.meaning.values import MeaningError

_LARGEST: Final = 2 * 1024 * 1024
"""Four vectors of 8,192 dimensions have 0.8 MB as text."""
_OK: Final = 200


def endpoint(url: str) -> str:
    """Complete a base address: with ``/v1`` or without, or the whole of it."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    last = path.rpartition("/")[2]
    if last != "embeddings":
        path += "/embeddings" if last[:1] == "v" and last[1:].isdigit() else "/v1/embeddings"
    return urlunsplit(parts._replace(path=path, fragment=""))


class Service:
    """A service that is asked over HTTP."""

    def __init__(self, url: str, key: str, model: str) -> None:
        """Open a session; nothing is asked yet. ``key`` may be empty."""
        self._url = endpoint(url)
        self._model = model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._session = aiohttp.ClientSession(
            headers={"Accept": "application/json", "Accept-Encoding": "identity"} | headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None),  # whoever asks has a deadline
        )

    async def ask(self, texts: Sequence[str]) -> object:
        """Ask once. Raises MeaningError or OSError."""
        wanted = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            async with self._session.post(
                self._url, json=wanted, allow_redirects=False
            ) as response:
                if response.status != _OK:
                    raise MeaningError(f"HTTP {response.status}")
                body = await _received(response)
        except (aiohttp.ClientError, ValueError) as error:
            raise MeaningError(f"{type(error).__name__}: {error}"[:200]) from error
        return vectors_in(body)

    async def give_up(self) -> None:
        """Do nothing: another's service is not ours to end."""

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()


async def _received(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            response.close()
            raise MeaningError(f"an answer of more than {_LARGEST} bytes")
    return bytes(body)


def vectors_in(body: bytes) -> object:
    """Read ``{"data": [{"index": 0, "embedding": […]}, …]}``, in the order of the indexes.

    Raises MeaningError.
    """
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MeaningError("an answer that is no JSON") from error
    match answer:
        case {"data": [*rows]}:
            by_index = dict(_indexed(place, row) for place, row in enumerate(rows))
        case _:
            raise MeaningError("an answer without vectors")
    if set(by_index) != set(range(len(rows))):
        raise MeaningError("vectors that belong to no text")
    return [by_index[place] for place in range(len(rows))]


def _indexed(place: int, row: object) -> tuple[int, object]:
    """Read one vector and which text's it is: without an index that of its place."""
    match row:
        case {"embedding": vector, "index": int(index)}:
            return index, vector
        case {"embedding": vector, **rest} if "index" not in rest:
            return place, vector
        case _:
            raise MeaningError("an answer without vectors")
