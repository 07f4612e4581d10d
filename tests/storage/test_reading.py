"""How a reader reads: whose telling stands for a story, and what a machine is to translate."""

from dataclasses import replace

import pytest

from storage.model import Item, MachineText
from storage.reading import (
    LanguageOrder,
    for_reader,
    headline,
    in_language,
    reading_of,
    untranslated,
)
from tests.bot.sample_stories import ALMATY, MOSCOW, sample_item, story

KK, RU, EN = (sample_item(lang, lang=lang) for lang in ("kk", "ru", "en"))
UZ, CYRILLIC_UZ = (sample_item(lang, lang=lang) for lang in ("uz-Latn", "uz-Cyrl"))
UNKNOWN = sample_item("?", lang="und")
TOLD = replace(KK, machine=(MachineText("ru", "по-русски", "начало"), MachineText("en", "x")))


@pytest.mark.parametrize(
    ("languages", "items", "shown"),
    [
        (("ru",), (KK, EN, RU), "ru"),
        (("ru", "en"), (KK, EN), "en"),
        (("kk", "ru"), (RU, KK), "kk"),
        (("uz",), (CYRILLIC_UZ, UZ), "uz-Latn"),
        (("uz", "ru"), (RU, CYRILLIC_UZ), "uz-Cyrl"),
        (("tg",), (EN, KK, RU), "ru"),
        (("ru",), (KK, EN), "en"),
        (("en",), (KK, UNKNOWN), "kk"),
        (("ru",), (TOLD,), "по-русски"),
        (("ru", "kk"), (TOLD,), "kk"),
        (("tg",), (TOLD,), "kk"),
        (("ru",), (TOLD, EN), "en"),
        (("ru",), (TOLD, RU), "ru"),
    ],
)
def test_a_telling_in_the_language_liked_best_stands_for_a_story(
    languages: tuple[str, ...], items: tuple[Item, ...], shown: str
) -> None:
    assert shown == headline(story(*items), LanguageOrder(languages)).title


def test_a_machines_words_have_their_original_beside_them() -> None:
    shown = headline(story(TOLD), LanguageOrder(("ru",)))
    assert ("по-русски", "начало", "ru", TOLD) == (
        shown.title, shown.summary, shown.lang, shown.original
    )  # fmt: skip
    assert TOLD == headline(story(TOLD), LanguageOrder(("ru",), machine=False))


@pytest.mark.parametrize(
    ("reading", "items", "wanted"),
    [
        (LanguageOrder(("ru",)), (KK,), KK),
        (LanguageOrder(("ru",)), (KK, EN), EN),
        (LanguageOrder(("ru", "en")), (KK, EN), None),
        (LanguageOrder(("ru", "kk")), (KK,), None),
        (LanguageOrder(("ru",), machine=False), (KK,), None),
        (LanguageOrder(("ru",)), (UNKNOWN,), None),
        (LanguageOrder(("ru",)), (TOLD,), None),
        (LanguageOrder(("uz",)), (CYRILLIC_UZ,), None),
        (LanguageOrder(("ru",)), (replace(KK, title=" "),), None),
    ],
)
def test_a_machine_translates_what_would_be_shown_in_a_language_that_is_not_read(
    reading: LanguageOrder, items: tuple[Item, ...], wanted: Item | None
) -> None:
    assert wanted == untranslated(story(*items), reading)


def test_one_item_is_shown_as_it_is_to_whoever_reads_it() -> None:
    assert "по-русски" == for_reader(TOLD, LanguageOrder(("ru",))).title
    assert TOLD == for_reader(TOLD, LanguageOrder(("ru", "kk")))
    assert KK == for_reader(KK, LanguageOrder(("ru",)))


def test_who_said_nothing_reads_their_language_and_its_neighbour() -> None:
    assert ("en",) == reading_of(ALMATY).languages
    assert ("ru",) == reading_of(MOSCOW).languages
    assert ("ky", "ru") == in_language("ky").languages
    assert ("en", "kk") == reading_of(replace(MOSCOW, reads=("en", "kk"))).languages
