"""A story is all its tellings in order, and its id never points nowhere."""

from datetime import timedelta

from storage import chats, stories
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, ItemId, StoryId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery
from storage.sql import Connection
from tests.storage import rows


def test_tellings_stand_in_the_order_they_were_told(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(
        connection,
        feed,
        rows.new_item(1, published=rows.NOON),
        rows.new_item(2, story=1, published=rows.NOON - timedelta(hours=2)),
    )
    story = stories.get(connection, StoryId(1))
    assert story is not None
    assert [2, 1] == [item.id for item in story.items]
    assert rows.NOON - timedelta(hours=2) == story.first_at


def test_a_merged_storys_id_leads_to_where_its_tellings_went(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, *(rows.new_item(n) for n in (1, 2, 3)))
    stories.move(connection, [ItemId(2)], StoryId(1), rows.NOON)
    stories.move(connection, [ItemId(1), ItemId(2)], StoryId(3), rows.NOON)
    assert StoryId(3) == stories.current(connection, StoryId(2))
    found = stories.get(connection, StoryId(1))
    assert found is not None
    assert {1, 2, 3} == {item.id for item in found.items}


READER = ChatId(5)


def met(connection: Connection) -> None:
    """Have three stories told and a reader to tell them."""
    rows.told(connection, rows.feed(connection), *(rows.new_item(n) for n in (1, 2, 3)))
    chats.see_chat(connection, Chat(READER, ChatKind.PRIVATE), rows.NOON)


def test_a_mute_survives_every_merge(connection: Connection) -> None:
    met(connection)
    chats.mute(connection, READER, StoryId(2))
    stories.join(connection, StoryId(2), StoryId(1), rows.NOON)
    assert chats.mutes(connection, READER, StoryId(1))
    stories.join(connection, StoryId(1), StoryId(3), rows.NOON)
    assert {StoryId(3)} == chats.muted(connection, READER)


def test_two_mutes_of_what_becomes_one_story_are_one(connection: Connection) -> None:
    met(connection)
    for story in (1, 2):
        chats.mute(connection, READER, StoryId(story))
    stories.join(connection, StoryId(2), StoryId(1), rows.NOON)
    chats.unmute(connection, READER, StoryId(1))
    assert set() == chats.muted(connection, READER)


def test_what_was_told_of_a_story_is_told_of_the_one_it_became(connection: Connection) -> None:
    met(connection)
    alerts = [
        NewDelivery(READER, NO_THREAD, DeliveryKind.ALERT, f"s{n}", StoryId(n)) for n in (2, 1)
    ]
    assert 1 == queue.enqueue(connection, alerts[:1], rows.NOON)
    stories.join(connection, StoryId(2), StoryId(1), rows.NOON)
    assert 0 == queue.enqueue(connection, alerts[1:], rows.NOON)


def test_a_story_split_off_again_lives_under_its_own_id(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1), rows.new_item(2))
    stories.move(connection, [ItemId(2)], StoryId(1), rows.NOON)
    stories.move(connection, [ItemId(2)], StoryId(2), rows.NOON)
    assert StoryId(2) == stories.current(connection, StoryId(2))
    assert [1, 1] == [len(story.items) for story in stories.every(connection)]


def test_an_unknown_id_is_no_story(connection: Connection) -> None:
    assert stories.get(connection, StoryId(5)) is None


def test_the_most_told_stories_come_first(connection: Connection) -> None:
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1), rows.new_item(2), rows.new_item(3, story=2))
    window = (rows.NOON - timedelta(hours=1), rows.NOON + timedelta(seconds=1))
    assert [2, 1] == stories.between(connection, *window)
    assert [] == stories.between(connection, window[1], window[1] + timedelta(days=1))


def test_old_news_that_came_with_a_new_feed_is_no_news_of_the_window(
    connection: Connection,
) -> None:
    feed = rows.feed(connection)
    week_old = rows.new_item(1, published=rows.NOON - timedelta(days=7))
    late = rows.new_item(2, published=rows.NOON - timedelta(hours=3))
    rows.told(connection, feed, week_old, late)
    window = (rows.NOON - timedelta(hours=1), rows.NOON + timedelta(seconds=1))
    assert [2] == stories.between(connection, *window)
