"""Which picture stands beside an alert."""

from dataclasses import replace

import pytest

from bot.conversation import Preview
from bot.render.pictures import preview
from storage.model import ItemImage, Pictures, Story
from tests.bot.sample_stories import ALMATY, sample_item, story

SHARP = ItemImage("https://outlet.example/a.jpg", 1200, 800)
TINY = ItemImage("https://outlet.example/t.jpg", 150, 100)


def of_items(*images: ItemImage | None) -> Story:
    items = [
        replace(sample_item(f"Headline {n}"), image=image) for n, image in enumerate(images, 1)
    ]
    return story(*items)


@pytest.mark.parametrize(
    ("images", "pictures", "expected"),
    [
        ((None,), Pictures.SMALL, None),
        ((SHARP,), Pictures.NONE, None),
        ((SHARP,), Pictures.SMALL, Preview(SHARP.url)),
        ((SHARP,), Pictures.LARGE, Preview(SHARP.url, large=True)),
        ((TINY,), Pictures.LARGE, Preview(TINY.url)),
        ((replace(TINY, width=0),), Pictures.LARGE, Preview(TINY.url, large=True)),
        ((None, TINY, SHARP), Pictures.SMALL, Preview(TINY.url)),
    ],
)
def test_the_earliest_picture_is_shown_as_the_chat_wants_it(
    images: tuple[ItemImage | None, ...], pictures: Pictures, expected: Preview | None
) -> None:
    assert expected == preview(of_items(*images), replace(ALMATY, pictures=pictures))
