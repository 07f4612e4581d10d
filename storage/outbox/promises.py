"""Promises: what many chats are owed, in one row, until it is in the outbox for each of them.

A word may have a hundred thousand readers, and the transaction that records a document must be
over in some milliseconds. So it makes good on what few chats are owed, and of the rest it keeps a
promise: whom it is for, and after which of them to go on. ``storage.owing`` makes good on these, a
slice at a time, each slice with the promise's new place in one transaction: a crash at any line
loses nothing and owes nothing twice. Those that were served least come first, so that a few
readers of one word do not wait for the many of another.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias

from storage.model import ItemId, StoryId
from storage.outbox.deliveries import Turn
from storage.sql import Connection, from_json, to_json, to_ms

BEHIND_ALL = 1 << 40
"""More turns than anything needs."""

START = -(1 << 62)
"""Before every id: those of groups are negative."""


@dataclass(frozen=True, slots=True)
class OwedAlerts:
    """An item is news to the readers of a query, in the order of their subscriptions.

    ``heard`` restricts it to places that an alert of one of these stories was for: to them it is
    told again, because it turned out to be another story than they were told.
    """

    query: str
    item: ItemId
    heard: tuple[StoryId, ...] = ()


@dataclass(frozen=True, slots=True)
class OwedEdits:
    """The living messages of a story are to be edited, in the order of their chats.

    They live if they were sent after ``since`` (milliseconds). ``soon`` says that their first
    lines change, ``lists`` that those of messages for many do too, ``language`` in which chats'
    language alone they do; ``muted`` that they are edited where the story is muted too, ``urgent``
    that it leaves quiet hours. Where ``only`` names a language, messages are edited nowhere but
    in chats that like it best.
    """

    story: StoryId
    since: int
    soon: bool = False
    language: str = ""
    lists: bool = False
    muted: bool = False
    urgent: bool = False
    only: str = ""


@dataclass(frozen=True, slots=True)
class OwedAnswers:
    """The messages of a story are to be answered: a fact of it changed, in chats' order.

    ``key`` names the change, ``item`` is the item that brought it, ``turn`` from what to what a
    toll went. ``since`` is as of ``OwedEdits``.
    """

    story: StoryId
    since: int
    key: str
    item: ItemId | None = None
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class OwedAnnouncement:
    """An announcement, Telegram HTML, is to be sent to every reader, in the order of chats.

    ``subject`` names it in the outbox.
    """

    subject: str
    html: str


Owed: TypeAlias = OwedAlerts | OwedEdits | OwedAnswers | OwedAnnouncement

KINDS = {
    "alerts": OwedAlerts,
    "edits": OwedEdits,
    "answers": OwedAnswers,
    "announcements": OwedAnnouncement,
}
NAMES = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Promise:
    """A row: what is still owed, to all after ``after``, an id of a subscription or a chat.

    ``story`` is what its story has become by now; ``details`` are read by ``read``.
    """

    id: int
    kind: str
    story: StoryId | None
    details: str
    after: int


def add(db: Connection, owed: Owed, after: int, now: datetime) -> None:
    """Promise what is owed to all after ``after``."""
    story = owed.story if isinstance(owed, OwedEdits | OwedAnswers) else None
    item = owed.item if isinstance(owed, OwedAlerts) else None
    db.conn.execute(
        "insert into promises(kind, story_id, item_id, details, after, made_at)"
        " values (?, ?, ?, ?, ?, ?)",
        (NAMES[type(owed)], story, item, to_json(asdict(owed)), after, to_ms(now)),
    )


def of_announcement(db: Connection, subject: str) -> Promise | None:
    """Return the promise of an announcement, None where it is in the outbox for everybody."""
    row = db.conn.execute(
        "select id, kind, story_id, details, after from promises where kind = 'announcements'"
        " and json_extract(details, '$.subject') = ?",
        (subject,),
    ).fetchone()
    return None if row is None else Promise(*row)


def first(db: Connection) -> Promise | None:
    """Return the promise that was served least, of these the oldest; None where there is none."""
    row = db.conn.execute(
        "select id, kind, story_id, details, after from promises order by turns, id limit 1"
    ).fetchone()
    return None if row is None else Promise(*row)


def read(promise: Promise) -> Owed:
    """Return what is owed. Raises where no program of ours wrote it."""
    values = from_json(promise.details)
    if promise.kind == "alerts":
        return OwedAlerts(values["query"], ItemId(values["item"]), tuple(values["heard"]))
    if promise.kind == "announcements":
        return OwedAnnouncement(**values)
    values["story"] = StoryId(promise.story or 0)
    if promise.kind == "answers":
        turn = values.pop("turn")
        return OwedAnswers(**values, turn=None if turn is None else Turn(**turn))
    return OwedEdits(**values)


def served(db: Connection, promise: Promise, after: int | None) -> None:
    """Note after whom to go on; None: it was kept to the last."""
    if after is None:
        db.conn.execute("delete from promises where id = ?", (promise.id,))
        return
    db.conn.execute(
        "update promises set after = ?, turns = turns + 1 where id = ?", (after, promise.id)
    )


def pass_over(db: Connection, promise: Promise) -> None:
    """Let a promise wait until all others are kept."""
    db.conn.execute("update promises set turns = ? where id = ?", (BEHIND_ALL, promise.id))


def is_any(db: Connection) -> bool:
    """Tell whether anything is promised."""
    return db.conn.execute("select 1 from promises limit 1").fetchone() is not None
