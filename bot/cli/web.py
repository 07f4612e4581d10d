"""``web``: the archive in a browser, and as JSON, for who may not or will not use the chat."""

import asyncio
from importlib.util import find_spec

import click

from bot import app
from bot.cli.common import Refused, lasting
from bot.settings import Settings, host_port
from bot.texts import sentence
from storage.database import Database
from storage.errors import StorageError

LISTEN = "127.0.0.1:8080"


@click.command()
@click.option("--listen", default=LISTEN, show_default=True, metavar="HOST:PORT")
@lasting()
async def web(settings: Settings, *, listen: str) -> None:
    """Show the archive in a browser, until SIGTERM or Ctrl-C; nothing is written.

    Stories, days, searches, a JSON API and a feed; no readers, subscriptions or messages. It is a
    process of its own, beside a bot or on a copy of its database. Whoever reaches HOST:PORT may
    read: docs/web.md has a reverse proxy with TLS and a password.
    """
    if find_spec("jinja2") is None:
        raise Refused("Pages need the extra: `make web` in a clone, or steppewire[web] (1 MB).")
    try:
        host_port(listen)
    except ValueError as error:
        raise Refused(f"--listen {error}") from error
    await tell_what_is_there(settings)
    from bot.web.server import served  # noqa: PLC0415 (an extra's)

    stop, outdated = asyncio.Event(), asyncio.Event()

    def end() -> None:
        outdated.set()
        stop.set()

    app.stop_on_signals(stop)
    language, zone = settings.default_language, settings.default_timezone
    async with served(settings.database_path, listen, language, zone, outdated=end) as address:
        click.echo(f"The archive is at {address}")
        await stop.wait()
    if outdated.is_set():
        raise StorageError("storage.newer")


async def tell_what_is_there(settings: Settings) -> None:
    """Say why the archive cannot be read yet: nobody need start anew once it can."""
    try:
        await (await Database.opened_to_read(settings.database_path)).close()
    except StorageError as error:
        said = sentence(error, "en")
        click.echo(
            f"{said} Visitors read that the archive is away until that is mended.", err=True
        )
