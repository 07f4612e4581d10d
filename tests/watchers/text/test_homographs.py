"""Names that are another word's form: the word's query does not meet the name, nor the reverse."""

import json
from importlib.resources import files

import pytest

from watchers.keywords import match_text
from watchers.text.name_tables import MARKS, TABLES, rows
from watchers.text.names import gazetteer
from watchers.text.russian import is_known, other_words
from watchers.text.skeleton import keyboard
from watchers.text.words import analyse

FOLDER = files("watchers.catalogue") / "gazetteer"

HOMOGRAPHS = [
    # the word; the form of a name that is a form of the word, too
    ("газ", "Газа Газы Газе Газу Газой"),
    ("куб", "Куба Кубе Кубу Кубы"),
    ("индий", "Индия Индии Индию"),
    ("германий", "Германия Германии Германию"),
    ("франций", "Франция Франции Францию"),
    ("корь", "Корей"),
    ("чадо", "Чад Чада Чаде Чаду Чадом"),
    ("бак", "Баку"),
    ("тонг", "Тонга"),
    ("тиран", "Тирана Тиране Тирану Тираны"),
    ("сан", "Сана Сане Сану Саны"),
    ("кий", "Киев"),
    ("рост", "Ростов"),
    ("перо", "Перу"),
    ("казна", "КазНУ"),
    ("семья", "Семей"),
    ("орать", "Орал"),
    ("орало", "Орал"),
    ("ахать", "Ахал"),
    ("чуять", "Чуй"),
    ("делить", "Дели"),
    ("деть", "Дели"),
    ("загрести", "Загреб Загребу"),
    ("манить", "Манила"),
    ("сочить", "Сочи"),
    ("преторий", "Претория"),
    ("песок", "Песков Пескова"),
    ("лавр", "Лавров"),
    ("белоус", "Белоусов"),
    ("токай", "Токаев"),
    ("путина", "Путин"),
]
ALIKE = frozenset({"эмират", "навой", "мара", "челн", "вено", "берлина"})
"""Singulars of which the name is the plural, and words that nobody types."""


def _meetings(word: str, forms: str) -> list[str]:
    return [
        form
        for form in forms.split()
        if match_text(word, f"Накануне сообщили: {form} отвечает", "ru")
        or match_text(word, f"Сообщение дошло и до {form} вечером", "ru")
    ]


@pytest.mark.parametrize(("word", "forms"), HOMOGRAPHS)
def test_a_word_does_not_meet_a_name_that_is_its_form(word: str, forms: str) -> None:
    assert [] == _meetings(word, forms)


def test_the_word_itself_is_met_in_small_letters_and_where_a_sentence_begins() -> None:
    for text in ("В кубе воды", "Куба не хватает", "Объём куба"):
        assert match_text("куб", text, "ru"), text
    assert match_text("газ", "Газа не хватает в домах", "ru")
    assert match_text("семья", "Помощь для семей", "ru")


@pytest.mark.parametrize(
    ("word", "text", "met"),
    [
        # A name as the dictionary has it begins a sentence sooner than another word's case,
        ("рост", "Ростов ждёт гостей", False),
        ("рост", "Ростов накрыли с воздуха", False),
        ("куб", "Куба закрыла небо", False),
        ("чадо", "Чад объявил перемирие", False),
        ("перо", "Перу отправило помощь", False),
        ("лев", "Львов встретил поезд", False),
        ("газ", "Газа получила воду", False),
        ("волк", "Волков подписал контракт", False),
        ("волк", "Волков назначен тренером", False),
        ("мороз", "Морозов отверг обвинения", False),
        ("лук", "Лука Модрич забил гол", False),
        # and inside one a surname is nothing else,
        ("волк", "Матч судил Волков", False),
        ("кузнец", "Сенатор Кузнецов против", False),
        # unless the next word says that there is none of it, or that many did it.
        ("куб", "Куба не хватило", True),
        ("газ", "Газа станет меньше", True),
        ("газ", "Газа в посёлке нет", True),
        ("волк", "Волков отстреливают", True),
        ("мороз", "Морозов не ждут", True),
        ("мороз", "Морозов больше не будет", True),
        ("лук", "Лука хватит до весны", True),
        ("семья", "Семей в очереди всё больше", True),
        ("май", "Парад на 9 Мая отменён", True),
    ],
)
def test_a_name_that_begins_a_sentence_is_told_by_the_word_after_it(
    word: str, text: str, *, met: bool
) -> None:
    assert match_text(word, text, "ru") is met


def _names() -> set[str]:
    names = {
        spelling.lstrip(MARKS)
        for table in TABLES
        for row in rows((FOLDER / f"{table}.tsv").read_text(encoding="utf-8"))
        for cell in row["ru"].split("|")
        for spelling in (cell.partition("#")[0].partition("@")[0].split() or [""])[-1:]
    }
    territories = json.loads((FOLDER / "territories.json").read_text(encoding="utf-8"))
    names |= {one["ru"] for one in territories.values() if "ru" in one}
    return {name for name in names if name.isalpha() and name[0].isupper() and not name.isupper()}


ENDINGS = ("", "а", "у", "ом", "е", "ы", "и", "ю", "ей", "ой", "ам", "ами", "ах")


def test_no_name_of_the_gazetteer_falls_into_the_trap() -> None:
    """Each name with each ending it may have, asked whether it is a form of a common word."""
    wrong, singles = [], gazetteer().singles
    for name in sorted(_names()):
        lower = name.casefold().replace("ё", "е")
        stems = {lower, lower[:-1] if lower[-1] in "аяйьоеы" else lower}
        for form in {stem + ending for stem in stems for ending in ENDINGS}:
            if not is_known(form) or not (words := other_words(form, lower)):
                continue
            analysis = analyse(f"Сообщение дошло и до {form.capitalize()} вечером", lang="ru")
            if not any(one.start == 4 for one in analysis.entities):
                continue  # the form is not read as the name
            ids = {one.id for one in analysis.entities}
            wrong += [
                (name, form, word)
                for word in words.intersection(analysis.tokens[4].forms) - ALIKE
                if ids.isdisjoint(one.entity for one in singles.get(keyboard(word), ()))
            ]

    assert [] == wrong


@pytest.mark.parametrize(
    ("query", "text", "fires"),
    [
        ("Волков", "Отстрел волков начат", False),
        ("Волков", "Депутат Волков подал в суд", True),
        ("Волков", "Суд оправдал Волкова", True),
        ("Volkov", "Депутат Волков подал в суд", True),
        ("волк", "Отстрел волков начат", True),
        ("Медведев", "Следы медведев нашли", False),
        ("Орлов", "В заповеднике выпустили орлов", False),
        ("путина", "Путин прилетел в Астану", False),
        ("путина", "На Каспии началась путина", True),
        ("Путина", "Путин прилетел в Астану", True),
        ("Газ", "Цены на газ растут", True),
    ],
)
def test_a_surname_that_is_another_words_case_needs_its_capital(
    query: str, text: str, *, fires: bool
) -> None:
    assert match_text(query, text) is fires


def test_the_gazetteer_is_read_whole() -> None:
    assert len(_names()) > len(gazetteer().entities) // 3


@pytest.mark.parametrize(
    ("word", "text", "met"),
    [
        ("рост", "В Ростовской области отключили свет", False),
        ("Ростов", "Ростовский суд вынес решение", True),
        ("груз", "Грузинский министр прилетел", False),
        ("Грузия", "Грузинский министр прилетел", True),
        ("мина", "Минские переговоры отложены", False),
        ("том", "Томская область без воды", False),
        ("граф", "Графический редактор обновили", False),
        ("клин", "Клиническая больница закрыта", False),
        ("клиника", "Клиническая больница закрыта", True),
        ("население", "Населённый пункт затопило", False),
        ("определение", "В определённых случаях платят", False),
        ("гроза", "Грозный примет турнир", False),
        ("соль", "Сольный концерт отменили", False),
        ("газ", "Газовый кризис", True),
        ("Томск", "Томская область без воды", True),
        ("Урал", "Уральский завод остановлен", True),
    ],
)
def test_an_adjective_is_of_the_noun_that_it_is_made_of(word: str, text: str, met: bool) -> None:
    assert match_text(word, text, "ru") is met
