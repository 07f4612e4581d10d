"""Features: what is known of one item, made once from its analysis and compared many times.

Words, names and figures are kept as 32-bit hashes in arrays: 100,000 items fit in memory, and
a hash means the same after a restart. What must be explained is looked up in the item's text.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from storage.model import ItemId, OutletId
from watchers.stories.concepts import concept_of
from watchers.stories.hashes import (
    CONCEPT,
    ENTITY,
    FIGURE,
    MIN_NAME,
    NAME,
    cross_lingual_id,
    name_key,
    page_id,
    term_id,
)
from watchers.stories.headline import MAX_TOKENS, head_and_body, headline_figures, roles, stage
from watchers.stories.stems import stem_of
from watchers.text.normal import APOSTROPHE
from watchers.text.skeleton import skeleton
from watchers.text.words import Analysis, Mention, Token, Word

UNSAVED = ItemId(0)
"""The id of an item that is judged before it is stored."""
_CROSS_LINGUAL_TOKENS = 90
"""Words whose concepts and names are kept: further down an article speaks of what is around the
event. With 40, F1 falls by 0.008, with 200 by 0.004."""
_RUN_BYTES = 5 * 4
"""Five words' hashes in a row."""
_MAX_SHINGLES = 24
"""The smallest hashes of a text's runs stand for all: a bottom-k sketch (Broder, "On the resemblance
and containment of documents", 1997). 12 estimate more roughly, with the same F1."""
_SHORT_NAME = 4
_MAX_COUNT = 255
"""Counts are kept in a byte each."""
_PLACE_KINDS = frozenset({"country", "region", "city", "water"})
_YEAR_FROM, _YEAR_TO = 1990, 2100


@dataclass(frozen=True, slots=True)
class Features:
    """What an item says, as far as it is compared.

    ``told_at`` is the outlet's time, else when it was seen. ``page`` stands for its canonical address, 0 where it has none. ``hashes`` holds three kinds
    one after the other, for a window holds 100,000 items: ``terms``, its words' stems, the
    headline's first (``title_terms`` of them), with ``counts`` beside them; ``cross_lingual``, what
    crosses languages: concepts, names by their consonants, figures and gazetteer entities, again
    the headline's first (``title_cross_lingual`` of them), up to ``cross_lingual_end``;
    ``shingles``, the smallest hashes of its five-word runs.
    ``headline_countries`` are country codes of the headline, ``countries`` of the whole text;
    ``localities`` are the headline's regions and cities, by their ids in the gazetteer. ``roles``
    pair each entity of the headline with the words beside it; ``figures`` are (unit, value) of
    the headline; ``years`` of the whole text.
    ``stage`` is -1 before an outcome, 1 after it, 0 where the headline does not say.
    """

    item: ItemId
    outlet: OutletId
    page: int
    told_at: datetime
    lang: str
    title: str
    hashes: "array[int]"
    counts: bytes
    title_terms: int
    cross_lingual_end: int
    title_cross_lingual: int
    headline_countries: tuple[str, ...]
    countries: tuple[str, ...]
    localities: tuple[str, ...]
    roles: tuple[tuple[int, str], ...]
    figures: tuple[tuple[str, float], ...]
    years: tuple[int, ...]
    has_title: bool
    has_text: bool
    stage: int
    denies: bool

    @property
    def terms(self) -> "array[int]":
        """The stems of its words, the headline's first."""
        return self.hashes[: len(self.counts)]

    @property
    def cross_lingual(self) -> "array[int]":
        """Concepts, names, figures and entities, the headline's first."""
        return self.hashes[len(self.counts) : self.cross_lingual_end]

    @property
    def shingles(self) -> "array[int]":
        """The smallest hashes of its runs of words."""
        return self.hashes[self.cross_lingual_end :]


@lru_cache(maxsize=8192)
def shared(*values: Any) -> tuple[Any, ...]:
    """Give one tuple for the same few values, of which a window has thousands."""
    return values


def prepare(
    *,
    outlet: OutletId,
    url_key: str,
    told_at: datetime,
    title: str,
    summary: str,
    lang: str,
    analysis: Analysis,
    item: ItemId = UNSAVED,
) -> Features:
    """Make the features of one item from the analysis of its headline and summary."""
    del summary  # the analysis has read it
    head, body = head_and_body(analysis)
    stems = [stem_of(token.word, lang) for token in head]
    head_terms = [term_id(stem) for stem in stems]
    body_terms = [term_id(stem_of(token.word, lang)) for token in body]
    terms, counts, title_terms = _counted(head_terms, body_terms, has_title=bool(title.strip()))
    cross_lingual, title_cross_lingual = _cross_lingual(
        analysis, head, body[: _CROSS_LINGUAL_TOKENS - len(head)]
    )
    concepts = {concept_of(token.normal, lang) for token in head}
    named = [one for one in analysis.entities if _inside(one, head)]
    return Features(
        item=item,
        outlet=outlet,
        page=page_id(url_key),
        told_at=told_at,
        lang=lang,
        title=" ".join(stems),
        hashes=array("I", [*terms, *cross_lingual, *_shingles(body_terms or head_terms)]),
        counts=counts,
        title_terms=title_terms,
        cross_lingual_end=len(terms) + len(cross_lingual),
        title_cross_lingual=title_cross_lingual,
        headline_countries=_countries(named),
        countries=_countries(analysis.entities),
        localities=shared(
            *sorted({str(mention.id) for mention in named if mention.kind in ("region", "city")})
        ),
        roles=roles(head, named, lang),
        figures=headline_figures(analysis, head, lang),
        years=_years(analysis),
        has_title=bool(title.strip()),
        has_text=bool(body),
        stage=stage(concepts),
        denies="deny" in concepts,
    )


def _counted(
    head: Sequence[int], body: Sequence[int], *, has_title: bool
) -> tuple[list[int], bytes, int]:
    """Count the words, a headline's twice, and put the headline's first."""
    counted = Counter(body)
    for term in head:
        counted[term] += 2 if has_title else 1
    first = dict.fromkeys(head)
    ordered = [*first, *(term for term in counted if term not in first)]
    counts = bytes(min(counted[term], _MAX_COUNT) for term in ordered)
    return ordered, counts, len(first)


def _cross_lingual(
    analysis: Analysis, head: Sequence[Token], body: Sequence[Token]
) -> tuple[list[int], int]:
    words = [token.word for token in analysis.tokens[:MAX_TOKENS]]
    lower = {word.stem for word in words if not word.capital}
    place_kinds = {
        at: mention.kind
        for mention in analysis.entities
        if mention.kind in _PLACE_KINDS
        for at in range(mention.start, mention.end)
    }
    headline = dict.fromkeys(
        _concepts_and_names(head, analysis.lang, lower, place_kinds, headline=True)
    )
    text = dict.fromkeys(
        _concepts_and_names(body, analysis.lang, lower, place_kinds, headline=False)
    )
    heads = {token.position for token in head}
    bodies = {token.position for token in body}
    for number in analysis.numbers:
        key = cross_lingual_id(FIGURE, f"{number.value:g}{'%' if number.percent else ''}")
        if number.position in heads:
            headline[key] = None
        elif number.position in bodies:
            text[key] = None
    for mention in analysis.entities:
        key = cross_lingual_id(ENTITY, mention.id)
        if mention.start in heads:
            headline[key] = None
        elif mention.start in bodies:
            text[key] = None
    rest = [key for key in text if key not in headline]
    return [*headline, *rest], len(headline)


def _concepts_and_names(
    tokens: Sequence[Token],
    lang: str,
    lower: set[str],
    place_kinds: Mapping[int, str],
    *,
    headline: bool,
) -> Iterable[int]:
    """Give the concepts and the names among words, ``place_kinds`` by position.

    Capitals that only begin a sentence are no names. Nor are countries: the gazetteer has them
    in every language, and as names they would count for somebody's. A place is no concept,
    however it begins: Қазақстан is not the dead (қаза), nor Kazan October.
    """
    before = -1
    for token in tokens:
        begins, before = token.sentence != before, token.sentence
        word = token.word
        if word.number:
            continue
        place = place_kinds.get(token.position)
        concept = None if place else concept_of(word.normal, lang)
        if concept:
            yield cross_lingual_id(CONCEPT, concept)
        elif (
            word.capital
            and len(word.normal) >= MIN_NAME
            and word.stem not in lower
            and (headline or not begins)
            and place != "country"
        ):
            yield cross_lingual_id(NAME, name_key(_bare_name(word, lang)))


def _bare_name(word: Word, lang: str) -> str:
    """Give the skeleton of a name; a short one in English is no plural: Talas, Manas, Abbas."""
    if lang == "en" and len(word.skeleton) <= _SHORT_NAME and word.normal.endswith("s"):
        return skeleton(word.normal.removesuffix(APOSTROPHE + "s"))
    return word.skeleton


def _shingles(terms: Sequence[int]) -> list[int]:
    data = array("I", terms).tobytes()
    runs = {crc32(data[at : at + _RUN_BYTES]) for at in range(0, len(data) - _RUN_BYTES + 1, 4)}
    return sorted(runs)[:_MAX_SHINGLES]


def _inside(mention: Mention, head: Sequence[Token]) -> bool:
    return bool(head) and head[0].position <= mention.start <= head[-1].position


def _countries(mentions: Iterable[Mention]) -> tuple[str, ...]:
    return shared(
        *sorted(
            {
                mention.country
                for mention in mentions
                if mention.kind in _PLACE_KINDS and mention.country
            }
        )
    )


def _years(analysis: Analysis) -> tuple[int, ...]:
    found = {
        int(number.value)
        for number in analysis.numbers
        if not number.percent
        and _YEAR_FROM <= number.value <= _YEAR_TO
        and number.value == int(number.value)
        and analysis.tokens[number.position].surface.isdigit()
    }
    return shared(*sorted(found)[:6])
