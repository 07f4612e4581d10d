"""The real python-telegram-bot talks to the box as it talks to Telegram."""

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from bot.sandbox import AIGUL_ID, ANNA_ID
from bot.sandbox.telegram.model import Member

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


async def test_start_with_a_deep_link_is_answered_with_buttons(box, echo):
    box.telegram.start(ANNA_ID, "story_12")
    answer = await box.message(ANNA_ID, "Hello")
    assert "Hello, Anna Reed story_12" in answer.text
    assert ["👍 Good", "Edit me", "Alert", "Open site"] == [b.text for b in answer.buttons]


async def test_a_text_is_echoed_as_a_reply(box, echo):
    answer = await box.ask(ANNA_ID, "Привет 👋🏽")
    said = box.telegram.messages(ANNA_ID)[0]
    assert ("echo: Привет 👋🏽", said.id) == (answer.text, answer.reply_to)


async def test_a_press_is_answered_and_edits_the_message(box, echo):
    box.telegram.start(ANNA_ID)
    answer = await box.message(ANNA_ID, "Hello")
    assert (await box.tap(ANNA_ID, answer, "Good")).text == "Thank you!"
    box.telegram.press(ANNA_ID, answer, "Edit me")
    edited = await box.message(ANNA_ID, "edited text")
    assert edited.id == answer.id
    assert edited.edited is not None
    assert box.now(answer) == edited


async def test_files_travel_both_ways(box, echo):
    box.telegram.send_file(ANNA_ID, "feeds.opml", b"x" * 1234)
    await box.message(ANNA_ID, "feeds.opml: 1234 bytes")
    box.telegram.say(ANNA_ID, "/file")
    answer = await box.message(ANNA_ID, "Your feeds")
    assert answer.document is not None
    assert (answer.document.name, answer.document.content) == (
        "feeds.opml",
        b"<opml version='2.0'/>",
    )
    box.telegram.say(ANNA_ID, "/photo")
    photo = (await box.message(ANNA_ID, "A chart")).photo
    assert photo is not None
    assert (photo.width, photo.height) == (640, 320)


async def test_a_location_reaches_the_bot(box, echo):
    box.telegram.share_location(AIGUL_ID, 43.25, 76.95)
    await box.message(AIGUL_ID, "at 43.25 76.95")


async def test_groups_keep_privacy_mode_and_anonymous_admins(box, echo):
    telegram = box.telegram
    telegram.add_bot(box.group_id)
    telegram.say(ANNA_ID, "just chatting", chat=box.group_id)
    telegram.set_member(box.group_id, Member(AIGUL_ID, "administrator", anonymous=True))
    said = telegram.say(AIGUL_ID, "/start@SteppeWireBot", chat=box.group_id)
    await box.message(box.group_id, "Hello, Group")
    assert said.sender_chat_id == box.group_id
    assert not any("just chatting" in m.text for m in telegram.messages(box.group_id)[2:])


async def send(echo, chat):
    return await echo.bot.send_message(chat, "text")


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (lambda f: f.too_many("sendMessage", 7), RetryAfter),
        (lambda f: f.fail("sendMessage", 401, "Unauthorized"), InvalidToken),
        (lambda f: f.fail("sendMessage", 502, "Bad Gateway"), NetworkError),
        (lambda f: f.garbage("sendMessage"), Exception),
        (lambda f: f.drop_before("sendMessage"), NetworkError),
        (lambda f: f.drop_after("sendMessage"), NetworkError),
        (lambda f: f.fail("sendMessage", 400, "Bad Request: chat not found"), BadRequest),
    ],
)
async def test_a_fault_reaches_the_library_once_and_is_spent(box, echo, order, error):
    box.telegram.start(ANNA_ID)
    await box.message(ANNA_ID, "Hello")
    order(box.faults)
    with pytest.raises(error):
        await send(echo, ANNA_ID)
    assert () == box.faults.ordered()
    assert (await send(echo, ANNA_ID)).text == "text"


async def test_a_lost_answer_means_that_the_message_is_there(box, echo):
    box.telegram.start(ANNA_ID)
    await box.message(ANNA_ID, "Hello")
    box.faults.drop_after("sendMessage")
    with pytest.raises(NetworkError):
        await echo.bot.send_message(ANNA_ID, "lost answer")
    box.faults.drop_before("sendMessage")
    with pytest.raises(NetworkError):
        await echo.bot.send_message(ANNA_ID, "never arrived")
    texts = [m.text for m in box.telegram.messages(ANNA_ID)]
    assert texts[-1] == "lost answer"
    assert [(0, True), (0, False)] == [
        (c.status, c.effect) for c in box.calls.of("sendMessage")[-2:]
    ]


async def test_a_block_is_told_and_forbids_and_start_lifts_it(box, echo):
    box.telegram.start(ANNA_ID)
    await box.message(ANNA_ID, "Hello")
    box.telegram.block(ANNA_ID)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await send(echo, ANNA_ID)
    box.telegram.start(ANNA_ID)
    assert (await send(echo, ANNA_ID)).text == "text"


async def test_a_migrated_group_names_its_new_id(box, echo):
    box.telegram.add_bot(box.group_id)
    new_id = box.telegram.migrate(box.group_id)
    with pytest.raises(ChatMigrated) as caught:
        await send(echo, box.group_id)
    assert caught.value.new_chat_id == new_id
    assert (await send(echo, new_id)).chat.type == "supergroup"
