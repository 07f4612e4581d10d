"""An item read again from its row is the item that was written."""

from array import array
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import ItemId
from tests.watchers.stories.features import features
from watchers.stories import (
    Features,
    Sketch,
    Weights,
    pack,
    pack_weights,
    sketch,
    unpack,
    unpack_weights,
)
from watchers.stories.codec import FORMAT, WEIGHING
from watchers.stories.columns import marks, places
from watchers.stories.frequencies import SUMS

TEXT = "Мост через Нуру строили два года. На открытие 5 марта 2026 года приехали 300 человек."
TOLD = (
    ("ru", "Токаев открыл в Караганде мост, строители из Китая ушли на 12 дней раньше", TEXT),
    ("en", "Quake of magnitude 5.1 kills 3 near Almaty, China sends aid", ""),
    ("kk", "Қарағандыда жаңа көпір ашылды", "Мәжіліс 15% өсім туралы айтты."),
    ("en", "", "A text without a headline tells of Bishkek and of Tashkent, too."),
    ("en", "", ""),
)


@pytest.mark.parametrize(("lang", "title", "text"), TOLD)
def test_it_is_the_same(lang: str, title: str, text: str) -> None:
    told = features(7, title, text, lang=lang, url_key="courier.example/bridge")
    assert unpack(ItemId(7), pack(told)) == told


@given(st.text(), st.text())
def test_whatever_an_outlet_wrote_is_read_again(title: str, text: str) -> None:
    told = features(7, title, text)
    assert unpack(ItemId(7), pack(told)) == told


def test_a_moment_before_1970_is_kept() -> None:
    told = features(7, "A bridge of long ago", hours=-24 * 365 * 80)
    assert unpack(ItemId(7), pack(told)) == told


def test_a_row_of_another_format_is_no_item() -> None:
    row = pack(features(7, "A new bridge"))
    assert unpack(ItemId(7), bytes([FORMAT + 1]) + row[1:]) is None


@pytest.mark.parametrize(("lang", "title", "text"), TOLD)
def test_an_outline_says_the_same(lang: str, title: str, text: str) -> None:
    told = features(7, title, text, lang=lang, url_key="courier.example/bridge")
    sketched = sketch(ItemId(7), pack(told))
    assert sketched
    for name in (*Sketch.__dataclass_fields__, "terms", "cross_lingual", "sentences"):
        assert getattr(told, name) == getattr(sketched, name)


def test_an_outline_of_another_format_is_none() -> None:
    row = pack(features(7, "A new bridge"))
    assert sketch(ItemId(7), bytes([FORMAT + 1]) + row[1:]) is None


def test_weights_of_another_kind_are_none() -> None:
    row = pack_weights(Weights(array("f", [1.5] * SUMS), array("I", (5, 1))))
    assert unpack_weights(bytes([WEIGHING + 1]) + row[1:]) is None
    assert unpack_weights(row[: SUMS * 4]) is None


@given(st.sets(st.integers(0, 400)))
def test_places_are_read_as_they_were_marked(chosen: set[int]) -> None:
    row = pack_weights(Weights(array("f", [1.5] * SUMS), marks(chosen)))
    found = unpack_weights(row)
    assert found
    assert sorted(chosen) == places(found.posted)


def test_a_row_means_the_same_in_every_run() -> None:
    """The bytes are pinned: whoever changes what they mean raises ``FORMAT`` and this row."""
    told = features(7, "Quake kills 3 near Almaty", "A strong quake was felt by many near Almaty.")
    assert pack(told).hex() == PINNED


def test_a_naive_moment_is_refused() -> None:
    told: Features = features(7, "A new bridge")
    with pytest.raises(ValueError, match="naive"):
        pack(replace(told, told_at=(told.told_at + timedelta()).replace(tzinfo=None)))


PINNED = (
    "0407000000000000000000000000c1b74ef54b060000030b0000000e00000013000000140000000500000003"
    "00000060e8b5aca13f672f9b8ed26d111c4c76b31c7bcc43beb7e81bce339aa7dd151b86ef35ef42d2cb3f64"
    "deba7365ec03038257d742fbccca1f5417f760c9c9d59867b05ebdd4284eda0a7b0edf604847cf0302020303"
    "0101010101015b227275222c227175616b65206b696c6c732033206e65617220616c6d617479222c5b226b7a"
    "225d2c5b226b7a225d2c5b22616c6d617479225d2c5b5b226e656172222c332e305d5d2c5b5d2c5b5d2c2271"
    "75616b65206b696c6c732033206e65617220616c6d617479222c5b3531332c312c342c312c3531335d2c5b5b"
    "342c22616c6d617479225d5d2c5b5d2c5b5d5d"
)
