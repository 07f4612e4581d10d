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


def every(db: Connection) -> list[tuple[str, tuple[str, ...]]]:
    """Return all taught names with their spellings, in the order of names."""
    rows = db.conn.execute("select name, others from aliases order by name")
    return [(name, tuple(from_json(others) or ())) for name, others in rows]
