"""Circuit breaker: how long to leave Telegram alone while it is away (pure)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

REST_MOST_S = 30.0
FIRST_REST_S = 0.5
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class CircuitBreaker:
    """Failures in a row, whichever message met them, and until when nothing is tried.

    ``rest_until`` grows 0.5, 1, 2 … seconds, at most 30, and one answer ends it.
    """

    failures: int = 0
    rest_until: datetime = LONG_AGO

    @property
    def is_ill(self) -> bool:
        """Whether the last thing we heard was no answer."""
        return self.failures > 0

    def worse(self, now: datetime) -> None:
        """Note a call that got no answer."""
        if now < self.rest_until:
            return  # several calls that were under way together count once
        self.failures += 1
        rest = min(FIRST_REST_S * 2 ** min(self.failures - 1, 10), REST_MOST_S)
        self.rest_until = now + timedelta(seconds=rest)

    def well(self) -> None:
        """Note an answer."""
        self.failures = 0
