"""Laws of the one decision."""

from datetime import UTC, datetime, timedelta

from storage.model import ItemId, OutletId, StoryId
from watchers.stories.identity import identify
from watchers.stories.index import Index
from watchers.stories.telling import Telling, prepare

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def telling(number: int, title: str, url_key: str = "") -> Telling:
    return prepare(
        outlet=OutletId(number),
        url_key=url_key,
        told_at=NOON + timedelta(minutes=number),
        title=title,
        summary="",
        lang="ru",
        item=ItemId(number),
    )


def test_the_same_page_is_the_same_story() -> None:
    index = Index()
    index.add(telling(1, "Открыт новый мост", "example.org/a"), StoryId(1))
    assert identify(telling(2, "Совсем другой заголовок", "example.org/a"), index).story == 1


def test_an_empty_index_knows_no_story() -> None:
    assert identify(telling(1, "Открыт новый мост"), Index()).story is None


def test_another_figure_in_the_same_headline_is_another_event() -> None:
    index = Index()
    index.add(telling(1, "Землетрясение магнитудой 5,1 у Балхаша"), StoryId(1))
    assert identify(telling(2, "Землетрясение магнитудой 4,3 у Балхаша"), index).story is None
