"""Every answer of the box can be read by the real library."""

from io import BytesIO

import pytest
from telegram import (
    Bot,
    BotCommandScopeChat,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    MenuButtonCommands,
)
from telegram.error import BadRequest, Forbidden, NetworkError
from telegram.ext import ChatMemberHandler

from bot.sandbox import ADMIN_ID, AIGUL_ID, ANNA_ID, BOT_USERNAME
from bot.sandbox.telegram.model import Member
from tests.bot.sandbox.echo import png


@pytest.fixture
async def bot(box):
    async with Bot(box.token, base_url=box.base_url, base_file_url=box.base_file_url) as bot:
        yield bot


async def test_the_bot_knows_itself(bot):
    assert bot.username == BOT_USERNAME
    assert await bot.set_my_description("About")
    assert (await bot.get_my_description()).description == "About"
    assert await bot.set_my_short_description("Short", language_code="ru")
    assert (await bot.get_my_short_description("ru")).short_description == "Short"
    with pytest.raises(BadRequest):
        await bot.set_my_description("x" * 513)


async def test_members_of_every_standing_are_told(box, bot):
    box.telegram.add_bot(box.group_id, admin=True)
    box.telegram.set_member(box.group_id, Member(AIGUL_ID, "administrator", anonymous=True))
    admins = await bot.get_chat_administrators(box.group_id)
    assert {(ADMIN_ID, "creator"), (AIGUL_ID, "administrator"), (bot.id, "administrator")} == {
        (a.user.id, a.status) for a in admins
    }
    for status in ("creator", "administrator", "member", "restricted", "left", "kicked"):
        box.telegram.set_member(box.group_id, Member(ANNA_ID, status))
        assert (await bot.get_chat_member(box.group_id, ANNA_ID)).status == status
    assert await bot.get_chat_member_count(box.group_id) == 3
    assert (await bot.get_chat(box.group_id)).title == "Silk Road Desk"
    with pytest.raises(BadRequest, match="User not found"):
        await bot.get_chat_member(box.group_id, 55)


async def test_a_channel_is_found_by_name_and_can_be_left(box, bot):
    assert (await bot.get_chat("@steppe_briefing")).id == box.channel_id
    box.telegram.add_bot(box.channel_id)
    post = await bot.send_message("@steppe_briefing", "post")
    assert post.sender_chat.id == box.channel_id
    assert (await bot.edit_message_text("new", box.channel_id, post.message_id)).text == "new"
    assert await bot.leave_chat(box.channel_id)
    with pytest.raises(Forbidden, match="bot is not a member of the channel chat"):
        await bot.send_message(box.channel_id, "x")


async def test_files_are_uploaded_once_and_sent_again_by_id(box, bot):
    box.telegram.start(ANNA_ID)
    photo = await bot.send_photo(
        ANNA_ID, png(20, 10, (1, 2, 3)), caption="<b>c</b>", parse_mode="HTML"
    )
    assert (photo.photo[-1].width, photo.caption) == (20, "c")
    again = await bot.send_photo(ANNA_ID, photo.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    content = bytes(range(256)) * 40
    sent = await bot.send_document(ANNA_ID, InputFile(BytesIO(content), "отчёт.bin"))
    file = await bot.get_file(sent.document.file_id)
    assert (sent.document.file_name, content) == (
        "отчёт.bin",
        bytes(await file.download_as_bytearray()),
    )
    changed = await bot.edit_message_caption(ANNA_ID, photo.message_id, caption="d")
    assert changed.caption == "d"


async def test_a_picture_takes_the_place_of_another_or_of_a_text(box, bot):
    box.telegram.start(ANNA_ID)
    text = await bot.send_message(ANNA_ID, "soon")
    photo = await bot.edit_message_media(
        InputMediaPhoto(png(20, 10, (1, 2, 3)), caption="<b>c</b>", parse_mode="HTML"),
        ANNA_ID,
        text.message_id,
    )
    assert (text.message_id, 20, "c") == (photo.message_id, photo.photo[-1].width, photo.caption)
    wider = InputMediaPhoto(png(40, 10, (1, 2, 3)), caption="d")
    assert (await bot.edit_message_media(wider, ANNA_ID, text.message_id)).photo[-1].width == 40
    known = InputMediaPhoto(box.telegram.messages(ANNA_ID)[-1].photo.id, caption="d")
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_media(known, ANNA_ID, text.message_id)
    file = await bot.edit_message_media(
        InputMediaDocument(b"content", filename="a.txt"), ANNA_ID, text.message_id
    )
    assert (file.document.file_name, file.photo) == ("a.txt", ())
    with pytest.raises(BadRequest, match="no text in the message to edit"):
        await bot.edit_message_text("words", ANNA_ID, text.message_id)
    place = await bot.send_location(ANNA_ID, 43.2, 76.9)
    with pytest.raises(BadRequest, match="no media in the message to edit"):
        await bot.edit_message_media(wider, ANNA_ID, place.message_id)


@pytest.mark.parametrize(
    ("send", "words"),
    [
        (lambda b: b.send_photo(ANNA_ID, b"not a picture"), "Image_process_failed"),
        (lambda b: b.send_photo(ANNA_ID, png(9999, 2, (0, 0, 0))), "Photo_invalid_dimensions"),
        (lambda b: b.send_document(ANNA_ID, b""), "File must be non-empty"),
        (lambda b: b.send_document(ANNA_ID, "no-such-id"), "Wrong remote file identifier"),
        (lambda b: b.send_photo(ANNA_ID, png(2, 2, (0, 0, 0)), caption="x" * 1025), "too long"),
        (lambda b: b.get_file("no-such-id"), "Invalid file_id"),
        (lambda b: b.send_document(ANNA_ID, b"x" * (50 * 2**20 + 1)), "Too Large"),
    ],
)
async def test_files_have_limits(box, bot, send, words):
    box.telegram.start(ANNA_ID)
    with pytest.raises(NetworkError, match=words):
        await send(bot)


async def test_too_big_a_file_can_be_received_but_not_downloaded(box, bot):
    said = box.telegram.send_file(ANNA_ID, "big.bin", b"x" * (20 * 2**20 + 1))
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(said.document.id)


@pytest.mark.parametrize(
    "options", [[1], "small", {"is_disabled": "yes"}, {"url": 1}, {"prefer_large_media": 1}]
)
async def test_link_preview_options_of_another_shape_are_refused(box, bot, options):
    box.telegram.start(ANNA_ID)
    with pytest.raises(BadRequest, match=r"(?i)can't parse link preview options JSON object"):
        await bot.send_message(ANNA_ID, "x", api_kwargs={"link_preview_options": options})


async def test_small_things_are_accepted(box, bot):
    box.telegram.start(ANNA_ID)
    assert await bot.send_chat_action(ANNA_ID, "typing")
    assert await bot.set_chat_menu_button(ANNA_ID, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(ANNA_ID)).type == "commands"
    assert await bot.set_my_commands([("a", "b")], scope=BotCommandScopeChat(ANNA_ID))
    assert (await bot.get_my_commands(BotCommandScopeChat(ANNA_ID)))[0].command == "a"
    sent = await bot.send_message(
        ANNA_ID,
        "x https://e.org",
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        disable_notification=True,
    )
    assert sent.link_preview_options.is_disabled
    assert box.telegram.messages(ANNA_ID)[-1].silent
    shown = LinkPreviewOptions(
        url="https://e.org/p.jpg", prefer_large_media=True, show_above_text=True
    )
    sent = await bot.edit_message_text("y", ANNA_ID, sent.message_id, link_preview_options=shown)
    assert shown == sent.link_preview_options
    assert await bot.delete_messages(ANNA_ID, [sent.message_id, 12345])
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert [] == list(await bot.get_updates())
    assert await bot.close()


async def test_membership_news_reach_a_handler(box, echo):
    seen: list[tuple[int, str]] = []

    async def note(update, _context):
        seen.append((update.effective_chat.id, update.my_chat_member.new_chat_member.status))

    echo.add_handler(ChatMemberHandler(note))
    box.telegram.start(ANNA_ID)
    box.telegram.block(ANNA_ID)
    box.telegram.add_bot(box.group_id, admin=True)
    box.telegram.kick_bot(box.group_id)
    box.telegram.start(ANNA_ID)
    await box.until(lambda: len(box.calls.of("sendMessage")) == 2)
    assert [
        (ANNA_ID, "kicked"),
        (box.group_id, "administrator"),
        (box.group_id, "kicked"),
        (ANNA_ID, "member"),
    ] == seen
