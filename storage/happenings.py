"""Happenings: what the rooms tell whoever counts them, as plain values; pure.

Their words become labels of metrics, so there are few of each: no address, no name, no text.
Seconds are those of a clock that nobody sets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class HostClass(StrEnum):
    """Whose server is asked: an outlet's, Telegram's, a bridge to many outlets, the operator's."""

    OUTLET = "outlet"
    TELEGRAM = "telegram"
    BRIDGE = "bridge"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class HostAsked:
    """A server was asked for a feed; ``seconds`` to the end of its answer, or to giving up."""

    hosts: HostClass
    seconds: float


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """A document was read in a process of its own, or that was stopped at it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class FeedLooked:
    """A look at a feed ended; ``outcome`` is what it came to, a failure's as the catalogue key."""

    outcome: str
    hosts: HostClass


@dataclass(frozen=True, slots=True)
class EntryDecided:
    """It was decided what one entry of a feed is: known, an edit, news, and of which story."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PartRecorded:
    """A part of a document is in the database."""

    new: int
    updated: int
    stories: int
    matches: int


@dataclass(frozen=True, slots=True)
class StoriesChanged:
    """Two stories became one (``joined``), or items left one for another (``moved``)."""

    how: str


@dataclass(frozen=True, slots=True)
class AsideNoted:
    """Something of a kind raised and was left out, so that the rest could go on."""

    kind: str


@dataclass(frozen=True, slots=True)
class TransactionDone:
    """A transaction ended: how long it waited for its turn, and how long it took.

    ``hand`` is ``read`` or ``write``: there is one thread for each.
    """

    hand: str
    waited_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class DeliverySettled:
    """The outbox gave a message to Telegram: what became of it.

    ``late_s`` is how long after it was due it was sent; None where it was not.
    """

    kind: str
    outcome: str
    late_s: float | None


@dataclass(frozen=True, slots=True)
class TelegramCalled:
    """Telegram answered a call of a method, or did not; its turn at our limiter had come."""

    method: str
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class UpdateAnswered:
    """Somebody's update was answered.

    ``late_s`` is since Telegram has it, by its own clock; None where it does not say.
    """

    what: str
    outcome: str
    seconds: float
    late_s: float | None


@dataclass(frozen=True, slots=True)
class TickEnded:
    """A tick of a part ended, well or not."""

    part: str
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class LoopLagged:
    """The event loop came so much later than it was asked to."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PartRestarted:
    """A part that was stuck was begun anew."""

    part: str


Happening: TypeAlias = (
    HostAsked
    | DocumentRead
    | FeedLooked
    | EntryDecided
    | PartRecorded
    | StoriesChanged
    | AsideNoted
    | TransactionDone
    | DeliverySettled
    | TelegramCalled
    | UpdateAnswered
    | TickEnded
    | LoopLagged
    | PartRestarted
)

Tell: TypeAlias = Callable[[Happening], None]
"""Hears what happened; it must be quick and raise nothing."""


def unheard(_happening: Happening) -> None:
    """Hear what nobody counts."""
