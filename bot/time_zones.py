"""Where people are: a typed city, an offset or a shared location → an IANA time zone."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from rapidfuzz import fuzz, process

NEAR_ENOUGH = 85
_OFFSET = re.compile(r"(?:utc|gmt|msk|мск)?\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_POSITION = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?([+-])(\d{3})(\d{2})(?:\d{2})?")
MOST_EAST, MOST_WEST = 14, 12
_MOSCOW_AHEAD = timedelta(hours=3)

# Cities that people of the region type and that no zone is named after.
_CITIES = {
    "Asia/Almaty": "астана нур-султан алматы алма-ата шымкент караганда қарағанды тараз павлодар"
    " семей костанай қостанай туркестан astana nur-sultan shymkent karaganda taraz pavlodar semey"
    " kostanay turkistan оскемен усть-каменогорск oskemen petropavl петропавловск",
    "Asia/Aqtau": "актау ақтау aktau", "Asia/Atyrau": "атырау", "Asia/Oral": "уральск орал uralsk",
    "Asia/Aqtobe": "актобе ақтөбе aktobe", "Asia/Qyzylorda": "кызылорда қызылорда kyzylorda",
    "Asia/Bishkek": "бишкек фрунзе ош osh jalal-abad джалал-абад каракол karakol нарын naryn",
    "Asia/Tashkent": "ташкент тошкент toshkent фергана fergana farg'ona наманган namangan"
    " андижан andijan andijon коканд kokand",
    "Asia/Samarkand": "самарканд samarqand бухара bukhara buxoro нукус nukus ургенч urgench хива",
    "Asia/Dushanbe": "душанбе худжанд khujand хорог khorog куляб kulob бохтар bokhtar",
    "Asia/Ashgabat": "ашхабад aşgabat ashkhabad мары mary туркменабад turkmenabat дашогуз dashoguz",
    "Europe/Moscow": "москва спб питер санкт-петербург петербург moscow petersburg"
    " st-petersburg казань kazan сочи sochi ростов нижний-новгород махачкала",
    "Asia/Yekaterinburg": "екатеринбург уфа ufa челябинск тюмень пермь perm оренбург",
    "Asia/Novosibirsk": "новосибирск", "Asia/Omsk": "омск", "Asia/Krasnoyarsk": "красноярск",
    "Asia/Irkutsk": "иркутск улан-удэ", "Asia/Vladivostok": "владивосток хабаровск",
    "Europe/Samara": "самара ижевск", "Asia/Kabul": "кабул", "Asia/Baku": "баку",
    "Asia/Tbilisi": "тбилиси", "Asia/Yerevan": "ереван", "Europe/Kyiv": "киев київ kiev",
    "Asia/Shanghai": "пекин beijing", "Asia/Urumqi": "урумчи", "America/New_York": "нью-йорк"
    " вашингтон washington", "Europe/London": "лондон", "Europe/Berlin": "мюнхен munich",
    "Europe/Minsk": "минск мінск", "Asia/Kolkata": "дели delhi mumbai мумбаи",
}  # fmt: skip


# Where borders of time run between a city and the nearest one that names a zone: degrees.
_BORDERS = """
Asia/Almaty 51.1 71.4, 49.8 73.1, 52.3 77.0, 53.2 63.6, 54.9 69.2, 50.4 80.2, 49.9 82.6, 42.9 71.4,
 42.3 69.6, 45.0 78.4, 53.3 69.4
Asia/Bishkek 40.5 72.8, 40.9 73.0, 41.4 76.0, 42.5 78.4
Asia/Dushanbe 40.3 69.6, 37.5 71.6, 37.9 69.8
Asia/Tashkent 40.4 71.8, 41.0 71.7, 40.8 72.3
Asia/Samarkand 42.5 59.6, 37.2 67.3, 39.8 64.4, 41.6 60.6
Asia/Ashgabat 37.6 61.8, 39.1 63.6, 41.8 60.0, 40.0 53.0
Europe/Moscow 59.9 30.3, 55.8 49.1, 56.3 44.0, 47.2 39.7, 45.0 39.0, 43.1 45.7, 43.0 47.5, 68.9 33.1
Asia/Yekaterinburg 51.8 55.1, 55.2 61.4, 55.4 65.3, 57.2 65.5, 54.7 56.0, 58.0 56.2, 61.3 73.4
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """The place a zone is named after, in degrees north and east."""

    zone: str
    north: float
    east: float


def zone_named(text: str, now: datetime) -> str | None:
    """Return the zone that a typed city, zone or offset means; None where it means nothing."""
    wanted = _folded(text)
    if not wanted or len(wanted) > 60:  # noqa: PLR2004 - no city is called so
        return None
    if (zone := _by_offset(text, now)) is not None:
        return zone
    names = _names()
    if wanted in names:
        return names[wanted]
    nearest = process.extractOne(wanted, names.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return names[nearest[0]] if nearest else None


def _folded(text: str) -> str:
    return re.sub(r"[\s_]+", "-", text.strip().casefold().replace("ё", "е"))


def _by_offset(text: str, now: datetime) -> str | None:
    """Read +5, UTC+5:30, MSK+2 as a zone. Etc/ zones count west as plus (POSIX)."""
    found = _OFFSET.fullmatch(text.strip())
    if text.strip().casefold() in ("utc", "gmt", "0", "+0"):
        return "UTC"
    if found is None or int(found[3] or 0) >= 60:  # noqa: PLR2004 - minutes
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    ahead = ahead if found[1] == "+" else -ahead
    if text.strip()[:3].casefold() in ("msk", "мск"):
        ahead += _MOSCOW_AHEAD
    hours, rest = divmod(ahead, timedelta(hours=1))
    if not rest:
        if not -MOST_WEST <= hours <= MOST_EAST:
            return None
        return f"Etc/GMT{-hours:+d}" if hours else "UTC"
    return next(
        (zone for zone in sorted(_steady()) if ZoneInfo(zone).utcoffset(now) == ahead), None
    )


@cache
def _steady() -> frozenset[str]:
    """Return zones with an hour and a part that change no clocks."""
    january, july = datetime(2026, 1, 15), datetime(2026, 7, 15)  # noqa: DTZ001 - wall clocks
    return frozenset(
        spot.zone
        for spot in _spots()
        if ZoneInfo(spot.zone).utcoffset(january) == ZoneInfo(spot.zone).utcoffset(july)
    )


@cache
def _names() -> dict[str, str]:
    """Return what people may type for each zone, folded."""
    names: dict[str, str] = {}
    for spot in _spots():
        names.setdefault(_folded(spot.zone), spot.zone)
        names.setdefault(_folded(spot.zone.rsplit("/", maxsplit=1)[-1]), spot.zone)
        for language in ("en", "ru"):
            city = get_timezone_location(spot.zone, locale=language, return_city=True)
            names.setdefault(_folded(city), spot.zone)
    for zone, cities in _CITIES.items():
        names.update(dict.fromkeys(map(_folded, cities.split()), zone))
    return names


@cache
def _spots() -> tuple[Spot, ...]:
    """Read where each zone's city lies from the zone database's own table (ISO 6709)."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    spots = [
        Spot(zone, *map(float, place.split()))
        for zone, places in re.findall(r"^(\w+/\w+) ((?:.|\n )+)$", _BORDERS, re.MULTILINE)
        for place in places.split(",")
    ]
    for line in table.splitlines():
        fields = line.split("\t")
        if line.startswith("#") or len(fields) < 3:  # noqa: PLR2004 - code, place, zone
            continue
        found = _POSITION.fullmatch(fields[1])
        if found:
            north = _degrees(*found.groups()[:3])
            spots.append(Spot(fields[2], north, _degrees(*found.groups()[3:])))
    return tuple(spots)


def _degrees(sign: str, whole: str, minutes: str) -> float:
    value = int(whole) + int(minutes) / 60
    return -value if sign == "-" else value


def zone_near(north: float, east: float) -> str:
    """Return the zone whose city is nearest: right but near borders, and easily corrected."""
    return min(_spots(), key=lambda spot: _apart(spot, north, east)).zone


def _apart(spot: Spot, north: float, east: float) -> float:
    """Return the angle between two places on the globe (haversine)."""
    up = sin(radians(spot.north - north) / 2) ** 2
    along = sin(radians(spot.east - east) / 2) ** 2
    return 2 * asin(sqrt(min(1.0, up + cos(radians(north)) * cos(radians(spot.north)) * along)))
