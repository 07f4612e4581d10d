"""Laws of letters that look alike: mixed words are read in one alphabet, doubles have a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.text.designations import designation_keys
from watchers.text.look_alikes import look, other_reading, unmixed
from watchers.text.normal import tokenize

LETTERS = "aceopxyABCEHKMOPTXasdаеорсухіАВЕКМНОРСТХбюяһαοΑΒ 1-'ʻ."


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Acтана", "Астана"),
        ("Тokayev", "Tokayev"),
        ("шаhар", "шаһар"),
        ("Бiлiм", "Білім"),
        ("Киïв", "Київ"),
        ("Оʻzbekiston", "Oʻzbekiston"),
        ("ΝΑΤΟ", "NATO"),
        ("Саммит НΑТО", "Саммит НАТО"),
        ("a summit of НATO", "a summit of HATO"),
        ("ITшник", "ITшник"),
        ("Telegramда", "Telegramда"),
        ("HATO", "HATO"),
        ("НАТО", "НАТО"),
        ("Αθήνα", "Αθήνα"),
        ("α-частицы", "α-частицы"),
    ],
)
def test_a_word_that_mixes_alphabets_is_read_in_that_of_its_own_letters(
    typed: str, read: str
) -> None:
    assert read == unmixed(typed)


@given(st.text(LETTERS, max_size=40))
def test_reading_changes_letters_and_never_places(text: str) -> None:
    once = unmixed(text)
    assert len(once) == len(text)
    assert [once[cut.start : cut.end] for cut in tokenize(text)] == [
        cut.surface for cut in tokenize(once)
    ] or once != unmixed(once)


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("HATO", "НАТО"),
        ("ЕС", "EC"),
        ("CCCP", "СССР"),
        ("BBC", ""),
        ("ВВС", ""),
        ("TOP", ""),
        ("EU", ""),
        ("ec", ""),
        ("Е", ""),
    ],
)
def test_an_acronym_has_a_double_where_that_is_no_trap(typed: str, other: str) -> None:
    assert other == other_reading(typed)
    assert bool(other) is bool(look(typed))
    assert not other or look(typed) == look(other)


@pytest.mark.parametrize(
    ("asked", "told", "meet"),
    [
        ("с400", "c400", True),
        ("с400", "s400", True),
        ("s400", "c400", True),
        ("т72", "t72б3", True),
        ("т72б3", "t72", False),
        ("мн17", "mh17", True),
        ("ил76", "il76", True),
        ("ил76", "ил96", False),
        ("covid19", "ковид19", True),
        ("4к", "4k", True),
        ("x5", "х5", True),
        ("2026", "2026", False),
        ("рост5000000", "рост5000000", False),
    ],
)
def test_designations_meet_by_look_and_by_sound(asked: str, told: str, *, meet: bool) -> None:
    keys = designation_keys(asked, told=False) & designation_keys(told, told=True)
    assert bool(keys) is meet
