"""Counts for the admins: what comes in, what it becomes, what it weighs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.sizes import items_kept, stories_kept
from storage.sql import Connection, from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Totals:
    """What is kept, and what the last day brought."""

    items: int
    stories: int
    items_today: int
    stories_today: int
    languages_today: tuple[tuple[str, int], ...]
    sent_today: int


def totals(db: Connection, now: datetime) -> Totals:
    """Count what is kept and what the last day brought."""
    day = to_ms(now - timedelta(days=1))

    def count(sql: str, *values: int | None) -> int:
        return int(db.conn.execute(sql, values).fetchone()[0] or 0)

    languages = db.conn.execute(
        "select lang, count(*) from items where first_seen >= ? and lang <> ''"
        " group by lang order by 2 desc, 1 limit 10",
        (day,),
    ).fetchall()
    return Totals(
        items=items_kept(db),  # counting rows would read an index of them
        stories=stories_kept(db),
        items_today=count("select count(*) from items where first_seen >= ?", day),
        stories_today=count(
            "select count(distinct story_id) from items where first_seen >= ?", day
        ),
        languages_today=tuple((label, count) for label, count in languages),
        sent_today=count(
            "select count(*) from deliveries where state = 'sent' and settled_at > ?",
            day,
        ),
    )


def began(db: Connection) -> datetime | None:
    """Return when the archive's first item came, None while it is empty."""
    return from_ms(db.conn.execute("select min(first_seen) from items").fetchone()[0])


@dataclass(frozen=True, slots=True)
class Breadth:
    """How much is read: outlets whose feeds are polled, and languages these declare."""

    outlets: int = 0
    languages: int = 0


def breadth(db: Connection) -> Breadth:
    """Count the outlets that are read and their languages, whatever script they are written in.

    Read is what has been read at least once.
    """
    rows = db.conn.execute(
        "select outlet_id, languages from feeds"
        " where status not in ('gone', 'paused') and kind <> 'import' and last_ok_at is not null"
    ).fetchall()
    spoken = {label.partition("-")[0] for _, labels in rows for label in labels.split()}
    return Breadth(len({outlet for outlet, _ in rows}), len(spoken))
