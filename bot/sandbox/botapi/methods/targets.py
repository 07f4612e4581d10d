"""Where a call is aimed: the chat, the topic, the message it answers."""

import re

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.telegram.errors import bad_request, forbidden
from bot.sandbox.telegram.model import Bot, Key, SandboxChat, SandboxMessage
from bot.sandbox.telegram.service import Telegram

_NUMBER = re.compile(r"-?\d{1,16}")


def target(telegram: Telegram, bot: Bot, raw: str | None) -> Key:
    """Resolve `chat_id` (a number or @username); raise 400 for what the bot cannot know."""
    if raw is None or raw == "":
        raise bad_request("chat_id is empty")
    chat_id = _numeric(telegram, raw)
    if chat_id > 0:
        key = Key(chat_id, bot.id)
        if chat_id not in telegram.users:
            raise bad_request("chat not found")
        return key
    return Key(telegram.chat_at(chat_id).id)


def _numeric(telegram: Telegram, raw: str) -> int:
    if _NUMBER.fullmatch(raw):
        return int(raw)
    name = raw.removeprefix("@").lower()
    for chat in telegram.chats.values():
        if raw.startswith("@") and chat.username.lower() == name and chat.migrated_to is None:
            return chat.id
    raise bad_request("chat not found")


def writable(telegram: Telegram, bot: Bot, params: Params) -> Key:
    """Resolve the chat of a send and check that the bot may write there."""
    key = target(telegram, bot, params.chat_id)
    telegram.may_write(bot.id, key)
    return key


def thread(telegram: Telegram, bot: Bot, key: Key, params: Params) -> int | None:
    """Check `message_thread_id`: an open topic of a forum, or a reply thread of a supergroup."""
    wanted = params.number("message_thread_id")
    if not wanted:
        return None
    chat = telegram.chats.get(key.chat_id)
    if chat is None or not chat.is_forum:
        if telegram.find(key, wanted) is None:
            raise bad_request("message thread not found")
        return wanted
    return _topic(chat, bot, wanted)


def _topic(chat: SandboxChat, bot: Bot, wanted: int) -> int:
    topic = chat.topic(wanted)
    if topic is None:
        raise bad_request("message thread not found")
    member = chat.member(bot.id)
    if topic.closed and not (member and member.can_manage_topics):
        raise bad_request("TOPIC_CLOSED")
    return topic.id


def answered(telegram: Telegram, key: Key, params: Params) -> tuple[int | None, str]:
    """Check `reply_parameters` (or the older `reply_to_message_id`): message id and quote."""
    raw = params.json("reply_parameters", "reply parameters")
    options = raw if isinstance(raw, dict) else {}
    wanted = options.get("message_id") or params.number("reply_to_message_id")
    if not wanted:
        return None, ""
    lenient = options.get("allow_sending_without_reply") or params.flag(
        "allow_sending_without_reply"
    )
    message = telegram.find(key, int(wanted))
    if message is None and not lenient:
        raise bad_request("message to be replied not found")
    quote = str(options.get("quote", ""))
    if message is not None and quote and quote not in message.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return (message.id if message else None), quote


def own_message(telegram: Telegram, bot: Bot, params: Params, what: str) -> SandboxMessage:
    """Find the message an edit or deletion means."""
    if not params.number("message_id"):
        raise bad_request("message identifier is not specified")
    key = target(telegram, bot, params.chat_id)
    telegram.may_write(bot.id, key)
    message = telegram.find(key, params.number("message_id"))
    if message is None:
        raise bad_request(f"message to {what} not found")
    return message


def inside(bot: Bot, chat: SandboxChat) -> None:
    """Refuse a look into a chat the bot is not in."""
    member = chat.member(bot.id)
    if member is None or member.status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    if member.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
