"""/stats, /users, /limits: how the whole is doing, for admins."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from bot.context import Context
from bot.conversation import Ask, Html, Message, Reply, Say
from bot.monitoring.machine import database_size
from bot.render.feeds import SIGNS
from bot.render.markup import bold, italic, joined, translate_html
from bot.texts import translate, words
from storage import chats, feeds, file_sizes, set_aside, stats
from storage.file_sizes import Growth
from storage.model import FeedStatus
from storage.outbox import reports
from storage.retention import Retention
from storage.sql import Connection

MEGABYTE = 1_000_000


Rows: TypeAlias = list[tuple[str, str | int | float | Html]]


def table(head: str, rows: Rows, language: str) -> Message:
    """Return a heading with named values under it."""
    return Message(joined((bold(head), named(rows, language)), "\n\n"))


def named(rows: Rows, language: str) -> Html:
    """Write named values, a line each; what is "" has none."""
    return joined(
        joined((f"{name}:", bold(_written(value, language))), " ")
        for name, value in rows
        if value != ""
    )


def _written(value: str | float | Html, language: str) -> str:
    return value if isinstance(value, str) else words.number(value, language)


async def statistics(ask: Ask, context: Context) -> Reply:
    """Say what is kept, what came in and what went out in the last day."""
    now, language = context.clock(), ask.language

    def gathered(db: Connection) -> tuple[stats.Totals, dict[FeedStatus, int], int, str, str]:
        growth = file_sizes.growth(db, now)
        free = file_sizes.free(context.db.path, db)
        grows, full = _growing(growth, free, now, language, ask.here.time_zone)
        return stats.totals(db, now), feeds.count(db), set_aside.count(db), grows, full

    totals, by_status, aside, grows, full = await context.db.read(gathered)
    health = "  ".join(f"{SIGNS[status]} {n}" for status, n in sorted(by_status.items()))
    spoken = _listed(
        (words.language_name(label, language), n) for label, n in totals.languages_today
    )
    return Say((table(translate(language, "stats.head"), [
        (translate(language, "stats.feeds"), health),
        (translate(language, "stats.items"), totals.items),
        (translate(language, "stats.stories"), totals.stories),
        (translate(language, "stats.items_today"), totals.items_today),
        (translate(language, "stats.stories_today"), totals.stories_today),
        (translate(language, "stats.languages"), spoken),
        (translate(language, "stats.sent_today"), totals.sent_today),
        (translate(language, "stats.translated"), await _translated(ask, context)),
        (translate(language, "stats.aside"), aside or ""),
        (translate(language, "stats.size"), megabytes(database_size(context.db.path), language)),
        (translate(language, "stats.kept"), _kept(context.retention, language)),
        (translate(language, "stats.growth"), grows),
        (translate(language, "stats.full"), full),
    ], language),))  # fmt: skip


def _kept(retention: Retention, language: str) -> str:
    """Say for how long news are kept, and in how much room."""
    limits = []
    if retention.kept is not None:
        limits.append(translate(language, "n.days", count=retention.kept.days))
    if retention.most_bytes is not None:
        limits.append(megabytes(retention.most_bytes, language))
    return ", ".join(limits) or translate(language, "stats.kept_all")


def megabytes(size: float, language: str) -> str:
    """Write a size."""
    return translate(language, "n.megabytes", size=size / MEGABYTE)


def _growing(
    growth: Growth | None, free: int, now: datetime, language: str, time_zone: str
) -> tuple[str, str]:
    """Say how much the database grows a day, and when the disk is full; "" while unknown."""
    if growth is None:
        return "", ""
    full_at = file_sizes.full_at(growth, free, now)
    full = (
        translate(language, "stats.never_full")
        if full_at is None
        else words.date(full_at, language, words.zone(time_zone))
    )
    return megabytes(growth.bytes_a_day, language), full


async def _translated(ask: Ask, context: Context) -> str:
    """Say how translating goes; "" where nobody translates."""
    if not context.translator.is_on:
        return ""
    health, language = await context.translator.health(), ask.language
    counts = health.counts
    said = translate(
        language,
        "stats.translated_is",
        characters=counts.characters,
        budget=health.budget,
        done=counts.done,
        dropped=counts.dropped,
        wanted=counts.wanted,
    )
    if health.resting_until is None:
        return said
    at = words.clock(health.resting_until, words.zone(ask.here.time_zone))
    return f"{said}; {translate(language, 'stats.translator_rests', at=at)}"


async def users(ask: Ask, context: Context) -> Reply:
    """Say how many read, never who."""
    now, language = context.clock(), ask.language
    read = await context.db.read(chats.readership, now - words.WEEK)
    return Say((table(translate(language, "users.head"), [
        (translate(language, "users.active"), read.active),
        (translate(language, "users.stopped"), read.stopped or ""),
        (translate(language, "users.new"), read.new_this_week),
        (translate(language, "users.gone"), read.gone),
        (translate(language, "users.kinds"),
         _listed((translate(language, f"chat.kind_{kind}"), n) for kind, n in read.kinds)),
        (translate(language, "users.languages"),
         _listed((words.language_name(label, language), n) for label, n in read.languages)),
        (translate(language, "users.subscriptions"), read.subscriptions),
        (translate(language, "users.subscribing"), read.chats_subscribing),
    ], language),))  # fmt: skip


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    """Sum up by name: labels of one language (uz-Latn, uz-Cyrl) are one to people."""
    summed: Counter[str] = Counter()
    for name, count in counts:
        summed[name] += count
    return ", ".join(f"{name} {count}" for name, count in summed.items())


async def limits(ask: Ask, context: Context) -> Reply:
    """Say how the outbox and Telegram's limits stand."""
    now, language = context.clock(), ask.language
    counts = await context.db.read(reports.counts, now, context.bot_name)
    rest = counts.everybody_rests_until
    settled = ", ".join(
        f"{translate(language, f'state.{state}')} {words.number(n, language)}"
        for state, n in counts.settled_today
    )
    message = table(translate(language, "limits.head"), [
        (translate(language, "limits.waiting"), counts.waiting),
        (translate(language, "limits.due"), counts.due),
        (translate(language, "limits.oldest"),
         words.ago(counts.oldest_due, now, language) if counts.oldest_due else ""),
        (translate(language, "limits.held"), counts.held),
        (translate(language, "limits.today"), settled),
        (translate(language, "limits.resting"), counts.resting),
        (translate(language, "limits.ban"), words.ago(rest, now, language) if rest else ""),
    ], language)  # fmt: skip
    rules = italic(translate_html(language, "limits.rules", most=context.calls_a_second))
    return Say((Message(joined((message.html, rules), "\n\n")),))
