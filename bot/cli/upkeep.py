"""``backup`` and ``check``: what an operator runs by hand or from a timer."""

import asyncio
from pathlib import Path

import click

from bot.cli.common import Refused, archive, command, sentence
from bot.connection import bot_username
from bot.settings import Settings
from storage import backup as backups
from storage.errors import NewsError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@command
async def backup(settings: Settings, file: Path) -> None:
    """Copy the database to FILE while everything goes on, and check the copy.

    To restore: stop SteppeWire, put the copy in the place of DATABASE_PATH, start again.
    """
    with click.progressbar(length=1, label="copying") as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        size = await asyncio.to_thread(backups.copy, settings.database_path, file, show)
    click.echo(f"{file}: {size:,} bytes, checked")


@click.command()
@command
async def check(settings: Settings) -> None:
    """Check the settings, the database and the token, a line each; exit 1 if one is ill."""
    click.echo("settings  ok")
    healthy = [await database_is_sound(settings), await token_is_good(settings)]
    if not all(healthy):
        raise Refused("Mend what is named above and run `steppewire check` again.")


async def database_is_sound(settings: Settings) -> bool:
    """Say how the database is: whole, ours, and of this version."""
    path = settings.database_path
    if not path.exists():
        click.echo(f"database  {path} is not there yet; the first start makes it")
        return True
    try:
        async with archive(settings):
            size = await asyncio.to_thread(backups.check, path)
    except NewsError as error:
        click.echo(f"database  {path}: {sentence(error)}")
        return False
    click.echo(f"database  ok: {path}, {size:,} bytes")
    return True


async def token_is_good(settings: Settings) -> bool:
    """Ask Telegram who we are."""
    if not settings.telegram_bot_token:
        click.echo("token     none is set: ask @BotFather for one and put it into .env")
        return False
    try:
        username = await bot_username(settings)
    except NewsError as error:
        click.echo(f"token     {sentence(error)}")
        return False
    except ConnectionError as error:
        click.echo(f"token     Telegram cannot be asked just now: {error}")
        return False
    click.echo(f"token     ok: @{username}")
    return True
