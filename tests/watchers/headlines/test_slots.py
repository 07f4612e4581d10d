"""A headline's slots: what is a name, what is generic, what has a contrary, what has two sides."""

import pytest

from tests.watchers.stories.features import features
from watchers.headlines.concepts import LANGUAGES, concept_names, read_table, tables
from watchers.headlines.slots import poles_of, sides_of, slots_of
from watchers.text.speech import Part


def named(headline: str, lang: str) -> list[str]:
    return [slot.stem for slot in slots_of(features(1, headline, lang=lang).frame) if slot.named]


@pytest.mark.parametrize(
    ("lang", "headline", "names"),
    [
        ("ru", "Теннисист Голубев снялся с турнира", ["голубев"]),
        ("ru", "Завод «Тулпар» закрыт", ["тулпар"]),
        ("ru", "Степьпочта сменила директора", ["степьпочта"]),
        ("en", "Wrestler Jalolov banned for doping", ["jalolov"]),
        ("en", "Court Backs The Miners Of The Valley", []),
        ("kk", "Балуан Серікбаев алтын алды", ["серікбаев"]),
    ],
)
def test_a_capital_of_its_own_or_quotation_marks_make_a_name(
    lang: str, headline: str, names: list[str]
) -> None:
    assert names == named(headline, lang)


def test_a_figure_of_several_words_is_one_slot() -> None:
    (first, *_) = slots_of(features(1, "Три тысячи домов остались без света", lang="ru").frame)
    assert ("3000", Part.FIGURE) == (first.stem, first.part)


def test_words_that_stand_for_whatever_is_told_of_are_generic() -> None:
    found = slots_of(features(1, "Жители города пожаловались на смог", lang="ru").frame)
    assert ["жител", "город"] == [slot.stem for slot in found if slot.generic]


@pytest.mark.parametrize(
    ("lang", "up", "down"),
    [
        ("en", "rose", "fell"),
        ("ru", "выросли", "снизились"),
        ("kk", "өсті", "төмендеді"),
        ("ky", "жогорулады", "төмөндөдү"),
        ("uz-Latn", "oshdi", "pasaydi"),
        ("tg", "афзуд", "паст"),
    ],
)
def test_contraries_stand_at_two_ends_of_one_axis(lang: str, up: str, down: str) -> None:
    ends = dict(poles_of(up, lang)), dict(poles_of(down, lang))
    assert (1, -1) == tuple(end["rise"] for end in ends)


def test_giving_and_getting_are_two_sides_of_one_deed() -> None:
    assert ("give", "a") in sides_of("передал", "ru")
    assert ("give", "b") in sides_of("получил", "ru")


@pytest.mark.parametrize("name", ["opposites.tsv", "converses.tsv"])
def test_no_word_stands_at_both_ends_of_one_axis_by_itself(name: str) -> None:
    ends = {"opposites.tsv": {"+", "-"}, "converses.tsv": {"a", "b"}}[name]
    found = read_table(name, 2)
    assert {*LANGUAGES} == found.keys()
    for lang, (beginnings, wholes) in found.items():
        for word, keys in (*beginnings.items(), *wholes.items()):
            assert {end for _, end in keys} <= ends, (lang, word)
            if name == "opposites.tsv":
                axes = [axis for axis, _ in keys]
                assert len(axes) == len(set(axes)), (lang, word, keys)


def test_every_concept_has_a_number_of_its_own() -> None:
    names = {
        key[0] for part in tables().values() for words in part for (key, *_) in words.values()
    }
    assert names == set(concept_names().values())
