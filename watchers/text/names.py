"""The gazetteer: names of people, places and organisations, recognised in any language.

Its tables live in ``watchers/catalogue/gazetteer``; admins teach more names from the chat.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from watchers.text import kept_names, name_tables
from watchers.text.name_index import (
    PLACE_KINDS,
    Alias,
    Entity,
    EntityId,
    Gazetteer,
    NameMatch,
    NameWord,
    indexed,
)
from watchers.text.name_tables import spellings, text_skeleton
from watchers.text.normal import clean, tokenize
from watchers.text.skeleton import keyboard, skeleton

__all__ = [
    "PLACE_KINDS",
    "Alias",
    "Entity",
    "EntityId",
    "Gazetteer",
    "NameMatch",
    "NameWord",
    "gazetteer",
    "meanings",
    "with_aliases",
]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Give the gazetteer of the catalogue; read once, by the first who asks."""
    tables = name_tables.sources()
    names = kept_names.kept(name_tables.fingerprint(tables)) or name_tables.read(tables)
    return indexed(names.entities, names.filed, names.topics)


def with_aliases(base: Gazetteer, added: Iterable[tuple[str, Sequence[str]]]) -> Gazetteer:
    """Give the gazetteer with more names: pairs of a known or new name and its spellings.

    ``("Назарбаев", ["Nazarbayev", "Nazarbaev"])`` adds to the entity that the first name
    already means, or makes a new one under that name.
    """
    entities = dict(base.entities)
    more: list[Alias] = []
    for name, others in added:
        known = meanings(base, name)
        identity = known[0] if known else EntityId("own-" + skeleton(clean(name).casefold()))
        if identity not in entities:
            entities[identity] = Entity(identity, "other", "", name)
            more += spellings(identity, name, person=False)
        for spelling in others:
            more += spellings(identity, spelling, person=False)
    extra = indexed({}, name_tables.filed(more), {})
    return Gazetteer(
        entities,
        _merged(base.singles, extra.singles),
        _merged(base.skeletons, extra.skeletons),
        _merged(base.phrases, extra.phrases),
        base.topics,
    )


_T = TypeVar("_T")


def _merged(
    base: dict[str, tuple[_T, ...]], extra: dict[str, tuple[_T, ...]]
) -> dict[str, tuple[_T, ...]]:
    return base | {key: base.get(key, ()) + value for key, value in extra.items()}


def _typed(normal: str) -> NameWord:
    skeletons = (skeleton(normal), text_skeleton(normal))
    return NameWord((keyboard(normal),), skeletons, capital=True, upper=True, normal=normal)


def meanings(base: Gazetteer, name: str) -> tuple[EntityId, ...]:
    """Give the entities that a name as typed stands for, when all of it is one name."""
    cuts = tokenize(clean(name))
    words = [_typed(c.normal) for c in cuts]
    return tuple(
        match.alias.entity
        for match in base.find(words)
        if match.alias.entity and match.start == 0 and match.end == len(cuts)
    )
