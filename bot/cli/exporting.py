"""``export``: the archive as Parquet, or JSON lines, for DuckDB, Spark, ClickHouse, BigQuery."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bot.cli.common import NO_ROOM, Refused, command
from bot.exports import folder as folders
from bot.exports import manifest, parquet
from bot.exports.folder import Span, Told
from bot.exports.manifest import Manifest
from bot.failures import system_says
from bot.instance import alone
from bot.settings import Settings
from storage import exports
from storage.database import to_be_read
from storage.exports import Month

MONTH = click.DateTime(["%Y-%m"])
LOCK = ".lock"
BEGUN = {LOCK, folders.UNFINISHED, f"{manifest.NAME}.new"}
"""What an export that was ended before it had a manifest leaves behind."""


class NamedFolder(click.Path):
    """A folder that has a name: "" would be the current one, by a variable that is not set."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return its path."""
        if value == "":
            self.fail("no folder is named.", param, ctx)
        return super().convert(value, param, ctx)


@click.command()
@click.argument("folder", type=NamedFolder(path_type=Path, file_okay=False))
@click.option("--since", type=MONTH, metavar="YYYY-MM", help="Leave earlier months as they are.")
@click.option("--until", type=MONTH, metavar="YYYY-MM", help="Leave later months as they are.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(folders.FORMATS)),
    help="parquet, unless the folder has another; jsonl is gzipped and needs no extra.",
)
@command
async def export(
    settings: Settings,
    *,
    folder: Path,
    since: datetime | None,
    until: datetime | None,
    form: str | None,
) -> None:
    """Write items and stories into FOLDER as files of columns, a month each; a bot may run.

    items/month=2026-11/part-0.parquet, an item in the month in which it was first seen (UTC), a
    story in that of its newest telling. Done again it writes only months whose rows are others
    by now, and removes those of which nothing is kept; each file is there wholly or not at all.
    manifest.json says what each column means. docs/export.md has queries.
    """
    if since and until and since > until:
        raise Refused("--since is later than --until.")
    span = Span(*(Month(at.year, at.month) if at else None for at in (since, until)))
    to_be_read(settings.database_path).close()  # what cannot be read leaves no folder behind
    try:
        refuse_others(folder)
        with alone(made(folder) / LOCK, "instance.export"):
            await exported(settings.database_path, folder, span, kept_of(folder, form))
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        where = error.filename or folder
        raise Refused(f"{where} cannot be written: {system_says(error)}.") from error


def refuse_others(folder: Path) -> None:
    """Refuse a folder with files that no export wrote, or with ways out of it."""
    there = list(folder.iterdir()) if folder.exists() else []
    if not (folder / manifest.NAME).exists() and any(one.name not in BEGUN for one in there):
        raise Refused(f"{folder} is not empty, and no export is in it; take another folder.")
    for depth in ("*", "*/*", "*/*/*"):
        for path in folder.glob(depth):
            if path.is_symlink():
                raise Refused(f"{path} is a link, and an export has none; remove it.")


def made(folder: Path) -> Path:
    """Make a folder, unless it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def kept_of(folder: Path, form: str | None) -> Manifest:
    """Return what a folder has, in the format that is asked for; Refused where that cannot be."""
    try:
        kept = manifest.read(folder)
    except manifest.UnreadableError as error:
        raise Refused(
            f"{folder / manifest.NAME} is not one of this version's; take another folder."
        ) from error
    kept = kept or Manifest(form or "parquet")
    if form not in (None, kept.format) or kept.format not in folders.FORMATS:
        raise Refused(f"{folder} has an export in {kept.format}; take another folder.")
    if kept.format == "parquet" and not parquet.is_installed():
        raise Refused(
            "Parquet needs the extra: `make parquet` in a clone, or steppewire[parquet]"
            " (33 MB); --format jsonl goes without."
        )
    return kept


async def exported(path: Path, folder: Path, span: Span, kept: Manifest) -> None:
    """Export, and say what was done: a line for each month that changed, and the sum."""
    manifest.write(folder, kept)  # the folder is an export's before there is a file in it
    done: Counter[str] = Counter()
    with showing(path, span) as progress:
        for told in folders.export(path, folder, span, kept, progress):
            if told.written:
                click.echo(line_of(told))
            done[
                "written" if told.written and told.part else "gone" if told.written else "kept"
            ] += 1
            await asyncio.sleep(0)  # Ctrl-C is heard between two months
    manifest.write(folder, kept)
    gone = f", {done['gone']} removed" if done["gone"] else ""
    click.echo(f"{done['written']} months written, {done['kept']} as they were{gone}")


def line_of(told: Told) -> str:
    """Say what became of a month's file."""
    if told.part is None:
        return f"{told.table} {told.month}: nothing is kept of it, removed"
    return f"{told.table} {told.month}: {told.part.rows:,} rows, {told.part.bytes:,} bytes"


@contextmanager
def showing(path: Path, span: Span) -> Iterator[Callable[[int], None]]:
    """Show how far an export is, where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda _rows: None
        return
    with closing(to_be_read(path)) as db:
        rows = sum(
            exports.count(db, table, month)
            for table in exports.TABLES
            for month in exports.months(db, table)
            if month in span
        )
    with click.progressbar(length=rows, label="exporting", file=sys.stderr) as bar:
        yield bar.update
