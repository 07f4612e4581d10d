"""The gazetteer's tables, read: spellings with their marks → names, and where they are filed.

The tables live in ``watchers/catalogue/gazetteer`` (their README tells the columns).
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from watchers.text.language import OURS, UNKNOWN
from watchers.text.name_index import Alias, Entity, EntityId, Filed
from watchers.text.normal import clean, tokenize
from watchers.text.russian import is_known, lemmas
from watchers.text.skeleton import is_cyrillic, keyboard, skeleton

FOLDER = Path(__file__).parents[1] / "catalogue" / "gazetteer"
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
_SCRIPTS = {"uz": ("uz-Latn", "uz-Cyrl")}
MARKS = "^~!%=*+"
_MIN_SKELETON = 4
_TOPIC_WORD = re.compile(r'-?"[^"]*"|\S+')


@dataclass(frozen=True)
class Names:
    """All that the tables tell."""

    entities: dict[EntityId, Entity]
    filed: tuple[Filed, ...]
    topics: dict[str, tuple[str, ...]]


def sources() -> dict[str, bytes]:
    """Give the tables as they stand in their files, by the files' names."""
    told = [f"{table}.tsv" for table in TABLES] + ["territories.json", "topics.json"]
    return {name: (FOLDER / name).read_bytes() for name in told}


def fingerprint(tables: dict[str, bytes]) -> str:
    """Give a short text that is another one for other tables."""
    return blake2b(b"\0".join(tables.values()), digest_size=16).hexdigest()


def read(tables: dict[str, bytes]) -> Names:
    """Read the tables; it takes a third of a second."""
    entities: dict[EntityId, Entity] = {}
    aliases: list[Alias] = []
    for table in TABLES:
        for row in rows(tables[f"{table}.tsv"].decode()):
            entity = _entity(row, _KINDS[table])
            entities[entity.id] = entity
            aliases += _aliases(row, entity)
    told = {(alias.entity, keyboard(alias.words[0])) for alias in aliases}
    for code, names in json.loads(tables["territories.json"]).items():
        identity = EntityId(code)
        if identity not in entities:
            entities[identity] = Entity(identity, "country", code, names["en"])
        for name in names.values():
            if (identity, keyboard(name.casefold())) not in told:
                aliases += spellings(identity, "^" + name, person=False)
    return Names(entities, filed(aliases), _topics(json.loads(tables["topics.json"])))


def _topics(told: dict[str, dict[str, str]]) -> dict[str, tuple[str, ...]]:
    return {
        topic: tuple(_TOPIC_WORD.findall(" ".join(by_lang.values())))
        for topic, by_lang in told.items()
    }


def filed(aliases: Iterable[Alias]) -> tuple[Filed, ...]:
    """Say under which skeletons spellings are filed; what is told twice is so once."""
    return tuple(Filed(alias, _skeletons(alias)) for alias in dict.fromkeys(aliases))


def _skeletons(alias: Alias) -> tuple[str, ...]:
    if len(alias.words) > 1:
        return tuple(text_skeleton(word) for word in alias.words)
    form = skeleton(alias.words[0])
    is_filed = len(form) >= _MIN_SKELETON and not alias.upper and not alias.spelt
    return (form,) if is_filed else ()


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
    told = [s for lang in (*LANGUAGES, "also") for s in row.get(lang, "").split("|") if s]
    found = [a for s in told for a in spellings(entity.id, s, person=entity.kind == "person")]
    flagged = {keyboard(alias.words[-1]): alias for alias in found if alias.capital}
    for alias in found:
        model = flagged.get(keyboard(alias.words[-1]))
        # The same letters in another language's column are as ambiguous as in the one that marks
        # them; a row of words that takes their other meanings away is not: «в секторе Газа».
        plain = alias.guarded or (alias.covers and len(alias.words) > 1)
        yield replace(alias, capital=True) if model and not plain else alias
    for spelling in row.get("block", "").split("|"):
        if spelling:
            yield from spellings(None, spelling, person=False)


def spellings(entity: EntityId | None, spelling: str, *, person: bool) -> Iterator[Alias]:
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


def text_skeleton(word: str) -> str:
    """Give the skeleton of a name's word as its texts' forms will hold it: a Russian lemma."""
    if is_cyrillic(word) and is_known(word):
        return skeleton(lemmas(word)[0])
    return skeleton(word)
