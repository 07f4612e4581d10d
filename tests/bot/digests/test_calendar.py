"""Digests come at their readers' own clocks and cover time without a gap."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests import calendar
from bot.digests.calendar import DigestSlot, DigestWindow
from storage.model import Chat, ChatId, ChatKind

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = DigestWindow(NOW - timedelta(days=1), NOW)


def chat(**settings: object) -> Chat:
    return Chat(ChatId(1), ChatKind.PRIVATE, **settings)  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "times", "after", "expected"),
    [
        ("UTC", (480,), "2026-11-22T07:59", "2026-11-22T08:00"),
        ("UTC", (480,), "2026-11-22T08:00", "2026-11-23T08:00"),
        ("Asia/Almaty", (480,), "2026-11-22T02:59", "2026-11-22T03:00"),
        ("Asia/Tashkent", (480, 1200), "2026-11-22T03:00", "2026-11-22T15:00"),
        ("Asia/Kolkata", (480,), "2026-11-22T00:00", "2026-11-22T02:30"),
        ("Pacific/Kiritimati", (0,), "2026-11-22T09:00", "2026-11-22T10:00"),
        ("Pacific/Pago_Pago", (1439,), "2026-11-22T10:00", "2026-11-22T10:59"),
        # Berlin: clocks jump from 02:00 to 03:00 on 29 March 2026, back on 25 October.
        ("Europe/Berlin", (480,), "2026-03-28T08:00", "2026-03-29T06:00"),
        ("Europe/Berlin", (150,), "2026-03-28T12:00", "2026-03-29T01:30"),
        ("Europe/Berlin", (150,), "2026-10-24T12:00", "2026-10-25T00:30"),
        ("Europe/Berlin", (150,), "2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_the_next_digest_is_when_the_readers_own_clock_shows_its_time(
    zone: str, times: tuple[int, ...], after: str, expected: str
) -> None:
    reader = chat(time_zone=zone, digest_times=times)
    assert at(expected) == calendar.next_at(reader, at(after))


def test_only_the_chosen_weekdays_count_by_the_readers_calendar() -> None:
    # Monday 00:30 in Auckland is still Sunday in UTC.
    reader = chat(time_zone="Pacific/Auckland", digest_times=(30,), digest_days=(1,))
    assert at("2026-11-22T11:30") == calendar.next_at(reader, at("2026-11-22T00:00"))


@pytest.mark.parametrize(
    "settings", [{"digest_times": ()}, {"digest_days": ()}, {"digest_times": (), "weekly_day": 0}]
)
def test_who_wants_no_digest_gets_none(settings: dict[str, object]) -> None:
    assert calendar.next_at(chat(**settings), NOW) is None


def test_the_weekly_digest_comes_with_the_days_first() -> None:
    reader = chat(weekly_day=1, digest_times=(1080, 480))
    assert DigestSlot(at("2026-11-23T08:00"), daily=True, weekly=True) == calendar.next_slot(
        reader, at("2026-11-22T18:00")
    )
    alone = chat(weekly_day=1, digest_times=())
    assert DigestSlot(at("2026-11-23T10:00"), daily=False, weekly=True) == calendar.next_slot(
        alone, NOW
    )


@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Almaty", "Australia/Lord_Howe", "Asia/Tehran"]
    ),
    times=st.sets(st.integers(0, 1439), min_size=1, max_size=5),
    days=st.sets(st.integers(1, 7), min_size=1),
    start=st.integers(0, 3 * 366 * 24 * 60),
)
def test_digests_march_on_and_each_shows_one_of_the_chosen_times(
    zone: str, times: set[int], days: set[int], start: int
) -> None:
    reader = chat(time_zone=zone, digest_times=tuple(times), digest_days=tuple(days))
    moment = at("2025-01-01") + timedelta(minutes=start)
    for _ in range(6):
        coming = calendar.next_at(reader, moment)
        assert coming is not None
        assert moment < coming <= moment + timedelta(days=8, hours=2)
        local = coming.astimezone(ZoneInfo(zone))
        shown = local.hour * 60 + local.minute
        # A time that the clocks skip comes up to an hour later.
        assert any(0 <= shown - one <= 60 for one in times) or shown < 60
        moment = coming


def test_windows_follow_one_another_without_gap_or_overlap() -> None:
    reader, moment = chat(digest_from=NOW - timedelta(days=1), digest_times=(480, 1080)), NOW
    ends = []
    for late in (0, 5, 3 * 3600, 0, 10, 26 * 3600, 0):
        span = calendar.window(reader, moment, moment + timedelta(seconds=late))
        ends.append((span.since, span.until))
        reader = chat(digest_from=span.until, digest_times=(480, 1080))
        following = calendar.next_at(reader, moment + timedelta(seconds=late))
        assert following is not None
        moment = following
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]


def test_on_time_the_window_ends_at_the_appointed_minute_for_all_readers() -> None:
    reader = chat(digest_from=NOW - timedelta(days=1))
    assert DAY == calendar.window(reader, NOW, NOW + timedelta(minutes=7))


def test_who_was_away_for_months_is_told_a_week() -> None:
    reader = chat(digest_from=NOW - timedelta(days=90))
    assert DigestWindow(NOW - timedelta(days=7), NOW) == calendar.window(reader, NOW, NOW)
