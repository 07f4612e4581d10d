"""The arithmetic of Telegram's limits: never more than allowed in any stretch of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.telegram.rates import (
    LIFTED,
    PAID_AGAIN_S,
    Pace,
    Rate,
    RateWindow,
    TelegramLimits,
    Weight,
    limits_of,
)


@given(
    rate=st.sampled_from([Rate(1, 1.0), Rate(18, 60.0), Rate(25, 1.0)]),
    gaps=st.lists(st.floats(0, 5), max_size=120),
)
def test_no_stretch_of_time_ever_holds_more_than_the_limit(rate: Rate, gaps: list[float]) -> None:
    window, now, went = RateWindow(rate), 0.0, list[float]()
    for gap in gaps:
        now = max(now + gap, window.ready_at(now + gap))
        window.take(now)
        went.append(now)
    for start, earliest in enumerate(went):
        inside = [one for one in went[start:] if one < earliest + rate.seconds - 1e-9]
        assert len(inside) <= rate.most


def test_a_window_waits_no_longer_than_it_must() -> None:
    window = RateWindow(Rate(2, 10.0))
    window.take(0.0)
    window.take(4.0)
    assert 10.0 == window.ready_at(5.0)
    assert 14.0 == window.ready_at(5.0, cost=2)


def test_a_group_gets_eighteen_a_minute_and_a_person_one_a_second() -> None:
    assert [18, 55] == [_sent(Pace(), chat, seconds=60.0) for chat in (-100, 100)]


def test_all_chats_together_get_twenty_five_a_second() -> None:
    pace, now, sent = Pace(), 5.0, []
    for chat in range(1, 200):
        now = pace.ready_at(chat, now)
        pace.take(chat, now)
        sent.append(now)
    assert 25 == sum(one < 6.0 for one in sent)


def test_after_a_start_the_first_call_goes_at_once_and_half_as_many_follow() -> None:
    pace, now, sent = Pace(began=5.0), 5.0, []
    for chat in range(1, 200):
        now = pace.ready_at(chat, now)
        pace.take(chat, now)
        sent.append(now)
    assert 5.0 == sent[0]
    most = [sum(at <= one < at + 1.0 for one in sent) for at in sent]
    assert 13 == max(many for many, at in zip(most, sent, strict=True) if at + 1.0 <= 10.0)
    assert 25 == max(most)


@pytest.mark.parametrize("late", [0.05, 0.1])
def test_calls_that_arrive_late_by_some_tenths_still_keep_telegrams_limit(late: float) -> None:
    """Telegram counts arrivals: the last of one burst and the first of the next are near."""
    pace, now, arrived = Pace(), 5.0, []
    for chat in range(1, 200):
        now = pace.ready_at(chat, now)
        pace.take(chat, now)
        arrived.append(max(now, 5.0 + late))  # what left before a hiccup of the network
    assert 28 >= max(sum(at <= one < at + 1.0 for one in arrived) for at in arrived)


def test_broadcasts_are_spread_over_the_second_so_that_a_reply_finds_a_gap() -> None:
    pace, now = Pace(), 100.0
    for chat in range(1, 200):
        now = pace.ready_at(chat, now, Weight(even=True))
        pace.take(chat, now, Weight(even=True))
    assert pace.ready_at(5_000, now) - now <= 0.2


def test_broadcasts_leave_a_group_room_for_answers() -> None:
    pace, now = Pace(), 0.0
    while (now := pace.ready_at(-7, now, Weight(even=True))) < 60.0:
        pace.take(-7, now, Weight(even=True))
    assert pace.ready_at(-7, 20.0) == 20.0


def test_an_album_larger_than_the_limit_waits_for_an_empty_window() -> None:
    window = RateWindow(Rate(3, 60.0))
    window.take(0.0)
    assert [60.0, 60.0] == [window.ready_at(1.0, cost=10), window.ready_at(1.0, spare=9)]
    assert RateWindow(Rate(3, 60.0)).ready_at(1.0, cost=10) == 1.0


def test_what_writes_nothing_into_a_chat_does_not_use_its_pace_up() -> None:
    pace = Pace()
    pace.take(7, 0.0, Weight(paced=False))
    assert pace.ready_at(7, 0.0) == 0.0


def test_an_album_counts_each_of_its_parts() -> None:
    pace = Pace()
    pace.take(-7, 0.0, Weight(cost=10))
    assert pace.ready_at(-7, 2.0, Weight(cost=8)) == 2.0
    assert pace.ready_at(-7, 2.0, Weight(cost=9)) == 60.0


def test_lifted_limits_limit_nothing() -> None:
    pace = Pace(LIFTED)
    for _ in range(1000):
        assert pace.ready_at(-7, 0.0, Weight(even=True)) == 0.0
        pace.take(-7, 0.0, Weight(even=True))


# --- paid broadcasts --------------------------------------------------------------------------


def test_where_it_is_paid_for_as_many_go_as_were_allowed_and_only_the_surplus_is_paid() -> None:
    pace = Pace(limits_of(200))
    went = _broadcasts(pace, begins=100.0, seconds=2.0)
    in_a_second = [sum(at <= one < at + 1.0 for one, _ in went) for at, _ in went]
    assert 195 <= max(in_a_second) <= 200
    assert [False] * 25 == [pays for _, pays in went[:25]]
    assert {True} == {pays for _, pays in went[25:]}


def test_nothing_is_paid_for_at_a_pace_that_is_free() -> None:
    pace = Pace(limits_of(200))
    pays = [pace.take(chat, 100.0 + chat / 25, Weight(payable=True)) for chat in range(100)]
    assert {False} == set(pays)


def test_what_cannot_be_paid_for_keeps_to_the_free_pace_beside_what_is() -> None:
    pace = Pace(limits_of(200))
    _broadcasts(pace, begins=100.0, seconds=1.0)
    edits, now = 0, 101.0
    while (now := pace.ready_at(9_000 + edits, now)) < 102.0:
        assert not pace.take(9_000 + edits, now)
        edits += 1
    assert 25 == edits


def test_where_everybody_must_wait_nothing_is_paid_for_until_much_later() -> None:
    pace = Pace(limits_of(200))
    for chat in (1, 2):
        pace.refused(chat, 1.0, 100.0)
    went = _broadcasts(pace, begins=101.0, seconds=1.0)
    assert 25 >= len(went)
    assert {False} == {pays for _, pays in went}
    later = _broadcasts(pace, begins=101.0 + PAID_AGAIN_S, seconds=1.0)
    assert 195 <= len(later)


def test_settings_know_the_pace_that_is_free() -> None:
    assert settings.FREE_A_SECOND == TelegramLimits().everybody.most


def _broadcasts(pace: Pace, *, begins: float, seconds: float) -> list[tuple[float, bool]]:
    """Send as many as may go, each to a chat of its own; tell when, and what was paid for."""
    now, went = begins, list[tuple[float, bool]]()
    first = int(begins * 1_000)
    while True:
        chat = first + len(went)
        now = pace.ready_at(chat, now, Weight(even=True, payable=True))
        if now >= begins + seconds:
            return went
        went.append((now, pace.take(chat, now, Weight(even=True, payable=True))))


# --- bans -----------------------------------------------------------------------------------


def test_a_ban_rests_its_chat_exactly_so_long_and_nobody_else() -> None:
    pace = Pace()
    pace.refused(7, 40_000.0, 100.0)
    assert [40_100.0, 100.0] == [pace.ready_at(chat, 100.0) for chat in (7, 8)]


def test_bans_that_end_together_are_everybodys() -> None:
    pace = Pace()
    assert not pace.refused(7, 30.0, 100.0)
    assert pace.refused(8, 29.0, 101.0)
    assert pace.ready_at(9, 101.0) == 130.0


def test_bans_that_end_apart_are_each_chats_own() -> None:
    pace = Pace()
    pace.refused(7, 30.0, 100.0)
    assert not pace.refused(8, 5.0, 101.0)
    assert pace.ready_at(9, 101.0) == 101.0


def test_a_long_ban_of_everybody_needs_three_witnesses() -> None:
    pace = Pace()
    said = [pace.refused(chat, 40_000.0, 100.0 + chat / 10) for chat in (1, 2, 3)]
    assert said == [False, False, True]


def test_the_same_chat_twice_is_one_witness() -> None:
    pace = Pace()
    pace.refused(7, 30.0, 100.0)
    assert not pace.refused(7, 30.0, 100.1)


def test_after_a_ban_the_others_are_under_suspicion_until_one_is_answered() -> None:
    pace = Pace()
    pace.refused(7, 30.0, 100.0)
    assert pace.suspicious
    pace.answered()
    assert not pace.suspicious


@pytest.mark.no_cover
@pytest.mark.parametrize("limits", [TelegramLimits(), LIFTED])
def test_memory_follows_who_is_written_to(limits: TelegramLimits) -> None:
    pace = Pace(limits)
    for chat in range(1, 5_000):
        pace.take(chat, float(chat))
        pace.refused(chat, 1.0, float(chat))
    pace.sweep(100_000.0)
    assert (0, 0) == (len(pace._chats), len(pace._bans))


def _sent(pace: Pace, chat: int, *, seconds: float) -> int:
    now, sent = 0.0, 0
    while (now := pace.ready_at(chat, now)) < seconds:
        pace.take(chat, now)
        sent += 1
    return sent
