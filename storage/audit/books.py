"""Books: what came and what became of it, as an equation a line: entries, alerts, digests."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from storage.matches import ASKED
from storage.outbox.recovery import KEPT
from storage.sql import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Book:
    """One of the books: what came, and what became of it, the parts in the order to be read.

    ``note`` says what the book cannot know any more, or since when it is kept.
    """

    name: str
    total: int
    parts: tuple[tuple[str, int], ...]
    note: str = ""

    @property
    def missing(self) -> int:
        """What came and is in no part, or, below 0, is in one part too many."""
        return self.total - sum(count for _, count in self.parts)


Part: TypeAlias = tuple[str, str]
"""A part of a book and the condition of its rows."""

OF_ALERTS: tuple[Part, ...] = (
    ("sent", "d.state = 'sent'"),
    ("on the way", "d.state in ('queued', 'sending')"),
    ("held over quiet hours", "d.state = 'held'"),
    ("told in a list", "d.state = 'merged' and c.state = 'sent'"),
    ("in a list on the way", "d.state = 'merged' and c.state in ('queued', 'sending')"),
    ("left to the digest", "d.state = 'merged' and d.carrier is null and d.reason = 'backlog'"),
    (
        "in a list that did not arrive",
        (
            "d.state = 'merged' and d.carrier is not null"
            " and coalesce(c.state, '') not in ('sent', 'queued', 'sending')"
        ),
    ),
    (
        "not to be told (muted, shut, told already)",
        "d.state = 'merged' and d.carrier is null and d.reason not in ('', 'backlog')",
    ),
    ("not sent, with a reason", "d.state = 'failed' and d.reason <> ''"),
    ("perhaps sent: the answers were lost", "d.state = 'unknown' and d.reason <> ''"),
)

OF_MESSAGES: tuple[Part, ...] = (
    ("sent", "d.state = 'sent'"),
    ("on the way", "d.state in ('queued', 'sending', 'held')"),
    ("needed no more", "d.state = 'merged' and d.reason <> ''"),
    ("not sent, with a reason", "d.state = 'failed' and d.reason <> ''"),
    ("perhaps sent: the answers were lost", "d.state = 'unknown' and d.reason <> ''"),
)


MATCHES = (
    f"matches m join askings a on {ASKED} join subscriptions s on s.id = a.subscription_id"  # noqa: S608 (our own)
    " join chats c on c.id = s.chat_id"
    " join items i on i.id = m.item_id join feeds f on f.id = i.feed_id"
    " join (select feed_id, min(first_seen) as first from items group by feed_id) b"
    " on b.feed_id = f.id"
)
"""Each item that met a query, for each subscription that asked for that then."""

OF_MATCHES: tuple[Part, ...] = (
    (
        "alerted of",
        (
            "exists (select 1 from deliveries d where d.kind = 'alert'"
            " and d.story_id = m.story_id and d.chat_id = s.chat_id and d.thread_id = s.thread_id)"
        ),
    ),
    (
        "for the digest by choice",
        "s.mode <> 'instant' or not m.in_headline and s.reach = 'headline'",
    ),
    (
        "no news when they came",
        (
            "i.recirculated or i.first_seen - coalesce(i.published, i.first_seen) >= 86400000"
            " or f.kind = 'import' or f.fallback_of is not null or s.created_at > m.seen_at"
            # The baseline: what a feed has at the first look is kept without alerts.
            " or i.first_seen = b.first"
        ),
    ),
    ("of chats that are gone", "not c.active"),
    ("whose alerts are kept no more", "m.seen_at < :kept"),
    ("whose chat or query was paused, gone or another then", "true"),
)
"""What became of matches. The first part that fits counts; what a chat or a subscription was at
the time is kept nowhere, so that the last part accuses nobody."""


def entries_read(db: sqlite3.Connection, now: datetime) -> Book:
    """Say what became of the entries that were read since they are counted."""
    del now
    total, *counts = db.execute(
        "select coalesce(sum(entries), 0), coalesce(sum(stored), 0), coalesce(sum(changed), 0),"
        " coalesce(sum(known), 0), coalesce(sum(kept), 0), coalesce(sum(refused), 0) from tallies"
    ).fetchone()
    names = ("stored", "changed an item", "known", "known and kept as they were", "refused")
    parts = tuple((name, count) for name, count in zip(names, counts, strict=True) if count)
    (uncounted,) = db.execute(
        "select count(*) from items where id <="
        " coalesce((select value + 0 from facts where name = 'counted_from'), 0)"
    ).fetchone()
    note = f"{uncounted:,} items came before entries were counted" if uncounted else ""
    return Book("entries", total, parts, note)


def items_told(db: sqlite3.Connection, now: datetime) -> Book:
    """Say how many items there are, and of what they are part."""
    del now
    (total, alone, told) = db.execute(
        "select count(*), coalesce(sum(s.size = 1), 0), coalesce(sum(s.size > 1), 0)"
        " from items i left join stories s on s.id = i.story_id"
    ).fetchone()
    parts = (("alone in their story", alone), ("with others in a story", told))
    return Book("items", total, tuple(part for part in parts if part[1]))


def matched(db: sqlite3.Connection, now: datetime) -> Book:
    """Say which matches came as alerts, and why the others did not."""
    cases = " ".join(
        f"when {condition} then {number}" for number, (_, condition) in enumerate(OF_MATCHES)
    )
    counts = dict(
        db.execute(
            f"select case {cases} end, count(*) from {MATCHES} group by 1",  # noqa: S608 (our own conditions)
            {"kept": to_ms(now - KEPT)},
        ).fetchall()
    )
    parts = tuple(
        (name, counts[number]) for number, (name, _) in enumerate(OF_MATCHES) if number in counts
    )
    return Book("matches", sum(counts.values()), parts)


def alerts(db: sqlite3.Connection, now: datetime) -> Book:
    """Say what became of every alert that a match made due."""
    return parted(
        db,
        "alerts",
        OF_ALERTS,
        "deliveries d left join deliveries c on c.id = d.carrier where d.kind = 'alert'",
        pruned(db, now),
    )


def others(kind: str, name: str) -> Callable[[sqlite3.Connection, datetime], Book]:
    """Say what became of the messages of another kind."""

    def book(db: sqlite3.Connection, now: datetime) -> Book:
        return parted(
            db, name, OF_MESSAGES, f"deliveries d where d.kind = '{kind}'", pruned(db, now)
        )

    return book


def parted(
    db: sqlite3.Connection, name: str, parts: tuple[Part, ...], rows: str, note: str
) -> Book:
    """Count rows and each of their parts in one read."""
    sums = ", ".join(f"coalesce(sum({condition}), 0)" for _, condition in parts)
    total, *counts = db.execute(f"select count(*), {sums} from {rows}").fetchone()  # noqa: S608 (our own conditions)
    named = ((part, count) for (part, _), count in zip(parts, counts, strict=True) if count)
    return Book(name, total, tuple(named), note)


def pruned(db: sqlite3.Connection, now: datetime) -> str:
    """Say that older messages are kept no more, where there were any."""
    (first,) = db.execute("select min(first_seen) from items").fetchone()
    oldest = from_ms(first)
    if oldest is None or oldest > now - KEPT:
        return ""
    return f"those settled before {now - KEPT:%Y-%m-%d} are kept no more"


def commands(db: sqlite3.Connection, now: datetime) -> Book:
    """Say how much of what people wrote is answered."""
    del now
    total, waiting = db.execute(
        "select count(*), coalesce(sum(body is not null), 0) from inbox"
    ).fetchone()
    parts = (("answered", total - waiting), ("waiting for their answer", waiting))
    return Book(
        "commands",
        total,
        tuple(part for part in parts if part[1]),
        "numbers of those answered are kept for three days",
    )


def errands(db: sqlite3.Connection, now: datetime) -> Book:
    """Say what came of what the command line asked."""
    del now
    counts = dict(db.execute("select state, count(*) from errands group by 1").fetchall())
    names = {
        "done": "done",
        "refused": "refused with a reason",
        "unfinished": "said to be unfinished",
        "running": "being done",
        "waiting": "waiting",
    }
    parts = tuple((name, counts[state]) for state, name in names.items() if state in counts)
    return Book("errands", sum(counts.values()), parts, "those that ended are kept for a day")


BOOKS: tuple[Callable[[sqlite3.Connection, datetime], Book], ...] = (
    entries_read,
    items_told,
    matched,
    alerts,
    others("update", "answers to alerts"),
    others("edit", "edits"),
    others("fold", "lists"),
    others("digest", "digests"),
    others("notice", "notices"),
    others("broadcast", "announcements"),
    commands,
    errands,
)
