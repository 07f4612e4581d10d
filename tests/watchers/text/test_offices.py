"""Who is meant by an office, on which day."""

from datetime import date

import pytest

from watchers.text.offices import offices_in
from watchers.text.words import analyse

TODAY = date(2026, 11, 1)

MEANT = [
    ("ru", "Глава Казахстана утвердил закон о цифровых активах", "tokayev"),
    ("ru", "Президент Таджикистана подписал указ о реформе армии", "rahmon"),
    ("ru", "Премьер-министр Казахстана уволил министра", "bektenov"),
    ("ru", "Президент Республики Узбекистан прибыл в Астану", "mirziyoyev"),
    ("en", "Kyrgyz president orders checks on ski lifts", "japarov"),
    ("en", "Kazakh premier fires head of KazAvtoZhol", "bektenov"),
    ("en", "President of Uzbekistan signs decree", "mirziyoyev"),
    ("en", "Kazakhstan's prime minister visits Baku", "bektenov"),
    ("kk", "Қазақстан Президенті жарлыққа қол қойды", "tokayev"),
    ("kk", "Мемлекет басшысы жарлыққа қол қойды", "tokayev"),
    ("ky", "Кыргызстандын президенти Анкарага барды", "japarov"),
    ("uz-Latn", "Davlat rahbari Nukusda yoshlar bilan uchrashdi", "mirziyoyev"),
    ("uz-Latn", "Qozogʻiston prezidenti Toshkentga keldi", "tokayev"),
    ("tg", "Президенти Тоҷикистон ба Душанбе баргашт", "rahmon"),
    ("kk", "АҚШ президенті мәлімдеме жасады", "trump"),
]
NOBODY = [
    ("ru", "Президент Казахстана Токаев прибыл в Ош"),
    ("ru", "Экс-президент Казахстана дал интервью"),
    ("ru", "Вице-премьер Казахстана ушёл в отставку"),
    ("ru", "Президент Федерации футбола Казахстана подал в отставку"),
    ("ru", "Глава МИД Казахстана прибыл в Ош"),
    ("ru", "Президент подписал указ"),
    ("en", "Kazakhstan Premier League season ends"),
    ("en", "Former Kyrgyz president freed"),
    ("en", "Presidential election in Uzbekistan"),
    ("kk", "ФИФА президенті Алматыға келді"),
]


@pytest.mark.parametrize(("lang", "title", "holder"), MEANT)
def test_an_office_means_its_holder(lang: str, title: str, holder: str) -> None:
    analysis = analyse(title, lang=lang)
    found = [one.holder for one in offices_in(analysis.tokens, analysis.entities, lang, TODAY)]
    assert found == [holder]


@pytest.mark.parametrize(("lang", "title"), NOBODY)
def test_another_office_or_a_name_beside_it_means_nobody_else(lang: str, title: str) -> None:
    analysis = analyse(title, lang=lang)
    assert not [*offices_in(analysis.tokens, analysis.entities, lang, TODAY)]


@pytest.mark.parametrize(
    ("day", "holder"),
    [
        (date(2019, 3, 20), "tokayev"), (date(2019, 3, 19), None), (date(1980, 1, 1), None),
    ],
)  # fmt: skip
def test_an_office_means_its_holder_from_the_first_day_on(day: date, holder: str | None) -> None:
    analysis = analyse("Президент Казахстана подписал закон", lang="ru")
    found = [one.holder for one in offices_in(analysis.tokens, analysis.entities, "ru", day)]
    assert found == ([holder] if holder else [])
