"""What of an article tells an event from a theme: whom and what it names, widest names apart.

Lands, continents, blocs and capitals (which stand for governments) are named by every text on a
region; so are round figures and years by any text at all.
"""

from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Final

from watchers.stories.hashes import CONCEPT, ENTITY, FIGURE, KIND, NAME, cross_lingual_id, name_key
from watchers.text.names import Entity, EntityId, gazetteer
from watchers.text.normal import fold_case
from watchers.text.skeleton import skeleton

_WIDE_KINDS: Final = frozenset({"country", "currency"})
_WIDE_WITHOUT_LAND: Final = frozenset({"region", "water", "organisation", "project", "other"})
_CAPITALS: Final = frozenset(
    "astana bishkek tashkent dushanbe ashgabat moscow beijing kyiv minsk baku tbilisi yerevan ankara kabul"
    " islamabad delhi tehran riyadh doha abu-dhabi jerusalem damascus baghdad london paris berlin brussels"
    " vienna warsaw prague budapest rome vilnius riga tokyo ulaanbaatar washington white-house pentagon"
    " state-department mfa mod".split()
)
"""Of the gazetteer's places and bodies, those that stand for a government or speak for it
daily."""
_DIRECTIONS: Final = (
    "west western east eastern north northern south southern central middle soviet union asian european"
    " westerner republic states"
    " запад восток север юг советский союз центральный ближний"
    " батыс шығыс солтүстік оңтүстік кеңес орталық батыш чыгыш түндүк түштүк борбордук"
    " g'arb sharq shimol janub markaziy sovet ғарб шарқ шимол ҷануб марказӣ шӯравӣ"
).split()
_FEW: Final = 20
_ROUND: Final = range(30, 101, 10)
_YEARS: Final = range(1900, 2101)


def specifics(keys: Iterable[int], wide: Container[int]) -> tuple[int, ...]:
    """Choose the cross-lingual keys that name people, towns, companies, figures of an event.

    ``wide`` are those that ``wide_names`` have in this text by their sound.
    """
    everywhere = _wide()
    return tuple(
        key for key in keys if key & KIND != CONCEPT and key not in everywhere and key not in wide
    )


@lru_cache(maxsize=1)
def _wide() -> frozenset[int]:
    figures = (*range(_FEW + 1), *_ROUND, *_YEARS)
    return frozenset(
        (
            *(cross_lingual_id(ENTITY, identity) for identity in wide_names()),
            *(cross_lingual_id(NAME, name_key(skeleton(fold_case(word)))) for word in _DIRECTIONS),
            *(cross_lingual_id(FIGURE, str(figure)) for figure in figures),
        )
    )


@lru_cache(maxsize=1)
def wide_names() -> frozenset[EntityId]:
    """Name the gazetteer's lands, continents, blocs and capitals."""
    return frozenset(one.id for one in gazetteer().entities.values() if _is_wide(one))


def _is_wide(entity: Entity) -> bool:
    return (
        entity.kind in _WIDE_KINDS
        or entity.id in _CAPITALS
        or (not entity.country and entity.kind in _WIDE_WITHOUT_LAND)
    )
