"""Where people are: a typed place, an offset or a shared location → an IANA time zone."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from bot.texts import LANGUAGES, words
from watchers.text.names import Entity, gazetteer, meanings

TOWNS = Path(__file__).with_name("towns.tsv")
NEAR_ENOUGH = 75
MOST_LETTERS = 60
"""No town is called in more."""

SHORT = 3
MOST_LIKE = 3
"""Places offered where none is called as typed."""

_OFFSET = re.compile(
    r"(?:(?:utc|gmt|msk|мск)\s*([+\-−–]?)|([+\-−–]))\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE
)
_POSITION = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?([+-])(\d{3})(\d{2})(?:\d{2})?")
MOST_EAST, MOST_WEST = 14, 12
_MOSCOW_AHEAD = timedelta(hours=3)
_QUARTER = 15
"""Clocks differ by whole quarters of an hour."""

_SHORT = {
    "Europe/Moscow": "msk мск msd спб spb мсква нн",
    "Asia/Yekaterinburg": "yekt екб ekb екат челяба",
    "Asia/Omsk": "omst", "Asia/Krasnoyarsk": "krat крск", "Asia/Irkutsk": "irkt",
    "Asia/Novosibirsk": "novt нск nsk новосиб", "Asia/Yakutsk": "yakt",
    "Asia/Vladivostok": "vlat владик", "Asia/Magadan": "magt", "Asia/Kamchatka": "pett",
    "Europe/Samara": "samt", "Europe/Kaliningrad": "usz1",
    "UTC": "utc gmt z", "Europe/Paris": "cet cest mez", "Europe/Athens": "eet eest",
    "Europe/London": "bst", "Europe/Lisbon": "wet west", "Europe/Istanbul": "trt",
    "America/New_York": "est edt et eastern", "America/Chicago": "cdt",
    "America/Denver": "mst mdt", "America/Los_Angeles": "pdt",
    "Asia/Tokyo": "jst", "Asia/Seoul": "kst", "Asia/Hong_Kong": "hkt", "Asia/Dubai": "gst",
    "Asia/Karachi": "pkt",
}  # fmt: skip
"""Abbreviations and nicknames that mean one zone wherever our readers are. Not among them: those
of several (IST, PST, GET, CST) and those that are currencies too (KZT, UZT)."""

_AROUND = re.compile(
    r"^(?:г|гор|город|city of|в|во|по|in|время|time in) |"
    r" (?:city|time|время|каласы|шаары|шахри|shahri|saheri|shaheri|sahari)$"
)
_AS_RUSSIAN_KEYS = str.maketrans("әғқңөұүһіҳҷӣӯўё", "агкноуухихчиууе")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bb\u02bc\u0060\u00b4]")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place whose zone is known, in degrees north and east."""

    zone: str
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Town:
    """A town by its name, "" where that is its zone's, and its zone."""

    name: str
    zone: str


def zone_named(text: str, now: datetime) -> str | None:
    """Return the zone of a typed town, country, zone, abbreviation or offset.

    None where it means nothing, or a country of several zones: see ``towns_like``.
    """
    if not text.strip() or len(text) > MOST_LETTERS:
        return None
    if (zone := _by_offset(text)) is not None:
        return zone
    return next((zone for one in _readings(text) if (zone := _known(one, now)) is not None), None)


def towns_like(text: str, now: datetime) -> tuple[Town, ...]:
    """Return towns that may be meant by what was typed, one a zone: to be asked, never assumed.

    Of a country of several times these are the cities that its zones are named after; else towns
    of a name that is near.
    """
    wanted = folded(text)
    if not wanted or len(wanted) > MOST_LETTERS or zone_named(text, now) is not None:
        return ()
    if zones := [zone for code in _countries(text) for zone in _zones_of(code, now).values()]:
        return tuple(Town("", zone) for zone in zones[:MOST_LIKE])
    names = _names()
    begun = [name for name in names if len(wanted) > 1 and name.startswith(wanted)]
    known = {name: place for place, name in enumerate(_cities())}
    begun.sort(key=lambda name: known.get(name, len(known)))
    near: list[str] = []
    if len(wanted) > SHORT:  # else anything is near
        close = process.extract(
            wanted, names.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH, limit=3 * MOST_LIKE
        )
        near = [name for name, _, _ in close]
    found: dict[str, Town] = {}
    for name in (*near, *begun):
        if name.replace(" ", "").isalpha():
            found.setdefault(names[name], Town(name.title(), names[name]))
    return tuple(found.values())[:MOST_LIKE]


def folded(text: str) -> str:
    """Fold how a place is written: case, accents, letters that a Russian keyboard has not."""
    text = _APOSTROPHES.sub("", text.casefold()).translate(_AS_RUSSIAN_KEYS).replace("ı", "i")
    text = "".join(map(_plain, unicodedata.normalize("NFC", text)))
    return re.sub(r"[\s_./\-–]+", " ", text).strip()


def _plain(letter: str) -> str:
    """Take the accents from a Latin letter; й is a letter of its own."""
    if "\u00c0" <= letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff":
        return unicodedata.normalize("NFD", letter)[0]
    return "" if unicodedata.combining(letter) else letter


def _readings(text: str) -> Iterator[str]:
    """Give the ways to read a typed place: all of it, before its comma, without "city"."""
    for part in dict.fromkeys((text, text.partition(",")[0], text.partition("(")[0])):
        yield part
        bare = _AROUND.sub("", folded(part))
        if bare and bare != folded(part):
            yield bare


def _known(text: str, now: datetime) -> str | None:
    names = _names()
    if (wanted := folded(text)) in names:
        return names[wanted]
    for code in _countries(text):
        zones = _zones_of(code, now)
        return next(iter(zones.values())) if len(zones) == 1 else None
    labels = (folded(entity.label) for entity in _meant(text))
    return next((names[label] for label in labels if label in names), None)


def _meant(text: str) -> Iterator[Entity]:
    names = gazetteer()
    return (names.entities[identity] for identity in meanings(names, text))


def _countries(text: str) -> list[str]:
    """Return the ISO codes of the countries that a text names as a whole."""
    return [str(entity.id).upper() for entity in _meant(text) if entity.kind == "country"]


def _zones_of(code: str, now: datetime) -> dict[timedelta | None, str]:
    """Return a zone for each time that clocks of a country show, the most peopled first."""
    zones: dict[timedelta | None, str] = {}
    listed = [spot.zone for country, spot in _zone_table() if country == code]
    peopled = {zone: place for place, (zone, *_) in reversed(tuple(enumerate(_rows())))}
    for zone in sorted(listed, key=lambda zone: peopled.get(zone, len(_spots()))):
        zones.setdefault(ZoneInfo(zone).utcoffset(now), zone)
    return zones


def _by_offset(text: str) -> str | None:
    """Read +5, UTC+5:30, UTC 5, MSK+2 as a fixed zone. Etc/ ones count west as plus (POSIX)."""
    found = _OFFSET.fullmatch(text.strip())
    if text.strip() in ("0", "+0"):
        return "UTC"
    if found is None or int(found[4] or 0) >= 60:  # noqa: PLR2004 - minutes
        return None
    ahead = timedelta(hours=int(found[3]), minutes=int(found[4] or 0))
    ahead = ahead if (found[1] or found[2] or "+") == "+" else -ahead
    if text.strip()[:3].casefold() in ("msk", "мск"):
        ahead += _MOSCOW_AHEAD
    if not -timedelta(hours=MOST_WEST) <= ahead <= timedelta(hours=MOST_EAST):
        return None
    hours, minutes = divmod(abs(ahead) // timedelta(minutes=1), 60)
    sign = "-" if ahead < timedelta() else "+"
    if minutes:
        return f"UTC{sign}{hours}:{minutes:02d}" if minutes % _QUARTER == 0 else None
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"


@cache
def _names() -> dict[str, str]:
    """Return what people may type for each zone, folded; short forms before any town."""
    names = {short: zone for zone, shorts in _SHORT.items() for short in shorts.split()}
    for zone, _, _, called in _rows():
        for name in called.split("|"):
            names.setdefault(name, zone)
    for _, spot in _zone_table():
        names.setdefault(folded(spot.zone), spot.zone)
        names.setdefault(folded(spot.zone.rsplit("/", maxsplit=1)[-1]), spot.zone)
    return names | {city: zone for city, zone in _cities().items() if city not in names}


@cache
def _cities() -> dict[str, str]:
    """Return the cities that zones are named after, as our languages call them, folded."""
    cities: dict[str, str] = {}
    for language in LANGUAGES:
        for _, spot in _zone_table():
            cities.setdefault(folded(words.city(spot.zone, language)), spot.zone)
    return cities


@cache
def _rows() -> tuple[tuple[str, ...], ...]:
    lines = TOWNS.read_text("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if not line.startswith("#"))


@cache
def _spots() -> tuple[Spot, ...]:
    """Return the towns and the places that zones are named after."""
    towns = (Spot(zone, float(north), float(east)) for zone, north, east, _ in _rows())
    return (*towns, *(spot for _, spot in _zone_table()))


@cache
def _zone_table() -> tuple[tuple[str, Spot], ...]:
    """Read each zone's country and where its city lies (ISO 6709) from the zone database."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    found = []
    for line in table.splitlines():
        fields = line.split("\t")
        if line.startswith("#") or len(fields) < 3:  # noqa: PLR2004 - code, place, zone
            continue
        if position := _POSITION.fullmatch(fields[1]):
            north = _degrees(*position.groups()[:3])
            found.append((fields[0], Spot(fields[2], north, _degrees(*position.groups()[3:]))))
    return tuple(found)


def _degrees(sign: str, whole: str, minutes: str) -> float:
    value = int(whole) + int(minutes) / 60
    return -value if sign == "-" else value


def is_zone(name: str) -> bool:
    """Tell whether a zone is one that a place of ours has."""
    return any(spot.zone == name for spot in _spots())


def zone_near(north: float, east: float) -> str:
    """Return the zone whose city is nearest: right but near borders, and easily corrected."""
    return min(_spots(), key=lambda spot: _apart(spot, north, east)).zone


def _apart(spot: Spot, north: float, east: float) -> float:
    """Return the angle between two places on the globe (haversine)."""
    up = sin(radians(spot.north - north) / 2) ** 2
    along = sin(radians(spot.east - east) / 2) ** 2
    return 2 * asin(sqrt(min(1.0, up + cos(radians(north)) * cos(radians(spot.north)) * along)))
