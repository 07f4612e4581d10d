"""``ingest``: items from a file, through the same pipeline as a feed's."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TypeAlias

import click

from bot import pipeline
from bot.cli.common import Refused, command, now, readable, sentence
from bot.settings import Settings
from storage import feeds
from storage.errors import NewsError
from storage.model import Feed
from watchers import jsonl
from watchers.ingester import Taken

Lines: TypeAlias = Iterator[tuple[jsonl.JsonLine, int]]
"""Lines, each with how many bytes are read so far."""

STDIN = Path("-")
SWEEP_EVERY = timedelta(hours=6)
"""Of the file's own time: stories silent for the window are forgotten, as while polling."""


@dataclass(slots=True)
class Tally:
    """What has become of a file's lines so far."""

    new: int = 0
    known: int = 0
    kept: int = 0
    aside: int = 0

    def add(self, taken: Taken) -> None:
        """Count one line."""
        self.new += taken.new
        self.known += taken.unchanged + taken.kept
        self.kept += taken.kept
        self.aside += taken.aside

    def __str__(self) -> str:
        """Say it in one line."""
        otherwise = f" ({self.kept} in other words, kept as they were)" if self.kept else ""
        broken = f", {self.aside} set aside: see the log" if self.aside else ""
        return f"{self.new} new, {self.known} known before{otherwise}{broken}"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--feed", "name", default="", help="What the source is called; the file's name.")
@command
async def ingest(settings: Settings, file: Path, name: str) -> None:
    """Store items from FILE, a JSON object a line, through the same pipeline as a feed's.

    FILE may be - for stdin. Fields: id, url, title, text, published, lang, source; all but title
    optional (a title may be empty). Items are taken in file order with their own times as the
    clock; one without a time takes the one before it. Nobody is alerted.

    What is stored already stays as it is. A line is known by its id or url within its source,
    one without either by its source, title and text.
    """
    name = name or ("stdin" if file == STDIN else readable(file.stem))
    lines, first = begun(file)
    tally, size = Tally(), size_of(file)
    try:
        async with pipeline.open_pipeline(settings) as room:
            await room.ingester.remember(first)
            with click.progressbar(length=size, label="taking in", hidden=not size) as bar:
                async for read in taking_in(room, lines, name, tally):
                    bar.update(read - bar.pos)
    except NewsError as error:
        if not (tally.new or tally.known):
            raise
        raise Refused(f"{sentence(error)} What stood before it is stored: {tally}.") from error
    click.echo(str(tally))


async def taking_in(
    room: pipeline.Pipeline, lines: Lines, name: str, tally: Tally
) -> AsyncIterator[int]:
    """Take lines in, one after the other; count what became of each, yield the bytes read."""
    sources: dict[str, Feed] = {}
    swept: datetime | None = None
    for line, read in lines:
        if line.source not in sources:
            sources[line.source] = await room.db.write(
                feeds.of_import, name, line.source, line.moment
            )
        taken = await room.ingester.take(
            sources[line.source], (line.entry,), None, line.moment, silent=True, edits=False
        )
        tally.add(taken)
        swept = swept or line.moment
        if line.moment - swept > SWEEP_EVERY:
            swept = line.moment
            await room.ingester.expire(swept)
        yield read


def size_of(file: Path) -> int:
    """Return the file's bytes, 0 where it has no size: reading it will say whether it is there."""
    return file.stat().st_size if file.is_file() else 0


def begun(file: Path) -> tuple[Lines, datetime]:
    """Begin to read a file; return its lines and the first one's time.

    The days in which a story is open to further items are counted from there. Raises NewsError
    where the file cannot be read or begins with something else; a pipe is read only once.
    """
    lines = read_lines(file)
    first = next(lines, None)
    if first is None:
        return iter(()), now()
    return chain((first,), lines), first[0].moment


def read_lines(file: Path) -> Lines:
    """Yield the lines of a file with how many bytes are read; NewsError where it cannot be."""
    done = 0

    def texts(opened: BinaryIO) -> Iterator[str]:
        nonlocal done
        for raw in opened:
            done += len(raw)
            yield raw.decode("utf-8", "replace")

    try:
        with nullcontext(sys.stdin.buffer) if file == STDIN else file.open("rb") as opened:
            for line in jsonl.read(texts(opened), now()):
                yield line, done
    except OSError as error:
        raise NewsError("ingest.no_file", path=str(file), reason=error.strerror or "") from error
