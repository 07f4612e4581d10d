"""What an outlet repeats under every headline weighs nothing; what one text repeats, once."""

from dataclasses import replace
from pathlib import Path

import pytest

from storage.model import ItemId, OutletId, StoryId
from storage.scratch import Scratch
from tests.watchers.stories.features import features
from watchers.stories import Boilerplate, Features, Index, identify, pack, unpack

TAILS = {
    "ru": "Наши собкоры в трёх долинах следят за жизнью края. Пишите нам, мы отвечаем всем.",
    "en": "Our reporters in three valleys follow the life of the land. Write to us, we answer all.",
    "kk": "Біздің тілшілер үш алқапта өмірді бақылайды. Бізге жазыңыз, барлығына жауап береміз.",
    "uz": "Muxbirlarimiz uch vodiyda hayotni kuzatadi. Bizga yozing, hammaga javob beramiz.",
}
HEADLINES = {
    "ru": (
        "В Оше открыли школу на тысячу мест",
        "Рыбаки поймали осетра весом с лодку",
        "Суд оштрафовал завод за дым над городом",
        "Сборная по хоккею выиграла кубок",
    ),
    "en": (
        "A school for a thousand children opens in Osh",
        "Fishermen catch a sturgeon as heavy as their boat",
        "A court fines the plant for smoke above the city",
        "The hockey team wins the cup",
    ),
    "kk": (
        "Ошта мың орындық мектеп ашылды",
        "Балықшылар қайықтай бекіре ұстады",
        "Сот зауытқа түтін үшін айыппұл салды",
        "Хоккейшілер кубок жеңіп алды",
    ),
    "uz": (
        "Oʻshda ming oʻrinli maktab ochildi",
        "Baliqchilar qayiqdek bakra tutdi",
        "Sud zavodni tutun uchun jarimaga tortdi",
        "Xokkeychilar kubokni yutdi",
    ),
}


def told(lang: str, text: str = "") -> list[Features]:
    """The headlines of a language by one outlet, each with a text and the outlet's tail."""
    return [
        features(number, title, f"{text}\n{TAILS[lang]}", lang=lang, outlet=1)
        for number, title in enumerate(HEADLINES[lang], 1)
    ]


@pytest.mark.parametrize("lang", [*TAILS])
def test_what_stands_under_three_headlines_of_nothing_in_common_is_boilerplate(lang: str) -> None:
    first, second, third, fourth = told(lang)
    known = Boilerplate((first, second))
    assert frozenset() == known.of(OutletId(1))
    known.learn(third)
    assert frozenset(fourth.sentences) == known.of(OutletId(1))
    assert frozenset() == known.of(OutletId(2))


@pytest.mark.parametrize("lang", [*TAILS])
def test_boilerplate_is_not_read(lang: str) -> None:
    known = Boilerplate(told(lang)[:3]).of(OutletId(1))
    title = HEADLINES[lang][3]
    bare = features(9, title, lang=lang)
    tailed = features(9, title, TAILS[lang], lang=lang, boilerplate=known)
    assert (bare.terms, bare.cross_lingual, bare.shingles) == (
        tailed.terms, tailed.cross_lingual, tailed.shingles,
    )  # fmt: skip
    assert (bare.has_text, tailed.has_text) == (False, False)


def test_an_update_that_tells_again_what_was_known_is_no_boilerplate() -> None:
    before = "Автобус упал в ущелье у перевала ранним утром."
    updates = (
        "Автобус упал в ущелье у перевала",
        "Число жертв падения автобуса выросло",
        "Водителя автобуса арестовали",
        "Автобус подняли из ущелья",
    )
    said = (features(n, title, before, outlet=1) for n, title in enumerate(updates, 1))
    assert frozenset() == Boilerplate(said).of(OutletId(1))


def test_a_short_sentence_and_one_without_a_headline_teach_nothing() -> None:
    said = [features(n, title, "Город Ош.", outlet=1) for n, title in enumerate(HEADLINES["ru"])]
    said += [features(n, "", f"Новость {n}. {TAILS['ru']}", outlet=1) for n in range(5, 9)]
    assert frozenset() == Boilerplate(said).of(OutletId(1))


def test_what_was_not_said_for_long_is_forgotten() -> None:
    known = Boilerplate(told("ru"))
    assert known.of(OutletId(1))
    for number in range(30):
        text = " ".join(f"Слово {number} строка {line} кончена." for line in range(10))
        known.learn(features(100 + number, f"Новость номер {number}", text, outlet=1))
    assert frozenset() == known.of(OutletId(1))


def test_the_sentences_outlive_the_process() -> None:
    known = [unpack(ItemId(one.item), pack(one)) for one in told("ru")]
    assert Boilerplate(one for one in known if one).of(OutletId(1))


def test_a_text_that_says_one_line_many_times_has_said_it_once() -> None:
    once = features(1, "В Оше открыли школу", "Приём идёт. Ещё строка.")
    often = features(1, "В Оше открыли школу", "Приём идёт." + "\nЕщё строка." * 12)
    assert (once.counts, once.shingles) == (often.counts, often.shingles)


@pytest.mark.parametrize("lang", [*TAILS])
def test_events_of_one_outlet_stay_apart_whatever_it_says_under_them(lang: str) -> None:
    index = Index()
    stories = set()
    known = Boilerplate(told(lang)).of(OutletId(1))
    for number, title in enumerate(HEADLINES[lang], 1):
        one = features(number, title, TAILS[lang], lang=lang, outlet=1, boilerplate=known)
        assert identify(one, index).story is None
        index.add(one, StoryId(number))
        stories.add(index.story_of(one.item))
    assert 4 == len(stories)
    assert index.boilerplate.of(OutletId(1)) == known


def test_an_outlet_without_headlines_is_known_all_the_same() -> None:
    """Else its first entries were read twice in every document."""
    assert OutletId(1) in Boilerplate([features(1, "", TAILS["ru"], outlet=1)])
    assert OutletId(1) not in Boilerplate()


@pytest.mark.parametrize("lang", [*TAILS])
def test_what_an_outlet_repeats_is_known_however_many_tell_between(
    tmp_path: Path, lang: str
) -> None:
    """Packed away or not; a half and a whole of what makes it boilerplate."""
    known = Boilerplate(pages=Scratch(tmp_path), most_open=1)
    open_ = Boilerplate()
    for one in told(lang):
        for outlet in range(1, 4):
            for each in (known, open_):
                each.learn(replace(one, outlet=OutletId(outlet)))
        assert [known.of(OutletId(n)) for n in (1, 2, 3)] == [
            open_.of(OutletId(n)) for n in (1, 2, 3)
        ]
    assert known.of(OutletId(1))
    assert 1 == len(known._outlets._open)
