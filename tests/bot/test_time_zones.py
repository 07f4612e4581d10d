"""What people type as their place, and the hours from UTC that they mean in winter."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.texts import words
from bot.time_zones import towns_like, zone_named

WINTER = datetime(2026, 11, 29, tzinfo=UTC)

HOURS = {
    "мск МСК Msk Мск. СПб МОСКВА Санкт-Петербург Тула Сочи Минск Симферополь Стамбул Türkiye": 3,
    "Самара Тольятти Саратов Ижевск Астрахань Баку Дубай Тбилиси Ереван": 4,
    "Астана Алматы Өскемен Орал Қарағанды Қостанай Караганда Balqash Жаңаөзен Казахстан Қазақстан": 5,
    "Тошкент Toshkent Қарши Qarshi Farg‘ona Farg'ona Фарғона Наманган Xiva Nökis Ўзбекистон": 5,
    "Душанбе Хуҷанд Кӯлоб Хоруғ Боҳтар Tajikistan Тоҷикистон Панҷакент Исфара": 5,
    "Aşgabat Daşoguz Türkmenbaşy Türkmenabat Мары Балканабат Turkmenistan": 5,
    "Бишкек Ош Ўш Жалалабад Жалал-Абад Нарын Каракол Талас Кыргызстан Токмок Кызыл-Кия": 6,
    "Екатеринбург екб Челябинск Уфа Пермь Тюмень Сургут Салехард Орск": 5,
    "Мәскеу Moskva Маскав": 3,
    "Омск Омбы": 6, "Новосибирск Новосібір нск Томск Барнаул Кемерово Красноярск Норильск Абакан": 7,
    "Иркутск Улан-Удэ Братск": 8, "Чита Якутск Благовещенск": 9,
    "Владивосток Хабаровск Биробиджан": 10, "Магадан Южно-Сахалинск": 11,
    "Петропавловск-Камчатский": 12, "Калининград EET Киев Хельсинки Рига": 2,
    "CET Вена Женева Берлин Париж Рим Германия": 1, "GMT utc Лондон": 0,
    # capitals and centres of trade as the languages of the region call them
    "Rim Parij Pariž Vena Wena Praga Praha Bern Берн Sýurih Frankfurt Франкфурт Varshava": 1,
    "Londra Лондон Lissabon": 0, "Afina Xelsinki Buxarest Kiyev Kiew": 2,
    "Кайро Qohira Қоҳира": 2, "Makka Мекка Bag'dod Бағдод": 3,
    "Pekin Бейжің Бээжин Ұланбатыр": 8, "Tokio Токио Seul": 9, "Nyu-York Nýu-Ýork Vashington": -5,
    "EST EDT Вашингтон": -5, "Лос-Анджелес": -8, "Пекин Шанхай Улан-Батор": 8,
    "UTC+5 GMT+5 utc5 +5 UTC+05:00 мск+2": 5, "UTC-3 −3": -3, "МСК-1": 2,
}  # fmt: skip
SPACED = {
    "в Астане": 5, "в Караганду": 5, "asia almaty": 5, "Астана, Казахстан": 5, "г. Алматы": 5, "Алматы қаласы": 5, "Ош шаары": 6,
    "Душанбе шаҳри": 5, "по Москве": 3, "Московское время": 3, "Moscow time": 3, "UTC 5": 5,
    "Набережные Челны": 3, "Ростов-на-Дону": 3, "Нижний Новгород": 3, "New York": -5,
}  # fmt: skip
CASES = [(word, hours) for words, hours in HOURS.items() for word in words.split()]


@pytest.mark.parametrize(("typed", "hours"), [*CASES, *SPACED.items()])
def test_a_place_means_its_hours(typed: str, hours: int) -> None:
    zone = zone_named(typed, WINTER)
    assert zone is not None
    assert timedelta(hours=hours) == ZoneInfo(zone).utcoffset(WINTER)


@pytest.mark.parametrize(
    ("typed", "shown", "ahead"),
    [
        ("GMT+5:30", "UTC+5:30", timedelta(hours=5, minutes=30)),
        ("+0545", "UTC+5:45", timedelta(hours=5, minutes=45)),
        ("UTC-3:30", "UTC-3:30", -timedelta(hours=3, minutes=30)),
        ("UTC-0:30", "UTC-0:30", -timedelta(minutes=30)),
        ("мск+2:30", "UTC+5:30", timedelta(hours=5, minutes=30)),
        ("GMT+5", "UTC+5", timedelta(hours=5)),
        ("UTC-5", "UTC-5", -timedelta(hours=5)),
    ],
)
def test_hours_and_minutes_are_those_and_no_citys(
    typed: str, shown: str, ahead: timedelta
) -> None:
    zone = zone_named(typed, WINTER)
    assert zone is not None
    assert shown == words.zone_name(zone, "ru")
    assert ahead == words.zone(zone).utcoffset(WINTER)


@pytest.mark.parametrize("typed", ["+5:17", "UTC+14:30", "UTC-12:15", "+5:60", "UTC+15"])
def test_hours_that_no_clock_shows_are_no_zone(typed: str) -> None:
    assert zone_named(typed, WINTER) is None


@pytest.mark.parametrize(
    "typed", ["Ом", "Оша", "IST", "PST", "KZT", "UZT", "ALMT", "Россия", "USA", "Ташкнет", "12345"]
)
def test_what_may_mean_several_or_nothing_is_never_assumed(typed: str) -> None:
    assert zone_named(typed, WINTER) is None


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("Ташкнет", ["Asia/Tashkent"]),
        ("Россия", ["Europe/Moscow", "Asia/Novosibirsk", "Asia/Yekaterinburg"]),
        ("Каргада", ["Asia/Almaty"]),
        ("Ом", ["Asia/Omsk"]),
        ("KZT", []),
        ("", []),
        ("x" * 500, []),
    ],
)
def test_towns_of_a_near_name_are_offered(typed: str, zones: list[str]) -> None:
    found = [town.zone for town in towns_like(typed, WINTER)]
    assert zones == found[: len(zones)]
    assert bool(zones) is bool(found)
