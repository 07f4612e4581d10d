"""Wall clocks: what a reader's own clock shows, as instants (pure).

Clock times are minutes after midnight. A time that a change to summer time skips comes as much
later as the clocks jumped; a time that comes twice means its first coming (PEP 495, fold = 0).
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

A_DAY = range(24 * 60)
"""The minutes that a clock can show."""


def rfc3339(moment: datetime) -> str:
    """Write a moment as all our JSON does: UTC, whole seconds, as 2026-11-22T08:00:00Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


_FIXED = re.compile(r"UTC([+-])(\d{1,2}):(\d{2})")
"""Hours and minutes from UTC: IANA has zones of whole hours alone (Etc/GMT-5)."""


@lru_cache(maxsize=512)
def zone(name: str) -> tzinfo:
    """Return an IANA zone, or a fixed one: UTC+5:30.

    One that no longer exists is read as UTC rather than losing digests.
    """
    if fixed := _FIXED.fullmatch(name):
        ahead = timedelta(hours=int(fixed[2]) % 24, minutes=int(fixed[3]) % 60)
        return timezone(ahead if fixed[1] == "+" else -ahead)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def instant(day: date, minutes: int, zone_name: str) -> datetime:
    """Return when a reader's clock shows this time on this day."""
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60)  # noqa: DTZ001 (its zone is given next)
    return wall.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def minutes_at(moment: datetime, zone_name: str) -> int:
    """Return what a reader's clock shows, in minutes after midnight."""
    local = moment.astimezone(zone(zone_name))
    return local.hour * 60 + local.minute


def quiet_until(
    moment: datetime, zone_name: str, start: int | None, end: int | None
) -> datetime | None:
    """Return when the quiet hours that hold this moment end, or None outside of them.

    ``start`` after ``end`` spans midnight; equal ones mean no quiet hours at all, as do times that
    no clock shows.
    """
    if start is None or end is None or start == end:
        return None
    if start not in A_DAY or end not in A_DAY:
        return None
    now = minutes_at(moment, zone_name)
    inside = start <= now < end if start < end else now >= start or now < end
    if not inside:
        return None
    today = moment.astimezone(zone(zone_name)).date()
    ends = (instant(day, end, zone_name) for day in (today, today + timedelta(days=1)))
    return next(end for end in ends if end > moment)
