"""Which backups of a folder are kept: by their names, which say when each was made. Pure.

Days, weeks and months are counted among those that have a backup, never by a clock: whoever made
none for a year keeps what there was, and one that a wrong clock dated takes up one place.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

NAMED = re.compile(r"steppewire-(?P<at>[0-9]{8}T[0-9]{6}Z)\.db(\.gz\.age)?")
"""A backup's name, as ``name`` gives it; whatever else lies in the folder is somebody else's."""

STAMP: Final = "%Y%m%dT%H%M%SZ"
PLAIN: Final = ".db"
SEALED: Final = ".db.gz.age"
PERIODS = re.compile(
    r"(?:(?P<days>[0-9]{1,4})d)?\s*(?:(?P<weeks>[0-9]{1,4})w)?\s*(?:(?P<months>[0-9]{1,4})m)?"
)


@dataclass(frozen=True, slots=True)
class Keep:
    """Of how many days, weeks and months the newest backup is kept."""

    days: int = 7
    weeks: int = 4
    months: int = 12

    def __str__(self) -> str:
        """Write it as ``keep`` reads it."""
        return f"{self.days}d {self.weeks}w {self.months}m"


def keep(text: str) -> Keep:
    """Read ``7d 4w 12m``; what is left out is none. Raises ValueError where nothing is kept."""
    found = PERIODS.fullmatch(text.strip())
    kept = (
        Keep(**{name: int(raw or 0) for name, raw in found.groupdict().items()}) if found else None
    )
    if kept is None or kept == Keep(0, 0, 0):
        message = f"must be days, weeks and months such as 7d 4w 12m, not {text!r}"
        raise ValueError(message)
    return kept


def name(at: datetime, *, sealed: bool) -> str:
    """Name the backup of a moment."""
    return f"steppewire-{at.astimezone(UTC).strftime(STAMP)}{SEALED if sealed else PLAIN}"


def made_at(name: str) -> datetime | None:
    """Tell when a backup was made, None for what is no backup of ours."""
    found = NAMED.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found["at"], STAMP).replace(tzinfo=UTC)
    except ValueError:  # the 31st of June
        return None


def newest(names: Iterable[str], now: datetime) -> datetime | None:
    """Return when the last backup was made, leaving out those dated after ``now``."""
    made = (at for name in names if (at := made_at(name)) is not None and at <= now)
    return max(made, default=None)


def outdated(names: Iterable[str], keep: Keep) -> list[str]:
    """Return the names that are kept neither as a day's, a week's nor a month's newest."""
    by_age = sorted(
        ((at, name) for name in names if (at := made_at(name)) is not None), reverse=True
    )
    kept: set[str] = set()
    for number, period in (
        (keep.days, lambda at: at.date()),
        (keep.weeks, lambda at: at.isocalendar()[:2]),
        (keep.months, lambda at: (at.year, at.month)),
    ):
        kept |= _newest_of_each(by_age, number, period)
    return [name for _, name in by_age if name not in kept]


def _newest_of_each(
    by_age: Iterable[tuple[datetime, str]], number: int, period: Callable[[datetime], object]
) -> set[str]:
    """Return the newest name of each of the last ``number`` periods that have one."""
    found: dict[object, str] = {}
    for at, name in by_age:
        if period(at) not in found and len(found) < number:
            found[period(at)] = name
    return set(found.values())
