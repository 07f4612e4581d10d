"""Times as feeds write them, in the languages and zones of the region, as aware UTC datetimes.

A reader of words, not of formats: three numbers with dots or dashes are a day, so is a number
beside a month's name; four digits are a year, digits with colons a time, whatever stands before,
between or behind them. What a time's zone is, stands behind the time, as a rule.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from watchers.text.skeleton import keyboard

FUTURE_TOLERANCE = timedelta(minutes=5)
"""Clocks differ; a time further ahead is wrong (a zone, a plan, a joke) and counts as none."""
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Before news sites existed: Unix zero, default dates of databases."""
_LONGEST = 120
_ALMATY_MOVED = date(2024, 3, 1)
"""Since then all of Kazakhstan lives at UTC+5; Almaty time was UTC+6 before."""

_MONTHS = {
    1: "january январ yanvar yanwar кантар qantar kantar ocak січен січн студзен үчтүн",
    2: "february феврал fevral fewral акпан aqpan akpan subat лютий лют бирдин",
    3: "march март mart наурыз nauryz nayryz nawryz nauriz nawriz березен березн сакавик жалган",
    4: "april апрел aprel сауир sauir sayir sawir nisan квитен квитн красавик чын",
    5: "may май мая мае маю маем мамыр mamyr mamir травен травн бугу",
    6: "june июн iyun iyn маусым mausym maysym mawsym mausim mawsim haziran червен червн чэрвен"
    " кулжа",
    7: "july июл iyul iyl шилде shilde silde temmuz липен липн теке",
    8: "august август avgust awgust avqust тамыз tamyz tamiz agustos серпен серпн жнивен баш",
    9: "september сентябр sentabr sentyabr кыркуйек qyrkuiek qyrkuyek qirkuyek kyrkuyek eylul"
    " вересен вересн верасен аяк",
    10: "october октябр oktabr oktyabr казан qazan kazan ekim жовтен жовтн кастрычник тогуздун",
    11: "november ноябр noyabr караша qarasha qarasa karasha kasim листопад листапад жетинин",
    12: "december декабр dekabr желтоксан jeltoqsan jeltoksan zheltoksan aralik груден грудн"
    " снежан бештин",
}
"""Names of months as ``keyboard`` folds them: they may be cut short or have an ending.

English; Russian; Uzbek and Turkmen; Kazakh in Cyrillic and in each of its Latin alphabets (2017
with apostrophes, 2018 with acutes, 2021 with ş and ñ, that of Kazinform with w); Turkish;
Ukrainian and Belarusian; Kyrgyz, whose own names have two words, of which the first tells.
"""
_NAMES = [(name, number) for number, names in _MONTHS.items() for name in names.split()]
_SHORTEST_NAME = 3
_CASE_ENDING = re.compile(
    r"(?:ь|й|я|е|ю|ем|а|у|ом|и|ого|ы|сы|си)?(?:[ндт][иыу]н|нинг|ни|н?[дт][ае](?:н|гы|ги)?|[гк][ае])?"
    r"|(?:y|i|u|a|sy|si)?(?:n?[yiu]ng?|ni|n?[dt][ae](?:n|gy|gi|ky|ki)?|[gk][ae])?"
)
"""What stands behind a month's name in Russian («ноября») and in the Turkic languages."""
_BETWEEN = frozenset("of de the числа айы айынын oyi oyining ayynyn мохи month".split())
"""Words between a day's number and its month: "22nd of November", «қараша айының 22-сі»."""

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
    "eet": 2, "eest": 3, "fet": 3, "trt": 3, "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1,
    "mesz": 2, "bst": 1, "west": 1, "ist": 5.5, "idt": 3, "sast": 2, "cat": 2, "eat": 3, "wat": 1,
    "get": 4, "amt": 4, "azt": 4, "samt": 4, "gst": 4, "irst": 3.5, "irdt": 4.5, "pkt": 5,
    "aft": 4.5, "npt": 5.75, "bdt": 6, "btt": 6, "mmt": 6.5,
    "uzt": 5, "tjt": 5, "tmt": 5, "qyzt": 5, "oral": 5, "orat": 5, "aqtt": 5, "aqtob": 5, "kgt": 6,
    "yekt": 5, "екб": 5, "omst": 6, "novt": 7, "krat": 7, "krast": 8, "irkt": 8, "yakt": 9,
    "vlat": 10, "magt": 11, "sakt": 11, "sret": 11, "pett": 12, "anat": 12, "hovt": 7, "ulat": 8,
    "chot": 8, "ict": 7, "wib": 7, "wita": 8, "wit": 9, "pht": 8, "myt": 8, "sgt": 8, "hkt": 8,
    "jst": 9, "kst": 9, "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13, "brt": -3, "art": -3, "clt": -4, "clst": -3, "pet": -5, "nst": -3.5, "ndt": -2.5,
    "cst": -6, "cdt": -5, "est": -5, "edt": -4, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "ast": -4, "adt": -3, "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip
_PLACES = (
    ("моск", 3), ("moscow", 3), ("moskv", 3), ("ташкент", 5), ("тошкент", 5), ("tashkent", 5),
    ("toshkent", 5), ("душанбе", 5), ("dushanbe", 5), ("ашхабад", 5), ("ашгабат", 5),
    ("ashgabat", 5), ("asgabat", 5), ("бишкек", 6), ("bishkek", 6), ("biskek", 6),
)  # fmt: skip
"""By whose clock a time is: «по Ташкенту», «Бишкек убактысы боюнча», "Toshkent vaqti bilan"."""
_ALMATY_NAMES = ("almt", "alm", "алмат", "almat", "астан", "astan", "qost", "kzt", "alst")
_CERTAIN = frozenset({"z", "utc", "gmt", "msk", "мск"})
"""Zones that are meant wherever they stand, where "est" or "get" may be a word."""

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?"
    r" ?(Z|[+-]\d{2}:?\d{2})?"
)
_COMPACT = re.compile(
    r"((?:19|20)\d{2})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?(?!\d)\s*(.*)", re.DOTALL
)
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3})[a-z]{0,6}\s+(\d{4}|\d{2})\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|(?!AM|PM)[A-Z]{1,5})?"
)
_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_UNIX = re.compile(r"(\d{9,10}|\d{12,13})(?:\.\d+)?")

_DASHES = str.maketrans("\xa0\u202f\u2010\u2011\u2012\u2013\u2014\u2212", "  ------")
_APOSTROPHES = re.compile(r"(?<=[^\W\d_])['`\u00b4\u02bb\u02bc\u2018\u2019](?=[^\W\d_])")
_BEFORE_CLOCK = r"(?:[\s|_/(\[,;-]*(?=\d{1,2}[:.]\d))?"
_YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)" + _BEFORE_CLOCK
)
_DAY_FIRST = re.compile(
    r"(?<![\d:])(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4}|\d{2})(?!\d)" + _BEFORE_CLOCK
)
_CLOCKS = (
    re.compile(
        r"(?<![\d+])(?<![^\W\d_]-)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?(?!\d)"
        r"(?:\s*([ap])\.?m\b\.?)?"
    ),
    re.compile(r"(?<=\st)(\d{2})(?:(\d{2})(?:(\d{2})(?:[.,]\d+)?)?)?(?![\d:.])()"),
    re.compile(
        r"(?<![\d+.])(?<![^\W\d_]-)(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?!\d|\.\d)(?:\s*([ap])\.?m\b\.?)?"
    ),
    re.compile(r"(?<![\d.+-])(\d{1,2})()()\s?([ap])\.?m\b\.?"),
    re.compile(r"(?<![\d.+-])(\d{1,2})\s?(?:ч|h)\.?\s?(\d{2})(?!\d)()()"),
    re.compile(r"(?<![\d+-])(\d{2})-(\d{2})(?:-(\d{2}))?(?![\d-])()"),
)
"""Ways to write a time, the surest first: 10:30, T1030, 10.30, 10 pm, 10 ч 30, 10-30."""
_OFFSET = re.compile(
    r"(?:(utc|gmt|мск|msk)\s?([+-])\s?|(?<!\d)(\+|-(?=\d\d)))"
    r"(0?\d|1[0-4])(?:[:.]?(00|15|30|45))?(?:[:.]?00)?(?!\d)"
)
_UNSIGNED = re.compile(r"(?:(?<!\S)|(?<=gmt)|(?<=utc))()()()(0\d|1[0-4]):?(00|15|30|45)(?![\d:.])")
"""An offset whose plus got lost: in an address a plus means a blank."""
_ZONE_NAME = re.compile(r"\betc/gmt[+-]\d{1,2}\b|\b[a-z_]+(?:/[a-z_-]+)+")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")


def read(raw: str, now: datetime, zone: str = "") -> datetime | None:
    """Read a time; None if it cannot be read or cannot be true.

    ``zone`` (IANA name) is meant where the text names none; UTC if that is empty. A time
    more than five minutes after ``now`` or before 1995 is no time.
    """
    raw = raw[:_LONGEST].translate(_DASHES).strip()
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
    if match := _ISO.fullmatch(raw) or _COMPACT.fullmatch(raw):
        year, month, day, hour, minute, second, rest = match.groups()
        clock = (int(hour or 0), int(minute or 0), int(second or 0))
        return _moment(date(int(year), int(month), int(day)), clock, rest or "", zone)
    if match := _RFC_822.fullmatch(raw):
        day_of_month, name, full, hour, minute, second, rest = match.groups()
        if name.lower() in _ENGLISH:
            month_number = _ENGLISH.index(name.lower()) + 1
            day = date(_full_year(full), month_number, int(day_of_month))
            return _moment(day, (int(hour), int(minute), int(second or 0)), rest or "", zone)
    if match := _UNIX.fullmatch(raw):
        digits = match.group(1)
        seconds = int(digits) / (1000 if len(digits) > 10 else 1)  # noqa: PLR2004 (milliseconds have 13)
        return datetime.fromtimestamp(seconds, UTC)
    return _in_words(_APOSTROPHES.sub("", raw.lower()), now, zone)


def _in_words(text: str, now: datetime, zone: str) -> datetime | None:
    """Read a date written in whatever order, or as "yesterday at 14:30"."""
    day, rest = _numeric_day(text)
    clock, before, behind = _clock(rest, numeric=day is not None)
    offset, others = _offset(behind if clock else before, sure=clock is not None)
    if day is None:
        # What belongs to the time is taken out by now: the numbers left are day and year.
        day = _named_day(f"{before} {others}" if clock else others, now)
    if day is None:
        if moment := _ago(text, now):
            return moment
        day = _told_day(text, now, zone)
    if day is None:
        return None
    tz = offset or _named_zone(behind, before, day) or _tz(zone)
    return _at(day, clock or (0, 0, 0), tz)


def _numeric_day(text: str) -> tuple[date | None, str]:
    """Find 2025-11-22 or 22.11.2025; return the day and the text without it."""
    if match := _YEAR_FIRST.search(text):
        year, month, day = map(int, match.groups())
        return date(year, month, day), _without(text, match)
    found = list(_DAY_FIRST.finditer(text))
    if not found:
        return None, text
    match = next((one for one in found if len(one.group(3)) > 2), found[0])  # noqa: PLR2004
    first, second = int(match.group(1)), int(match.group(2))
    # 22.11 and 22/11 are day first here; only an impossible month says otherwise.
    day, month = (second, first) if second > 12 else (first, second)  # noqa: PLR2004
    return date(_full_year(match.group(3)), month, day), _without(text, match)


def _clock(text: str, *, numeric: bool) -> tuple[tuple[int, int, int] | None, str, str]:
    """Find the time of day; return it and what stands before and behind it.

    Beside a month's name 10-30 may as well be days: only a ``numeric`` day leaves a time of it.
    """
    for pattern in _CLOCKS if numeric else _CLOCKS[:-1]:
        if match := pattern.search(text):
            hour, minute, second = (int(digits or 0) for digits in match.groups()[:3])
            if half := match.group(4):
                hour = hour % 12 + (12 if half == "p" else 0)
            return (hour, minute, second), text[: match.start()], text[match.end() :]
    return None, text, ""


def _offset(text: str, *, sure: bool) -> tuple[timezone | None, str]:
    """Find the offset from UTC, whatever follows it; return it and the text without it.

    Without a sign it is only looked for behind a time (``sure``).
    """
    text = _ZONE_NAME.sub(lambda name: " " * len(name.group()), text)  # Etc/GMT-5 is no offset
    match = _OFFSET.search(text) or (_UNSIGNED.search(text) if sure else None)
    if match is None:
        return None, text
    name, sign, bare_sign, hours, minutes = match.groups()
    shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
    base = timedelta(hours=_ZONES.get(name, 0))
    return timezone(base - shift if "-" in (sign, bare_sign) else base + shift), _without(
        text, match
    )


def _named_day(text: str, now: datetime) -> date | None:
    """Read the day whose month is the word beside its number: other words begin like months."""
    tokens = list(_TOKEN.finditer(text))
    found = [
        (day, at, number)
        for at, token in enumerate(tokens)
        if (number := _month(token.group()))
        for day in (_number_before(tokens, at), _number_behind(tokens, at))
        if day is not None
    ]
    if not found:
        return None
    # «Казань, 22 ноября»: the number before the word is a day's, the one behind it may be.
    day, at, month = next((one for one in found if one[0] < one[1]), found[0])
    day_of_month = int(tokens[day].group())
    year = _year(tokens, day, at)
    if year is not None:
        return date(year, month, day_of_month)
    # No year stated: the latest such day that is not ahead.
    guess = date(now.year, month, day_of_month)
    return guess if guess <= now.date() + timedelta(days=1) else guess.replace(year=now.year - 1)


def _number_before(tokens: list[re.Match[str]], at: int) -> int | None:
    """Return the place of the day's number before a month: 22, 22nd of, 22-nji."""
    before = at - 1
    if before >= 0 and keyboard(tokens[before].group()) in _BETWEEN:
        before -= 1
    if before > 0 and tokens[before].group().isalpha() and not _month(tokens[before].group()):
        # The ending of an ordinal hangs on its number.
        gap = tokens[before].string[tokens[before - 1].end() : tokens[before].start()]
        before -= gap in ("", "-")
    return before if before >= 0 and _is_day(tokens[before].group()) else None


def _number_behind(tokens: list[re.Match[str]], at: int) -> int | None:
    behind = at + 1
    if behind < len(tokens) and keyboard(tokens[behind].group()) in _BETWEEN:
        behind += 1
    return behind if behind < len(tokens) and _is_day(tokens[behind].group()) else None


def _is_day(token: str) -> bool:
    return token.isdecimal() and len(token) <= 2 and 1 <= int(token) <= 31  # noqa: PLR2004


def _year(tokens: list[re.Match[str]], day: int, month: int) -> int | None:
    """Return the year: four digits wherever they stand, or two right behind day and month."""
    full = [int(one.group()) for one in tokens if one.group().isdecimal() and len(one[0]) == 4]  # noqa: PLR2004
    if full:
        # "-0001" is how PHP writes a date that is not there; it must not be guessed at.
        return next((year for year in full if year >= EARLIEST.year), full[0])
    last = max(day, month)
    if last + 1 < len(tokens) and re.fullmatch(r"\d\d", tokens[last + 1].group()):
        gap = tokens[last].string[tokens[last].end() : tokens[last + 1].start()]
        # «28 ноября, 15 комментариев» has none; "Nov 28, 26" has one.
        if "," not in gap or month < day:
            return _full_year(tokens[last + 1].group())
    return None


@lru_cache(maxsize=4096)
def _month(word: str) -> int:
    """Return a month's number by its name, cut short ("нояб") or with an ending («ноября»)."""
    if word.isdecimal() or len(word) < _SHORTEST_NAME:
        return 0
    folded = keyboard(word)
    for name, number in _NAMES:
        if name.startswith(folded) or (
            folded.startswith(name) and _CASE_ENDING.fullmatch(folded, len(name))
        ):
            return number
    return 0


def _ago(text: str, now: datetime) -> datetime | None:
    match = _AGO.search(text)
    if not match:
        return None
    count, unit = match.groups()
    for start, seconds in _UNITS:
        if unit.startswith(start):
            return now - timedelta(seconds=int(count or 1) * seconds)
    return None


def _told_day(text: str, now: datetime, zone: str) -> date | None:
    days = next((_DAYS_AGO[w[0]] for w in _TOKEN.finditer(text) if w[0] in _DAYS_AGO), None)
    return None if days is None else now.astimezone(_tz(zone)).date() - timedelta(days=days)


def _without(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004
        return year
    return 2000 + year if year < 70 else 1900 + year  # noqa: PLR2004 (RFC 2822 §4.3)


def _moment(day: date, clock: tuple[int, int, int], zone_text: str, zone: str) -> datetime:
    text = zone_text.lower()
    offset, _ = _offset(text, sure=True)
    return _at(day, clock, offset or _named_zone(text, "", day) or _tz(zone))


def _at(day: date, clock: tuple[int, int, int], tz: tzinfo) -> datetime:
    hour, minute, second = clock
    extra = timedelta()
    if hour == 24:  # noqa: PLR2004 (ISO 8601 allowed it as the end of the day)
        hour, extra = 0, timedelta(days=1)
    naive = datetime(day.year, day.month, day.day, hour, minute, min(second, 59))  # noqa: DTZ001 (the zone follows)
    return (naive + extra).replace(tzinfo=tz).astimezone(UTC)


def _named_zone(behind: str, before: str, day: date) -> tzinfo | None:
    """Read a zone's name: behind the time, or one that can mean nothing else before it."""
    for text in (behind, before):
        for match in _ZONE_NAME.finditer(text):
            if name := _iana_names().get(match.group()):
                return _tz(name)
    for word in _TOKEN.findall(behind):
        hours = _hours_east(word, day)
        if hours is not None:
            return timezone(timedelta(hours=hours))
    if _CERTAIN.isdisjoint(_TOKEN.findall(before)):
        return None
    offset, rest = _offset(before, sure=False)
    return offset or _named_zone(rest, "", day)


def _hours_east(word: str, day: date) -> float | None:
    if word in _ZONES:
        return _ZONES[word]
    folded = keyboard(word)
    if folded.startswith(_ALMATY_NAMES):
        return 5 if day >= _ALMATY_MOVED else 6
    return next((hours for place, hours in _PLACES if folded.startswith(place)), None)


@cache
def _iana_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


@cache
def _tz(name: str) -> ZoneInfo | timezone:
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a zone that nobody knows is a LookupError
        return UTC
