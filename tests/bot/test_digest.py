"""Digests come at their readers' clocks, cover time without a gap, and choose what matters."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import digest
from bot.digest import Edition, Shelf, Window
from storage.clock import instant, quiet_until
from storage.model import (
    Chat,
    ChatId,
    ChatKind,
    FeedId,
    Item,
    ItemId,
    Outlet,
    OutletId,
    Story,
    StoryId,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = Window(NOW - timedelta(days=1), NOW)


def chat(**settings: object) -> Chat:
    return Chat(ChatId(1), ChatKind.PRIVATE, **settings)  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- when -----------------------------------------------------------------------------------


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
    assert at(expected) == digest.next_at(reader, at(after))


def test_only_the_chosen_weekdays_count_by_the_readers_calendar() -> None:
    # Monday 00:30 in Auckland is still Sunday in UTC.
    reader = chat(time_zone="Pacific/Auckland", digest_times=(30,), digest_days=(1,))
    assert at("2026-11-22T11:30") == digest.next_at(reader, at("2026-11-22T00:00"))


@pytest.mark.parametrize(
    "settings", [{"digest_times": ()}, {"digest_days": ()}, {"digest_times": (), "weekly_day": 0}]
)
def test_who_wants_no_digest_gets_none(settings: dict[str, object]) -> None:
    assert digest.next_at(chat(**settings), NOW) is None


def test_the_weekly_digest_comes_with_the_days_first() -> None:
    reader = chat(weekly_day=1, digest_times=(1080, 480))
    assert Edition(at("2026-11-23T08:00"), daily=True, weekly=True) == digest.next_edition(
        reader, at("2026-11-22T18:00")
    )
    alone = chat(weekly_day=1, digest_times=())
    assert Edition(at("2026-11-23T10:00"), daily=False, weekly=True) == digest.next_edition(
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
        coming = digest.next_at(reader, moment)
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
        span = digest.window(reader, moment, moment + timedelta(seconds=late))
        ends.append((span.since, span.until))
        reader = chat(digest_from=span.until, digest_times=(480, 1080))
        following = digest.next_at(reader, moment + timedelta(seconds=late))
        assert following is not None
        moment = following
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]


def test_on_time_the_window_ends_at_the_appointed_minute_for_all_readers() -> None:
    reader = chat(digest_from=NOW - timedelta(days=1))
    assert DAY == digest.window(reader, NOW, NOW + timedelta(minutes=7))


def test_who_was_away_for_months_is_told_a_week() -> None:
    reader = chat(digest_from=NOW - timedelta(days=90))
    assert Window(NOW - timedelta(days=7), NOW) == digest.window(reader, NOW, NOW)


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
    assert at("2026-11-22T08:00") == instant(NOW.date(), 480, "Mars/Olympus")


# --- what -----------------------------------------------------------------------------------


def story(
    number: int, outlets: int = 1, hours_ago: float = 1, *, family: str = "", country: str = "KZ"
) -> Story:
    moment = NOW - timedelta(hours=hours_ago)
    items = tuple(
        Item(
            id=ItemId(number * 100 + one),
            feed_id=FeedId(one),
            story_id=StoryId(number),
            external_id="",
            url=f"https://outlet{one}.example/{number}",
            title=f"Headline {number}",
            summary="",
            lang="en",
            published=moment,
            first_seen=moment,
            outlet=Outlet(OutletId(one), f"Outlet {one}", country, family=family),
        )
        for one in range(1, outlets + 1)
    )
    return Story(StoryId(number), moment, moment, items)


def chosen(*stories: Story, mine: tuple[int, ...] = (), **options: object) -> list[int]:
    shelved = digest.shelve(stories, {}, DAY)
    picked = [one for one in shelved if one.story.id in mine]
    made = digest.choose(Shelf(shelved, len(shelved)), DAY, mine=picked, **options)  # type: ignore[arg-type]
    return [one.id for _, section in made.sections for one in section]


def test_what_more_independent_publishers_tell_stands_higher() -> None:
    assert [2, 3, 1] == chosen(story(1), story(2, outlets=8), story(3, outlets=3))


def test_a_house_that_reprints_itself_is_one_publisher() -> None:
    assert [2, 1] == chosen(story(1, outlets=9, family="Holding"), story(2, outlets=2))


def test_of_equals_the_fresher_stands_higher_but_a_great_event_outlasts_gossip() -> None:
    assert [2, 1] == chosen(story(1, hours_ago=20), story(2, hours_ago=1))
    assert [1, 2] == chosen(story(1, outlets=8, hours_ago=23), story(2, hours_ago=0.1))


def test_the_readers_own_queries_stand_first() -> None:
    assert [1, 2] == chosen(story(1), story(2, outlets=4), mine=(1,))


def test_a_story_stands_once_whatever_speaks_for_it() -> None:
    assert [1] == chosen(story(1, outlets=3), story(1, outlets=3), mine=(1,))


def test_muted_stories_are_left_out_and_lines_are_bounded() -> None:
    many = [story(n, country=("KZ", "KG", "UZ", "TJ")[n % 4]) for n in range(1, 101)]
    assert 2 not in chosen(*many, muted={StoryId(2)})
    assert len(chosen(*many)) == digest.MOST_LINES


def test_one_country_never_fills_the_digest_alone() -> None:
    many = [story(n, outlets=5, country="RU") for n in range(1, 60)]
    few = [story(n, country="TJ") for n in range(60, 63)]
    told = chosen(*many, *few)
    assert {60, 61, 62} <= set(told)


def test_sections_follow_their_best_story_and_total_counts_all() -> None:
    stories = [story(1, country="KZ"), story(2, outlets=6, country="TJ"), story(3, country="KZ")]
    shelved = digest.shelve(stories, {}, DAY)
    made = digest.choose(Shelf(shelved, 40), DAY)
    assert (["TJ", "KZ"], 3, 40) == ([code for code, _ in made.sections], made.shown, made.total)


@pytest.mark.parametrize(
    ("named", "teller", "expected"),
    [
        ({"UZ": 3, "KZ": 1}, "KZ", "UZ"),
        ({"KZ": 2, "RU": 2}, "RU", "KZ"),
        ({"US": 9}, "KG", "KG"),
        ({}, "TJ", "TJ"),
        ({}, "GB", ""),
        ({"US": 3, "TM": 1}, "GB", "TM"),
    ],
)
def test_a_story_belongs_to_the_country_it_names_else_to_its_first_tellers(
    named: dict[str, int], teller: str, expected: str
) -> None:
    assert expected == digest.country(story(1, country=teller), Counter(named))
