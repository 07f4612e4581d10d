"""The manifest of an export: which file holds which month's rows, and what columns mean."""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from storage.exports import TABLES, Table

NAME = "manifest.json"
LAYOUT = 1
"""Which way folders are laid out; another way has another number."""

_FILE = re.compile(r"[a-z]+/month=[0-9]{4}-(?:0[1-9]|1[0-2])/part-[0-9]+\.[a-z.]+")
"""A file that a manifest may name: what is removed by it lies in its own folder."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of the export. ``digest`` is of the rows in it, ``bytes`` its size."""

    file: str
    rows: int
    bytes: int
    digest: str


@dataclass(slots=True)
class Manifest:
    """What a folder has, by months: ``items/month=2026-11``."""

    format: str
    parts: dict[str, ExportedFile] = field(default_factory=dict)


class UnreadableError(Exception):
    """What lies there is no manifest of ours, or of a later version's."""


def read(folder: Path) -> Manifest | None:
    """Read a folder's manifest; None where there is none. Raises UnreadableError."""
    try:
        told = json.loads((folder / NAME).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error
    try:
        if told["layout"] != LAYOUT:
            raise UnreadableError
        parts = {month: ExportedFile(**part) for month, part in told["parts"].items()}
        for month, part in parts.items():
            if not _FILE.fullmatch(part.file) or part.file.rpartition("/")[0] != month:
                raise UnreadableError
        return Manifest(str(told["format"]), parts)
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableError from error


def write(folder: Path, manifest: Manifest) -> None:
    """Write a folder's manifest, wholly or not at all."""
    told = {
        "layout": LAYOUT,
        "format": manifest.format,
        "columns": {table.name: list(columns(table)) for table in TABLES},
        "parts": {month: asdict(part) for month, part in sorted(manifest.parts.items())},
    }
    new = folder / f"{NAME}.new"
    try:
        with new.open("w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / NAME)
    finally:
        new.unlink(missing_ok=True)


def columns(table: Table) -> Iterable[dict[str, Any]]:
    """Describe a table's columns."""
    for column in table.columns:
        yield {"name": column.name, "kind": column.kind.value, "meaning": column.meaning}
