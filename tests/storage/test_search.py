"""Laws of the full-text index."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlite_utils

from storage import search
from storage.model import FeedId, ItemId
from storage.sql import Connection
from tests.storage.rows import NOON, feed, new_item, told


@pytest.fixture
def db() -> Iterator[sqlite_utils.Database]:
    base = sqlite_utils.Database(memory=True)
    for statement in search.SCHEMA:
        base.execute(statement)
    for at, words in enumerate(
        ["s:газ e:kz", "s:газ", "s:oʼzbek n:16.5", "s:c5+1 f:lang:uz-latn"], 1
    ):
        search.index(base, ItemId(at), words)
    yield base
    base.close()


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ('"s:газ"', (2, 1)),
        ('"s:газ" AND "e:kz"', (1,)),
        ('"s:газ" NOT "e:kz"', (2,)),
        ('"s:oʼzbek"', (3,)),
        ('"n:16.5"', (3,)),
        ('"s:c5+1"', (4,)),
        ('"f:lang:uz-latn"', (4,)),
        ('"s:га"*', (2, 1)),
        ('"s:га"', ()),
        ('"газ"', ()),
    ],
)
def test_keys_are_found_whole_and_newest_first(db, match, expected) -> None:
    assert expected == search.search(db, match)


def test_pages_go_on_below_the_last_id_seen(db) -> None:
    first = search.search(db, '"s:газ"', limit=1)

    assert (2,) == first
    assert (1,) == search.search(db, '"s:газ"', limit=1, before=first[-1])
    assert (2,) == search.search(db, '"s:газ"', after=ItemId(1))


def test_an_item_indexed_again_is_found_by_old_and_new_keys_once(db) -> None:
    search.index(db, ItemId(1), "s:уран")

    assert (1,) == search.search(db, '"s:уран"')
    assert (2, 1) == search.search(db, '"s:газ"')


# --- items within bounds --------------------------------------------------------------------


@pytest.fixture
def archive(connection: Connection) -> Connection:
    """Five items of two feeds, a day between; the last is dated forty hours before it came."""
    feeds = feed(connection), feed(connection, "https://oasis.example/rss")
    for at in range(1, 6):
        came = NOON + timedelta(days=at)
        dated = came - timedelta(hours=40) if at == 5 else None
        told(connection, feeds[at % 2], new_item(at, published=dated), now=came)
        search.index(connection, ItemId(at), "s:газ" if at != 4 else "s:уран")
    return connection


def day(number: int) -> datetime:
    return NOON + timedelta(days=number)


@pytest.mark.parametrize(
    ("match", "bounds", "expected"),
    [
        ('"s:газ"', search.NO_BOUNDS, [5, 3, 2, 1]),
        (None, search.NO_BOUNDS, [5, 4, 3, 2, 1]),
        ('"s:газ"', search.Bounds(since=day(2)), [5, 3, 2]),
        ('"s:газ"', search.Bounds(since=day(3)), [5, 3]),
        ('"s:газ"', search.Bounds(until=day(2)), [1]),
        ('"s:газ"', search.Bounds(since=day(2), until=day(4)), [5, 3, 2]),
        ('"s:газ"', search.Bounds(feeds=frozenset({FeedId(1)})), [2]),
        (None, search.Bounds(feeds=frozenset({FeedId(1)})), [4, 2]),
        (None, search.Bounds(feeds=frozenset({FeedId(2)}), until=day(4)), [5, 3, 1]),
        (None, search.Bounds(feeds=frozenset()), []),
        (None, search.Bounds(since=day(30)), []),
    ],
)
def test_hits_are_told_within_bounds(archive, match, bounds, expected) -> None:
    found = search.hits(archive, match, limit=9, bounds=bounds)

    assert expected == [hit.item_id for hit in found]


def test_an_old_day_is_reached_past_any_number_of_newer_items(archive) -> None:
    """A limit counts what is within bounds, not what is newer."""
    found = search.hits(archive, '"s:газ"', limit=1, bounds=search.Bounds(until=day(2)))

    assert [1] == [hit.item_id for hit in found]


def test_an_old_day_is_reached_past_all_that_came_in_the_days_after_it(
    archive, monkeypatch
) -> None:
    monkeypatch.setattr(search, "LOOKED_AT", 2)
    for at in range(20, 30):
        told(archive, FeedId(1), new_item(at), now=day(3) + timedelta(hours=at))
        search.index(archive, ItemId(at), "s:газ")
    for until, expected in ((day(3), [2, 1]), (day(2), [1]), (day(9), [29, 28])):
        found = search.hits(archive, '"s:газ"', limit=9, bounds=search.Bounds(until=until))
        assert expected == [hit.item_id for hit in found]


def test_of_several_feeds_the_newest_items_come_whichever_feed_told_them(archive) -> None:
    bounds = search.Bounds(feeds=frozenset({FeedId(1), FeedId(2)}))

    assert [5, 4, 3] == [hit.item_id for hit in search.hits(archive, None, limit=3, bounds=bounds)]


def test_a_limit_counts_no_item_that_is_gone(archive) -> None:
    archive.execute("delete from items where id = 5")

    assert [3] == [hit.item_id for hit in search.hits(archive, '"s:газ"', limit=1)]


def test_what_is_counted_of_late_reads_nothing_of_the_years_before(archive) -> None:
    archive.execute("update items set first_seen = first_seen - 9e10 where id < 4")
    asked: list[str] = []
    archive.conn.set_trace_callback(asked.append)
    found = search.all_hits(archive, '"s:газ"', day(5) - timedelta(hours=40))
    archive.conn.set_trace_callback(None)

    assert [5] == [hit.item_id for hit in found]
    assert [True] == ["rowid > 3" in one for one in asked if "item_words match" in one]


def test_entries_before_the_first_item_that_is_there_are_not_read(archive) -> None:
    archive.execute("delete from items where id < 3")

    assert 2 == search._above(archive, None)
    assert [5, 3] == [hit.item_id for hit in search.hits(archive, '"s:газ"', limit=9)]


def test_a_read_that_takes_too_long_ends_with_what_it_found(archive, monkeypatch) -> None:
    monkeypatch.setattr(search, "STEPS", 1)

    assert [] == search.hits(archive, '"s:газ"', limit=9, longest_s=0)
    assert [5, 3, 2, 1] == [
        hit.item_id for hit in search.hits(archive, '"s:газ"', limit=9, longest_s=60)
    ]
    # Nothing of it stays behind, and nothing but its own end is passed over.
    assert 5 == archive.execute("select count(*) from items").fetchone()[0]
    with pytest.raises(sqlite3.OperationalError):
        search.hits(archive, '"s:газ" AND AND', limit=9, longest_s=60)


# --- the index's parts ----------------------------------------------------------------------


def parts(db: Connection) -> int:
    return db.execute("select count(distinct segid) from item_words_idx").fetchone()[0]


def test_parts_of_the_index_are_merged_a_few_pages_at_a_time_and_nothing_is_lost(db) -> None:
    for at in range(5, 40):
        search.index(db, ItemId(at), f"s:газ s:{at}")
    before, found = parts(db), search.search(db, '"s:газ"')
    while search.merge_some(db):
        pass

    assert parts(db) <= before // 2
    assert found == search.search(db, '"s:газ"')
    assert (7,) == search.search(db, '"s:7"')
