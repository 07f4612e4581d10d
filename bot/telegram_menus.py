"""The command menus: for everybody, for groups, for admins, in the languages people read."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

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
from bot.conversation import Audience, Command, World
from bot.texts import choose, say
from storage import facts

log = structlog.get_logger(__name__)

TOLD_IN = ("", "ru", "kk", "ky", "uz", "tg", "tk", "be")
"""Telegram's language codes that get a menu; "" is for all others, in English."""

FACT = "menus"


@dataclass(frozen=True, slots=True)
class Menu:
    """One call of setMyCommands."""

    scope: BotCommandScope
    code: str
    commands: tuple[tuple[str, str], ...]


def menus(admin_ids: Iterable[int]) -> list[Menu]:
    """Return every menu there shall be. Hiding a command is courtesy, not access control."""
    everyone = [c for c in COMMANDS if c.menu and c.audience is Audience.EVERYONE]
    group = [c for c in everyone if not c.private]
    scopes: list[tuple[BotCommandScope, list[Command]]] = [
        (BotCommandScopeAllPrivateChats(), everyone),
        (BotCommandScopeAllGroupChats(), [c for c in group if not c.changes]),
        (BotCommandScopeAllChatAdministrators(), group),
    ]
    scopes += [
        (BotCommandScopeChat(one), [c for c in COMMANDS if c.menu]) for one in sorted(admin_ids)
    ]
    return [
        Menu(scope, code, tuple(described(c, choose(code, "en")) for c in commands))
        for scope, commands in scopes
        for code in TOLD_IN
    ]


def described(command: Command, language: str) -> tuple[str, str]:
    """Return a command's name and its line in the menu (Telegram: 1-256 characters)."""
    return command.name, say(language, f"help.{command.name}")[:256]


async def set_menus(bot: Bot, world: World) -> None:
    """Tell Telegram the menus where they changed since they were told last."""
    wanted = menus(world.admin_ids)
    digest = hashlib.sha256(f"{bot.id}{wanted}".encode()).hexdigest()
    if await world.db.read(facts.get, FACT) == digest:
        return
    complete = True
    for menu in wanted:
        try:
            await bot.set_my_commands(
                [BotCommand(name, line) for name, line in menu.commands],
                scope=menu.scope,
                language_code=menu.code or None,
            )
        except BadRequest as error:  # an admin who never pressed Start has no chat yet
            log.info("menu refused", scope=menu.scope.type, error=error.message)
            complete = False
        except TelegramError as error:
            log.warning("menus not set", error=str(error))
            return
    if complete:
        await world.db.write(facts.put, FACT, digest)
    log.info("menus set", count=len(wanted), complete=complete)
