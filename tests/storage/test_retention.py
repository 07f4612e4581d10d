"""What is old goes with all that hangs on it; what was seen stays known; nothing owed goes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import bot.upkeep
from bot.pipeline import open_pipeline
from bot.settings import Settings
from bot.upkeep import in_slices, keep_to, let_go, upkeep
from storage import (
    chats,
    file_sizes,
    items,
    retention,
    search,
    seen_keys,
    sizes,
    stories,
    unfiling,
    vacuum,
)
from storage.audit import report
from storage.database import Database
from storage.file_sizes import Growth
from storage.items import LearntKey
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, FeedId, ItemId, StoryId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery
from storage.retention import Retention
from storage.sql import Connection
from tests.storage.rows import NOON, feed, new_item, told

DAY = timedelta(days=1)
YEAR = 365 * DAY
OLD = NOON - YEAR


def archive(db: Connection, old: int = 5, young: int = 3) -> FeedId:
    """File items of a year ago, two to a story, and of today."""
    source = feed(db)
    for number in range(1, old + young + 1):
        story = None if number > old or number % 2 else number - 1
        at = OLD if number <= old else NOON
        told(db, source, new_item(number, story), now=at)
        search.index(db, ItemId(number), f"s:газ n:{number}")
    db.conn.execute("update feeds set items = ?", (old + young,))
    return source


def forget_all(db: Connection, before: object = NOON - 30 * DAY) -> int:
    gone = 0
    while step := retention.forget_some(db, before, 2):  # type: ignore[arg-type]
        gone += step
    return gone


def pack(db: Connection) -> None:
    while seen_keys.step(db, retention.pruned_to(db)):
        pass


def known(db: Connection, source: FeedId) -> list[str]:
    keys = [f"guid-{n}" for n in range(1, 10)]
    return sorted(items.known(db, source, keys))


def test_old_stories_go_and_what_was_seen_stays_known(connection: Connection) -> None:
    source = archive(connection)
    connection.conn.execute("insert into story_aliases values (99, 1)")
    assert 5 == forget_all(connection)
    assert (3, 3) == (sizes.items_kept(connection), len(list(stories.every(connection))))
    before = known(connection, source)
    pack(connection)
    assert [f"guid-{n}" for n in range(1, 9)] == before == known(connection, source)
    (left,) = connection.conn.execute("select count(*) from item_keys").fetchone()
    assert 3 == left
    assert 0 == forget_all(connection)


def test_a_key_that_a_pruned_entry_gets_later_stays_known_too(connection: Connection) -> None:
    source = archive(connection)
    forget_all(connection)
    pack(connection)
    pruned = items.known(connection, source, ["guid-1"])["guid-1"]
    items.learn(connection, source, [LearntKey("another", pruned.id)])
    assert ["another"] == list(items.known(connection, source, ["another"]))
    other = feed(connection, "https://oasis.example/rss")
    assert {} == items.known(connection, other, ["another", "guid-1"])


def test_the_laws_hold_of_what_is_left(connection: Connection, news_file: Path) -> None:
    archive(connection)
    connection.conn.execute("update feeds set items = 8")
    connection.conn.execute("insert into tallies values (1, 1, 1, 8, 8, 0, 0, 0, 0)")
    for passes in (0, 1):
        forget_all(connection)
        if passes:
            pack(connection)
        connection.conn.execute("pragma wal_checkpoint")
        found = report.audit(news_file, NOON, lambda _: None)
        assert [] == [breach.law.name for breach in found.breaches]


def test_no_number_is_given_twice_though_all_that_had_one_are_gone(connection: Connection) -> None:
    archive(connection, young=0)
    last = items.last_ids(connection)
    forget_all(connection)
    assert last == items.last_ids(connection) == (5, 5)
    assert [True, False] == [stories.was_there(connection, StoryId(n)) for n in (3, 6)]


def test_a_story_of_which_a_message_waits_stays_until_that_is_sent(connection: Connection) -> None:
    archive(connection)
    chats.see_chat(connection, Chat(ChatId(7), ChatKind.PRIVATE), NOON)
    waits = NewDelivery(ChatId(7), NO_THREAD, DeliveryKind.ALERT, "s1", StoryId(1))
    queue.enqueue(connection, [waits], NOON)
    connection.conn.execute("update deliveries set state = 'held', settled_at = null")
    assert 3 == forget_all(connection)
    connection.conn.execute("update deliveries set state = 'sent', settled_at = 1")
    assert 2 == forget_all(connection)


def test_what_a_wrong_clock_stamped_as_old_is_not(connection: Connection) -> None:
    source = archive(connection)
    told(connection, source, new_item(20), now=OLD - 10 * YEAR)
    forget_all(connection)
    assert {6, 7, 8, 20} == {row[0] for row in connection.conn.execute("select id from items")}


@pytest.mark.parametrize(("limit", "number"), [(2, 0), (0.9, 118), (0.01, 200)])
def test_where_the_file_is_too_large_so_many_go_as_it_is_too_large_by(
    connection: Connection, limit: float, number: int
) -> None:
    feed(connection)
    connection.conn.execute("update feeds set items = 1000")
    most = round(sizes.bytes_in_use(connection) * limit)
    assert number == retention.too_many(connection, most)


async def test_a_file_that_is_too_large_loses_its_oldest_and_what_they_left(db: Database) -> None:
    await db.write(archive, 60, 20)
    size = await db.read(sizes.bytes_in_use)
    assert await keep_to(db, Retention(most_bytes=size // 2), NOON)
    left = await db.read(
        lambda c: c.conn.execute("select min(id), count(*) from items").fetchone()
    )
    assert left[0] > 1
    assert 20 <= left[1] < 80
    assert await db.read(unfiling.is_worth_a_pass)
    # Nothing more goes before the index has let go of it, and never what is young.
    assert await keep_to(db, Retention(most_bytes=1), NOON)
    assert left[1] == await db.read(sizes.items_kept)
    for _ in range(30):
        await in_slices(db, unfiling.some)
        await keep_to(db, Retention(most_bytes=1), NOON)
    assert (61, 20) == await db.read(
        lambda c: c.conn.execute("select min(id), count(*) from items").fetchone()
    )


async def test_what_takes_longer_goes_on_an_hour_later_and_one_pass_is_for_all_of_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await db.write(archive, 60, 20)
    monkeypatch.setattr(bot.upkeep, "LONGEST_S", 0)
    assert not await keep_to(db, Retention(kept=30 * DAY), NOON)
    monkeypatch.undo()
    assert await keep_to(db, Retention(kept=30 * DAY), NOON)
    assert 20 == await db.read(sizes.items_kept)


async def test_keys_are_packed_when_the_index_has_let_go_of_all(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await db.write(archive)
    await db.write(forget_all)
    monkeypatch.setattr(bot.upkeep, "LONGEST_S", 0)
    await db.write(unfiling.some)
    await let_go(db, is_to_be_walked=True)
    assert 8 == await db.read(
        lambda c: c.conn.execute("select count(*) from item_keys").fetchone()[0]
    )
    monkeypatch.undo()
    await let_go(db, is_to_be_walked=True)
    assert 3 == await db.read(
        lambda c: c.conn.execute("select count(*) from item_keys").fetchone()[0]
    )


async def test_nothing_goes_where_nothing_is_set(db: Database) -> None:
    await db.write(archive)
    assert not await keep_to(db, Retention(), NOON + 100 * YEAR)
    assert 8 == await db.read(sizes.items_kept)


# --- packed keys ---------------------------------------------------------------------------------


def test_a_key_is_not_found_across_two_others(connection: Connection) -> None:
    bucket, one = seen_keys._place(FeedId(1), b"key")
    across = b"xx" + one + b"yyy"
    connection.conn.execute("insert into seen_keys values (?, ?)", (bucket, across))
    assert set() == seen_keys.known(connection, FeedId(1), [b"key"])
    seen_keys.add(connection, [(FeedId(1), b"key")])
    assert {b"key"} == seen_keys.known(connection, FeedId(1), [b"key"])


def test_every_key_is_kept_byte_for_byte(connection: Connection) -> None:
    """Whatever bytes it has: it is no text."""
    keys = [(FeedId(n % 3 + 1), n.to_bytes(10, "big")) for n in range(4_000)]
    for start in range(0, len(keys), 1000):
        seen_keys.add(connection, keys[start : start + 1000])
    for source in (1, 2, 3):
        mine = {key for feed_id, key in keys if feed_id == source}
        assert mine == seen_keys.known(connection, FeedId(source), mine)
    others = {n.to_bytes(10, "big") for n in range(4_000, 8_000)}
    assert set() == seen_keys.known(connection, FeedId(1), others)


# --- the file ------------------------------------------------------------------------------------


def test_pages_that_nothing_uses_go_back_to_the_disk(
    connection: Connection, news_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.conn.execute("insert into facts select value, hex(randomblob(2000)) from"
                            " (with recursive n(value) as (select 1 union all select value + 1"
                            " from n where value < 1000) select value from n)")  # fmt: skip
    full = news_file.stat().st_size
    connection.conn.execute("delete from facts where length(value) > 1000")
    assert not vacuum.is_worth_it(connection)  # few
    monkeypatch.setattr(vacuum, "FEW", 50)
    assert vacuum.is_worth_it(connection)
    free = sizes.file_pages(connection.conn).free
    assert vacuum.some(connection)
    assert free - vacuum.PAGES_A_STEP == sizes.file_pages(connection.conn).free
    while vacuum.some(connection):
        pass
    connection.conn.execute("pragma wal_checkpoint(truncate)")
    assert news_file.stat().st_size < max(full, 4_000_000) / 4
    assert not vacuum.is_worth_it(connection)


def test_growth_is_counted_over_a_month_and_says_when_the_disk_is_full(
    connection: Connection,
) -> None:
    feed(connection)
    file_sizes.note(connection, NOON - 40 * DAY)
    file_sizes.note(connection, NOON - 1.2 * DAY)
    assert file_sizes.growth(connection, NOON) is None
    file_sizes.note(connection, NOON - 10.5 * DAY)  # at midnight
    connection.conn.execute("update file_sizes set bytes = bytes - 10500, items = items - 21")
    growth = file_sizes.growth(connection, NOON)
    assert Growth(1000, 2, 10) == growth
    assert growth is not None
    assert NOON + 5 * DAY == file_sizes.full_at(growth, 5000, NOON)
    assert None is file_sizes.full_at(replace(growth, bytes_a_day=-1), 5000, NOON)
    assert None is file_sizes.full_at(growth, 10**12, NOON)


async def test_an_hour_of_upkeep_removes_what_the_settings_do_not_keep(news_file: Path) -> None:
    """All of it: rows, keys, words of the search; and notes how large the file is."""
    settings = Settings(database_path=news_file, retention_days=30)
    async with open_pipeline(settings, clock=lambda: NOON) as pipeline:
        db = pipeline.db
        source = await db.write(archive)
        await upkeep(pipeline, clock_is_trusted=False)
        assert 8 == await db.read(sizes.items_kept)
        await upkeep(pipeline, clock_is_trusted=True)
        assert (8, 7, 6) == await db.read(search.search, '"s:газ"')
        assert 8 == len(await db.read(known, source))
        left = ("select count(*) from item_keys", "select count(*) from removed_items",
                "select count(*) from file_sizes")  # fmt: skip
        assert [3, 0, 1] == [
            (await db.read(lambda c, sql: c.conn.execute(sql).fetchone(), sql))[0] for sql in left
        ]
