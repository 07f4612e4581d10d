"""A headline as the slots of its frame: what each word of weight is, and what it does there.

"Tokayev visits Paris" and "Tokayev visits Rome" are one frame filled differently. What fills it
is told from the frame here, once an item; ``frames`` compares two of them. Kept small, since a
window holds 100,000 items: one text of stems and one number a word.
"""

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from watchers.headlines.concepts import Table, concept_number, concept_of, look_up_all, read_table
from watchers.headlines.headline import figure_key
from watchers.headlines.stems import stem_of
from watchers.text.names import NameWord, gazetteer
from watchers.text.russian import is_known
from watchers.text.skeleton import keyboard, skeleton
from watchers.text.speech import Case, Part, Speech, Tense, speech_of
from watchers.text.words import Analysis, Mention, Token

_CASE, _TENSE, _CONCEPT = 3, 5, 12
_DENIED, _GENERIC, _NAMED, _CAPITAL = 1 << 7, 1 << 8, 1 << 9, 1 << 10
_MOST: Final = 24
"""Words of weight of a headline that are read; a longer one is no frame."""
_TITLE_CASE: Final = 0.75
_FEW: Final = 4
_LONG_NAME: Final = 6
_SURNAME: Final = re.compile(r"(?:[ое]ва?|ұлы|қызы|уулу|кызы|зода|[oe]va?|zoda|qizi)\Z")
_QUOTES: Final = frozenset('«“„"')


class Slot(NamedTuple):
    """One word of weight: its stem, its concept's number (0 where none), what it does.

    ``entity`` is the gazetteer's id of the name that it belongs to, "" where it is of none;
    ``named`` marks names, the gazetteer's or not; ``generic`` words that stand for whatever is
    told of (man, company, number); ``capital`` words that may be names, for all that is seen: they
    begin a sentence, or all words are written so.
    """

    stem: str
    concept: int
    part: Part
    case: Case
    tense: Tense
    denied: bool
    named: bool
    generic: bool
    entity: str
    capital: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A headline's slots as they are kept: ``stems`` by blanks, ``marks`` a number for each.

    ``entities`` are (slot, entity), ``poles`` (slot, axis, sign) of words that have a contrary,
    ``sides`` (slot, deed, side) of deeds that can be told from either side.
    """

    lang: str = ""
    stems: str = ""
    marks: "array[int]" = field(default_factory=lambda: array("I"))
    entities: tuple[tuple[int, str], ...] = ()
    poles: tuple[tuple[int, str, int], ...] = ()
    sides: tuple[tuple[int, str, str], ...] = ()


NO_FRAME: Final = Frame()


class _Reader:
    """Reads the words of one headline, one after the other, into the parts of a frame."""

    def __init__(self, analysis: Analysis, head: Sequence[Token], lang: str) -> None:
        self._analysis = analysis
        self._lang = lang
        self._names = _names(analysis.entities)
        self._figures = {number.position: number for number in analysis.numbers}
        self._shouted = _is_title_case(head, lang)
        self._sentence = -1
        self._told = 0
        self.stems: list[str] = []
        self.marks = array("I")
        self.entities: list[tuple[int, str]] = []
        self.poles: list[tuple[int, str, int]] = []
        self.sides: list[tuple[int, str, str]] = []

    def read(self, token: Token, speech: Speech) -> None:
        """Take a word in, unless it only joins others or a figure has told it already."""
        begins, self._sentence = token.sentence != self._sentence, token.sentence
        if token.position < self._told:
            return
        if number := self._figures.get(token.position):
            self._told = number.end
            self._keep(figure_key(self._analysis, number), int(Part.FIGURE))
            return
        mention = self._names.get(token.position)
        if mention is not None:
            self._read_name(token, speech, mention)
        elif speech.part is not Part.SMALL:
            self._read_word(token, speech, begins=begins)

    def _read_name(self, token: Token, speech: Speech, mention: Mention) -> None:
        self.entities.append((len(self.stems), str(mention.id)))
        part = speech.part if self._lang == "ru" and speech.part is Part.QUALITY else Part.NOUN
        case = _case_of_name(token, mention, speech, self._lang)
        mark = _mark(speech._replace(part=part, case=case), None) | _NAMED
        self._keep(stem_of(token.word, self._lang), mark)

    def _read_word(self, token: Token, speech: Speech, *, begins: bool) -> None:
        lang, at = self._lang, len(self.stems)
        concept = concept_of(token.normal, lang)
        if self._is_name(token, concept, begins=begins):
            self._keep(token.normal, _mark(speech._replace(part=Part.NOUN), concept) | _NAMED)
            return
        if speech.part is not Part.FIGURE:
            self.poles += [(at, axis, sign) for axis, sign in poles_of(token.normal, lang)]
            self.sides += [(at, deed, side) for deed, side in sides_of(token.normal, lang)]
        stem = stem_of(token.word, lang)
        column = lang.partition("-")[0]
        capital = token.capital and speech.part is Part.NOUN
        generic = (concept or "") in generic_words("concepts") or not generic_words(
            column
        ).isdisjoint((stem, token.stem, token.normal))
        flags = (_GENERIC if generic else 0) | (_CAPITAL if capital else 0)
        self._keep(stem, _mark(speech, concept) | flags)

    def _is_name(self, token: Token, concept: str | None, *, begins: bool) -> bool:
        """Tell a name of no gazetteer: in quotation marks, or with a capital of its own."""
        if not token.capital:
            return False
        if self._analysis.text[max(0, token.start - 1) : token.start] in _QUOTES:
            return True
        if self._lang == "ru" and not is_known(token.normal):
            return True
        if begins or self._shouted:
            return False
        return concept is None or is_surname(token.normal)

    def _keep(self, stem: str, mark: int) -> None:
        self.stems.append(stem.replace(" ", "") or "-")
        self.marks.append(mark)


@lru_cache(maxsize=4096)
def is_surname(normal: str) -> bool:
    """Tell a word that ends as the region's surnames do: Сафаров is no visit, Морозов no frost."""
    return len(normal) >= _LONG_NAME and bool(_SURNAME.search(normal))


def frame_of(analysis: Analysis, head: Sequence[Token], lang: str) -> Frame:
    """Read the slots of a headline's words."""
    reader = _Reader(analysis, head, lang)
    for token, speech in zip(head, speech_of(head, lang), strict=True):
        if len(reader.stems) == _MOST:
            break
        reader.read(token, speech)
    return Frame(
        lang,
        " ".join(reader.stems),
        reader.marks,
        tuple(reader.entities),
        tuple(reader.poles),
        tuple(reader.sides),
    )


def _mark(speech: Speech, concept: str | None) -> int:
    return (
        speech.part
        | speech.case << _CASE
        | speech.tense << _TENSE
        | (_DENIED if speech.denied else 0)
        | (concept_number(concept) << _CONCEPT if concept else 0)
    )


def _case_of_name(token: Token, mention: Mention, speech: Speech, lang: str) -> Case:
    """Tell a name that stands as it is called from one with an ending.

    Қазақстан is no locative, nor Токаев a plural. Russian names of things are the same as
    subject and as object: there the order of words decides.
    """
    if lang == "en" or speech.part is Part.SMALL:
        return speech.case
    if is_called(token.normal, lang):
        if lang == "ru":
            return Case.SUBJECT if mention.kind == "person" else Case.UNKNOWN
        return Case.SUBJECT if lang != "tg" else speech.case
    return Case.AROUND if speech.case is Case.AROUND else Case.OBJECT


@lru_cache(maxsize=4096)
def is_called(normal: str, lang: str) -> bool:
    """Tell whether a word is a name of the gazetteer just as it is written."""
    fold = keyboard(normal)
    place = NameWord((fold,), (skeleton(normal),), capital=True, upper=False, normal=normal)
    return bool(gazetteer().find([place], lang))


def _names(mentions: Iterable[Mention]) -> dict[int, Mention]:
    """Give the longest name that each word belongs to."""
    found: dict[int, Mention] = {}
    for mention in mentions:
        for at in range(mention.start, mention.end):
            other = found.get(at)
            if other is None or mention.end - mention.start > other.end - other.start:
                found[at] = mention
    return found


def _is_title_case(head: Sequence[Token], lang: str) -> bool:
    """Tell A Headline Written Like This, in which a capital names nobody."""
    if lang != "en":
        return False
    long = [token for token in head if not token.number and len(token.normal) >= _FEW]
    return len(long) >= _FEW and sum(token.surface[0].isupper() for token in long) >= (
        _TITLE_CASE * len(long)
    )


@lru_cache(maxsize=1024)
def _unpacked(stems: str, marks: bytes, entities: tuple[tuple[int, str], ...]) -> tuple[Slot, ...]:
    named = dict(entities)
    return tuple(
        Slot(
            stem=stem,
            concept=mark >> _CONCEPT,
            part=Part(mark & 7),
            case=Case(mark >> _CASE & 3),
            tense=Tense(mark >> _TENSE & 3),
            denied=bool(mark & _DENIED),
            named=bool(mark & _NAMED),
            generic=bool(mark & _GENERIC),
            entity=named.get(at, ""),
            capital=bool(mark & _CAPITAL),
        )
        for at, (stem, mark) in enumerate(zip(stems.split(" "), array("I", marks), strict=True))
    )


def slots_of(frame: Frame) -> tuple[Slot, ...]:
    """Give the slots of a kept frame."""
    if not frame.marks:
        return ()
    return _unpacked(frame.stems, frame.marks.tobytes(), frame.entities)


# --- the tables ------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _opposites() -> dict[str, Table]:
    return read_table("opposites.tsv", 2)


@lru_cache(maxsize=1)
def _converses() -> dict[str, Table]:
    return read_table("converses.tsv", 2)


@lru_cache(maxsize=6144)
def poles_of(normal: str, lang: str) -> tuple[tuple[str, int], ...]:
    """Name the axes on which a word stands, and at which end: ("rise", 1) for grew."""
    found = look_up_all(normal, lang, _opposites())
    return tuple((axis, 1 if sign == "+" else -1) for axis, sign in found)


@lru_cache(maxsize=6144)
def sides_of(normal: str, lang: str) -> tuple[tuple[str, str], ...]:
    """Name the deeds that a word tells, and from which side: ("give", "a") for handed."""
    return tuple((deed, side) for deed, side in look_up_all(normal, lang, _converses()))


@lru_cache(maxsize=16)
def generic_words(column: str) -> frozenset[str]:
    """List the words of a language, or the concepts, that stand for whatever is told of."""
    told = (files("watchers.headlines") / "generic.tsv").read_text(encoding="utf-8")
    rows = dict(line.split("\t") for line in told.splitlines() if line and line[0] != "#")
    return frozenset(rows.get(column, "").split())
