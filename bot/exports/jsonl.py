"""JSON lines: rows to a gzipped file, an object a line, for whatever reads no Parquet."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from storage.exports import Column, ColumnKind, Table
from storage.local_time import rfc3339
from storage.sql import moment

SUFFIX = "jsonl.gz"


def write(path: Path, table: Table, batches: Iterator[list[list[Any]]]) -> None:
    """Write a table's rows to a new file."""
    # Neither a name nor a time in its head: the same rows are the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        for rows in batches:
            for row in rows:
                told = {
                    column.name: _told(column, value)
                    for column, value in zip(table.columns, row, strict=True)
                }
                file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")


def _told(column: Column, value: Any) -> Any:
    """Write a value as all JSON of ours does."""
    if column.kind is ColumnKind.TIME and value is not None:
        return rfc3339(moment(value))
    return value
