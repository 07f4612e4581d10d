"""What became of one call to Telegram, named by what we do next and not by where it came from."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from storage.model import ChatId


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it. ``message_id`` is None where an edit or deletion made no message."""

    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat blocked, expelled or lost us, until its people act."""

    why: str


@dataclass(frozen=True, slots=True)
class Shut:
    """The chat stands but takes no message from us now: rights are missing, a topic is closed.

    ``topic`` says that only the topic refuses, not the chat.
    """

    why: str
    topic: bool = False


@dataclass(frozen=True, slots=True)
class NoTopic:
    """The topic was deleted: the chat itself is what remains."""

    why: str


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """The group became a supergroup under a new id, for ever."""

    new_id: ChatId


@dataclass(frozen=True, slots=True)
class Later:
    """Not sent: Telegram bids us wait exactly so long, in this chat or with everybody."""

    wait: timedelta
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class NotSent:
    """It surely never left: no connection, or we ourselves held it back."""

    why: str


@dataclass(frozen=True, slots=True)
class Away:
    """Telegram itself is ill (5xx): it answered, and took nothing as far as one can know."""

    why: str


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The answer was lost: it may have arrived."""

    why: str


@dataclass(frozen=True, slots=True)
class Poison:
    """Telegram will never take it so: our own fault, to be said more plainly or set aside."""

    why: str


@dataclass(frozen=True, slots=True)
class Vanished:
    """What should be edited or deleted is there no more, or not ours to change."""

    why: str


@dataclass(frozen=True, slots=True)
class Void:
    """There is nothing left to say: its story is gone, or the message already says it all."""

    why: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The token is not valid any more: nothing can be sent until the operator acts."""

    why: str


Outcome: TypeAlias = (
    Sent
    | Gone
    | Shut
    | NoTopic
    | ChatMoved
    | Later
    | NotSent
    | Away
    | AnswerLost
    | Poison
    | Vanished
    | Void
    | Revoked
)
