"""Parquet: rows to a file of compressed columns, a group of rows at a time. Only it knows arro3.

It comes with the extra `parquet` (pip install 'steppewire[parquet]').
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, cast

from storage.exports import Column, ColumnKind, Table

if TYPE_CHECKING:
    from arro3.core import Array, RecordBatch, Schema

SUFFIX = "parquet"
ROWS_IN_A_GROUP = 100_000
"""A group is what readers take at once and skip by; it is compressed in memory."""

COMPRESSION = "zstd(3)"


@cache
def is_installed() -> bool:
    """Tell whether what writes the format came along."""
    return find_spec("arro3") is not None


def write(path: Path, table: Table, batches: Iterator[list[list[Any]]]) -> None:
    """Write a table's rows to a new file; what a column means stands in its metadata."""
    from arro3.core import RecordBatchReader  # noqa: PLC0415 (an extra)
    from arro3.io import write_parquet  # noqa: PLC0415

    schema = schema_of(table)
    with path.open("wb") as file, _Calm(file) as calm:
        write_parquet(
            RecordBatchReader.from_batches(
                schema, calm.each(_batch(table, rows, schema) for rows in batches)
            ),
            cast("IO[bytes]", calm),
            compression=COMPRESSION,
            max_row_group_size=ROWS_IN_A_GROUP,
            created_by="SteppeWire",
        )


class _Calm:
    """A file, and rows for it, that never raise into arro3; what failed is raised at the end.

    arro3 takes what a file raises for a bug of its own, panics and tells stderr of it; what rows
    raise it turns into an error without a kind.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """Write to a file for as long as that goes well."""
        self._file = file
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        """Begin to write."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Raise what failed in the meantime."""
        if self._failure is not None:
            raise self._failure

    def each(self, batches: "Iterator[RecordBatch]") -> "Iterator[RecordBatch]":
        """Yield what is to be written; nothing more after a failure."""
        try:
            for batch in batches:
                if self._failure is not None:
                    return
                yield batch
        except Exception as error:  # noqa: BLE001 (raised at the end)
            self._failure = error

    def write(self, some: bytes) -> int:
        """Write some bytes; after a failure they go nowhere."""
        if self._failure is None:
            try:
                self._file.write(some)
            except OSError as error:
                self._failure = error
        return len(some)

    def flush(self) -> None:
        """Leave it to the end: who closes the file flushes it."""

    def seek(self, *_: int) -> int:
        """Stay; arro3 asks a file whether it could, and writes from its start to its end."""
        return self._file.tell()


def schema_of(table: Table) -> "Schema":
    """Return a table's columns with their types and meanings."""
    from arro3.core import DataType, Field, Schema  # noqa: PLC0415

    texts = DataType.list(Field("element", DataType.string(), nullable=True))
    types = {
        ColumnKind.WHOLE: DataType.int64(),
        ColumnKind.TEXT: DataType.string(),
        ColumnKind.ADDRESS: DataType.string(),
        ColumnKind.TIME: DataType.timestamp("ms", tz="UTC"),
        ColumnKind.YES_NO: DataType.bool(),
        ColumnKind.TEXTS: texts,
    }
    return Schema(
        [
            Field(one.name, types[one.kind], nullable=True, metadata={"comment": one.meaning})
            for one in table.columns
        ]
    )


def _batch(table: Table, rows: Sequence[Sequence[Any]], schema: "Schema") -> "RecordBatch":
    from arro3.core import RecordBatch  # noqa: PLC0415

    values = zip(*rows, strict=True)
    arrays = [_array(column, told) for column, told in zip(table.columns, values, strict=True)]
    return RecordBatch.from_arrays(arrays, schema=schema)


def _array(column: Column, values: Sequence[Any]) -> "Array":
    """Make a column's array; arro3 makes none of times or lists from Python's values."""
    from arro3.core import Array, DataType  # noqa: PLC0415

    plain: dict[ColumnKind, Callable[[], DataType]] = {
        ColumnKind.WHOLE: DataType.int64,
        ColumnKind.YES_NO: DataType.bool,
    }
    if column.kind is ColumnKind.TIME:
        return Array(values, DataType.int64()).cast(DataType.timestamp("ms", tz="UTC"))
    if column.kind is ColumnKind.TEXTS:
        return _lists(values)
    return Array(values, plain.get(column.kind, DataType.string)())


def _lists(values: Sequence[Sequence[str]]) -> "Array":
    """Make an array of lists: where each begins, and all that is in them."""
    from arro3.core import Array, DataType, Field, list_array  # noqa: PLC0415

    begins = [0]
    for one in values:
        begins.append(begins[-1] + len(one))
    texts = DataType.list(Field("element", DataType.string(), nullable=True))
    every = Array([text for one in values for text in one], DataType.string())
    return list_array(Array(begins, DataType.int32()), every, type=texts)
