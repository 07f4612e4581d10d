"""One parsing process: calls in, what they return out, until the other end closes.

Started by ``watchers.parse_pool.pool`` as ``python -m watchers.parse_pool.worker SOCKET MEMORY
SECONDS``.
"""

import pickle
import resource
import signal
import socket
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from watchers import parse  # noqa: F401 (before a document's time begins)
from watchers.parse_pool.values import Broken

_LENGTH_BYTES = 4
_READY = b"."
"""Said once: what a document takes is counted from here."""


def main(arguments: list[str]) -> None:
    """Serve calls from the inherited socket."""
    descriptor, memory, seconds = map(int, arguments)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    # A parent that was killed is no failure of ours: nobody waits for a traceback.
    with suppress(ConnectionError), socket.socket(fileno=descriptor) as far:
        far.sendall(_READY)
        while (message := _receive(far)) is not None:
            # Should the parent be gone, nobody else would stop an endless document.
            signal.alarm(seconds)
            answer = pickle.dumps(_answer(message), pickle.HIGHEST_PROTOCOL)
            signal.alarm(0)
            far.sendall(len(answer).to_bytes(_LENGTH_BYTES, "big") + answer)


def _answer(message: bytes) -> object:
    try:
        function, arguments = pickle.loads(message)  # noqa: S301 (from our own parent)
        return function(*arguments)
    except (MemoryError, RecursionError):
        return Broken()
    except Exception as error:  # noqa: BLE001 (a document must not take the process with it)
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        return Broken(f"{type(error).__name__} at {place}")


def _receive(far: socket.socket) -> bytes | None:
    head = _exactly(far, _LENGTH_BYTES)
    return None if head is None else _exactly(far, int.from_bytes(head, "big"))


def _exactly(far: socket.socket, length: int) -> bytes | None:
    buffer = bytearray(length)
    view, at = memoryview(buffer), 0
    while at < length:
        received = far.recv_into(view[at:])
        if not received:
            return None
        at += received
    return bytes(buffer)


if __name__ == "__main__":
    main(sys.argv[1:])
