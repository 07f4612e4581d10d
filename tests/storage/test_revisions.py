"""Revisions: what items said before, kept once each, bounded, and gone with their item."""

from datetime import timedelta

import pytest

from storage import feeds, items, pages, record, revisions
from storage.items import EditedItem
from storage.model import ItemId, StoryId
from storage.record import Intake
from storage.sql import Connection
from tests.storage import rows

ONE = ItemId(1)


def says(number: int, title: str, summary: str = "") -> EditedItem:
    return EditedItem(
        ItemId(number), StoryId(number), title, summary, f"https://courier.example/{number}",
        f"courier.example/{number}", "s:headline",
    )  # fmt: skip


@pytest.fixture
def feed(connection: Connection) -> int:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1, title="A", summary="a"), rows.new_item(2))
    return feed


def edit(db: Connection, feed: int, at: int, *edited: EditedItem) -> None:
    now = rows.NOON + timedelta(minutes=at)
    record.record(db, Intake(feed, now, edited=edited))  # type: ignore[arg-type]


def kept(db: Connection, story: int = 1) -> list[tuple[str, str, int]]:
    found = revisions.of_story(db, StoryId(story)).get(ItemId(story), ())
    return [
        (one.title, one.summary, (one.until - rows.NOON) // timedelta(minutes=1)) for one in found
    ]


def test_an_edit_keeps_what_stood_before_and_until_when(connection: Connection, feed: int) -> None:
    edit(connection, feed, 1, says(1, "B", "a"))
    edit(connection, feed, 2, says(1, "B", "b"))
    assert [("A", "a", 1), ("B", "a", 2)] == kept(connection)
    assert [] == kept(connection, 2)


def test_what_comes_and_goes_by_turns_is_kept_once(connection: Connection, feed: int) -> None:
    for at in range(1, 7):
        edit(connection, feed, at, says(1, "A" if at % 2 == 0 else "B", "a"))
    assert [("A", "a", 1), ("B", "a", 2)] == kept(connection)


def test_told_twice_in_one_document_the_version_before_the_document_is_kept(
    connection: Connection, feed: int
) -> None:
    edit(connection, feed, 1, says(1, "B"), says(1, "C"))
    assert [("A", "a", 1)] == kept(connection)
    assert ["C"] == [one.title for one in items.by_ids(connection, [ONE])]


def test_the_first_version_and_the_newest_are_kept(connection: Connection, feed: int) -> None:
    for at in range(1, 30):
        edit(connection, feed, at, says(1, f"Read by {at}", "a"))
    found = [title for title, _, _ in kept(connection)]
    newest = [f"Read by {at}" for at in range(29 - revisions.MOST + 1, 29)]
    assert ["A", *newest] == found
    assert revisions.MOST == len(found)


def test_of_a_long_text_the_beginning_is_kept(connection: Connection, feed: int) -> None:
    edit(connection, feed, 1, says(1, "A", "я" * 50_000))
    edit(connection, feed, 2, says(1, "A", "b"))
    assert "я" * revisions.LEAD_UNITS == kept(connection)[-1][1]


def test_versions_and_looks_go_with_their_item(connection: Connection, feed: int) -> None:
    edit(connection, feed, 1, says(1, "B"))
    page = pages.ArticlePage(ONE, StoryId(1), feed, "https://a.example/1", "", rows.NOON)  # type: ignore[arg-type]
    pages.take_up(connection, [pages.Watch(page, rows.NOON)], rows.NOON)
    feeds.remove(connection, feed)  # type: ignore[arg-type]
    for table in ("revisions", "page_looks"):
        assert [(0,)] == connection.conn.execute(f"select count(*) from {table}").fetchall()


def test_what_is_told_again_or_elsewhere_is_not_removed(connection: Connection, feed: int) -> None:
    def removed() -> list[bool]:
        found = items.by_ids(connection, [ONE, ItemId(2)])
        return [one.removed_at is not None for one in found]

    connection.conn.execute("update items set removed_at = 5")
    assert [True, True] == removed()
    edit(connection, feed, 1, says(1, "B"))
    items.readdress(connection, [items.MovedItem(ItemId(2), "https://b.example/2", "b.example/2")])
    assert [False, False] == removed()
    [moved] = items.by_ids(connection, [ItemId(2)])
    assert ("https://b.example/2", "b.example/2") == (moved.url, moved.url_key)
