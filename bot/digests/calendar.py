"""When digests come, by the reader's own clock, and from when to when each one covers (pure)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.local_time import instant, zone
from storage.model import Chat

LONGEST = timedelta(days=7)
"""A chat back after months is told the last week, not its whole absence."""

LATE_BY = timedelta(minutes=15)
"""Up to this the window ends at the appointed minute, so that readers share one window."""

AHEAD = timedelta(minutes=1)
"""Clocks are corrected by seconds all the time."""

WEEKLY_AT = 10 * 60
"""When a chat without daily digests gets its weekly one."""


@dataclass(frozen=True, slots=True)
class DigestSlot:
    """A digest's appointed time, and which kinds fall on it."""

    at: datetime
    daily: bool = True
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class DigestWindow:
    """What a digest covers: [since, until)."""

    since: datetime
    until: datetime


def next_slot(chat: Chat, after: datetime) -> DigestSlot | None:
    """Return the first digest strictly after a moment, or None where a chat wants none."""
    today = after.astimezone(zone(chat.time_zone)).date()
    # A week and a day: an evening in one zone is the next morning in another.
    for ahead in range(-1, 9):
        coming = [
            slot for slot in slots_of(chat, today + timedelta(days=ahead)) if slot.at > after
        ]
        if coming:
            return min(coming, key=lambda slot: slot.at)
    return None


def slots_of(chat: Chat, day: date) -> list[DigestSlot]:
    """Return a day's digests by the chat's own calendar.

    Times that a change to summer time makes coincide are one digest.
    """
    weekly = chat.weekly_day == day.isoweekday()
    times = sorted(set(chat.digest_times)) if day.isoweekday() in chat.digest_days else []
    found = {
        at: DigestSlot(at, daily=True)
        for at in (instant(day, minutes, chat.time_zone) for minutes in times)
    }
    if weekly:
        at = min(found, default=instant(day, WEEKLY_AT, chat.time_zone))
        found[at] = DigestSlot(at, daily=at in found, weekly=True)
    return list(found.values())


def next_at(chat: Chat, after: datetime) -> datetime | None:
    """Return when a chat's next digest is due: what settings write into ``next_digest_at``."""
    slot = next_slot(chat, after)
    return slot.at if slot else None


def slot_at(chat: Chat, at: datetime) -> DigestSlot:
    """Return the digest appointed for exactly this moment; a plain one if settings changed."""
    slot = next_slot(chat, at - timedelta(microseconds=1))
    return slot if slot is not None and slot.at == at else DigestSlot(at)


def name_of(appointed: datetime) -> str:
    """Name a digest by its appointed minute: the same digest is written once."""
    return f"{appointed:%Y-%m-%dT%H:%M}"


def window(
    chat: Chat, appointed: datetime, now: datetime, told: datetime | None = None
) -> DigestWindow:
    """Return what the digest due now covers: from where the last one ended, without a gap.

    On time it ends at the appointed minute; after an outage, now. ``told`` is when outlets told
    something last: a clock that is a year ahead must not put all that they told out of the window.
    """
    until = appointed if now - appointed <= LATE_BY else now
    since = chat.digest_from or chat.created_at or until - timedelta(days=1)
    earliest = (until if told is None else min(until, told)) - LONGEST
    return DigestWindow(max(min(since, until), earliest), until)


def is_ahead(chat: Chat, now: datetime) -> bool:
    """Tell whether a chat's window begins later than now: the clock is behind what it was.

    Then there is nothing to tell until it comes there again.
    """
    return chat.digest_from is not None and chat.digest_from > now + AHEAD
