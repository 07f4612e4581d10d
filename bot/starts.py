"""Starts: which of them followed a run that nobody had ended, by rows.

What ends a program again and again (no memory left, a supervisor's watchdog) leaves no word of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage import meta
from storage.sql import Connection, from_json, to_json, to_ms

MANY: Final = 3
WITHIN: Final = timedelta(hours=1)
"""So many cut off within so long are no accident."""

FACTS: Final = "run/"


@dataclass(frozen=True, slots=True)
class Runs:
    """Whether a process runs, and when it was last started after a run that was cut off (ms)."""

    goes_on: bool = False
    cut: tuple[int, ...] = ()

    def begun(self, now: datetime) -> "Runs":
        """Return what is known once another run begins."""
        return Runs(
            goes_on=True, cut=(*self.cut, to_ms(now) or 0)[-MANY:] if self.goes_on else self.cut
        )

    def cut_again_and_again(self, now: datetime) -> bool:
        """Tell whether run after run was cut off of late."""
        since, until = to_ms(now - WITHIN) or 0, to_ms(now) or 0
        return sum(since <= at <= until for at in self.cut) >= MANY


def of(db: Connection, process: str) -> Runs:
    """Return what is known of a process's runs."""
    kept = from_json(meta.get(db, FACTS + process)) or {}
    return Runs(bool(kept.get("goes_on")), tuple(kept.get("cut", ())))


def began(db: Connection, process: str, now: datetime) -> None:
    """Note that a process runs."""
    _keep(db, process, of(db, process).begun(now))


def ended(db: Connection, process: str) -> None:
    """Note that a process was stopped in order."""
    _keep(db, process, Runs(goes_on=False, cut=of(db, process).cut))


def _keep(db: Connection, process: str, runs: Runs) -> None:
    meta.put(db, FACTS + process, to_json({"goes_on": runs.goes_on, "cut": list(runs.cut)}))
