"""Policy: what becomes of an alert the moment it is due (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from storage.local_time import quiet_until
from storage.model import Chat, Match, Mode, QuietMode, Reach, Subscription
from storage.outbox.deliveries import FoldReason

WAKE_WITHIN = timedelta(hours=6)
"""What is older than this, and than the chat's last look, is no news to be woken for."""

FOLD_WAIT = timedelta(seconds=15)
"""How long a fold gathers before it is sent for the first time."""

URGENT_PUBLISHERS = 4
"""A story that so many independent publishers tell may break the quiet of who wants that."""

LATE = timedelta(hours=1)
"""An alert that waited longer (Telegram was away) is told together with the other late ones."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Send the alert at once, as a message of its own."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Send the alert with the others when the quiet hours end, in the fold ``subject``."""

    until: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Send the alert within one message for many: ``subject`` names that message."""

    why: FoldReason
    subject: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Leave:
    """Send no alert; where ``why`` is ``backlog`` the next digest has the story."""

    why: str


Placement: TypeAlias = AtOnce | Hold | Fold | Leave


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the decision depends on beside the chat's settings.

    ``told_at`` is the time of the story's newest item, ``last_look`` when the chat was last told
    anything, ``alerts_this_hour`` how many went to it or wait for it, ``shut`` why the target
    refuses messages ("" where it does not). ``retold`` says that the story is not new but was
    taken for part of another one until now.
    """

    now: datetime
    told_at: datetime | None = None
    last_look: datetime | None = None
    alerts_this_hour: int = 0
    muted: bool = False
    urgent: bool = False
    shut: str = ""
    retold: bool = False


def rings(subscription: Subscription, found: Match) -> bool:
    """Decide whether a match is told at once; one that is not is the digest's, like any story.

    A word somewhere in the text says little of what the news is about («банк» meets a power
    bank), so that it rings only for who asked for that. A later item of the same story that
    meets the query in its headline rings then.
    """
    if subscription.mode is not Mode.INSTANT:
        return False
    return found.in_headline or subscription.reach is Reach.ANYWHERE


def place(chat: Chat, seen: Circumstances) -> Placement:
    """Decide whether an alert goes out now, waits for the morning, folds or is left."""
    if seen.muted or seen.shut:
        return Leave("muted" if seen.muted else "shut")
    if is_backlog(seen):
        if chat.next_digest_at is not None:
            return Leave("backlog")
        return fold(FoldReason.BACKLOG, seen.now)
    wakes = quiet_until(seen.now, chat.time_zone, chat.quiet_from, chat.quiet_to)
    if wakes is not None and (
        chat.quiet_mode is QuietMode.HOLD
        or (chat.quiet_mode is QuietMode.URGENT and not seen.urgent)
    ):
        return Hold(wakes, fold_subject(FoldReason.QUIET, wakes))
    if seen.alerts_this_hour >= chat.alerts_per_hour:
        return fold(FoldReason.HOUR, seen.now)
    return AtOnce()


def is_backlog(seen: Circumstances) -> bool:
    """Tell whether a story came late, after an outage or a pause of its feed: it is no news."""
    if seen.told_at is None or seen.now - seen.told_at < WAKE_WITHIN:
        return False
    return seen.retold or seen.last_look is None or seen.told_at < seen.last_look


def fold(why: FoldReason, now: datetime) -> Fold:
    """Put an alert into this quarter of an hour's message for many."""
    return Fold(why, quarter_subject(why, now), now + FOLD_WAIT)


def quarter_subject(why: FoldReason, now: datetime) -> str:
    """Name the one message of this quarter of an hour that tells many.

    An older one is far up in the chat by then: what is edited into it nobody sees.
    """
    return fold_subject(why, now.replace(minute=now.minute // 15 * 15))


def fold_subject(why: FoldReason, at: datetime) -> str:
    """Name a message for many by its reason and its minute; nobody reads the name again."""
    # One letter, as every earlier program named them: alerts that come after an update of ours
    # still find the message that waits for the morning.
    return f"{why[0]}{at:%Y-%m-%dT%H:%M}"
