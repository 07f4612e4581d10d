"""Items that lie packed are the same when they are opened again, and no more of them lie open."""

from pathlib import Path

import pytest

from storage.model import ItemId
from storage.scratch import Scratch
from tests.watchers.stories.features import features
from watchers.stories import pack
from watchers.stories.codec import unpacked
from watchers.stories.shelf import InMemory, Pages, Shelf


@pytest.fixture(params=("memory", "file"))
def pages(request: pytest.FixtureRequest, tmp_path: Path) -> Pages:
    return InMemory() if request.param == "memory" else Scratch(tmp_path)


def test_what_was_packed_is_the_same_when_it_is_opened(pages: Pages) -> None:
    shelf = Shelf(pack, unpacked, pages, most_open=2)
    items = [features(number, f"Parliament {number} meets in Astana") for number in range(1, 6)]
    for one in items:
        shelf.put(one.item, one)
    for _ in range(2):
        assert items == [shelf.get(one.item) for one in items]
    assert 2 == len(shelf._open)


def test_new_words_take_the_place_of_what_was_packed(pages: Pages) -> None:
    shelf = Shelf(pack, unpacked, pages, most_open=1)
    first, other, again = (
        features(1, "Parliament meets"),
        features(2, "Floods"),
        features(1, "Parliament has met"),
    )
    for one in (first, other, again, other):
        shelf.put(one.item, one)
    assert again == shelf.get(again.item)


def test_what_a_start_reads_is_opened_when_it_is_asked_for(pages: Pages) -> None:
    shelf = Shelf(pack, unpacked, pages)
    kept = features(1, "Parliament meets in Astana")
    shelf.put_away(kept.item, pack(kept))
    assert {} == shelf._open
    assert kept == shelf.get(kept.item)


def test_what_was_dropped_is_gone(pages: Pages) -> None:
    shelf = Shelf(pack, unpacked, pages, most_open=1)
    for number in (1, 2):
        shelf.put(number, features(number, "Floods"))
        shelf.drop(ItemId(number))
        with pytest.raises(KeyError):
            shelf.get(ItemId(number))


class Full(InMemory):
    """A disk without room, until it is given some."""

    room = False

    def put(self, data: bytes) -> int:
        if not self.room:
            raise OSError
        return super().put(data)


def test_what_finds_no_room_stays_open_until_there_is_some() -> None:
    pages = Full()
    shelf = Shelf(pack, unpacked, pages, most_open=1)
    items = [features(number, f"Floods in valley {number}") for number in range(1, 6)]
    shelf.put_away(items[0].item, pack(items[0]))
    for one in items[1:4]:
        shelf.put(one.item, one)
    assert items[:4] == [shelf.get(one.item) for one in items[:4]]
    pages.room = True
    shelf.put(items[4].item, items[4])
    assert [items[4].item] == [*shelf._open]
    assert items == [shelf.get(one.item) for one in items]
