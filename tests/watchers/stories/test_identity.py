"""Laws of the one decision."""

import pytest

from storage.model import StoryId
from tests.watchers.stories.features import features
from watchers.stories import Index, identify


def test_the_same_page_is_the_same_story() -> None:
    index = Index()
    index.add(features(1, "Открыт новый мост", url_key="example.org/a"), StoryId(1))
    again = features(2, "Совсем другой заголовок", url_key="example.org/a")
    assert identify(again, index).story == 1


def test_an_empty_index_knows_no_story() -> None:
    assert identify(features(1, "Открыт новый мост"), Index()).story is None


def test_another_figure_in_the_same_headline_is_another_event() -> None:
    index = Index()
    index.add(features(1, "Землетрясение магнитудой 5,1 у Балхаша"), StoryId(1))
    assert identify(features(2, "Землетрясение магнитудой 4,3 у Балхаша"), index).story is None


@pytest.mark.parametrize(
    ("lang", "titles"),
    [
        (
            "ru",
            (
                "Токаев подписал закон о водном кодексе",
                "Токаев прибыл в Ташкент с государственным визитом",
                "Токаев назначил нового министра энергетики",
            ),
        ),
        (
            "en",
            (
                "Kazatomprom raises its uranium output plan for next year",
                "Uranium price climbs to a new high on the spot market",
                "Kyrgyz parliament lifts the ban on uranium mining",
                "Villagers protest against old uranium tailings",
            ),
        ),
    ],
)
def test_in_a_young_archive_one_common_word_joins_nothing(lang: str, titles: tuple[str]) -> None:
    index = Index()
    for number, title in enumerate(titles, 1):
        one = features(number, title, lang=lang)
        assert identify(one, index).story is None
        index.add(one, StoryId(number))


def test_a_town_alone_joins_nothing_across_languages() -> None:
    index = Index()
    index.add(
        features(1, "В Бишкеке подорожал хлеб", "Буханка стоит на пять сомов дороже."), StoryId(1)
    )
    quake = "Seismologists put the centre 80 kilometres away. No damage is reported."
    other = features(2, "Earthquake of magnitude 4.3 felt in Bishkek", quake, lang="en")
    assert identify(other, index).story is None
