"""The bot about itself: getMe, logOut, close, command menus, descriptions, the menu button."""

import re
from dataclasses import replace
from typing import Any

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.botapi.methods.targets import target
from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.limits import MAX_COMMANDS
from bot.sandbox.telegram.model import Bot, BotCommand, StoreEvent
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.wire import bot_json

_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_PLAIN_SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
)
_PROFILE_LIMITS = {"description": 512, "short_description": 120, "name": 64}


def get_me(telegram: Telegram, bot: Bot, params: Params) -> Any:  # noqa: ARG001 - one shape
    """Tell who the token belongs to."""
    return bot_json(bot)


def log_out(telegram: Telegram, bot: Bot, params: Params) -> Any:  # noqa: ARG001 - one shape
    """Leave this server: afterwards calls get 400 "Logged out"."""
    telegram.put_bot(replace(bot, logged_out=True))
    return True


def close(telegram: Telegram, bot: Bot, params: Params) -> Any:  # noqa: ARG001 - one shape
    """Close the instance before moving it."""
    return True


def _scope(telegram: Telegram, bot: Bot, params: Params) -> str:
    raw = params.json("scope", "BotCommandScope") or {}
    kind = str(raw.get("type", "default"))
    if kind in _PLAIN_SCOPES:
        return kind
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat_id = target(telegram, bot, str(raw.get("chat_id", ""))).chat_id
    if chat_id > 0 and not telegram.dialog(chat_id, bot.id).started:
        raise bad_request("chat not found")
    user = f":{raw.get('user_id')}" if kind == "chat_member" else ""
    return f"{kind}:{chat_id}{user}"


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _command(raw: Any) -> BotCommand:
    if not isinstance(raw, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(raw.get("command", "")).removeprefix("/")
    description = str(raw.get("description", "")).strip()
    if not _NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:  # noqa: PLR2004 - Bot API, BotCommand
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return BotCommand(name, description)


def set_my_commands(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Set the menu of a scope and language."""
    raw = params.json("commands", "commands")
    if not isinstance(raw, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(raw) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    place = (bot.id, _scope(telegram, bot, params), _language(params))
    telegram.commands[place] = tuple(_command(item) for item in raw)
    telegram.notify(StoreEvent("menu", bot_id=bot.id))
    return True


def delete_my_commands(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Forget the menu of a scope and language."""
    place = (bot.id, _scope(telegram, bot, params), _language(params))
    telegram.commands.pop(place, None)
    telegram.notify(StoreEvent("menu", bot_id=bot.id))
    return True


def get_my_commands(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Tell the menu of exactly this scope and language."""
    place = (bot.id, _scope(telegram, bot, params), _language(params))
    found = telegram.commands.get(place, ())
    return [{"command": c.command, "description": c.description} for c in found]


def _set_profile(telegram: Telegram, bot: Bot, params: Params, field: str) -> bool:
    text = params.text(field)
    if len(text) > _PROFILE_LIMITS[field]:
        raise ApiError(400, f"Bad Request: BOT_{field.upper()}_TOO_LONG")
    telegram.profiles[bot.id, field, _language(params)] = text
    telegram.notify(StoreEvent("menu", bot_id=bot.id))
    return True


def _get_profile(telegram: Telegram, bot: Bot, params: Params, field: str) -> Any:
    code = _language(params)
    found = telegram.profiles.get((bot.id, field, code)) or telegram.profiles.get(
        (bot.id, field, "")
    )
    return {field: found or (bot.user.first_name if field == "name" else "")}


def set_my_description(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Set what a person reads before pressing START."""
    return _set_profile(telegram, bot, params, "description")


def set_my_short_description(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Set what stands on the profile."""
    return _set_profile(telegram, bot, params, "short_description")


def set_my_name(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Set the shown name."""
    return _set_profile(telegram, bot, params, "name")


def get_my_description(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Tell what a person reads before pressing START."""
    return _get_profile(telegram, bot, params, "description")


def get_my_short_description(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Tell what stands on the profile."""
    return _get_profile(telegram, bot, params, "short_description")


def get_my_name(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Tell the shown name."""
    return _get_profile(telegram, bot, params, "name")


def set_chat_menu_button(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Choose what the button beside the text field opens."""
    chat_id = params.number("chat_id")
    if chat_id and chat_id not in telegram.users:
        raise bad_request("chat not found")
    button = params.json("menu_button", "MenuButton") or {"type": "default"}
    telegram.menu_buttons[bot.id, chat_id] = button
    return True


def get_chat_menu_button(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Tell what the button beside the text field opens."""
    chat_id = params.number("chat_id")
    general = telegram.menu_buttons.get((bot.id, 0), {"type": "commands"})
    return telegram.menu_buttons.get((bot.id, chat_id), general)
