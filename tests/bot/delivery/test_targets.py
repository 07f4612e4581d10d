"""Where people read: every refusal of a target has its consequence, and settings survive all."""

from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox import ADMIN_ID, ANNA_ID
from bot.sandbox.botapi.faults import Fault
from storage import chats, meta, subscriptions
from storage.database import Database
from storage.model import NO_THREAD, ChatId, Mode, StoryId, ThreadId
from storage.outbox import queue
from storage.outbox.deliveries import (
    DeliveryKind,
    DeliveryState,
    DigestPart,
    NewDelivery,
    Payload,
    Rendered,
    Sentence,
)
from tests.bot.delivery.kit import ANNA, Room, another_outlet_tells, opened

GONE = [
    "Forbidden: bot was blocked by the user",
    "Forbidden: user is deactivated",
    "Forbidden: bot was kicked from the supergroup chat",
    "Forbidden: bot is not a member of the channel chat",
    "Forbidden: bot can't initiate conversation with a user",
    "Forbidden: the group chat was deleted",
    "Bad Request: USER_IS_BLOCKED",
    "Bad Request: INPUT_USER_DEACTIVATED",
    "Bad Request: CHANNEL_PRIVATE",
    "Bad Request: chat is deactivated",
]
SHUT = [
    "Bad Request: chat not found",
    "Bad Request: need administrator rights in the channel chat",
    "Bad Request: not enough rights to send text messages to the chat",
    "Bad Request: have no rights to send a message",
    "Bad Request: CHAT_WRITE_FORBIDDEN",
    "Bad Request: CHAT_RESTRICTED",
    "Bad Request: have no write access to the chat",
    "Bad Request: CHAT_GUEST_SEND_FORBIDDEN",
    "Bad Request: CHANNEL_INVALID",
    "Bad Request: CHAT_ONLY_ON_SUNDAYS",
]
POISON = [
    "Bad Request: can't parse entities: Unsupported start tag",
    "Bad Request: message is too long",
    "Bad Request: message text is empty",
    "Bad Request: BUTTON_DATA_INVALID",
    "Bad Request: BUTTON_URL_INVALID",
    "Bad Request: REPLY_MARKUP_TOO_LONG",
    "Bad Request: ENTITIES_TOO_LONG",
    "Bad Request: something Telegram will say next year",
]


@pytest.mark.parametrize("description", GONE)
async def test_a_chat_that_lost_us_is_marked_and_left_alone(here: Room, description: str) -> None:
    here.box.faults.fail("sendMessage", 400 if "Bad" in description else 403, description)
    await here.tell(1, 2)
    await here.deliver()
    await here.tell(3)
    await here.deliver(hours=2)
    chat = await here.chat()
    assert (False, True) == (chat.active, bool(chat.gone_why))
    assert len(here.box.calls.of("sendMessage")) == 1
    assert [("failed",), ("failed",)] == await here.rows("state")


async def test_a_chat_that_returns_goes_on_with_its_settings(here: Room) -> None:
    await here.db.write(_set, ANNA, language="ru", alerts_per_hour=7)
    await here.db.write(_subscribe, ANNA, "astana")
    here.box.telegram.block(ANNA_ID)
    await here.tell(1)
    await here.deliver()
    here.box.telegram.unblock(ANNA_ID)
    await here.db.write(queue.back, ANNA, here.clock())
    await here.tell(2)
    await here.deliver()
    chat = await here.chat()
    assert ("ru", 7, True) == (chat.language, chat.alerts_per_hour, chat.active)
    assert here.said() == ["Headline 2 · на английском"]
    assert len(await here.db.read(subscriptions.of_chat, ANNA)) == 1


@pytest.mark.parametrize("description", SHUT)
async def test_a_target_that_refuses_is_let_alone_for_an_hour_and_tried_again(
    here: Room, description: str
) -> None:
    here.box.faults.fail("sendMessage", 400, description)
    await here.tell(1)
    await here.deliver()
    await here.tell(2)
    await here.deliver(minutes=30)
    assert len(here.box.calls.of("sendMessage")) == 1
    here.clock.forward(minutes=31)
    await here.tell(3)
    await here.deliver()
    assert here.said() == ["Headline 3"]
    assert (await here.chat()).active


async def test_a_target_that_refuses_for_a_week_counts_as_gone(here: Room) -> None:
    here.box.faults.fail("sendMessage", 400, "Bad Request: chat not found", times=None)
    for story in range(1, 400):
        if not (await here.chat()).active:
            break
        await here.tell(story)
        await here.deliver(hours=1)
    assert not (await here.chat()).active
    assert len(here.box.calls.of("sendMessage")) == 10


@pytest.mark.parametrize("description", POISON)
async def test_poison_is_said_more_plainly_then_set_aside_and_never_blocks(
    here: Room, description: str
) -> None:
    here.box.faults.fail("sendMessage", 400, description, times=3)
    await here.tell(1, 2)
    await here.deliver()
    told = [call.params for call in here.box.calls.of("sendMessage")]
    assert ["HTML", None, None, "HTML"] == [one.get("parse_mode") for one in told]
    assert [True, True, False] == ["reply_markup" in one for one in told[:3]]
    assert told[2]["text"] == "Headline 1\nhttps://courier.example/1"
    assert here.said() == ["Headline 2"]
    row = await here.row("s1")
    assert (DeliveryState.FAILED, True) == (row.state, bool(row.reason))


async def test_html_that_telegram_cannot_read_goes_out_plain(here: Room) -> None:
    here.box.faults.fail("sendMessage", 400, POISON[0])
    await here.tell(1)
    await here.deliver()
    (message,) = here.messages()
    assert message.text.startswith("Headline 1")
    assert message.entities == ()


async def test_a_group_that_became_a_supergroup_keeps_everything(here: Room) -> None:
    group = await here.meet(here.box.group_id, language="ru")
    await here.db.write(_subscribe, group, "astana")
    new = here.box.telegram.migrate(group)
    await here.tell(1, 2, chat=group)
    await here.deliver()
    chat = await here.chat(new)
    assert (new, "ru") == (chat.id, chat.language)
    assert await here.db.read(chats.get, group) is None
    assert here.said(new) == ["Headline 1 · на английском", "Headline 2 · на английском"]
    assert len(await here.db.read(subscriptions.of_chat, ChatId(new))) == 1


async def test_whoever_remembers_the_old_id_still_reaches_the_chat(here: Room) -> None:
    group = await here.meet(here.box.group_id)
    new = here.box.telegram.migrate(group)
    await here.tell(1, chat=group)
    await here.deliver()
    await here.tell(2, chat=group)
    await here.deliver()
    assert here.said(new) == ["Headline 1", "Headline 2"]


async def test_a_deleted_topic_falls_back_to_the_chat(here: Room) -> None:
    forum, topic = await _forum(here)
    await here.db.write(_subscribe, forum, "astana", topic)
    here.box.telegram.delete_topic(forum, topic)
    await here.tell(1, 2, chat=forum, thread=topic)
    await here.deliver()
    (subscription,) = await here.db.read(subscriptions.of_chat, forum)
    *told, said = here.said(forum)
    assert sorted([*told, said])[:2] == ["Headline 1", "Headline 2"]
    (notice,) = [one.text for one in here.messages(forum) if "was deleted" in one.text]
    assert f"/{topic} was deleted" in notice
    assert NO_THREAD == subscription.thread_id


async def test_a_closed_topic_is_let_alone_while_the_others_go_on(here: Room) -> None:
    forum, topic = await _forum(here)
    here.box.telegram.close_topic(forum, topic)
    await here.tell(1, chat=forum, thread=topic)
    await here.deliver()
    await here.tell(2, chat=forum, thread=topic)
    await here.tell(2, chat=forum)
    await here.deliver()
    closed, headline = sorted(here.messages(forum), key=lambda one: one.text, reverse=True)
    assert headline.text.startswith("Headline 2")
    assert f"A topic that I write to is closed: https://t.me/c/{-forum - 10**12}/{topic}" in (
        closed.text
    )
    assert ["", "", "shut", "topic closed"] == sorted(one for (one,) in await here.rows("reason"))
    here.box.telegram.close_topic(forum, topic, closed=False)
    here.clock.forward(hours=2)
    await here.tell(3, chat=forum, thread=topic)
    await here.deliver()
    assert here.said(forum)[-1] == "Headline 3"


async def test_a_hidden_general_topic_is_tried_once_while_the_others_go_on(here: Room) -> None:
    forum, topic = await _forum(here)
    here.box.faults.fail("sendMessage", 400, "Bad Request: TOPIC_HIDDEN")
    await here.tell(1, chat=forum)
    await here.deliver()
    await here.tell(2, chat=forum)
    await here.tell(3, chat=forum, thread=topic)
    await here.deliver()
    assert here.said(forum) == ["Headline 3"]
    assert len(here.box.calls.of("sendMessage")) == 2
    here.clock.forward(hours=2)
    await here.tell(4, chat=forum)
    await here.deliver()
    assert here.said(forum)[-1] == "Headline 4"


async def test_a_closed_topic_is_told_once_until_it_was_open_again(here: Room) -> None:
    forum, topic = await _forum(here)

    async def digest(number: int) -> None:
        one = NewDelivery(
            forum, ThreadId(topic), DeliveryKind.DIGEST, f"d{number}", payload=DigestPart("News")
        )
        await here.db.write(queue.enqueue, [one], here.clock())
        await here.deliver()
        here.clock.forward(days=1)

    for number, closed in enumerate([True, True, True, False, True, True]):
        here.box.telegram.close_topic(forum, topic, closed=closed)
        await digest(number)
        await here.deliver(minutes=1)
    said = here.said(forum)
    assert 2 == len([one for one in said if "is closed" in one])
    assert "News" in said


async def test_a_closed_general_topic_is_not_told_to_itself(here: Room) -> None:
    forum, _ = await _forum(here)
    here.box.faults.add(Fault("sendMessage", code=400, description="Bad Request: TOPIC_CLOSED"))
    await here.tell(1, chat=forum)
    await here.deliver()
    assert ["alert"] == [kind for (kind,) in await here.rows("kind")]


async def test_a_channels_owner_is_told_that_it_refuses(here: Room) -> None:
    owner = await here.meet(ADMIN_ID)
    channel = await here.meet(here.box.channel_id, owner_id=owner, title="Steppe Briefing")
    here.box.faults.fail(
        "sendMessage", 400, "Bad Request: need administrator rights in the channel chat"
    )
    await here.tell(1, chat=channel)
    await here.deliver()
    await here.deliver()
    assert len(here.messages(ADMIN_ID)) == 1


async def test_a_revoked_token_stops_everything_and_is_told_until_it_is_valid_again(
    here: Room,
) -> None:
    here.box.faults.fail("*", 401, "Unauthorized", times=None)
    await here.tell(1)
    for _ in range(100):
        await here.deliver(seconds=10)
    assert not here.deliverer.token_is_valid
    assert (await here.chat()).active
    assert (await here.row("s1")).state is DeliveryState.QUEUED
    here.box.faults.clear()
    await here.deliver(minutes=30)
    assert here.deliverer.token_is_valid


async def test_a_new_bot_goes_on_where_the_old_one_was(here: Room, db: Database) -> None:
    await here.tell(1)
    await here.deliver()
    await here.tell(2)
    await db.write(queue.grown, StoryId(1), here.clock())
    await db.write(meta.put, "bot_id", "1")
    async with opened(db, here.box, here.clock) as again:
        await again.deliver(minutes=10)
        assert again.said() == ["Headline 1", "Headline 2"]
        assert len(again.box.calls.of("editMessageText")) == 0


async def test_an_edit_of_a_deleted_message_is_given_up(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    here.box.faults.fail("editMessageText", 400, "Bad Request: message to edit not found")
    for item in (101, 102, 103):
        await another_outlet_tells(here, 1, item)
        await here.deliver(minutes=5)
    assert len(here.box.calls.of("editMessageText")) == 1


async def test_a_notice_and_a_broadcast_are_said_as_they_were_frozen(here: Room) -> None:
    delivery = [
        _frozen(DeliveryKind.BROADCAST, "b1", Rendered("<b>Hello</b> all")),
        _frozen(DeliveryKind.NOTICE, "n1", Sentence("digest.quiet")),
    ]
    await here.db.write(queue.enqueue, delivery, here.clock())
    await here.deliver()
    assert here.said()[1] == "Hello all"


def _frozen(kind: DeliveryKind, subject: str, payload: Payload) -> NewDelivery:
    return NewDelivery(ANNA, NO_THREAD, kind, subject, payload=payload)


async def _forum(here: Room) -> tuple[ChatId, int]:
    box = here.box.telegram
    chat = box.create_chat("Forum", "supergroup", owner=ADMIN_ID, forum=True)
    forum = await here.meet(chat.id)
    return forum, box.open_topic(chat.id, "Kazakhstan").id


def _set(db: Any, chat_id: ChatId, **changes: Any) -> None:
    chats.change(db, chat_id, **changes)


def _subscribe(db: Any, chat_id: ChatId, query: str, thread: int = 0) -> None:
    subscriptions.add(
        db,
        chat_id=chat_id,
        thread_id=ThreadId(thread),
        query=query,
        mode=Mode.INSTANT,
        now=replace(chats.get(db, chat_id)).created_at,
    )
