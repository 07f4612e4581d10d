"""Laws over the tables of commands, buttons and menus."""

import ast
import re
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path

import pytest
from telegram import BotCommandScopeChat

import bot
from bot.commands import ANSWERS, BUTTONS, COMMANDS
from bot.commands.start import decoded, helping
from bot.context import Audience
from bot.conversation import Ask, Say
from bot.render.markup import measure
from bot.telegram import menus
from bot.telegram.incoming import command_of, press_of
from bot.texts import LANGUAGES
from storage.model import Chat, ChatId, ChatKind

FOLDER = Path(bot.__file__).parent
READER = Chat(ChatId(1), ChatKind.PRIVATE)


@cache
def calls(name: str) -> tuple[str, ...]:
    """The first string given to every call of a function of this name in the bot."""
    return tuple(
        node.args[position].value
        for path in FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) == name
        for position in ([0] if name == "press" else [3])
        if len(node.args) > position
        and isinstance(node.args[position], ast.Constant)
        and isinstance(node.args[position].value, str)
    )


def test_names_and_verbs_are_unique_and_of_telegrams_form() -> None:
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in names)
    verbs = [press.verb for press in BUTTONS]
    assert len(verbs) == len(set(verbs))


def test_every_button_that_is_shown_does_something_and_none_is_forgotten() -> None:
    assert set(calls("press")) - {press.verb for press in BUTTONS} == set()
    # Verbs that turn pages, and those that lead into the bot from channels, are given as values.
    by_list = {"fv", "f", "l", "sp", "rp", "fd", "dl", "dm", "da", "h", "cp"}
    assert {press.verb for press in BUTTONS} - set(calls("press")) - by_list == set()


def test_every_question_has_who_reads_its_answer() -> None:
    assert {"subscribe", "search", "trends", "broadcast", "import"} == set(calls("write"))
    assert set(calls("write")) <= set(ANSWERS)


def test_what_admins_may_do_is_not_done_in_groups() -> None:
    assert all(c.private for c in COMMANDS if c.audience is Audience.ADMINS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_admin", [False, True])
def test_help_is_one_message(language: str, *, is_admin: bool) -> None:
    reply = helping(COMMANDS, Ask(READER, READER, language, is_admin=is_admin))
    assert isinstance(reply, Say)
    (message,) = reply.messages
    assert measure(message.html) <= 4096
    for command in COMMANDS:
        shown = f"/{command.name} —" in message.html
        assert shown == (is_admin or command.audience is Audience.EVERYONE)


READING = {
    "_",
    "help",
    "l",
    "dg",
    "dm",
    "da",
    "dl",
    "dn",
    "rc",
    "rp",
    "rq",
    "rl",
    "h",
    "f",
    "fx",
    "rd",
    "s",
    "sp",
    "sb",
    "w",
    "tr",
    "so",
}
"""What any member of a group may press: it shows something, and takes nothing from anybody."""


def test_only_what_shows_something_may_be_pressed_by_any_member_of_a_group() -> None:
    anybody = {
        one.verb for one in BUTTONS if not one.changes and one.audience is Audience.EVERYONE
    }
    assert READING == anybody


def test_who_we_are_fits_telegram_in_every_language() -> None:
    for one in menus.profiles():
        assert 0 < len(one.description) <= menus.MOST_DESCRIPTION
        assert 0 < len(one.short) <= menus.MOST_SHORT
        assert not set("<>") & set(one.description + one.short)


def test_menus_fit_telegram_and_show_admins_theirs_only() -> None:
    for menu in (*menus.menus(), *menus.admins_menus(5)):
        assert 0 < len(menu.commands) <= 100
        assert all(1 <= len(line) <= 256 for _, line in menu.commands)
        assert all("<" not in line for _, line in menu.commands)
        names = {name for name, _ in menu.commands}
        assert ("addfeed" in names) == isinstance(menu.scope, BotCommandScopeChat)
        assert "start" not in names


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/search gas", ("search", "gas")),
        ("/search@our_bot gas", ("search", "gas")),
        ("/SEARCH@OUR_BOT gas\nAND oil", ("search", "gas\nAND oil")),
        ("/search", ("search", "")),
        ("/search@other_bot gas", None),
        ("/ hello", None),
        ("//", None),
        ("/привет", None),
        ("hello /search", None),
    ],
)
def test_commands_are_read_as_people_type_them(typed: str, read: tuple[str, str] | None) -> None:
    assert read == command_of(typed, "our_bot")


@pytest.mark.parametrize(
    "data", [None, "", "s:12:3:4:5:6", "S", "s 12", "s:12\n", "s:" + "1" * 60, "с:1", "s:1;drop"]
)
def test_button_data_of_another_form_is_nothing(data: str | None) -> None:
    assert () == press_of(data)


@pytest.mark.parametrize("query", ["uranium", "уран Казахстан", '"Silk Road" -football'])
def test_links_carry_queries(query: str) -> None:
    assert query == decoded(urlsafe_b64encode(query.encode()).decode().rstrip("="))
