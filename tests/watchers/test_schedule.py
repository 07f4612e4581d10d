"""The arithmetic of looking again, and what a feed's state learns from each look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.model import (
    Feed,
    FeedId,
    FeedKind,
    FeedNoticeKind,
    FeedState,
    FeedStatus,
    Outlet,
    OutletId,
)
from watchers import schedule
from watchers.schedule import Failure, PollingPace, Reading, Visit

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PACE = PollingPace(base_s=900)
KNOWN = FeedState(status=FeedStatus.OK, baseline_done=True, interval_s=900, etag='"a"')
HARD, SOFT, TEMPORARY = Failure("error.x", 1), Failure("error.x", 0.5), Failure("error.x", 0.25)


def feed(state: FeedState = KNOWN, url: str = "https://a.kz/rss") -> Feed:
    return Feed(FeedId(1), url, "A", FeedKind.FEED, Outlet(OutletId(1), "A"), state=state)


def wait(state: FeedState) -> float:
    assert state.next_check_at is not None
    return (state.next_check_at - NOW).total_seconds()


def document(state: FeedState = KNOWN, visit: Visit | None = None, **told: object) -> FeedState:
    told = {"total": 30, "new": 10, "etag": '"b"', **told}
    reading = Reading(**told)  # type: ignore[arg-type]
    return schedule.after_document(feed(state), visit or Visit(NOW, 200), reading, PACE)


def failures(*several: Failure, state: FeedState = KNOWN) -> FeedState:
    for failure in several:
        state = schedule.after_failure(feed(state), Visit(NOW, 500), failure, PACE)
    return state


# --- when ------------------------------------------------------------------------------------

WAITS = {
    "own interval": (Visit(NOW), {}, 900, 990),
    "max-age": (Visit(NOW, max_age_s=7200), {}, 7200, 7800),
    "short max-age": (Visit(NOW, max_age_s=10), {}, 900, 990),
    "ttl": (Visit(NOW), {"ttl_s": 3600}, 3600, 3960),
    "Retry-After": (Visit(NOW, retry_after_s=5000), {}, 5000, 5500),
    "the longest": (Visit(NOW, max_age_s=4000, retry_after_s=50), {"ttl_s": 6000}, 6000, 6600),
    "never beyond a day": (Visit(NOW, max_age_s=10**8), {}, 86_400, 86_400),
    "the host rests": (Visit(NOW, not_before=NOW + timedelta(hours=3)), {}, 10_800, 10_800),
}  # fmt: skip


@pytest.mark.parametrize(("visit", "told", "least", "most"), WAITS.values(), ids=WAITS)
def test_the_next_look_waits_for_whoever_asks_longest(
    visit: Visit, told: dict[str, int], least: int, most: int
) -> None:
    assert least <= wait(document(visit=visit, **told)) <= most


def test_a_line_that_was_down_for_hours_holds_no_feed_up_for_hours_more() -> None:
    nobody = Failure("error.dns", 0.5, unreached=True)
    state, now, waits = KNOWN, NOW, []
    while now - NOW < timedelta(days=3):
        state = schedule.after_failure(feed(state), Visit(now), nobody, PACE)
        assert state.next_check_at is not None
        waits.append((now - NOW, state.next_check_at - now))
        now = state.next_check_at
    half_an_hour = timedelta(minutes=33)
    day = timedelta(days=1)
    assert max(wait for since, wait in waits if since < day) <= half_an_hour
    assert waits[-1][1] >= day  # one that stays away is asked seldom
    assert wait(failures(*[replace(nobody, unreached=False)] * 8)) > 4 * 900


def test_jitter_is_the_feeds_own_and_spreads_feeds() -> None:
    reading = Reading(30, 10, '"b"')
    at = [
        schedule.after_document(feed(url=f"https://a{n}.kz/"), Visit(NOW), reading, PACE)
        for n in (*range(200), 7)
    ]
    waits = [round(wait(state)) for state in at]
    assert waits[7] == waits[-1]
    assert len(set(waits)) > 60


@pytest.mark.parametrize(
    ("new", "total", "expected"),
    [(30, 30, 450), (20, 30, 675), (10, 30, 900), (1, 30, 900), (0, 30, 1125)],
)
def test_the_interval_follows_the_share_of_known_entries(
    new: int, total: int, expected: int
) -> None:
    assert expected == document(total=total, new=new).interval_s


def test_a_quiet_feed_rests_up_to_six_hours_and_wakes_with_the_first_news() -> None:
    state = KNOWN
    for _ in range(40):
        state = schedule.after_not_modified(feed(state), Visit(NOW, 304), PACE)
    assert 6 * 3600 == state.interval_s
    assert 16_200 == document(state, new=1).interval_s


def test_only_servers_that_answer_conditions_are_asked_more_often_than_the_base() -> None:
    state = replace(KNOWN, etag="", last_modified="")
    assert 900 == document(state, new=30, etag="").interval_s
    state = KNOWN
    for _ in range(9):
        state = document(state, new=30)
    assert 300 == state.interval_s


@pytest.mark.parametrize(
    ("kind", "expected"), [(FeedKind.TELEGRAM, 450), (FeedKind.FEED, 900), (FeedKind.PAGE, 900)]
)
def test_a_channels_preview_needs_no_validators_to_be_looked_at_sooner(
    kind: FeedKind, expected: int
) -> None:
    one = replace(feed(replace(KNOWN, etag="")), kind=kind)
    after = schedule.after_document(one, Visit(NOW, 200), Reading(20, 20), PACE)
    assert expected == after.interval_s


GAPS = {
    "nothing left": ({"total": 20, "new": 20}, 40, True),
    "one left": ({"total": 20, "new": 19}, 40, False),
    "nothing new": ({"total": 20, "new": 0}, 40, False),
    "an empty document": ({"total": 0, "new": 0}, 40, False),
    "a list of one": ({"total": 1, "new": 1}, 40, False),
    "the first that ever came": ({"total": 20, "new": 20}, 0, False),
}


@pytest.mark.parametrize(("told", "items", "expected"), GAPS.values(), ids=GAPS)
def test_a_document_with_nothing_of_the_last_one_is_a_gap(
    told: dict[str, int], items: int, expected: bool
) -> None:
    before = replace(feed(replace(KNOWN, gaps=2)), items=items)
    after = schedule.after_document(before, Visit(NOW, 200), Reading(**told), PACE)
    assert (2 + expected, NOW if expected else None) == (after.gaps, after.last_gap_at)
    kept = schedule.after_not_modified(replace(before, state=after), Visit(NOW, 304), PACE)
    assert (after.gaps, after.last_gap_at) == (kept.gaps, kept.last_gap_at)


def test_the_baseline_is_no_gap() -> None:
    assert 0 == document(FeedState(), new=30).gaps


def test_the_baseline_says_nothing_of_how_often_news_come() -> None:
    assert 900 == document(FeedState(), new=30).interval_s


def test_hours_of_rest_put_a_look_off_to_their_end() -> None:
    state = document(skip_hours=frozenset({8, 9}))
    assert state.next_check_at is not None
    assert (10, 22) == (state.next_check_at.hour, state.next_check_at.day)


def test_a_feed_that_always_rests_cannot_mean_it() -> None:
    assert wait(document(skip_hours=frozenset(range(24)))) <= 990


# --- validators ------------------------------------------------------------------------------


def test_validators_are_a_pair_of_one_response() -> None:
    before = replace(KNOWN, etag='"a"', last_modified="Mon")
    after = document(before, etag="", last_modified="Tue")
    assert ("", "Tue") == (after.etag, after.last_modified)


def test_validators_are_kept_even_if_the_document_is_the_same() -> None:
    before = replace(KNOWN, etag='"a"', last_modified="Mon")
    after = schedule.after_same_document(feed(before), Visit(NOW, 200), PACE, '"b"', "")
    assert ('"b"', "") == (after.etag, after.last_modified)


def test_a_304_replaces_only_the_validators_it_tells() -> None:
    before = replace(KNOWN, etag='"a"', last_modified="Mon")
    after = schedule.after_not_modified(feed(before), Visit(NOW, 304), PACE, etag='"b"')
    assert ('"b"', "Mon") == (after.etag, after.last_modified)


def test_what_the_document_asked_for_holds_through_every_304() -> None:
    before = document(visit=Visit(NOW, 200, max_age_s=4000), ttl_s=3600)
    after = schedule.after_not_modified(feed(before), Visit(NOW, 304), PACE)
    assert wait(after) >= 4000
    fresher = schedule.after_not_modified(feed(after), Visit(NOW, 304, max_age_s=60), PACE)
    assert 3600 <= wait(fresher) < 4000


def test_a_document_cut_off_leaves_the_old_validators() -> None:
    after = document(replace(KNOWN, etag='"a"'), etag="", keep_validators=False)
    assert '"a"' == after.etag


# --- failures --------------------------------------------------------------------------------


def test_failures_back_off_by_their_weight_and_never_beyond_a_day() -> None:
    waits = [wait(failures(one)) for one in (TEMPORARY, SOFT, HARD)]
    assert waits == sorted(waits)
    assert 1800 <= waits[2] <= 1980
    state = failures(*[HARD] * 60)
    assert (86_400, FeedStatus.ERROR, 60) == (wait(state), state.status, state.failure_count)


def test_a_success_forgets_failures() -> None:
    state = document(failures(HARD, HARD))
    assert (FeedStatus.OK, 0, 0, None, "") == (
        state.status,
        state.failure_weight,
        state.failure_count,
        state.failing_since,
        state.error_key,
    )


def test_gone_is_gone() -> None:
    state = failures(Failure("error.gone", 1, gone=True))
    assert (FeedStatus.GONE, None, FeedNoticeKind.GONE) == (
        state.status,
        state.next_check_at,
        state.notice,
    )


# --- what admins are told --------------------------------------------------------------------


def test_admins_are_told_once_of_an_illness_and_once_of_its_end() -> None:
    state, told = KNOWN, []
    for _ in range(10):
        state = failures(SOFT, state=state)
        told.append(state.notice)
    for _ in range(3):
        state = document(state)
        told.append(state.notice)
    assert [FeedNoticeKind.ILL, FeedNoticeKind.RECOVERED] == [one for one in told if one]


def test_a_passing_failure_is_not_worth_a_word() -> None:
    assert [None, None] == [failures(SOFT).notice, document(failures(SOFT)).notice]


def test_a_feed_that_comes_and_goes_is_told_of_once_in_a_while() -> None:
    state, told = KNOWN, []
    for _ in range(5):
        state = failures(HARD, state=state)
        told.append(state.notice)
        state = document(state)
        told.append(state.notice)
    assert 1 == told.count(FeedNoticeKind.ILL)


def test_a_feed_that_answers_but_says_nothing_is_silent() -> None:
    talking = replace(KNOWN, usual_gap_s=3 * 3600, last_new_at=NOW - timedelta(hours=8))
    quiet = replace(talking, last_new_at=NOW - timedelta(hours=10))
    assert None is document(talking, new=0).silent_since
    silent = document(quiet, new=0)
    assert (quiet.last_new_at, FeedNoticeKind.SILENT) == (silent.silent_since, silent.notice)
    assert None is schedule.after_not_modified(feed(silent), Visit(NOW, 304), PACE).notice
    assert None is document(silent, new=1).silent_since


# --- moves -----------------------------------------------------------------------------------


def test_a_move_is_believed_when_seen_again() -> None:
    visit = Visit(NOW, 200, permanent_url="https://b.kz/rss")
    once = document(visit=visit)
    twice = document(once, visit)
    assert [False, True] == [schedule.should_move(once), schedule.should_move(twice)]


def test_a_move_not_seen_again_is_forgotten() -> None:
    once = document(visit=Visit(NOW, 200, permanent_url="https://b.kz/rss"))
    assert ("", 0) == (document(once).moved_to, document(once).moved_seen)
