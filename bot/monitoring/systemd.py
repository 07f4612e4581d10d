"""Word to systemd where it has started us: that we are ready, how we are, that we stop.

The protocol is that of sd_notify(3): a datagram of NAME=value lines to a unix socket.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

WORD_S = 30.0
"""How often it is told how we are, where it does not want to hear of us more often."""


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who started us: where it listens, and how long it bears to hear nothing, in seconds.

    An empty address is nobody: all words go nowhere. Without ``patience_s`` it waits for none.
    """

    address: str = ""
    patience_s: float | None = None

    @classmethod
    def named_in(cls, environ: Mapping[str, str]) -> "Supervisor":
        """Read what systemd has put into our environment."""
        whose = environ.get("WATCHDOG_PID") or str(os.getpid())
        microseconds = environ.get("WATCHDOG_USEC", "")
        is_watched = microseconds.isdecimal() and int(microseconds) and whose == str(os.getpid())
        return cls(
            environ.get("NOTIFY_SOCKET", ""), int(microseconds) / 1e6 if is_watched else None
        )

    @property
    def every_s(self) -> float:
        """How many seconds may pass between two words, so that one may go astray."""
        return WORD_S if self.patience_s is None else min(WORD_S, self.patience_s / 3)

    def ready(self) -> None:
        """Say that we run: who waits for us may begin."""
        self._tell("READY=1", "STATUS=running")

    def alive(self, status: str) -> None:
        """Say that we go on, and how we are; unsaid for ``patience_s``, we are started anew."""
        self._tell("WATCHDOG=1", f"STATUS={status}")

    def stopping(self) -> None:
        """Say that we end in order."""
        self._tell("STOPPING=1", "STATUS=stopping")

    def _tell(self, *lines: str) -> None:
        """Send lines; who does not hear them is no reason to end, nor to wait."""
        if not self.address:
            return
        # A name that begins with @ is one in the abstract namespace, no file (unix(7)).
        address = self.address.replace("@", "\0", 1) if self.address[0] == "@" else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.settimeout(0)
                line.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.warning("systemd not told", reason=error)


NOBODY = Supervisor()
"""Whoever sits at a terminal."""


async def attend(supervisor: Supervisor, status: Callable[[], Awaitable[str]]) -> None:
    """Tell the supervisor how we are, again and again: as long as it hears us our loop turns."""
    while supervisor.address:
        await asyncio.sleep(supervisor.every_s)
        try:
            told = await status()
        except Exception:
            log.exception("how we are is not known")
            told = "running"
        supervisor.alive(told)
