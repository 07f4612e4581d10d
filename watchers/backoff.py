"""Backoff: who fails several times in a row is left alone, ever longer; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """After ``failures`` in a row a pause of ``pause_s``, each further one twice as long.

    At most ``longest_s``.
    """

    failures: int = 3
    pause_s: float = 5.0
    longest_s: float = 600.0

    def after(self, failed: int) -> float:
        """Return how many seconds nobody is asked after so many failures in a row."""
        further = failed - self.failures
        return (
            0.0
            if further < 0
            else float(min(self.pause_s * 2 ** min(further, 30), self.longest_s))
        )
