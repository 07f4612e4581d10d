"""What a reader's own clock shows, as instants: quiet hours, and zones that are gone."""

from datetime import UTC, datetime

import pytest

from storage.local_time import instant, quiet_until


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("UTC", "2026-11-22T22:59", None),
        ("UTC", "2026-11-22T23:00", "2026-11-23T07:00"),
        ("UTC", "2026-11-23T06:59", "2026-11-23T07:00"),
        ("UTC", "2026-11-23T07:00", None),
        ("Asia/Almaty", "2026-11-22T20:00", "2026-11-23T02:00"),
        ("Europe/Berlin", "2026-03-28T23:30", "2026-03-29T05:00"),
        ("Europe/Berlin", "2026-10-24T23:30", "2026-10-25T06:00"),
    ],
)
def test_quiet_hours_span_midnight_on_the_readers_clock(
    zone: str, moment: str, expected: str | None
) -> None:
    ends = quiet_until(at(moment), zone, 23 * 60, 7 * 60)
    assert ends == (at(expected) if expected else None)


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = at("2026-11-22T12:00")
    assert at("2026-11-22T14:00") == quiet_until(noon, "UTC", 11 * 60, 14 * 60)
    assert [None, None] == [quiet_until(noon, "UTC", 600, 600), quiet_until(noon, "UTC", None, 5)]


def test_a_zone_that_no_longer_exists_is_read_as_utc() -> None:
    assert at("2026-11-22T08:00") == instant(at("2026-11-22T12:00").date(), 480, "Mars/Olympus")
