"""Numbers written as words are figures as those in digits are."""

from itertools import pairwise

import pytest

from watchers.text.numerals import CARDINALS
from watchers.text.words import analyse


def _values(text: str, lang: str) -> list[float]:
    return [one.value for one in analyse(text, lang=lang).numbers]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Five dead in avalanche", "en", 5), ("Avalanche kills five in Osh", "en", 5),
        ("twenty-one houses flooded", "en", 21), ("twenty one houses", "en", 21),
        ("two hundred and fifty villages cut off", "en", 250), ("Eleven held", "en", 11),
        ("one hundred tents sent", "en", 100), ("two million three hundred thousand", "en", 2.3e6),
        ("two thousand five hundred jobs", "en", 2500), ("ninety-nine wells", "en", 99),
        ("one million tonnes of wheat", "en", 1e6), ("thirty percent of schools", "en", 30),
        ("При лавине погибли пятеро", "ru", 5), ("погибли семь человек", "ru", 7),
        ("спасли троих туристов", "ru", 3), ("ранения у двух водителей", "ru", 2),
        ("двадцать один дом без света", "ru", 21), ("сто сорок семь квартир", "ru", 147),
        ("триста двадцать автобусов", "ru", 320), ("две тысячи пятьсот вакансий", "ru", 2500),
        ("пять миллионов тонн зерна", "ru", 5e6), ("около сорока человек эвакуировали", "ru", 40),
        ("сорока пяти семьям дали жильё", "ru", 45), ("трём сёлам не хватает воды", "ru", 3),
        ("один процент жителей", "ru", 1), ("с пятьюдесятью вагонами", "ru", 50),
        ("бес адам қаза тапты", "kk", 5), ("отыз бес үйді су басты", "kk", 35),
        ("он екі мектеп жабылды", "kk", 12), ("екі жүз елу отбасы көшірілді", "kk", 250),
        ("қаза тапқандар саны беске жетті", "kk", 5), ("төртеуі ауруханада", "kk", 4),
        ("жүз елу тонна көмек", "kk", 150), ("үш мың адам", "kk", 3000),
        ("тоқсан бес шақырым", "kk", 95), ("он пайызға өсті", "kk", 10),
        ("беш киши каза болду", "ky", 5), ("он эки айылда жарык жок", "ky", 12),
        ("элүү үй кыйрады", "ky", 50), ("каза болгондор бешке жетти", "ky", 5),
        ("эки жүз миң сом", "ky", 200_000), ("экөө кармалды", "ky", 2),
        ("besh kishi halok bo'ldi", "uz-Latn", 5), ("o'ttiz besh uy", "uz-Latn", 35),
        ("o‘n ikki nafar yaralandi", "uz-Latn", 12), ("yetti kishi halok bo'ldi", "uz-Latn", 7),
        ("uchta ko'prik buzildi", "uz-Latn", 3), ("ikki yuz ellik oila", "uz-Latn", 250),
        ("to'rt million dollar", "uz-Latn", 4e6), ("o'n yetti kon yopildi", "uz-Latn", 17),
        ("беш киши ҳалок бўлди", "uz-Cyrl", 5), ("ўттиз беш уй", "uz-Cyrl", 35),
        ("етти нафар фуқаро", "uz-Cyrl", 7), ("тўртта кўприк", "uz-Cyrl", 4),
        ("панҷ нафар ҷон бохт", "tg", 5), ("бисту ду хона", "tg", 22),
        ("сию панҷ донишҷӯ", "tg", 35), ("ёздаҳ мактаб", "tg", 11), ("се деҳа", "tg", 3),
        ("саду бист нафар", "tg", 120), ("дусаду панҷоҳ нафар", "tg", 250),
        ("чор ҳазор сокин", "tg", 4000), ("ҳафт нафар", "tg", 7),
        ("bäş adam wepat boldy", "tk", 5), ("otuz bäş jaý", "tk", 35), ("on iki oba", "tk", 12),
        ("ýedi adam", "tk", 7), ("iki ýüz müň manat", "tk", 200_000),
    ],
)  # fmt: skip
def test_cardinal_words_give_their_value(text, lang, expected) -> None:
    assert _values(text, lang) == [expected]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("One of the ministers resigned", "en"), ("the third man of the state", "en"),
        ("the twenty-first century", "en"), ("two-thirds of deputies", "en"),
        ("three quarters of voters", "en"), ("two dozen trucks", "en"), ("a talk on gas", "en"),
        ("hundreds marched", "en"), ("several hundred marched", "en"),
        ("the Big Four of auditors", "en"), ("the Group of Seven met", "en"), ("G7 met", "en"),
        ("the Fantastic Four is on", "en"),
        ("Один из министров ушёл", "ru"), ("он приехал", "ru"), ("третий сезон", "ru"),
        ("двадцать первый век", "ru"), ("две трети депутатов", "ru"),
        ("три четверти избирателей", "ru"), ("пара слов", "ru"), ("два десятка машин", "ru"),
        ("в семью вернули ребёнка", "ru"), ("сорока украла кольцо", "ru"),
        ("Семёрка обсудила санкции", "ru"), ("Пятёрочка откроет магазин", "ru"),
        ("двухлетний контракт", "ru"), ("посадили сад", "ru"), ("бес попутал", "ru"),
        ("бір күн", "kk"), ("бірінші тоқсан қорытындысы", "kk"), ("үшінші турнир", "kk"),
        ("жиырма бесінші сессия", "kk"), ("Ұлы жүз тарихы", "kk"), ("бірнеше жүз адам", "kk"),
        ("бир киши", "ky"), ("жүзүнчү мектеп", "ky"), ("отуз биринчи май", "ky"),
        ("bir kishi", "uz-Latn"), ("yer yuzi, yuz", "uz-Latn"), ("yigirma birinchi", "uz-Latn"),
        ("ular manzilga yetti", "uz-Latn"),
        ("манзилга етти", "uz-Cyrl"), ("йигирма биринчи аср", "uz-Cyrl"),
        ("як нафар", "tg"), ("асри бисту якум", "tg"), ("сад сохта шуд", "tg"), ("Си ба Душанбе", "tg"),
        ("bir adam", "tk"), ("ýüz ýyl", "tk"), ("ýigrimi birinji asyr", "tk"),
    ],
)  # fmt: skip
def test_ordinals_fractions_names_and_one_are_no_figures(text, lang) -> None:
    assert _values(text, lang) == []


@pytest.mark.parametrize("lang", sorted(CARDINALS))
def test_only_words_of_the_texts_own_language_count(lang) -> None:
    """«Он» is ten in Kazakh and "he" in Russian, «беш» is Kyrgyz and Uzbek."""
    words = {"en": "five", "ru": "пять", "kk": "тоғыз", "ky": "элүү", "uz-Latn": "oltmish",
             "uz-Cyrl": "саккиз", "tg": "панҷ", "tk": "bäş"}  # fmt: skip

    assert [owner for owner, word in words.items() if _values(f"{word} x", lang)] == [lang]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("two or three men", "en", [2, 3]), ("five to seven years", "en", [5, 7]),
        ("пять-семь рейсов", "ru", [5, 7]), ("Погибли двое, ранены пятеро", "ru", [2, 5]),
        ("он-он бес үй", "kk", [10, 15]), ("Two killed, 14 injured", "en", [2, 14]),
        ("o'nga yetti", "uz-Latn", [10]), ("ten one-day matches", "en", [10]),
        ("thirty-forty wells", "en", [30, 40]), ("five 2026 models", "en", [5, 2026]),
    ],
)  # fmt: skip
def test_neighbours_that_make_no_compound_are_figures_of_their_own(text, lang, expected) -> None:
    assert _values(text, lang) == expected


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Flood kills five people", "en", (5, "peopl", 2, 3)),
        ("twenty-one villages", "en", (21, "village", 0, 2)),
        ("two hundred thousand people", "en", (200_000, "peopl", 0, 3)),
        ("12 million people", "en", (12e6, "peopl", 0, 2)),
        ("погибли пятеро", "ru", (5, "", 1, 2)),
        ("погибли семь человек", "ru", (7, "человек", 1, 2)),
        ("девять процентов", "ru", (9, "%", 0, 1)),
        ("300 млн ₽ на дороги", "ru", (3e8, "rub", 0, 2)),
    ],
)
def test_a_figure_tells_what_it_counts_and_which_words_tell_it(text, lang, expected) -> None:
    [one] = analyse(text, lang=lang).numbers

    assert (one.value, one.unit, one.position, one.end) == expected


def test_queries_meet_number_words_as_words() -> None:
    """A subscription to 5 means the digit; what words tell is for comparing tellings."""
    spelt, digit = analyse("five dead", lang="en"), analyse("5 dead", lang="en")

    assert "n:5" in digit.keys
    assert not any(key.startswith("n:") for key in spelt.keys)


@pytest.mark.parametrize(
    "row", ["hundred and ", "twenty ", "two thousand ", "two hundred ", "twenty one million "]
)
def test_a_long_row_of_number_words_makes_no_more_figures_than_words(row) -> None:
    """Each word is told by one figure at most, whatever the row."""
    numbers = analyse(row * 800, lang="en").numbers

    assert all(one.end <= after.position for one, after in pairwise(numbers))
