"""sendMessage, sendPhoto, sendDocument, sendLocation, sendChatAction."""

from typing import Any

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.botapi.methods.targets import answered, target, thread, writable
from bot.sandbox.telegram.autolinks import with_spans
from bot.sandbox.telegram.entities import parse_html, trimmed, utf16_len
from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.keyboards import read_markup
from bot.sandbox.telegram.limits import MAX_CAPTION, MAX_PHOTO, MAX_TEXT, MAX_UPLOAD, check_size
from bot.sandbox.telegram.model import (
    Bot,
    Key,
    Location,
    Markup,
    MessageEntity,
    SandboxMessage,
    StoredFile,
    StoreEvent,
)
from bot.sandbox.telegram.pictures import picture_size
from bot.sandbox.telegram.previews import read_preview
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.wire import message_json

MAX_RAW_BYTES = 32_768
MAX_ENTITY_BYTES = 9_500  # what formatting may weigh, links above all
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"


def formatted(params: Params, name: str, limit: int) -> tuple[str, tuple[MessageEntity, ...]]:
    """Read a text with its parse mode; raise 400 where Telegram refuses the formatting."""
    raw = params.text(name)
    if len(raw.encode(errors="surrogatepass")) > MAX_RAW_BYTES:
        raise bad_request(_too_long(name))
    mode = params.text("parse_mode").lower()
    if mode not in ("", "html"):
        raise bad_request("unsupported parse_mode")
    given = params.json("entities" if name == "text" else "caption_entities", "entities")
    if mode:
        text, entities = parse_html(raw)
    else:
        text, entities = raw, tuple(_entity(e) for e in given or ())
    text, entities = trimmed(text, entities)
    if not text.strip(_INVISIBLE + " \n"):
        text, entities = "", ()
    if utf16_len(text) > limit:
        raise bad_request(_too_long(name))
    if sum(map(_weight, entities)) > MAX_ENTITY_BYTES:
        raise bad_request("ENTITIES_TOO_LONG")
    return text, with_spans(text, entities)


def _too_long(name: str) -> str:
    return "message caption is too long" if name == "caption" else "message is too long"


def _weight(entity: MessageEntity) -> int:
    """Count the bytes an entity takes on Telegram's own wire: 12, and its link or language."""
    extra = len((entity.url + entity.language).encode(errors="surrogatepass"))
    return 12 + (extra + 4 if extra else 0)


def _entity(raw: Any) -> MessageEntity:
    try:
        return MessageEntity(
            str(raw["type"]),
            int(raw["offset"]),
            int(raw["length"]),
            str(raw.get("url", "")),
            str(raw.get("language", "")),
        )
    except (TypeError, KeyError, ValueError, AttributeError):
        raise bad_request("can't parse MessageEntity") from None


def keyboard(telegram: Telegram, key: Key, params: Params) -> Markup | None:
    """Read the keyboard of a message for this kind of chat."""
    chat = telegram.chats.get(key.chat_id)
    raw = params.json("reply_markup", "reply keyboard markup")
    return read_markup(
        raw, private=chat is None, channel=chat is not None and chat.kind == "channel"
    )


def _send(
    telegram: Telegram,
    bot: Bot,
    params: Params,
    key: Key,
    text: tuple[str, tuple[MessageEntity, ...]],
    *,
    photo: StoredFile | None = None,
    document: StoredFile | None = None,
    location: Location | None = None,
) -> Any:
    in_thread = thread(telegram, bot, key, params)
    reply_to, quote = answered(telegram, key, params)
    markup = keyboard(telegram, key, params)
    paid = params.flag("allow_paid_broadcast")
    telegram.limit.count(bot.id, key.chat_id, telegram.clock(), paid=paid)
    chat = telegram.chats.get(key.chat_id)
    channel = chat is not None and chat.kind == "channel"
    preview = read_preview(params.json("link_preview_options", "link preview options"))
    message = SandboxMessage(
        telegram.next_message_id(key),
        key,
        telegram.clock(),
        None if channel else bot.id,
        *text,
        markup=markup,
        photo=photo,
        document=document,
        location=location,
        reply_to=reply_to,
        quote=quote,
        thread_id=in_thread,
        sender_chat_id=key.chat_id if channel else None,
        silent=params.flag("disable_notification"),
        preview=preview,
    )
    return message_json(telegram, telegram.append(message))


def send_message(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Send a text."""
    key = target(telegram, bot, params.chat_id)
    text = formatted(params, "text", MAX_TEXT)
    if not text[0]:
        raise bad_request("message text is empty")
    telegram.may_write(bot.id, key)
    return _send(telegram, bot, params, key, text)


def sent_file(
    telegram: Telegram, params: Params, name: str, limit: int
) -> tuple[StoredFile, bool]:
    """Find what is sent: an upload (new, True) or a known file id (False)."""
    upload = params.upload(name)
    if upload is not None:
        if len(upload.content) > limit and name == "document":
            raise ApiError(413, "Request Entity Too Large")
        check_size(len(upload.content), limit)
        size = picture_size(upload.content)
        if name == "photo" and size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if name == "photo" and size and sum(size) > 10_000:  # noqa: PLR2004 - Bot API, sendPhoto
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        file = telegram.put_file(upload.content, upload.name, upload.mime, size or (0, 0))
        return file, True
    wanted = params.text(name)
    if not wanted:
        raise bad_request(f"there is no {name} in the request")
    known = telegram.files.get(wanted)
    if known is None:
        raise bad_request("wrong remote file identifier specified: Wrong string length")
    return known, False


def send_photo(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Send a picture."""
    key = writable(telegram, bot, params)
    caption = formatted(params, "caption", MAX_CAPTION)
    file, _ = sent_file(telegram, params, "photo", MAX_PHOTO)
    return _send(telegram, bot, params, key, caption, photo=file)


def send_document(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Send a file."""
    key = writable(telegram, bot, params)
    caption = formatted(params, "caption", MAX_CAPTION)
    file, _ = sent_file(telegram, params, "document", MAX_UPLOAD)
    return _send(telegram, bot, params, key, caption, document=file)


def send_location(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Send a point on the map."""
    key = writable(telegram, bot, params)
    place = Location(params.real("latitude"), params.real("longitude"))
    return _send(telegram, bot, params, key, ("", ()), location=place)


def send_chat_action(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Show "typing…" and the like for five seconds."""
    key = writable(telegram, bot, params)
    action = params.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    thread(telegram, bot, key, params)
    telegram.notify(StoreEvent("action", key, bot.id, detail=action))
    return True
