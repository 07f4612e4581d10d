"""/health: what is well, what is not and what to do, for admins."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.commands.admin import megabytes, named
from bot.context import Context
from bot.conversation import Ask, Message, Reply, Say
from bot.monitoring.health import PartHealth, Vitals
from bot.render.feeds import SIGNS
from bot.render.markup import joined, tidy
from bot.texts import translate, words
from bot.troubles import WATCHERS, Around, looked_around, process_of, troubles_of, verdict
from bot.version import installed_version
from storage.backups import attempts
from storage.backups.attempts import LastBackup
from storage.sql import Connection

GIGABYTE = 1_000_000_000
SHOWN_IN_GIGABYTES = 10 * GIGABYTE

LATE_S = 60.0
"""From when on it is told how late the outbox is."""


async def health(ask: Ask, context: Context) -> Reply:
    """Say also the version, what waits, the last backup, sizes, memory and room on the disk."""
    vitals, language = await context.vitals(), ask.language

    def gathered(db: Connection) -> tuple[Around, LastBackup | None]:
        processes = (WATCHERS, process_of(context.bot_name))
        around = looked_around(db, context.db.path, context.clock(), processes)
        return around, attempts.last(db)

    around, backup = await context.db.read(gathered)
    values = vitals.numbers
    said = verdict(troubles_of(vitals, around, language).values(), language)
    told = named([
        (translate(language, "health.version"), installed_version()),
        (translate(language, "health.up"), seconds(values.get("steppewire_up_seconds"), language)),
        ("Telegram", translate(language, f"health.{connection(vitals)}")),
        (translate(language, "stats.feeds"), "  ".join(
            f"{SIGNS[status]} {n}" for status, n in sorted(around.by_status.items()))),
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
