"""What Telegram shows of us beside messages: menus for everybody, groups and admins; who we are.

All in the languages people read.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import BadRequest, TelegramError

from bot.commands import COMMANDS
from bot.context import Audience, Command, Context
from bot.texts import choose, translate
from storage import chats, meta
from storage.model import ChatId
from storage.sql import Connection

log = structlog.get_logger(__name__)

TOLD_IN = ("", "ru", "kk", "ky", "uz", "tg", "tk", "be", "tt")
"""Telegram's language codes that get a menu, in the language that people of it get; "" is for all
others, in English."""

FACT, PROFILE_FACT = "menus", "profile"
MOST_DESCRIPTION, MOST_SHORT = 512, 120
"""What Telegram takes, in characters."""


Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Menu:
    """One call of setMyCommands."""

    scope: BotCommandScope
    code: str
    commands: tuple[tuple[str, str], ...]


def menus() -> list[Menu]:
    """Return the menus of everybody. Hiding a command is courtesy, not access control."""
    everyone = [c for c in COMMANDS if c.menu and c.audience is Audience.EVERYONE]
    group = [c for c in everyone if not c.private]
    scopes: list[tuple[BotCommandScope, list[Command]]] = [
        (BotCommandScopeAllPrivateChats(), everyone),
        (BotCommandScopeAllGroupChats(), [c for c in group if not c.changes]),
        (BotCommandScopeAllChatAdministrators(), group),
    ]
    return [menu for scope, commands in scopes for menu in in_every_language(scope, commands)]


def admins_menus(admin: int) -> list[Menu]:
    """Return the menus of an admin's private chat."""
    return in_every_language(BotCommandScopeChat(admin), [c for c in COMMANDS if c.menu])


def in_every_language(scope: BotCommandScope, commands: Sequence[Command]) -> list[Menu]:
    """Return one menu for each language."""
    return [
        Menu(scope, code, tuple(described(c, choose(code, "en")) for c in commands))
        for code in TOLD_IN
    ]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person reads before START, and the line on our profile and in shared links."""

    code: str
    description: str
    short: str


def profiles() -> list[Profile]:
    """Return who we are, in every language."""
    return [
        Profile(
            code, translate(language, "profile.description"), translate(language, "profile.about")
        )
        for code in TOLD_IN
        for language in [choose(code, "en")]
    ]


def described(command: Command, language: str) -> tuple[str, str]:
    """Return a command's name and its line in the menu (Telegram: 1-256 characters)."""
    return command.name, translate(language, f"help.{command.name}")[:256]


def admins_here(db: Connection, admin_ids: Iterable[int], bot_name: str = "") -> frozenset[int]:
    """Return the admins who pressed Start at this bot: Telegram knows no chat with any other."""
    known = {
        admin: chats.get(db, ChatId(admin))
        for admin in admin_ids
        if chats.bot_of(db, ChatId(admin)) == bot_name
    }
    return frozenset(admin for admin, chat in known.items() if chat is not None and chat.active)


async def set_menus(bot: Bot, context: Context, admins: Iterable[int]) -> None:
    """Tell Telegram who we are, and the menus, where they changed since they were told last.

    ``admins`` are those whose chats Telegram knows.
    """
    await tell_changed(bot, context, PROFILE_FACT, profiles(), set_profile)
    await tell_changed(bot, context, FACT, menus(), set_menu)
    for admin in sorted(admins):
        await tell_changed(bot, context, f"{FACT}:{admin}", admins_menus(admin), set_menu)


async def tell_changed(
    bot: Bot,
    context: Context,
    fact: str,
    wanted: list[Told],
    tell: Callable[[Bot, Told], Awaitable[bool]],
) -> None:
    """Tell Telegram each of these, unless it took all of them before; a later start goes on.

    Each of several bots remembers its own.
    """
    fact = f"{fact}/{context.bot_name}" if context.bot_name else fact
    digest = hashlib.sha256(f"{bot.id}{wanted}".encode()).hexdigest()
    if await context.db.read(meta.get, fact) == digest:
        return
    try:
        complete = all([await tell(bot, value) for value in wanted])
    except TelegramError as error:
        log.warning("not told", what=fact, error=error)
        return
    if complete:
        # Where that cannot be kept just now, the next start tells it once more.
        await context.db.attempt(None, meta.put, fact, digest)
    log.info("told", what=fact, count=len(wanted), complete=complete)


async def set_menu(bot: Bot, menu: Menu) -> bool:
    """Tell Telegram one menu; return whether it took it."""
    try:
        await bot.set_my_commands(
            [BotCommand(name, line) for name, line in menu.commands],
            scope=menu.scope,
            language_code=menu.code or None,
        )
    except BadRequest as error:
        log.info("menu refused", scope=menu.scope.type, error=error.message)
        return False
    return True


async def set_profile(bot: Bot, profile: Profile) -> bool:
    """Tell Telegram who we are in one language."""
    code = profile.code or None
    await bot.set_my_description(profile.description, language_code=code)
    await bot.set_my_short_description(profile.short, language_code=code)
    return True
