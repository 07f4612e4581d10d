"""What tells two alike headlines apart, and what does not."""

import pytest

from storage.model import StoryId
from tests.watchers.stories.telling import telling
from watchers.stories import Index, identify

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


@pytest.mark.parametrize(("what", "one", "other"), DIFFERENT)
def test_a_template_filled_differently_is_another_event(what: str, one: str, other: str) -> None:
    index = Index()
    index.add(telling(1, one), StoryId(1))
    assert identify(telling(2, other), index).story is None, what


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_event_in_other_words_is_one_story(one: str, other: str) -> None:
    index = Index()
    index.add(telling(1, one), StoryId(1))
    assert identify(telling(2, other), index).story == 1


def test_the_next_issue_of_a_daily_rubric_is_another_event() -> None:
    index = Index()
    rubric = "Курсы валют на сегодня"
    index.add(telling(1, rubric, "Доллар 470,10, евро 512,30.", outlet=5), StoryId(1))
    tomorrow = telling(2, rubric, "Доллар 471,25, евро 510,90.", outlet=5, hours=24)
    assert identify(tomorrow, index).story is None
