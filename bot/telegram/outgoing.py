"""Reply → Telegram: sends, edits, toasts; degrades where Telegram refuses, never loops."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import assert_never

import structlog
from telegram import (
    Bot,
    CallbackQuery,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.context import Context
from bot.conversation import (
    Button,
    Cards,
    Edit,
    EditButton,
    File,
    Keyboard,
    Message,
    Nothing,
    Picture,
    Preview,
    Reply,
    Say,
    Toast,
    Working,
)
from bot.render.markup import cut, escape, plain
from bot.telegram.turns import UpdateTurn

log = structlog.get_logger(__name__)

MOST_TOAST = 190
MOST_CAPTION = 1024
PICTURE_NAME = "chart.png"
REPORT_EVERY = timedelta(seconds=3)
"""Each shown step of a long work is an edit, and edits count against Telegram's limits."""

NOT_MODIFIED = "message is not modified"
INLINE_CACHE_S = 30


@dataclass(slots=True)
class Where:
    """Where a reply goes: a chat, its topic, the pressed message, the press to acknowledge.

    ``progress`` is the message that shows how far a long work is; ``turn`` is that of the
    update which is answered.
    """

    bot: Bot
    chat_id: int
    thread_id: int | None = None
    pressed: int | None = None
    answers: int | None = None
    query: CallbackQuery | None = None
    acknowledged: bool = False
    progress: int | None = None
    turn: UpdateTurn = field(kw_only=True)


async def deliver(reply: Reply, where: Where, context: Context) -> None:
    """Carry a reply out. A press is always acknowledged, or its button would spin for ever."""
    match reply:
        case Toast(text, box) if where.query is not None:
            await acknowledge(where, text, box=box)
        case Edit(message, toast):
            await acknowledge(where, toast)
            await edit(where, message)
        case Picture(in_place=True) if where.pressed is not None:
            await acknowledge(where)
            await edit_picture(where, reply, where.pressed)
        case EditButton(button, toast):
            await acknowledge(where, toast)
            await edit_button(where, button)
        case Working():
            await acknowledge(where)
            await carry_out(reply, where, context)
        case Say() | Toast() | File() | Picture():
            await acknowledge(where)
            await send_new(reply, where)
        case Nothing() | Cards():
            await acknowledge(where)
        case _:
            assert_never(reply)


async def send_new(reply: Say | Toast | File | Picture, where: Where) -> None:
    """Send what stands by itself."""
    match reply:
        case Say(messages):
            await send_all(messages, where)
        case Toast(text):
            await send(where, Message(escape(text)))
        case File(name, body, caption):
            await where.bot.send_document(
                where.chat_id,
                document=body,
                filename=name,
                caption=cut(plain(caption), MOST_CAPTION) or None,
                message_thread_id=where.thread_id,
            )
        case Picture(png, caption, keyboard):
            await where.bot.send_photo(
                where.chat_id,
                photo=png,
                filename=PICTURE_NAME,
                caption=caption or None,
                parse_mode=ParseMode.HTML,
                reply_markup=markup_of(keyboard),
                message_thread_id=where.thread_id,
            )
        case _:
            assert_never(reply)


async def send_all(messages: Sequence[Message], where: Where) -> None:
    """Send messages in their order, those left of them where some were told before a crash."""
    for number, message in enumerate(messages, 1):
        if number > where.turn.update.told:
            await send(where, message)
            if number < len(messages):
                await where.turn.told(number)


async def carry_out(working: Working, where: Where, context: Context) -> None:
    """Show a long work's progress in one message, and its end in the same, also a failure."""
    shown = where.pressed if working.in_place else where.turn.update.shown
    if shown is None:
        shown = await send(where, working.first)
    else:  # in place, or taken up again after a crash
        where.pressed = shown
        await edit(where, working.first)
    await where.turn.shows(shown)
    last = context.clock()
    where.progress = shown
    there = Where(where.bot, where.chat_id, where.thread_id, shown, turn=where.turn)

    async def report(message: Message) -> None:
        nonlocal last
        now = context.clock()
        if now - last >= REPORT_EVERY:
            last = now
            await edit(there, message)

    end = await working.work(report)
    if isinstance(end, Edit):
        await edit(there, end.message)
    else:
        await deliver(end, there, context)


async def acknowledge(where: Where, text: str = "", *, box: bool = False) -> None:
    """Answer a press once; Telegram forgets presses soon, and that is no error."""
    if where.query is None or where.acknowledged:
        return
    where.acknowledged = True
    try:
        await where.query.answer(cut(text, MOST_TOAST) if text else None, show_alert=box)
    except BadRequest as error:
        log.info("press too old", error=error.message)


async def send(where: Where, message: Message) -> int:
    """Send a message; where Telegram cannot read its HTML, once more as plain text."""
    try:
        sent = await _send(where, message.html, ParseMode.HTML, message)
    except BadRequest as error:
        if not unreadable(error):
            raise
        log.exception("html refused", html=message.html)
        sent = await _send(where, plain(message.html), None, message)
    return sent


async def _send(where: Where, text: str, parse_mode: str | None, message: Message) -> int:
    answers = (
        ReplyParameters(where.answers, allow_sending_without_reply=True)
        if where.answers is not None
        else None
    )
    sent = await where.bot.send_message(
        where.chat_id,
        text,
        parse_mode=parse_mode,
        reply_markup=_markup(message),
        link_preview_options=preview_of(message.preview),
        message_thread_id=where.thread_id,
        reply_parameters=answers,
    )
    return sent.message_id


async def edit(where: Where, message: Message) -> None:
    """Put a message in the place of the pressed one; send it where that is gone."""
    if where.pressed is None:
        await send(where, message)
        return
    try:
        await where.bot.edit_message_text(
            message.html,
            chat_id=where.chat_id,
            message_id=where.pressed,
            parse_mode=ParseMode.HTML,
            reply_markup=markup_of(message.keyboard),
            link_preview_options=preview_of(message.preview),
        )
    except BadRequest as error:
        if NOT_MODIFIED in error.message.casefold():
            return  # a double press: it is there already
        log.info("edit refused", error=error.message)
        await send(where, message)


async def edit_picture(where: Where, picture: Picture, message_id: int) -> None:
    """Put a picture in the place of the pressed message; send it where that is gone."""
    try:
        await where.bot.edit_message_media(
            InputMediaPhoto(
                picture.png,
                caption=picture.caption or None,
                parse_mode=ParseMode.HTML,
                filename=PICTURE_NAME,
            ),
            chat_id=where.chat_id,
            message_id=message_id,
            reply_markup=markup_of(picture.keyboard),
        )
    except BadRequest as error:
        if NOT_MODIFIED in error.message.casefold():
            return  # a double press: it is there already
        log.info("edit refused", error=error.message)
        await send_new(picture, where)


async def edit_button(where: Where, button: Button) -> None:
    """Put a button in the place of the pressed one, whatever message it stands under.

    A press that comes after the button was changed already finds nothing to change.
    """
    message = where.query.message if where.query is not None else None
    if where.query is None or not isinstance(message, TelegramMessage):
        return
    shown = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    rows = [
        [button_of(button) if key.callback_data == where.query.data else key for key in row]
        for row in shown
    ]
    if rows == [list(row) for row in shown]:
        return
    try:
        await where.bot.edit_message_reply_markup(
            where.chat_id, message.message_id, reply_markup=InlineKeyboardMarkup(rows)
        )
    except BadRequest as error:
        log.info("button not changed", error=error.message)


def preview_of(preview: Preview | None) -> LinkPreviewOptions:
    """Turn a picture beside a text into Telegram's link preview.

    The text need not have the address; where Telegram cannot fetch it, the text stands alone.
    """
    if preview is None:
        return LinkPreviewOptions(is_disabled=True)
    return LinkPreviewOptions(
        url=preview.url,
        prefer_large_media=preview.large or None,
        prefer_small_media=not preview.large or None,
        show_above_text=preview.large or None,
    )


def unreadable(error: TelegramError) -> bool:
    """Tell whether Telegram refused the form of a message, so that plain text may do."""
    answer = error.message.casefold()
    return any(
        part in answer
        for part in ("can't parse", "entit", "message is too long", "text is too long")
    )


def _markup(message: Message) -> InlineKeyboardMarkup | ForceReply | None:
    if message.asks and not message.keyboard:
        return ForceReply(selective=True)
    return markup_of(message.keyboard)


def markup_of(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Turn our buttons into Telegram's."""
    rows = [[button_of(button) for button in row] for row in keyboard if row]
    return InlineKeyboardMarkup(rows) if rows else None


def button_of(button: Button) -> InlineKeyboardButton:
    """Turn one button into Telegram's."""
    label = cut(button.label, 64)
    if button.url:
        return InlineKeyboardButton(label, url=button.url)
    if button.inline is not None:
        return InlineKeyboardButton(label, switch_inline_query=button.inline)
    return InlineKeyboardButton(label, callback_data=button.press)


async def answer_inline(query: InlineQuery, cards: Cards) -> None:
    """Answer an inline query; one that waited too long is Telegram's to forget."""
    results = [
        InlineQueryResultArticle(
            card.id,
            card.title,
            InputTextMessageContent(
                card.message.html,
                parse_mode=ParseMode.HTML,
                link_preview_options=preview_of(card.message.preview),
            ),
            description=card.about,
            url=card.url or None,
            reply_markup=markup_of(card.message.keyboard),
        )
        for card in cards.cards
    ]
    try:
        await query.answer(
            results, cache_time=INLINE_CACHE_S, is_personal=True, next_offset=cards.more
        )
    except BadRequest as error:
        log.info("inline query not answered", error=error.message)
