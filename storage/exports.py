"""Exports: items and stories as rows of plain values, a month at a time, for programs of analysis.

An item belongs to the month (UTC) in which we first saw it, a story to that of its newest telling:
so what is over stays as it is, and both are found by an index.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from storage.masking import without_user_info
from storage.sql import Connection, moment, to_ms

ROWS_AT_ONCE = 5_000
"""Rows that are read in one go: some megabytes, and a tenth of a second for whoever waits."""

LAST_YEAR = 9998
"""Later ones are a wrong clock's, and no month ends behind them."""


class ColumnKind(StrEnum):
    """What a column's values are."""

    WHOLE = "integer"
    TEXT = "text"
    ADDRESS = "address"
    TIME = "time"
    YES_NO = "boolean"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export: its name, its values, what they mean, and how SQL says it."""

    name: str
    kind: ColumnKind
    meaning: str
    sql: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an export. ``source`` is SQL, ``at`` and ``key`` order its rows."""

    name: str
    columns: tuple[Column, ...]
    source: str
    at: str
    key: str
    counted: str


class Month(NamedTuple):
    """A month of the calendar, in UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, at: datetime) -> "Month":
        """Return the month of a moment."""
        at = at.astimezone(UTC)
        return cls(at.year, at.month)

    @property
    def next(self) -> "Month":
        """The month behind it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    def __str__(self) -> str:
        """Write it as 2026-11."""
        return f"{self.year:04}-{self.month:02}"


Row = tuple[Any, ...]
"""A row as it is kept: its columns in their order, then what orders it. Times are milliseconds
since 1970, None is not told."""

_OUTLET = (
    Column("outlet", ColumnKind.TEXT, "who published it, by name", "o.name"),
    Column(
        "country",
        ColumnKind.TEXT,
        "the outlet's, ISO 3166 alpha-2; empty: the region's",
        "o.country",
    ),
    Column("ownership", ColumnKind.TEXT, "who stands behind the outlet", "o.ownership"),
    Column(
        "publisher", ColumnKind.TEXT, "the house behind several outlets; empty: itself", "o.family"
    ),
    Column("wire", ColumnKind.YES_NO, "whether the outlet is a news agency", "o.wire"),
    Column("official", ColumnKind.YES_NO, "whether a state itself publishes it", "o.official"),
)

ITEMS = Table(
    "items",
    (
        Column("id", ColumnKind.WHOLE, "the item's number", "i.id"),
        Column("story_id", ColumnKind.WHOLE, "the story that it belongs to by now", "i.story_id"),
        *_OUTLET,
        Column("kind", ColumnKind.TEXT, "what brought it: feed, page, telegram, import", "f.kind"),
        Column("language", ColumnKind.TEXT, "BCP 47; und: unknown", "i.lang"),
        Column("published", ColumnKind.TIME, "when, as the outlet says; null: it does not", "i.published"),
        Column("first_seen", ColumnKind.TIME, "when we first saw it; its month is this one's", "i.first_seen"),
        Column("updated", ColumnKind.TIME, "when the outlet last changed its words", "i.updated_at"),
        Column("retitled", ColumnKind.TIME, "when the outlet last changed its headline", "i.retitled_at"),
        Column("removed", ColumnKind.TIME, "since when its page is seen to be gone", "i.removed_at"),
        Column("recirculated", ColumnKind.YES_NO, "an old text under a new date", "i.recirculated"),
        Column("url", ColumnKind.ADDRESS, "the article's address", "i.url"),
        Column("title", ColumnKind.TEXT, "its headline", "i.title"),
        Column("summary", ColumnKind.TEXT, "what its feed says of it beside", "i.summary"),
        Column("source", ColumnKind.TEXT, "the channel it was forwarded from, or the aggregator's source", "i.source"),
        Column("image", ColumnKind.ADDRESS, "its picture's address", "i.image"),
        Column("about", ColumnKind.TEXTS, "countries that its text is about, ISO 3166 alpha-2", "i.countries"),
        Column("title_about", ColumnKind.TEXTS, "countries that its headline names", "i.title_countries"),
    ),
    "items i join feeds f on f.id = i.feed_id join outlets o on o.id = f.outlet_id where true",
    "i.first_seen",
    "i.id",
    "items i",
)  # fmt: skip

_HEADED = "min(case when i.title <> '' then coalesce(i.published, i.first_seen) end)"
"""SQLite takes the bare columns beside a min() from the row that has it: the first headline."""

STORIES = Table(
    "stories",
    (
        Column("id", ColumnKind.WHOLE, "the story's number; items have it as story_id", "s.id"),
        Column("first_at", ColumnKind.TIME, "its earliest telling", "s.first_at"),
        Column("updated_at", ColumnKind.TIME, "when its newest telling came; its month is this one's", "s.updated_at"),
        Column("items", ColumnKind.WHOLE, "how many items tell it", "s.size"),
        Column("outlets", ColumnKind.WHOLE, "how many outlets", "count(distinct o.name)"),
        Column("publishers", ColumnKind.WHOLE, "how many houses: an outlet's sisters are no confirmation",
               "count(distinct coalesce(nullif(o.family, ''), o.name))"),
        Column("countries", ColumnKind.TEXTS, "the outlets', ISO 3166 alpha-2",
               "replace(group_concat(distinct o.country), ',', ' ')"),
        Column("languages", ColumnKind.TEXTS, "those it is told in, BCP 47",
               "replace(group_concat(distinct i.lang), ',', ' ')"),
        Column("headed", ColumnKind.TIME, "when the first item with a headline came out", _HEADED),
        Column("title", ColumnKind.TEXT, "the headline of that item", "i.title"),
        Column("language", ColumnKind.TEXT, "the language of that headline", "i.lang"),
    ),
    "stories s join items i on i.story_id = s.id"
    " join feeds f on f.id = i.feed_id join outlets o on o.id = f.outlet_id where true",
    "s.updated_at",
    "s.id",
    "stories s",
)  # fmt: skip

TABLES = (ITEMS, STORIES)


@lru_cache(maxsize=4096)
def _words(text: str | None) -> tuple[str, ...]:
    return tuple(sorted(set((text or "").split())))


def _address(text: str | None) -> str | None:
    return without_user_info(text) if text else text


_READ: Mapping[ColumnKind, Callable[[Any], Any]] = {
    ColumnKind.ADDRESS: _address,
    ColumnKind.YES_NO: bool,
    ColumnKind.TEXTS: _words,
}
"""How a kept value is read where it is not what it says."""


def months(db: Connection, table: Table) -> Iterator[Month]:
    """Yield the months of which a table has rows, the oldest first."""
    begins = datetime(1970, 1, 1, tzinfo=UTC)
    while begins.year <= LAST_YEAR:
        (first,) = db.conn.execute(
            f"select min({table.at}) from {table.counted} where {table.at} >= ?",  # noqa: S608 (our own names)
            (to_ms(begins),),
        ).fetchone()
        if first is None or first >= _end_of_time():
            return
        found = Month.of(moment(first))
        yield found
        begins = found.next.begins


def _end_of_time() -> int:
    return int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp() * 1000)


def count(db: Connection, table: Table, month: Month) -> int:
    """Count a month's rows."""
    (rows,) = db.conn.execute(
        f"select count(*) from {table.counted} where {table.at} >= ? and {table.at} < ?",  # noqa: S608 (our own names)
        (to_ms(month.begins), to_ms(month.next.begins)),
    ).fetchone()
    return int(rows)


def batches(
    db: Connection, table: Table, month: Month, rows_at_once: int = ROWS_AT_ONCE
) -> Iterator[list[Row]]:
    """Yield a month's rows in order as they are kept, some at a time; ``read`` says their values.

    Each time is a read of its own: no writer's log grows while a large month is read. What is
    written meanwhile is read as it is by then.
    """
    columns = ", ".join(column.sql for column in table.columns)
    grouped = f" group by {table.at}, {table.key}" if table is STORIES else ""
    statement = (
        f"select {columns}, {table.at}, {table.key} from {table.source}"  # noqa: S608 (our own names)
        f" and ({table.at}, {table.key}) > (?, ?) and {table.at} < ?{grouped}"
        f" order by {table.at}, {table.key} limit ?"
    )
    after, last = to_ms(month.begins), 0
    while found := db.conn.execute(
        statement, (after, last, to_ms(month.next.begins), rows_at_once)
    ).fetchall():
        *_, after, last = found[-1]
        yield found


def read(table: Table, rows: list[Row]) -> list[list[Any]]:
    """Return the values of rows, a list for each, in the columns' order."""
    odd = [(at, _READ[one.kind]) for at, one in enumerate(table.columns) if one.kind in _READ]
    found = []
    for row in rows:
        values = list(row[: len(table.columns)])
        for at, said in odd:
            values[at] = said(values[at])
        found.append(values)
    return found
