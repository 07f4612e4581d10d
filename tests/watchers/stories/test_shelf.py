"""Items that lie packed are the same when they are opened again, and no more of them lie open."""

import pytest

from storage.model import ItemId
from tests.watchers.stories.features import features
from watchers.stories import pack
from watchers.stories.shelf import Shelf


def test_what_was_packed_is_the_same_when_it_is_opened() -> None:
    shelf = Shelf(most_open=2)
    items = [features(number, f"Parliament {number} meets in Astana") for number in range(1, 6)]
    for one in items:
        shelf.put(one)
    assert items == [shelf.get(one.item) for one in items]
    assert 2 == len(shelf._open)


def test_new_words_take_the_place_of_what_was_packed() -> None:
    shelf = Shelf(most_open=1)
    first, other, again = (
        features(1, "Parliament meets"),
        features(2, "Floods"),
        features(1, "Parliament has met"),
    )
    for one in (first, other, again, other):
        shelf.put(one)
    assert again == shelf.get(again.item)


def test_what_a_start_reads_is_opened_when_it_is_asked_for() -> None:
    shelf = Shelf()
    kept = features(1, "Parliament meets in Astana")
    shelf.put_packed(kept.item, pack(kept))
    assert {} == shelf._open
    assert kept == shelf.get(kept.item)


def test_what_was_dropped_is_gone() -> None:
    shelf = Shelf(most_open=1)
    for number in (1, 2):
        shelf.put(features(number, "Floods"))
        shelf.drop(ItemId(number))
        with pytest.raises(KeyError):
            shelf.get(ItemId(number))
