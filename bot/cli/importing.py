"""``ingest``: items from a file, through the same pipeline as a feed's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot import pipeline
from bot.cli.common import command, now
from bot.settings import Settings
from storage import feeds
from storage.errors import NewsError
from storage.model import Feed
from watchers import jsonl

SWEEP_EVERY = timedelta(hours=6)
"""Of the file's own time: stories silent for the window are forgotten, as while polling."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--feed", "name", default="", help="What the source is called; the file's name.")
@command
async def ingest(settings: Settings, file: Path, name: str) -> None:
    """Store items from FILE, a JSON object a line, through the same pipeline as a feed's.

    Fields: id, url, title, text, published, lang, source; all but title optional (a title may
    be empty). Items are taken in file order with their own times as the clock; one without a
    time takes the one before it. Nobody is alerted. What is stored already stays as it is.
    """
    name = name or file.stem
    async with pipeline.open_pipeline(settings) as room:
        swept = first_moment(file)
        await room.ingester.remember(swept)
        sources: dict[str, Feed] = {}
        new = known = 0
        with click.progressbar(length=size_of(file), label="taking in") as bar:
            for line, read in read_lines(file):
                if line.source not in sources:
                    sources[line.source] = await room.db.write(
                        feeds.of_import, name, line.source, line.moment
                    )
                taken = await room.ingester.take(
                    sources[line.source], (line.entry,), None, line.moment, silent=True
                )
                if line.moment - swept > SWEEP_EVERY:
                    swept = line.moment
                    await room.ingester.expire(swept)
                new += taken.new
                known += taken.unchanged + taken.updated
                bar.update(read - bar.pos)
    click.echo(f"{new} new, {known} known before")


def size_of(file: Path) -> int:
    """Return the file's bytes, 0 where there is none: reading it will say so."""
    return file.stat().st_size if file.is_file() else 0


def read_lines(file: Path) -> Iterator[tuple[jsonl.Line, int]]:
    """Yield the lines of a file with how many bytes are read; NewsError where it cannot be."""
    try:
        with file.open("rb") as opened:
            raw = (text.decode("utf-8", "replace") for text in opened)
            for line in jsonl.read(raw, now()):
                yield line, opened.tell()
    except OSError as error:
        raise NewsError("ingest.no_file", path=str(file), reason=error.strerror or "") from error


def first_moment(file: Path) -> datetime:
    """Return the first item's time: the window of living stories is looked at from there."""
    return next((line.moment for line, _ in read_lines(file)), now())
