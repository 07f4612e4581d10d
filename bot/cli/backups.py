"""``backup`` and ``restore``: a checked copy of the database, and putting it back."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from bot.cli.common import command, now
from bot.instance import alone_on
from bot.settings import Settings
from storage import backup as backups


@contextmanager
def copying() -> Iterator[Callable[[int, int], None]]:
    """Show how far a copy is, from its first pages on."""
    with ExitStack() as shown:
        bar: Any = None

        def show(done: int, total: int) -> None:
            nonlocal bar
            bar = bar or shown.enter_context(click.progressbar(length=total, label="copying"))
            bar.length = total
            bar.update(done - bar.pos)

        yield show


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@command
async def backup(settings: Settings, file: Path) -> None:
    """Copy the database to FILE while everything goes on, and check the copy.

    `steppewire restore FILE` puts it back.
    """
    with copying() as show:
        size = await asyncio.to_thread(backups.copy, settings.database_path, file, show)
    click.echo(f"{file}: {size:,} bytes, checked")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@command
async def restore(settings: Settings, file: Path) -> None:
    """Check FILE, a backup, and put it in the place of DATABASE_PATH.

    SteppeWire must be stopped. The database that is there is kept beside it under another name.
    """
    path = settings.database_path.resolve()
    aside = path.with_name(f"{path.name}.before-{now():%Y%m%dT%H%M%SZ}")
    with alone_on(settings.database_path), copying() as show:
        was_there = await asyncio.to_thread(backups.restore, file, path, aside, show)
    kept = f"; what was there is {aside}" if was_there else ""
    click.echo(f"{path}: restored from {file}{kept}")
