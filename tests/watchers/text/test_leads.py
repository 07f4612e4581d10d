"""A lead tells something beside the headline; dates, pictures' addresses and buttons are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.text.leads import is_junk, lead

TITLE = "Parliament passes the water law"

JUNK = [
    # dates and pictures' addresses, run together
    "2026-11-21T08:00:00+05:00https://cdn.example/a/b.jpg2026-11-21 10:05:33",
    "https://cdn.example/2026/11/photo.webp?w=600&h=400",
    "//cdn.example/photo.JPG",
    "Sat, 21 Nov 2026 08:00:00 +0500",
    "21.11.2026 14:05",
    "21 ноября 2026, 14:05",
    "Опубликовано: 21 ноября 2026 г. в 14:05",
    "2026 жылғы 21 қараша",
    "21-noyabr, 2026-yil",
    "21-ноября, 2026-жыл",
    "21 ноябри соли 2026",
    "21 noýabr 2026 ý",
    "November 21, 2026",
    # whose picture it is
    "Фото: Акорда",
    "Фото из архива редакции",
    "Photo: Anna Ivanova / Steppe Courier",
    "Photo by Anna Ivanova",
    "© Sputnik / Anna Ivanova",
    "Иллюстративное фото",
    "Сурет: inform.example",
    "Сүрөт: кабар.example",
    "Foto: gazeta.example",
    "Суратлар: хабар.example",
    "Surat: türkmen.example",
    "Акс: ховар.example",
    "Источник: пресс-служба",
    # what leads to the rest
    "Read more",
    "Read more »",
    "Continue reading Parliament passes the water law →",
    "Читать далее…",
    "Подробнее",
    "Толығырақ оқу",
    "Толук окуу",
    "Batafsil",
    "Батафсил…",
    "Муфассал",
    "Doly oka",
    "The post Parliament passes the water law appeared first on Steppe Courier.",
    "Сообщение Парламент принял закон появились сначала на Степной вестник.",
    # buttons, counters, signatures, the headline once more
    "Facebook Twitter Telegram WhatsApp",
    "Поделиться в Telegram ВКонтакте Одноклассники",
    "Бөлісу: Facebook Telegram",
    "Подписывайтесь на наш Telegram-канал",
    "Follow us on Telegram",
    "345 просмотров",
    "3 min read",
    "0 комментариев",
    "Steppe Courier",
    "#news #water",
    "https://courier.example/water",
    "null",
    "(adsbygoogle = window.adsbygoogle || []).push({});",
    "[…]",
    "—",
    TITLE,
    TITLE.upper() + "!",
]

PROSE = [
    "The law limits the use of the rivers.",
    "Фотографии со спутника показали новый канал.",
    "Источники сообщают о переговорах.",
    "On 21 November 2026 parliament met at 14:05.",
    "21 ноября в Астане пройдёт саммит.",
    "Поделиться опытом приехали врачи из Оша.",
    "Читать далее умели не все: грамотность в ауле была низкой.",
    "Правительство выделит 120 млрд тенге до 2029 года.",
    "Данные опубликованы на https://stat.example и будут обновляться.",
    "Үкімет жаңа бағдарлама қабылдады.",
    "Hukumat yangi dasturni qabul qildi.",
    "Ҳукумат барномаи навро қабул кард.",
    "Hökümet täze maksatnamany kabul etdi.",
    "Өкмөт жаңы программаны кабыл алды.",
    f"{TITLE} on Monday after a long debate.",
]


@pytest.mark.parametrize("text", JUNK)
def test_what_tells_nothing_is_no_lead(text: str) -> None:
    assert "" == lead(text, TITLE, "Steppe Courier")


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_left_as_it_is(text: str) -> None:
    assert text == lead(text, TITLE, "Steppe Courier")


def test_junk_before_and_after_prose_leaves_the_prose() -> None:
    pairs = [(junk, prose) for junk in JUNK for prose in PROSE if not prose.startswith(TITLE)]
    wrong = [
        (junk, prose)
        for junk, prose in pairs
        if lead(f"{junk}\n{prose}", TITLE, "Steppe Courier") != prose
        or lead(f"{prose}\n{junk}", TITLE, "Steppe Courier") != prose
    ]
    assert [] == wrong


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TITLE}. It limits use.", "It limits use."),
        (f"{TITLE} — It limits use.", "It limits use."),
        (f"{TITLE} and adjourns until May.", f"{TITLE} and adjourns until May."),
        ("It limits the use of rivers. Read more »", "It limits the use of rivers."),
        ("Закон ограничит водозабор. Подробнее: https://e.example", "Закон ограничит водозабор."),
        ("It limits the use of [...]", "It limits the use of…"),
        ("2026-11-21 10:05:33 It limits use.", "It limits use."),
        ("It limits use. https://cdn.example/a.jpg", "It limits use."),
    ],
)
def test_junk_within_a_line_goes_and_its_words_stay(text: str, expected: str) -> None:
    assert expected == lead(text, TITLE)


def test_without_a_headline_every_word_counts() -> None:
    assert "Банк рухнул" == lead("Банк рухнул")
    assert "Землетрясение" == lead("Землетрясение")


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gives_no_more_than_it_had(text: str, title: str) -> None:
    said = lead(text, title)
    assert len(said) <= len(text)
    assert said == lead(said, title) or is_junk(said)
