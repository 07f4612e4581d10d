"""What changed that somebody keeps in memory: subscriptions and taught names.

Triggers write a row for every change, whoever makes it: a handler, the command line, a chat that
is deleted with all it had. So nobody needs to tell the ingester, and nobody can forget to.
"""

from dataclasses import dataclass

from storage.model import SubscriptionId
from storage.sql import Connection


@dataclass(frozen=True, slots=True)
class Changed:
    """The subscriptions that changed, and the newest change looked at."""

    subscriptions: tuple[SubscriptionId, ...]
    last: int


def last(db: Connection) -> int:
    """Return the number of the newest change, also where it is forgotten; 0 before the first."""
    row = db.conn.execute("select seq from sqlite_sequence where name = 'changes'").fetchone()
    return int(row[0]) if row else 0


def since(db: Connection, seen: int) -> Changed:
    """Return which subscriptions were added, changed or removed after change ``seen``."""
    newest = last(db)
    if newest == seen:
        return Changed((), seen)
    rows = db.conn.execute(
        "select distinct row_id from changes where kind = 'subscription' and id > ?", (seen,)
    )
    return Changed(tuple(SubscriptionId(row[0]) for row in rows), newest)


def names_revision(db: Connection) -> int:
    """Return a number that grows whenever a taught name changes."""
    row = db.conn.execute(
        "select coalesce(max(id), 0) from changes where kind = 'alias'"
    ).fetchone()
    return int(row[0])


def prune(db: Connection, seen: int) -> None:
    """Forget the changes of subscriptions that the ingester, their only reader, took up."""
    db.conn.execute("delete from changes where kind = 'subscription' and id <= ?", (seen,))
