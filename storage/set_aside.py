"""What was set aside so that the rest could go on: which it was, what it raised, how often.

A fault of ours, or an odd value in a row, must cost the one thing that has it. That one is noted
here, by what it is and why, and said once to the admins.
"""

import re
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.errors import NewsError
from storage.model import ChatId
from storage.sql import Connection, from_json, moment, to_json, to_ms

KEPT = timedelta(days=90)
"""After so long without happening again it is forgotten; happening then, it is said anew."""

MOST_KEPT = 10_000
"""Of more than that the oldest go first: a hostile source may find a fault of ours."""

MOST_REASONS = 5
"""So many reasons are kept of one thing: an error's words may differ each time."""

MOST_TOLD = 500
"""So many are said together; the others with the next message."""

TOLD_EVERY = timedelta(minutes=10)
"""What comes sooner after the last message waits for the next, with all that joins it."""

PLAIN = (str, int, float)
"""Values of a sentence that are kept with its key."""

KEY = re.compile(r"[a-z_]+(\.[a-z_]+)+")
WHY_LENGTH = 300
LABEL_LENGTH = 400


class AsideKind(StrEnum):
    """What can be set aside."""

    SUBSCRIPTION = "subscription"
    ITEM = "item"
    STORY = "story"
    DELIVERY = "delivery"
    DIGEST = "digest"
    CHAT = "chat"
    FEED = "feed"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Aside:
    """One thing that was set aside: ``what`` is its row's id or its address, ``why`` the reason.

    ``label`` shows people which it is: a query, a headline. ``chat_id`` is whose it is.
    """

    kind: AsideKind
    what: str
    why: str
    label: str = ""
    chat_id: ChatId | None = None


@dataclass(frozen=True, slots=True)
class NotedAside:
    """A thing as it is noted: since when, and how many times."""

    aside: Aside
    first_at: datetime
    times: int


def place_of(error: BaseException) -> str:
    """Name where an error was raised, as file:line."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "?"
    return f"{frames[-1].filename.rsplit('/', maxsplit=1)[-1]}:{frames[-1].lineno}"


def why_of(error: BaseException) -> str:
    """Say in one line what was raised and where; of a wrong request what its sentence needs."""
    if isinstance(error, NewsError):
        plain = {name: value for name, value in error.values.items() if isinstance(value, PLAIN)}
        whole = f"{error.text_key} {to_json(plain)}"
        return whole if plain and len(whole) <= WHY_LENGTH else error.text_key
    said = printable(str(error))
    return f"{type(error).__name__}, {place_of(error)}{f': {said}' if said else ''}"[:WHY_LENGTH]


def request_of(why: str) -> NewsError | None:
    """Return the wrong request that ``why_of`` put down; None where something else was raised."""
    key, _, values = why.partition(" ")
    if not KEY.fullmatch(key):
        return None
    try:
        return NewsError(key, **(from_json(values) or {}))
    except (ValueError, TypeError):
        return NewsError(key)


def printable(text: str) -> str:
    """Return a text as one line that can be stored and shown, whatever characters it has."""
    whole = text.encode("utf-8", "replace").decode().replace("\0", " ")
    return " ".join(whole.split())[:LABEL_LENGTH]


def note(db: Connection, asides: Iterable[Aside], now: datetime) -> None:
    """Note what was set aside; what is noted already for the same reason is counted."""
    db.conn.executemany(
        "insert into set_aside(kind, what, why, label, chat_id, first_at, last_at)"
        " select :kind, :what, :why, :label, :chat, :now, :now where"
        " (select count(*) from set_aside where kind = :kind and what = :what and why <> :why)"
        " < :most on conflict do update"
        " set times = times + 1, last_at = excluded.last_at, label = excluded.label",
        [
            {
                "kind": one.kind,
                "what": printable(one.what),
                "why": printable(one.why),
                "label": printable(one.label),
                "chat": one.chat_id,
                "now": to_ms(now),
                "most": MOST_REASONS,
            }
            for one in asides
        ],
    )


def forget(db: Connection, kind: AsideKind, what: Iterable[str]) -> None:
    """Forget things that are well again, or gone."""
    db.conn.executemany(
        "delete from set_aside where kind = ? and what = ?", [(kind, one) for one in what]
    )


def untold(db: Connection) -> tuple[NotedAside, ...]:
    """Return what nobody has been told of yet, the oldest first."""
    rows = db.conn.execute(
        "select kind, what, why, label, chat_id, first_at, times from set_aside"
        " where told_at is null order by first_at, kind, what limit ?",
        (MOST_TOLD,),
    )
    return tuple(
        NotedAside(
            Aside(AsideKind(kind), what, why, label, None if chat_id is None else ChatId(chat_id)),
            moment(first_at),
            times,
        )
        for kind, what, why, label, chat_id, first_at, times in rows
    )


def is_to_be_told(db: Connection, now: datetime) -> bool:
    """Tell whether there is something to say, and the last message is long enough ago."""
    return bool(
        db.conn.execute(
            "select 1 where exists (select 1 from set_aside where told_at is null)"
            " and not exists (select 1 from set_aside where told_at between ? and ?)",
            (to_ms(now - TOLD_EVERY), to_ms(now)),
        ).fetchone()
    )


def told(db: Connection, asides: Iterable[Aside], now: datetime) -> None:
    """Note that these were said."""
    db.conn.executemany(
        "update set_aside set told_at = ? where kind = ? and what = ? and why = ?",
        [(to_ms(now), one.kind, one.what, one.why) for one in asides],
    )


def count(db: Connection) -> int:
    """Count what stands aside."""
    return int(db.conn.execute("select count(*) from set_aside").fetchone()[0])


def prune(db: Connection, now: datetime) -> None:
    """Forget what has not happened again for long, and the oldest of very many."""
    db.conn.execute("delete from set_aside where last_at < ?", (to_ms(now - KEPT),))
    db.conn.execute(
        "delete from set_aside where last_at <"
        " (select last_at from set_aside order by last_at desc limit 1 offset ?)",
        (MOST_KEPT - 1,),
    )
