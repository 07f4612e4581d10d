"""Small things that must outlast a restart, by name."""

from storage.sql import Connection


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


def forget(db: Connection, name: str) -> None:
    """Drop what is kept under a name."""
    db.conn.execute("delete from facts where name = ?", (name,))
