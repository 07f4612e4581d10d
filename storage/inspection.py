"""Inspection: which rows have values that no program of ours writes, looked for at each start.

Whoever reads many rows leaves such a one out; here it is named, so that somebody can mend it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from storage import chats, feeds, subscriptions
from storage.outbox import rows as outbox_rows
from storage.set_aside import Aside, AsideKind, why_of
from storage.sql import ODD_VALUES, Connection


def odd_rows(db: Connection) -> list[Aside]:
    """Name the chats, subscriptions, feeds and waiting messages that cannot be read."""
    waiting = (
        f"select {outbox_rows.COLUMNS} from deliveries"  # noqa: S608 (our own columns)
        " where state in ('queued', 'held', 'sending')"
    )
    return [
        *_odd(AsideKind.CHAT, db.query("select * from chats"), chats.to_chat, "id"),
        *_odd(
            AsideKind.SUBSCRIPTION,
            db.query("select * from subscriptions"),
            subscriptions.to_subscription,
            "id",
            label="query",
        ),
        *_odd(AsideKind.FEED, feeds.every_row(db), feeds.of_row, 0, label=1),
        *_odd(AsideKind.DELIVERY, db.conn.execute(waiting), outbox_rows.of_row, 0),
    ]


def _odd(
    kind: AsideKind,
    rows: Any,
    read: Callable[[Any], object],
    key: str | int,
    *,
    label: str | int | None = None,
) -> Iterator[Aside]:
    """Try a kind's rows one by one."""
    for row in rows:
        try:
            read(row)
        except ODD_VALUES as error:
            told = "" if label is None else str(row[label])
            yield Aside(kind, str(row[key]), why_of(error), told)
