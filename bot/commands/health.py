"""/health: what is well, what is not and what to do, for admins."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.commands.admin import megabytes, named
from bot.context import Context
from bot.conversation import Ask, Html, Message, Reply, Say
from bot.instance import held_by, watchers_lock
from bot.monitoring.health import PartHealth, Vitals
from bot.render.feeds import SIGNS
from bot.render.markup import bold, joined, tidy, translate_html
from bot.texts import translate, words
from bot.version import installed_version
from storage import feeds
from storage.backups import attempts
from storage.backups.attempts import LastBackup
from storage.model import FeedStatus
from storage.sql import Connection

GIGABYTE = 1_000_000_000
SHOWN_IN_GIGABYTES = 10 * GIGABYTE

MANY_ILL, OF_AT_LEAST = 0.3, 10
"""Where so many sources of so many fail it is hardly the outlets' fault."""

WATCHING = "feeds"
"""What is a condition where the watching half is in this process."""

LATE_S = 60.0
"""From when on it is told how late the outbox is."""


async def health(ask: Ask, context: Context) -> Reply:
    """Say also the version, what waits, the last backup, sizes, memory and room on the disk."""
    vitals, language = await context.vitals(), ask.language

    def gathered(db: Connection) -> tuple[dict[FeedStatus, int], LastBackup | None]:
        return feeds.count(db), attempts.last(db)

    by_status, backup = await context.db.read(gathered)
    values = vitals.numbers
    said = verdict(troubles_of(vitals, by_status, context.db.path, language), language)
    told = named([
        (translate(language, "health.version"), installed_version()),
        (translate(language, "health.up"), seconds(values.get("steppewire_up_seconds"), language)),
        ("Telegram", translate(language, f"health.{connection(vitals)}")),
        (translate(language, "stats.feeds"), "  ".join(
            f"{SIGNS[status]} {n}" for status, n in sorted(by_status.items()))),
        (translate(language, "limits.waiting"), waiting(vitals, language)),
        (translate(language, "health.backup"), backed_up(
            backup, context.clock(), language, is_wanted=context.backs_up)),
        (translate(language, "stats.size"), sized(
            language, values.get("steppewire_database_bytes"), values.get("steppewire_wal_bytes"))),
        (translate(language, "health.disk"),
         sized(language, values.get("steppewire_disk_free_bytes"))),
        (translate(language, "health.memory"), sized(
            language,
            values.get("steppewire_resident_bytes"),
            values.get("steppewire_workers_resident_bytes"),
        )),
        (translate(language, "health.slow"), slow(vitals.parts, language)),
    ], language)  # fmt: skip
    return Say((Message(joined((said, told), "\n\n")),))


def verdict(troubles: Sequence[Html], language: str) -> Html:
    """Say whether all is well; else what is not, each with what to do."""
    if not troubles:
        return bold(translate(language, "health.well"))
    lines = (joined(("•", trouble), " ") for trouble in troubles)
    return joined((bold(translate(language, "health.ill")), *lines))


def troubles_of(
    vitals: Vitals, by_status: Mapping[FeedStatus, int], database: Path, language: str
) -> list[Html]:
    """Name what is wrong, and what a supervisor's new start would not mend."""
    found = [
        translate_html(language, f"health.{name}")
        for name, holds in vitals.conditions.items()
        if not holds
    ]
    found += [stuck_part(part, language) for part in vitals.parts if part.is_stuck]
    is_half = bool(vitals.conditions) and WATCHING not in vitals.conditions
    if is_half and held_by(watchers_lock(database)) is None:
        found.append(translate_html(language, "health.no_watchers"))
    ill = by_status.get(FeedStatus.ERROR, 0)
    polled = ill + by_status.get(FeedStatus.OK, 0)
    if polled >= OF_AT_LEAST and ill > MANY_ILL * polled:
        found.append(translate_html(language, "health.many_ill", ill=ill, of=polled))
    return found


def stuck_part(part: PartHealth, language: str) -> Html:
    """Say of a part that it is stuck, and what becomes of it."""
    lasted = words.lasting(timedelta(seconds=part.silent_s), language)
    return translate_html(language, "health.part", part=part.name, lasted=lasted)


def connection(vitals: Vitals) -> str:
    """Name how the connection to Telegram is."""
    return "connected" if vitals.conditions.get("telegram", True) else "away"


def waiting(vitals: Vitals, language: str) -> str:
    """Say how many messages wait, and how late the oldest of them is."""
    count = words.number(int(vitals.numbers.get("steppewire_outbox_waiting", 0)), language)
    late_s = vitals.numbers.get("steppewire_outbox_oldest_due_seconds", 0.0)
    if late_s < LATE_S:
        return count
    late = words.lasting(timedelta(seconds=late_s), language)
    return translate(language, "health.late", waiting=count, late=late)


def backed_up(backup: LastBackup | None, now: datetime, language: str, *, is_wanted: bool) -> str:
    """Say when the last backup was made, or that it failed, or that there is none."""
    if backup is None:
        return translate(language, "health.backup_awaited" if is_wanted else "health.no_backup")
    if backup.failing_since is not None:
        ago = words.ago(backup.ended_at or backup.began_at, now, language)
        reason = tidy(backup.failure, 120)
        return translate(language, "health.backup_failed", ago=ago, reason=reason)
    made = words.ago(backup.made_at or backup.began_at, now, language)
    return f"{made}, {sized(language, backup.size)}" if backup.size else made


def slow(parts: Iterable[PartHealth], language: str) -> str:
    """Name the parts that take long, with for how long each has shown no progress."""
    return ", ".join(
        f"{part.name} ({seconds(part.silent_s, language)})" for part in parts if part.is_slow
    )


def seconds(length_s: float | None, language: str) -> str:
    """Write a length of time; "" where nobody knows it."""
    return "" if length_s is None else words.lasting(timedelta(seconds=length_s), language)


def sized(language: str, *sizes: float | None) -> str:
    """Write the sum of sizes; "" where none is known."""
    known = [size for size in sizes if size is not None]
    if not known:
        return ""
    if (whole := sum(known)) >= SHOWN_IN_GIGABYTES:
        return translate(language, "n.gigabytes", size=whole / GIGABYTE)
    return megabytes(whole, language)
