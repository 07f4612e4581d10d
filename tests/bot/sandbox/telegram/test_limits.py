"""Telegram's limits and refusals, word for word, at the edge of each."""

import json

import aiohttp
import pytest

from bot.sandbox import ADMIN_ID, ANNA_ID, Rates, Sandbox
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.limits import RateLimit
from bot.sandbox.telegram.model import Member
from tests.bot.sandbox.conftest import Caller


def keys(*rows):
    return {"inline_keyboard": [[{"text": t, "callback_data": d} for t, d in row] for row in rows]}


@pytest.fixture
async def anna(box):
    box.telegram.start(ANNA_ID)
    return ANNA_ID


BAD = "Bad Request: "
SEND_REFUSALS = [
    ({"text": ""}, "message text is empty"),
    ({"text": " \n\u200b"}, "message text is empty"),
    ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
    ({"text": "x" * 4097}, "message is too long"),
    ({"text": "😀" * 2049}, "message is too long"),
    ({"text": "x", "parse_mode": "MarkdownX"}, "unsupported parse_mode"),
    ({"text": "<br>", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag"),
    ({"text": "x", "reply_markup": keys([("a", "")])}, "BUTTON_DATA_INVALID"),
    ({"text": "x", "reply_markup": keys([("a", "ж" * 33)])}, "BUTTON_DATA_INVALID"),
    ({"text": "x", "reply_markup": keys([("a", "b")] * 9)}, "REPLY_MARKUP_TOO_LONG"),
    ({"text": "x", "reply_markup": keys(*[[("a", "b")]] * 101)}, "REPLY_MARKUP_TOO_LONG"),
    ({"text": "x", "reply_markup": keys(*[[("a" * 200, "b")]] * 60)}, "REPLY_MARKUP_TOO_LONG"),
    (
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "https://"}]]}},
        "inline keyboard button URL 'https://' is invalid",
    ),
    ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
    (
        {"text": f"<a href='https://e.org/{'x' * 200}'>x</a>" * 50, "parse_mode": "HTML"},
        "ENTITIES_TOO_LONG",
    ),
    ({"text": "x", "message_thread_id": 99}, "message thread not found"),
    ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
]


@pytest.mark.parametrize(("params", "words"), SEND_REFUSALS)
async def test_a_message_is_refused_and_nothing_is_sent(box, call, anna, params, words):
    before = box.telegram.messages(anna)
    assert (await call.refusal("sendMessage", chat_id=anna, **params)).startswith(BAD + words)
    assert before == box.telegram.messages(anna)


@pytest.mark.parametrize(
    "params",
    [
        {"text": "x" * 4096},
        {"text": "😀" * 2048},
        {"text": f"<b>{'x' * 4096}</b>", "parse_mode": "HTML"},
        {"text": "x", "reply_markup": keys([("a", "ж" * 32)])},
        {"text": "x", "reply_markup": keys(*[[("a", "b")] * 8] * 12)},
        {
            "text": "x",
            "reply_parameters": {"message_id": 99, "allow_sending_without_reply": True},
        },
        {"text": "x", "reply_markup": json.dumps(keys([("a", "b")]))},
    ],
)
async def test_the_edge_itself_is_allowed(call, anna, params):
    assert (await call("sendMessage", chat_id=anna, **params))["ok"]


@pytest.mark.parametrize(
    ("arrange", "words"),
    [
        (lambda t: t.block(ANNA_ID), "Forbidden: bot was blocked by the user"),
        (lambda t: t.deactivate(ANNA_ID), "Forbidden: user is deactivated"),
    ],
)
async def test_a_person_may_go(box, call, anna, arrange, words):
    arrange(box.telegram)
    assert words == await call.refusal("sendMessage", chat_id=anna, text="x")
    assert words == await call.refusal("sendChatAction", chat_id=anna, action="typing")


async def test_a_bot_cannot_begin_a_conversation(box, call):
    assert await call.refusal("sendMessage", chat_id=ANNA_ID, text="x") == BAD + "chat not found"
    assert await call.refusal("sendMessage", chat_id=5, text="x") == BAD + "chat not found"
    assert await call.refusal("sendMessage", text="x") == BAD + "chat_id is empty"
    box.telegram.add_bot(box.group_id)
    assert (
        await call.refusal("sendMessage", chat_id=ANNA_ID, text="x")
        == "Forbidden: bot can't initiate conversation with a user"
    )


async def test_groups_and_channels_refuse_in_their_own_words(box, call):
    telegram, group, channel = box.telegram, box.group_id, "@steppe_briefing"

    async def refusal(chat):
        return await call.refusal("sendMessage", chat_id=chat, text="x")

    assert await refusal(group) == BAD + "chat not found"
    assert await refusal(channel) == "Forbidden: bot is not a member of the channel chat"
    telegram.set_bot(box.channel_id, "administrator", can_post=False)
    assert await refusal(channel) == BAD + "need administrator rights in the channel chat"
    telegram.set_bot(box.channel_id, "administrator")
    posted = await call.result("sendMessage", chat_id=channel, text="x")
    assert posted["sender_chat"]["id"] == box.channel_id
    assert "from" not in posted
    telegram.add_bot(group)
    telegram.set_bot(group, "restricted")
    assert await refusal(group) == BAD + "not enough rights to send text messages to the chat"
    telegram.kick_bot(group)
    assert await refusal(group) == "Forbidden: bot was kicked from the group chat"


async def test_a_migrated_group_tells_its_new_id(box, call):
    box.telegram.add_bot(box.group_id)
    new_id = box.telegram.migrate(box.group_id)
    assert await call("sendMessage", chat_id=box.group_id, text="x") == {
        "ok": False,
        "error_code": 400,
        "description": BAD + "group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new_id},
    }


async def test_topics_close_and_vanish(box, call):
    telegram = box.telegram
    forum = telegram.create_chat("Forum", "supergroup", owner=ADMIN_ID, forum=True)
    telegram.add_bot(forum.id)
    topic = telegram.open_topic(forum.id, "News")
    to_topic = {"chat_id": forum.id, "text": "x", "message_thread_id": topic.id}
    assert (await call.result("sendMessage", **to_topic))["is_topic_message"]
    telegram.close_topic(forum.id, topic.id)
    assert await call.refusal("sendMessage", **to_topic) == BAD + "TOPIC_CLOSED"
    telegram.delete_topic(forum.id, topic.id)
    assert await call.refusal("sendMessage", **to_topic) == BAD + "message thread not found"
    general = to_topic | {"message_thread_id": 1}
    telegram.set_member(forum.id, Member(ANNA_ID, "member"))
    assert await call.refusal("sendMessage", **general) == BAD + "message thread not found"


async def test_edits_need_a_change_and_a_message_of_ones_own(box, call, anna):
    sent = await call.result(
        "sendMessage", chat_id=anna, text="a", reply_markup=keys([("k", "d")])
    )
    same = {"chat_id": anna, "message_id": sent["message_id"], "text": "a"}
    markup = {"reply_markup": keys([("k", "d")])}
    assert "message is not modified" in await call.refusal("editMessageText", **same, **markup)
    edited = await call.result("editMessageText", **same)
    assert "reply_markup" not in edited
    assert "edit_date" not in edited, "a change of buttons alone is no edit to people"
    assert "edit_date" in await call.result("editMessageText", **same | {"text": "b"})
    mine = box.telegram.say(anna, "hi")
    other = same | {"message_id": mine.id}
    assert await call.refusal("editMessageText", **other) == BAD + "message can't be edited"
    none = same | {"message_id": 999}
    assert await call.refusal("editMessageText", **none) == BAD + "message to edit not found"


async def test_deletions_have_48_hours(box, call, clock, anna):
    sent = await call.result("sendMessage", chat_id=anna, text="a")
    params = {"chat_id": anna, "message_id": sent["message_id"]}
    clock.forward(hours=49)
    refused = await call.refusal("deleteMessage", **params)
    assert refused == BAD + "message can't be deleted for everyone"
    fresh = await call.result("sendMessage", chat_id=anna, text="b")
    params = {"chat_id": anna, "message_id": fresh["message_id"]}
    assert await call.result("deleteMessage", **params) is True
    gone = await call.refusal("deleteMessage", **params)
    assert gone == BAD + "message to delete not found"


async def test_a_press_is_answered_once_and_in_time(box, call, clock, anna):
    await call.result("sendMessage", chat_id=anna, text="a", reply_markup=keys([("k", "d")]))
    message = box.telegram.messages(anna)[-1]
    press = box.telegram.press(anna, message, "k")
    too_long = {"callback_query_id": press.id, "text": "x" * 201}
    assert await call.refusal("answerCallbackQuery", **too_long) == BAD + "MESSAGE_TOO_LONG"
    assert await call.result("answerCallbackQuery", callback_query_id=press.id) is True
    old = BAD + "query is too old and response timeout expired or query ID is invalid"
    assert old == await call.refusal("answerCallbackQuery", callback_query_id=press.id)
    late = box.telegram.press(anna, message, "k")
    clock.forward(seconds=151)
    assert old == await call.refusal("answerCallbackQuery", callback_query_id=late.id)
    assert box.telegram.callback_queries[late.id].answered is False


async def test_a_forged_press_carries_any_data(box, call, anna):
    await call.result("sendMessage", chat_id=anna, text="a", reply_markup=keys([("k", "d")]))
    box.telegram.press(anna, box.telegram.messages(anna)[-1], data="s:'; drop table")
    updates = await call.result("getUpdates")
    assert updates[-1]["callback_query"]["data"] == "s:'; drop table"


async def test_command_menus_have_scopes_languages_and_limits(box, call, anna):
    def one(name, text="x"):
        return {"commands": [{"command": name, "description": text}]}

    assert await call.refusal("setMyCommands", **one("Start")) == BAD + "BOT_COMMAND_INVALID"
    too_long = await call.refusal("setMyCommands", **one("start", "x" * 257))
    assert too_long == BAD + "BOT_COMMAND_DESCRIPTION_INVALID"
    many = {"commands": [{"command": f"c{n}", "description": "x"} for n in range(101)]}
    assert await call.refusal("setMyCommands", **many) == BAD + "BOT_COMMANDS_TOO_MUCH"
    stranger = {"scope": {"type": "chat", "chat_id": ADMIN_ID}}
    assert await call.refusal("setMyCommands", **one("a"), **stranger) == BAD + "chat not found"
    box.telegram.start(ADMIN_ID)
    for scope, language, name in [
        ({"type": "default"}, "", "all"),
        ({"type": "all_private_chats"}, "ru", "russian"),
        ({"type": "chat", "chat_id": ADMIN_ID}, "", "admin"),
    ]:
        await call.result("setMyCommands", **one(name), scope=scope, language_code=language)

    def menu(person):
        return [c.command for c in box.telegram.menu(person, box.telegram.key(person))]

    assert (["all"], ["russian"], ["admin"]) == (menu(ANNA_ID), menu(1002), menu(ADMIN_ID))
    await call.result("deleteMyCommands")
    assert menu(ANNA_ID) == []


async def test_inline_answers_are_checked(box, call):
    ask = box.telegram.ask_inline(ANNA_ID, "macron")

    def result(number, text="hi"):
        content = {"message_text": text, "parse_mode": "HTML"}
        return {
            "type": "article",
            "id": str(number),
            "title": "T",
            "input_message_content": content,
        }

    async def refusal(results):
        return await call.refusal("answerInlineQuery", inline_query_id=ask.id, results=results)

    assert await refusal([result(1)] * 2) == BAD + "RESULT_ID_DUPLICATE"
    assert await refusal([result(n) for n in range(51)]) == BAD + "RESULTS_TOO_MUCH"
    assert await refusal([result("")]) == BAD + "RESULT_ID_INVALID"
    assert "can't parse entities" in await refusal([result(1, "<p>")])
    good = [result(1, "<b>story</b>")]
    await call.result("answerInlineQuery", inline_query_id=ask.id, results=good)
    sent = box.telegram.choose_inline(ask, 0, chat=box.group_id)
    assert (sent.text, sent.via_bot_id) == ("story", box.telegram.main_bot)


async def test_a_wrong_token_and_a_wrong_method(box, call):
    assert await call("getMe", token="1:wrong") == {
        "ok": False,
        "error_code": 401,
        "description": "Unauthorized",
    }
    assert (await call("sendTelepathy"))["error_code"] == 404


async def test_after_log_out_nothing_works(call):
    assert await call.result("logOut") is True
    assert await call.refusal("getMe") == BAD + "Logged out"


def test_rate_limits_count_chats_groups_and_all(clock):
    limit = RateLimit(Rates(overall_per_second=30, chat_burst=1, group_per_minute=20))

    def refused(chat):
        try:
            limit.count(1, chat, clock())
        except ApiError as error:
            return error.parameters["retry_after"]
        return 0

    assert [0, 1] == [refused(5), refused(5)]
    clock.forward(seconds=1)
    assert refused(5) == 0
    assert [0] * 20 + [60] == [refused(-7) for _ in range(21)]
    clock.forward(seconds=59)
    assert refused(-7) == 1
    clock.forward(seconds=1)
    assert refused(-7) == 0
    assert [0] * 29 + [1] == [refused(100 + n) for n in range(30)]


@pytest.mark.parametrize(
    ("rates", "allowed"), [(None, [True] * 5), (Rates(), [True] * 3 + [False] * 2)]
)
async def test_rate_limits_are_off_unless_asked_for(clock, rates, allowed):
    async with Sandbox.start(clock=clock, rates=rates) as box, aiohttp.ClientSession() as session:
        box.telegram.start(ANNA_ID)
        call = Caller(session, box)
        answers = [await call("sendMessage", chat_id=ANNA_ID, text="x") for _ in range(5)]
    assert allowed == [answer["ok"] for answer in answers]


def test_who_pays_may_send_more_while_there_are_stars(clock):
    limit = RateLimit(Rates(overall_per_second=2, paid_per_second=5))
    limit.stars[1] = 0.25

    def taken(chat, **how):
        try:
            limit.count(1, chat, clock(), **how)
        except ApiError:
            return False
        return True

    assert [True, True, False] == [taken(n) for n in range(3)]
    assert [True, True, False] == [taken(n, paid=True) for n in range(10, 13)]
    assert limit.stars[1] == pytest.approx(0.05)
    limit.stars[1] = 1.0
    assert [True, False] == [taken(n, paid=True) for n in range(20, 22)]
