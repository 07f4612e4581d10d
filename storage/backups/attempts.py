"""What is known of the last backup: begun when, how it ended, said to whom. One fact."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from storage import meta
from storage.sql import Connection, from_json, from_ms, to_json, to_ms

FACT: Final = "last_backup"
TRIED_AGAIN: Final = timedelta(hours=1)
"""After a failure, or a program that ended in the middle."""


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The last scheduled backup that was begun, and the last that succeeded.

    ``failure`` is the reason in English; "" of one that succeeded, and of one that is under way:
    then ``ended_at`` is None. ``failing_since`` is when the first of the failures in a row began.
    """

    began_at: datetime
    ended_at: datetime | None = None
    failure: str = ""
    failing_since: datetime | None = None
    made_at: datetime | None = None
    file: str = ""
    size: int = 0
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether it came to a good end."""
        return self.ended_at is not None and not self.failure


def last(db: Connection) -> LastBackup | None:
    """Return what is known of the last one; None before the first."""
    values = from_json(meta.get(db, FACT))
    if not values:
        return None
    moments = {name: from_ms(value) for name, value in values.items() if name.endswith(MOMENTS)}
    return LastBackup(**{**values, **moments})


MOMENTS: Final = ("_at", "_since")
"""Ends of names of what is kept in milliseconds."""


def keep(db: Connection, one: LastBackup) -> None:
    """Keep what is known of the last one."""
    values = {
        name: to_ms(value) if name.endswith(MOMENTS) else value
        for name, value in asdict(one).items()
    }
    meta.put(db, FACT, to_json(values))


def begun(before: LastBackup | None, now: datetime) -> LastBackup:
    """Return what is known once a backup is begun."""
    if before is None:
        return LastBackup(now)
    return replace(before, began_at=now, ended_at=None, failure="")


def made(one: LastBackup, now: datetime, file: str, size: int) -> LastBackup:
    """Return what is known once a backup has succeeded."""
    seconds = round((now - one.began_at).total_seconds(), 1)
    return LastBackup(
        one.began_at, now, made_at=one.began_at, file=file, size=size, seconds=seconds
    )


def failed(one: LastBackup, now: datetime, failure: str) -> LastBackup:
    """Return what is known once a backup has failed."""
    since = one.failing_since or one.began_at
    return replace(one, ended_at=now, failure=failure, failing_since=since)


def is_due(
    one: LastBackup | None, newest: datetime | None, now: datetime, every: timedelta
) -> bool:
    """Tell whether a backup is to be made; ``newest`` is when the folder's newest was made.

    What a wrong clock dated in the future counts for nothing. Pure.
    """
    if one is not None and timedelta(0) <= now - one.began_at < TRIED_AGAIN:
        # Also where somebody emptied the folder just now, and where a crash ended the last one.
        return False
    return newest is None or not timedelta(0) <= now - newest < every
