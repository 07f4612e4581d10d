"""Stories: one event and all items about it, under an id that never stops pointing somewhere."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from storage import items, outlets, translations
from storage.errors import NewsError
from storage.model import Item, ItemId, Story, StoryId
from storage.sql import LARGEST_ID, Connection, marks, moment, readable, to_json, to_ms

LATE = timedelta(days=1)
"""How long after its own date an item may reach us and still be news of a window; what is
older came with a new feed or an import."""


def open_new(db: Connection, story_id: StoryId, told_at: datetime) -> None:
    """Give a story its row, if it has none; an item of it follows in the same transaction."""
    db.conn.execute(
        # Several items of one document may open the same story.
        "insert into stories(id, first_at, updated_at) values (?, ?, ?) on conflict do nothing",
        (story_id, to_ms(told_at), to_ms(told_at)),
    )


def refresh(db: Connection, ids: Iterable[StoryId]) -> None:
    """Recount size and times of stories after their items changed."""
    for story_id in ids:
        db.conn.execute(
            # A story that lost its last item keeps its times until it is dropped.
            "update stories set (first_at, updated_at, size) = ("
            " select coalesce(min(coalesce(published, first_seen)), stories.first_at),"
            " coalesce(max(first_seen), stories.updated_at), count(*)"
            " from items where story_id = :story) where id = :story",
            {"story": story_id},
        )


def drop_empty(db: Connection, ids: Iterable[StoryId]) -> None:
    """Forget those of the stories that nobody tells any more, and what was called like them."""
    for story_id in ids:
        db.conn.execute(
            "delete from story_aliases where story_id = :story"
            " and not exists (select 1 from items where items.story_id = :story)",
            {"story": story_id},
        )
        db.conn.execute(
            "delete from stories where id = :story"
            " and not exists (select 1 from items where items.story_id = :story)",
            {"story": story_id},
        )


def current(db: Connection, story_id: StoryId) -> StoryId | None:
    """Follow an id, perhaps of a story merged away, to the story it now means."""
    if story_id > LARGEST_ID:
        return None
    row = db.conn.execute(
        "select id from stories where id = :story"
        " union all select story_id from story_aliases where id = :story limit 1",
        {"story": story_id},
    ).fetchone()
    return StoryId(row[0]) if row else None


def was_there(db: Connection, story_id: StoryId) -> bool:
    """Tell whether an id was given to a story, though nothing may be kept of it."""
    _, last = items.last_ids(db)
    return 0 < story_id <= last


def not_there(db: Connection, story_id: StoryId) -> NewsError:
    """Return what is said of a story of which nothing is kept: it is gone, or never was."""
    key = "story.gone" if was_there(db, story_id) else "story.unknown"
    return NewsError(key, id=str(story_id))


def get(db: Connection, story_id: StoryId) -> Story | None:
    """Return a story with all its items, or None where there never was such a story."""
    now_called = current(db, story_id)
    if now_called is None:
        return None
    return next(iter(by_ids(db, [now_called])), None)


def by_ids(db: Connection, ids: Iterable[StoryId]) -> tuple[Story, ...]:
    """Return stories with their items in the order asked; missing ones are left out."""
    wanted = list(dict.fromkeys(ids))
    heads = {
        row[0]: row
        for row in db.conn.execute(
            f"select id, first_at, updated_at from stories where id in ({marks(len(wanted))})",  # noqa: S608 (only marks)
            wanted,
        )
    }
    told: dict[int, list[Item]] = {}
    rows = db.conn.execute(
        f"select {items.COLUMNS}, {outlets.COLUMNS} from {items.JOINED}"  # noqa: S608 (our own column lists)
        f" where i.story_id in ({marks(len(wanted))})"
        " order by coalesce(i.published, i.first_seen), i.id",
        wanted,
    )
    for item in translations.attached(db, readable(rows, items.of_row)):
        told.setdefault(item.story_id, []).append(item)

    def story(head: tuple[int, int, int]) -> Story:
        number, first_at, updated_at = head
        return Story(
            StoryId(number), moment(first_at), moment(updated_at), tuple(told.get(number, ()))
        )

    return tuple(readable((heads[one] for one in wanted if one in heads), story))


def between(
    db: Connection,
    start: datetime,
    end: datetime,
    *,
    limit: int = 2000,
    late: bool = True,
    among: Collection[StoryId] | None = None,
) -> list[StoryId]:
    """Return the stories with an item of [start, end), those with the most items first.

    What was told before ``start`` and reached us only within the window is news of it only where
    ``late`` wants that and no earlier window told the story: so consecutive windows lose nothing
    and tell nothing old twice. ``among`` restricts it to some stories.
    """
    rows = db.conn.execute(
        "select i.story_id from items i where i.first_seen >= :start and i.first_seen < :end"
        " and coalesce(i.published, i.first_seen) >= :start - :late_by"
        " and (:among is null or i.story_id in (select value from json_each(:among)))"
        " group by i.story_id having max(coalesce(i.published, i.first_seen)) >= :start"
        " or :late and not exists (select 1 from items e where e.story_id = i.story_id"
        " and e.first_seen < :start"
        " and coalesce(e.published, e.first_seen) >= e.first_seen - :late_by)"
        " order by count(*) desc, max(i.first_seen) desc limit :limit",
        {
            "start": to_ms(start),
            "end": to_ms(end),
            "late_by": LATE // timedelta(milliseconds=1),
            "late": late,
            "among": None if among is None else to_json(sorted(among)),
            "limit": limit,
        },
    )
    return [StoryId(row[0]) for row in rows]


def newest(db: Connection, limit: int, offset: int = 0) -> list[StoryId]:
    """Return the stories whose newest tellings came last, the last first."""
    rows = db.conn.execute(
        "select id from stories order by updated_at desc, id desc limit ? offset ?",
        (limit, offset),
    )
    return [StoryId(row[0]) for row in rows]


def every(db: Connection) -> Iterator[Story]:
    """Yield every story with its items, in the order of ids, a few hundred at a time."""
    last = 0
    while True:
        ids = [
            StoryId(row[0])
            for row in db.conn.execute(
                "select id from stories where id > ? order by id limit 500", (last,)
            )
        ]
        if not ids:
            return
        yield from by_ids(db, ids)
        last = ids[-1]


def move(db: Connection, given: Sequence[ItemId], to: StoryId, now: datetime) -> None:
    """Move items to another story, opening it where it is new.

    A story left without items becomes an alias of where they went, so that an id once told to
    somebody points somewhere for ever.
    """
    rows = db.conn.execute(
        f"select id, story_id from items where id in ({marks(len(given))})",  # noqa: S608 (only marks)
        given,
    ).fetchall()
    if not rows:
        return  # removed with their feed meanwhile
    wanted = [row[0] for row in rows]
    left = {row[1] for row in rows}
    if current(db, to) != to:
        db.conn.execute("delete from story_aliases where id = ?", (to,))
        open_new(db, to, now)
    db.conn.execute(
        f"update items set story_id = ?, moved_at = ? where id in ({marks(len(wanted))})",  # noqa: S608 (only marks)
        (to, to_ms(now), *wanted),
    )
    db.conn.execute(
        f"update matches set story_id = ? where item_id in ({marks(len(wanted))})",  # noqa: S608 (only marks)
        (to, *wanted),
    )
    refresh(db, [to, *map(StoryId, left)])
    for story_id in left - {to}:
        (size,) = db.conn.execute("select size from stories where id = ?", (story_id,)).fetchone()
        if size == 0:
            become_alias(db, StoryId(story_id), to)


def join(db: Connection, story_id: StoryId, into: StoryId, now: datetime) -> None:
    """Move all of a story's items into another; its id becomes an alias."""
    rows = db.conn.execute("select id from items where story_id = ?", (story_id,)).fetchall()
    move(db, [ItemId(row[0]) for row in rows], into, now)


def become_alias(db: Connection, story_id: StoryId, of: StoryId) -> None:
    """Let an emptied story's id point to where its items went.

    Whatever else is kept under the id goes along, mutes and messages waiting or sent too: every
    table but ``story_aliases`` holds current ids only, and need not be asked about older ones.
    """
    both = {"story": story_id, "of": of}
    # Who muted both stories has one mute of the story they became.
    db.conn.execute(
        "update or ignore muted_stories set story_id = :of where story_id = :story", both
    )
    db.conn.execute("delete from muted_stories where story_id = ?", (story_id,))
    for table in ("deliveries", "old_texts", "promises", "story_aliases"):
        db.conn.execute(f"update {table} set story_id = :of where story_id = :story", both)  # noqa: S608 (our own names)
    db.conn.execute("delete from stories where id = ?", (story_id,))
    db.conn.execute(
        "insert into story_aliases(id, story_id) values (?, ?)"
        " on conflict(id) do update set story_id = excluded.story_id",
        (story_id, of),
    )
