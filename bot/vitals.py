"""How we are, measured: what each half knows of itself, and what both share."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.ground import Ground
from bot.halves import LATE_S, BotHalf, WatchersHalf
from bot.monitoring import machine
from bot.monitoring.health import PartHealth, Vitals
from bot.pipeline import Pipeline
from bot.timekeeper import Timekeeper
from storage import feeds, inbox
from storage.backups import attempts
from storage.backups.attempts import LastBackup
from storage.model import FeedStatus
from storage.outbox import reports
from storage.outbox.deliveries import DeliveryKind
from watchers.translation.translating import Health as TranslationHealth


def merged(halves: Iterable[Vitals]) -> Vitals:
    """Say of several at once how they are."""
    numbers: dict[str, float] = {}
    conditions: dict[str, bool] = {}
    parts: list[PartHealth] = []
    by_label: dict[str, Mapping[str, float]] = {}
    for vitals in halves:
        numbers |= vitals.numbers
        conditions |= vitals.conditions
        parts += vitals.parts
        by_label |= vitals.by_label
    return Vitals(numbers, conditions, tuple(parts), by_label)


def of_process(ground: Ground, timekeeper: Timekeeper) -> Vitals:
    """Measure what every process has: whether its database can be written, and its clock."""
    is_writable = ground.db.writability.trouble is None
    is_doubtful = timekeeper.is_behind or ground.clock.is_doubted
    return Vitals(
        {
            "steppewire_database_writable": float(is_writable),
            **machine.sizes_of(ground.db.path),
            **machine.memory_of_children(),
            "steppewire_up_seconds": ground.up.age_s,
            "steppewire_resident_bytes": machine.resident("self"),
        },
        {"database": is_writable, "clock": not is_doubtful},
    )


async def of_bot(ground: Ground, half: BotHalf) -> Vitals:
    """Measure the bot's half: healthy means that what is owed and asked leaves in time."""
    now, up_s = ground.clock(), ground.up.age_s
    backlog = await ground.db.read(reports.backlog, ground.settings.bot_name)
    unanswered = since(await ground.db.read(inbox.oldest, half.telegram.bot_id), now)
    late = {kind: since(waiting.oldest_due, now) for kind, waiting in backlog.items()}
    waited = max(late.values(), default=0.0)
    telegram = half.telegram
    return Vitals(
        {
            "steppewire_telegram_connected": float(telegram.connected),
            "steppewire_telegram_token_valid": float(telegram.token_is_valid),
            "steppewire_unanswered_oldest_seconds": unanswered,
            "steppewire_outbox_waiting": sum(one.messages for one in backlog.values()),
            "steppewire_outbox_oldest_due_seconds": waited,
        },
        {
            "telegram": telegram.connected,
            "token": telegram.token_is_valid,
            # While nobody ran nobody was late: a start after an outage has its time, too.
            "outbox": min(waited, up_s) < LATE_S,
            "answers": min(unanswered, up_s) < LATE_S,
        },
        half.parts(),
        {
            "steppewire_outbox_waiting": {
                kind: backlog[kind].messages if kind in backlog else 0 for kind in DeliveryKind
            },
            "steppewire_outbox_oldest_due_seconds": {
                kind: late.get(kind, 0.0) for kind in DeliveryKind
            },
        },
    )


async def of_watchers(pipeline: Pipeline, half: WatchersHalf) -> Vitals:
    """Measure the watching half: healthy means that feeds are looked at when they are due."""
    counted = await pipeline.db.read(feeds.count)
    by_status = {str(status): counted.get(status, 0) for status in FeedStatus}
    late = since(await pipeline.db.read(feeds.next_due), pipeline.clock())
    translating = pipeline.translating
    translated = translation_metrics(await translating.health()) if translating.is_on else {}
    articles = await pipeline.articles.health()
    last_backup = await pipeline.db.read(attempts.last)
    is_wanted, up_s = bool(pipeline.settings.backup_dir), pipeline.up.age_s
    backed_up = backup_metrics(last_backup, pipeline.clock(), up_s) if is_wanted else {}
    return Vitals(
        {
            "steppewire_poll_late_seconds": late,
            "steppewire_articles_read_a_day": articles.read,
            "steppewire_articles_without_text_a_day": articles.without_text,
            "steppewire_articles_waiting": articles.waiting,
            **translated,
            **backed_up,
            **{f"steppewire_feeds_{status}": count for status, count in by_status.items()},
        },
        {"feeds": min(late, up_s) < LATE_S},
        half.parts(),
        {"steppewire_feeds": by_status},
    )


def since(moment: datetime | None, now: datetime) -> float:
    """Return the seconds since then; 0 where it is yet to come, or there is none."""
    return max((now - moment).total_seconds(), 0.0) if moment else 0.0


def backup_metrics(last: LastBackup | None, now: datetime, up_s: float) -> dict[str, float]:
    """Give the last backup as numbers; one that fails is the admins' to hear of.

    No supervisor could mend that by a restart. Before the first the age is how long we have run
    without: an alarm hears of a number only.
    """
    if last is None:
        last, age_s = LastBackup(now), up_s
    else:
        age_s = since(last.made_at or last.began_at, now)
    return {
        "steppewire_backup_failing": float(bool(last.failing_since)),
        "steppewire_backup_age_seconds": age_s,
        "steppewire_backup_bytes": last.size,
        "steppewire_backup_duration_seconds": last.seconds,
    }


def translation_metrics(health: TranslationHealth) -> dict[str, float]:
    """Give translating as numbers; that its service does not answer is no illness of ours."""
    counts = health.counts
    return {
        "steppewire_translated_characters_today": counts.characters,
        "steppewire_translation_budget_characters": health.budget,
        "steppewire_translations_done_a_day": counts.done,
        "steppewire_translations_dropped_a_day": counts.dropped,
        "steppewire_translations_wanted": counts.wanted,
        "steppewire_translator_resting": float(health.resting_until is not None),
    }
