"""The gazetteer: names of people, places and organisations, recognised in any language.

The tables live in ``watchers/catalogue/gazetteer`` (their README tells the columns). A name is
looked for in the forms of a text's tokens, longest name first: by its spelling in any case, or
by its skeleton where a capital stands.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NewType, TypeVar

from watchers.text.language import OURS, UNKNOWN
from watchers.text.normal import clean, tokenize
from watchers.text.russian import is_known, lemmas
from watchers.text.skeleton import is_cyrillic, keyboard, skeleton

EntityId = NewType("EntityId", str)

TABLES = (
    "countries", "regions", "cities", "waters", "projects", "people", "organisations",
    "companies", "currencies", "terms",
)  # fmt: skip
LANGUAGES = ("en", "ru", "kk", "ky", "uz", "tg", "tk")
_KINDS = {
    "countries": "country", "regions": "region", "cities": "city", "waters": "water",
    "projects": "project", "people": "person", "organisations": "organisation",
    "companies": "company", "currencies": "currency",
    "terms": "other",
}  # fmt: skip
PLACE_KINDS = frozenset({"country", "region", "city", "water"})
"""Of the kinds, those of places."""
_SCRIPTS = {"uz": ("uz-Latn", "uz-Cyrl")}
MARKS = "^~!%=*+"
_MIN_SKELETON = 4


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing with a name. ``country`` is the lower-case ISO code it belongs to, or "".

    ``label`` is its name in English, ``russian`` in Russian, "" where the table has none.
    ``office`` is what a person is, from the day ``since`` on, or was ("former president").
    """

    id: EntityId
    kind: str
    country: str
    label: str
    unless: frozenset[str] = frozenset()
    since: str = ""
    until: str = ""
    russian: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """One spelling of a name and when it counts.

    ``entity`` is None for a spelling that only blocks (Китай-город is not China). ``capital`` asks
    for a capital letter, ``upper`` for capitals throughout, ``langs`` for a text in one of these
    languages; ``inside`` for a capital inside a sentence, where it says more. ``covers`` takes its
    words' other meanings away (сектор Газа is no газ). ``full`` marks a person's full name.
    ``told`` is met in texts only: Tehran says what Iran does, who asks for Tehran means the city.
    """

    entity: EntityId | None
    words: tuple[str, ...]
    capital: bool = False
    upper: bool = False
    langs: frozenset[str] = frozenset()
    covers: bool = False
    full: bool = False
    inside: bool = False
    unless: frozenset[str] = frozenset()
    spelt: bool = False
    told: bool = False

    @property
    def guarded(self) -> bool:
        """Tell whether the bare word may mean something else."""
        return self.capital or self.upper or self.inside or bool(self.langs)


@dataclass(frozen=True, slots=True)
class NameWord:
    """A word as the gazetteer compares it, of a text or of a query.

    ``opens`` marks the first word of a sentence. A word that is not ``loose`` is somebody's
    name only as that is spelt: малый is not Mali.
    """

    folds: tuple[str, ...]
    skeletons: tuple[str, ...]
    capital: bool
    upper: bool
    normal: str
    opens: bool = False
    loose: bool = True


@dataclass(frozen=True, slots=True)
class NameMatch:
    """An alias met at the tokens ``start`` to ``end`` (exclusive)."""

    alias: Alias
    start: int
    end: int


_TOPIC_WORD = re.compile(r'-?"[^"]*"|\S+')


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """All names, indexed by their first word.

    ``topics`` are the words by which ``topic:`` meets: lone ones, phrases in quotation marks, and
    with a hyphen before them phrases whose words do not count. ``firsts`` has all folds and
    skeletons of first words: of most words of a text nothing else need be asked.
    """

    entities: dict[EntityId, Entity]
    singles: dict[str, tuple[Alias, ...]]
    skeletons: dict[str, tuple[Alias, ...]]
    phrases: dict[str, tuple[tuple[tuple[str, ...], Alias], ...]]
    topics: dict[str, tuple[str, ...]] = field(default_factory=dict)
    firsts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the first words."""
        object.__setattr__(
            self, "firsts", frozenset().union(self.singles, self.skeletons, self.phrases)
        )

    def find(self, words: Sequence[NameWord], lang: str = "") -> list[NameMatch]:
        """Find names in a row of words, the longest at each place; several may share one.

        ``lang`` is the text's language; "" (a query) lets every guard pass that words of a
        query cannot satisfy: a reader types without capitals.
        """
        found: list[NameMatch] = []
        unmet = self.firsts.isdisjoint
        begin = [
            at
            for at, word in enumerate(words)
            if not (unmet(word.folds) and unmet(word.skeletons))
        ]
        end = 0
        for at in begin:
            if at < end:
                continue  # inside the name before
            end = at + 1
            here = self._phrase(words, at, lang)
            if here:
                found += here
                end = here[0].end
            if not here or all(match.alias.entity for match in here):
                # Names inside a name count as well: Kazakhstan in the National Bank of it.
                for inner in range(at, end):
                    found += self._single(words[inner], inner, lang)
        return found

    def _phrase(self, words: Sequence[NameWord], at: int, lang: str) -> list[NameMatch]:
        best: list[NameMatch] = []
        size = 0
        second = words[at + 1].skeletons if at + 1 < len(words) else ()
        for form in words[at].skeletons:
            if form not in self.phrases:
                continue
            for rest, alias in self.phrases[form]:
                # Hundreds of names begin with "president": most end at the second word.
                if (rest and rest[0] not in second) or len(rest) + 1 < size:
                    continue
                if not _follows(words, at + 1, rest) or not _allowed(alias, words[at], lang):
                    continue
                if len(rest) + 1 > size:
                    best, size = [], len(rest) + 1
                if all(alias.entity != other.alias.entity for other in best):
                    best.append(NameMatch(alias, at, at + size))
        return best

    def _single(self, word: NameWord, at: int, lang: str) -> list[NameMatch]:
        best = [
            alias
            for fold in word.folds
            if fold in self.singles
            for alias in self.singles[fold]
            if _allowed(alias, word, lang)
        ]
        if not best and word.loose and (word.capital or not lang):
            best = [
                alias
                for form in word.skeletons
                if form in self.skeletons
                for alias in self.skeletons[form]
                if _allowed(alias, word, lang)
            ]
        if not best:
            return []
        return [
            NameMatch(alias, at, at + 1)
            for alias in {alias.entity: alias for alias in best[::-1]}.values()
        ]


def _follows(words: Sequence[NameWord], at: int, rest: tuple[str, ...]) -> bool:
    return at + len(rest) <= len(words) and all(
        form in words[at + offset].skeletons for offset, form in enumerate(rest)
    )


def _allowed(alias: Alias, word: NameWord, lang: str) -> bool:
    if (
        alias.upper
        and len(alias.words) == 1
        and len(word.normal) < _MIN_SKELETON
        and (alias.words[0] != word.normal)
    ):
        return False  # қ is not к in an acronym of three letters
    if not lang:
        return not alias.told
    if alias.spelt and keyboard(word.normal) != keyboard(alias.words[0]):
        return False
    if alias.inside and (word.opens or not word.capital):
        return False
    if alias.langs and lang not in alias.langs:
        return False
    return not ((alias.capital and not word.capital) or (alias.upper and not word.upper))


# --- reading the tables ----------------------------------------------------------------------


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Give the gazetteer of the catalogue; read once, by the first who asks."""
    folder = Path(__file__).parents[1] / "catalogue" / "gazetteer"
    entities: dict[EntityId, Entity] = {}
    aliases: list[Alias] = []
    for table in TABLES:
        text = (folder / f"{table}.tsv").read_text(encoding="utf-8")
        for row in rows(text):
            entity = _entity(row, _KINDS[table])
            entities[entity.id] = entity
            aliases += _aliases(row, entity)
    territories = json.loads((folder / "territories.json").read_text(encoding="utf-8"))
    spelt = {(alias.entity, keyboard(alias.words[0])) for alias in aliases}
    for code, names in territories.items():
        identity = EntityId(code)
        if identity not in entities:
            entities[identity] = Entity(identity, "country", code, names["en"])
        for name in names.values():
            if (identity, keyboard(name.casefold())) not in spelt:
                aliases += _alias(identity, "^" + name, person=False)
    topics = json.loads((folder / "topics.json").read_text(encoding="utf-8"))
    words = {
        topic: tuple(_TOPIC_WORD.findall(" ".join(by_lang.values())))
        for topic, by_lang in topics.items()
    }
    return _indexed(entities, aliases, words)


def rows(text: str) -> Iterator[dict[str, str]]:
    """Read a table: a header line, then one entity a line; ``#`` begins a remark."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    header = lines[0].split("\t")
    for line in lines[1:]:
        cells = line.split("\t")
        yield dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True))


def _entity(row: dict[str, str], kind: str) -> Entity:
    unless = frozenset(
        keyboard(word.casefold()) for word in row.get("unless", "").split("|") if word
    )
    return Entity(
        EntityId(row["id"]), kind, row.get("country", ""), _first(row["en"]),
        unless, row.get("since", ""), row.get("until", ""),
        _first(row.get("ru", "")), row.get("office", ""),
    )  # fmt: skip


def _first(cell: str) -> str:
    """Return the name that stands first in a cell, without the marks of how it is met."""
    return re.split(r"[|@#]", cell, maxsplit=1)[0].lstrip(MARKS)


def _aliases(row: dict[str, str], entity: Entity) -> Iterator[Alias]:
    spellings = [s for lang in (*LANGUAGES, "also") for s in row.get(lang, "").split("|") if s]
    found = [a for s in spellings for a in _alias(entity.id, s, person=entity.kind == "person")]
    flagged = {keyboard(alias.words[-1]): alias for alias in found if alias.capital}
    for alias in found:
        model = flagged.get(keyboard(alias.words[-1]))
        # The same letters in another language's column are as ambiguous as in the one that marks
        # them; a row of words that takes their other meanings away is not: «в секторе Газа».
        plain = alias.guarded or (alias.covers and len(alias.words) > 1)
        yield replace(alias, capital=True) if model and not plain else alias
    for spelling in row.get("block", "").split("|"):
        if spelling:
            yield from _alias(None, spelling, person=False)


def _alias(entity: EntityId | None, spelling: str, *, person: bool) -> Iterator[Alias]:
    """Read one spelling with its marks.

    ``^`` needs a capital, ``~`` one inside a sentence, ``!`` capitals throughout, ``%`` covers,
    ``=`` is a person who is nobody by the last word alone (Wang Yi, common surnames), ``*`` is met
    only as it is spelt (Finnish, not finish), ``+`` in texts and in no query; ``@`` is followed by
    languages, ``#`` by words whose presence forbids the reading.
    """
    spelling, _, unless = spelling.partition("#")
    spelling, _, langs = spelling.partition("@")
    flags = spelling[: len(spelling) - len(spelling.lstrip(MARKS))]
    cuts = tokenize(clean(spelling.lstrip(MARKS)))
    words = tuple(cut.normal for cut in cuts)
    if not words:
        return
    alias = Alias(
        entity, words, "^" in flags or "~" in flags, "!" in flags or _is_dotted(spelling),
        _labels(langs),
        "%" in flags, person and len(words) > 1, "~" in flags, frozenset(keyboard(word) for word in unless.split(",") if word),
        "*" in flags, "+" in flags,
    )  # fmt: skip
    yield alias
    if any(cut.joined for cut in cuts) and not person:
        yield replace(alias, words=("".join(words),))
    if person and len(words) > 1 and "=" not in flags:
        yield replace(alias, words=words[-1:], full=False)


def _is_dotted(spelling: str) -> bool:
    return spelling.count(".") > 1 and len(spelling) == 2 * spelling.count(".")


def _labels(marks: str) -> frozenset[str]:
    """Read ``ru,uz`` (only these) or ``-kk,tg`` (all but these)."""
    codes = [code for code in marks.removeprefix("-").split(",") if code]
    labels = {label for code in codes for label in _SCRIPTS.get(code, (code,))}
    return frozenset({*OURS, UNKNOWN} - labels) if marks.startswith("-") else frozenset(labels)


def _indexed(
    entities: dict[EntityId, Entity], aliases: Iterable[Alias], topics: dict[str, tuple[str, ...]]
) -> Gazetteer:
    singles: dict[str, dict[Alias, None]] = {}
    skeletons: dict[str, dict[Alias, None]] = {}
    phrases: dict[str, dict[tuple[tuple[str, ...], Alias], None]] = {}
    for alias in aliases:
        if len(alias.words) == 1:
            word = alias.words[0]
            singles.setdefault(keyboard(word), {})[alias] = None
            form = skeleton(word)
            if len(form) >= _MIN_SKELETON and not alias.upper and not alias.spelt:
                skeletons.setdefault(form, {})[alias] = None
        else:
            first, *rest = (_skeleton(word) for word in alias.words)
            phrases.setdefault(first, {})[tuple(rest), alias] = None
    return Gazetteer(
        entities,
        {key: tuple(value) for key, value in singles.items()},
        {key: tuple(value) for key, value in skeletons.items()},
        {key: tuple(value) for key, value in phrases.items()},
        topics,
    )


def _skeleton(word: str) -> str:
    """Give the skeleton of a name's word as its texts' forms will hold it: a Russian lemma."""
    if is_cyrillic(word) and is_known(word):
        return skeleton(lemmas(word)[0])
    return skeleton(word)


# --- names that admins add -------------------------------------------------------------------


def with_aliases(base: Gazetteer, added: Iterable[tuple[str, Sequence[str]]]) -> Gazetteer:
    """Give the gazetteer with more names: pairs of a known or new name and its spellings.

    ``("Назарбаев", ["Nazarbayev", "Nazarbaev"])`` adds to the entity that the first name
    already means, or makes a new one under that name.
    """
    entities = dict(base.entities)
    more: list[Alias] = []
    for name, spellings in added:
        known = meanings(base, name)
        identity = known[0] if known else EntityId("own-" + skeleton(clean(name).casefold()))
        if identity not in entities:
            entities[identity] = Entity(identity, "other", "", name)
            more += _alias(identity, name, person=False)
        for spelling in spellings:
            more += _alias(identity, spelling, person=False)
    extra = _indexed({}, more, {})
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
    skeletons = (skeleton(normal), _skeleton(normal))
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
