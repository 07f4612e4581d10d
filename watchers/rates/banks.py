"""The central banks whose rates are read, by their country, and whose is nearest. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from storage.local_time import zone


@dataclass(frozen=True, slots=True)
class Bank:
    """A central bank: its country (ISO 3166), its money (ISO 4217), and whose clock it has."""

    country: str
    money: str
    time_zone: str

    def today(self, now: datetime) -> date:
        """Return the day that it is there."""
        return now.astimezone(zone(self.time_zone)).date()


BANKS: Mapping[str, Bank] = {
    bank.country: bank
    for bank in (
        Bank("KZ", "KZT", "Asia/Almaty"),
        Bank("KG", "KGS", "Asia/Bishkek"),
        Bank("UZ", "UZS", "Asia/Tashkent"),
        Bank("TJ", "TJS", "Asia/Dushanbe"),
        Bank("TM", "TMT", "Asia/Ashgabat"),
        Bank("RU", "RUB", "Europe/Moscow"),
    )
}

OF_MONEY: Mapping[str, Bank] = {bank.money: bank for bank in BANKS.values()}

_ZONES = {bank.time_zone: bank.country for bank in BANKS.values()} | {
    "Asia/Samarkand": "UZ",
    **dict.fromkeys(
        ("Asia/Qyzylorda", "Asia/Aqtau", "Asia/Aqtobe", "Asia/Atyrau", "Asia/Oral",
         "Asia/Qostanay"), "KZ"
    ),
    **dict.fromkeys(
        ("Europe/Kaliningrad", "Europe/Samara", "Europe/Volgograd", "Asia/Yekaterinburg",
         "Asia/Omsk", "Asia/Novosibirsk", "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk",
         "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka"), "RU"
    ),
}  # fmt: skip
_LANGUAGES = {"kk": "KZ", "ky": "KG", "uz": "UZ", "tg": "TJ", "ru": "RU"}


def home(time_zone: str, language: str) -> Bank:
    """Return the bank of the country where somebody probably lives."""
    return BANKS[_ZONES.get(time_zone) or _LANGUAGES.get(language, "KZ")]
