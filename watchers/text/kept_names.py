"""The gazetteer's tables as they were read once: a file that opens six times sooner than they.

``python -m scripts.keep_names`` writes it, and a test says when it must. Tables that were changed
since are read themselves: nobody meets names that are no more.
"""

import json
from collections.abc import Iterable
from functools import cache

from watchers.text.name_index import Alias, Entity, EntityId, Filed
from watchers.text.name_tables import FOLDER, Names

FILE = FOLDER / "kept.json"
_MARKS = ("capital", "upper", "covers", "full", "inside", "spelt", "told")

Row = tuple[str, ...]


def kept(fingerprint: str) -> Names | None:
    """Give what is kept of the tables with this fingerprint, None where it is of others."""
    told = json.loads(FILE.read_bytes())
    if told["tables"] != fingerprint:
        return None
    return Names(
        {row[0]: _entity(row) for row in told["entities"]},
        tuple(map(_filed, told["filed"])),
        {name: tuple(words) for name, words in told["topics"].items()},
    )


def written(names: Names, fingerprint: str) -> str:
    """Write the names as the file keeps them, each on a line."""
    parts = {
        "tables": json.dumps(fingerprint),
        "topics": json.dumps(names.topics, ensure_ascii=False),
        "entities": _lines(map(_entity_row, names.entities.values())),
        "filed": _lines(map(_filed_row, names.filed)),
    }
    return "{" + ",\n".join(f'"{name}": {text}' for name, text in parts.items()) + "}\n"


def _lines(rows: Iterable[Row]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"


def _entity_row(one: Entity) -> Row:
    facts = (one.id, one.kind, one.country, one.label, one.russian, one.office)
    return (*facts, one.since, one.until, _joined(one.unless))


def _entity(row: list[str]) -> Entity:
    name, kind, country, label, russian, office, since, until, unless = row
    identity = EntityId(name)
    return Entity(identity, kind, country, label, _set(unless), since, until, russian, office)


def _filed_row(one: Filed) -> Row:
    alias = one.alias
    marks = " ".join(mark for mark in _MARKS if getattr(alias, mark))
    guards = (_joined(alias.langs), _joined(alias.unless))
    return (alias.entity or "", " ".join(alias.words), marks, *guards, " ".join(one.skeletons))


def _filed(row: list[str]) -> Filed:
    entity, words, marks, langs, unless, skeletons = row
    capital, upper, covers, full, inside, spelt, told = _flags(marks)
    alias = Alias(
        EntityId(entity) or None, tuple(words.split(" ")), capital, upper, _set(langs), covers,
        full, inside, _set(unless), spelt, told,
    )  # fmt: skip
    return Filed(alias, tuple(skeletons.split(" ")) if skeletons else ())


@cache
def _flags(marks: str) -> tuple[bool, ...]:
    return tuple(mark in marks.split() for mark in _MARKS)


def _joined(words: frozenset[str]) -> str:
    return "|".join(sorted(words))


@cache
def _set(words: str) -> frozenset[str]:
    return frozenset(words.split("|") if words else ())
