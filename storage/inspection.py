"""Inspection: which rows have values that no program of ours writes, looked for once a day.

Whoever reads many rows leaves such a one out; here it is named, so that somebody can mend it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage import chats, feeds, meta, subscriptions
from storage.outbox import rows as outbox_rows
from storage.set_aside import Aside, AsideKind, why_of
from storage.sql import ODD_VALUES, Connection, from_json, moment, to_json, to_ms

EVERY = timedelta(days=1)
DONE_FACT = "inspected"

AT_ONCE = 500
"""Rows between two looks at who else wants to read."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """Rows of one kind: the statement that gives those after an id, in its order, and who reads.

    ``named`` is the column by which people know such a row, None where there is none.
    """

    kind: AsideKind
    statement: str
    read: Callable[[Any], object]
    id: str | int
    named: str | int | None = None
    as_mappings: bool = False


KINDS = (
    Inspected(
        AsideKind.CHAT,
        "select * from chats where id > :after order by id limit :most",
        chats.to_chat,
        "id",
        as_mappings=True,
    ),
    Inspected(
        AsideKind.SUBSCRIPTION,
        "select * from subscriptions where id > :after order by id limit :most",
        subscriptions.to_subscription,
        "id",
        "query",
        as_mappings=True,
    ),
    Inspected(AsideKind.FEED, feeds.EVERY_ROW_AFTER, feeds.of_row, 0, 1),
    Inspected(
        AsideKind.DELIVERY,
        f"select {outbox_rows.COLUMNS} from deliveries"  # noqa: S608 (our own columns)
        " where state in ('queued', 'held', 'sending') and id > :after order by id limit :most",
        outbox_rows.of_row,
        0,
    ),
)
"""The chats, subscriptions, feeds and waiting messages: what others would be left without."""

START = -(1 << 62)
"""Before every id: those of groups are negative."""


def is_due(db: Connection, version: str, now: datetime) -> bool:
    """Tell whether a start is to look: the last that did was another version's, or is old."""
    kept = from_json(meta.get(db, DONE_FACT))
    if not kept or kept["version"] != version:
        return True
    return not timedelta(0) <= now - moment(kept["at"]) < EVERY


def done(db: Connection, version: str, now: datetime) -> None:
    """Note that a start of a version has looked at all rows."""
    meta.put(db, DONE_FACT, to_json({"version": version, "at": to_ms(now)}))


def odd_rows(db: Connection, of: Inspected, after: int) -> tuple[list[Aside], int | None]:
    """Name the next rows that cannot be read, and after which id to go on, None at the end."""
    values = {"after": after, "most": AT_ONCE}
    rows = list(
        db.query(of.statement, values) if of.as_mappings else db.conn.execute(of.statement, values)
    )
    odd = []
    for row in rows:
        try:
            of.read(row)
        except ODD_VALUES as error:
            told = "" if of.named is None else str(row[of.named])
            odd.append(Aside(of.kind, str(row[of.id]), why_of(error), told))
    return odd, rows[-1][of.id] if len(rows) == AT_ONCE else None
