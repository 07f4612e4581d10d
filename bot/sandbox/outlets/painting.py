"""Made-up pictures for made-up news: a sky and hills, others for every number."""

import math
import struct
import zlib
from functools import lru_cache
from random import Random

WIDTH, HEIGHT = 640, 360
_SHADES = 24
_HILLS = 3
_HUES = (
    ((250, 205, 150), (90, 130, 190), (60, 75, 60)),
    ((255, 230, 190), (230, 130, 90), (95, 60, 50)),
    ((225, 240, 250), (110, 165, 215), (85, 115, 70)),
    ((200, 190, 225), (60, 65, 120), (35, 40, 60)),
)
"""Of a horizon, of the sky above it, of the nearest hill."""


@lru_cache(maxsize=64)
def painted(number: int) -> bytes:
    """Paint the picture of this number: a PNG of 640 × 360."""
    chance = Random(number)  # noqa: S311 (a picture)
    horizon, sky, hill = _HUES[number % len(_HUES)]
    palette = [_between(sky, horizon, step / (_SHADES - 1)) for step in range(_SHADES)]
    palette += [_between(horizon, hill, (step + 1) / _HILLS) for step in range(_HILLS)]
    air = bytes(min(_SHADES - 1, y * _SHADES * 3 // (HEIGHT * 2)) for y in range(HEIGHT))
    waves = [
        [
            (chance.uniform(0.004, 0.014), chance.uniform(0, 6.3), chance.uniform(8, 22))
            for _ in "ab"
        ]
        for _ in range(_HILLS)
    ]
    columns = bytearray()
    for x in range(WIDTH):
        column = bytearray(air)
        for step, wave in enumerate(waves):
            top = HEIGHT * (6 + step) // 10 + round(
                sum(h * math.sin(x * w + p) for w, p, h in wave)
            )
            column[top:] = bytes([_SHADES + step]) * (HEIGHT - top)
        columns += column
    lines = b"".join(b"\0" + columns[y::HEIGHT] for y in range(HEIGHT))
    return b"".join((
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", b"".join(bytes(colour) for colour in palette)),
        _chunk(b"IDAT", zlib.compress(lines, 6)),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _between(first: tuple[int, ...], last: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(first, last, strict=True))


def _chunk(name: bytes, body: bytes) -> bytes:
    """Write a chunk of a PNG file (ISO/IEC 15948, 5.3)."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
