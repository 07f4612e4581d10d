"""``ingest``: items from a file, through the same pipeline as a feed's."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import click

from bot.cli.common import Refused, command, now, readable, sentence
from bot.cli.workers import Worker, at_work
from bot.settings import Settings
from storage.errors import NewsError
from storage.local_time import rfc3339
from watchers import jsonl


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line as it stands in the file and as it is read, and how many bytes are read with it."""

    text: str
    told: jsonl.JsonLine
    read: int


Lines: TypeAlias = Iterator[FileLine]

STDIN = Path("-")

LINES_AT_ONCE = 100
BYTES_AT_ONCE = 1_000_000
"""Of a file: what is handed over at once. The bot that runs takes a second for it at most, and
news, which comes in between, does not wait longer."""


@dataclass(slots=True)
class Tally:
    """What has become of a file's lines so far."""

    new: int = 0
    known: int = 0
    kept: int = 0
    aside: int = 0

    def add(self, taken: dict[str, Any]) -> None:
        """Count some lines."""
        self.new += taken["new"]
        self.known += taken["unchanged"] + taken["kept"]
        self.kept += taken["kept"]
        self.aside += taken["aside"]

    def __str__(self) -> str:
        """Say it in one line."""
        otherwise = f" ({self.kept} in other words, kept as they were)" if self.kept else ""
        broken = f", {self.aside} set aside: see the log" if self.aside else ""
        return f"{self.new} new, {self.known} known before{otherwise}{broken}"


@dataclass(slots=True)
class Slice:
    """Lines that are handed over at once. ``start`` is the time of the line before them."""

    start: datetime
    lines: list[FileLine] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether no line more belongs to it."""
        size = sum(len(line.text) for line in self.lines)
        return len(self.lines) >= LINES_AT_ONCE or size >= BYTES_AT_ONCE


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--feed", "name", default="", help="What the source is called; the file's name.")
@command
async def ingest(settings: Settings, file: Path, name: str) -> None:
    """Store items from FILE, a JSON object a line, through the same pipeline as a feed's.

    FILE may be - for stdin. Fields: id, url, title, text, published, lang, source; all but title
    optional (a title may be empty). Items are taken in file order with their own times as the
    clock, but for times to come; one without a time takes the one before it. Nobody is alerted.

    What is stored already stays as it is. A line is known by its id or url within its source,
    one without either by its source, title and text. Other words with another time are other
    news under either: pages show one after the other.
    """
    name = name or ("stdin" if file == STDIN else readable(file.stem))
    lines, first = begun(file)
    tally, size = Tally(), size_of(file)
    try:
        async with at_work(settings) as worker:
            await worker.remember(first)
            with click.progressbar(length=size, label="taking in", hidden=not size) as bar:
                async for read in taking_in(worker, lines, name, first, tally):
                    bar.update(read - bar.pos)
    except NewsError as error:
        if not (tally.new or tally.known):
            raise
        raise Refused(f"{sentence(error)} What stood before it is stored: {tally}.") from error
    click.echo(str(tally))


async def taking_in(
    worker: Worker, lines: Lines, name: str, first: datetime, tally: Tally
) -> AsyncIterator[int]:
    """Hand lines over, some at once; count what became of them, yield the bytes read."""
    # By a file's own time stories are forgotten only where nobody else's are remembered.
    swept = rfc3339(first) if worker.alone else ""
    for part in sliced(lines, first):
        asked = {
            "name": name,
            "lines": [line.text for line in part.lines],
            "start": part.start.isoformat(),
            "swept": swept,
        }
        taken = await worker.do("ingest", asked)
        swept = taken["swept"]
        tally.add(taken)
        yield part.lines[-1].read


def sliced(lines: Lines, start: datetime) -> Iterator[Slice]:
    """Put lines together; before a line that cannot be read, what stands before it comes."""
    part = Slice(start)
    try:
        for line in lines:
            part.lines.append(line)
            if part.is_full:
                yield part
                part = Slice(line.told.moment)
    except NewsError:
        if part.lines:
            yield part
        raise
    if part.lines:
        yield part


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
    return chain((first,), lines), first.told.moment


def read_lines(file: Path) -> Lines:
    """Yield the lines of a file that hold something; NewsError where one cannot be read."""
    done, last = 0, ""

    def texts(opened: BinaryIO) -> Iterator[str]:
        nonlocal done, last
        for raw in opened:
            last = raw.decode("utf-8", "replace")
            last = last if done else last.removeprefix("\ufeff")
            done += len(raw)
            yield last

    try:
        with nullcontext(sys.stdin.buffer) if file == STDIN else file.open("rb") as opened:
            for line in jsonl.read(texts(opened), now(), now()):
                yield FileLine(last, line, done)
    except OSError as error:
        raise NewsError("ingest.no_file", path=str(file), reason=error.strerror or "") from error
