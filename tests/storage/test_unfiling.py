"""Removed items leave the index, by whichever door they went, and take no hit's place."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlite_utils

from storage import feeds, search, stories, unfiling
from storage.database import connect
from storage.migrations import migrations
from storage.model import FeedId, ItemId, StoryId
from storage.sql import Connection
from tests.storage.rows import NOON, feed, new_item, told

KEPT, GONE = 3, 8
"""How many items stay, and how many newer ones go."""


def archive(db: Connection) -> tuple[FeedId, FeedId]:
    """File items of a feed that stays, then those of one that will go."""
    stays, goes = feed(db), feed(db, "https://oasis.example/rss")
    for number in range(1, KEPT + GONE + 1):
        told(db, stays if number <= KEPT else goes, new_item(number))
        search.index(db, ItemId(number), f"s:газ n:{number} f:lang:ru")
    return stays, goes


def filed(db: Connection) -> set[int]:
    """Return the ids that the index has anything of."""
    return {row[0] for row in db.conn.execute("select distinct doc from item_vocabulary")}


def remove(db: Connection, stays: FeedId, goes: FeedId) -> None:
    feeds.remove(db, goes)


def remove_its_source(db: Connection, stays: FeedId, goes: FeedId) -> None:
    source = feed(db, "https://source.example/rss")
    db.conn.execute("update feeds set fallback_of = ? where id = ?", (source, goes))
    feeds.remove(db, source)


def find_it_twice(db: Connection, stays: FeedId, goes: FeedId) -> None:
    [there] = [one for one in feeds.every(db) if one.id == stays]
    assert feeds.drop_second(db, goes, there.url) is not None


def drop_items(db: Connection, stays: FeedId, goes: FeedId) -> None:
    db.conn.execute("delete from items where feed_id = ?", (goes,))


DOORS = (remove, remove_its_source, find_it_twice, drop_items)
Door = Callable[[Connection, FeedId, FeedId], None]


@pytest.mark.parametrize("door", DOORS)
def test_what_is_left_is_found_however_many_newer_items_are_gone(
    connection: Connection, door: Door
) -> None:
    door(connection, *archive(connection))

    found = search.hits(connection, '"s:газ"', limit=2)

    assert [3, 2] == [hit.item_id for hit in found]


@pytest.mark.parametrize("door", DOORS)
def test_a_pass_takes_out_all_that_is_gone_and_nothing_else(
    connection: Connection, door: Door
) -> None:
    door(connection, *archive(connection))

    assert walked(connection)

    assert {1, 2, 3} == filed(connection)
    assert (3, 2, 1) == search.search(connection, '"s:газ" AND "f:lang:ru"')
    sound(connection)
    assert not unfiling.some(connection)


def sound(db: Connection) -> None:
    """Raise where the index does not hold together."""
    db.conn.execute("insert into item_words(item_words) values ('integrity-check')")


def test_an_item_that_was_indexed_twice_leaves_with_its_old_words_too(
    connection: Connection,
) -> None:
    door, (stays, goes) = drop_items, archive(connection)
    search.index(connection, ItemId(KEPT + 1), "s:уран")
    door(connection, stays, goes)

    walked(connection)

    assert {1, 2, 3} == filed(connection)


def walked(db: Connection, steps: int = 1_000) -> bool:
    """Do so many steps of a pass; return whether it came to its end."""
    while steps and unfiling.some(db):
        steps -= 1
    return steps > 0


@pytest.fixture(params=[1, 2, 7, 2_000])
def at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Walk in steps that end anywhere: between words, and in the midst of one."""
    monkeypatch.setattr(unfiling, "ENTRIES_A_STEP", request.param)
    monkeypatch.setattr(unfiling, "ITEMS_A_STEP", 3)
    return int(request.param)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("steps", range(0, 40, 3))
def test_a_pass_that_is_cut_off_goes_on_and_leaves_to_the_next_what_went_meanwhile(
    connection: Connection, steps: int
) -> None:
    _, goes = archive(connection)
    drop_items(connection, goes, goes)
    has_begun = steps > 0
    has_ended = walked(connection, steps)
    connection.conn.execute("delete from items where id = 1")

    assert walked(connection)
    assert ({1, 2, 3} if has_begun and not has_ended else {2, 3}) == filed(connection)
    assert walked(connection)

    assert {2, 3} == filed(connection)
    assert [] == connection.conn.execute("select * from removed_items").fetchall()
    sound(connection)


def test_more_entries_than_the_index_counts_rows_can_go(connection: Connection) -> None:
    """A word at a time: FTS5 calls an index corrupt from which more rows went than came."""
    archive(connection)
    drop_items(connection, FeedId(1), FeedId(2))
    drop_items(connection, FeedId(1), FeedId(1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(unfiling, "ENTRIES_A_STEP", 1)
        assert walked(connection)
    assert set() == filed(connection)
    sound(connection)


def test_what_an_older_version_left_in_the_index_goes_too(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    older = sqlite_utils.Database(path)
    migrations.apply(older, stop_before="m029_owed")
    older.conn.execute("pragma foreign_keys = on")
    stays, goes = feed(older), feed(older, "https://oasis.example/rss")
    for number in range(1, KEPT + GONE + 1):
        stories.open_new(older, StoryId(number), NOON)
        older.conn.execute(  # an older version's columns
            "insert into items(id, feed_id, story_id, external_id, url, url_key, title, summary,"
            " lang, first_seen) values (:n, :feed, :n, '', '', '', 'Headline', '', 'en', 0)",
            {"n": number, "feed": stays if number <= KEPT else goes},
        )
        search.index(older, ItemId(number), f"s:газ n:{number} f:lang:ru")
    # As an older version removed a feed.
    older.conn.execute("insert into facts(name, value) values ('last_item', ?)", (KEPT + GONE,))
    older.conn.execute("delete from feeds where id = ?", (goes,))
    older.conn.commit()
    assert KEPT + GONE == len(search.search(older, '"s:газ"'))
    older.close()

    opened = connect(path)
    assert [3, 2, 1] == [hit.item_id for hit in search.hits(opened, '"s:газ"', limit=9)]
    walked(opened)
    assert {1, 2, 3} == filed(opened)
    opened.close()


def test_a_fresh_archive_has_nothing_to_take_out(connection: Connection) -> None:
    assert not unfiling.some(connection)
    told(connection, feed(connection), new_item(1))
    assert not unfiling.some(connection)
