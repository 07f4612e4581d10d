"""Every table is bounded by something; a new one must be given what bounds it.

What is forgotten by age is tried: an ancient row of each such table goes with an hour's upkeep.
"""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum, auto
from pathlib import Path

import pytest

from bot.pipeline import Pipeline, open_pipeline
from bot.settings import Settings
from bot.upkeep import upkeep
from storage import tallies
from storage.sql import Connection
from tests.storage.rows import feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class By(StrEnum):
    """What bounds a table."""

    PEOPLE = auto()  # rows are made by hand: chats, subscriptions, feeds, corrections
    PARENT = auto()  # rows go with another table's, and are a bounded number of each
    SIZE = auto()  # so many rows, whatever comes
    AGE = auto()  # upkeep forgets them
    WORK = auto()  # rows are work under way and go when it is done
    RETENTION = auto()  # grows with the archive: RETENTION_DAYS and RETENTION_MB
    WINDOW = auto()  # of stories that live: the ingester forgets them after a week
    KEYS = auto()  # for good, five bytes a key


@dataclass(frozen=True)
class Bound:
    """What bounds a table; of one forgotten by age, what its oldest row looks like."""

    by: By
    row: dict[str, object] = field(default_factory=dict)


PEOPLE, PARENT, SIZE, WORK, RETENTION = (
    Bound(by) for by in (By.PEOPLE, By.PARENT, By.SIZE, By.WORK, By.RETENTION)
)


def aged(**row: object) -> Bound:
    return Bound(By.AGE, row)


BOUNDS = {
    "_sqlite_migrations": SIZE,
    "acting_for": PEOPLE,
    "admin_corrections": PEOPLE,
    "aliases": PEOPLE,
    "askings": aged(since=1, ended=2),  # with the last match that it explains
    "changes": aged(kind="subscription"),
    "chats": PEOPLE,
    "corrected_items": PEOPLE,
    "corrected_mutes": PEOPLE,
    "counts": SIZE,
    "deliveries": aged(state="sent", settled_at=1),
    "drafts": aged(),
    "errands": aged(state="done"),
    "expected_answers": aged(),
    "facts": SIZE,
    "feeds": PEOPLE,
    "file_sizes": aged(day=1),
    "full_texts": aged(),
    "inbox": aged(body=None),
    "item_keys": RETENTION,
    "items": RETENTION,
    "lanes": PARENT,
    "matches": aged(),
    "moved_chats": PEOPLE,
    "muted_stories": PEOPLE,
    "official_rates": aged(currency="USD", day=1),
    "old_texts": SIZE,
    "outlets": PEOPLE,
    "page_looks": aged(due_at=None),
    "promises": WORK,
    "rate_alerts": PEOPLE,
    "rate_sources": SIZE,
    "removed_items": WORK,
    "rests": WORK,
    "revisions": PARENT,
    "seen_keys": Bound(By.KEYS),
    "set_aside": aged(),
    "shut": PARENT,
    "stories": RETENTION,
    "story_aliases": RETENTION,
    "subscriptions": PEOPLE,
    "tallies": PARENT,
    "tellings": Bound(By.WINDOW),
    "translated_items": PARENT,
    "translations": aged(state="done", ended_at=1),
    "wanted_articles": aged(ended_at=1),
}
"""Of every table what bounds it."""

INDEX = "item_words"  # of items: goes with them, a pass later


def tables(db: Connection) -> set[str]:
    names = set(db.table_names()) - {INDEX, "item_vocabulary", "sqlite_sequence", "sqlite_stat1"}
    return {name for name in names if not name.startswith(f"{INDEX}_")}


def test_every_table_has_its_bound(connection: Connection) -> None:
    assert tables(connection) == BOUNDS.keys()


def test_what_goes_with_another_row_names_it(connection: Connection) -> None:
    for table in (name for name, bound in BOUNDS.items() if bound.by is By.PARENT):
        foreign = connection.conn.execute(f"pragma foreign_key_list({table})").fetchall()
        assert "CASCADE" in {key[6] for key in foreign}, table


# --- by age --------------------------------------------------------------------------------------


def ancient(db: Connection, table: str, given: dict[str, object]) -> None:
    """Insert a row of long ago: every time is the beginning of 1970, every text is empty."""
    columns = [
        (name, kind)
        for _, name, kind, not_null, default, key in db.conn.execute(f"pragma table_info({table})")
        if (not_null or key) and default is None and name not in given
    ]
    empty = {"integer": 1, "text": "", "blob": b"", "real": 0.0}
    row = {name: empty[kind.lower()] for name, kind in columns} | given
    db.conn.execute(
        f"insert into {table}({', '.join(row)}) values ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )


@pytest.fixture
async def pipeline(news_file: Path) -> AsyncIterator[Pipeline]:
    with sqlite3.connect(news_file) as raw:  # no reference is watched here
        db = Connection(raw, execute_plugins=False)
        for table, bound in BOUNDS.items():
            if bound.by is By.AGE:
                ancient(db, table, bound.row)
        ancient(db, "official_rates", {"bank": "", "currency": "USD", "day": 10_000})
        raw.commit()
    raw.close()
    async with open_pipeline(Settings(database_path=news_file), clock=lambda: NOW) as opened:
        yield opened


async def test_what_is_kept_for_a_time_goes_after_it(pipeline: Pipeline) -> None:
    await upkeep(pipeline, clock_is_trusted=True)
    left = {
        table: await pipeline.db.read(counted, table)
        for table, bound in BOUNDS.items()
        if bound.by is By.AGE
    }
    assert {"official_rates": 1, "file_sizes": 1} == {t: n for t, n in left.items() if n}


def counted(db: Connection, table: str) -> int:
    return int(db.conn.execute(f"select count(*) from {table}").fetchone()[0])


def test_a_feed_has_a_row_for_each_day_of_the_last_year_and_one_for_all_before(
    connection: Connection,
) -> None:
    source = feed(connection)
    today = round(NOW.timestamp()) // 86_400
    for day in range(today - 600, today + 1):
        ancient(connection, "tallies", {"feed_id": source, "day": day, "stored": 2})
    while tallies.fold(connection, NOW):
        pass
    rows = connection.conn.execute(
        "select day, stored, entries from tallies order by day"
    ).fetchall()
    assert 402 == len(rows)
    assert (0, 400, 200) == rows[0]
    assert today - 400 == rows[1][0]
