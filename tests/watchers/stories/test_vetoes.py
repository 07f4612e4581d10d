"""What tells two alike headlines apart, and what does not."""

import pytest

from storage.model import StoryId
from tests.watchers.stories.features import features
from watchers.stories import Index, identify, material

DIFFERENT = [
    ("place", "Президент Узбекистана прибыл в Душанбе", "Президент Узбекистана прибыл в Астану"),
    ("figure", "Под Алматы произошло землетрясение магнитудой 5,1",
     "Под Алматы произошло землетрясение магнитудой 4,3"),
    ("roles", "МИД России вызвал посла Казахстана", "МИД Казахстана вызвал посла России"),
    ("date", "Прогноз погоды на 8 ноября", "Прогноз погоды на 16 ноября"),
    ("country", "Годовая инфляция в Казахстане составила 9,4%",
     "Годовая инфляция в Узбекистане составила 9,4%"),
    ("denial", "Казахстан запретит вывоз пшеницы в Россию",
     "Минсельхоз опроверг запрет на вывоз пшеницы в Россию"),
]  # fmt: skip
SAME = [
    ("ЦБ РФ снизил ключевую ставку до 16%", "Банк России понизил ключевую ставку до 16% годовых"),
    ("Землетрясение магнитудой 5,1 произошло в Алматинской области",
     "В Алматинской области зафиксировали землетрясение магнитудой 5,1"),
    ("Токаев подписал закон о цифровых активах",
     "Глава Казахстана утвердил закон о цифровых активах"),
    ("Мирзиёев запустил проекты на $7,5 млрд в Каракалпакстане",
     "Мирзиёев запустил в Каракалпакстане проекты на $7,6 млрд"),
]  # fmt: skip


ELSEWHERE = [
    ("two flights from one town", "en",
     ("Uzbekistan Airways opens direct flights from Tashkent to Paris",
      "Boeings take off twice a week from 30 March."),
     ("Uzbekistan Airways opens direct flights from Tashkent to Tbilisi",
      "The first plane leaves on 4 April.")),
    ("two towns of one country", "ru",
     ("В Алматы обрушилась стена школы, пострадали дети",
      "Трое учеников Алматы в больнице."),
     ("В Астане обрушилась стена школы, пострадали дети",
      "Пострадали пятеро учеников гимназии в Астане.")),
    ("two trains to one town", "ru",
     ("Поезд Алматы – Ташкент начнёт ходить ежедневно", ""),
     ("Поезд Астана – Ташкент начнёт ходить ежедневно", "")),
    ("two buyers of one country's gas", "ru",
     ("Казахстан до апреля приостановил экспорт газа в Китай", "Пекин предупредили в октябре."),
     ("Казахстан до апреля приостановил экспорт газа в Иран", "Тегеран предупредили осенью.")),
    ("two companies", "ru", ("Air Astana открыла рейс в Токио", ""), ("SCAT открыла рейс в Токио", "")),
]  # fmt: skip
NAMED_IN_THE_TEXT = [
    ("en", ("Dam agreed for Osh", "Engineers from Osh and Naryn will build the dam together."),
     ("Dam agreed for Naryn", "Engineers from Osh and Naryn will build the dam together soon.")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "lang", "one", "other"), ELSEWHERE)
def test_headlines_that_each_name_what_the_other_never_does_are_two_events(
    what: str, lang: str, one: tuple[str, str], other: tuple[str, str]
) -> None:
    index = Index()
    index.add(features(1, *one, lang=lang), StoryId(1))
    assert identify(features(2, *other, lang=lang), index).story is None, what


@pytest.mark.parametrize(("lang", "one", "other"), NAMED_IN_THE_TEXT)
def test_a_town_that_the_other_text_does_name_is_no_other_place(
    lang: str, one: tuple[str, str], other: tuple[str, str]
) -> None:
    index = Index()
    index.add(features(1, *one, lang=lang), StoryId(1))
    [likeness] = index.compared(features(2, *other, lang=lang))
    assert likeness.veto is None


@pytest.mark.parametrize(("what", "one", "other"), DIFFERENT)
def test_a_template_filled_differently_is_another_event(what: str, one: str, other: str) -> None:
    index = Index()
    index.add(features(1, one), StoryId(1))
    assert identify(features(2, other), index).story is None, what


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_event_in_other_words_is_one_story(one: str, other: str) -> None:
    index = Index()
    index.add(features(1, one), StoryId(1))
    assert identify(features(2, other), index).story == 1


def test_the_next_issue_of_a_daily_rubric_is_another_event() -> None:
    index = Index()
    rubric = "Курсы валют на сегодня"
    index.add(features(1, rubric, "Доллар 470,10, евро 512,30.", outlet=5), StoryId(1))
    tomorrow = features(2, rubric, "Доллар 471,25, евро 510,90.", outlet=5, hours=24)
    assert identify(tomorrow, index).story is None


RISING = [
    ("en", "Mine collapse near Karaganda kills 5 people",
     "Death toll in Karaganda mine collapse rises to 9"),
    ("en", "Bus crash near Osh kills 4", "Bus crash near Osh kills 7"),
    ("ru", "При взрыве газа в Алматы погибли 5 человек",
     "Число погибших при взрыве газа в Алматы выросло до 12"),
    ("en", "Flood in Tajikistan injures 12 people",
     "Number of injured in Tajikistan flood climbs to 30"),
]  # fmt: skip
NO_RISE = [
    ("en", "another place", "Bus crash near Osh kills 4", "Bus crash near Naryn kills 7", 5),
    ("ru", "a daily bulletin", "В России за сутки умерли 91 человек с коронавирусом",
     "В России за сутки умерли 105 человек с коронавирусом", 5),
    ("ru", "another quake", "Землетрясение магнитудой 5,1 у Балхаша",
     "Землетрясение магнитудой 5,9 у Балхаша", 5),
    ("ru", "the next day's rate", "Курс доллара составил 470,15 тенге",
     "Курс доллара составил 474,90 тенге", 24),
    ("ru", "a week later", "Взрыв в Алматы: погибли 5 человек",
     "Взрыв в Алматы: погибли 9 человек", 150),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "first", "later"), RISING)
def test_a_rising_toll_is_the_same_event_and_a_material_change(
    lang: str, first: str, later: str
) -> None:
    index = Index()
    before = features(1, first, lang=lang)
    index.add(before, StoryId(1))
    after = features(2, later, lang=lang, hours=5)
    assert identify(after, index).story == 1
    assert material(after, [before]) is not None


@pytest.mark.parametrize(("lang", "what", "first", "later", "hours"), NO_RISE)
def test_what_only_looks_like_a_rising_toll_is_another_event(
    lang: str, what: str, first: str, later: str, hours: int
) -> None:
    index = Index()
    index.add(features(1, first, lang=lang), StoryId(1))
    assert identify(features(2, later, lang=lang, hours=hours), index).story is None, what


def test_before_and_after_a_vote_are_two_events() -> None:
    for lang, before, after in (
        ("ru", "Выборы в Нарыне: участки открылись", "Выборы в Нарыне: объявлены итоги"),
        ("kk", "Сайлау: учаскелер ашылды", "Сайлау нәтижелері жарияланды"),
        ("uz-Latn", "Saylov: uchastkalar ochildi", "Saylov natijalari eʼlon qilindi"),
    ):
        one, other = features(1, before, lang=lang), features(2, after, lang=lang)
        assert (one.stage, other.stage) == (-1, 1)


def test_a_toll_that_falls_is_no_rise() -> None:
    index = Index()
    index.add(features(1, "Bus crash near Osh kills 7", lang="en"), StoryId(1))
    assert identify(features(2, "Bus crash near Osh kills 4", lang="en"), index).story is None


def test_one_short_template_about_many_towns_is_many_events() -> None:
    index = Index()
    for number, town in enumerate(("Osh", "Naryn", "Batken", "Jalal-Abad", "Karakol"), 1):
        one = features(number, f"Floods reach {town}", lang="en", hours=-20 * number)
        assert identify(one, index).story is None
        index.add(one, StoryId(number))
