"""Identity's memory in rows: of what lives, and of texts told before."""

from datetime import timedelta

from storage import fingerprints, stories
from storage.fingerprints import KeptFeatures, OldText
from storage.model import ItemId, StoryId
from storage.sql import Connection
from tests.storage import rows

WEEK = timedelta(days=7)


def test_what_lives_is_what_has_a_row_or_is_young(connection: Connection) -> None:
    feed = rows.feed(connection)
    long_ago = rows.NOON - 2 * WEEK
    rows.told(connection, feed, rows.new_item(1), rows.new_item(2), now=long_ago)
    rows.told(connection, feed, rows.new_item(3), rows.new_item(4, published=long_ago))
    kept = KeptFeatures(ItemId(1), b"\x01", b"\x02")
    fingerprints.keep(connection, [kept])
    found = fingerprints.living(connection, rows.NOON - WEEK, rows.NOON)
    assert ([1, 3], [1, 3]) == tuple(map(list, found))
    assert {1: kept} == fingerprints.tellings(connection, 1, 3)


def test_a_telling_goes_with_its_story_and_leaves_its_mark(connection: Connection) -> None:
    rows.told(connection, rows.feed(connection), rows.new_item(1), rows.new_item(2))
    fingerprints.keep(
        connection, [KeptFeatures(ItemId(1), b"\x01"), KeptFeatures(ItemId(2), b"\x02")]
    )
    old = OldText(5, 77, StoryId(1), rows.NOON)
    fingerprints.forget(connection, [ItemId(1)], [old])
    after = rows.NOON + timedelta(hours=1)
    assert ([2], [2]) == tuple(map(list, fingerprints.living(connection, after, after)))
    assert [old] == fingerprints.old_texts(connection, -1, 9)


def test_a_place_holds_one_text(connection: Connection) -> None:
    for mark in (77, 78):
        fingerprints.forget(connection, [], [OldText(5, mark, StoryId(1), rows.NOON)])
    assert [78] == [one.mark for one in fingerprints.old_texts(connection, -1, 9)]


def test_an_old_text_follows_its_story_where_it_was_joined(connection: Connection) -> None:
    rows.told(connection, rows.feed(connection), rows.new_item(1), rows.new_item(2))
    fingerprints.forget(connection, [ItemId(1)], [OldText(5, 77, StoryId(1), rows.NOON)])
    stories.join(connection, StoryId(1), StoryId(2), rows.NOON)
    assert [2] == [one.story_id for one in fingerprints.old_texts(connection, -1, 9)]


def test_a_telling_goes_with_its_item(connection: Connection) -> None:
    rows.told(connection, rows.feed(connection), rows.new_item(1))
    fingerprints.keep(connection, [KeptFeatures(ItemId(1), b"\x01")])
    connection.conn.execute("delete from items")
    assert [(0,)] == list(connection.conn.execute("select count(*) from tellings"))


def test_meaning_stands_beside_the_features_and_goes_with_them(connection: Connection) -> None:
    rows.told(connection, rows.feed(connection), rows.new_item(1), rows.new_item(2))
    fingerprints.keep(
        connection, [KeptFeatures(ItemId(1), b"\x01"), KeptFeatures(ItemId(2), b"\x02")]
    )
    meant = [(ItemId(1), b"mark\x05\x06"), (ItemId(2), b"kram\x07"), (ItemId(9), b"mark\x08")]
    fingerprints.keep_vectors(connection, meant)
    assert [(1, b"\x05\x06")] == fingerprints.vectors(connection, b"mark")
    fingerprints.keep(connection, [KeptFeatures(ItemId(1), b"\x03")])
    assert [(1, b"\x05\x06")] == fingerprints.vectors(connection, b"mark")
    fingerprints.forget(connection, [ItemId(1)], [])
    assert [] == fingerprints.vectors(connection, b"mark")
