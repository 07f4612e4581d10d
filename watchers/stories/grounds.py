"""What two items have in common, in their own words: the grounds behind a verdict's figures.

The index keeps hashes, which decide but tell nobody anything. Asked why, both texts are read
again, and what their hashes met on is named: words, names, figures, places.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from storage.model import Item
from watchers.headlines.concepts import concept_of
from watchers.headlines.headline import MAX_TOKENS, article
from watchers.headlines.stems import stem_of
from watchers.stories.features import Features, prepare
from watchers.stories.hashes import FIGURE, NAME, cross_lingual_id, name_key, term_id
from watchers.stories.weights import fitted
from watchers.text.names import EntityId, gazetteer
from watchers.text.words import Analysis, Token

_MIN_WORD: Final = 3
_FEW: Final = 10
"""Whole figures below it are told in any two texts."""
_YEARS: Final = range(1900, 2101)
_COUNTS: Final = "magnitude"
"""A concept that stands before its figure: магнитудой 5,1."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an item has in common with another; words and figures as the first writes them.

    ``copied`` is the share of five-word runs in common (0-1). ``words`` are those that are not
    of every day; across languages they are those of one concept. ``places`` are in both
    headlines; where none is, ``apart`` pairs one of each that differ, None where none does.
    ``names`` are the other names of the gazetteer that both texts mention: their ids, or what
    both write where one says less than the gazetteer does (Toktogul is a dam, and a town).
    """

    copied: float = 0.0
    words: tuple[str, ...] = ()
    across: bool = False
    names: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    places: tuple[EntityId, ...] = ()
    apart: tuple[EntityId, EntityId] | None = None
    same_headline: bool = False


def grounds(one: Item, said: Analysis, other: Item, other_said: Analysis) -> Grounds:
    """Compare two stored items by the analyses of their texts."""
    mine, theirs = _features(one, said), _features(other, other_said)
    across = mine.lang != theirs.lang
    both = _mentioned(said) & _mentioned(other_said)
    places = _same(mine.localities, theirs.localities) or _same(
        mine.headline_countries, theirs.headline_countries
    )
    found = _concepts(said, other_said) if across else _rare(said, theirs)
    runs = min(len(mine.shingles), len(theirs.shingles))
    shared = len(set(mine.shingles).intersection(theirs.shingles))
    return Grounds(
        copied=shared / runs if runs else 0.0,
        words=_once((*found, *(_named(said, theirs) if across else ()))),
        across=across,
        names=tuple(_as_written(name, said, other_said) for name in sorted(both - set(places))),
        figures=_once(_figures(said, theirs)),
        places=places,
        apart=None if places else _apart(mine, theirs),
        same_headline=mine.has_title and mine.title == theirs.title,
    )


def _features(item: Item, said: Analysis) -> Features:
    return prepare(
        item=item.id,
        outlet=item.outlet.id,
        url_key=item.url_key,
        told_at=item.told_at,
        title=item.title,
        lang=item.lang,
        analysis=said,
    )


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple({word.casefold(): word for word in reversed([*words])}.values())[::-1]


def _mentioned(said: Analysis) -> set[EntityId]:
    return {mention.id for mention in said.entities}


def _as_written(name: EntityId, *texts: Analysis) -> str:
    """Return a name's id, or what both texts write where one has fewer words than its label."""
    fullest = [max(_surface(said, name), key=len) for said in texts]
    shared = min(fullest, key=len)
    entity = gazetteer().entities.get(name)
    fewer = entity is not None and len(shared.split()) < len(entity.label.split())
    return shared if fewer else name


def _surface(said: Analysis, name: EntityId) -> list[str]:
    """Return a name as a text writes it, each time."""
    return [
        said.text[said.tokens[mention.start].start : said.tokens[mention.end - 1].end]
        for mention in said.entities
        if mention.id == name
    ]


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[EntityId, ...]:
    return tuple(EntityId(place) for place in one if place in other)


def _apart(one: Features, other: Features) -> tuple[EntityId, EntityId] | None:
    for mine, theirs in (
        (one.localities, other.localities),
        (one.headline_countries, other.headline_countries),
    ):
        if mine and theirs:
            return EntityId(mine[0]), EntityId(theirs[0])
    return None


def _plain(said: Analysis) -> Iterator[Token]:
    """Yield the words that are neither figures nor in a name of the gazetteer."""
    named = {at for mention in said.entities for at in range(mention.start, mention.end)}
    for token in article(said)[:MAX_TOKENS]:
        if not token.number and token.position not in named and len(token.normal) >= _MIN_WORD:
            yield token


def _rare(said: Analysis, theirs: Features) -> Iterator[str]:
    """Yield words that both texts have, but for those that every day's news are full of."""
    common, other_terms, seen = fitted().common, set(theirs.terms), set[int]()
    for token in _plain(said):
        term = term_id(stem_of(token.word, said.lang))
        if term in other_terms and term not in common and term not in seen:
            seen.add(term)
            yield token.surface


def _concepts(said: Analysis, other_said: Analysis) -> Iterator[str]:
    """Yield the first word of every concept that headlines, or a text and a headline, share."""
    wanted = {concept_of(token.normal, other_said.lang) for token in _plain(other_said)} - {None}
    for token in _plain(said):
        concept = concept_of(token.normal, said.lang)
        if concept in wanted:
            wanted.remove(concept)
            yield token.surface


def _named(said: Analysis, theirs: Features) -> Iterator[str]:
    """Yield names of no gazetteer that sound alike in both languages."""
    keys = set(theirs.cross_lingual)
    for token in _plain(said):
        if token.capital and cross_lingual_id(NAME, name_key(token.skeleton)) in keys:
            yield token.surface


def _figures(said: Analysis, theirs: Features) -> Iterator[str]:
    """Yield the figures of both texts, with what they count where that stands beside them."""
    keys = set(theirs.cross_lingual)
    for number in said.numbers:
        key = f"{number.value:g}{'%' if number.percent else ''}"
        whole = number.value == int(number.value)
        if (
            cross_lingual_id(FIGURE, key) not in keys
            or (whole and int(number.value) in _YEARS)
            or (whole and number.value < _FEW and number.position >= said.title_words)
        ):
            continue
        yield _quoted(said, number.position, number.end)


def _quoted(said: Analysis, start: int, end: int) -> str:
    """Quote a figure as written, with the word that follows it, or its magnitude before it."""
    tokens, text = said.tokens, said.text
    first, last = tokens[start], tokens[end - 1]
    begin, stop = first.start, last.end
    if text[stop : stop + 1] == "%":
        return text[begin : stop + 1]
    before = tokens[start - 1] if start else None
    if before is not None and concept_of(before.normal, said.lang) == _COUNTS:
        return text[before.start : stop]
    if begin and text[begin - 1] in "$€₽₸£¥₺":
        begin -= 1
    if end < len(tokens) and not tokens[end].number and text[stop : tokens[end].start] == " ":
        stop = tokens[end].end
    return text[begin:stop]
