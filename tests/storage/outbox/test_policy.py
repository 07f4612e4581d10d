"""What becomes of an alert the moment it is owed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    ItemId,
    Match,
    Mode,
    QuietMode,
    Reach,
    StoryId,
    Subscription,
    SubscriptionId,
)
from storage.outbox.deliveries import FoldReason
from storage.outbox.policy import AtOnce, Circumstances, Fold, Hold, Leave, Placement, place, rings

NOW = datetime(2026, 11, 22, 12, 34, tzinfo=UTC)
SEEN = Circumstances(now=NOW)
DAILY = Chat(ChatId(1), ChatKind.PRIVATE, next_digest_at=NOW + timedelta(hours=9))
NEVER = replace(DAILY, next_digest_at=None)
NIGHT = replace(DAILY, quiet_from=12 * 60, quiet_to=13 * 60)
URGENT = replace(NIGHT, quiet_mode=QuietMode.URGENT)
SILENT = replace(NIGHT, quiet_mode=QuietMode.SILENT)
AWAKE = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
OLD = NOW - timedelta(hours=7)
GATHERED = NOW + timedelta(seconds=15)


@pytest.mark.parametrize(
    ("chat", "seen", "expected"),
    [
        (DAILY, {}, AtOnce()),
        (DAILY, {"muted": True, "told_at": OLD}, Leave("muted")),
        (DAILY, {"shut": "no rights"}, Leave("shut")),
        (NEVER, {"told_at": OLD}, Fold(FoldReason.BACKLOG, "b2026-11-22T12:30", GATHERED)),
        (DAILY, {"told_at": OLD, "last_look": NOW}, Leave("backlog")),
        (DAILY, {"told_at": OLD, "last_look": OLD - timedelta(hours=1)}, AtOnce()),
        (DAILY, {"told_at": OLD}, Leave("backlog")),
        (DAILY, {"told_at": OLD, "last_look": OLD, "retold": True}, Leave("backlog")),
        (DAILY, {"told_at": NOW - timedelta(hours=5), "retold": True}, AtOnce()),
        (DAILY, {"told_at": NOW - timedelta(hours=5), "last_look": NOW}, AtOnce()),
        (DAILY, {"alerts_this_hour": 11}, AtOnce()),
        (DAILY, {"alerts_this_hour": 12}, Fold(FoldReason.HOUR, "h2026-11-22T12:30", GATHERED)),
        (NIGHT, {}, Hold(AWAKE, "q2026-11-22T13:00")),
        (NIGHT, {"urgent": True}, Hold(AWAKE, "q2026-11-22T13:00")),
        (URGENT, {}, Hold(AWAKE, "q2026-11-22T13:00")),
        (URGENT, {"urgent": True}, AtOnce()),
        (SILENT, {}, AtOnce()),
        (SILENT, {"alerts_this_hour": 12}, Fold(FoldReason.HOUR, "h2026-11-22T12:30", GATHERED)),
    ],
)
def test_an_alert_finds_its_place(
    chat: Chat, seen: dict[str, object], expected: Placement
) -> None:
    assert expected == place(chat, replace(SEEN, **seen))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "reach", "in_headline", "expected"),
    [
        (Mode.INSTANT, Reach.HEADLINE, True, True),
        (Mode.INSTANT, Reach.HEADLINE, False, False),
        (Mode.INSTANT, Reach.ANYWHERE, True, True),
        (Mode.INSTANT, Reach.ANYWHERE, False, True),
        (Mode.DIGEST, Reach.HEADLINE, True, False),
        (Mode.DIGEST, Reach.ANYWHERE, True, False),
    ],
)
def test_only_what_was_asked_for_rings(
    mode: Mode, reach: Reach, *, in_headline: bool, expected: bool
) -> None:
    one = Subscription(SubscriptionId(1), ChatId(1), NO_THREAD, "gas", mode, reach)
    found = Match(one.id, ItemId(1), StoryId(1), in_headline=in_headline)
    assert expected is rings(one, found)
