"""editMessageText, …Caption, …Media and …ReplyMarkup; deleteMessage, deleteMessages."""

from dataclasses import replace
from typing import Any

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.botapi.methods.sending import formatted, keyboard, sent_file
from bot.sandbox.botapi.methods.targets import own_message, target
from bot.sandbox.telegram.errors import NOT_MODIFIED, bad_request
from bot.sandbox.telegram.limits import DELETE_WINDOW, MAX_CAPTION, MAX_PHOTO, MAX_TEXT, MAX_UPLOAD
from bot.sandbox.telegram.model import Bot, SandboxMessage
from bot.sandbox.telegram.previews import read_preview
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.wire import message_json


def _editable(telegram: Telegram, bot: Bot, params: Params) -> SandboxMessage:
    message = own_message(telegram, bot, params, "edit")
    chat = telegram.chats.get(message.key.chat_id)
    member = chat.member(bot.id) if chat else None
    channel_editor = message.sender_id is None and member is not None and member.can_edit
    if message.sender_id != bot.id and not channel_editor:
        raise bad_request("message can't be edited")
    return message


def _apply(telegram: Telegram, bot: Bot, old: SandboxMessage, new: SandboxMessage) -> Any:
    if _content(old) == _content(new) and old.markup == new.markup:
        raise bad_request(NOT_MODIFIED)
    # What an edit costs is not published; the strict reading is: as much as a message.
    telegram.limit.count(bot.id, old.key.chat_id, telegram.clock())
    # A change of buttons alone does not mark a message as edited.
    edited = telegram.clock() if _content(old) != _content(new) else old.edited
    return message_json(telegram, telegram.change(replace(new, edited=edited)))


def _content(message: SandboxMessage) -> tuple[Any, ...]:
    """Return what a message says and shows, without its buttons."""
    return message.text, message.entities, message.photo, message.document, message.preview


def edit_message_text(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Replace a message's text and keyboard (no keyboard given = none any more)."""
    message = _editable(telegram, bot, params)
    if message.has_media or message.location:
        raise bad_request("there is no text in the message to edit")
    text, entities = formatted(params, "text", MAX_TEXT)
    if not text:
        raise bad_request("message text is empty")
    markup = keyboard(telegram, message.key, params)
    preview = read_preview(params.json("link_preview_options", "link preview options"))
    new = replace(message, text=text, entities=entities, markup=markup, preview=preview)
    return _apply(telegram, bot, message, new)


def edit_message_caption(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Replace the words under a picture or file."""
    message = _editable(telegram, bot, params)
    if not message.has_media:
        raise bad_request("there is no caption in the message to edit")
    text, entities = formatted(params, "caption", MAX_CAPTION)
    markup = keyboard(telegram, message.key, params)
    new = replace(message, text=text, entities=entities, markup=markup)
    return _apply(telegram, bot, message, new)


def edit_message_media(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Put another picture or file in the place of the one there, or of a text."""
    message = _editable(telegram, bot, params)
    if message.location:
        raise bad_request("there is no media in the message to edit")
    media = params.json("media")
    kind = media.get("type") if isinstance(media, dict) else None
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: unsupported media type")
    given = Params({**media, kind: media.get("media")}, params.uploads)
    file, _ = sent_file(telegram, given, kind, MAX_PHOTO if kind == "photo" else MAX_UPLOAD)
    text, entities = formatted(given, "caption", MAX_CAPTION)
    new = replace(
        message,
        text=text,
        entities=entities,
        markup=keyboard(telegram, message.key, params),
        photo=file if kind == "photo" else None,
        document=file if kind == "document" else None,
    )
    return _apply(telegram, bot, message, new)


def edit_message_reply_markup(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Replace only the keyboard."""
    message = _editable(telegram, bot, params)
    markup = keyboard(telegram, message.key, params)
    return _apply(telegram, bot, message, replace(message, markup=markup))


def delete_message(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Delete one message, younger than 48 h; others' in groups only as an admin."""
    message = own_message(telegram, bot, params, "delete")
    if not _deletable(telegram, bot, message):
        raise bad_request("message can't be deleted for everyone")
    telegram.remove(message)
    return True


def delete_messages(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Delete several; what cannot be found is skipped."""
    ids = params.json("message_ids") or []
    for message_id in ids:
        call = Params({"chat_id": params.chat_id, "message_id": message_id})
        message = telegram.find(target(telegram, bot, call.chat_id), call.number("message_id"))
        if message is not None and _deletable(telegram, bot, message):
            telegram.remove(message)
    return True


def _deletable(telegram: Telegram, bot: Bot, message: SandboxMessage) -> bool:
    if telegram.age(message) > DELETE_WINDOW:
        return False
    chat = telegram.chats.get(message.key.chat_id)
    member = chat.member(bot.id) if chat else None
    return chat is None or message.sender_id == bot.id or bool(member and member.is_admin)
