"""Filters of the query language: their values checked when typed, held against facts later."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from storage.errors import NewsError
from watchers.keywords.facts import Facts
from watchers.keywords.lexer import FILTERS, Lexeme
from watchers.keywords.query import Filter
from watchers.text.names import Gazetteer, meanings
from watchers.text.normal import clean, fold_case, tokenize
from watchers.text.skeleton import keyboard, skeleton

LANGUAGES = ("en", "ru", "kk", "ky", "uz", "uz-Latn", "uz-Cyrl", "tg", "tk")
OWNERS = ("state", "independent", "private", "exile", "western", "official", "wire")
_OWNED = {"state": ("state", "state-linked")}
_PART = 4
"""Letters of an outlet's name that may stand for all of it."""
_AGE = re.compile(r"(\d{1,4})([hdwmчднм])\Z")
_HOURS = {"h": 1, "ч": 1, "d": 24, "д": 24, "w": 168, "н": 168, "m": 720, "м": 720}
_DAY = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\Z")
_YEARS = range(1900, 2200)
"""Years a day may be in. Far inside what ``datetime`` can hold: a day or a zone's hours more, or
all of an age less, is still a time."""
_TOPICS = {
    "economy": "экономика|иқтисод|iqtisodiyot",
    "energy": "энергетика|energetika",
    "migration": "миграция|көші-қон|муҳоҷират|migratsiya",
    "politics": "политика|саясат|сиёсат|siyosat",
    "rights": "права человека|адам құқықтары|адам укуктары|ҳуқуқи инсон|inson huquqlari",
    "sanctions": "санкции|санкциялар|таҳримҳо|sanksiyalar",
    "security": "безопасность|қауіпсіздік|коопсуздук|амният|xavfsizlik",
    "transport": "транспорт|көлік|нақлиёт",
    "water": "вода|су|суу|об|suv",
}
"""What people call the topics in the languages they are shown in."""

_EXAMPLES = {
    "about": "about:kz",
    "country": "country:kz", "lang": "lang:ru", "source": "source:tass", "by": "by:independent",
    "since": "since:3d", "until": "until:2026-11-01", "topic": "topic:energy",
}  # fmt: skip


def read_filter(lexeme: Lexeme, names: Gazetteer) -> Filter:
    """Check a filter; raises NewsError query.unknown_filter or query.bad_value."""
    name, value = lexeme.name, lexeme.text.strip()
    match name:
        case "about" | "country":
            return Filter(name, _country(lexeme, value, names))
        case "lang":
            return Filter(name, _one_of(lexeme, value, LANGUAGES))
        case "by":
            return Filter(name, _one_of(lexeme, value, OWNERS))
        case "topic":
            return Filter(name, _topic(lexeme, value, names))
        case "source":
            return Filter(name, _source(lexeme, value))
        case "since" | "until":
            return _time(lexeme, value)
        case _:
            raise NewsError(
                "query.unknown_filter", position=lexeme.at, name=name,
                known=", ".join(f"{known}:" for known in FILTERS), example=_EXAMPLES["country"],
            )  # fmt: skip


def _bad(lexeme: Lexeme) -> NewsError:
    return NewsError(
        "query.bad_value", position=lexeme.at, name=lexeme.name, value=lexeme.text,
        example=_EXAMPLES[lexeme.name],
    )  # fmt: skip


def _one_of(lexeme: Lexeme, value: str, known: tuple[str, ...]) -> str:
    for one in known:
        if one.casefold() == value.casefold():
            return one
    raise NewsError(
        "query.bad_choice", position=lexeme.at, name=lexeme.name, value=value,
        known=", ".join(known), example=_EXAMPLES[lexeme.name],
    )  # fmt: skip


def _topic(lexeme: Lexeme, value: str, names: Gazetteer) -> str:
    """Take a topic's name in any of our languages, as any keyboard types it."""
    typed = keyboard(fold_case(value))
    for topic, called in _TOPICS.items():
        if topic in names.topics and typed in keyboard(fold_case(called)).split("|"):
            return topic
    return _one_of(lexeme, value, tuple(names.topics))


def _country(lexeme: Lexeme, value: str, names: Gazetteer) -> str:
    """Take an ISO code or the country's name in any language."""
    code = {"uk": "gb"}.get(value.casefold(), value.casefold())
    for identity in (code, *meanings(names, value)):
        entity = next((e for key, e in names.entities.items() if key == identity), None)
        if entity is not None and entity.kind == "country":
            return str(entity.id)
    raise _bad(lexeme)


def _source(lexeme: Lexeme, value: str) -> str:
    bones = "".join(skeleton(cut.normal) for cut in tokenize(clean(value)))
    if not bones:
        raise _bad(lexeme)
    return bones


def _time(lexeme: Lexeme, value: str) -> Filter:
    age = _AGE.match(value.casefold())
    if age:
        return Filter(
            lexeme.name, value.casefold(), age=timedelta(hours=int(age[1]) * _HOURS[age[2]])
        )
    day = _DAY.match(value)
    if not day or int(day[1]) not in _YEARS:
        raise _bad(lexeme)
    try:
        moment = datetime(int(day[1]), int(day[2]), int(day[3] or 1), tzinfo=UTC)
    except ValueError:
        raise _bad(lexeme) from None
    return Filter(lexeme.name, value, moment=moment)


def holds(condition: Filter, facts: Facts, keys: frozenset[str]) -> bool:
    """Tell whether an item's facts meet a filter; ``keys`` are those of its text.

    ``about:`` means that the text names the country or a place in it, ``country:`` that or an
    outlet of the country. ``until:`` a day includes that day.
    """
    return _CHECKS[condition.name](condition, facts, keys)


_Check = Callable[[Filter, Facts, frozenset[str]], bool]


def _about(condition: Filter, _: Facts, keys: frozenset[str]) -> bool:
    return f"c:{condition.value}" in keys


def _from_or_about(condition: Filter, facts: Facts, keys: frozenset[str]) -> bool:
    return facts.country.casefold() == condition.value or f"c:{condition.value}" in keys


def _in_language(condition: Filter, facts: Facts, _: frozenset[str]) -> bool:
    return condition.value in (facts.lang, facts.lang.partition("-")[0])


def _told_by(condition: Filter, facts: Facts, _: frozenset[str]) -> bool:
    value = condition.value
    return any(value == one or (len(value) >= _PART and value in one) for one in facts.sources)


def _owned(condition: Filter, facts: Facts, _: frozenset[str]) -> bool:
    if condition.value == "wire":
        return facts.wire
    if condition.value == "official":
        return facts.official
    return facts.ownership in _OWNED.get(condition.value, (condition.value,))


def _since(condition: Filter, facts: Facts, _: frozenset[str]) -> bool:
    moment = _moment(condition, facts)
    return moment is None or facts.published is None or facts.published >= moment


def _until(condition: Filter, facts: Facts, _: frozenset[str]) -> bool:
    moment = _moment(condition, facts)
    last = timedelta(days=1) if condition.moment else timedelta()
    return moment is None or facts.published is None or facts.published < moment + last


_CHECKS: dict[str, _Check] = {
    "about": _about,
    "country": _from_or_about,
    "lang": _in_language,
    "source": _told_by,
    "by": _owned,
    "since": _since,
    "until": _until,
}


def _moment(condition: Filter, facts: Facts) -> datetime | None:
    if condition.moment:
        return condition.moment
    if condition.age and facts.now:
        return facts.now - condition.age
    return None
