"""Outlets: who publishes, each with its country, home page and owners."""

from functools import lru_cache
from typing import Any

from storage.model import FeedId, Outlet, OutletId, Ownership
from storage.sql import Connection

COLUMNS = "o.id, o.name, o.country, o.ownership, o.wire, o.family, o.home_url, o.official"
"""What ``of_row`` reads, for joins under the alias ``o``."""


@lru_cache(maxsize=4096)
def of_row(row: tuple[Any, ...]) -> Outlet:
    """Read an outlet off the columns named in ``COLUMNS``; few outlets tell many items."""
    return Outlet(
        id=OutletId(row[0]),
        name=row[1],
        country=row[2],
        ownership=Ownership(row[3]),
        wire=bool(row[4]),
        family=row[5],
        home_url=row[6],
        official=bool(row[7]),
    )


def every(db: Connection) -> dict[OutletId, Outlet]:
    """Return all outlets by id."""
    rows = db.conn.execute(f"select {COLUMNS} from outlets o order by o.name")  # noqa: S608 (our own column list)
    return {outlet.id: outlet for outlet in map(of_row, rows)}


def by_feed(db: Connection) -> dict[FeedId, Outlet]:
    """Return the outlet behind each feed."""
    rows = db.conn.execute(
        f"select f.id, {COLUMNS} from feeds f join outlets o on o.id = f.outlet_id"  # noqa: S608 (our own column list)
    )
    return {FeedId(row[0]): of_row(row[1:]) for row in rows}


def by_name(db: Connection, name: str) -> Outlet | None:
    """Return the outlet of that name, None where there is none."""
    row = db.conn.execute(
        f"select {COLUMNS} from outlets o where o.name = ?",  # noqa: S608 (our own column list)
        (name,),
    ).fetchone()
    return None if row is None else of_row(row)


def named(
    db: Connection,
    name: str,
    *,
    country: str = "",
    ownership: Ownership = Ownership.UNKNOWN,
    wire: bool = False,
    family: str = "",
    home_url: str = "",
    official: bool = False,
) -> Outlet:
    """Return the outlet of that name, adding it as described where there is none yet."""
    db.conn.execute(
        # What an outlet is known by stays, whoever describes it again.
        "insert into outlets(name, country, ownership, wire, family, home_url, official)"
        " values (?, ?, ?, ?, ?, ?, ?) on conflict(name) do nothing",
        (name, country, ownership.value, wire, family, home_url, official),
    )
    found = by_name(db, name)
    assert found is not None  # noqa: S101 (it has just been added)
    return found
