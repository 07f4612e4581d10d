"""How each item came to its story, gathered from what was noted when it came.

An item's row keeps the verdict's reasons, small and for ever (``stories.Verdict``): a kind, the
nearest item, figures and vetoes. Here they are read back, however old, and beside them stands
what the two texts have in common by their own words, so that people can be told why.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage import corrections, items
from storage.model import Item, ItemId, Story
from storage.sql import Connection
from watchers.keywords.reading import analysed
from watchers.stories import Grounds, grounds
from watchers.text.names import Gazetteer

MOST_EXPLAINED = 10


class Came(StrEnum):
    """The ways in which an item comes to its story."""

    FIRST = "first"
    LIKE = "like"
    PAGE = "page"
    OLD = "old"
    LATER = "later"
    JOINED = "joined"
    """An admin made one story of its story and another's."""
    PARTED = "parted"
    """An admin took it out of another story."""
    LEFT = "left"
    """An admin took out of its story the report that it had come for."""
    MOVED = "moved"
    """An admin moved it here from another story."""
    UNNOTED = "unnoted"


@dataclass(frozen=True, slots=True)
class Apart:
    """An item that was alike and yet another event: ``what`` differs, by which ``values``."""

    what: str
    values: tuple[str | float, ...]
    other: Item | None


@dataclass(frozen=True, slots=True)
class Account:
    """How one item came to its story.

    ``score`` is how sure it was (0-1), ``other`` the item that decided, None where it is gone.
    ``signals`` are the verdict's own figures, for when the texts cannot be compared any more.
    ``meaning`` is how near what the two say was (a cosine), where words left a doubt and that
    decided. ``days`` is the age of an old text that came under a new date. ``at`` is when an admin
    decided.
    """

    item: Item
    came: Came
    score: float = 0.0
    other: Item | None = None
    grounds: Grounds | None = None
    signals: tuple[tuple[str, float], ...] = ()
    apart: tuple[Apart, ...] = ()
    meaning: float | None = None
    days: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What an admin decided of an item, and the item of the other story that it is told by."""

    came: Came
    other: ItemId
    at: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """A verdict's reasons as they stand in a row: read leniently, for rows outlive their code."""

    kind: str = ""
    value: int = 0
    signals: tuple[tuple[str, float], ...] = ()
    vetoes: tuple[tuple[str, tuple[str | float, ...], int], ...] = ()

    @property
    def meaning(self) -> float | None:
        """How near the meaning was, None where that was not asked."""
        return next((value for name, value in self.signals if name == "meaning"), None)


KINDS = ("page", "old", "near", "new")


def noted(stored: Any) -> Noted:
    """Read stored reasons; whatever has no known form is left out."""
    kind, value = "", 0
    signals: list[tuple[str, float]] = []
    vetoes: list[tuple[str, tuple[str | float, ...], int]] = []
    for row in stored if isinstance(stored, list | tuple) else ():
        match list(row) if isinstance(row, list | tuple) else []:
            case [str(name)] if name in KINDS:
                kind = name
            case [str(name), int(number)] if name in KINDS:
                kind, value = name, number
            case ["veto", str(what), *values, int(item)] if _plain(values):
                vetoes.append((what, tuple(values), item))
            case [str(name), int(number) | float(number), *_]:
                signals.append((name, float(number)))
            case _:
                pass
    return Noted(kind, value, tuple(signals), tuple(vetoes))


def _plain(values: Iterable[object]) -> bool:
    return all(isinstance(one, str | int | float) for one in values)


def accounts(
    db: Connection, story: Story, names: Gazetteer, most: int = MOST_EXPLAINED
) -> tuple[Account, ...]:
    """Explain a story's first items, in their order."""
    explained = story.items[:most]
    rows = {item.id: items.reasons(db, item.id) for item in explained}
    notes = {item: noted(stored) for item, (_, stored) in rows.items()}
    wanted = {note.value for note in notes.values() if note.kind in ("near", "new", "page")}
    wanted |= {veto[2] for note in notes.values() for veto in note.vetoes}
    known = {item.id: item for item in story.items}
    rest = [ItemId(one) for one in wanted if one and one not in known]
    known |= {item.id: item for item in items.by_ids(db, rest)}
    decided = _corrections(db, story, notes)
    rest = [one.other for one in decided.values() if one.other not in known]
    known |= {item.id: item for item in items.by_ids(db, rest)}
    file = _File(story, known, decided, names)
    return tuple(file.account(item, rows[item.id][0], notes[item.id]) for item in explained)


def _corrections(
    db: Connection, story: Story, notes: Mapping[ItemId, Noted]
) -> dict[ItemId, Decided]:
    """Return what admins decided of a story's items, by item, as far as it holds by now.

    Where two stories were joined, it is said of the item that began the younger one: the
    others of that story came for it.
    """
    inside = frozenset(item.id for item in story.items)
    decided: dict[ItemId, Decided] = {}
    for made in corrections.of_items(db, inside):
        decided |= _decided(made, inside, notes)
    return decided


def _decided(
    made: corrections.Correction, inside: frozenset[ItemId], notes: Mapping[ItemId, Noted]
) -> Iterator[tuple[ItemId, Decided]]:
    """Say of which items of a story a correction tells how they came to it."""
    moved, joined, left = made.moved & inside, made.joined & inside, made.left & inside
    if made.kind is corrections.CorrectionKind.MERGE and moved and joined:
        elder, younger = sorted((min(moved), min(joined)))
        yield younger, Decided(Came.JOINED, elder, made.made_at)
    elif moved and made.left and not left:
        came = Came.MOVED if made.kind is corrections.CorrectionKind.MOVE else Came.PARTED
        for item in moved:
            yield item, Decided(came, min(made.left), made.made_at)
    elif left and not moved:
        for item in left:
            if (for_whom := notes.get(item, Noted()).value) in made.moved:
                yield item, Decided(Came.LEFT, ItemId(for_whom), made.made_at)


@dataclass(frozen=True, slots=True)
class _File:
    """What is at hand about a story: all items it was compared with, what admins decided."""

    story: Story
    known: dict[ItemId, Item]
    decided: dict[ItemId, Decided]
    names: Gazetteer

    def account(self, item: Item, score: float, note: Noted) -> Account:
        came = self.came(item, note)
        decided = note.value if note.kind in ("near", "new", "page") else 0
        other = self.known.get(ItemId(decided))
        if came is Came.LATER:
            other = self.beside(item)
        elif item.id in self.decided:
            other = self.known.get(self.decided[item.id].other)
        compared = other if came in (Came.LIKE, Came.LATER) else None
        return Account(
            item=item,
            came=came,
            score=score,
            other=other,
            grounds=None if compared is None else self.grounds(item, compared),
            signals=note.signals,
            apart=tuple(
                Apart(what, values, self.known.get(ItemId(number)))
                for what, values, number in note.vetoes
            ),
            meaning=note.meaning if came in (Came.LIKE, Came.FIRST) else None,
            days=note.value if note.kind == "old" else 0,
            at=self.decided[item.id].at if item.id in self.decided else None,
        )

    def came(self, item: Item, note: Noted) -> Came:
        inside = {item.id for item in self.story.items}
        if item.id in self.decided:
            return self.decided[item.id].came
        if note.kind in ("near", "page"):
            # A second look, or a correction of others, may have parted it from what it came for.
            if note.value in self.known and note.value not in inside and len(inside) > 1:
                return Came.LATER
            return Came.LIKE if note.kind == "near" else Came.PAGE
        if note.kind == "old":
            return Came.OLD
        if item.id == min(inside):
            return Came.FIRST
        return Came.LATER if note.kind == "new" else Came.UNNOTED

    def beside(self, item: Item) -> Item | None:
        """Choose whom to compare with: the earliest other, best in the same language."""
        others = [report for report in self.story.items if report.id != item.id]
        same = [report for report in others if report.lang == item.lang]
        return next(iter(same or others), None)

    def grounds(self, item: Item, other: Item) -> Grounds:
        said, other_said = (analysed(one, self.names) for one in (item, other))
        return grounds(item, said, other, other_said)
