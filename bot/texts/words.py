"""Numbers, dates, countries and languages, written as a reader of the language expects."""

from datetime import datetime, timedelta, tzinfo
from functools import cache

from babel import Locale
from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_decimal

from storage.local_time import zone as zone  # noqa: PLC0414 (re-exported: one reading of zones)

# British English writes 21 Nov and 14:05, as the region's readers of English do.
_LOCALES = {
    "en": "en_GB", "ru": "ru_RU", "kk": "kk_KZ", "ky": "ky_KG", "uz": "uz_Latn_UZ", "tg": "tg_TJ",
}  # fmt: skip

# --- where CLDR has nothing, or another name than the country's own press ---------------------
_COUNTRIES = {
    ("ru", "KG"): "Кыргызстан", ("tg", "BY"): "Беларус", ("tg", "GB"): "Британияи Кабир",
    ("tg", "US"): "ИМА",
}  # fmt: skip
_CITIES = {
    ("kk", "Asia/Ashgabat"): "Ашғабат", ("ky", "Asia/Ashgabat"): "Ашгабат",
    ("tg", "Asia/Ashgabat"): "Ашқобод",
}  # fmt: skip
_WEEKDAYS = {"ky": ("дш", "шш", "шр", "бш", "жм", "иш", "жк")}
"""CLDR's Kyrgyz ones, шарш., are too long for four buttons in a row."""
_ZONES_CLDR_KNOWS = {"Europe/Kyiv": "Europe/Kiev", "Asia/Kolkata": "Asia/Calcutta"}
"""Zones by the older names under which CLDR has their cities."""
_TONGUES = {
    "uz": {
        "uz": "oʻzbekcha", "tg": "tojikcha", "tk": "turkmancha", "az": "ozarbayjoncha",
        "tr": "turkcha", "uk": "ukraincha", "be": "belaruscha", "tt": "tatarcha", "fa": "forscha",
        "zh": "xitoycha", "ar": "arabcha", "mn": "moʻgʻulcha", "ug": "uygʻurcha",
        "hy": "armancha", "kaa": "qoraqalpoqcha", "prs": "dariycha", "ps": "pushtucha",
    },
    "kk": {"prs": "дари тілі"},
    "ky": {"kaa": "каракалпакча", "prs": "дариче"},
    "tg": {"kaa": "қароқалпоқӣ", "prs": "дарӣ"},
    "ru": {"prs": "дари"},
    "en": {"prs": "Dari"},
}  # fmt: skip
"""Names of languages: CLDR calls some in Uzbek by the people, others by the speech."""

_REGIONAL_INDICATOR_A = 0x1F1E6
_COUNTRY_CODE_LENGTH = 2
EVERYWHERE = "🌐"
WEEK = timedelta(days=7)


@cache
def locale(language: str) -> Locale:
    """Return Babel's locale for one of our languages."""
    return Locale.parse(_LOCALES.get(language, "en_GB"))


def number(value: float, language: str) -> str:
    """Write a number with the language's grouping; at most one decimal place."""
    return str(format_decimal(value, format="#,##0.#", locale=locale(language)))


def hundredths(value: float, language: str) -> str:
    """Write a share of one to its second decimal place, as 0.87."""
    return str(format_decimal(value, format="0.00", locale=locale(language)))


def clock(moment: datetime, time_zone: tzinfo) -> str:
    """Write the time of day, as 14:05."""
    return moment.astimezone(time_zone).strftime("%H:%M")


def day(moment: datetime, now: datetime, language: str, time_zone: tzinfo) -> str:
    """Write the day: 21 Nov, with the year where it is not this one's."""
    this_year = moment.astimezone(time_zone).year == now.astimezone(time_zone).year
    return _day("MMMd" if this_year else "yMMMd", moment, language, time_zone)


def date(moment: datetime, language: str, time_zone: tzinfo) -> str:
    """Write the day with its year, whichever that is: 21 Nov 2026."""
    return _day("yMMMd", moment, language, time_zone)


def _day(skeleton: str, moment: datetime, language: str, time_zone: tzinfo) -> str:
    local = moment.astimezone(time_zone)
    said = str(
        format_skeleton(skeleton, local, tzinfo=time_zone, locale=locale(language), fuzzy=True)
    )
    # CLDR has Tajik's months as they begin a line; inside a sentence they are small.
    return said.lower() if language == "tg" else said


def when(moment: datetime, now: datetime, language: str, time_zone: tzinfo) -> str:
    """Write a moment as near as a reader needs: 14:05 today, else the day with the time."""
    local, today = moment.astimezone(time_zone), now.astimezone(time_zone)
    if local.date() == today.date():
        return clock(moment, time_zone)
    return f"{day(moment, now, language, time_zone)}, {clock(moment, time_zone)}"


def weekday(number_: int, language: str) -> str:
    """Name an ISO weekday (1 = Monday) shortly: Mon, пн."""
    day_ = (number_ - 1) % 7
    if language in _WEEKDAYS:
        return _WEEKDAYS[language][day_]
    return str(locale(language).days["stand-alone"]["abbreviated"][day_])


def ago(moment: datetime, now: datetime, language: str) -> str:
    """Write how long ago (or in how long) something is: 2 hours ago, in 5 minutes."""
    return str(
        format_timedelta(moment - now, add_direction=True, locale=locale(language), threshold=1.2)
    )


def lasting(length: timedelta, language: str) -> str:
    """Write a length of time: 2 hours."""
    if language == "tg":  # CLDR has Tajik's lengths only as "2 соат пеш", 2 hours ago
        told = format_timedelta(
            -abs(length), add_direction=True, locale=locale(language), threshold=1.2
        )
        return str(told).removesuffix(" пеш")
    return str(format_timedelta(length, locale=locale(language), threshold=1.2))


def minutes(after_midnight: int) -> str:
    """Write minutes after midnight as a clock time: 480 → 08:00."""
    return f"{after_midnight // 60 % 24:02d}:{after_midnight % 60:02d}"


def country(code: str, language: str) -> str:
    """Name a country by its ISO 3166 code; the code itself where it names none."""
    own = _COUNTRIES.get((language, code.upper()))
    return own or _lettered(locale(language).territories.get(code.upper(), code), language)


def city(zone_: str, language: str) -> str:
    """Name the city that a time zone is named after."""
    if "/" not in zone_:
        return zone_
    if own := _CITIES.get((language, zone_)):
        return own
    known = locale(language).time_zones.get(_ZONES_CLDR_KNOWS.get(zone_, zone_), {})
    return _lettered(known.get("city") or zone_.rpartition("/")[2].replace("_", " "), language)


def zone_name(zone_: str, language: str) -> str:
    """Name a time zone as people call it: Almaty, UTC+5 (Etc/GMT zones count the other way)."""
    if zone_.startswith("Etc/GMT"):
        return f"UTC{-int(zone_[7:] or 0):+d}"
    return city(zone_, language)


def flag(code: str) -> str:
    """Return a country's flag, or a globe for none."""
    if len(code) != _COUNTRY_CODE_LENGTH or not (code.isascii() and code.isalpha()):
        return EVERYWHERE
    return "".join(chr(_REGIONAL_INDICATOR_A + ord(letter) - ord("A")) for letter in code.upper())


def language_name(label: str, language: str) -> str:
    """Name a language by its label (``uz-Latn`` is uz); the label itself where unknown."""
    code = label.partition("-")[0]
    own = _TONGUES.get(language, {}).get(code)
    return own or _lettered(locale(language).languages.get(code, label), language)


def _lettered(name: str, language: str) -> str:
    """Give a name Uzbek's letters oʻ and gʻ as the language writes them, where CLDR has quotes."""
    return name.replace("‘", "ʻ").replace("’", "ʼ") if language == "uz" else name
