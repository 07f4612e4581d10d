"""``run``: the whole program, until it is stopped."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import click

from bot.cli.common import lasting
from bot.ground import BOTH, Half
from bot.monitoring.systemd import Supervisor
from bot.monitoring.watchdog import STOP_WITHIN_S
from bot.settings import Settings

FLUSHED_WITHIN_S = 1.0
"""Whoever reads our log may be stopped with the pipe full."""


@click.command()
@click.option(
    "--only",
    type=click.Choice([half.value for half in Half]),
    help="Run one half; the other runs as a process of its own beside the same DATABASE_PATH.",
)
@lasting(need_token=lambda only: only != Half.WATCHERS)
async def run(settings: Settings, only: str | None) -> None:
    """Run the whole thing: watch the feeds and serve the chat, until SIGTERM or Ctrl-C.

    Needs TELEGRAM_BOT_TOKEN, but for `--only watchers`. Stops within five seconds; nothing is lost
    by kill -9 either.
    """
    from bot import app  # noqa: PLC0415 (takes two seconds: a wrong setting is told before)

    halves = frozenset({Half(only)}) if only else BOTH

    stop = asyncio.Event()
    app.stop_on_signals(stop, lambda: hurry(leave))
    await app.run(
        settings,
        stop=stop,
        halves=halves,
        supervisor=Supervisor.named_in(os.environ),
        fail=lambda within_s: hurry(partial(leave, 1), within_s),
    )
    leave()


def hurry(end: Callable[[], None], within_s: float = STOP_WITHIN_S) -> None:
    """Call ``end`` where a stop is not over in time, however stuck the loop is.

    Nothing is lost by that, as by ``kill -9``: what was not done is done after the next start.
    """
    last = threading.Timer(within_s, end)
    last.daemon = True
    last.start()


def leave(code: int = 0) -> None:
    """End the process, all of whose work is written down, without waiting for any thread of it.

    A name that no server answers for is looked up for 20 seconds and more, by a thread for which
    Python's own end would wait. Nor does it wait for whoever should read what we write.
    """
    flushing = threading.Thread(target=flush, daemon=True)
    flushing.start()
    flushing.join(FLUSHED_WITHIN_S)
    os._exit(code)


def flush() -> None:
    """Give away what is still to be written, if anybody takes it."""
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
