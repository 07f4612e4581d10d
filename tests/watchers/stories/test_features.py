"""What is kept of an item, and what crosses languages."""

import pytest

from storage.model import StoryId
from tests.watchers.stories.features import features
from watchers.headlines.concepts import LANGUAGES, concept_of, tables
from watchers.headlines.headline import headline_end
from watchers.stories import Index
from watchers.stories.frequencies import Frequencies, WeightedQuery
from watchers.stories.hashes import CONCEPT, ENTITY, KIND, NAME, cross_lingual_id, name_key
from watchers.stories.signals import SIGNALS, compare
from watchers.text.skeleton import skeleton


@pytest.mark.parametrize(
    "names",
    [
        ("rahmon", "раҳмон"),
        ("pezeshkian", "пезешкиан", "пизишкиён"),
        ("kulob", "кӯлоб"),
        ("tokayev", "токаев", "тоқаев"),
    ],
)
def test_a_name_has_one_key_in_every_script(names: tuple[str, ...]) -> None:
    assert len({name_key(skeleton(name)) for name in names}) == 1


@pytest.mark.parametrize(
    ("lang", "word"),
    [
        ("en", "inflation"), ("ru", "инфляции"), ("kk", "инфляцияның"), ("ky", "инфляция"),
        ("uz-Latn", "inflyatsiyasi"), ("uz-Cyrl", "инфляция"),
    ],
)  # fmt: skip
def test_a_concept_is_one_in_every_language(lang: str, word: str) -> None:
    assert concept_of(word, lang) == "inflation"


@pytest.mark.parametrize(
    ("lang", "word", "expected"),
    [
        ("en", "contract", "agreement"), ("en", "contracted", "fall"), ("en", "acquitted", "acquit"), ("en", "reactor", None), ("ru", "авторы", None), ("ru", "виновен", None), ("kk", "жеңілдетілді", None), ("uz-Latn", "manat", None), ("tg", "барқарор", None),
        ("en", "car", "car"), ("en", "cards", None), ("en", "win", "win"), ("en", "wind", None),
        ("ru", "посла", "ambassador"), ("ru", "после", None), ("ru", "последний", None),
        ("ru", "прибыль", "profit"), ("ru", "прибыл", "visit"), ("ru", "метров", None),
        ("kk", "қаза", "kill"), ("kk", "қазақстан", None), ("kk", "қар", "snow"),
        ("kk", "қарсы", None), ("ky", "кар", "snow"), ("ky", "каракол", None),
        ("uz-Latn", "oʼldi", "kill"), ("uz-Latn", "oldin", None), ("uz-Cyrl", "ўлди", "kill"),
        ("uz-Latn", "olimlar", "scientist"), ("uz-Latn", "osiyo", None),
        ("uz-Latn", "togʼlar", "mountain"), ("uz-Latn", "toʼgʼri", None),
        ("tg", "бораи", None), ("tg", "бор", "container"), ("tg", "кӯлоб", None),
    ],
)  # fmt: skip
def test_a_word_that_only_begins_like_a_concept_is_not_of_it(
    lang: str, word: str, expected: str | None
) -> None:
    assert concept_of(word, lang) == expected


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("kk", "Қазақстанда жаңа көпір ашылды"),
        ("ru", "В Казахстане открыли новый мост"),
        ("kk", "Астана мен Алматы арасында пойыз жүреді"),
    ],
)
def test_a_place_is_no_concept(lang: str, title: str) -> None:
    keys = features(1, title, lang=lang).cross_lingual
    assert not {
        cross_lingual_id(CONCEPT, "kill"),
        cross_lingual_id(CONCEPT, "capital"),
    }.intersection(keys)


def test_a_short_english_name_keeps_its_last_letter() -> None:
    english = features(1, "Poet of Talas reads", lang="en").cross_lingual
    russian = features(2, "Поэт читает в Таласе").cross_lingual
    assert {key for key in english if key & KIND == NAME} & set(russian)


def test_every_concept_has_a_cell_for_every_language() -> None:
    assert set(tables()) == set(LANGUAGES)
    assert all(beginnings for beginnings, _ in tables().values())


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("New bridge opens in the north | The Evening Post", "New bridge opens in the north"),
        ("New bridge opens in the north - Steppe Daily News", "New bridge opens in the north"),
        ("Kairat - Ajax 1-1", "Kairat - Ajax 1-1"),
        ("Bridge opens - and closes again within the very same hour", None),
    ],
)
def test_the_name_of_the_outlet_is_no_part_of_the_headline(title: str, kept: str | None) -> None:
    assert title[: headline_end(title)] == (kept or title)


def test_without_a_headline_the_first_sentence_stands_for_it() -> None:
    text = "В Оше открыли новую школу. Она рассчитана на 900 мест."
    assert features(1, "", text).title == features(1, "В Оше открыли новую школу.", text).title


def test_comparing_is_symmetric() -> None:
    frequencies = Frequencies()
    one = WeightedQuery(
        features(1, "Токаев и Путин обсудили торговлю", "Разговор шёл о ЕАЭС."), frequencies
    )
    other = WeightedQuery(features(2, "Putin, Tokayev discuss trade", lang="en"), frequencies)
    there = compare(one, other.features, other.sums)
    assert there == pytest.approx(compare(other, one.features, one.sums))


def test_there_is_a_name_for_every_signal() -> None:
    view = WeightedQuery(features(1, "Токаев прибыл в Ош"), Frequencies())
    assert len(compare(view, view.features, view.sums)) == len(SIGNALS)


@pytest.mark.parametrize("others", [0, 50])
def test_the_same_headline_and_text_again_is_surely_the_same(others: int) -> None:
    index = Index()
    for number in range(others):
        index.add(features(number + 10, f"Заметка {number} о погоде"), StoryId(number + 10))
    title, text = "Парламент принял закон о воде", "Депутаты одобрили закон о воде и рыбе."
    index.add(features(1, title, text), StoryId(1))
    (nearest, *_) = index.compared(features(2, title, text))
    assert nearest.item == 1
    assert nearest.odds > 1


@pytest.mark.parametrize("text", ["", "   ", "!!!", "😀" * 50, "а" * 5000, "1 " * 3000])
def test_any_text_has_features(text: str) -> None:
    index = Index()
    for number, (title, body) in enumerate([(text, ""), ("", text), (text, text)], 1):
        one = features(number, title, body)
        assert index.compared(one) is not None


@pytest.mark.parametrize(
    ("lang", "title", "figures"),
    [
        ("en", "Twenty-one people killed in mine", {("kill", 21.0)}),
        ("en", "Five dead after avalanche near Almaty", {("kill", 5.0)}),
        ("ru", "При лавине погибли пятеро", {("kill", 5.0)}),
        ("ru", "Погибли 3 и пострадали 2 в аварии", {("kill", 3.0), ("injur", 2.0)}),
        ("ru", "Погибли трое и пострадали двое", {("kill", 3.0), ("injur", 2.0)}),
        ("kk", "Отыз бес адам қаза тапты", {("kill", 35.0)}),
        ("en", "Parliament spends 21 million people's money", {("peopl", 21e6)}),
    ],
)
def test_a_toll_is_counted_whether_in_digits_or_in_words(
    lang: str, title: str, figures: set[tuple[str, float]]
) -> None:
    assert set(features(1, title, lang=lang).figures) == figures


def test_a_country_is_no_name_that_two_languages_share() -> None:
    """Two reports on one country's gas are two events; the country is told by the gazetteer."""
    one = features(1, "В Узбекистане растёт запас газа", lang="ru")
    other = features(2, "O‘zbekistonda gaz zaxirasi haqida hisobot", lang="uz-Latn")
    kinds = [key & KIND for key in {*one.cross_lingual}.intersection(other.cross_lingual)]
    assert ENTITY in kinds
    assert NAME not in kinds


def test_an_office_and_its_holder_share_a_key_across_languages() -> None:
    one = features(1, "Мирзиёев уволил хокима Нукуса")
    other = features(2, "Uzbek president sacks mayor of Nukus", lang="en")
    assert cross_lingual_id(ENTITY, "mirziyoyev") in {*one.cross_lingual} & {*other.cross_lingual}


@pytest.mark.parametrize(
    ("lang", "title", "concept"),
    [
        ("ru", "Паводок унёс жизни троих", "kill"),
        ("ky", "Мэрия базар жабылат деген маалыматты четке какты", "deny"),
    ],
)
def test_a_turn_of_phrase_is_the_concept_that_it_means(
    lang: str, title: str, concept: str
) -> None:
    assert cross_lingual_id(CONCEPT, concept) in features(1, title, lang=lang).cross_lingual
