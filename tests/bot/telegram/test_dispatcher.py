"""The door to python-telegram-bot, with the real stack on the line to the sandbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, User
from telegram import Chat as TelegramChat

from bot.context import Command, Context, Press
from bot.conversation import Ask, Edit, Reply, Say, Working
from bot.conversation import Message as Said
from bot.render.markup import escape
from bot.sandbox.botapi.faults import Fault
from bot.sandbox.box import PATIENCE_S, Sandbox
from bot.sandbox.telegram.model import ForwardedPost, Member
from bot.sandbox.telegram.people import ADMIN_ID, AIGUL_ID, ANNA_ID
from bot.sandbox.web.views import message_view
from bot.telegram import dispatcher, inbox, menus
from bot.telegram.incoming import Sender, ask_of_message
from storage import chats, database, subscriptions
from storage.database import Database
from storage.errors import NewsError, StorageError
from storage.model import Chat, ChatId, ChatKind
from storage.outbox import queue
from tests.bot.line import on_line
from tests.bot.people import NOW, Feeds
from tests.bot.pipeline import Pipeline
from tests.storage.test_writability import locked
from watchers import addresses
from watchers.discover import Seen
from watchers.fetch import Fetched
from watchers.observe import FeedDocument
from watchers.parse import ParsedFeed
from watchers.text.names import gazetteer


@dataclass
class Line:
    """The sandbox, the context behind the dispatcher, and the newsroom."""

    box: Sandbox
    context: Context
    room: Pipeline

    async def says(self, person: int, text: str, expected: str, **where: Any) -> Any:
        """Let a person write, and wait for an answer that has ``expected`` in it."""
        self.box.telegram.say(person, text, **where)
        return await self.box.message(where.get("chat", person), expected)

    async def presses(self, person: int, message: Any, button: Any = 0, **forged: Any) -> Any:
        """Press a button and wait until the press is acknowledged."""
        press = self.box.telegram.press(person, message, button, **forged)
        await self.box.until(lambda: self.box.telegram.answer_to(press).answered)
        return self.box.telegram.answer_to(press)

    async def chat(self, chat_id: int) -> Any:
        return await self.context.db.read(chats.get, ChatId(chat_id))


def channel_of(title: str) -> Feeds:
    """Whoever reads feeds sees this channel wherever it looks."""

    async def look(typed: str) -> Seen:
        address, _ = addresses.source(typed)
        told = ParsedFeed(title, (), format="telegram")
        return Seen(address, address, FeedDocument(Fetched(address, 200, b""), told, ""))

    return Feeds(look)


@pytest.fixture
async def line(db: Database) -> AsyncIterator[Line]:
    room = await Pipeline.opened(db)
    async with AsyncExitStack() as stack:
        box, context = await stack.enter_async_context(
            on_line(
                db,
                editor=room.ingester,
                admin_ids=frozenset({ADMIN_ID}),
                feeds=channel_of("Steppe"),
            )
        )
        yield Line(box, context, room)


def texts(box: Sandbox, chat_id: int) -> list[str]:
    """What the bot wrote in a chat."""
    return [
        one.text
        for one in box.telegram.messages(chat_id)
        if one.sender_id is None or one.sender_id in box.telegram.bots
    ]


async def test_a_newcomer_is_greeted_in_their_telegram_language(line: Line) -> None:
    line.box.telegram.start(ANNA_ID)
    line.box.telegram.start(AIGUL_ID)
    await line.box.message(ANNA_ID, "one message per event")
    await line.box.message(AIGUL_ID, "одно сообщение на событие")


async def test_a_newcomers_language_puts_their_city_first(line: Line) -> None:
    line.box.telegram.users[ANNA_ID] = replace(
        line.box.telegram.users[ANNA_ID], language_code="ky"
    )
    line.box.telegram.start(ANNA_ID)
    asked = await line.box.message(ANNA_ID, "Кайсы жердесиз?")
    await line.presses(ANNA_ID, asked, "Бишкек")
    chat = await line.chat(ANNA_ID)
    assert ("Asia/Bishkek", False) == (chat.time_zone, chat.zone_assumed)


async def test_a_subscription_is_made_by_pressing_buttons(line: Line) -> None:
    offer = await line.says(ANNA_ID, "/subscribe Tokayev", "How should I let you know?")
    press = await line.presses(ANNA_ID, offer, "🔔 Alert at once")
    assert "Saved" == press.text
    await line.box.message(ANNA_ID, "Watching for “Tokayev”")
    assert 1 == await line.context.db.read(subscriptions.count, ChatId(ANNA_ID))


@pytest.mark.parametrize("instead", ["press", "command", "отмена", "/cancel"])
async def test_a_question_is_over_when_something_else_is_done(line: Line, instead: str) -> None:
    settings = await line.says(ANNA_ID, "/settings", "Settings")
    await line.says(ANNA_ID, "/subscribe", "What should I watch for?")
    if instead == "press":
        await line.presses(ANNA_ID, settings, "🌐 Language")
    elif instead == "command":
        await line.says(ANNA_ID, "/help", "What I can do")
    else:
        await line.says(ANNA_ID, instead, "Cancelled. Nothing was changed.")
    await line.says(ANNA_ID, "uranium", "Nothing found for “uranium”")


async def test_help_names_the_bot_itself_and_every_topic(line: Line) -> None:
    await line.says(ANNA_ID, "/help search", "In any other chat: @SteppeWireBot and a word")
    said = await line.says(ANNA_ID, "/help", "topic:energy")
    refused = await line.says(ANNA_ID, "/search topic:sport", "says nothing to me")
    for topic in gazetteer().topics:
        assert topic in said.text
        assert topic in refused.text


async def test_a_press_that_changes_nothing_is_swallowed(line: Line) -> None:
    settings = await line.says(ANNA_ID, "/settings", "Settings")
    await line.presses(ANNA_ID, settings, "🌐 Language")
    chosen = await line.box.message(ANNA_ID, "Which language")
    before = len(texts(line.box, ANNA_ID))
    await line.presses(ANNA_ID, chosen, data="t:lang")
    assert before == len(texts(line.box, ANNA_ID))


@pytest.mark.parametrize(
    "data",
    ["s", "s:99999999999999999999", "zz:1", "л:1", "f:1:1:1:1:1:1", "fz:1", "x" * 64, "lp:7"],
)
async def test_forged_presses_are_answered_and_harmless(line: Line, data: str) -> None:
    message = await line.says(ANNA_ID, "/settings", "Settings")
    press = await line.presses(ANNA_ID, message, data=data)
    assert press.text
    assert len(texts(line.box, ANNA_ID)) == 1


async def test_admins_commands_do_not_exist_for_others(line: Line) -> None:
    refused = await line.says(ANNA_ID, "/limits", "I don't know this command")
    unknown = await line.says(AIGUL_ID, "/limitz", "Такой команды не знаю")
    assert "limit" not in refused.text.replace("/limits", "")
    assert "/limits" not in refused.text + unknown.text
    await line.says(ADMIN_ID, "/limits", "Limits and queue")


async def test_in_a_group_only_its_admins_change_things(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    await line.box.message(group, "Admins set me up")
    refused = await line.says(
        ANNA_ID, "/subscribe@SteppeWireBot Tokayev", "only its admins", chat=group
    )
    assert refused.reply_to
    offer = await line.says(
        ADMIN_ID, "/subscribe@SteppeWireBot Tokayev", "How should I let you know?", chat=group
    )
    press = await line.presses(ANNA_ID, offer, "🔔 Alert at once")
    assert "only its admins" in press.text
    assert 0 == await line.context.db.read(subscriptions.count, ChatId(group))
    await line.presses(ADMIN_ID, offer, "🔔 Alert at once")
    assert 1 == await line.context.db.read(subscriptions.count, ChatId(group))


async def test_a_member_cannot_take_back_what_an_admin_is_offered(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    await line.box.message(group, "Admins set me up")
    offer = await line.says(
        ADMIN_ID, "/subscribe@SteppeWireBot Tokayev", "How should I let you know?", chat=group
    )
    press = await line.presses(ANNA_ID, offer, "Cancel")
    assert "only its admins" in press.text
    assert "How should I let you know?" in texts(line.box, group)[-1]
    await line.presses(ADMIN_ID, offer, "Cancel")
    await line.box.message(group, "Nothing was changed")


@pytest.mark.parametrize("data", ["new", "t:typetimes", "t:typezone", "t:typequiet"])
async def test_a_question_that_a_press_asks_in_a_group_opens_the_presser_an_answer(
    line: Line, data: str
) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    greeting = await line.box.message(group, "Admins set me up")
    await line.presses(ADMIN_ID, greeting, data=data)
    asked = await line.box.message(group, "reply to this message")
    assert message_view(line.box.telegram, asked, ADMIN_ID)["asks"]
    assert not message_view(line.box.telegram, asked, ANNA_ID)["asks"]


async def test_a_question_that_a_press_asks_in_a_group_is_answered_by_a_reply(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    greeting = await line.box.message(group, "Admins set me up")
    await line.presses(ADMIN_ID, greeting, "My own topic")
    asked = await line.box.message(group, "reply to this message")
    await line.says(
        ADMIN_ID, "uranium", "How should I let you know?", chat=group, reply_to=asked.id
    )


async def test_a_group_gets_one_answer_to_the_same_button_pressed_by_many(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    greeting = await line.box.message(group, "Admins set me up")
    await line.presses(ANNA_ID, greeting, "Help")
    await line.box.message(group, "What I can do")
    again = await line.presses(AIGUL_ID, greeting, "Help")
    assert "answered that above" in again.text
    assert 2 == len(texts(line.box, group))
    line.context.clock.now += timedelta(minutes=2)  # type: ignore[attr-defined]
    await line.presses(AIGUL_ID, greeting, "Help")
    await line.box.until(lambda: len(texts(line.box, group)) == 3)


async def test_each_admin_who_presses_a_question_is_asked(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    greeting = await line.box.message(group, "Admins set me up")
    line.box.telegram.set_member(group, Member(ANNA_ID, "administrator"))
    for admin in (ADMIN_ID, ANNA_ID):
        press = await line.presses(admin, greeting, "My own topic")
        assert not press.text


async def test_a_groups_help_says_what_only_its_admins_may_do_and_leaves_the_private_out(
    line: Line,
) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    said = await line.says(ANNA_ID, "/help@SteppeWireBot", "What I can do", chat=group)
    mine, _, admins = said.text.partition("For this group's admins")
    assert ("/search —" in mine, "/subscribe —" in mine) == (True, False)
    assert "/subscribe —" in admins
    assert "/channel" not in said.text
    listed = await line.says(ANNA_ID, "/subscriptions@SteppeWireBot", "", chat=group)
    assert listed is not None


async def test_what_is_private_leads_from_a_group_into_the_private_chat(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    said = await line.says(ANNA_ID, "/channel@SteppeWireBot", "in our private chat", chat=group)
    ((button,),) = said.markup.rows
    assert button.url.endswith("?start=c_channel")
    await line.says(ANNA_ID, "/start c_channel", "/channel @")
    await line.says(AIGUL_ID, "/start c_stop", "одно сообщение на событие")
    assert (await line.chat(AIGUL_ID)).silenced_at is None


async def test_who_adds_us_to_a_channel_is_told_in_private_how_to_go_on(line: Line) -> None:
    channel = line.box.channel_id
    line.box.telegram.start(ADMIN_ID)
    await line.box.message(ADMIN_ID, "one message per event")
    line.box.telegram.add_bot(channel, by=ADMIN_ID)
    name = line.box.telegram.chats[channel].username
    told = await line.box.message(ADMIN_ID, "To manage it from here")
    assert f"/channel @{name}" in told.text
    assert [] == texts(line.box, channel)


async def test_who_is_no_admin_any_more_answers_no_question_to_one(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    settings = await line.says(ADMIN_ID, "/settings@SteppeWireBot", "Settings", chat=group)
    await line.presses(ADMIN_ID, settings, data="t:typetimes")
    asked = await line.box.message(group, "Type the times")
    before = await line.chat(group)
    line.box.telegram.set_member(group, Member(ADMIN_ID, "member"))
    await line.says(ADMIN_ID, "7, 19", "only its admins", chat=group, reply_to=asked.id)
    assert before == await line.chat(group)


@pytest.mark.parametrize(("name_of", "writer"), [(None, 5), (-100, 0), (-200, -200)])
async def test_who_writes_in_a_channels_name_is_not_taken_for_an_anonymous_admin(
    line: Line, name_of: int | None, writer: int
) -> None:
    message = Message(
        1,
        NOW,
        TelegramChat(-100, "supergroup", title="G"),
        from_user=User(5, "Anna", is_bot=False),
        sender_chat=None if name_of is None else TelegramChat(name_of, "channel", title="C"),
        text="7, 19",
    )
    here = Chat(ChatId(-100), ChatKind.SUPERGROUP)
    assert writer == ask_of_message(message, Sender(here, here), line.context).person_id


async def test_a_pressed_mute_turns_where_it_stands(line: Line) -> None:
    story = await line.room.tells("Steppe Courier", "Tokayev opens a railway")
    said = await line.says(ANNA_ID, f"/story {story.id}", "railway")

    def labels() -> list[str]:
        shown = line.box.telegram.talks[said.key][said.id]
        return [one.text for row in shown.markup.rows for one in row]

    before = labels()
    press = await line.presses(ANNA_ID, said, "Mute")
    assert "no more of this story" in press.text
    await line.box.until(lambda: "🔔 Unmute" in labels())
    assert [one.replace("🔕 Mute", "🔔 Unmute") for one in before] == labels()
    await line.presses(ANNA_ID, said, data=f"m:{story.id}")  # the second tap of a double one
    assert "🔔 Unmute" in labels()
    assert 1 == len(line.box.calls.of("editMessageReplyMarkup"))
    await line.presses(ANNA_ID, line.box.telegram.talks[said.key][said.id], "Unmute")
    await line.box.until(lambda: before == labels())
    assert 1 == len(texts(line.box, ANNA_ID))


async def test_an_anonymous_admin_may_change_things(line: Line) -> None:
    group = line.box.telegram.create_chat("G", "supergroup", owner=ADMIN_ID).id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    line.box.telegram.set_member(group, Member(ADMIN_ID, "creator", anonymous=True))
    await line.says(
        ADMIN_ID, "/subscribe@SteppeWireBot Tokayev", "How should I let you know?", chat=group
    )


async def test_a_press_in_a_channel_opens_the_bot_and_posts_nothing(line: Line) -> None:
    channel = line.box.channel_id
    line.box.telegram.add_bot(channel, by=ADMIN_ID)
    async with Bot(line.box.token, base_url=line.box.base_url) as bot:
        button = InlineKeyboardButton("Story", callback_data="s:7")
        await bot.send_message(channel, "Rain", reply_markup=InlineKeyboardMarkup([[button]]))
    posted = await line.box.message(channel, "Rain")
    press = await line.presses(ANNA_ID, posted)
    assert "https://t.me/SteppeWireBot?start=s_7" == press.url
    assert ["Rain"] == texts(line.box, channel)
    assert await line.chat(channel) is None


async def test_unknown_and_others_commands_in_a_group_are_left_alone(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    await line.box.message(group, "Admins set me up")
    before = texts(line.box, group)
    line.box.telegram.say(ANNA_ID, "/nonsense@SteppeWireBot", chat=group)
    line.box.telegram.say(ANNA_ID, "/search@another_bot x", chat=group)
    await line.says(ANNA_ID, "/search@SteppeWireBot zebra", "Nothing found", chat=group)
    assert len(before) + 1 == len(texts(line.box, group))


async def test_a_group_that_becomes_a_supergroup_keeps_everything(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    await line.box.message(group, "Admins set me up")
    offer = await line.says(
        ADMIN_ID, "/subscribe@SteppeWireBot Tokayev", "How should I let you know?", chat=group
    )
    await line.presses(ADMIN_ID, offer, "🔔 Alert at once")
    new = line.box.telegram.migrate(group)
    await line.says(ADMIN_ID, "/subscriptions@SteppeWireBot", "1 subscription", chat=new)
    assert await line.chat(group) is None
    assert 1 == await line.context.db.read(subscriptions.count, ChatId(new))


async def test_who_blocks_us_is_gone_and_back_on_start(line: Line) -> None:
    await line.says(ANNA_ID, "/start", "Where are you?")
    line.box.telegram.block(ANNA_ID)
    async with asyncio.timeout(PATIENCE_S):
        while (await line.chat(ANNA_ID)).active:
            await line.says(AIGUL_ID, "/help stop", "остановить рассылку")
    assert "kicked" == (await line.chat(ANNA_ID)).gone_why
    line.box.telegram.start(ANNA_ID)
    await line.box.until(lambda: len(texts(line.box, ANNA_ID)) == 3)
    assert (await line.chat(ANNA_ID)).active


async def test_a_bug_is_a_fixed_sentence_and_a_line_to_the_admins(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(ask: Ask, context: Context) -> Reply:
        raise ZeroDivisionError

    monkeypatch.setitem(dispatcher._COMMANDS, "privacy", Command("privacy", broken))
    await line.says(ADMIN_ID, "/start", "one message per event")
    said = await line.says(ANNA_ID, "/privacy", "Something broke on my side")
    assert "Zero" not in said.text
    owed = await line.context.db.write(queue.claim, NOW, 10)
    assert [(ADMIN_ID, "ZeroDivisionError")] == [
        (one.chat_id, one.payload.values["name"]) for one in owed
    ]


async def test_unreadable_html_is_sent_as_plain_text(line: Line) -> None:
    line.box.faults.add(
        Fault("sendMessage", code=400, description="Bad Request: can't parse entities: x")
    )
    said = await line.says(ANNA_ID, "/start", "one message per event")
    assert () == said.entities or all(one.type != "bold" for one in said.entities)


async def test_who_we_are_is_told_again_where_telegram_did_not_take_it(line: Line) -> None:
    line.box.faults.add(Fault("setMyDescription", code=500, description="Internal Server Error"))
    async with Bot(line.box.token, base_url=line.box.base_url) as bot:
        await menus.set_menus(bot, line.context, [])
        assert line.box.calls.of("setMyCommands")
        await menus.set_menus(bot, line.context, [])
        assert "one message" in (await bot.get_my_description()).description


async def test_a_lock_while_menus_are_told_ends_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be kept is told once more by the next start."""
    monkeypatch.setattr(database, "ATTEMPT_S", 0.05)
    async with Bot(line.box.token, base_url=line.box.base_url) as bot:
        with locked(line.context.db.path):
            await menus.set_menus(bot, line.context, [])
        assert line.box.calls.of("setMyCommands")


async def test_each_chat_is_answered_in_order_and_none_waits_for_another(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def slow(ask: Ask, context: Context) -> Reply:
        await gate.wait()
        return Say((Said(escape("slow")),))

    monkeypatch.setitem(dispatcher._COMMANDS, "privacy", Command("privacy", slow))
    line.box.telegram.say(ANNA_ID, "/privacy")
    line.box.telegram.say(ANNA_ID, "/help subscribe")
    await line.says(AIGUL_ID, "/help subscribe", "/subscribe")
    assert [] == texts(line.box, ANNA_ID)
    gate.set()
    await line.box.message(ANNA_ID, "/subscribe")
    assert "slow" == texts(line.box, ANNA_ID)[0]


async def test_every_press_is_acknowledged_at_once_whatever_edit_is_under_way(line: Line) -> None:
    settings = await line.says(ANNA_ID, "/settings", "Settings")
    line.box.faults.slow("editMessageText", PATIENCE_S)
    for _ in range(3):
        await line.presses(ANNA_ID, settings, "🌐 Language")
    await line.says(ANNA_ID, "/help subscribe", "/subscribe")


async def test_edited_messages_are_not_answered_again(line: Line) -> None:
    line.box.telegram.say(ANNA_ID, "/search zebra")
    await line.box.message(ANNA_ID, "Nothing found")
    (asked, *_) = line.box.telegram.messages(ANNA_ID)
    line.box.telegram.edit(asked, "/search elephant")
    await line.says(ANNA_ID, "/help stop", "stop all messages")
    assert 2 == len(texts(line.box, ANNA_ID))


async def test_inline_queries_are_answered(line: Line) -> None:
    await line.room.tells("Steppe Courier", "Tokayev opens a railway")
    ask = line.box.telegram.ask_inline(ANNA_ID, "railway")
    await line.box.until(lambda: line.box.telegram.inline_queries[ask.id].answered)
    (result,) = line.box.telegram.inline_queries[ask.id].results
    assert "Tokayev opens a railway" == result["title"]


async def test_a_list_of_feeds_is_imported_from_a_file(line: Line) -> None:
    outlines = b'<outline text="A" xmlUrl="https://a.example/rss"/>'
    body = b"<opml><body>" + outlines + b"</body></opml>"
    line.box.telegram.send_file(ADMIN_ID, "feeds.opml", body)
    await line.box.message(ADMIN_ID, "1 feed added")


async def test_a_files_sender_must_be_an_admin(line: Line) -> None:
    line.box.telegram.send_file(ANNA_ID, "feeds.opml", b"<opml/>")
    await line.box.message(ANNA_ID, "I understand short queries")


async def test_an_admin_gets_their_menu_when_they_come_and_telegram_is_not_asked_before(
    line: Line,
) -> None:
    """Of a chat that nobody began Telegram knows nothing: it refused at every start."""

    async def told() -> list[str]:
        admins = await line.context.db.read(menus.admins_here, line.context.admin_ids)
        async with Bot(line.box.token, base_url=line.box.base_url) as bot:
            await menus.set_menus(bot, line.context, admins)
        scopes = [call.params.get("scope", "") for call in line.box.calls.of("setMyCommands")]
        return [scope for scope in scopes if str(ADMIN_ID) in str(scope)]

    assert await told() == []
    await line.says(ADMIN_ID, "/start", "one message per event")
    assert len(await told()) == len(menus.TOLD_IN)
    assert len(await told()) == len(menus.TOLD_IN)


async def test_several_bots_are_told_their_menus_once_each(line: Line) -> None:
    """One mark for all of them was the other's at every start."""
    async with Bot(line.box.token, base_url=line.box.base_url) as bot:
        for name, telling in (("one", True), ("two", True), ("one", False), ("two", False)):
            before = len(line.box.calls.of("setMyCommands"))
            await menus.set_menus(bot, replace(line.context, bot_name=name), [])
            assert telling is (len(line.box.calls.of("setMyCommands")) > before)


async def test_menus_are_set_once_for_everybody_in_their_language(line: Line) -> None:
    await line.says(ADMIN_ID, "/start", "one message per event")
    async with Bot(line.box.token, base_url=line.box.base_url) as bot:
        await menus.set_menus(bot, line.context, [ADMIN_ID])
        calls = len(line.box.calls.of("setMyCommands"))
        await menus.set_menus(bot, line.context, [ADMIN_ID])
        assert calls == len(line.box.calls.of("setMyCommands"))
        told = len(line.box.calls.of("setMyDescription"))
        await menus.set_menus(bot, line.context, [ADMIN_ID])
        assert told == len(line.box.calls.of("setMyDescription"))
        for code, words in (
            ("", "one message per event"),
            ("kk", "әр оқиға"),
            ("tk", "одно сообщение на событие"),
        ):
            description = await bot.get_my_description(language_code=code)
            short = await bot.get_my_short_description(language_code=code)
            assert words in description.description
            assert words in short.short_description

    def menu(person: int) -> dict[str, str]:
        key = line.box.telegram.key(person)
        return {one.command: one.description for one in line.box.telegram.menu(person, key)}

    assert "search the archive" == menu(ANNA_ID)["search"]
    assert "поиск по архиву" == menu(AIGUL_ID)["search"]
    assert "addfeed" not in menu(ANNA_ID)
    assert "addfeed" in menu(ADMIN_ID)


async def test_a_channel_is_bound_and_managed_from_its_owners_chat(line: Line) -> None:
    channel = line.box.channel_id
    line.box.telegram.add_bot(channel, by=ADMIN_ID)
    username = line.box.telegram.chats[channel].username
    await line.says(ANNA_ID, f"/channel @{username}", "Only admins of")
    await line.says(ADMIN_ID, "/channel off", "You are managing no channel from here")
    await line.says(ADMIN_ID, f"/channel @{username}", "I will write to")
    offer = await line.says(ADMIN_ID, "/subscribe Tokayev", "How should I let you know?")
    await line.presses(ADMIN_ID, offer, "🔔 Alert at once")
    assert 1 == await line.context.db.read(subscriptions.count, ChatId(channel))
    assert 0 == await line.context.db.read(subscriptions.count, ChatId(ADMIN_ID))
    assert [] == texts(line.box, channel)
    title = line.box.telegram.chats[channel].title
    await line.says(ADMIN_ID, "/stop", "1 subscription is paused")
    await line.says(ADMIN_ID, "/subscriptions", "⏸ Tokayev")
    await line.says(ADMIN_ID, "/digest", "There is no news")
    await line.says(ADMIN_ID, "/settings", "Settings")
    answers = texts(line.box, ADMIN_ID)[-5:]  # from what became of the offer on
    assert "Watching for" in answers[0]
    assert [1] * len(answers) == [answer.count(title) for answer in answers]
    asked = await line.says(ADMIN_ID, "/delete_me", "Delete everything")
    assert f"channel you manage from here: {title}" in asked.text
    await line.says(ADMIN_ID, "/search nonsense", "Nothing")
    assert title not in texts(line.box, ADMIN_ID)[-1]


async def test_a_topics_subscription_stays_in_its_topic(line: Line) -> None:
    group = line.box.telegram.create_chat(
        "Forum", "supergroup", owner=ADMIN_ID, members=(ANNA_ID,), forum=True
    )
    line.box.telegram.add_bot(group.id, by=ADMIN_ID)
    topic = line.box.telegram.open_topic(group.id, "Kazakhstan")
    offer = await line.says(
        ADMIN_ID, "/subscribe@SteppeWireBot Tokayev", "How should I let you know?",
        chat=group.id, thread=topic.id,
    )  # fmt: skip
    assert topic.id == offer.thread_id
    await line.presses(ADMIN_ID, offer, "🔔 Alert at once")
    (one,) = await line.context.db.read(subscriptions.of_chat, ChatId(group.id))
    assert topic.id == one.thread_id


async def test_charts_and_files_arrive_and_their_buttons_work(line: Line) -> None:
    await line.room.tells("Oasis Times", "Rain in Tashkent", ago=timedelta(days=3))
    await line.room.tells("Steppe Courier", "Tokayev opens a railway")
    chart = await line.says(ANNA_ID, "/trends Tokayev", "1 story in the last 14 days")
    assert chart.photo is not None
    for span in ("30 days", "90 days", "14 days"):
        await line.presses(ANNA_ID, chart, span)
        edited = await line.box.message(ANNA_ID, f"in the last {span}")
        assert chart.id == edited.id
    assert 1 == sum(one.photo is not None for one in line.box.telegram.messages(ANNA_ID))
    await line.presses(ANNA_ID, chart, data="x")  # a picture cannot become a text: it is sent
    await line.box.message(ANNA_ID, "Cancelled")
    found = await line.says(ANNA_ID, "/search Tokayev", "· 1 story")
    await line.presses(ANNA_ID, found, "⬇️ CSV")
    await line.box.until(lambda: any(one.document for one in line.box.telegram.messages(ANNA_ID)))


async def test_a_chart_takes_the_place_of_the_text_that_there_is_nothing(line: Line) -> None:
    await line.room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(days=20))
    said = await line.says(ANNA_ID, "/trends Tokayev", "Nothing about")
    await line.presses(ANNA_ID, said, "30 days")
    chart = await line.box.message(ANNA_ID, "1 story in the last 30 days")
    assert (said.id, True) == (chart.id, chart.photo is not None)


STEPPE = ForwardedPost(-1001234, "Steppe News", "Steppe_News", 77)


@pytest.mark.parametrize("text", ["Дорога открыта.", "/stats", ""])
async def test_a_post_forwarded_by_an_admin_offers_its_channel(line: Line, text: str) -> None:
    await line.says(ADMIN_ID, "/addfeed", "Send the address")
    line.box.telegram.forward(ADMIN_ID, STEPPE, text)
    offered = await line.box.message(ADMIN_ID, "Add this source?")
    assert "https://t.me/s/steppe_news" in offered.text
    assert 1 == sum("Steppe" in said for said in texts(line.box, ADMIN_ID))


async def test_a_post_of_a_private_channel_says_what_it_needs(line: Line) -> None:
    line.box.telegram.forward(ADMIN_ID, replace(STEPPE, username=""), "Дорога открыта.")
    await line.box.message(ADMIN_ID, "The channel “Steppe News” is private")


async def test_what_others_forward_is_a_search_as_ever(line: Line) -> None:
    line.box.telegram.forward(ANNA_ID, STEPPE, "Токаев")
    await line.box.message(ANNA_ID, "Токаев")
    assert not any("source" in said.lower() for said in texts(line.box, ANNA_ID))


async def test_admins_commands_stay_out_of_groups(line: Line) -> None:
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    await line.says(ADMIN_ID, "/stats@SteppeWireBot", "in our private chat", chat=group)


async def test_a_wrong_request_under_a_button_is_a_box(line: Line) -> None:
    message = await line.says(ANNA_ID, "/settings", "Settings")
    press = await line.presses(ANNA_ID, message, data="f:99:0")
    assert (True, "This button is too old. Please ask again.") == (press.alert, press.text)


async def test_a_wrong_request_is_one_sentence_in_the_persons_language(line: Line) -> None:
    await line.says(AIGUL_ID, "/search (газ OR нефть", "У скобки в позиции 1 нет пары")
    assert 1 == len(texts(line.box, AIGUL_ID))


async def test_what_a_person_typed_does_not_turn_the_answer_around(line: Line) -> None:
    said = await line.says(ADMIN_ID, "/addfeed \u202enoise", "not a web address")
    assert "\u202e" not in said.text


async def test_long_work_that_fails_is_said_in_the_end(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(_: Any) -> Reply:
        raise NewsError("feed.exists", url="https://a.example/", id=12345)

    async def long(ask: Ask, context: Context) -> Reply:
        return Working(Said(escape("begun")), work)

    monkeypatch.setitem(dispatcher._COMMANDS, "privacy", Command("privacy", long))
    await line.says(ANNA_ID, "/privacy", "This feed is already here, number 12345")
    assert 1 == len(texts(line.box, ANNA_ID))


@pytest.mark.parametrize("fails", [False, True])
async def test_long_work_in_place_makes_its_end_of_the_pressed_message(
    line: Line, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    async def work(_: Any) -> Reply:
        if fails:
            raise NewsError("feed.exists", url="https://a.example/", id=12345)
        return Edit(Said(escape("number 12345 added")))

    async def long(ask: Ask, context: Context) -> Reply:
        return Working(Said(escape("begun")), work, in_place=True)

    monkeypatch.setitem(dispatcher._BUTTONS, "help", Press("help", long))
    line.box.telegram.start(ANNA_ID)
    greeting = await line.box.message(ANNA_ID, "one message per event")
    await line.presses(ANNA_ID, greeting, "Help")
    ended = await line.box.message(ANNA_ID, "number 12345")
    assert greeting.id == ended.id
    assert ended.markup is None


async def test_a_full_disk_is_a_sentence_not_a_bug(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(ask: Ask, context: Context) -> Reply:
        raise StorageError("storage.full")

    monkeypatch.setitem(dispatcher._COMMANDS, "privacy", Command("privacy", full))
    await line.says(ANNA_ID, "/privacy", "I cannot save anything right now")
    assert [] == await line.context.db.write(queue.claim, NOW, 10)


async def test_memory_that_fails_before_a_command_is_told_too(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(*_: Any, **_named: Any) -> Any:
        raise StorageError("storage.locked")

    monkeypatch.setattr(line.context.db, "write", locked)
    await line.says(AIGUL_ID, "/start", "не могу сохранить данные")


async def test_whom_we_know_is_answered_while_nothing_can_be_written(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any, **_named: Any) -> Any:
        raise StorageError("storage.full")

    await line.says(AIGUL_ID, "/start", "Где вы?")
    monkeypatch.setattr(line.context.db, "write", full)
    await line.says(AIGUL_ID, "/help stop", "остановить рассылку")


async def test_what_telegram_did_not_hear_is_answered_when_it_is_back(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "AGAIN_AFTER_S", (0.0,))
    line.box.faults.fail("sendMessage", 502, "Bad Gateway", times=3)
    await line.says(ANNA_ID, "/help stop", "stop all messages")
    assert 1 == len(texts(line.box, ANNA_ID))


async def test_who_may_change_things_is_asked_again_where_telegram_was_away(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "AGAIN_AFTER_S", (0.0,))
    group = line.box.group_id
    line.box.telegram.add_bot(group, by=ADMIN_ID)
    await line.box.message(group, "Admins set me up")
    line.box.faults.fail("getChatMember", 502, "Bad Gateway", times=2)
    await line.says(ADMIN_ID, "/settings@SteppeWireBot", "Settings", chat=group)


async def test_a_private_chat_that_forbids_us_is_gone(line: Line) -> None:
    await line.says(ANNA_ID, "/start", "Where are you?")
    line.box.faults.add(
        Fault("sendMessage", code=403, description="Forbidden: bot was blocked by the user")
    )
    line.box.telegram.say(ANNA_ID, "/help")
    async with asyncio.timeout(PATIENCE_S):
        while (await line.chat(ANNA_ID)).active:
            await line.says(AIGUL_ID, "/help stop", "остановить рассылку")
    assert "blocked" in (await line.chat(ANNA_ID)).gone_why


async def test_a_location_sets_the_time_zone(line: Line) -> None:
    line.box.telegram.share_location(AIGUL_ID, 41.3, 69.2)
    await line.box.message(AIGUL_ID, "Ташкент")


async def test_an_admin_corrects_a_story_by_buttons_and_nobody_else_does(line: Line) -> None:
    one = await line.room.tells("Steppe Courier", "Tokayev opens a railway")
    other = await line.room.tells("Oasis Times", "Floods reach the Aral Sea")
    reader = await line.says(ANNA_ID, f"/story {one.id}", "Tokayev opens a railway")
    assert "Correct" not in str(message_view(line.box.telegram, reader, ANNA_ID))
    for data in (f"c:{one.id}", f"cj:{one.id}:{other.id}", "cu:1"):
        press = await line.presses(ANNA_ID, reader, data=data)
        assert "too old" in press.text
    card = await line.says(ADMIN_ID, f"/story {one.id}", "Tokayev opens a railway")
    await line.presses(ADMIN_ID, card, "✏️ Correct…")
    menu = await line.box.message(ADMIN_ID, "What is wrong with this story?")
    assert menu.id == card.id
    await line.presses(ADMIN_ID, menu, "🔗 Same event as…")
    await line.box.message(ADMIN_ID, "Which story is the same event?")
    done = await line.says(ADMIN_ID, str(other.id), f"One story now: {other.id}")
    refused = await line.presses(ANNA_ID, reader, data="cu:1")
    assert "too old" in refused.text
    assert 2 == len((await line.room.story(int(other.id))).items)
    await line.presses(ADMIN_ID, done, "↩️ Undo")
    await line.box.message(ADMIN_ID, "Two stories again")
    again = await line.presses(ADMIN_ID, done, data="cu:1")
    assert "undone already" in again.text or "undone already" in texts(line.box, ADMIN_ID)[-1]
    await line.says(ADMIN_ID, f"/story {one.id}", "Tokayev opens a railway")
