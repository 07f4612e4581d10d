"""Times as feeds write them, in the languages and zones of the region, as aware UTC datetimes.

A reader of words, not of formats: a number beside a month's name is a day, four digits are a
year, digits with colons are a time, in whatever order a language puts them.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

FUTURE_TOLERANCE = timedelta(minutes=5)
"""Clocks differ; a time further ahead is wrong (a zone, a plan, a joke) and counts as none."""
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Before news sites existed: Unix zero, default dates of databases."""
_LONGEST = 120
_ALMATY_MOVED = date(2024, 3, 1)
"""Since then all of Kazakhstan lives at UTC+5; Almaty time was UTC+6 before."""

# Prefixes that tell a month apart from the others, per language; longest match wins.
_MONTHS = {
    1: "jan янв қаң каңтар кантар qańtar yanvar январ yan тўқсонинчи ocak ýan",
    2: "feb фев ақп акпан fevral феврал fev few",
    3: "mar мар нау наурыз марти mart march nauryz",
    4: "apr апр сәу сауір aprel апрел säuir",
    5: "may май мая мам mays maý mamyr",
    6: "jun июн мау iyun июнь june iyn iýun mausym",
    7: "jul июл шіл шилде iyul июль july iyl iýul shilde",
    8: "aug авг там avgust август avg awg tamyz",
    9: "sep сен қыр кыркуйек sentabr сентябр sentyabr sen qyrküiek",
    10: "oct окт қаз казан oktabr октябр oktyabr okt qazan",
    11: "nov ноя ной қар караша noyabr ноябр noy noý qarasha",
    12: "dec дек жел dekabr декабр dek jeltoqsan",
}
_MONTH_STARTS = sorted(
    ((start, number) for number, starts in _MONTHS.items() for start in starts.split()),
    key=lambda pair: -len(pair[0]),
)
_DAY_WORDS = {
    0: "today сегодня бүгін бүгүн bugun бугун имрӯз имруз сейчас hozir",
    1: "yesterday вчера кеше кечээ kecha кеча дирӯз дируз",
    2: "позавчера",
}
_DAYS_AGO = {word: days for days, words in _DAY_WORDS.items() for word in words.split()}
_UNITS = (
    ("second", 1),
    ("sec", 1),
    ("сек", 1),
    ("min", 60),
    ("мин", 60),
    ("daqiqa", 60),
    ("дақиқ", 60),
    ("hour", 3600),
    ("час", 3600),
    ("сағат", 3600),
    ("саат", 3600),
    ("soat", 3600),
    ("соат", 3600),
    ("day", 86400),
    ("день", 86400),
    ("дня", 86400),
    ("дней", 86400),
    ("күн", 86400),
    ("kun", 86400),
    ("кун", 86400),
    ("рӯз", 86400),
)
_AGO = re.compile(
    r"(?i)\b(\d{1,3})?\s*([^\W\d_]+)\s+(?:назад|тому назад|ago|бұрын|мурун|oldin|олдин|пеш)\b"
)

_ZONES = {
    # Names without an offset, as the region's outlets use them; hours east of UTC.
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "msk": 3, "мск": 3, "msd": 4, "tsk": 3,
    "eet": 2, "eest": 3, "fet": 3, "trt": 3, "cet": 1, "cest": 2, "bst": 1, "west": 1, "ist": 5.5,
    "get": 4, "amt": 4, "azt": 4, "samt": 4, "irst": 3.5, "pkt": 5, "aft": 4.5,
    "uzt": 5, "tjt": 5, "tmt": 5, "qyzt": 5, "oral": 5, "orat": 5, "aqtt": 5, "aqtob": 5, "kgt": 6,
    "yekt": 5, "екб": 5, "omst": 6, "novt": 7, "krat": 7, "irkt": 8, "yakt": 9, "vlat": 10,
    "magt": 11, "sakt": 11, "sret": 11, "pett": 12, "anat": 12, "cst": -6, "cdt": -5, "est": -5,
    "edt": -4, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "ast": -4, "adt": -3, "akst": -9,
    "akdt": -8, "hst": -10, "jst": 9, "kst": 9, "sgt": 8, "hkt": 8, "ташкент": 5, "бишкек": 6,
    "душанбе": 5, "ашхабад": 5, "москва": 3, "moscow": 3, "tashkent": 5, "bishkek": 6,
    "dushanbe": 5, "ashgabat": 5,
}  # fmt: skip
_ALMATY_NAMES = frozenset(
    {"almt", "alm", "алматы", "almaty", "астана", "astana", "qost", "kzt", "alst"}
)

_ISO = re.compile(
    r"(?i)^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T\s,]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?)?\s*(.*)$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?\s*(.*)$")
_RFC_822 = re.compile(
    r"^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3})[a-z]{0,6}\s+(\d{4}|\d{2})\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|(?!AM|PM)[A-Z]{1,5})?$"
)
_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?!\d)")
_TIME = re.compile(
    r"(?i)(?<![\d+\-])(\d{1,2})[:.](\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:\s*([ap])\.?m\b\.?)?(?!\d)"
)
_OFFSET = re.compile(r"(?i)(?:utc|gmt|мск|msk)?\s*([+\-−])(\d{1,2}):?(\d{2})?(?!\d)\s*(?:\(.*)?$")
_UNIX = re.compile(r"^\s*(\d{9,10}|\d{12,13})(?:\.\d+)?\s*$")
_WORD = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)?")
_NUMBER = re.compile(r"(?<!\d)(\d{1,4})(?!\d)")


def read(raw: str, now: datetime, zone: str = "") -> datetime | None:
    """Read a time; None if it cannot be read or cannot be true.

    ``zone`` (IANA name) is meant where the text names none; UTC if that is empty. A time
    more than five minutes after ``now`` or before 1995 is no time.
    """
    raw = raw[:_LONGEST].replace("\xa0", " ").strip()
    if not raw:
        return None
    try:
        moment = _read(raw, now, zone)
    except (ValueError, OverflowError):
        return None
    if moment is None or not EARLIEST <= moment <= now + FUTURE_TOLERANCE:
        return None
    return moment


def _read(raw: str, now: datetime, zone: str) -> datetime | None:
    if match := _UNIX.match(raw):
        digits = match.group(1)
        seconds = int(digits) / (1000 if len(digits) > 10 else 1)  # noqa: PLR2004 (milliseconds have 13)
        return datetime.fromtimestamp(seconds, UTC)
    if match := _ISO.match(raw) or _COMPACT.match(raw):
        year, month, day, hour, minute, second, rest = match.groups()
        clock = (int(hour or 0), int(minute or 0), int(second or 0))
        half = re.match(r"(?i)\s*([ap])\.?m\b\.?", rest)
        if half:
            clock, rest = (_half_day(clock[0], half.group(1)), *clock[1:]), rest[half.end() :]
        return _moment(date(int(year), int(month), int(day)), clock, rest, zone)
    if match := _RFC_822.match(raw):
        day_of_month, name, full, hour, minute, second, rest = match.groups()
        if name.lower() in _ENGLISH:
            month_number = _ENGLISH.index(name.lower()) + 1
            day = date(_full_year(full), month_number, int(day_of_month))
            return _moment(day, (int(hour), int(minute), int(second or 0)), rest or "", zone)
    return _ago(raw, now) or _in_words(raw, now, zone)


def _ago(raw: str, now: datetime) -> datetime | None:
    match = _AGO.search(raw)
    if not match:
        return None
    count, unit = match.groups()
    for start, seconds in _UNITS:
        if unit.lower().startswith(start):
            return now - timedelta(seconds=int(count or 1) * seconds)
    return None


def _in_words(raw: str, now: datetime, zone: str) -> datetime | None:
    """Read a date written with a month's name, with dots, or as "yesterday at 14:30"."""
    text = raw.lower()
    offset = _OFFSET.search(text)
    body = text[: offset.start()] if offset and _TIME.search(text[: offset.start()]) else text
    day, rest = _day_of(body, now, zone)
    if day is None:
        return None
    clock = (0, 0, 0)
    zone_text = text[len(body) :] if body != text else ""
    if match := _TIME.search(rest):
        hour, minute, second, half = match.groups()
        clock = (int(hour), int(minute), int(second or 0))
        if half:
            clock = (_half_day(clock[0], half), *clock[1:])
        zone_text = rest[match.end() :] + zone_text
    return _moment(day, clock, zone_text, zone)


def _day_of(text: str, now: datetime, zone: str) -> tuple[date | None, str]:
    """Find the calendar day in a text; return it and the text without it."""
    if match := _DOTTED.search(text):
        first, second = int(match.group(1)), int(match.group(2))
        # 22.11 and 22/11 are day first here; only an impossible month says otherwise.
        day, month = (second, first) if second > 12 else (first, second)  # noqa: PLR2004
        return date(_full_year(match.group(3)), month, day), _without(text, match)
    for match in _WORD.finditer(text):
        word = match.group()
        if word in _DAYS_AGO:
            local = now.astimezone(_tz(zone))
            return local.date() - timedelta(days=_DAYS_AGO[word]), _without(text, match)
        if month_number := _month(word):
            return _around_month(_without(text, match), match.start(), month_number, now)
    return None, text


def _around_month(text: str, at: int, month: int, now: datetime) -> tuple[date | None, str]:
    """Take day and year from the numbers around a month's name."""
    clock = _TIME.search(text)
    taken = clock.span() if clock else (-1, -1)
    numbers = [n for n in _NUMBER.finditer(text) if not taken[0] <= n.start() < taken[1]]
    year = next((n for n in numbers if len(n.group()) == 4), None)  # noqa: PLR2004
    days = [n for n in numbers if n is not year and 1 <= int(n.group()) <= 31]  # noqa: PLR2004
    if not days:
        return None, text
    day = min(days, key=lambda n: abs(n.start() - at))
    if year is None:
        late = [n for n in numbers if n is not day and len(n.group()) == 2 and n.start() > at]  # noqa: PLR2004
        year = late[0] if late else None
    if year is not None:
        return date(_full_year(year.group()), month, int(day.group())), text
    # No year stated: the latest such day that is not ahead.
    guess = date(now.year, month, int(day.group()))
    return (
        guess if guess <= now.date() + timedelta(days=1) else guess.replace(year=now.year - 1)
    ), text


def _month(word: str) -> int:
    for start, number in _MONTH_STARTS:
        if word.startswith(start) and len(word) <= len(start) + 6:
            return number
    return 0


def _without(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 ("-0001" is how PHP writes a date that is not there)
        return year
    return 2000 + year if year < 70 else 1900 + year  # noqa: PLR2004 (RFC 2822 §4.3)


def _half_day(hour: int, half: str) -> int:
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _moment(day: date, clock: tuple[int, ...], zone_text: str, zone: str) -> datetime:
    hour, minute, second = clock
    extra = timedelta()
    if hour == 24:  # noqa: PLR2004 (ISO 8601 allowed it as the end of the day)
        hour, extra = 0, timedelta(days=1)
    naive = datetime(day.year, day.month, day.day, hour, minute, min(second, 59))  # noqa: DTZ001 (the zone follows)
    tz = _zone(zone_text, day) or _tz(zone)
    return (naive + extra).replace(tzinfo=tz).astimezone(UTC)


def _zone(text: str, day: date) -> timezone | ZoneInfo | None:
    """Read the zone at the end of a time, by offset or by name."""
    text = text.strip().lower()
    if not text:
        return None
    if match := _OFFSET.search(text):
        sign, hours, minutes = match.groups()
        seconds = int(hours) * 3600 + int(minutes or 0) * 60
        base = _name_offset(text[: match.start(1)], day) if re.match("мск|msk", text) else None
        shift = timedelta(seconds=-seconds if sign in "-−" else seconds)
        total = shift + timedelta(hours=base or 0)
        return timezone(total) if abs(total) < timedelta(hours=24) else None
    hours_east = _name_offset(text, day)
    if hours_east is not None:
        return timezone(timedelta(hours=hours_east))
    if match := re.search(r"[a-z]+/[a-z_]+", text):
        return _tz(match.group().title())
    if "моск" in text:
        return timezone(timedelta(hours=3))
    return None


def _name_offset(text: str, day: date) -> float | None:
    for word in re.findall(r"[^\W\d_]+", text):
        if word in _ALMATY_NAMES:
            return 5 if day >= _ALMATY_MOVED else 6
        if word in _ZONES:
            return _ZONES[word]
    return None


@cache
def _tz(name: str) -> ZoneInfo | timezone:
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a zone that nobody knows is a LookupError
        return UTC
