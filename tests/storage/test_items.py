"""Items are known again by any of their keys, for good."""

from datetime import timedelta

from storage import items
from storage.items import EditedItem, KnownItem, LearntKey
from storage.model import ItemId, ItemImage, StoryId
from storage.sql import Connection
from tests.storage import rows


def test_an_item_is_known_by_each_of_its_keys_in_its_own_feed_only(
    connection: Connection,
) -> None:
    feed = rows.feed(connection)
    other = rows.feed(connection, "https://herald.example/rss")
    rows.told(connection, feed, rows.new_item(1, keys=("guid", "link")))
    one = KnownItem(
        ItemId(1),
        StoryId(1),
        "Headline 1",
        "",
        "https://courier.example/1",
        url_key="courier.example/1",
        external_id="guid-1",
        lang="en",
        first_seen=rows.NOON,
    )
    assert {"guid": one, "link": one} == items.known(connection, feed, ["guid", "link", "new"])
    assert {} == items.known(connection, other, ["guid", "link"])


def test_a_key_outlives_its_item(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1, keys=("guid",)))
    connection.conn.execute("delete from items")
    assert ItemId(1) == items.known(connection, feed, ["guid"])["guid"].id


def test_a_learnt_key_leads_to_the_item_and_never_moves(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1), rows.new_item(2))
    items.learn(connection, feed, [LearntKey("page", ItemId(1)), LearntKey("page", ItemId(2))])
    assert ItemId(1) == items.known(connection, feed, ["page"])["page"].id


def test_a_key_used_again_leads_to_the_newest_item(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1, keys=("page",)), rows.new_item(2, keys=("page",)))
    assert ItemId(2) == items.known(connection, feed, ["page"])["page"].id


def test_thousands_of_keys_are_looked_up_in_one_call(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, *(rows.new_item(n) for n in range(1, 1202)))
    found = items.known(connection, feed, [f"guid-{n}" for n in range(1, 5000)])
    assert 1201 == len(found)


def test_an_edit_changes_the_words_and_says_when(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1))
    later = rows.NOON + timedelta(hours=1)
    edited = EditedItem(
        ItemId(1), StoryId(1), "Better headline", "More", "https://x.example/1", "x.example/1", ""
    )
    items.edit(connection, [edited], later)
    [(item, url)] = items.every(connection)
    assert ("Better headline", "More", later) == (item.title, item.summary, item.updated_at)
    assert later == item.headline_at
    assert url == "https://courier.example/rss"


def test_an_items_picture_is_kept_until_an_edit_has_another(connection: Connection) -> None:
    feed = rows.feed(connection)
    first, other = (
        ItemImage("https://x.example/a.jpg", 640, 360),
        ItemImage("https://x.example/b.jpg"),
    )
    rows.told(connection, feed, rows.new_item(1, image=first), rows.new_item(2))
    assert [first, None] == [item.image for item, _ in items.every(connection)]
    edited = EditedItem(ItemId(1), StoryId(1), "Headline 1", "", "", "", "", image=other)
    items.edit(connection, [edited], rows.NOON)
    assert [other, None] == [item.image for item, _ in items.every(connection)]


def test_an_edit_of_the_text_alone_leaves_the_headlines_time(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1))
    edited = EditedItem(
        ItemId(1), StoryId(1), "Headline 1", "More", "https://x.example/1", "x.example/1", ""
    )
    items.edit(connection, [edited], rows.NOON + timedelta(hours=1))
    [(item, _)] = items.every(connection)
    assert (None, rows.NOON) == (item.retitled_at, item.headline_at)


def test_no_id_is_given_twice(connection: Connection) -> None:
    assert (0, 0) == items.last_ids(connection)
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(7), rows.new_item(8, story=7))
    assert (8, 7) == items.last_ids(connection)


def test_items_come_in_the_order_asked(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1), rows.new_item(2))
    found = items.by_ids(connection, [ItemId(2), ItemId(9), ItemId(1)])
    assert [2, 1] == [item.id for item in found]
