"""Laws of words: normal form, tokens, forms, keys, numbers, names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchers.text.figures import canonical
from watchers.text.normal import APOSTROPHE, clean, fold_case, is_shouting, tokenize
from watchers.text.skeleton import keyboard, skeleton
from watchers.text.suffixes import strippings
from watchers.text.words import analyse

LETTERS = "абвгёйъыьэюяқғңөұүһіўҳҷӯӣabcşçňýžäöüğıİq'ʻʼ‘’`\u00ad\u200b\u0301 -.,5"


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("Ёлка", "елка"),
        ("O‘zbekiston", f"o{APOSTROPHE}zbekiston"),
        ("Oʻzbekiston", f"o{APOSTROPHE}zbekiston"),
        ("O`ZBEKISTON", f"o{APOSTROPHE}zbekiston"),
        ("İstanbul", "istanbul"),
        ("Türkiýe", "türkiýe"),
    ],
)
def test_a_word_has_one_normal_form_however_it_is_typed(surface, expected) -> None:
    assert expected == fold_case(surface)


@given(st.text(alphabet=LETTERS, max_size=40))
@settings(max_examples=200, deadline=None)
def test_words_of_words_are_the_same_words(text) -> None:
    """Cleaning, folding and the skeleton's keyboard fold are idempotent."""
    cleaned = clean(text)

    assert cleaned == clean(cleaned)
    for cut in tokenize(cleaned):
        assert cut.normal == fold_case(cut.normal) or cut.number
        assert keyboard(cut.normal) == keyboard(keyboard(cut.normal))
        assert cut.surface == cleaned[cut.start : cut.end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Цены выросли на 16,5%", ["Цены", "выросли", "на", "16,5"]),
        ("формат С5+1 и U.S. Steel", ["формат", "С5+1", "и", "U.S.", "Steel"]),
        ("Джалал-Абад", ["Джалал", "Абад"]),
        ("«Навруз», 'quoted' o'zbek", ["Навруз", "quoted", "o'zbek"]),
        ("долг 1 500 000 тенге", ["долг", "1 500 000", "тенге"]),
        ("с 2024 10 человек", ["с", "2024", "10", "человек"]),
        ("35-летие", ["35", "летие"]),
        ("Toshkent–Riyod", ["Toshkent", "Riyod"]),
        ("#Казахстан @bot", ["Казахстан", "bot"]),
        ("Ка\u00adзах\u00adстан", ["Казахстан"]),
    ],
)
def test_tokens_are_words_figures_and_acronyms_whole(text, expected) -> None:
    assert expected == [cut.surface for cut in tokenize(clean(text))]


def test_a_sentence_ends_with_its_mark_and_a_title_with_its_line() -> None:
    cuts = tokenize("Газ дешевеет. Нефть дорожает!\nИтоги дня")

    assert [0, 0, 1, 1, 2, 2] == [cut.sentence for cut in cuts]


def test_a_hyphenated_name_is_its_parts_and_itself() -> None:
    analysis = analyse("Пожар в Джалал-Абаде потушен")

    assert ["Пожар", "в", "Джалал", "Абаде", "потушен"] == [t.surface for t in analysis.tokens]
    assert [("Джалал-Абаде", 2, 2)] == [
        (t.surface, t.position, t.width) for t in analysis.compounds
    ]


def test_capitals_of_a_shouted_headline_say_nothing() -> None:
    assert is_shouting("KAZAKHSTAN TO BUILD SECOND PLANT")
    assert not is_shouting("ЕАЭС")
    assert "e:us" not in analyse("GIVE US WATER, SAY VILLAGERS").keys
    assert "e:us" in analyse("Farmers want US wheat").keys


@pytest.mark.parametrize(
    "group",
    [
        ("Токаев", "Тоқаев", "Tokayev", "Toqaev", "Tokaýew", "Tokaev", "Tokajew"),
        ("Жапаров", "Japarov", "Zhaparov", "Žaparow", "Джапаров"),
        ("Мирзиёев", "Mirziyoyev", "Mirziyoev", "Mirzijojew"),
        ("Шымкент", "Shymkent", "Şymkent"),
        ("Тоҷик", "Tojik", "Тожик"),
        ("йўл", "yo'l", "yoʻl"),
        ("Қызылорда", "Kyzylorda", "Qyzylorda", "Кызылорда"),
    ],
)
def test_one_name_has_one_skeleton_in_every_alphabet(group) -> None:
    assert len({skeleton(fold_case(word)) for word in group}) == 1


@pytest.mark.parametrize(
    "pair", [("мэр", "мор"), ("шар", "сар"), ("Vienna", "вена"), ("чин", "син"), ("суд", "сад")]
)
def test_other_words_have_other_skeletons(pair) -> None:
    left, right = (skeleton(fold_case(word)) for word in pair)

    assert left != right


@pytest.mark.parametrize(
    ("word", "lang", "stem"),
    [
        ("қазақстанның", "kk", "қазақстан"), ("халқының", "kk", "халық"),
        ("мектебіміздегі", "kk", "мектеп"), ("сайлауы", "kk", "сайлау"),
        ("баласынан", "kk", "бала"), ("тәуелсіздігі", "kk", "тәуелсіз"),
        ("шайлоосунда", "ky", "шайлоо"), ("көлдөрдүн", "ky", "көл"), ("китебин", "ky", "китеп"),
        ("kitoblarimizdan", "uz-Latn", "kitob"), ("shahridagi", "uz-Latn", "shahar"),
        ("yuragi", "uz-Latn", "yurak"), ("водийсида", "uz-Cyrl", "водий"),
        ("халқининг", "uz-Cyrl", "халқ"), ("мактабҳояшон", "tg", "мактаб"),
        ("донишҷӯенро", "tg", "донишҷӯ"), ("deňziň", "tk", "deňiz"),
        ("bäsleşigine", "tk", "bäsleşik"), ("Daşkende".lower(), "tk", "daşkent"),
    ],
)  # fmt: skip
def test_endings_come_off_and_the_stem_is_whole_again(word, lang, stem) -> None:
    assert stem in strippings(word, lang)


@pytest.mark.parametrize(
    ("word", "lang", "other"),
    [
        ("алтын", "kk", "алты"), ("қаржы", "kk", "қар"), ("балшық", "kk", "бал"),
        ("ошондо", "ky", "ош"), ("карыз", "ky", "кар"), ("boshqa", "uz-Latn", "bosh"),
        ("олтин", "uz-Cyrl", "олти"), ("нонвой", "tg", "нон"), ("gazet", "tk", "gaz"),
        ("нефтяник", "ru", "нефть"),
    ],
)  # fmt: skip
def test_what_only_begins_like_a_word_is_not_its_form(word, lang, other) -> None:
    assert other not in strippings(word, lang)


@given(st.text(alphabet="алдыңғтернисумбк", min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_strippings_stay_few_whatever_the_word(word) -> None:
    assert all(len(strippings(word, lang)) < 120 for lang in ("kk", "ky", "tk", "uz-Cyrl"))


@pytest.mark.parametrize(
    ("surface", "lang", "expected"),
    [
        ("16,5", "ru", "16.5"), ("16.50", "en", "16.5"), ("1 500", "ru", "1500"),
        ("1,500", "en", "1500"), ("1.500", "ru", "1500"), ("1,500", "ru", "1.5"),
        ("1,234,567.8", "en", "1234567.8"), ("007", "en", "007"), ("2026", "kk", "2026"),
    ],
)  # fmt: skip
def test_a_figure_is_written_one_way(surface, lang, expected) -> None:
    assert expected == canonical(surface, lang)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Инфляция 16,5% за год", "ru", [(16.5, True, "%")]),
        ("loan of $1.5 billion", "en", [(1.5e9, False, "usd")]),
        ("погибли 12 человек", "ru", [(12.0, False, "человек")]),
        ("300 млн рублей на дороги", "ru", [(3e8, False, "рубль")]),
        ("rate raised to 9 percent", "en", [(9.0, True, "%")]),
    ],
)
def test_figures_tell_their_value_and_what_they_count(text, lang, expected) -> None:
    found = analyse(text, lang=lang).numbers

    assert expected == [(one.value, one.percent, one.unit) for one in found]


def test_a_long_hostile_text_is_read_in_linear_time() -> None:
    """Bounded: the text is cut, so no input makes more tokens than half its cap."""
    for text in ("a-" * 50_000, "1," * 50_000, "U." * 50_000, "'" * 50_000, "о'" * 50_000):
        assert len(analyse(text).tokens) <= 20_000
