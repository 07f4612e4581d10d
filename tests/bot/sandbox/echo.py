"""A tiny bot on the real python-telegram-bot: echoes, buttons, edits, documents, pictures."""

import struct
import zlib
from io import BytesIO
from typing import Any

from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.constants import ParseMode
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from tests.bot.plain_http import plain_http

Context = ContextTypes.DEFAULT_TYPE
KEYS = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("👍 Good", callback_data="good"),
            InlineKeyboardButton("Edit me", callback_data="edit"),
        ],
        [InlineKeyboardButton("Alert", callback_data="alert")],
        [InlineKeyboardButton("Open site", url="https://example.org/")],
    ]
)
RICH = (
    "<b>Macron in Astana: uranium and minerals deals</b>\n"
    "🇰🇿 Steppe Courier · 🇺🇿 Silk Wire <i>+3 outlets</i>\n\n"
    "<blockquote>The Kremlin said that Kazakhstan was a sovereign state.</blockquote>\n"
    "<blockquote expandable>One line of a long quotation.\nA second line.\nA third line.\n"
    "A fourth line that is hidden.\nA fifth line, hidden as well.</blockquote>\n"
    'Read <a href="https://example.org/story">the story</a>, /story_12 or <tg-spoiler>the secret'
    "</tg-spoiler>. <code>macron AND astana</code>\n"
    '<pre><code class="language-python">print("Сәлем")</code></pre>'
)


def png(width: int, height: int, rgb: tuple[int, int, int]) -> bytes:
    """Draw a one-coloured picture with nothing but the standard library."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    rows = b"".join(b"\0" + bytes(rgb) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


async def _start(update: Update, context: Context) -> None:
    payload = " ".join(context.args or [])
    await update.effective_message.reply_html(
        f"<b>Hello, {update.effective_user.mention_html()}</b> {payload}\n/rich /file /photo",
        reply_markup=KEYS,
    )


async def _rich(update: Update, _context: Context) -> None:
    await update.effective_message.reply_html(RICH, reply_markup=KEYS)


async def _file(update: Update, _context: Context) -> None:
    await update.effective_message.reply_document(
        BytesIO(b"<opml version='2.0'/>"), filename="feeds.opml", caption="Your feeds"
    )


async def _photo(update: Update, _context: Context) -> None:
    await update.effective_message.reply_photo(
        png(640, 320, (46, 110, 160)), caption="<b>A chart</b>", parse_mode=ParseMode.HTML
    )


async def _echo(update: Update, _context: Context) -> None:
    message = update.effective_message
    await message.reply_text(f"echo: {message.text}", do_quote=True)


async def _document(update: Update, _context: Context) -> None:
    message = update.effective_message
    file = await message.document.get_file()
    content = bytes(await file.download_as_bytearray())
    await message.reply_text(f"{message.document.file_name}: {len(content)} bytes")


async def _location(update: Update, _context: Context) -> None:
    place = update.effective_message.location
    await update.effective_message.reply_text(f"at {place.latitude:.2f} {place.longitude:.2f}")


async def _where(update: Update, _context: Context) -> None:
    keys = [[KeyboardButton("📍 Here", request_location=True)], [KeyboardButton("Later")]]
    await update.effective_message.reply_text("Where?", reply_markup=ReplyKeyboardMarkup(keys))


async def _typing(update: Update, _context: Context) -> None:
    await update.effective_chat.send_action("typing")


async def _inline(update: Update, _context: Context) -> None:
    query = update.inline_query
    content = InputTextMessageContent(f"<b>{query.query}</b> told inline", parse_mode="HTML")
    await query.answer([InlineQueryResultArticle("1", f"About {query.query}", content)])


async def _press(update: Update, _context: Context) -> None:
    query = update.callback_query
    match query.data:
        case "good":
            await query.answer("Thank you!")
        case "alert":
            await query.answer("This is an alert.", show_alert=True)
        case _:
            await query.answer()
            await query.edit_message_text("edited text", reply_markup=KEYS)


def echo_application(token: str, url: str) -> Any:
    """Build the application against a box at `url`."""
    calls, updates = plain_http(HTTPXRequest)
    application = (
        Application.builder()
        .token(token)
        .base_url(f"{url}/bot")
        .base_file_url(f"{url}/file/bot")
        .request(calls)
        .get_updates_request(updates)
        .job_queue(None)
        .build()
    )
    for name, command in {
        "start": _start,
        "rich": _rich,
        "file": _file,
        "photo": _photo,
        "where": _where,
        "typing": _typing,
    }.items():
        application.add_handler(CommandHandler(name, command))
    application.add_handler(CallbackQueryHandler(_press))
    application.add_handler(InlineQueryHandler(_inline))
    application.add_handler(MessageHandler(filters.Document.ALL, _document))
    application.add_handler(MessageHandler(filters.LOCATION, _location))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, _echo))
    return application


COMMANDS = {
    "en": [
        BotCommand("start", "Begin"),
        BotCommand("rich", "A message with everything"),
        BotCommand("file", "A document"),
        BotCommand("photo", "A picture"),
    ],
    "ru": [BotCommand("start", "Начать"), BotCommand("rich", "Сообщение со всем сразу")],
}
