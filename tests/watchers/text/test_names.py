"""Laws of the gazetteer: the tables are whole, and names are found where they stand."""

from collections import Counter
from functools import cache
from importlib.resources import files

import pytest

from watchers.text.language import OURS
from watchers.text.name_tables import LANGUAGES, MARKS, TABLES, rows
from watchers.text.names import gazetteer, meanings, with_aliases
from watchers.text.normal import tokenize
from watchers.text.skeleton import keyboard, skeleton
from watchers.text.words import analyse

FOLDER = files("watchers.catalogue") / "gazetteer"
ROWS = [
    (table, row)
    for table in TABLES
    for row in rows((FOLDER / f"{table}.tsv").read_text(encoding="utf-8"))
]


def test_the_region_is_covered() -> None:
    assert len(ROWS) >= 1000
    assert len(gazetteer().entities) >= 1180


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


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("В Чебоксарах и Нижнем Новгороде", "ru", {"cheboksary", "nizhny-novgorod"}),
        ("Посол прибыл в Афины", "ru", {"athens"}),
        ("красноярский завод и самарские клубы", "ru", {"krasnoyarsk", "samara"}),
        ("Бектенов в Кентау", "kk", {"bektenov", "kentau"}),
        ("Қасымалиев Оштогу жыйынга барды", "ky", {"osh", "kasymaliev"}),
        ("Bekobodda zavod ochildi", "uz-Latn", {"bekabad"}),
        ("Дар Конибодом мактаб сохта шуд", "tg", {"konibodom"}),
        ("Gyzylarbatda ýol gurulýar", "tk", {"gyzylarbat"}),
        ("Казахстанские железные дороги", "ru", {"ktz", "kz"}),
        ("АРРФР оштрафовало ForteBank", "ru", {"ardfm", "fortebank"}),
        ("Ипотека-банк и Узпромстройбанк", "ru", {"ipoteka-bank", "uzpromstroybank"}),
        ("Айыл Банк жана Демир банк", "ky", {"aiyl-bank", "demirbank"}),
        ("Амонатбонк қарз дод", "tg", {"amonatbonk"}),
        ("ФК Астана принял Кайрат Алматы", "ru", {"fc-astana", "fc-kairat", "almaty"}),
        ("Улуттук коопсуздук комитети билдирди", "ky", {"gknb"}),
        ("УКМК аны кармады", "ky", {"gknb"}),
        ("Казакстандын Улуттук коопсуздук комитети", "ky", {"knb", "kz"}),
        ("КНБ сообщил", "ru", {"knb"}),
        ("Washington Post пишет", "ru", set()),
        ("#баку под водой, #кабул спит", "ru", {"baku", "kabul"}),
    ],
)
def test_towns_banks_and_clubs_are_known(text, lang, expected) -> None:
    assert expected == {str(one.id) for one in analyse(text, lang=lang).entities}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        # Dative of бак, gen. of германий, gen. pl. of опека, acc. of казна, gen. of тиран …
        ("ru", "баку германия индия опек казну фифа навальный загреб тирана кроме газу кушка чита тула"),
        ("en", "can't cant os deli fin kurt wenger tramp trumped anew rim rider perm som kant"),
        ("kk", "үш ақтап ақтады қабыл құрды құрт есіл бақты саран арыс аман қатар отбасы барыс қарсы"),
        ("ky", "каршы кабыл курду тургун озгон кант балыкчы кызыл талас айыл көмүр сана"),
        ("uz-Latn", "osh qabul qaraganda sochi ishim samara muborak kitob nurafshon paxtakor navbahor uzum"),
        ("uz-Cyrl", "кўрди қабул қараганда остона уммон ишим сочи самара муборак китоб"),
        ("tg", "қабул чопон риштан сарбанд ҳисор шӯро панҷ қатар нурафшон истиқлол бӯстон"),
        ("tk", "garşy kabul gaza halkyň perman magdanly hazar eran sene"),
    ],
)  # fmt: skip
def test_a_common_word_is_nobody_s_name(lang, words) -> None:
    """A form of a frequent word that is a form of a name, too, is a name only as written."""
    named = {
        word: [str(one.id) for one in analyse(word, lang=lang).entities] for word in words.split()
    }

    assert {word: found for word, found in named.items() if found} == {}


TWICE = 2
ENDINGS = {
    "en": "|s|ed|ing",
    "ru": "|а|у|е|ом|ы|и|ов|ой|ый|ия",
    "kk": "|ның|нің|дың|дің|ға|ге|ды|ді|ты|ті|ны|ні|да|де|дан|ден|ы|і|сы|сі|лар|лер|дар|тар|лық|лік|у|ып|іп|ған|ген|ап|еп|ады|ында|інің",
    "ky": "|нын|нин|дын|дун|га|ге|го|ды|ди|ду|дү|ны|ни|да|де|до|дан|ден|ы|и|у|ү|сы|си|лар|лер|лор|лык|лик|уу|үү|ып|ган|ген|гон|ынан",
    "uz-Latn": "|ning|ni|ga|da|dan|i|si|ini|iga|lar|lari|lik|di|gan|ish|ib|adi|im|gacha",
    "tg": "|и|ӣ|ро|ҳо|ҳои|он|аш|ам|у|ву|ию|ад|анд|ида",
}  # fmt: skip
FORMS_OF_NO_WORD = frozenset(
    "алматы алмалық алмалык байден масдар ұндің ұнді унди казани крсу грузия китае китаи"
    " чопони чопонӣ чопонию"
    " kanada noksi noksini noksiga".split()
)
"""Some ending does not go with some stem, and there the name stands: груз has no «грузия»."""

ALSO_NAMES = frozenset(
    "мид нацбанк центробанк казпочт камаз нооруз мазар астана majlis mazhilis".split()
)
"""What the table of concepts has in one language alone and is a name all the same."""


BEGINNING = 6
"""Letters by which a form begins at all like a name; few of half a million do."""


@cache
def _beginnings() -> frozenset[str]:
    known = gazetteer()
    return frozenset(key[:BEGINNING] for key in (*known.singles, *known.skeletons))


def _begins_like_a_name(form: str) -> bool:
    return any(
        folded[:letters] in _beginnings()
        for folded in (keyboard(form), skeleton(form))
        for letters in range(2, BEGINNING + 1)
    )


_COMMON_THINGS = ("currency", "other")
"""Kinds of what is no proper name, and whose abbreviations and long forms are one notion."""


@cache
def _named(word: str, lang: str) -> frozenset[str]:
    return frozenset(
        str(one.id) for one in analyse(word, lang=lang).entities if one.kind not in _COMMON_THINGS
    )


def _bearers(notion: list[list[str]]) -> set[str]:
    """Return the names that a notion bears in two languages."""
    met = Counter(
        name
        for words, lang in zip(notion, ENDINGS, strict=False)
        for name in {name for word in words for name in _named(word, lang)}
    )
    return {name for name, languages in met.items() if languages >= TWICE}


@pytest.mark.parametrize(("column", "lang"), list(enumerate(ENDINGS)))
def test_no_form_of_the_news_s_own_words_is_a_name(column, lang) -> None:
    """Over a thousand words of the news a language, each with every ending it may have.

    A notion that bears the name in two languages is that thing itself: НАТО.
    """
    table = (files("watchers.headlines") / "concepts.tsv").read_text(encoding="utf-8")
    notions = [
        [[word.lstrip("=") for word in cell.split() if word != "-"] for cell in line.split("\t")]
        for line in table.splitlines()
        if not line.startswith(("#", "nothing"))
    ]
    asked, wrong = set(), {}
    for notion in notions:
        if column >= len(notion):
            continue
        asked.update(notion[column])
        for word in set(notion[column]) - ALSO_NAMES:
            for form in {word + ending for ending in ENDINGS[lang].split("|")} - FORMS_OF_NO_WORD:
                if not _begins_like_a_name(form):
                    continue
                found = _named(form, lang)
                if found and (others := found - _bearers(notion)):
                    wrong[form] = others

    assert len(asked) > 1000
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Қабули сафири Хитой", "tg"),
        ("Шӯрои вакилон", "tg"),
        ("Каршы чыкты", "ky"),
        ("Тургундар даттанды", "ky"),
        ("Кант кымбаттады", "ky"),
        ("Халық қалаулылары", "kk"),
        ("Парсы шығанағы", "kk"),
        ("Қайырымдылық шарасы", "kk"),
        ("Немесе басқа жол", "kk"),
        ("Айырбас нүктелері", "kk"),
        ("Алматы Қаласында", "kk"),
        ("Арман Нұрланов келді", "kk"),
        ("Can't stop", "en"),
        ("Schools close early", "en"),
        ("Total fire ban", "en"),
        ("Masks are back", "en"),
        ("Riders finish", "en"),
        ("Qabul boshlandi", "uz-Latn"),
        ("Garşy çykdylar", "tk"),
        ("Kabul edildi", "tk"),
        ("Гурьевская каша", "ru"),
    ],
)
def test_a_capital_that_opens_a_sentence_makes_no_name(text, lang) -> None:
    found = {str(one.id) for one in analyse(text, lang=lang).entities}

    assert found - {"almaty", "cn"} == set()


@pytest.mark.parametrize(
    "name",
    ["баку", "кабул", "карши", "ош", "каир", "сочи", "германия", "кант", "сана", "самара", "халык банк"],
)  # fmt: skip
def test_a_query_in_small_letters_means_the_name(name) -> None:
    assert meanings(gazetteer(), name)


def test_a_capital_that_stands_for_its_land_does_so_in_texts_only() -> None:
    assert {"tehran", "ir"} == {one.id for one in analyse("Tehran answers", lang="en").entities}
    assert ("tehran",) == meanings(gazetteer(), "Тегеран")


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
