"""``backup``, ``restore``, ``compact``: a checked copy of the database, and putting it back."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from bot.cli.common import aside, command, now
from bot.instance import alone_on
from bot.settings import Settings
from storage.backups import copies, replica, rotation, sealing
from storage.backups import folder as backup_folder
from storage.backups.rotation import Keep
from storage.errors import StorageError
from storage.files import belong_with

A_FILE = click.Path(path_type=Path)


@contextmanager
def copying() -> Iterator[Callable[[int, int], None]]:
    """Show how far a copy is, from its first pages on, and that it is looked through then."""
    with ExitStack() as shown:
        bar: Any = None

        def show(done: int, total: int) -> None:
            nonlocal bar
            bar = bar or shown.enter_context(
                click.progressbar(
                    length=total, label="copying", item_show_func=lambda then: then or ""
                )
            )
            bar.length = total
            bar.update(done - bar.pos, "checking" if done == total else None)

        yield show


def read_keep(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Keep | None:
    """Read which backups of a folder stay."""
    try:
        return rotation.keep(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("file", type=A_FILE, required=False)
@click.option(
    "--keep",
    callback=read_keep,
    help="FILE is a folder: remove there what is older than so many days, weeks and months, such"
    ' as "7d 4w 12m".',
)
@click.option(
    "--new-key", is_flag=True, help="Write a new secret key into FILE instead; copy nothing."
)
@command
async def backup(
    settings: Settings, file: Path | None, *, keep: Keep | None, new_key: bool
) -> None:
    """Copy the database to FILE while everything goes on, and check the copy.

    Where FILE is a folder the copy gets a name there that says when it was made; without FILE
    that folder is BACKUP_DIR, and only --keep removes older ones. With
    BACKUP_RECIPIENT set, such a copy and a FILE that ends with .age are compressed and encrypted.
    `steppewire restore FILE` puts it back.
    """
    into = Path(settings.backup_dir) if settings.backup_dir and not new_key else None
    file = file or into
    if file is None:
        message = "Say into which FILE." if new_key else "Say to which FILE, or set BACKUP_DIR."
        raise click.UsageError(message)
    if new_key:
        click.echo(f"BACKUP_RECIPIENT={written_key(file)}")
        return
    with copying() as show:
        try:
            made = await aside(copied, settings, file, keep, show, is_folder=file == into)
            belong_with(made, settings.database_path)
        except asyncio.CancelledError:  # Ctrl-C
            backup_folder.tidy(file)
            raise
    click.echo(f"{made}: {made.stat().st_size:,} bytes, checked")


def copied(
    settings: Settings,
    file: Path,
    keep: Keep | None,
    show: Callable[[int, int], None],
    *,
    is_folder: bool,
) -> Path:
    """Make a backup as a file, or in a folder, which may not be there yet; return where it is."""
    recipient = settings.backup_recipient
    if is_folder or file.is_dir():
        made = backup_folder.make(
            settings.database_path, file, now(), show, recipient=recipient, keep=keep
        )
        return made.path
    if keep is not None:
        raise StorageError("storage.no_backup_folder", path=str(file))
    if file.suffix != ".age":
        copies.copy(settings.database_path, file, show)
    elif recipient:
        backup_folder.make_sealed(settings.database_path, file, show, recipient)
    else:
        raise StorageError("storage.no_recipient", path=str(file))
    return file


def written_key(file: Path) -> str:
    """Make a key, write its secret half into a new file, and return the public one."""
    secret, public = sealing.new_key()
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as opened:
            opened.write(secret)
    except FileExistsError as error:
        raise StorageError("storage.exists", path=str(file)) from error
    except OSError as error:
        raise StorageError("storage.no_copy", path=str(file), reason=error.strerror) from error
    return public


def places(settings: Settings) -> tuple[Path, Path]:
    """Return where the database is, and what it is called once another takes its place."""
    path = settings.database_path.resolve()
    return path, path.with_name(f"{path.name}.before-{now():%Y%m%dT%H%M%SZ}")


@click.command()
@click.argument("file", type=A_FILE)
@click.option(
    "--key", type=A_FILE, help="The file of the secret key that opens an encrypted copy."
)
@command
async def restore(settings: Settings, file: Path, *, key: Path | None) -> None:
    """Check FILE, a backup, and put it in the place of DATABASE_PATH.

    SteppeWire must be stopped, and Litestream where it replicates this database. What is there is
    kept beside it under another name.
    """
    path, aside = places(settings)
    with alone_on(settings.database_path), copying() as show:
        was_there = await asyncio.to_thread(copies.restore, file, path, aside, show, key=key)
    kept = f"; what was there is {aside}" if was_there else ""
    if (memory := replica.memory_of(aside)).exists():
        kept += f", and what Litestream knew of it {memory}"
    click.echo(f"{path}: restored from {file}{kept}")


@click.command()
@command
async def compact(settings: Settings) -> None:
    """Write the database anew without what is free in it; later it shrinks by itself.

    SteppeWire must be stopped, and Litestream where it replicates this database. Worth its minutes
    once after RETENTION_DAYS was set, for a file that a version before 0.2 made. As much room
    again is needed for that long.
    """
    path, aside = places(settings)
    with alone_on(settings.database_path):
        before, after = await asyncio.to_thread(copies.compact, path, aside)
    click.echo(f"{path}: {before:,} bytes before, {after:,} now")
