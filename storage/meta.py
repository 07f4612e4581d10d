"""Small things that must outlast a restart, by name."""

from datetime import datetime, timedelta

from storage.sql import Connection, moment, to_ms


def get(db: Connection, name: str) -> str | None:
    """Return what is kept under a name, or None."""
    row = db.conn.execute("select value from facts where name = ?", (name,)).fetchone()
    return row[0] if row else None


def put(db: Connection, name: str, value: str) -> None:
    """Keep a value under a name."""
    db.conn.execute(
        "insert into facts(name, value) values (?, ?)"
        " on conflict(name) do update set value = excluded.value",
        (name, value),
    )


def put_moment(db: Connection, name: str, at: datetime) -> None:
    """Keep a moment under a name."""
    put(db, name, str(to_ms(at)))


def moment_of(db: Connection, name: str) -> datetime | None:
    """Return the moment that is kept under a name, or None."""
    kept = get(db, name)
    return None if kept is None else moment(int(kept))


def is_recent(db: Connection, name: str, within: timedelta, now: datetime) -> bool:
    """Tell whether a moment that is kept is not so long ago; one ahead is a wrong clock's."""
    kept = moment_of(db, name)
    return kept is not None and timedelta(0) <= now - kept < within


def forget(db: Connection, name: str) -> None:
    """Drop what is kept under a name."""
    db.conn.execute("delete from facts where name = ?", (name,))
