"""``init``: the first file of settings, with a token that Telegram knows."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import mkstemp
from typing import TextIO

import click

import bot
from bot import envfile
from bot.cli.common import Refused, carried_out, now, quiet, sentence
from bot.instance import OWNER_ONLY
from bot.settings import Settings, SettingsError, contact, given, people, read, token
from storage.errors import NewsError

TOKEN, CONTACT, ADMINS = "TELEGRAM_BOT_TOKEN", "USER_AGENT_CONTACT", "ADMIN_IDS"

QUESTIONS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    TOKEN: ("The bot's token from @BotFather (it stays hidden; empty: later)", token),
    CONTACT: ("How outlets reach you, an e-mail address or a page (empty: not at all)", contact),
    ADMINS: ("Your Telegram id (empty: the bot tells it when you press START)", people),
}
"""What is asked of whoever sits at a terminal, and who reads the answer."""

PACKAGE = Path(bot.__file__).parent
CLONE = PACKAGE.parent


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where .env is to be and SteppeWire will be started; it is made where it is missing.",
)
@click.option(
    "--token-file",
    type=click.File(encoding="utf-8", errors="replace"),
    help="A file with the token; - is stdin.",
)
@click.option("--no-check", is_flag=True, help="Do not ask Telegram whose the token is.")
@click.option("--force", is_flag=True, help="Write anew without asking; the old file is kept.")
def init(*, folder: Path, token_file: TextIO | None, no_check: bool, force: bool) -> None:
    """Write a commented .env for a new bot: ask for the token, try it, say what is next.

    Settings in the process environment are written down and not asked for; where there is no
    terminal nothing is asked.
    """
    file = folder / ".env"
    refuse_replacing(file, may=force)
    told = given()
    if token_file is not None:
        told[TOKEN] = token_file.read().strip()
        if not told[TOKEN]:
            raise Refused("There is no token in the file that --token-file names.")
    if sys.stdin.isatty():
        ask_for_the_rest(told)
    try:
        settings = read(told)
    except SettingsError as error:
        raise Refused("\n".join(error.problems)) from error
    carried_out(begin, quiet(settings), file, told, no_check=no_check)


def refuse_replacing(file: Path, *, may: bool) -> None:
    """Raise Refused where a file is there and nobody says that it may be replaced."""
    if not os.path.lexists(file):
        return
    if not file.is_file():
        raise Refused(f"{file} is there and is no file: take it away.")
    if may or (sys.stdin.isatty() and click.confirm(f"{file} is there. Write a new one?")):
        return
    raise Refused(f"{file} is there and stays as it is; `--force` writes a new one.")


def ask_for_the_rest(told: dict[str, str]) -> None:
    """Ask for what is not told yet, again and again while an answer cannot be."""
    for name, (question, reader) in QUESTIONS.items():
        while name not in told:
            typed = click.prompt(question, "", hide_input=name == TOKEN, show_default=False)
            if not (answer := typed.strip()):
                break
            try:
                reader(answer)
            except ValueError as error:
                click.echo(f"{name} {error}")
            else:
                told[name] = answer


async def begin(
    settings: Settings, file: Path, told: Mapping[str, str], *, no_check: bool
) -> None:
    """Try the token, write the file, say what is next. Nothing is written where one fails."""
    username = ""
    if settings.telegram_bot_token and not no_check:
        username = await checked(settings)
    text = envfile.filled(template(), told)
    try:
        kept = await asyncio.to_thread(write, file, text)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"{file}: written, for your eyes only")
    if kept:
        click.echo(f"What was there is {kept}")
    for line in what_is_next(file, settings, username):
        click.echo(line)


async def checked(settings: Settings) -> str:
    """Return the bot's name; Refused where Telegram does not know the token or cannot be asked."""
    from bot.connection import bot_username  # noqa: PLC0415 (takes a second: questions come first)

    try:
        username = await bot_username(settings)
    except NewsError as error:
        raise Refused(f"{sentence(error)} Nothing was written.") from error
    except ConnectionError as error:
        raise Refused(
            f"Telegram cannot be asked just now: {error}. Nothing was written;"
            " `--no-check` writes without asking."
        ) from error
    click.echo(f"Telegram knows the token: @{username}")
    return username


def template() -> str:
    """Return .env.example, of the installed package or of the clone that we run from."""
    installed = PACKAGE / "env.example"
    source = installed if installed.is_file() else CLONE / ".env.example"
    return source.read_text(encoding="utf-8")


def write(file: Path, text: str, mode: int = OWNER_ONLY) -> Path | None:
    """Put a file in its place as a whole; return what an older one is called now."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = mkstemp(dir=file.parent, prefix=f"{file.name}-")  # of mode 0600
    new = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fchmod(number, mode)
            os.fsync(opened.fileno())
        kept = None
        if os.path.lexists(file):
            kept = file.rename(file.with_name(f"{file.name}.before-{now():%Y%m%dT%H%M%SZ}"))
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
    return kept


def what_is_next(file: Path, settings: Settings, username: str) -> list[str]:
    """Say what is to be done until the bot answers."""
    lines = []
    if not settings.telegram_bot_token:
        lines.append(f"Ask @BotFather for a token and put it after {TOKEN}= there.")
    folder = file.parent.resolve()
    run = "make run" if folder == CLONE and (CLONE / "Makefile").is_file() else "steppewire run"
    where = "" if folder == Path.cwd() else f" in {folder}"
    lines.append(f"Next: `{run}`{where}, then press START in the bot's chat.")
    if username:
        lines.append(f"It is at https://t.me/{username}")
    return lines
