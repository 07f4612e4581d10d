"""``demo``: the whole program without a token, with a chat page in the browser."""

import asyncio
import errno
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from bot import app, logs
from bot.cli.common import lasting
from bot.cli.demo_folder import DATABASE, RATES, keep_address, own_folder
from bot.failures import system_says
from bot.sandbox import ADMIN_ID, Sandbox, sample_outlets
from bot.sandbox.outlets import banks
from bot.sandbox.outlets.generator import Supply
from bot.settings import Settings, host_port
from storage.errors import NewsError
from storage.feeds import NewFeed
from storage.model import Outlet, OutletId, Ownership
from watchers.rates.polling import RatesPace
from watchers.standing import LookingPace

USUAL_PORT = 8011
PORTS_TRIED = 20
POLL_S = 5
LOOKING = LookingPace(
    ages=tuple(timedelta(minutes=minutes) for minutes in (2, 5, 10, 20, 40)),
    confirm=timedelta(minutes=1),
    again=timedelta(minutes=5),
    tick_s=15,
)
"""In a demo outlets remove within minutes what real ones remove within hours."""

ASKING = RatesPace(every=timedelta(seconds=4), tick_s=4)
"""In a demo a central bank's day is over in seconds, until it has reached ours."""

LEFT_TO_ADD = "vakhsh-navidi"
"""The outlet that is not read yet, so that there is one to try ``/addfeed`` on."""

QUICKEST_S, SLOWEST_S = 0.1, 86_400.0
_HOURS = 120
"""Minutes from which a span is told in hours."""

WELCOME = """
  SteppeWire is running, in a sandbox: no token, no network, invented outlets.

      {url}{note}

  Pick a person, press START, and try:   /subscribe Astana     /digest     /search Макрон     /rates
  As the admin:                          /feeds    /addfeed {url}outlets/{left}/

  A news item comes every {every:g} s, for {lasts}; then all is told.
  Everything is in ./{folder}, made anew at each start; Ctrl-C stops.
"""

WITHOUT_BOT = """
  A sandbox is running, and no bot in it: Telegram and invented outlets, no network.

      {url}

  Put these lines into .env (or a file that DOTENV_PATH names) and start a bot of your own:

TELEGRAM_BOT_TOKEN={token}
TELEGRAM_API_URL={api}
FEED_ALLOW_HOSTS={host}
ADMIN_IDS={admin}
DATABASE_PATH=sandbox.db

      steppewire feeds add {feed}
      steppewire run

{others}  A news item comes every {every:g} s, for {lasts}; then all is told. Ctrl-C stops.
"""

OTHER_BOTS = """  Each other bot has the same lines in a file of its own, with its two in the token's place, and
  starts beside that one by DOTENV_PATH=FILE steppewire run --only bot:

{lines}

"""

MOST_BOTS = 9

REPLACED = frozenset(
    {
        "telegram_bot_token",
        "telegram_api_url",
        "telegram_webhook_url",
        "telegram_webhook_listen",
        "telegram_webhook_secret",
        "admin_ids",
        "database_path",
        "poll_interval",
        "feed_allow_hosts",
        "health_listen",
        "rates",
    }
)
"""Settings of the real bot that say nothing to a demo, which may well run beside it."""


def seconds(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Refuse a pace that is none."""
    del ctx, param
    if not math.isfinite(value) or not QUICKEST_S <= value <= SLOWEST_S:
        raise click.BadParameter(
            f"a new story every {value:g} seconds cannot be; from {QUICKEST_S:g}"
            f" to {SLOWEST_S:g} it can."
        )
    return value


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65_535), help="The page's port; 8011 or the next free one."
)
@click.option(
    "--every",
    default=20.0,
    show_default=True,
    callback=seconds,
    help="Seconds between news items.",
)
@click.option(
    "--without-bot", is_flag=True, help="Only the sandbox, for a bot that you start yourself."
)
@click.option(
    "--bots",
    type=click.IntRange(1, MOST_BOTS),
    default=1,
    show_default=True,
    help="With --without-bot: how many bots there are to start, each with a token of its own.",
)
@lasting(without=REPLACED)
async def demo(
    settings: Settings, port: int | None, every: float, *, without_bot: bool, bots: int
) -> None:
    """Show the whole thing without a token: a chat page in the browser, sample feeds.

    Keeps everything in ./demo-data and begins anew at every start. A second one beside it wants
    a --port of its own and keeps its things in ./demo-data-PORT.
    """
    if bots > 1 and not without_bot:
        raise click.UsageError("--bots is for bots that you start yourself: add --without-bot.")
    if settings.log_level == Settings().log_level:
        logs.set_up(replace(settings, log_level="WARNING"))  # the address must stay in sight
    stop = asyncio.Event()
    app.stop_on_signals(stop)
    async with box_on(port, every, bots) as box:
        if without_bot:
            click.echo(for_another_bot(box, every))
            await stop.wait()
            return
        with own_folder(port) as folder:
            keep_address(folder, box.page_url)
            (folder / RATES).write_text(banks.sources(box.url), encoding="utf-8")
            await app.run(
                in_box(settings, box, folder),
                stop=stop,
                looking=LOOKING,
                asking=ASKING,
                starting=lambda: sample_feeds(box.url, but=LEFT_TO_ADD),
                ready=lambda: click.echo(welcome(box, port, every, folder)),
            )
    click.echo("  Stopped.")


def in_box(settings: Settings, box: Sandbox, folder: Path) -> Settings:
    """Return the settings of a bot that lives in a box; REPLACED are at their defaults."""
    return replace(
        settings,
        telegram_bot_token=box.token,
        telegram_api_url=box.url,
        admin_ids=frozenset({ADMIN_ID}),
        database_path=folder / DATABASE,
        poll_interval=POLL_S,
        feed_allow_hosts=frozenset({host_port(box.url.removeprefix("http://"))}),
        rates=str(folder / RATES),
    )


def welcome(box: Sandbox, port: int | None, every: float, folder: Path) -> str:
    """Say where the page is, what to try, and how long there is news."""
    usual = port is not None or box.url.endswith(f":{USUAL_PORT}")
    note = "" if usual else f"\n      Port {USUAL_PORT} is taken; this is the next free one."
    return WELCOME.format(
        url=box.page_url,
        note=note,
        every=every,
        lasts=supply_lasts(every),
        folder=folder,
        left=LEFT_TO_ADD,
    )


def for_another_bot(box: Sandbox, every: float) -> str:
    """Say what a bot that somebody starts beside the sandbox must be told."""
    return WITHOUT_BOT.format(
        url=box.page_url,
        token=box.token,
        api=box.url,
        host=box.url.removeprefix("http://"),
        admin=ADMIN_ID,
        feed=f"{box.url}{sample_outlets()[0].feed_path}",
        others=for_other_bots(box),
        every=every,
        lasts=supply_lasts(every),
    )


def for_other_bots(box: Sandbox) -> str:
    """Say by which token and BOT_NAME each bot but the first is started; "" where there is one."""
    _, *others = box.telegram.bots.values()
    lines = "\n\n".join(
        f"TELEGRAM_BOT_TOKEN={bot.token}\nBOT_NAME={bot.user.username.lower()}" for bot in others
    )
    return OTHER_BOTS.format(lines=lines) if others else ""


def supply_lasts(every: float) -> str:
    """Say how long there is news when an item comes every so many seconds."""
    minutes = round(len(Supply(1)) * every / 60)
    return f"{minutes} minutes" if minutes < _HOURS else f"about {round(minutes / 60)} hours"


def sample_feeds(url: str, *, but: str = "") -> list[tuple[NewFeed, Outlet]]:
    """Describe the sandbox's outlets as the catalogue describes real ones, all ``but`` one."""
    return [
        (
            NewFeed(
                f"{url}{outlet.feed_path}",
                outlet.name,
                outlet.name,
                languages=outlet.languages,
                site_url=f"{url}{outlet.home_path}",
            ),
            Outlet(
                OutletId(0),
                outlet.name,
                country=outlet.country,
                ownership=Ownership(outlet.ownership),
                wire=outlet.wire,
                family=outlet.slug,
                home_url=f"{url}{outlet.home_path}",
            ),
        )
        for outlet in sample_outlets()
        if outlet.slug != but
    ]


@asynccontextmanager
async def box_on(port: int | None, every: float, bots: int) -> AsyncIterator[Sandbox]:
    """Start the sandbox on the port asked for, else on the usual one or the next that is free."""
    usual = (*range(USUAL_PORT, USUAL_PORT + PORTS_TRIED), 0)
    async with AsyncExitStack() as held:
        for attempt in (port,) if port else usual:
            try:
                box = await held.enter_async_context(
                    Sandbox.start(port=attempt, every=every, bots=bots)
                )
            except OSError as error:
                if port or error.errno != errno.EADDRINUSE:
                    raise NewsError(
                        "demo.port", port=attempt, reason=system_says(error)
                    ) from error
            else:
                yield box
                return
