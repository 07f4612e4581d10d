"""An export's folder: months whose rows are other ones than its files have are written anew.

Laid out as programs of analysis find partitions (Hive's way): items/month=2026-11/part-0.parquet.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from bot.exports import jsonl, manifest, parquet
from bot.exports.manifest import ExportedFile, Manifest
from storage import exports
from storage.database import to_be_read
from storage.exports import Month, Row, Table
from storage.sql import Connection

FORMATS = {"parquet": parquet, "jsonl": jsonl}
UNFINISHED = ".new"
"""A file that is being written: it lies beside the tables, of which programs read every file."""


@dataclass(frozen=True, slots=True)
class Span:
    """The months that are looked at; None for all there are on that side."""

    since: Month | None = None
    until: Month | None = None

    def __contains__(self, month: object) -> bool:
        """Tell whether a month is one of them."""
        return (
            isinstance(month, Month)
            and (self.since is None or month >= self.since)
            and (self.until is None or month <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a month's file: ``part`` is what it holds now, None where it is gone."""

    table: str
    month: str
    part: ExportedFile | None
    written: bool


class Rows:
    """A month's rows on their way to somebody, counted and digested as they go by."""

    def __init__(self, db: Connection, table: Table, month: Month) -> None:
        """Say whose; they are read when they are asked for."""
        self._table = table
        self._batches = exports.batches(db, table, month)
        columns = [(one.name, one.kind.value) for one in table.columns]
        self._digest = blake2b(repr((manifest.LAYOUT, columns)).encode(), digest_size=16)
        self.rows = 0

    def kept(self) -> Iterator[list[Row]]:
        """Yield them as they are kept."""
        for batch in self._batches:
            self.rows += len(batch)
            self._digest.update(repr(batch).encode("utf-8", "surrogatepass"))
            yield batch

    def read(self) -> Iterator[list[list[Any]]]:
        """Yield their values."""
        for batch in self.kept():
            yield exports.read(self._table, batch)

    @property
    def digest(self) -> str:
        """What tells them from others, of all that have gone by."""
        return self._digest.hexdigest()


def export(
    path: Path, folder: Path, span: Span, kept: Manifest, progress: Callable[[int], None]
) -> Iterator[Told]:
    """Bring a folder to what a database says, month by month; yield what became of each.

    ``kept`` is the folder's manifest, which grows; ``progress`` hears of rows. A file is there
    wholly or not at all, and what was written stays where a later month fails. Raises StorageError
    for a database that cannot be read, OSError for a folder that cannot be written.
    """
    with closing(to_be_read(path)) as db:
        for table in exports.TABLES:
            there: set[str] = set()
            for month in exports.months(db, table):
                there.add(name_of(table, month))
                if month in span:
                    yield _month(db, table, month, folder, kept)
                    progress(exports.count(db, table, month))
            yield from _gone(table, there, span, folder, kept)


def name_of(table: Table, month: Month) -> str:
    """Name a month's folder."""
    return f"{table.name}/month={month}"


def _month(db: Connection, table: Table, month: Month, folder: Path, kept: Manifest) -> Told:
    """Write a month, unless its file has these very rows."""
    name = name_of(table, month)
    before = kept.parts.get(name)
    if before is not None and _stands(folder, before):
        rows = Rows(db, table, month)
        for _ in rows.kept():
            pass
        if rows.digest == before.digest:
            return Told(table.name, str(month), before, written=False)
    part = _written(db, table, month, folder, kept.format)
    kept.parts[name] = part
    manifest.write(folder, kept)
    return Told(table.name, str(month), part, written=True)


def _stands(folder: Path, part: ExportedFile) -> bool:
    """Tell whether a file is there in its size."""
    try:
        return (folder / part.file).stat().st_size == part.bytes
    except OSError:
        return False


def _written(db: Connection, table: Table, month: Month, folder: Path, form: str) -> ExportedFile:
    writer = FORMATS[form]
    file = f"{name_of(table, month)}/part-0.{writer.SUFFIX}"
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    new = folder / UNFINISHED
    rows = Rows(db, table, month)
    try:
        writer.write(new, table, rows.read())
        _let_last(new)
        size = new.stat().st_size
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return ExportedFile(file, rows.rows, size, rows.digest)


def _let_last(path: Path) -> None:
    """Have a file on the disk before its name says that it is whole."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _gone(
    table: Table, there: set[str], span: Span, folder: Path, kept: Manifest
) -> Iterator[Told]:
    """Remove files of months of which nothing is kept any more."""
    for name in [one for one in kept.parts if one.startswith(f"{table.name}/")]:
        told = name.rpartition("=")[2]
        year, _, month = told.partition("-")
        if name in there or Month(int(year), int(month)) not in span:
            continue
        part = kept.parts.pop(name)
        manifest.write(folder, kept)
        (folder / part.file).unlink(missing_ok=True)
        yield Told(table.name, told, None, written=True)
