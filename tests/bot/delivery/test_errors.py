"""Every error of the Bot API means one thing that is done next."""

from datetime import timedelta

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.delivery.errors import outcome_of
from bot.telegram.rate_limiter import Limiter, Resting
from storage.model import ChatId
from storage.outbox.outcomes import (
    AnswerLost,
    Away,
    ChatMoved,
    Gone,
    Later,
    NoTopic,
    NotSent,
    Outcome,
    Poison,
    Revoked,
    Sent,
    Shut,
    Vanished,
)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bad Request: message is not modified: specified new message", Sent()),
        ("Bad Request: message to edit not found", Vanished("message gone")),
        ("Bad Request: message can't be edited", Vanished("message gone")),
        ("Bad Request: MESSAGE_ID_INVALID", Vanished("message gone")),
        ("Bad Request: message thread not found", NoTopic("topic deleted")),
        ("Bad Request: TOPIC_DELETED", NoTopic("topic deleted")),
        ("Bad Request: TOPIC_CLOSED", Shut("topic closed", topic=True)),
        ("Bad Request: chat not found", Shut("chat not found")),
        ("Bad Request: PEER_ID_INVALID", Shut("chat not found")),
        ("Bad Request: need administrator rights in the channel chat", Shut("no rights")),
        ("Bad Request: group chat was upgraded to a supergroup chat", Shut("upgraded")),
        ("Bad Request: group chat was deactivated", Gone("deleted")),
        ("Bad Request: chat is deactivated", Gone("deleted")),
        ("Bad Request: the channel was deleted", Gone("deleted")),
        ("Bad Request: USER_IS_BLOCKED", Gone("blocked")),
        ("Bad Request: INPUT_USER_DEACTIVATED", Gone("deactivated")),
        ("Bad Request: USER_DEACTIVATED_BAN", Gone("deactivated")),
        ("Bad Request: CHANNEL_PRIVATE", Gone("not a member")),
        ("Bad Request: USER_NOT_PARTICIPANT", Gone("not a member")),
        ("Bad Request: bots can't send messages to bots", Gone("is a bot")),
        ("Bad Request: CHANNEL_INVALID", Shut("chat not found")),
        ("Bad Request: CHAT_ID_INVALID", Shut("chat not found")),
        ("Bad Request: INPUT_USER_INVALID", Shut("chat not found")),
        ("Bad Request: user not found", Shut("chat not found")),
        ("Bad Request: have no write access to the chat", Shut("no rights")),
        ("Bad Request: the bot has no access to the channel", Shut("no rights")),
        ("Bad Request: not enough permissions", Shut("no rights")),
        ("Bad Request: bot can't write to the group", Shut("no rights")),
        ("Bad Request: CHAT_GUEST_SEND_FORBIDDEN", Shut("no rights")),
        ("Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", Shut("no rights")),
        ("Bad Request: CHANNEL_NEWCOMERS_WRITE_FORBIDDEN", Shut("no rights")),
        ("Bad Request: USER_PRIVACY_RESTRICTED", Shut("no rights")),
        ("Bad Request: ALLOW_PAYMENT_REQUIRED", Shut("no rights")),
        ("Bad Request: CHAT_ONLY_ON_SUNDAYS", Shut("chat_only_on_sundays")),
        ("Bad Request: TOPIC_HIDDEN", Shut("topic closed", topic=True)),
        ("Bad Request: TOPIC_ARCHIVED", Shut("topic closed", topic=True)),
        ("Bad Request: BUTTON_USER_PRIVACY_RESTRICTED", Poison("button_user_privacy_restricted")),
        ("Bad Request: ENTITY_MENTION_USER_INVALID", Poison("entity_mention_user_invalid")),
        (
            "Bad Request: message to be replied not found",
            Poison("message to be replied not found"),
        ),
        ("Bad Request: chat_id is empty", Poison("chat_id is empty")),
        ("Bad Request: VOICE_MESSAGES_FORBIDDEN", Poison("voice_messages_forbidden")),
        ("Bad Request: can't parse entities", Poison("can't parse entities")),
        ("Bad Request: BUTTON_TYPE_INVALID", Poison("button_type_invalid")),
    ],
)
def test_a_400_is_read_by_its_words(text: str, expected: Outcome) -> None:
    assert expected == outcome_of(BadRequest(text))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Gone("blocked")),
        (Forbidden("Forbidden: CHAT_WRITE_FORBIDDEN"), Shut("no rights")),
        (Forbidden("Forbidden: TOPIC_CLOSED"), Shut("topic closed", topic=True)),
        (Forbidden("Forbidden: something new"), Shut("forbidden: something new")),
        (ChatMigrated(-100), ChatMoved(ChatId(-100))),
        (InvalidToken("Unauthorized"), Revoked("unauthorized")),
        (Conflict("terminated by other getUpdates request"), NotSent("conflict")),
        (NetworkError("Too Many Requests: retry after 17"), Later(timedelta(seconds=17))),
        (NetworkError("Too Many Requests"), Later(timedelta(seconds=5))),
        (NetworkError("Bad Gateway"), Away("bad gateway")),
        (NetworkError("Internal Server Error"), Away("internal server error")),
        (NetworkError("Request Entity Too Large"), Poison("too large")),
        (TelegramError("Invalid server response"), AnswerLost("unreadable answer")),
        (KeyError("result"), AnswerLost("unreadable answer: KeyError")),
        (TimedOut(), AnswerLost("no answer in time")),
        (TimedOut("Pool timeout: … Request was *not* sent"), NotSent("no connection")),
        (caused(TimedOut(), httpx.ConnectTimeout("")), NotSent("no connection")),
        (caused(TimedOut(), httpx.ReadTimeout("")), AnswerLost("no answer in time")),
        (caused(NetworkError("x"), httpx.ConnectError("")), NotSent("no connection")),
        (caused(NetworkError("x"), httpx.ReadError("")), AnswerLost("connection cut")),
        (caused(NetworkError("x"), httpx.RemoteProtocolError("")), AnswerLost("connection cut")),
        (
            Forbidden("Forbidden (403). Parsing the server response b'<html>' failed"),
            Away("unreadable answer"),
        ),
        (
            InvalidToken("Not Found (404). Parsing the server response b'<html>' failed"),
            Away("unreadable answer"),
        ),
    ],
)
def test_every_other_error_too(error: Exception, expected: Outcome) -> None:
    assert expected == outcome_of(error)


def test_a_429_is_waited_out_exactly_whether_telegram_or_we_said_so() -> None:
    Limiter()  # where it stands, PTB's retry_after is a timedelta
    assert Later(timedelta(seconds=40_000)) == outcome_of(RetryAfter(timedelta(seconds=40_000)))
    assert Later(timedelta(seconds=3.5)) == outcome_of(Resting(3.5))
