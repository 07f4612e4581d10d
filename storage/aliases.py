"""Names that admins taught us from the chat, beside those of the catalogue."""

from collections.abc import Sequence
from datetime import datetime

from storage.sql import Connection, from_json, to_json, to_ms


def teach(db: Connection, name: str, others: Sequence[str], by: int, now: datetime) -> None:
    """Keep a name's other spellings; teaching again adds to what is known."""
    known = dict(every(db)).get(name, ())
    together = list(dict.fromkeys([*known, *others]))
    db.conn.execute(
        "insert into aliases(name, others, added_at, added_by) values (?, ?, ?, ?)"
        " on conflict(name) do update set others = excluded.others,"
        " added_at = excluded.added_at, added_by = excluded.added_by",
        (name, to_json(together), to_ms(now), by),
    )


def forget(db: Connection, number: int) -> tuple[str, tuple[str, ...]] | None:
    """Forget a taught name with its spellings and return them; None where it is gone."""
    row = db.conn.execute("delete from aliases where id = ? returning name, others", (number,))
    found = row.fetchone()
    return (found[0], tuple(from_json(found[1]) or ())) if found else None


def numbered(db: Connection) -> list[tuple[int, str, tuple[str, ...]]]:
    """Return all taught names with their numbers, in the order of names."""
    rows = db.conn.execute("select id, name, others from aliases order by name")
    return [(number, name, tuple(from_json(others) or ())) for number, name, others in rows]


def every(db: Connection) -> list[tuple[str, tuple[str, ...]]]:
    """Return all taught names with their spellings, in the order of names."""
    return [(name, others) for _, name, others in numbered(db)]
