"""``run``: the whole program, until it is stopped."""

import asyncio

import click

from bot import app
from bot.cli.common import lasting
from bot.settings import Settings


@click.command()
@lasting(need_token=True)
async def run(settings: Settings) -> None:
    """Run the whole thing: watch the feeds and serve the chat, until SIGTERM or Ctrl-C.

    Needs TELEGRAM_BOT_TOKEN. Stops within five seconds; nothing is lost by kill -9 either.
    """
    stop = asyncio.Event()
    app.stop_on_signals(stop)
    await app.run(settings, stop=stop)
