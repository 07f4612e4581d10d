"""Undo content encodings without ever holding more than allowed; no I/O."""

import contextlib
import re
import zlib

ACCEPTED = "gzip, deflate"
"""Asked for. Brotli is not: its bombs inflate a millionfold in one step."""

_STEP = 1 << 18
_MARK = 2
_SNIFFED = 12
_MOST_LAYERS = 2
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\[][\t\n\r -~]{4}")
"""How documents begin, and no compressed one does that names its encoding rightly."""
_SHORT_PLAIN = re.compile(rb"[\t\n\r -~]*\Z")


class TooLargeError(Exception):
    """The body inflates beyond the limit."""


class BadEncodingError(Exception):
    """The body is not in the encoding it claims, or in one nobody asked for."""


class Inflater:
    """Takes wire chunks, gives a body no larger than ``limit`` bytes."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        """Prepare for the encodings of a Content-Encoding header; unknown ones are refused."""
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name not in {"", "identity", "none", "utf-8"}]
        if len(names) > _MOST_LAYERS:
            raise BadEncodingError(content_encoding)
        self._told = content_encoding
        self._encoding = names[-1] if names else ""
        # Encodings are listed as they were applied: the last one comes off first.
        self._inner = Inflater(names[0], limit) if len(names) > 1 else None
        self._begun = False
        self._spoilt = False
        self._stream: zlib._Decompress | None = None
        self._held = b""
        self._ended = False
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> None:
        """Take a chunk off the wire. Raises TooLargeError or BadEncodingError."""
        if not self._encoding:
            self._keep(chunk)
            return
        if self._spoilt:
            return
        waiting, self._held = self._held + chunk, b""
        if not self._begun and len(waiting) < _SNIFFED:
            self._held = waiting
        else:
            self._take(waiting)

    def _take(self, waiting: bytes) -> None:
        if not self._begun and self._is_plain(waiting):
            self._keep(waiting)
        else:
            self._unpack(waiting)

    def _is_plain(self, beginning: bytes) -> bool:
        """Tell whether a body is not encoded at all: a server's mistake that harms nobody."""
        self._begun = True
        if _PLAIN.match(beginning) or (
            len(beginning) < _SNIFFED and _SHORT_PLAIN.match(beginning)
        ):
            self._encoding = ""
            return True
        if self._encoding not in _KNOWN:
            raise BadEncodingError(self._told)
        return False

    def _unpack(self, waiting: bytes) -> None:
        try:
            while waiting:
                if self._stream is None:
                    if len(waiting) < _MARK:
                        self._held = waiting  # too little to tell what begins here
                        return
                    self._stream = self._next_stream(waiting)
                    if self._stream is None:
                        return  # padding behind the last member
                waiting = self._inflated(self._stream, waiting)
        except zlib.error as error:
            if not self._size:
                raise BadEncodingError(self._told) from error
            self._spoilt = True  # damaged on its way: what came out before is good

    def body(self) -> bytes:
        """Return what has been inflated so far, and let go of it.

        Raises BadEncodingError where all of it is a few bytes that are not what they claim.
        """
        if self._held and not self._begun:
            held, self._held = self._held, b""
            self._take(held)
        if self._inner is not None:
            return self._inner.body()
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole

    @property
    def finished(self) -> bool:
        """Whether a compressed body reached its own end mark."""
        if self._spoilt or (self._inner is not None and not self._inner.finished):
            return False
        return not self._encoding or (
            self._stream is None and not (self._held and not self._ended)
        )

    def _inflated(self, stream: "zlib._Decompress", waiting: bytes) -> bytes:
        """Inflate a chunk; return what of it belongs to whatever follows."""
        while waiting and not stream.eof:
            spare = stream.copy()
            try:
                # max_length keeps a bomb's output in steps: each is counted before the next.
                part = stream.decompress(waiting, _STEP)
            except zlib.error:
                self._salvage(spare, waiting)
                raise
            self._keep(part)
            waiting = stream.unconsumed_tail
        if stream.eof:
            self._stream, self._ended = None, True
            return stream.unused_data
        return b""

    def _salvage(self, stream: "zlib._Decompress", damaged: bytes) -> None:
        """Keep what stands before the damage: a failed step gives nothing of what it read."""
        with contextlib.suppress(zlib.error):
            for at in range(len(damaged)):
                self._keep(stream.decompress(damaged[at : at + 1]))

    def _next_stream(self, waiting: bytes) -> "zlib._Decompress | None":
        # gzip files may be several in a row (RFC 1952 §2.2); anything else after is padding.
        if self._ended and not waiting.startswith(b"\x1f\x8b"):
            return None
        return _stream_for(waiting, self._encoding)

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            self._parts.clear()
            raise TooLargeError
        if part and self._inner is not None:
            self._inner.feed(part)
        elif part:
            self._parts.append(part)


def _stream_for(chunk: bytes, encoding: str) -> "zlib._Decompress":
    """Tell zlib, gzip and raw deflate apart: servers mean either by ``deflate``."""
    zlib_method = 8
    is_zlib = (
        len(chunk) > 1 and chunk[0] & 15 == zlib_method and (chunk[0] << 8 | chunk[1]) % 31 == 0
    )
    if encoding == "deflate" and not is_zlib and not chunk.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(-15)
    return zlib.decompressobj(47)  # zlib or gzip, by header
