"""Laws of the full-text index."""

import pytest
import sqlite_utils

from storage import search
from storage.model import ItemId


@pytest.fixture
def db() -> sqlite_utils.Database:
    base = sqlite_utils.Database(memory=True)
    for statement in search.SCHEMA:
        base.execute(statement)
    for at, words in enumerate(
        ["s:газ e:kz", "s:газ", "s:oʼzbek n:16.5", "s:c5+1 f:lang:uz-latn"], 1
    ):
        search.index(base, ItemId(at), words)
    return base


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ('"s:газ"', (2, 1)),
        ('"s:газ" AND "e:kz"', (1,)),
        ('"s:газ" NOT "e:kz"', (2,)),
        ('"s:oʼzbek"', (3,)),
        ('"n:16.5"', (3,)),
        ('"s:c5+1"', (4,)),
        ('"f:lang:uz-latn"', (4,)),
        ('"s:га"*', (2, 1)),
        ('"s:га"', ()),
        ('"газ"', ()),
    ],
)
def test_keys_are_found_whole_and_newest_first(db, match, expected) -> None:
    assert expected == search.search(db, match)


def test_pages_go_on_below_the_last_id_seen(db) -> None:
    first = search.search(db, '"s:газ"', limit=1)

    assert (2,) == first
    assert (1,) == search.search(db, '"s:газ"', limit=1, before=first[-1])
    assert (2,) == search.search(db, '"s:газ"', after=ItemId(1))


def test_an_item_indexed_again_is_found_by_old_and_new_keys_once(db) -> None:
    search.index(db, ItemId(1), "s:уран")

    assert (1,) == search.search(db, '"s:уран"')
    assert (2, 1) == search.search(db, '"s:газ"')


def test_a_rebuilt_index_holds_only_what_it_was_given(db) -> None:
    search.rebuild(db, [(ItemId(9), "s:газ")])

    assert (9,) == search.search(db, '"s:газ"')
    assert () == search.search(db, '"n:16.5"')
