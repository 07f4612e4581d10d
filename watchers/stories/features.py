"""Features: what is known of one item, made once from its analysis and compared many times.

Words, names and figures are kept as 32-bit hashes in arrays: they are compared quickly, and a hash
means the same after a restart. What must be explained is looked up in the item's text.
"""

from array import array
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from zlib import crc32

from storage.model import ItemId, OutletId
from watchers.headlines.concepts import concept_of
from watchers.headlines.denials import denies
from watchers.headlines.headline import figure_key, head_and_body, headline_figures, stage
from watchers.headlines.slots import Frame, frame_of, is_surname, slots_of
from watchers.headlines.stems import stem_of
from watchers.headlines.tolls import MORE
from watchers.stories.hashes import (
    CONCEPT,
    ENTITY,
    FIGURE,
    KIND,
    MIN_NAME,
    NAME,
    cross_lingual_id,
    name_key,
    page_id,
    term_id,
)
from watchers.stories.themes import specifics, wide_names
from watchers.text.names import PLACE_KINDS
from watchers.text.normal import APOSTROPHE
from watchers.text.offices import SEATS, offices_in
from watchers.text.skeleton import skeleton
from watchers.text.speech import Case
from watchers.text.words import Analysis, Mention, Token, Word

UNSAVED = ItemId(0)
"""The id of an item that is judged before it is stored."""
_LEAD_TOKENS = 90
"""Words, the headline's with them, whose concepts, names and figures are all kept: further down an
article speaks of what is around the event. With 40, F1 falls by 0.008, with 200 by 0.004."""
_LEAST_NAMED = 2
"""Times that a whole article says a name from which it is kept, wherever it stands. At 1, F1 on
whole articles falls by 0.007, as it does where none is kept."""
_FEW_NAMED = 4
_MOST_NAMED = 12
"""An article that repeats fewer names is looked through for so many that it says once: an essay
has none."""
_MOST_TERMS = 300
"""Different words kept of a text beside its headline's: the most frequent, the earlier first."""
ESSAY_TEXT = 100
"""Different words from which a text that names hardly anything is an essay, and no short
report."""
LONG_TEXT = 130
"""Different words of a text from which it is an article, which names whom and what it is about: so
do all but one of 120 pairs of whole articles on one event. From 60 on, one pair in twenty has no
name."""
_RUN_BYTES = 5 * 4
"""Five words' hashes in a row."""
_WINNOWED = 8
"""Of so many runs in a row the smallest hash is kept (Schleimer, Wilkerson and Aiken, "Winnowing:
local algorithms for document fingerprinting", 2003): whatever twelve words two texts have in
common, a quote or a passage, leave the same hash in both. With 4 or 6, F1 is the same."""
_FEW_RUNS = 24
"""A text of no more runs keeps them all: a few would say too little."""
_LEAST_SENTENCE = 3
"""Words of a sentence that may be an outlet's boilerplate; any that comes twice in one text is
read once."""
_FIRST_SENTENCES, _LAST_SENTENCES = 2, 8
"""Sentences that are remembered: boilerplate stands at the ends of a text."""
_SHORT_NAME = 4
_MAX_COUNT = 255
"""Counts are kept in a byte each."""
_CONCEPT_TOLLS = frozenset({"kill", "injur"})
"""The tolls that are concepts by the same name."""
_YEAR_FROM, _YEAR_TO = 1990, 2100


class Hashed:
    """What an item's text is found and compared by.

    ``hashes`` holds four kinds one after the other, for a window holds 100,000 items: ``terms``,
    its words' stems, the headline's first, with ``counts`` beside them; ``cross_lingual``, what
    crosses languages: concepts, names by their consonants, figures and gazetteer entities, again
    the headline's first, up to ``cross_lingual_end``; ``shingles``, winnowed hashes of its
    five-word runs, up to ``shingles_end``; ``sentences``, those at the ends of its text.
    """

    __slots__ = ()

    hashes: "array[int]"
    counts: bytes
    cross_lingual_end: int
    shingles_end: int

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
        """The winnowed hashes of its runs of words, the smallest first."""
        return self.hashes[self.cross_lingual_end : self.shingles_end]

    @property
    def sentences(self) -> "array[int]":
        """The hashes of its text's first and last sentences, boilerplate with them."""
        return self.hashes[self.shingles_end :]


@dataclass(frozen=True, slots=True)
class Features(Hashed):
    """What an item says, as far as it is compared.

    ``told_at`` is the outlet's time, else when it was seen. ``page`` stands for its canonical
    address, 0 where it has none. Of the words ``title_terms`` are the headline's, of what crosses
    languages ``title_cross_lingual`` (see ``Hashed``).
    ``headline_countries`` are country codes of the headline, ``countries`` of the whole text;
    ``localities`` are the headline's regions and cities, by their ids in the gazetteer.
    ``figures`` are (unit, value) of the headline; ``years`` of the whole text. ``specifics`` are
    the cross-lingual keys of an article that tell its event from a theme (see ``themes``); a
    shorter text has none. ``stage`` is -1 before an outcome, 1 after it, 0 where the headline does
    not say. ``frame`` is the headline as slots, to be laid over another's.
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
    shingles_end: int
    headline_countries: tuple[str, ...]
    countries: tuple[str, ...]
    localities: tuple[str, ...]
    figures: tuple[tuple[str, float], ...]
    years: tuple[int, ...]
    specifics: tuple[int, ...]
    has_title: bool
    has_text: bool
    stage: int
    denies: bool
    frame: Frame

    @property
    def headline(self) -> str | None:
        """The stems of its headline's words, by blanks; None where it has no headline."""
        return self.frame.stems if self.has_title else None


@lru_cache(maxsize=4096)
def shared(*values: Any) -> tuple[Any, ...]:
    """Give one tuple for the same few values, of which a window has thousands."""
    return values


def prepare(
    *,
    outlet: OutletId,
    url_key: str,
    told_at: datetime,
    title: str,
    lang: str,
    analysis: Analysis,
    item: ItemId = UNSAVED,
    boilerplate: Container[int] = frozenset(),
) -> Features:
    """Make the features of one item from the analysis of its headline and text.

    ``boilerplate`` are hashes of sentences that the outlet repeats: they weigh nothing.
    """
    head, body = head_and_body(analysis)
    stems = [stem_of(token.word, lang) for token in head]
    head_terms = [term_id(stem) for stem in stems]
    body_terms = [term_id(stem_of(token.word, lang)) for token in body]
    sentences = [*_sentences(body, body_terms)]
    kept = [one for one in _once(sentences) if one.hash not in boilerplate]
    if len(kept) < len(sentences):
        body = [token for one in kept for token in body[one.start : one.end]]
        body_terms = [term for one in kept for term in body_terms[one.start : one.end]]
    terms, counts, title_terms = _counted(head_terms, body_terms, has_title=bool(title.strip()))
    named = [one for one in analysis.entities if _inside(one, head)]
    denied = denies(head, lang)
    figures = headline_figures(analysis, head, lang, lead=body if title.strip() else ())
    frame = frame_of(analysis, head, lang)
    implied = [
        *_implied_by_seats(frame),
        *_implied_by_people(head, named, lang, told_at.date()),
        *_implied_by_words(figures, denied=denied),
    ]
    cross_lingual, title_cross_lingual, once = _cross_lingual(analysis, head, body, implied)
    concepts = {concept_of(token.normal, lang) for token in head}
    shingles = _shingles(body_terms or head_terms)
    read = {token.position for token in (*head, *body)}
    return Features(
        item=item,
        outlet=outlet,
        page=page_id(url_key),
        told_at=told_at,
        lang=lang,
        title=" ".join(stems),
        hashes=array("I", [*terms, *cross_lingual, *shingles, *_at_ends(sentences)]),
        counts=counts,
        title_terms=title_terms,
        cross_lingual_end=len(terms) + len(cross_lingual),
        title_cross_lingual=title_cross_lingual,
        shingles_end=len(terms) + len(cross_lingual) + len(shingles),
        headline_countries=_countries(named),
        countries=_countries(one for one in analysis.entities if one.start in read),
        localities=shared(
            *sorted({str(mention.id) for mention in named if mention.kind in ("region", "city")})
        ),
        figures=figures,
        years=_years(analysis, read),
        specifics=_specifics(analysis, (*cross_lingual, *once))
        if len(terms) >= ESSAY_TEXT
        else (),
        has_title=bool(title.strip()),
        has_text=bool(body),
        stage=stage(concepts),
        denies=denied,
        frame=frame,
    )


class _Sentence(NamedTuple):
    """Where a sentence stands among a text's words, and the hash of its stems."""

    start: int
    end: int
    hash: int


def _sentences(body: Sequence[Token], terms: Sequence[int]) -> Iterator[_Sentence]:
    data = array("I", terms)
    starts = [
        at for at, token in enumerate(body) if not at or token.sentence != body[at - 1].sentence
    ]
    for start, end in pairwise((*starts, len(body))):
        yield _Sentence(start, end, crc32(data[start:end]))


def _once(sentences: Iterable[_Sentence]) -> Iterator[_Sentence]:
    """Leave out what a text has said before, word for word."""
    said: set[int] = set()
    for one in sentences:
        if one.hash not in said:
            said.add(one.hash)
            yield one


def _at_ends(sentences: Sequence[_Sentence]) -> list[int]:
    long = [one.hash for one in sentences if one.end - one.start >= _LEAST_SENTENCE]
    if len(long) > _FIRST_SENTENCES + _LAST_SENTENCES:
        long = [*long[:_FIRST_SENTENCES], *long[-_LAST_SENTENCES:]]
    return [*dict.fromkeys(long)]


def _counted(
    head: Sequence[int], body: Sequence[int], *, has_title: bool
) -> tuple[list[int], bytes, int]:
    """Count the words, a headline's twice, and put the headline's first."""
    counted = Counter(body)
    for term in head:
        counted[term] += 2 if has_title else 1
    first = dict.fromkeys(head)
    rest = [term for term in counted if term not in first]
    if len(rest) > _MOST_TERMS:
        rest = sorted(rest, key=counted.__getitem__, reverse=True)[:_MOST_TERMS]
    ordered = [*first, *rest]
    counts = bytes(min(counted[term], _MAX_COUNT) for term in ordered)
    return ordered, counts, len(first)


def _implied_by_people(
    head: Sequence[Token], named: Sequence[Mention], lang: str, told_on: date
) -> Iterator[int]:
    """Give the keys of those who hold the offices that a headline names."""
    for held in offices_in(head, named, lang, told_on):
        yield cross_lingual_id(ENTITY, held.holder)


def _implied_by_seats(frame: Frame) -> Iterator[int]:
    """Give the key of the country whose capital begins a headline: "Ankara recalls its envoy"."""
    slots = slots_of(frame)
    if slots and slots[0].entity in SEATS and slots[0].case in (Case.SUBJECT, Case.UNKNOWN):
        yield cross_lingual_id(ENTITY, SEATS[slots[0].entity])


def _implied_by_words(figures: Iterable[tuple[str, float]], *, denied: bool) -> Iterator[int]:
    """Give the concepts that a headline's turns of phrase mean: a denial, «унёс жизни троих»."""
    if denied:
        yield cross_lingual_id(CONCEPT, "deny")
    for unit, _ in figures:
        if unit.removesuffix(MORE) in _CONCEPT_TOLLS:
            yield cross_lingual_id(CONCEPT, unit.removesuffix(MORE))


def _cross_lingual(
    analysis: Analysis, head: Sequence[Token], body: Sequence[Token], implied: Iterable[int]
) -> tuple[list[int], int, list[int]]:
    """Give what crosses languages, the headline's first: the lead's, the rest's repeated names.

    ``implied`` are keys that the headline means without naming them. Beside the others stand
    names and figures that the rest says once, if it repeats hardly any name.
    """
    end = max(0, _LEAD_TOKENS - len(head))
    reader = _KeyReader(analysis, (*head, *body))
    headline = dict.fromkeys((*reader.keys(head, headline=True), *implied))
    times = Counter(key for key in reader.keys(body[end:]) if key & KIND != CONCEPT)
    named = [key for key, count in times.items() if count >= _LEAST_NAMED and key & KIND != FIGURE]
    text = dict.fromkeys((*reader.keys(body[:end]), *named))
    rest = [key for key in text if key not in headline]
    once = [*times][:_MOST_NAMED] if len(named) < _FEW_NAMED else []
    return [*headline, *rest], len(headline), once


def _specifics(analysis: Analysis, keys: Iterable[int]) -> tuple[int, ...]:
    wide = {
        cross_lingual_id(NAME, name_key(_bare_name(token.word, analysis.lang)))
        for mention in analysis.entities
        if mention.id in wide_names()
        for token in analysis.tokens[mention.start : mention.end]
    }
    return specifics(dict.fromkeys(keys), wide)


class _KeyReader:
    """Reads cross-lingual keys off the words of a text."""

    __slots__ = ("_figures", "_lang", "_lower", "_mentions", "_place_kinds")

    def __init__(self, analysis: Analysis, words: Iterable[Token]) -> None:
        """Look at what is lower-case somewhere, and where figures and names stand."""
        self._lang = analysis.lang
        self._lower = {token.word.stem for token in words if not token.word.capital}
        self._place_kinds = {
            at: mention.kind
            for mention in analysis.entities
            if mention.kind in PLACE_KINDS
            for at in range(mention.start, mention.end)
        }
        self._figures = [
            (number.position, cross_lingual_id(FIGURE, figure_key(analysis, number)))
            for number in analysis.numbers
        ]
        self._mentions = [
            (mention.start, cross_lingual_id(ENTITY, mention.id)) for mention in analysis.entities
        ]

    def keys(self, tokens: Sequence[Token], *, headline: bool = False) -> Iterable[int]:
        """Give the concepts and names among some words, then the figures, then the entities."""
        yield from _concepts_and_names(
            tokens, self._lang, self._lower, self._place_kinds, headline=headline
        )
        positions = {token.position for token in tokens}
        yield from [key for at, key in self._figures if at in positions]
        yield from [key for at, key in self._mentions if at in positions]


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
        named = word.capital and not begins and is_surname(word.normal)
        concept = None if place or named else concept_of(word.normal, lang)
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
    runs = [crc32(data[at : at + _RUN_BYTES]) for at in range(0, len(data) - _RUN_BYTES + 1, 4)]
    if len(runs) <= _FEW_RUNS:
        return sorted(set(runs))
    ends = range(_WINNOWED, len(runs) + 1)
    return sorted({min(runs[end - _WINNOWED : end]) for end in ends})


def _inside(mention: Mention, head: Sequence[Token]) -> bool:
    return bool(head) and head[0].position <= mention.start <= head[-1].position


def _countries(mentions: Iterable[Mention]) -> tuple[str, ...]:
    return shared(
        *sorted(
            {
                mention.country
                for mention in mentions
                if mention.kind in PLACE_KINDS and mention.country
            }
        )
    )


def _years(analysis: Analysis, read: Container[int]) -> tuple[int, ...]:
    found = {
        int(number.value)
        for number in analysis.numbers
        if number.position in read
        and not number.percent
        and _YEAR_FROM <= number.value <= _YEAR_TO
        and number.value == int(number.value)
        and analysis.tokens[number.position].surface.isdigit()
    }
    return shared(*sorted(found)[:6])
