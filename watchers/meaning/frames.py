"""How we and the built-in model's process talk: a number, a length, and so many bytes; pure."""

import json
from collections.abc import Sequence
from typing import Final

_FIELD: Final = 4
HEAD: Final = 2 * _FIELD


def frame(number: int, body: bytes) -> bytes:
    """Put a message's number and length before it."""
    return number.to_bytes(_FIELD, "big") + len(body).to_bytes(_FIELD, "big") + body


def head(raw: bytes) -> tuple[int, int]:
    """Read a message's number and length."""
    return int.from_bytes(raw[:_FIELD], "big"), int.from_bytes(raw[_FIELD:], "big")


def texts_body(texts: Sequence[str]) -> bytes:
    """Lay out texts as a message."""
    return json.dumps(list(texts)).encode()


def texts_of(body: bytes) -> list[str]:
    """Read what ``texts_body`` laid out."""
    return [str(text) for text in json.loads(body)]
