"""Corrections: which items an admin put together or apart, obeyed for good until they are undone.

A correction moves some items of one story (``moved``) to another (``joined`` are those that were
there) and leaves others behind (``left``). What that says of items holds wherever stories go
later: moved and joined belong together, moved and left do not.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage import stories
from storage.errors import NewsError
from storage.model import ItemId, StoryId
from storage.outbox import queue
from storage.sql import Connection, moment, to_json, to_ms


class CorrectionKind(StrEnum):
    """What an admin did."""

    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: items went from the story ``source`` to the story ``target``."""

    id: int
    kind: CorrectionKind
    source: StoryId
    target: StoryId
    made_at: datetime
    moved: frozenset[ItemId] = frozenset()
    joined: frozenset[ItemId] = frozenset()
    left: frozenset[ItemId] = frozenset()

    @property
    def items(self) -> frozenset[ItemId]:
        """All items of which it says something."""
        return self.moved | self.joined | self.left


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """What an admin (``by``) wants: ``items`` of one story go to the story ``target``."""

    kind: CorrectionKind
    items: Sequence[ItemId]
    target: StoryId
    by: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a correction back did: ``items`` went from ``source`` to ``target``.

    ``revived`` says that ``target`` was the other's by now and is a story of its own again;
    ``emptied`` that nothing was left in ``source``, which is ``target``'s from now on.
    """

    correction: Correction
    items: tuple[ItemId, ...]
    source: StoryId
    target: StoryId
    revived: bool
    emptied: bool


def make(db: Connection, new: NewCorrection, now: datetime) -> Correction:
    """Move items of one story to another, for good; its messages and mutes follow.

    The caller has checked that they are of one story, and not of the target.
    """
    kind, items, target = new.kind, new.items, new.target
    (source,) = {story for _, story in homes(db, items)}
    members, joined = items_of(db, source), items_of(db, target)
    left = [item for item in members if item not in set(items)]
    followed = _following(db, source, items, whole=not left)
    (number,) = db.conn.execute(
        "insert into admin_corrections(kind, source, target, followed, made_at, made_by)"
        " values (?, ?, ?, ?, ?, ?) returning id",
        (kind, source, target, to_json(followed), to_ms(now), new.by),
    ).fetchone()
    sides = {"moved": items, "joined": joined, "left": left}
    db.conn.executemany(
        "insert into corrected_items(correction_id, item_id, side) values (?, ?, ?)",
        [(number, item, side) for side, members in sides.items() for item in members],
    )
    _mutes_follow(db, number, source, target, followed["deliveries"], whole=not left)
    stories.move(db, items, target, now)
    _give(db, followed["deliveries"], source, target)
    queue.reshown(db, [source, target], now)
    return Correction(
        number, kind, source, target, now, frozenset(items), frozenset(joined), frozenset(left)
    )


def undo(db: Connection, number: int, now: datetime) -> Undone:
    """Take a correction back: its items, their messages and mutes return, and it binds no more.

    Raises NewsError where there is none, it was taken back, or the stories changed since.
    """
    row = db.conn.execute(
        "select undone_at, followed from admin_corrections where id = ?", (number,)
    ).fetchone()
    if row is None:
        raise NewsError("button.old")
    if row[0] is not None:
        raise NewsError("correct.undone_already")
    (correction,) = of_ids(db, [number])
    items = sorted(correction.moved)
    source, target = _way_back(db, correction, items)
    revived = stories.current(db, correction.source) == source
    followed = json.loads(row[1])
    items = [item for item, _ in homes(db, items)]
    _mutes_return(db, number, source, target)
    stories.move(db, items, target, now)
    _give(db, followed["deliveries"], source, target)
    if revived:
        _names_return(db, followed, source, target)
    db.conn.execute(
        "update admin_corrections set undone_at = ? where id = ?", (to_ms(now), number)
    )
    queue.reshown(db, [source, target], now)
    emptied = stories.current(db, source) != source
    return Undone(correction, tuple(items), source, target, revived, emptied)


def _way_back(
    db: Connection, correction: Correction, items: Sequence[ItemId]
) -> tuple[StoryId, StoryId]:
    """Say which story a correction's items are in now and to which they return.

    Raises NewsError where they are not together any more, or their stories changed since.
    """
    places = {story for _, story in homes(db, items)}
    source = places.pop() if len(places) == 1 else None
    if source is None or corrected_since(db, correction, source):
        raise NewsError("correct.changed_since")
    target = stories.current(db, correction.source) or correction.source
    if target == source and correction.kind is CorrectionKind.MERGE:
        target = correction.source
    if target == source:  # of a merge that an older version made, too, which kept no more of it
        raise NewsError("correct.changed_since")
    return source, target


def corrected_since(db: Connection, correction: Correction, source: StoryId) -> bool:
    """Tell whether a later correction, which still holds, touched the same stories."""
    named = {correction.source, correction.target, source}
    named |= {
        now_called
        for story in (correction.source, correction.target)
        if (now_called := stories.current(db, story)) is not None
    }
    return bool(
        db.conn.execute(
            "select 1 from admin_corrections c where id > :id and undone_at is null"
            " and (source in (select value from json_each(:named))"
            " or target in (select value from json_each(:named))"
            " or exists (select 1 from corrected_items a join corrected_items b"
            " on b.item_id = a.item_id where a.correction_id = :id and b.correction_id = c.id))",
            {"id": correction.id, "named": to_json(sorted(named))},
        ).fetchone()
    )


# --- what was corrected ---------------------------------------------------------------------


def in_force(db: Connection) -> list[Correction]:
    """Return every correction that was not taken back, oldest first."""
    return of_ids(
        db,
        [
            row[0]
            for row in db.conn.execute(
                "select id from admin_corrections where undone_at is null order by id"
            )
        ],
    )


def of_items(db: Connection, items: Iterable[ItemId]) -> list[Correction]:
    """Return the corrections in force that say something of these items, oldest first."""
    rows = db.conn.execute(
        "select distinct c.id from admin_corrections c join corrected_items i"
        " on i.correction_id = c.id where c.undone_at is null"
        " and i.item_id in (select value from json_each(?)) order by c.id",
        (to_json(sorted(items)),),
    )
    return of_ids(db, [row[0] for row in rows])


def of_ids(db: Connection, numbers: Sequence[int]) -> list[Correction]:
    """Return corrections by their numbers, in their order."""
    found = to_json(list(numbers))
    sides: dict[tuple[int, str], set[ItemId]] = {}
    for number, item, side in db.conn.execute(
        "select correction_id, item_id, side from corrected_items"
        " where correction_id in (select value from json_each(?))",
        (found,),
    ):
        sides.setdefault((number, side), set()).add(ItemId(item))
    return [
        Correction(
            number,
            CorrectionKind(kind),
            StoryId(source),
            StoryId(target),
            moment(made_at),
            *(frozenset(sides.get((number, side), ())) for side in ("moved", "joined", "left")),
        )
        for number, kind, source, target, made_at in db.conn.execute(
            "select id, kind, source, target, made_at from admin_corrections"
            " where id in (select value from json_each(?)) order by id",
            (found,),
        )
    ]


def homes(db: Connection, items: Iterable[ItemId]) -> list[tuple[ItemId, StoryId]]:
    """Return which story each of the items that are still there is in now."""
    rows = db.conn.execute(
        "select id, story_id from items where id in (select value from json_each(?)) order by id",
        (to_json(list(items)),),
    )
    return [(ItemId(item), StoryId(story)) for item, story in rows]


def items_of(db: Connection, story: StoryId) -> list[ItemId]:
    """Return the numbers of a story's items."""
    rows = db.conn.execute("select id from items where story_id = ? order by id", (story,))
    return [ItemId(row[0]) for row in rows]


# --- what goes along ------------------------------------------------------------------------


def _following(
    db: Connection, source: StoryId, items: Sequence[ItemId], *, whole: bool
) -> dict[str, Any]:
    """Name what is kept under a story and goes with some of its items, so that it can return.

    All of it with all of them; else the messages that these items brought.
    """
    brought = db.conn.execute(
        "select id from deliveries where story_id = :source and (:whole or kind = 'alert'"
        " and json_extract(payload, '$.item') in (select value from json_each(:items)))",
        {"source": source, "whole": whole, "items": to_json(list(items))},
    ).fetchall()
    aliases, texts = [], []
    if whole:
        aliases = db.conn.execute(
            "select id from story_aliases where story_id = ?", (source,)
        ).fetchall()
        texts = db.conn.execute(
            "select place, mark from old_texts where story_id = ?", (source,)
        ).fetchall()
    return {
        "deliveries": [row[0] for row in brought],
        "aliases": [row[0] for row in aliases],
        "old_texts": [list(row) for row in texts],
    }


def _give(db: Connection, deliveries: Sequence[int], source: StoryId, target: StoryId) -> None:
    """Let messages, with their edits, tell another story, those that still tell ``source``."""
    db.conn.execute(
        "update deliveries set story_id = :target where story_id = :source"
        " and (id in (select value from json_each(:ids)) or kind in ('edit', 'update')"
        " and json_extract(payload, '$.of') in (select value from json_each(:ids)))",
        {"source": source, "target": target, "ids": to_json(list(deliveries))},
    )


def _mutes_follow(
    db: Connection,
    number: int,
    source: StoryId,
    target: StoryId,
    deliveries: Sequence[int],
    *,
    whole: bool,
) -> None:
    """Mute the target where the source is muted, if all of it or its message goes there."""
    values = {
        "number": number,
        "source": source,
        "target": target,
        "whole": whole,
        "ids": to_json(list(deliveries)),
    }
    db.conn.execute(
        "insert into corrected_mutes(correction_id, chat_id, added)"
        " select :number, chat_id, not exists (select 1 from muted_stories t"
        " where t.chat_id = m.chat_id and t.story_id = :target) from muted_stories m"
        " where story_id = :source and (:whole or chat_id in (select chat_id from deliveries"
        " where id in (select value from json_each(:ids))))",
        values,
    )
    db.conn.execute(
        # Whoever muted both has one mute of each.
        "insert or ignore into muted_stories(chat_id, story_id) select chat_id, :target"
        " from corrected_mutes where correction_id = :number",
        values,
    )


def _mutes_return(db: Connection, number: int, source: StoryId, target: StoryId) -> None:
    """Give mutes back, of chats that have not asked meanwhile to hear of the story again."""
    values = {"number": number, "source": source, "target": target}
    db.conn.execute(
        # After a split or a move the other story may be muted still.
        "insert or ignore into muted_stories(chat_id, story_id) select c.chat_id, :target"
        " from corrected_mutes c join muted_stories m on m.chat_id = c.chat_id"
        " and m.story_id = :source where c.correction_id = :number",
        values,
    )
    db.conn.execute(
        "delete from muted_stories where story_id = :source and chat_id in"
        " (select chat_id from corrected_mutes where correction_id = :number and added)",
        values,
    )


def _names_return(
    db: Connection, followed: dict[str, Any], source: StoryId, target: StoryId
) -> None:
    """Let older ids and texts of long ago mean a story that is one of its own again."""
    both = {"source": source, "target": target}
    db.conn.execute(
        "update story_aliases set story_id = :target where story_id = :source"
        " and id in (select value from json_each(:ids))",
        both | {"ids": to_json(followed["aliases"])},
    )
    db.conn.executemany(
        "update old_texts set story_id = ? where story_id = ? and place = ? and mark = ?",
        [(target, source, place, mark) for place, mark in followed["old_texts"]],
    )
