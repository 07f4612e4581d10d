"""Offices: whose office a headline names: "Kyrgyz president", «Глава Казахстана», davlat rahbari.

Few offices of state are read, and only beside their country, or in a language whose readers have
one president. The people and their days in office stand in the gazetteer's ``people.tsv``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from watchers.text.names import gazetteer
from watchers.text.normal import APOSTROPHE
from watchers.text.words import Mention, Token

STATE, GOVERNMENT = "state", "government"
"""Whose head somebody is."""
_OFFICES: Final = {
    "president": STATE,
    "prime minister": GOVERNMENT,
    "premier": GOVERNMENT,
    "chancellor": GOVERNMENT,
    "chairman of the cabinet": GOVERNMENT,
}
"""The offices of ``people.tsv`` that are read."""
_HOME: Final = {"kk": "kz", "ky": "kg", "uz": "uz", "tg": "tj"}
"""Whose president a language means that names none."""

SEATS: Final = {
    "astana": "kz", "bishkek": "kg", "tashkent": "uz", "dushanbe": "tj", "ashgabat": "tm", "moscow": "ru",
    "minsk": "by", "kyiv": "ua", "baku": "az", "yerevan": "am", "tbilisi": "ge", "ankara": "tr",
    "kabul": "af", "beijing": "cn", "delhi": "in", "islamabad": "pk", "tokyo": "jp",
    "london": "gb", "paris": "fr", "berlin": "de", "rome": "it", "warsaw": "pl", "brussels": "eu",
}  # fmt: skip
"""Capitals that speak for their countries, and Brussels: "Ankara recalls its ambassador"."""
_STATE: Final = re.compile(
    r"(?:president|head of state|президент(?:а|у|ом|е)?|глав(?:а|ы|е|у|ой) государства"
    r"|президент[іи]\S{0,3}|мемлекет басшысы\S*|(?:мамлекет|өлкө) башчысы\S*"
    r"|prezident(?:i|ining|iga|ini)?|davlat rahbari\S*|сарвари давлат|раиси ҷумҳур\S*)(?!\S)"
)
_HEAD: Final = re.compile(r"глав(?:а|ы|е|у|ой)(?!\S)")
"""«Глава Казахстана» is the president; a «глава МИД» is somebody else."""
_GOVERNMENT: Final = re.compile(
    r"(?:prime minister|premier|pm|chancellor|премьер(?:а|у|ом|е)?(?: министр\S*)?"
    r"|глав(?:а|ы|е|у|ой) (?:правительства|кабмина)|премьер(?: министр\S*)?|үкімет басшысы\S*"
    r"|министрлер кабинетинин төрагасы\S*|bosh vazir\S*|сарвазир\S*)(?!\S)"
)
_FORMER: Final = re.compile(
    r"(?:former|ex|vice|deputy|late|acting|экс|вице|быв\S+|бұрынғы|мурдагы|мурунку|sobiq|собиқ"
    r"|зам\S*|первый|first|орынбасар\S*|кандидат\S*)"
)
"""What before an office makes it somebody else's."""
_OF: Final = frozenset(("of", "the", "республики", "and"))
_BEGINNINGS: Final = (
    "pre", "pri", "head", "pm", "chancellor", "през", "глав", "прем", "мемлекет", "мамлекет",
    "өлкө", "davlat", "сарва", "раиси", "үкімет", "министрлер", "bosh",
)  # fmt: skip
"""How offices begin: of most words nothing else is asked."""
_LEAGUE: Final = re.compile(r"league|лиг[аиеу]|liga|cup|hotel")
_LONGEST: Final = 3
"""Words of the longest office."""


class Held(NamedTuple):
    """An office that a headline names: the words ``start`` to ``end``, and who holds it."""

    holder: str
    office: str
    start: int
    end: int


def offices_in(
    head: Sequence[Token], mentions: Sequence[Mention], lang: str, told_on: date
) -> Iterator[Held]:
    """Find the offices that a headline names, with who held them on that day.

    An office with somebody's name beside it says no more than the name.
    """
    words = [token.normal.replace(APOSTROPHE, "'") for token in head]
    first = head[0].position if head else 0
    lands = {at - first: one.country for one in mentions if one.kind == "country"
             for at in range(one.start, one.end)}  # fmt: skip
    named = {at - first for one in mentions if one.kind == "person"
             for at in range(one.start, one.end)}  # fmt: skip
    for at in range(len(words)):
        found = _office(words, at, lands)
        if not found or any(_FORMER.fullmatch(word) for word in words[max(0, at - 2) : at]):
            continue
        office, end = found
        if named.intersection((at - 1, end, end + 1)) or _followed(head, words, end, lands):
            continue
        country = _country(words, at, end, lands)
        if not country and not lands and (at == 0 or end > at + 1):
            country = _HOME.get(lang.partition("-")[0], "")
        for holder in _held().get((country, office), ()):
            if holder.on(told_on):
                yield Held(holder.person, office, first + at, first + end)


class Holder(NamedTuple):
    """Who holds a country's office, and the first day."""

    person: str
    country: str
    office: str
    since: str

    def on(self, day: date) -> bool:
        """Tell whether the office was held on a day."""
        return self.since <= day.isoformat()


def _office(words: Sequence[str], at: int, lands: Mapping[int, str]) -> tuple[str, int] | None:
    if not words[at].startswith(_BEGINNINGS):
        return None
    for size in range(_LONGEST, 0, -1):
        name = " ".join(words[at : at + size])
        for office, pattern in ((GOVERNMENT, _GOVERNMENT), (STATE, _STATE)):
            if pattern.fullmatch(name):
                return office, min(at + size, len(words))
    return (STATE, at + 1) if _HEAD.fullmatch(words[at]) and at + 1 in lands else None


def _country(words: Sequence[str], at: int, end: int, lands: Mapping[int, str]) -> str:
    """Name the country that an office stands beside: before it, or after it and "of"."""
    after = end
    while after < len(words) and words[after] in _OF:
        after += 1
    return lands.get(at - 1) or lands.get(after, "")


def _followed(
    head: Sequence[Token], words: Sequence[str], end: int, lands: Mapping[int, str]
) -> bool:
    """Tell whether a name follows an office, of whomever, or a league: Президент Иван Иванов."""
    following = head[end : end + 2]
    if words[end : end + 1] and _LEAGUE.fullmatch(words[end]):
        return True
    return (
        len(following) == 2  # noqa: PLR2004 - a first name and a surname
        and end not in lands
        and all(token.capital and not token.upper for token in following)
        and not all(token.capital or token.number for token in head)
    )


@lru_cache(maxsize=1)
def _holders() -> tuple[Holder, ...]:
    return tuple(
        Holder(str(one.id), one.country, _OFFICES[one.office], one.since)
        for one in gazetteer().entities.values()
        if one.office in _OFFICES and one.since
    )


@lru_cache(maxsize=1)
def _held() -> dict[tuple[str, str], tuple[Holder, ...]]:
    found: dict[tuple[str, str], tuple[Holder, ...]] = {}
    for one in _holders():
        key = (one.country, one.office)
        found[key] = (*found.get(key, ()), one)
    return found
