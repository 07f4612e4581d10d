"""Undo content encodings without ever holding more than allowed; no I/O."""

import zlib

ACCEPTED = "gzip, deflate"
"""Asked for. Brotli is not: its bombs inflate a millionfold in one step."""

_STEP = 1 << 18
_MARK = 2


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
        if len(names) > 1 or any(name not in {"gzip", "x-gzip", "deflate"} for name in names):
            raise BadEncodingError(content_encoding)
        self._encoding = names[0] if names else ""
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
        waiting = self._held + chunk
        self._held = b""
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
            raise BadEncodingError(str(error)) from error

    def body(self) -> bytes:
        """Return what has been inflated so far, and let go of it."""
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole

    @property
    def finished(self) -> bool:
        """Whether a compressed body reached its own end mark."""
        return not self._encoding or (
            self._stream is None and not (self._held and not self._ended)
        )

    def _inflated(self, stream: "zlib._Decompress", waiting: bytes) -> bytes:
        """Inflate a chunk; return what of it belongs to whatever follows."""
        while waiting and not stream.eof:
            # max_length keeps a bomb's output in steps: each is counted before the next.
            self._keep(stream.decompress(waiting, _STEP))
            waiting = stream.unconsumed_tail
        if stream.eof:
            self._stream, self._ended = None, True
            return stream.unused_data
        return b""

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
        if part:
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
