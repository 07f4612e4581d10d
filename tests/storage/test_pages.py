"""Pages that are looked at again: which, how many, and what a look changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import items, pages
from storage.model import FeedId, ItemId
from storage.pages import ArticlePage, Watch
from storage.sql import Connection, to_ms
from tests.storage import rows

NOON = rows.NOON
ASKED_FOR = """
insert into matches(query, item_id, story_id, seen_at)
    select 'q' || :by, min(id), story_id, first_seen from items where story_id = :story
"""


@pytest.fixture
def feed(connection: Connection) -> FeedId:
    feed = rows.feed(connection)
    connection.conn.execute("update feeds set status = 'ok'")
    connection.conn.execute("insert into chats(id, kind, created_at) values (7, 'private', 0)")
    for query in range(1, 4):
        connection.conn.execute(
            "insert into subscriptions(id, chat_id, query, created_at) values (?, 7, ?, 0)",
            (query, f"q{query}"),
        )
    return feed


def asked_for(db: Connection, story: int, times: int = 1) -> None:
    for by in range(1, times + 1):
        db.conn.execute(ASKED_FOR, {"by": by, "story": story})


def wanted(db: Connection, **later: float) -> list[int]:
    return [page.item_id for page in pages.wanted(db, NOON + timedelta(**later))]


def take_up(db: Connection, *found: ArticlePage, due: timedelta = timedelta(0)) -> None:
    pages.take_up(db, [Watch(page, NOON + due) for page in found], NOON)


def due(db: Connection, most: int = 100, **later: float) -> list[int]:
    return [one.page.item_id for one in pages.due(db, NOON + timedelta(**later), most)]


def test_only_pages_of_stories_that_readers_asked_for_are_taken_up(
    connection: Connection, feed: FeedId
) -> None:
    rows.told(connection, feed, *(rows.new_item(number) for number in (1, 2, 3)))
    asked_for(connection, 2)
    asked_for(connection, 3, times=3)
    assert [3, 2] == wanted(connection)  # what most asked for first
    take_up(connection, *pages.wanted(connection, NOON))
    assert [] == wanted(connection)


def test_of_a_story_the_first_page_of_each_of_its_first_outlets_is(
    connection: Connection, feed: FeedId
) -> None:
    rows.told(connection, feed, rows.new_item(1), rows.new_item(2, 1))
    for number in range(3, 8):
        other = rows.feed(connection, f"https://o{number}.example/rss")
        rows.told(connection, other, rows.new_item(number, 1))
    asked_for(connection, 1)
    assert [4, 3, 1] == wanted(connection)


@pytest.mark.parametrize(
    ("change", "hours"),
    [("update feeds set kind = 'telegram'", 1), ("update feeds set kind = 'import'", 1),
     ("update items set url = ''", 1), ("update feeds set title = title", 49)],
    ids=["telegram", "import", "no address", "old"],
)  # fmt: skip
def test_what_has_no_page_or_is_old_is_not(
    connection: Connection, feed: FeedId, change: str, hours: int
) -> None:
    rows.told(connection, feed, rows.new_item(1))
    asked_for(connection, 1)
    assert [1] == wanted(connection, hours=1)
    connection.conn.execute(change)
    assert [] == wanted(connection, hours=hours)


def test_a_day_has_its_number_and_a_host_its_own(connection: Connection, feed: FeedId) -> None:
    for number in range(1, pages.MOST_A_DAY + 60):
        url = f"https://h{number % 5}.example/{number}" if number > 30 else None
        there = {"url": url} if url else {}
        rows.told(connection, feed, rows.new_item(number, **there))
        asked_for(connection, number)
    found = pages.wanted(connection, NOON)
    assert pages.MOST_A_DAY == len(found)
    take_up(connection, *found)
    assert 59 == len(wanted(connection))  # what a host could not bear is left to others
    take_up(connection, *pages.wanted(connection, NOON))
    by_host = connection.conn.execute(
        "select max(n) from (select count(*) as n from page_looks where due_at is not null"
        " group by host)"
    ).fetchone()
    assert (pages.MOST_OF_A_HOST,) == by_host
    assert pages.MOST_A_DAY >= len(due(connection, 1000))


def test_what_was_missed_is_looked_at_first_and_not_while_its_feed_is_ill(
    connection: Connection, feed: FeedId
) -> None:
    rows.told(connection, feed, *(rows.new_item(number) for number in (1, 2, 3)))
    for number in (1, 2, 3):
        asked_for(connection, number)
    take_up(connection, *pages.wanted(connection, NOON), due=timedelta(hours=1))
    assert [] == due(connection)
    connection.conn.execute("update page_looks set missed_at = 1 where item_id = 2")
    assert [2] == due(connection, 1, hours=1)
    assert 3 == len(due(connection, hours=1))
    pages.put_off(connection, "courier.example", NOON + timedelta(hours=2))
    assert [] == due(connection, hours=1)
    assert 3 == len(due(connection, hours=2))
    connection.conn.execute("update feeds set status = 'error'")
    assert [] == due(connection, hours=2)


def test_neighbours_are_older_pages_of_the_same_host_of_which_none_was_missed(
    connection: Connection, feed: FeedId
) -> None:
    rows.told(connection, feed, *(rows.new_item(number) for number in range(1, 9)))
    rows.told(connection, rows.feed(connection, "https://b.example/rss"), rows.new_item(9))
    change = connection.conn.execute
    change("update items set url = 'https://other.example/7' where id = 7")
    change("update items set removed_at = 1 where id = 5")
    change("update items set url = 'https://courier.example/8' where id = 4")
    change("insert into page_looks(item_id, host, taken_at, missed_at) values (3, 'x', 0, 0)")
    [one] = [page for page in every(connection) if page.item_id == 8]
    assert [6, 2] == [page.item_id for page in pages.neighbours(connection, one, 2)]


def every(db: Connection) -> list[ArticlePage]:
    return [
        ArticlePage(one.id, one.story_id, one.feed_id, one.url, one.url_key, one.first_seen)
        for one, _ in items.every(db)
    ]


def test_a_look_changes_the_item_only_where_its_page_went_or_came_back(
    connection: Connection, feed: FeedId
) -> None:
    rows.told(connection, feed, rows.new_item(1))
    [page] = every(connection)
    take_up(connection, page)
    watch = Watch(page, NOON + timedelta(hours=6), 1, NOON)
    gone = replace(watch, looks=2, removed_at=NOON)
    came = replace(gone, missed_at=None, removed_at=None)
    for look, is_told, removed in (
        (watch, False, None), (gone, True, NOON), (gone, False, NOON), (came, True, None),
    ):  # fmt: skip
        assert is_told is pages.record(connection, look, NOON)
        [item] = items.by_ids(connection, [ItemId(1)])
        assert removed == item.removed_at
        [stored] = pages.due(connection, NOON + timedelta(days=1), 5)
        assert look == replace(stored, due_at=look.due_at)


def test_a_page_that_two_feeds_bring_is_removed_for_both(
    connection: Connection, feed: FeedId
) -> None:
    rows.told(connection, feed, rows.new_item(1), rows.new_item(2, 1), rows.new_item(3, 1))
    connection.conn.execute("update items set url = 'https://courier.example/1' where id = 2")
    page = every(connection)[0]
    take_up(connection, page)
    assert pages.record(connection, Watch(page, None, 2, NOON, NOON), NOON)
    stored = items.by_ids(connection, [ItemId(number) for number in (1, 2, 3)])
    assert [NOON, NOON, None] == [item.removed_at for item in stored]


def test_a_page_that_moved_while_it_was_looked_at_was_not_looked_at(
    connection: Connection, feed: FeedId
) -> None:
    rows.told(connection, feed, rows.new_item(1))
    [page] = every(connection)
    take_up(connection, page)
    items.readdress(connection, [items.MovedItem(ItemId(1), "https://courier.example/new", "")])
    assert not pages.record(connection, Watch(page, None, 2, NOON, NOON), NOON)
    [stored] = pages.due(connection, NOON, 5)
    assert (0, None, None) == (stored.looks, stored.missed_at, stored.removed_at)


def test_looks_are_forgotten_after_a_while(connection: Connection, feed: FeedId) -> None:
    rows.told(connection, feed, rows.new_item(1))
    take_up(connection, *every(connection))
    pages.prune(connection, NOON + timedelta(days=14))
    assert [(to_ms(NOON),)] == connection.conn.execute(
        "select taken_at from page_looks"
    ).fetchall()
    pages.prune(connection, NOON + timedelta(days=15))
    assert [] == connection.conn.execute("select taken_at from page_looks").fetchall()
