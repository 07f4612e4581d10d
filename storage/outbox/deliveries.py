"""Deliveries: the words of the outbox: what is to be sent, and its row. Plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from storage.model import ChatId, DeliveryId, ItemId, StoryId, SubscriptionId, ThreadId


class DeliveryKind(StrEnum):
    """What a message is for. A reply to a command is not a delivery: it is answered at once."""

    ALERT = "alert"
    UPDATE = "update"
    EDIT = "edit"
    DIGEST = "digest"
    FOLD = "fold"
    NOTICE = "notice"
    BROADCAST = "broadcast"
    RATE = "rate"


class DeliveryState(StrEnum):
    """The life of an outbox row: queued → sending → sent | held | merged | failed | unknown."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    MERGED = "merged"
    FAILED = "failed"
    UNKNOWN = "unknown"


class FoldReason(StrEnum):
    """Why one message carries many alerts; it is the reason of each of them too.

    They came in quiet hours, beyond the chat's alerts an hour, long after they were news (a
    resumed feed), or could not be sent for more than an hour (Telegram was away).
    """

    QUIET = "quiet"
    HOUR = "hour"
    BACKLOG = "backlog"
    LATE = "late"


# --- what rendering needs beside the story ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoPayload:
    """An alert or a fold by itself: its story, or what it carries, says all."""


@dataclass(frozen=True, slots=True)
class AlertCause:
    """Which subscription an alert is for, and the word of the item that met its query.

    Kept for being asked later; the message itself is written from all matches of its moment.
    """

    subscription: SubscriptionId
    query: str
    term: str
    word: str
    item: ItemId


@dataclass(frozen=True, slots=True)
class EditOf:
    """An edit of the message that the row ``of`` was sent as."""

    of: DeliveryId


@dataclass(frozen=True, slots=True)
class Turn:
    """What a toll was, ``before``, and is, ``after``.

    ``kind`` is what people were counted as (``kill``, ``injur``, ``missing``, ``detain``,
    ``evacuat``); ``more`` marks an ``after`` that comes on top.
    """

    kind: str
    before: int
    after: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An answer under the message of the row ``of``: ``item`` changed a fact of its story.

    Of a toll ``turn`` says from what to what.
    """

    of: DeliveryId
    item: ItemId | None = None
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """Telegram HTML, rendered when it became due: announcements, news of the sources."""

    html: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the catalogue, said in the chat's language of the moment it is sent."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A rate that crossed a threshold: of ``pair`` (USD/KZT), and from which side (``above`` now).

    ``rate`` is what the rates of ``bank`` (ISO 3166 of its country) made it on ``day``.
    """

    pair: str
    threshold: Decimal
    rate: Decimal
    above: bool
    bank: str
    day: date


@dataclass(frozen=True, slots=True)
class RateNews:
    """Thresholds that rates crossed, told in one message."""

    crossings: tuple[Crossing, ...]


@dataclass(frozen=True, slots=True)
class Issued:
    """What a digest's row remembers of it: enough for the buttons under it.

    It covers [since, until). ``stories`` are those it shows, ``more`` how many can follow,
    ``told`` how many it left out because they came as alerts.
    """

    since: datetime
    until: datetime
    stories: tuple[StoryId, ...]
    more: int = 0
    told: int = 0
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class DigestPart:
    """One message of a digest, as Telegram HTML rendered when it became due.

    ``window_from`` is where the next digest begins should this one not arrive: None of a weekly
    one, which has no window of its own. ``issued`` is None of every part but the last, which has
    the buttons, and where an older program wrote the row.
    """

    html: str
    window_from: datetime | None = None
    issued: Issued | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that no program of ours wrote, as JSON: there is nothing to say of it."""

    kept: Any


Payload: TypeAlias = (
    NoPayload
    | AlertCause
    | EditOf
    | Change
    | Rendered
    | Sentence
    | RateNews
    | DigestPart
    | Unreadable
)

NO_PAYLOAD = NoPayload()


def message_of(payload: Payload) -> DeliveryId | None:
    """Return the row whose message is edited or answered, or None."""
    return payload.of if isinstance(payload, EditOf | Change) else None


# --- what is to be sent, and its row ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to be sent to a chat, written in the transaction that made it due.

    ``subject`` makes it unique together with chat, thread and kind, so that what is enqueued twice
    is sent once: ``s12`` for a story's alert, ``2026-11-22T08:00/1`` for the first part of a
    digest. It is a key and nothing else: whoever wants to know what a row is about asks the other
    fields. ``payload`` is what rendering needs beside the story, ``why`` a fold's reason.
    """

    chat_id: ChatId
    thread_id: ThreadId
    kind: DeliveryKind
    subject: str
    story_id: StoryId | None = None
    payload: Payload = NO_PAYLOAD
    due_at: datetime | None = None
    why: FoldReason | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbox row: what is to be sent, how far it got, and why it stands where it stands.

    ``level`` is how plainly it must be said after Telegram refused it: 0 HTML, 1 plain text,
    2 title and link. ``doubts`` counts answers that were lost, ``crashes`` starts that found it
    half sent. ``carrier`` is the message that has its story instead, where it was held or merged.
    ``why`` is a fold's reason; ``counted`` marks one of the first version, which said how many
    stories it carries and not which.
    """

    id: DeliveryId
    chat_id: ChatId
    thread_id: ThreadId
    kind: DeliveryKind
    subject: str
    story_id: StoryId | None
    payload: Payload
    state: DeliveryState
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    sending_since: datetime | None = None
    settled_at: datetime | None = None
    message_id: int | None = None
    reason: str = ""
    level: int = 0
    doubts: int = 0
    crashes: int = 0
    carrier: DeliveryId | None = None
    why: FoldReason | None = None
    counted: bool = False

    @property
    def issued(self) -> Issued | None:
        """What it shows as the last part of a digest; None of anything else."""
        return self.payload.issued if isinstance(self.payload, DigestPart) else None
