"""The door to the file: ours or refused, whole or undone, one thread."""

import asyncio
import gc
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlite_utils

from storage import (
    chats,
    corrections,
    database,
    feeds,
    fingerprints,
    items,
    matches,
    meta,
    revisions,
    subscriptions,
)
from storage.corrections import CorrectionKind
from storage.database import Database, connect
from storage.errors import StorageError
from storage.migrations import NEVER_GIVEN_TWICE, migrations
from storage.model import NO_THREAD, ChatId, DeliveryId, ItemId, Reach, StoryId
from storage.outbox import queue, reports, rows
from storage.outbox.deliveries import DeliveryKind, FoldReason, NewDelivery
from storage.sql import Connection, marks


def key_of(path: Path) -> str:
    with pytest.raises(StorageError) as raised:
        connect(path)
    return raised.value.text_key


def test_another_programs_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    other = sqlite3.connect(path)
    other.execute("create table photos (id integer)")
    other.commit()
    other.close()
    before = path.read_bytes()
    assert key_of(path) == "storage.foreign"
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, " * 100)
    assert key_of(path) == "storage.not_database"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert key_of(tmp_path / "nowhere" / "news.db") == "storage.no_folder"


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    assert key_of(tmp_path) == "storage.is_folder"


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    connect(path).close()
    newer = sqlite_utils.Database(path)
    newer["_sqlite_migrations"].insert(
        {"migration_set": migrations.name, "name": "m999_later", "applied_at": "2030-01-01"}
    )
    newer.close()
    assert key_of(path) == "storage.newer"


def test_a_database_whose_making_was_cut_off_is_made_whole(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    cut_off = sqlite_utils.Database(path)
    migrations.ensure_migrations_table(cut_off)
    cut_off.close()
    opened = connect(path)
    assert "stories" in opened.table_names()
    opened.close()


async def test_an_opening_that_is_cancelled_leaves_nothing_open(tmp_path: Path) -> None:
    """On Python 3.13 and newer, a connection that nobody closed fails this test."""
    others = set(threading.enumerate())
    opening = asyncio.create_task(Database.opened(tmp_path / "news.db"))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    for thread in set(threading.enumerate()) - others:
        await asyncio.to_thread(thread.join)
    gc.collect()
    assert not (tmp_path / "news.db-wal").exists()


def test_mutes_of_stories_merged_by_older_versions_hold_for_what_they_became(
    tmp_path: Path,
) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m004_current_ids")
    older.conn.execute("insert into chats(id, kind, created_at) values (1, 'private', 0)")
    older.conn.execute("insert into stories(id, first_at, updated_at) values (3, 0, 0)")
    older.conn.execute("insert into story_aliases(id, story_id) values (7, 3), (8, 3)")
    older.conn.execute("insert into muted_stories(chat_id, story_id) values (1, 7), (1, 8)")
    older.conn.commit()
    older.close()
    opened = connect(path)
    assert {3} == chats.muted(opened, ChatId(1))
    opened.close()


ONE_OF_EACH = """
insert into outlets(id, name) values (1, 'Oasis');
insert into chats(id, kind, created_at) values (5, 'private', 0);
insert into feeds(id, url, outlet_id, added_at) values (15, 'https://a.example/', 1, 0);
insert into subscriptions(id, chat_id, query, created_at) values (15, 5, 'gas', 0);
insert into drafts(id, chat_id, text, made_at) values (15, 5, 'gas', 0);
insert into aliases(id, name, others, added_at, added_by) values (15, 'x', '[]', 0, 0);
insert into stories(id, first_at, updated_at) values (1, 0, 0);
insert into items(id, feed_id, story_id, first_seen) values (1, 15, 1, 0);
insert into corrections(id, kind, item_a, item_b, made_at, made_by)
    values (15, 'apart', 1, 1, 0, 0);
insert into deliveries(id, chat_id, kind, subject, due_at, created_at)
    values (15, 5, 'alert', 's1', 0, 0);
"""


def test_a_number_that_buttons_may_name_is_never_given_twice(tmp_path: Path) -> None:
    """Neither by a new database nor by one that older code made, whose rows stay as they were."""
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m010_lasting_ids")
    older.conn.executescript(ONE_OF_EACH)
    lasting = [table for table in NEVER_GIVEN_TWICE if table != "corrections"]  # gone by now
    before = {table: list(older[table].rows) for table in (*lasting, "items")}
    around = "select name from sqlite_schema where type in ('index', 'trigger')"
    pieces = {row[0] for row in older.conn.execute(around)}
    older.close()
    opened = connect(path)
    assert before == {
        table: [{name: row[name] for name in kept[0]} for row in opened[table].rows]
        for table, kept in before.items()
    }
    pieces.remove("taken_updates_at")  # the inbox took its table's place
    assert pieces <= {row[0] for row in opened.conn.execute(around)}
    opened.conn.execute("delete from feeds")  # and what refers to it
    for table in lasting:
        columns = ", ".join(name for name in before[table][0] if name != "id")
        values = [value for name, value in before[table][0].items() if name != "id"]
        opened.conn.execute(f"delete from {table}")
        opened.conn.execute(
            f"insert into {table}({columns}) values ({marks(len(values))})", values
        )
        assert [16] == [row["id"] for row in opened[table].rows], table
    assert 1 == opened.conn.execute("pragma foreign_keys").fetchone()[0]
    opened.close()


CORRECTED = """
insert into outlets(id, name) values (1, 'Oasis');
insert into feeds(id, url, outlet_id, added_at) values (1, 'https://a.example/', 1, 0);
insert into stories(id, first_at, updated_at) values (1, 0, 0), (2, 0, 0), (3, 0, 0);
insert into items(id, feed_id, story_id, first_seen) values
    (1, 1, 1, 0), (2, 1, 1, 0), (3, 1, 2, 0), (4, 1, 3, 0), (5, 1, 3, 0), (6, 1, 3, 9);
insert into corrections(id, kind, item_a, item_b, made_at, made_by) values
    (7, 'apart', 1, 3, 5, 8), (8, 'apart', 2, 3, 5, 8), (9, 'together', 4, 5, 6, 8);
"""


def test_corrections_of_older_versions_are_obeyed_still(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m022_admin_corrections")
    older.conn.executescript(CORRECTED)
    older.close()
    opened = connect(path)
    assert [
        (7, CorrectionKind.SPLIT, 2, 1, {1, 2}, set(), {3}),
        (9, CorrectionKind.MERGE, 3, 3, {4}, {5}, set()),
    ] == [
        (one.id, one.kind, one.source, one.target, one.moved, one.joined, one.left)
        for one in corrections.in_force(opened)
    ]
    assert [] == list(opened.query("pragma foreign_key_check"))
    opened.close()


def test_features_of_older_versions_have_no_meaning_yet(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m023_meaning")
    older.conn.executescript(
        """
        insert into outlets(id, name) values (1, 'Courier');
        insert into feeds(id, outlet_id, url, added_at) values (1, 1, 'u', 0);
        insert into stories(id, first_at, updated_at) values (1, 0, 0);
        insert into items(id, story_id, feed_id, first_seen) values (1, 1, 1, 0);
        insert into tellings(item_id, packed) values (1, x'01');
        """
    )
    older.close()
    opened = connect(path)
    assert [(1, b"\x01", None)] == list(
        opened.conn.execute("select item_id, packed, vector from tellings")
    )
    fingerprints.keep_vectors(opened, [(ItemId(1), b"mark\x05")])
    assert [(1, b"\x05")] == fingerprints.vectors(opened, b"mark")
    opened.close()


def test_articles_of_older_versions_have_said_nothing_else_and_stand(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m024_articles_that_change")
    older.conn.executescript(
        """
        insert into outlets(id, name) values (1, 'Courier');
        insert into feeds(id, outlet_id, url, added_at) values (1, 1, 'u', 0);
        insert into stories(id, first_at, updated_at) values (1, 0, 0);
        insert into items(id, story_id, feed_id, title, first_seen, updated_at)
            values (1, 1, 1, 'Four dead', 0, 5);
        """
    )
    older.close()
    opened = connect(path)
    [item] = items.by_ids(opened, [ItemId(1)])
    assert ("Four dead", None) == (item.title, item.removed_at)
    assert {} == revisions.of_story(opened, StoryId(1))
    revisions.keep(opened, [ItemId(1)], item.first_seen)
    [kept] = revisions.of_story(opened, StoryId(1))[ItemId(1)]
    assert "Four dead" == kept.title
    opened.close()


def test_feeds_of_older_versions_have_no_gaps_and_no_fallbacks_and_the_kremlin_is_official(
    tmp_path: Path,
) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m025_gaps")
    older.conn.executescript(
        """
        insert into outlets(id, name, ownership) values (1, 'Courier', 'private'),
            (2, 'Kremlin.ru', 'state');
        insert into feeds(id, outlet_id, url, added_at) values (1, 1, 'https://a.example/', 0),
            (2, 2, 'https://b.example/', 0);
        insert into stories(id, first_at, updated_at) values (1, 0, 0);
        insert into items(id, story_id, feed_id, first_seen) values (1, 1, 1, 0);
        """
    )
    older.close()
    opened = connect(path)
    first, second = feeds.every(opened)
    assert (0, None, None, False) == (
        first.state.gaps,
        first.state.last_gap_at,
        first.fallback_of,
        first.waits,
    )
    assert (False, True) == (first.outlet.official, second.outlet.official)
    [(item, _)] = items.every(opened)
    assert "" == item.source
    opened.close()


FOLDS = """
insert into chats(id, kind, created_at) values (5, 'private', 0);
insert into deliveries(id, chat_id, kind, subject, state, due_at, created_at, settled_at) values
    (1, 5, 'fold', 'q2026-11-22T02:00', 'queued', 1795312800000, 0, null),
    (2, 5, 'fold', 'h2026-11-21T12:15', 'sent', 0, 2, 2),
    (3, 5, 'fold', 'b2026-11-21T12:15', 'sent', 0, 0, 0),
    (4, 5, 'fold', 'l2026-11-21T12:15', 'sent', 0, 0, 0),
    (5, 5, 'fold', 'h2026-11-21T12', 'sent', 0, 3, 3);
insert into deliveries(id, chat_id, kind, subject, story_id, state, due_at, created_at, carrier)
    values (11, 5, 'alert', 's11', 11, 'held', 0, 1, 1), (12, 5, 'alert', 's12', 12, 'merged', 0, 1, 2),
    (15, 5, 'alert', 's15', 15, 'merged', 0, 1, 5);
"""
"""As the program wrote them while a key's first letter told why; the last is one of its first."""


def test_messages_for_many_of_older_programs_are_known_by_what_they_were(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m021_why_of_folds")
    older.conn.executescript(FOLDS)
    older.close()
    opened = connect(path)
    folds = [rows.by_id(opened, DeliveryId(number)) for number in range(1, 6)]
    why = [FoldReason.QUIET, FoldReason.HOUR, FoldReason.BACKLOG, FoldReason.LATE, FoldReason.HOUR]
    assert why == [one.why for one in folds]
    assert [False, False, False, False, True] == [one.counted for one in folds]
    assert [None] == [rows.by_id(opened, DeliveryId(11)).why]
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (0, 1))
    assert {12} == reports.told(opened, ChatId(5), begin, end)
    assert folds[1] == reports.last_list(opened, ChatId(5))
    opened.close()


def test_the_morning_has_one_message_though_the_program_changed_in_the_night(
    tmp_path: Path,
) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m021_why_of_folds")
    older.conn.executescript(FOLDS)
    older.conn.execute("update chats set quiet_from = 0, quiet_to = 120, time_zone = 'UTC'")
    older.conn.commit()
    older.close()
    opened = connect(path)
    night = datetime(2026, 11, 22, 1, tzinfo=UTC)
    alert = NewDelivery(ChatId(5), NO_THREAD, DeliveryKind.ALERT, "s16", StoryId(16))
    queue.enqueue(opened, [alert], night)
    assert (11, 16) == reports.carried(opened, DeliveryId(1))
    opened.conn.execute("update chats set quiet_to = 90")
    queue.wake_up(opened, ChatId(5), night)
    assert night.replace(minute=30) == rows.by_id(opened, DeliveryId(1)).due_at
    opened.close()


def test_subscriptions_made_before_there_was_a_choice_ring_for_headlines(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m002_alerts")
    older.conn.execute("insert into chats(id, kind, created_at) values (1, 'channel', 0)")
    older.conn.execute(
        "insert into subscriptions(chat_id, query, created_at) values (1, 'gas', 0)"
    )
    older.conn.commit()
    older.close()
    opened = connect(path)
    (kept,) = subscriptions.of_chat(opened, ChatId(1))
    assert kept.reach is Reach.HEADLINE
    channel = chats.get(opened, ChatId(1))
    assert channel is not None
    assert (False, "") == (channel.shows_query, channel.footer)
    opened.close()


def test_a_locked_database_is_said_to_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "news.db"
    connect(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("pragma locking_mode = exclusive")
    holder.execute("begin exclusive")
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 1)
    assert key_of(path) == "storage.locked"
    holder.close()


def test_every_table_is_strict(connection: Connection) -> None:
    tables = [
        row
        for row in connection.conn.execute("pragma table_list")
        if row[2] == "table" and not row[1].startswith(("sqlite_", "_sqlite_", "search"))
    ]
    assert [row[1] for row in tables if not row[5]] == []
    assert len(tables) > 10


async def test_a_failed_write_leaves_nothing(db: Database) -> None:
    def half(connection: Connection) -> None:
        meta.put(connection, "half", "done")
        raise KeyError("half")

    with pytest.raises(KeyError):
        await db.write(half)
    assert await db.read(meta.get, "half") is None


async def test_many_writers_at_once_lose_nothing(db: Database) -> None:
    def count(connection: Connection) -> None:
        meta.put(connection, "n", str(int(meta.get(connection, "n") or 0) + 1))

    await asyncio.gather(*(db.write(count) for _ in range(50)))
    assert await db.read(meta.get, "n") == "50"


async def test_a_write_that_points_nowhere_is_refused(db: Database) -> None:
    def orphan(connection: Connection) -> None:
        connection.conn.execute(
            "insert into subscriptions(chat_id, query, created_at) values (1, 'gas', 0)"
        )

    with pytest.raises(sqlite3.IntegrityError):
        await db.write(orphan)


async def test_a_full_disk_is_said_to_be_full_and_keeps_what_was(db: Database) -> None:
    await db.write(meta.put, "kept", "yes")

    def fill(connection: Connection) -> None:
        connection.conn.execute("pragma max_page_count = 1")
        meta.put(connection, "big", "x" * 10_000_000)

    with pytest.raises(StorageError) as raised:
        await db.write(fill)
    assert raised.value.text_key == "storage.full"
    assert await db.read(meta.get, "kept") == "yes"


async def test_a_read_cannot_write(db: Database) -> None:
    with pytest.raises(StorageError):
        await db.read(meta.put, "sly", "yes")
    assert await db.read(meta.get, "sly") is None


async def test_a_read_does_not_wait_for_a_write_and_sees_none_of_its_halves(db: Database) -> None:
    begun, seen = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        meta.put(connection, "half", "done")
        begun.set()
        assert seen.wait(20)

    writing = asyncio.create_task(db.write(slow))
    await asyncio.to_thread(begun.wait, 20)
    assert await db.read(meta.get, "half") is None
    seen.set()
    await writing
    assert await db.read(meta.get, "half") == "done"


def test_matches_of_older_versions_are_of_the_query_that_met_and_of_who_asked_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m029_owed")
    older.conn.executescript(
        """
        insert into outlets(id, name) values (1, 'Courier');
        insert into feeds(id, outlet_id, url, added_at) values (1, 1, 'u', 0);
        insert into stories(id, first_at, updated_at) values (1, 0, 0);
        insert into items(id, story_id, feed_id, first_seen) values (1, 1, 1, 5), (2, 1, 1, 5);
        insert into chats(id, kind, created_at) values (1, 'private', 0), (2, 'private', 0);
        insert into subscriptions(id, chat_id, query, paused, created_at)
            values (1, 1, 'tram', 0, 0), (2, 2, 'tram', 1, 0), (3, 2, 'rail', 0, 0);
        insert into matches(subscription_id, item_id, story_id, seen_at, in_headline, query)
            values (1, 1, 1, 5, 0, 'tram'), (2, 1, 1, 5, 1, 'tram'), (2, 2, 1, 5, 1, ''),
                (3, 1, 1, 5, 1, 'train'), (3, 2, 1, 5, 1, 'metro');
        """
    )
    older.close()
    opened = connect(path)
    assert [("metro", 2, 1), ("train", 1, 1), ("tram", 1, 1), ("tram", 2, 1)] == list(
        opened.conn.execute("select query, item_id, in_headline from matches order by 1, 2")
    )
    met = matches.of_story(opened, ChatId(2), StoryId(1))
    assert {(3, "train"), (3, "metro"), (2, "tram")} == {
        (one.subscription_id, one.query) for one in met
    }
    subscriptions.save(opened, subscriptions.of_chat(opened, ChatId(2))[0])  # it goes on
    live = "select query from askings where subscription_id = 3 and ended is null"
    assert [("rail",)] == opened.conn.execute(live).fetchall()
    opened.close()


def held(_: Connection, go: threading.Event) -> None:
    """Write for as long as somebody wants."""
    go.wait(20)


def noted(_: Connection, order: list[str], who: str) -> None:
    order.append(who)


@pytest.mark.parametrize("patient", [True, False])
async def test_a_slice_of_long_work_lets_others_go_first_but_not_for_ever(
    db: Database, patient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_S", 20 if patient else 0)
    go, order = threading.Event(), list[str]()
    under_way = [asyncio.create_task(db.write(held, go))]
    await asyncio.sleep(0)
    under_way += [asyncio.create_task(db.write_behind(noted, order, "slice")) for _ in range(2)]
    for _ in range(9):  # until the first has lost its patience, if it has none
        await asyncio.sleep(0)
    under_way += [asyncio.create_task(db.write(noted, order, "person")) for _ in range(3)]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*under_way)

    people = ["person"] * 3
    assert ([*people, "slice", "slice"] if patient else ["slice", *people, "slice"]) == order


async def test_a_slice_that_fails_leaves_the_next_its_turn(db: Database) -> None:
    def broken(_: Connection) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await db.write(broken)
    with pytest.raises(KeyError):
        await db.write_behind(broken)
    order: list[str] = []
    await db.write_behind(noted, order, "slice")
    assert ["slice"] == order


ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


async def test_a_statement_that_nobody_waits_for_is_ended(tmp_path: Path) -> None:
    """The next reader of the connection waits for it no more."""
    connect(tmp_path / "news.db").close()
    reading = await Database.opened_to_read(tmp_path / "news.db")
    endless = asyncio.ensure_future(reading.read(lambda db: db.conn.execute(ENDLESS).fetchone()))
    while not endless.done():
        reading.interrupt()  # it may not have begun
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError, match="interrupted"):
        await endless
    assert (1,) == await reading.read(lambda db: db.conn.execute("select 1").fetchone())
    await reading.close()


async def test_what_is_opened_to_be_read_is_not_written(db: Database) -> None:
    await db.write(meta.put, "name", "before")
    reading = await Database.opened_to_read(db.path)
    with pytest.raises(StorageError, match=r"storage\.unwritable"):
        await reading.write(meta.put, "name", "after")
    assert "before" == await reading.read(meta.get, "name")
    await db.write(meta.put, "name", "later")
    assert "later" == await reading.read(meta.get, "name")
    await reading.close()


async def test_only_a_database_of_this_version_is_opened_to_be_read(tmp_path: Path) -> None:
    async def refused(path: Path) -> str:
        with pytest.raises(StorageError) as raised:
            await Database.opened_to_read(path)
        return raised.value.text_key

    assert "storage.missing" == await refused(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("no database at all, but long enough to be read as one")
    assert "storage.not_database" == await refused(tmp_path / "text.db")
    with sqlite3.connect(tmp_path / "empty.db") as raw:
        raw.execute("pragma user_version = 1")
    raw.close()
    assert "storage.older" == await refused(tmp_path / "empty.db")
