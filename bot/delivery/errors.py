"""Errors: what Telegram's errors mean for a message, by what we do next.

The Bot API tells most of its errors by the text of a description only; these are the texts of
its server (tdlib/telegram-bot-api), compared without case.
"""

import re
from datetime import timedelta

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

from bot.telegram.rate_limiter import UNREADABLE, waits
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

GONE = {
    "bot was blocked": "blocked",
    "user is deactivated": "deactivated",
    "bot was kicked": "kicked",
    "not a member": "not a member",
    "can't initiate conversation": "never started",
    "can't send messages to bots": "is a bot",
    "group chat was deleted": "deleted",
    "group chat was deactivated": "deleted",
    "chat was deleted": "deleted",
}
"""Of a 403 (and rarely a 400): nobody is there until its people act."""

SHUT = {
    "chat not found": "chat not found",
    "peer_id_invalid": "chat not found",
    "chat_write_forbidden": "no rights",
    "chat_admin_required": "no rights",
    "chat_restricted": "no rights",
    "chat_send_plain_forbidden": "no rights",
    "user_banned_in_channel": "no rights",
    "need administrator rights": "no rights",
    "not enough rights": "no rights",
    "have no rights": "no rights",
    "group chat was upgraded": "upgraded",
}

NO_TOPIC = ("message thread not found", "topic_deleted", "topic_id_invalid")
CLOSED_TOPIC = ("topic_closed",)
UNCHANGED = ("message is not modified", "message_not_modified")
VANISHED = (
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message_id_invalid",
    "there is no text in the message to edit",
)

NEVER_LEFT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"})
"""Names of the HTTP client's errors that come before the first byte of a request."""

RETRY_IN = re.compile(r"retry (?:after|in) (\d{1,6})")
DEFAULT_WAIT = timedelta(seconds=5)
TOO_LARGE = ("request entity too large", "payload too large", "content too large")


def outcome_of(error: Exception) -> Outcome:  # noqa: C901, PLR0911 (one flat table)
    """Say what an exception of a call means for what it should have sent."""
    text = str(error).casefold()
    if UNREADABLE in text:
        # A proxy's page under any status says nothing about the chat or the token.
        return Away("unreadable answer")
    match error:
        case RetryAfter():
            return Later(waits(error))
        case ChatMigrated():
            return ChatMoved(ChatId(error.new_chat_id))
        case InvalidToken():
            return Revoked(text)
        case Forbidden():
            return of_forbidden(text)
        case BadRequest():
            return of_bad_request(text)
        case Conflict():
            return NotSent("conflict")
        case TimedOut() | NetworkError():
            return of_network(error, text)
        case TelegramError():
            return AnswerLost("unreadable answer")
        case _:
            # PTB met an answer of a shape that it does not know; the message may be there.
            return AnswerLost(f"unreadable answer: {type(error).__name__}")


def of_forbidden(text: str) -> Outcome:
    """Read a 403."""
    for part, why in GONE.items():
        if part in text:
            return Gone(why)
    return Shut(shortened(text))


def of_bad_request(text: str) -> Outcome:  # noqa: C901, PLR0911 (one flat table)
    """Read a 400."""
    if any(part in text for part in UNCHANGED):
        return Sent()
    if any(part in text for part in VANISHED):
        return Vanished("message gone")
    if any(part in text for part in NO_TOPIC):
        return NoTopic("topic deleted")
    if any(part in text for part in CLOSED_TOPIC):
        return Shut("topic closed", topic=True)
    for part, why in GONE.items():
        if part in text:
            return Gone(why)
    for part, why in SHUT.items():
        if part in text:
            return Shut(why)
    return Poison(shortened(text))


def of_network(error: NetworkError, text: str) -> Outcome:
    """Read what the way to Telegram did: before, after, or instead of an answer."""
    cause = type(error.__cause__).__name__
    if cause in NEVER_LEFT or "*not* sent" in text or "is not initialized" in text:
        return NotSent("no connection")
    if isinstance(error, TimedOut):
        return AnswerLost("no answer in time")
    if error.__cause__ is not None:
        return AnswerLost("connection cut")
    if "too many requests" in text:
        found = RETRY_IN.search(text)
        return Later(timedelta(seconds=int(found[1])) if found else DEFAULT_WAIT)
    if any(part in text for part in TOO_LARGE):
        return Poison("too large")
    return Away(shortened(text))


def shortened(text: str) -> str:
    """Keep of Telegram's words what fits a line of a log or of /why."""
    return text[:120]
