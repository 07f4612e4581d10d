"""Tallies: what became of the entries of each feed's documents, a row a feed and day.

They are written in the transaction that stores the entries, for one reason: that an audit can
count what came in two ways. Of more than ``DAYS`` ago a feed has one row for all days, day 0.
"""

from dataclasses import dataclass
from datetime import datetime

from storage.model import FeedId
from storage.sql import Connection, day_of

DAYS = 400
"""So many days have rows of their own."""


@dataclass(frozen=True, slots=True)
class DocumentTally:
    """How many entries of a document there were, and what became of them.

    ``entries`` were read: those that were not, because not a byte of them had changed since the
    document before, are not among them. ``kept`` had other words and stay as they are, as an
    import's do.
    """

    entries: int = 0
    stored: int = 0
    changed: int = 0
    known: int = 0
    kept: int = 0
    refused: int = 0


NOTHING_READ = DocumentTally()

ADDED = (
    " on conflict do update set documents = documents + excluded.documents,"
    " entries = entries + excluded.entries, stored = stored + excluded.stored,"
    " changed = changed + excluded.changed, known = known + excluded.known,"
    " kept = kept + excluded.kept, refused = refused + excluded.refused"
)
"""What becomes of a row where the feed and day have one."""


def add(db: Connection, feed_id: FeedId, tally: DocumentTally, now: datetime) -> None:
    """Count a document's entries to those of its feed's day, in UTC; none leave no row."""
    if not tally.entries:
        return
    db.conn.execute(
        "insert into tallies(feed_id, day, documents, entries, stored, changed,"  # noqa: S608 (ours)
        " known, kept, refused) values (?, ?, 1, ?, ?, ?, ?, ?, ?)" + ADDED,
        (
            feed_id,
            day_of(now),
            tally.entries,
            tally.stored,
            tally.changed,
            tally.known,
            tally.kept,
            tally.refused,
        ),
    )


def fold(db: Connection, now: datetime, limit: int = 300) -> int:
    """Add some rows of the oldest day, if it is old enough, to those of day 0; return how many."""
    (oldest,) = db.conn.execute("select min(day) from tallies where day > 0").fetchone()
    if oldest is None or oldest >= day_of(now) - DAYS:
        return 0
    some = (
        "from tallies where day = :day and feed_id in"
        " (select feed_id from tallies where day = :day order by feed_id limit :limit)"
    )
    values = {"day": oldest, "limit": limit}
    db.conn.execute(
        "insert into tallies select feed_id, 0, documents, entries, stored,"
        f" changed, known, kept, refused {some}{ADDED}",
        values,
    )
    return db.conn.execute(f"delete {some}", values).rowcount
