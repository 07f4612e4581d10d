"""``demo``: the whole thing without a token, with a chat page in the browser."""

import asyncio
import errno
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import click

from bot import app, logs
from bot.cli.common import command
from bot.sandbox import ADMIN_ID, Sandbox, sample_outlets
from bot.sandbox.supply import Supply
from bot.settings import Settings, host_port
from storage.errors import NewsError
from storage.model import NewFeed, Outlet, OutletId, Ownership

USUAL_PORT = 8011
FOLDER = Path("demo-data")
POLL_S = 5
_HOURS = 120
"""Minutes from which a span is told in hours."""

WELCOME = """
  SteppeWire is running, in a sandbox: no token, no network, invented outlets.

      {url}

  Pick a person, press START, and try:   /subscribe Astana     /digest     /search Макрон
  As the admin:                          /feeds    /addfeed {url}outlets/…

  A news item comes every {every:g} s, for {lasts}; then all is told.
  Everything is in ./{folder}; Ctrl-C stops.
"""


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), help="The page's port; usually 8011.")
@click.option("--every", default=20.0, show_default=True, help="Seconds between news items.")
@command
async def demo(settings: Settings, port: int | None, every: float) -> None:
    """Show the whole thing without a token: a chat page in the browser, sample feeds.

    Keeps everything in ./demo-data and begins anew at every start.
    """
    fresh(FOLDER)
    if settings.log_level == Settings().log_level:
        logs.set_up(replace(settings, log_level="WARNING"))  # the address must stay in sight
    stop = asyncio.Event()
    app.stop_on_signals(stop)
    async with box_on(port, every) as box:
        settings = replace(
            settings,
            telegram_bot_token=box.token,
            telegram_api_url=box.url,
            telegram_webhook_url="",
            admin_ids=frozenset({ADMIN_ID}),
            database_path=FOLDER / "steppewire.db",
            poll_interval=POLL_S,
            feed_allow_hosts=frozenset({host_port(box.url.removeprefix("http://"))}),
        )
        await app.run(
            settings,
            stop=stop,
            starting=lambda: sample_feeds(box.url),
            ready=lambda: click.echo(welcome(box.page_url, every)),
        )


def welcome(url: str, every: float) -> str:
    """Say what to do now, and how long there is news."""
    minutes = round(len(Supply(1)) * every / 60)
    lasts = f"{minutes} minutes" if minutes < _HOURS else f"about {round(minutes / 60)} hours"
    return WELCOME.format(url=url, every=every, lasts=lasts, folder=FOLDER)


def sample_feeds(url: str) -> list[tuple[NewFeed, Outlet]]:
    """Describe the sandbox's outlets as the catalogue describes real ones."""
    return [
        (
            NewFeed(
                f"{url}{one.feed_path}",
                one.name,
                one.name,
                languages=one.languages,
                site_url=f"{url}{one.home_path}",
            ),
            Outlet(
                OutletId(0),
                one.name,
                country=one.country,
                ownership=Ownership(one.ownership),
                wire=one.wire,
                family=one.slug,
                home_url=f"{url}{one.home_path}",
            ),
        )
        for one in sample_outlets()
    ]


def fresh(folder: Path) -> None:
    """Begin with an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


@asynccontextmanager
async def box_on(port: int | None, every: float) -> AsyncIterator[Sandbox]:
    """Start the sandbox on the port asked for; else on the usual one, else on any free one."""
    for attempt in (port,) if port else (USUAL_PORT, 0):
        try:
            async with Sandbox.start(port=attempt, every=every) as box:
                yield box
                return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or attempt in (port, 0):
                raise NewsError("demo.port", port=attempt) from error
