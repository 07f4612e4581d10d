"""What is asked of a server and what comes of it, as plain values."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
"""How much a failure says that the next look will fail too; sums drive the back-off."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one fetch may cost. Bytes and seconds.

    ``wire_bytes`` counts what crosses the network, ``body_bytes`` what it inflates to,
    ``deadline_s`` runs over redirects, headers and body together: a limit per read would never
    trip on a server that sends a byte a second.
    """

    wire_bytes: int = 16_000_000
    body_bytes: int = 16_000_000
    deadline_s: float = 30.0
    connect_s: float = 10.0
    read_s: float = 15.0
    header_bytes: int = 16_384
    redirects: int = 8
    error_bytes: int = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """One look at an address. The validators are the server's own strings, verbatim."""

    url: str
    etag: str = ""
    last_modified: str = ""
    deadline_s: float | None = None
    """Where somebody waits for the answer: less than ``FetchLimits.deadline_s``."""
    wants_body: bool = True
    """Whether the document is read; what only asks whether it is there leaves it with the server.

    Not HEAD, which many servers refuse or answer otherwise than GET.
    """


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a response says about when to ask again, in seconds; None where it says nothing."""

    max_age_s: int | None = None
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document. ``complete`` is False when the connection broke before its end.

    ``permanent_url`` is where an unbroken chain of permanent redirects led, "" without one.
    ``robots`` is what its X-Robots-Tag headers say, in one line.
    """

    url: str
    status: int
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    freshness: Freshness = Freshness()
    permanent_url: str = ""
    complete: bool = True
    robots: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """Nothing new (304). Empty validators mean that those we have stay valid."""

    url: str
    etag: str = ""
    last_modified: str = ""
    freshness: Freshness = Freshness()
    permanent_url: str = ""
    status: int = 304


class FailKind(StrEnum):
    """Why a look brought nothing. The text catalogue says each as ``error.<value>``."""

    ADDRESS = "address"
    REFUSED_HOST = "refused_host"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    HEADERS = "headers"
    REDIRECTS = "redirects"
    GONE = "gone"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    CHALLENGE = "challenge"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    SERVER = "server"
    STATUS = "status"


_UNREACHED = frozenset({FailKind.DNS, FailKind.CONNECT, FailKind.TLS, FailKind.TIMEOUT})
"""We never got to ask: it may be the outlet's line or ours, its certificate or our clock."""

WEIGHTS = {
    FailKind.ADDRESS: HARD,
    FailKind.REFUSED_HOST: HARD,
    FailKind.DNS: SOFT,
    FailKind.CONNECT: SOFT,
    FailKind.TLS: SOFT,
    FailKind.TIMEOUT: TEMPORARY,
    FailKind.BROKEN: TEMPORARY,
    FailKind.TOO_LARGE: HARD,
    FailKind.ENCODING: HARD,
    FailKind.HEADERS: HARD,
    FailKind.REDIRECTS: HARD,
    FailKind.GONE: HARD,
    FailKind.NOT_FOUND: HARD,
    FailKind.FORBIDDEN: HARD,
    FailKind.CHALLENGE: SOFT,
    FailKind.RATE_LIMITED: TEMPORARY,
    FailKind.UNAVAILABLE: TEMPORARY,
    FailKind.SERVER: SOFT,
    FailKind.STATUS: SOFT,
}


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing came. ``values`` fill the sentence of the kind (host, status, limit)."""

    kind: FailKind
    url: str
    status: int | None = None
    freshness: Freshness = Freshness()
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """How heavily this failure counts towards the back-off."""
        return WEIGHTS[self.kind]

    @property
    def unreached(self) -> bool:
        """Whether we never got to ask, or heard nothing."""
        return self.kind in _UNREACHED

    @property
    def may_pass(self) -> bool:
        """Whether the next look may do better, with nobody having mended anything here."""
        return self.weight < HARD


Outcome = Fetched | NotModified | Failed
