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

PLACE = r"\b(?:chat|channel|supergroup|group|user|peer|bot|input_user)"
"""How Telegram's sentences and codes call where a message goes, and whom it would come from."""

REFUSALS: tuple[tuple[Outcome, re.Pattern[str]], ...] = tuple(
    (outcome, re.compile("|".join(shapes)))
    for outcome, *shapes in (
        # Of the message.
        (Sent(), r"message is not modified", r"message_not_modified"),
        (
            Vanished("message gone"),
            r"message to (?:edit|delete) not found",
            r"message can't be (?:edited|deleted)",
            r"there is no text in the message to edit",
            r"\bmessage_id_invalid",
        ),
        # Of the topic.
        (
            NoTopic("topic deleted"),
            r"(?:thread|topic) (?:not found|(?:is|was) deleted)",
            r"\btopic_(?:deleted|id_invalid|invalid|not_found)",
        ),
        (
            Shut("topic closed", topic=True),
            r"topic (?:is|was) (?:closed|hidden)",
            r"\btopic_[a-z_]+",
        ),
        # Of the chat, where nobody is until its people act.
        (
            Gone("blocked"),
            rf"{PLACE} (?:is|was) blocked",
            rf"{PLACE}_(?:is_|was_)?blocked",
            r"\byou_blocked_user",
        ),
        (
            Gone("deactivated"),
            r"\buser (?:is|was) (?:deactivated|deleted)",
            r"\b(?:input_)?user_(?:deactivated|deleted)",
        ),
        (
            Gone("deleted"),
            rf"{PLACE}(?: chat)? (?:is|was) (?:deactivated|deleted)",
            rf"{PLACE}_(?:deactivated|deleted)",
        ),
        (
            Gone("kicked"),
            r"\bbot (?:is|was) (?:kicked|banned|removed)",
            r"\b(?:user|bot)_kicked",
        ),
        (
            Gone("not a member"),
            r"not a (?:member|participant)",
            r"\buser_not_participant",
            r"\b(?:channel|chat)_private",
        ),
        (Gone("never started"), r"can't initiate conversation"),
        (Gone("is a bot"), r"can't send messages to (?:other )?bots", r"\buser_is_bot"),
        # Of the chat, which may let us in again.
        (Shut("upgraded"), r"group chat was upgraded"),
        (
            Shut("chat not found"),
            rf"{PLACE} (?:not found|doesn't exist)",
            rf"{PLACE}(?:_id)?_(?:invalid|not_found)",
        ),
        (
            Shut("no rights"),
            r"\b(?:no|need|not enough|without|lacks?) .{0,40}\b(?:rights?|access|permissions?)\b",
            r"(?:can't|cannot|not allowed to|forbidden to) (?:access|write|post|send) .{0,40}"
            + PLACE,
            rf"{PLACE}_(?:[a-z]+_)*(?:forbidden|restricted|admin_required|banned\w*)\b",
            r"\b(?:allow_payment|privacy_premium|premium_account)_required",
        ),
    )
)
"""What a 400 or a 403 says of the target or of the message that it would change, the first shape
that fits; any other 400 is said of what we send. Sentences are the server's own
(tdlib/telegram-bot-api); codes, in capitals, are those of the API behind it, handed on as they
are. New ones appear, so they are known by their shape: who, and what became of them.
"""

OF_A_PLACE = re.compile(rf"^(?:bad request: )?{PLACE}(?:_[a-z0-9]+)+$")
"""A code that is not known, but begins with the place: that, not the message, is refused."""

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
            return refusal(text) or Shut(shortened(text))
        case BadRequest():
            unknown = Shut if OF_A_PLACE.match(text) else Poison
            return refusal(text) or unknown(shortened(text))
        case Conflict():
            return NotSent("conflict")
        case TimedOut() | NetworkError():
            return of_network(error, text)
        case TelegramError():
            return AnswerLost("unreadable answer")
        case _:
            # PTB met an answer of a shape that it does not know; the message may be there.
            return AnswerLost(f"unreadable answer: {type(error).__name__}")


def refusal(text: str) -> Outcome | None:
    """Read what a refusal says of the target or of the message it would change; else None."""
    return next((outcome for outcome, pattern in REFUSALS if pattern.search(text)), None)


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
