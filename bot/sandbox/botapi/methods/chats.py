"""getChat, getChatMember, getChatAdministrators, getChatMemberCount, leaveChat; getFile."""

from typing import Any

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.botapi.methods.targets import inside, target
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.limits import MAX_DOWNLOAD
from bot.sandbox.telegram.model import Bot, Member, SandboxChat
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.wire import chat_json, member_json

_NO_GIFTS = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)


def get_chat(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Tell about a chat the bot can see."""
    key = target(telegram, bot, params.chat_id)
    if key.bot_id:
        if not telegram.dialog(key.chat_id, bot.id).started:
            raise bad_request("chat not found")
    else:
        chat = telegram.chat_at(key.chat_id)
        if not chat.username or chat.member(bot.id):
            inside(bot, chat)
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}
    return chat_json(telegram, key.chat_id) | full


def _group(telegram: Telegram, bot: Bot, params: Params, refusal: str) -> SandboxChat:
    key = target(telegram, bot, params.chat_id)
    if key.bot_id:
        raise bad_request(refusal)
    chat = telegram.chat_at(key.chat_id)
    inside(bot, chat)
    return chat


def get_chat_member(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Tell somebody's standing in a chat; strangers have left."""
    chat = _group(telegram, bot, params, "chat member status can't be obtained in private chats")
    user_id = params.number("user_id")
    if user_id not in telegram.users:
        raise bad_request("invalid user_id specified" if user_id <= 0 else "user not found")
    mine = chat.member(bot.id)
    if chat.kind == "channel" and user_id != bot.id and not (mine and mine.is_admin):
        raise bad_request("member list is inaccessible")
    return member_json(telegram, chat.member(user_id) or Member(user_id, "left"))


def get_chat_administrators(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """List the people who manage a chat (other bots are left out)."""
    chat = _group(telegram, bot, params, "there are no administrators in the private chat")
    return [
        member_json(telegram, member)
        for member in chat.members
        if member.is_admin
        and (not telegram.users[member.user_id].is_bot or member.user_id == bot.id)
    ]


def get_chat_member_count(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Count the people in a chat."""
    chat = _group(telegram, bot, params, "chat not found")
    return sum(member.is_inside for member in chat.members)


def leave_chat(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Leave a group or channel."""
    chat = _group(telegram, bot, params, "chat member status can't be changed in private chats")
    telegram.set_bot(chat.id, "left", by=bot.id, bot_id=bot.id)
    return True


def get_file(telegram: Telegram, bot: Bot, params: Params) -> Any:  # noqa: ARG001 - one shape
    """Give the path a file can be downloaded from."""
    wanted = params.text("file_id")
    if not wanted:
        raise bad_request("file_id not specified")
    file = telegram.files.get(wanted)
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.content) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": f"documents/{file.id}",
    }
