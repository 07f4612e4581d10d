"""Forgetting by age: what is old by its stamp and by its place among the rows.

A clock that was behind for a while stamped what it wrote as long past. Rows are numbered in the
order in which they came, whatever any clock said: what came after one that is young is not old.
"""

from datetime import datetime

from storage.sql import Connection, to_ms

LOOKED_THROUGH = 1000
"""So many of the oldest young rows say where youth begins: a wrong stamp may stand among them."""


def youth_begins(
    db: Connection, table: str, stamp: str, before: datetime, order: str
) -> int | None:
    """Return the first number, by ``order``, that is young by its stamp; None where none is.

    The stamp has an index.
    """
    (first,) = db.conn.execute(
        f"select min({order}) from (select {order} from {table} where {stamp} >= ?"  # noqa: S608 (our own names)
        f" order by {stamp} limit {LOOKED_THROUGH})",
        (to_ms(before),),
    ).fetchone()
    return None if first is None else int(first)


def forget(
    db: Connection,
    table: str,
    stamp: str,
    before: datetime,
    *,
    order: str = "id",
    where: str = "1",
    limit: int = -1,
) -> int:
    """Delete rows of before a moment, the oldest first; return how many went."""
    return db.conn.execute(
        f"delete from {table} where {order} in (select {order} from {table}"  # noqa: S608 (our own names)
        f" where {stamp} < :before and {where} and {order} < coalesce(:youth, {order} + 1)"
        f" order by {stamp} limit :limit)",
        {
            "before": to_ms(before),
            "youth": youth_begins(db, table, stamp, before, order),
            "limit": limit,
        },
    ).rowcount
