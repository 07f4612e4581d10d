"""Deliveries: the words of the outbox: what is owed, and its row. Plain frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.model import ChatId, DeliveryId, StoryId, ThreadId


class DeliveryKind(StrEnum):
    """What a message is for. A reply to a command is not a delivery: it is answered at once."""

    ALERT = "alert"
    UPDATE = "update"
    EDIT = "edit"
    DIGEST = "digest"
    FOLD = "fold"
    NOTICE = "notice"
    BROADCAST = "broadcast"


class DeliveryState(StrEnum):
    """The life of an outbox row: queued → sending → sent | held | merged | failed | unknown."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    MERGED = "merged"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """Something owed to a chat, to be written in the transaction that made it due.

    ``subject`` makes it unique together with chat, thread and kind: ``s12`` for a story's
    alert, ``2026-11-22T08:00/1`` for the first part of a digest. Owing the same twice is
    owing it once. ``payload`` is what rendering needs beside the story, JSON-able.
    """

    chat_id: ChatId
    thread_id: ThreadId
    kind: DeliveryKind
    subject: str
    story_id: StoryId | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbox row: what is owed, how far it got, and why it stands where it stands.

    ``level`` is how plainly it must be told after Telegram refused it: 0 HTML, 1 plain text,
    2 title and link. ``doubts`` counts answers that were lost, ``crashes`` starts that found it
    half sent. ``carrier`` is the message that tells it instead, where it was held or merged.
    """

    id: DeliveryId
    chat_id: ChatId
    thread_id: ThreadId
    kind: DeliveryKind
    subject: str
    story_id: StoryId | None
    payload: dict[str, Any]
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
