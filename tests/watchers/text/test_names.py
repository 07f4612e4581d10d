"""Laws of the gazetteer: the tables are whole, and names are found where they stand."""

from importlib.resources import files

import pytest

from watchers.text.language import OURS
from watchers.text.names import LANGUAGES, MARKS, TABLES, gazetteer, rows, with_aliases
from watchers.text.normal import tokenize
from watchers.text.words import analyse

FOLDER = files("watchers.catalogue") / "gazetteer"
ROWS = [
    (table, row)
    for table in TABLES
    for row in rows((FOLDER / f"{table}.tsv").read_text(encoding="utf-8"))
]


def test_the_region_is_covered() -> None:
    assert len(ROWS) >= 350
    assert len(gazetteer().entities) >= 600


def test_ids_are_unique_and_plain() -> None:
    ids = [row["id"] for _, row in ROWS]

    assert len(ids) == len(set(ids))
    assert all(one.replace("-", "").isalnum() and one == one.lower() for one in ids)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_the_columns_of_its_header(table) -> None:
    lines = (FOLDER / f"{table}.tsv").read_text(encoding="utf-8").splitlines()

    assert {lines[0].count("\t")} == {line.count("\t") for line in lines if line.strip()}
    assert lines[0].split("\t")[:2] == ["id", "country"]


def test_every_spelling_has_words_known_marks_and_known_languages() -> None:
    wrong = []
    for _, row in ROWS:
        for column in (*LANGUAGES, "also", "block"):
            for spelling in filter(None, row[column].split("|")):
                bare, _, langs = spelling.partition("#")[0].partition("@")
                codes = {code for code in langs.removeprefix("-").split(",") if code}
                known = codes <= {*OURS, "uz"}
                if not tokenize(bare.lstrip(MARKS)) or not known or bare != bare.strip():
                    wrong.append((row["id"], spelling))

    assert wrong == []


def test_every_entity_has_an_english_name() -> None:
    assert [row["id"] for _, row in ROWS if not row["en"]] == []


def test_no_single_word_name_is_too_short_to_mean_anything() -> None:
    """A name of one or two small letters would be met in every text."""
    short = {
        alias.words[0]
        for found in gazetteer().singles.values()
        for alias in found
        if alias.entity and not alias.guarded and len(alias.words[0]) < 3
    }

    assert short <= {"g7", "ӯш", "oş"}


def test_countries_are_known_by_code() -> None:
    codes = {row["country"] for _, row in ROWS if row["country"]} - {"eu", "un"}

    assert codes <= {str(one.id) for one in gazetteer().entities.values() if one.kind == "country"}


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Нацбанк Казахстана повысил ставку", "ru", {"central-bank-kz", "kz", "national-bank"}),
        ("Министр иностранных дел Кыргызстана", "ru", {"kg"}),
        ("В МИД Узбекистана ответили", "ru", {"mfa", "uz"}),
        ("Жусуп Жапаров жеңди", "ky", {"japarov", "akylbek-japarov"}),
        ("Эмомалии Раҳмон ба Душанбе омад", "tg", {"rahmon", "dushanbe"}),
        ("Türkmenistanyň Prezidenti Aşgabada geldi", "tk", {"tm", "ashgabat"}),
        ("Сектор Газа остался без света", "ru", {"gz"}),
        ("Китай-город перекрыли", "ru", set()),
        ("Georgia governor vetoes bill in Atlanta", "en", set()),
        ("Michael Jordan opens a museum", "en", set()),
        ("чин полиции задержан", "ru", set()),
        ("Чин ва Русия созишнома бастанд", "tg", {"cn", "ru"}),
        ("БУУга кайрылуу жолдонду", "ky", {"un"}),
        ("AQShda saylov oʻtdi", "uz-Latn", {"us"}),
    ],
)
def test_names_are_found_in_every_language_and_not_in_other_words(text, lang, expected) -> None:
    assert expected == {str(one.id) for one in analyse(text, lang=lang).entities}


def test_a_full_name_is_told_from_a_surname() -> None:
    told = analyse("Садыр Жапаров принял послов", lang="ru").entities

    assert [("japarov", True, 0, 2)] == [
        (one.id, one.full, one.start, one.end) for one in told if one.id == "japarov" and one.full
    ]
    assert "ef:akylbek-japarov" not in analyse("Садыр Жапаров принял послов").keys


def test_an_admin_adds_spellings_to_a_known_name_and_new_names() -> None:
    names = with_aliases(
        gazetteer(), [("Назарбаев", ["Nazarbajeff"]), ("Хан-Тенгри", ["Khan Tengri"])]
    )

    assert "e:nazarbayev" in analyse("Nazarbajeff returns", names=names).keys
    assert (
        analyse("Khan Tengri closed", names=names).keys
        & analyse("Восхождение на Хан-Тенгри", names=names).keys
    )
    assert "e:nazarbayev" not in analyse("Nazarbajeff returns").keys
