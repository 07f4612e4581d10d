"""The outbox read back: what became of a story for one chat."""

from datetime import datetime

from storage import chats
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, StoryId
from storage.outbox import queue, reports
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Rendered
from storage.sql import Connection

ANNA, GROUP = ChatId(1001), ChatId(-5)


def test_a_message_is_traced_to_its_story_in_its_own_chat_only(
    connection: Connection, now: datetime
) -> None:
    for chat_id in (ANNA, GROUP):
        chats.see_chat(connection, Chat(chat_id, ChatKind.GROUP), now)
    alert = NewDelivery(ANNA, NO_THREAD, DeliveryKind.NOTICE, "x", StoryId(7), Rendered("x"))
    queue.enqueue(connection, [alert], now)
    connection.conn.execute("update deliveries set message_id = 55")
    owed = reports.of_message(connection, ANNA, 55)
    assert owed is not None
    assert StoryId(7) == owed.story_id
    assert reports.of_message(connection, GROUP, 55) is None
    assert (owed,) == reports.of_story(connection, ANNA, StoryId(7))
    assert (owed,) == reports.of_chat(connection, ANNA)
