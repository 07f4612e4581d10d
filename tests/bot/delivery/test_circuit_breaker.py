"""When Telegram is taken to be away, and when it is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.circuit_breaker import ASK_EVERY, MANY, CircuitBreaker
from storage.model import ChatId

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
A, B, C, D = map(ChatId, range(1, 5))


def test_one_failing_chat_raises_a_question_and_stops_nobody() -> None:
    breaker = CircuitBreaker()
    breaker.failed(A)
    due = breaker.next_question(NOW)
    assert due is not None
    assert due <= NOW
    assert not breaker.stops


@pytest.mark.parametrize("heard", ["another chat's answer", "the question's answer"])
def test_a_chat_that_fails_while_telegram_answers_is_asked_about_no_more(heard: str) -> None:
    breaker = CircuitBreaker()
    breaker.failed(A)
    if heard == "another chat's answer":
        breaker.answered(B)
    else:
        breaker.is_there()
    breaker.failed(A)
    assert breaker.next_question(NOW) is None
    breaker.answered(A)
    breaker.failed(A)
    assert breaker.next_question(NOW) is not None


def test_many_chats_that_fail_together_stop_all_until_telegram_is_heard() -> None:
    breaker = CircuitBreaker()
    for chat in (A, B, C):
        breaker.failed(chat)
    assert MANY == len(breaker.failing)
    assert breaker.stops
    breaker.is_there()
    assert not breaker.stops
    for chat in (A, B, C):  # known by now
        breaker.failed(chat)
    assert not breaker.stops


def test_one_chat_that_fails_many_times_is_one_chat() -> None:
    breaker = CircuitBreaker()
    for _ in range(100):
        breaker.failed(A)
    assert not breaker.stops


def test_no_answer_to_the_question_stops_all_and_any_answer_ends_that() -> None:
    breaker = CircuitBreaker()
    breaker.failed(A)
    breaker.asked(NOW)
    breaker.is_gone()
    assert breaker.stops
    assert NOW + ASK_EVERY == breaker.next_question(NOW)
    breaker.answered(D)
    assert not breaker.stops
    assert breaker.next_question(NOW) is None


def test_a_clock_that_went_back_does_not_put_the_question_off() -> None:
    breaker = CircuitBreaker()
    breaker.failed(A)
    breaker.asked(NOW)
    earlier = NOW - timedelta(days=365)
    assert earlier == breaker.next_question(earlier)
