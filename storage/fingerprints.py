"""What story identity knows of living stories, and of texts told before: its memory in rows."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from storage.model import ItemId, StoryId
from storage.sql import Connection, moment, to_ms


@dataclass(frozen=True, slots=True)
class OldText:
    """A text that left the window: its place in a table of fixed size, its mark, its story."""

    place: int
    mark: int
    story_id: StoryId
    told_at: datetime


class KeptFeatures(NamedTuple):
    """An item's packed features, and what it weighed when it came; None where it changed since."""

    item: ItemId
    packed: bytes
    weights: bytes | None = None


def keep(db: Connection, tellings: Iterable[KeptFeatures]) -> None:
    """Keep items' packed features and weights; the items must be there already."""
    db.conn.executemany(
        "insert into tellings(item_id, packed, weights) values (?, ?, ?) on conflict(item_id)"
        " do update set packed = excluded.packed, weights = excluded.weights",
        tellings,
    )


def keep_vectors(db: Connection, vectors: Iterable[tuple[ItemId, bytes]]) -> None:
    """Keep items' meaning beside their features; of items without a row nothing is kept."""
    db.conn.executemany(
        "update tellings set vector = ? where item_id = ?",
        [(packed, item) for item, packed in vectors],
    )


def vectors(db: Connection, mark: bytes) -> list[tuple[ItemId, bytes]]:
    """Return the vectors that begin with a model's mark, without it, by their items."""
    rows = db.conn.execute(
        "select item_id, substr(vector, :length + 1) from tellings"
        " where substr(vector, 1, :length) = :mark order by item_id",
        {"length": len(mark), "mark": mark},
    )
    return [(ItemId(item), packed) for item, packed in rows]


def living(db: Connection, since: datetime, until: datetime) -> "tuple[array[int], array[int]]":
    """Return the items of living stories, first taken first, and beside them their stories.

    Such are also those told and seen in the window, [since, until], that have no row here. They
    are numbers in arrays because they may be a million.
    """
    rows = db.conn.execute(
        "select t.item_id, i.story_id from tellings t join items i on i.id = t.item_id"
        " union all"
        " select i.id, i.story_id from items i where i.first_seen between :since and :until"
        " and coalesce(i.published, i.first_seen) >= :since"
        " and not exists (select 1 from tellings t where t.item_id = i.id)"
        " order by 1",
        {"since": to_ms(since), "until": to_ms(until)},
    )
    found, stories = array("q"), array("q")
    for item, story in rows:
        found.append(item)
        stories.append(story)
    return found, stories


def tellings(db: Connection, first: int, last: int) -> dict[int, KeptFeatures]:
    """Return what is kept of items by their ids, from ``first`` to ``last``."""
    rows = "select item_id, packed, weights from tellings where item_id between ? and ?"
    return {row[0]: KeptFeatures(*row) for row in db.conn.execute(rows, (first, last))}


def forget(db: Connection, gone: Iterable[ItemId], old: Iterable[OldText]) -> None:
    """Drop the features of stories that live no more, and keep what their texts are known by."""
    db.conn.executemany("delete from tellings where item_id = ?", [(item,) for item in gone])
    db.conn.executemany(
        "insert or replace into old_texts(place, mark, story_id, told_at) values (?, ?, ?, ?)",
        [(text.place, text.mark, text.story_id, to_ms(text.told_at)) for text in old],
    )


def old_texts(db: Connection, after: int, most: int) -> list[OldText]:
    """Return texts told before, at most so many, from the place behind ``after`` on."""
    rows = db.conn.execute(
        "select place, mark, story_id, told_at from old_texts where place > ?"
        " order by place limit ?",
        (after, most),
    )
    return [OldText(place, mark, StoryId(story), moment(at)) for place, mark, story, at in rows]
