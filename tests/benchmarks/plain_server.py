"""As little of an HTTP server as outlets need: benchmarks must not measure it."""

import asyncio


class PlainServer(asyncio.Protocol):
    """Answers each request of a connection, in their order; none of them has a body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with nothing read."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, chunk: bytes) -> None:
        """Answer what has come whole."""
        self.buffer += chunk
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            self.transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        """Return what a request is answered, b"" where it never is."""
        raise NotImplementedError
