"""Who was an admin when they bound a channel may be none by now: rights are asked when used."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot

from bot.commands import ANSWERS, BUTTONS, COMMANDS
from bot.context import Audience
from bot.conversation import Ask, Message, Reply, Say
from bot.render.markup import escape
from bot.sandbox.box import PATIENCE_S
from bot.sandbox.telegram.model import Member
from bot.sandbox.telegram.people import ADMIN_ID
from bot.telegram.dispatcher import Dispatcher
from storage import chats, dialogs, subscriptions
from storage.database import Database
from storage.model import Chat, ChatId, ChatKind
from storage.outbox.deliveries import DeliveryKind
from tests.bot.line import on_line
from tests.bot.people import AllManage, Clock, Person, context_of
from tests.bot.pipeline import Pipeline
from tests.bot.telegram.test_dispatcher import Line, texts

OWNER, CHANNEL = ChatId(1001), ChatId(-1001)


@pytest.fixture
async def line(db: Database) -> AsyncIterator[Line]:
    """ADMIN has bound the channel, and manages it from their private chat."""
    room = await Pipeline.opened(db)
    async with on_line(db, editor=room.ingester, clock=Clock()) as (box, context):
        line = Line(box, context, room)
        box.telegram.add_bot(box.channel_id, by=ADMIN_ID)
        name = box.telegram.chats[box.channel_id].username
        await line.says(ADMIN_ID, f"/channel @{name}", "I will write to")
        await line.says(ADMIN_ID, "/settings", "Settings")
        yield line


def later(line: Line) -> None:
    line.context.clock.now += timedelta(minutes=2)  # type: ignore[attr-defined]


async def owner(line: Line) -> Any:
    return (await line.chat(line.box.channel_id)).owner_id


@pytest.mark.parametrize("status", ["member", "left", "kicked"])
@pytest.mark.parametrize("said", ["/settings", "/subscribe Tokayev", "/subscriptions", "/digest"])
async def test_a_former_admin_of_a_channel_is_refused_and_told(
    line: Line, status: Any, said: str
) -> None:
    """Also where Telegram sent no word of it."""
    line.box.telegram.set_member(line.box.channel_id, Member(ADMIN_ID, status))
    later(line)
    await line.says(ADMIN_ID, said, "no more")
    assert await owner(line) is None
    assert await line.context.db.read(dialogs.acting_for, ChatId(ADMIN_ID)) is None
    assert await line.context.db.read(subscriptions.count, ChatId(line.box.channel_id)) == 0


async def test_a_press_of_a_former_admin_saves_nothing(line: Line) -> None:
    offer = await line.says(ADMIN_ID, "/subscribe Tokayev", "How should I let you know?")
    line.box.telegram.set_member(line.box.channel_id, Member(ADMIN_ID, "left"))
    later(line)
    await line.presses(ADMIN_ID, offer, "🔔 Alert at once")
    assert await line.context.db.read(subscriptions.count, ChatId(line.box.channel_id)) == 0
    assert await line.context.db.read(subscriptions.count, ChatId(ADMIN_ID)) == 0


async def test_what_telegram_tells_of_rights_ends_a_binding_at_once(line: Line) -> None:
    line.box.telegram.set_person(line.box.channel_id, ADMIN_ID, "kicked", by=1002)
    async with asyncio.timeout(PATIENCE_S):
        while await owner(line) is not None:  # noqa: ASYNC110 (nothing announces it)
            await asyncio.sleep(0)
    ((chat, kind),) = await line.context.db.read(notices)
    assert (ADMIN_ID, DeliveryKind.NOTICE) == (chat, kind)


def notices(db: Any) -> list[Any]:
    return list(db.conn.execute("select chat_id, kind from deliveries"))


async def test_an_admin_is_asked_about_once_a_minute(line: Line) -> None:
    for asked in (1, 1, 2):
        if asked == 2:
            later(line)
        before = len(texts(line.box, ADMIN_ID))
        line.box.telegram.say(ADMIN_ID, "/subscriptions")
        await line.box.until(lambda: len(texts(line.box, ADMIN_ID)) > before)  # noqa: B023
        assert len(line.box.calls.of("getChatMember")) == asked


async def test_a_right_that_telegram_does_not_tell_is_none_and_the_binding_stays(
    line: Line,
) -> None:
    line.box.faults.fail("getChatMember", 502, "Bad Gateway", times=None)
    later(line)
    await line.says(ADMIN_ID, "/settings", "Try again in a minute")
    assert await owner(line) == ADMIN_ID


async def test_who_is_told_of_no_rights_any_more_can_still_leave(line: Line) -> None:
    """We were removed from the channel: nothing is asked there, and nothing shown."""
    line.box.telegram.kick_bot(line.box.channel_id)
    later(line)
    await line.says(ADMIN_ID, "/settings", "I cannot find a channel")
    assert await owner(line) == ADMIN_ID
    await line.says(ADMIN_ID, "/channel off", "apply to you again")
    await line.says(ADMIN_ID, "/settings", "Settings")


# --- every door -------------------------------------------------------------------------------


async def shown(ask: Ask, context: Any) -> Reply:
    """A handler that shows what it was asked for."""
    del context
    return Say((Message(escape(f"{ask.chat.title}'s secrets")),))


OWN = [
    *(one for one in COMMANDS if one.own and one.audience is Audience.EVERYONE),
    *(one for one in BUTTONS if one.own),
]


@pytest.mark.parametrize("row", OWN, ids=lambda row: getattr(row, "name", None) or row.verb)
async def test_no_own_command_or_button_serves_who_manages_the_channel_no_more(
    db: Database, row: Any
) -> None:
    context = context_of(db, rights=AllManage(False))
    person = await Person.comes(context, OWNER)
    channel = Chat(CHANNEL, ChatKind.CHANNEL, title="Steppe", owner_id=OWNER)
    await db.write(chats.see_chat, channel, context.clock())
    await db.write(dialogs.act_for, OWNER, CHANNEL)
    door = Dispatcher(context, Bot("1:token"))
    ask = await person.ask(chat=channel)
    reply = await door.answered(shown, ask, context, own=row.own)
    assert isinstance(reply, Say)
    assert "no more" in reply.messages[0].html
    assert await db.read(dialogs.acting_for, OWNER) is None


READS_THE_PERSONS_OWN = {"x", "z", "ch", "del", "delz", "export_me", "delete_me"}
"""What changes something and concerns the private chat itself, whatever it speaks for; ``ch`` and
the two about the person's data ask about each channel themselves."""


def test_whatever_changes_a_chat_is_known_to_be_its_own() -> None:
    rows: list[Any] = [*COMMANDS, *BUTTONS]
    names = {getattr(one, "name", None) or one.verb for one in rows if one.changes and not one.own}
    assert READS_THE_PERSONS_OWN == names


def test_whatever_answers_a_question_is_asked_by_a_command_that_is_own_or_an_admins() -> None:
    by_name = {one.name: one for one in COMMANDS}
    for question in ANSWERS:
        command = by_name.get(question)
        free = command is not None and not command.own
        assert not free or question in {"search", "trends"} or (
            command is not None and command.audience is Audience.ADMINS
        ), question  # fmt: skip


@pytest.mark.parametrize("press", ["ch"])
async def test_choosing_a_channel_asks_whether_one_manages_it(db: Database, press: str) -> None:
    context = context_of(db, rights=AllManage(False))
    person = await Person.comes(context, OWNER)
    channel = Chat(CHANNEL, ChatKind.CHANNEL, title="Steppe", owner_id=OWNER)
    await db.write(chats.see_chat, channel, context.clock())
    assert "no more" in await person.sends(f"{press}:{CHANNEL}")
    assert await db.read(chats.owned_by, OWNER) == []


@pytest.mark.parametrize(("manages", "stays"), [(True, False), (False, True), (None, False)])
async def test_who_deletes_their_data_deletes_no_channel_that_they_manage_no_more(
    db: Database, manages: bool | None, stays: bool
) -> None:
    context = context_of(db, rights=AllManage(manages))
    person = await Person.comes(context, OWNER)
    channel = Chat(CHANNEL, ChatKind.CHANNEL, title="Steppe", owner_id=OWNER)
    await db.write(chats.see_chat, channel, context.clock())
    await person.sends("delz")
    kept = await db.read(chats.get, CHANNEL)
    assert stays is (kept is not None)
    assert kept is None or kept.owner_id is None
    assert await db.read(chats.get, OWNER) is None
