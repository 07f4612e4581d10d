"""Which words are near to which: of one root, or of one notion."""

from contextlib import closing

import pytest
import sqlite_utils

from storage import search
from storage.model import ItemId
from watchers import filing, keywords, near
from watchers.text.words import analyse


def stands_for(query: str, headline: str, lang: str = "ru") -> tuple[str, ...]:
    wide = near.widened(keywords.parse(query))
    said = analyse(headline, lang=lang)
    met = wide.met_by(said) if wide else near.Met((), 0.0)
    return () if met.missing else met.words


@pytest.mark.parametrize(
    ("query", "headline", "lang", "word"),
    [
        ("забастовка", "Водители автобусов бастуют третий день", "ru", "бастуют"),
        ("бастуют", "Забастовка на заводе окончена", "ru", "Забастовка"),
        ("протест", "Пастухи протестуют у мэрии", "ru", "протестуют"),
        ("освобождение", "Пленных освободили", "ru", "освободили"),
        ("освободили", "Освобождение пленных отложено", "ru", "Освобождение"),
        ("приватизация", "Аэропорт приватизируют", "ru", "приватизируют"),
        ("гибель", "В горах погибли двое", "ru", "погибли"),
        ("подорожание", "Хлеб снова подорожал", "ru", "подорожал"),
        ("resignation", "Mayor resigns after audit", "en", "resigns"),
        ("deported", "Deportation of workers begins", "en", "Deportation"),
        ("землетрясение", "Strong earthquake shakes Naryn", "en", "earthquake"),
        ("earthquake", "Нарында жер титирөө болду", "ky", "титирөө"),
        ("сайлау", "Выборы назначены на март", "ru", "Выборы"),
        ("saylov", "Қазақстанда сайлау өтеді", "kk", "сайлау"),
        ("интихобот", "Election set for March", "en", "Election"),
        ("заминҷунбӣ", "Землетрясение разбудило город", "ru", "Землетрясение"),
    ],
)
def test_words_of_one_root_or_notion_are_near(query, headline, lang, word) -> None:
    assert (word,) == stands_for(query, headline, lang)


@pytest.mark.parametrize(
    ("query", "headline", "lang", "words"),
    [
        (
            "мигранты Таджикистан",
            "Dushanbe teaches migrants Russian",
            "en",
            ("migrants", "Dushanbe"),
        ),
        ("мигранты из Таджикистана", "Душанбе учит мигрантов русскому", "ru", ("Душанбе",)),
        ("strike Kazakhstan", "Водители в Шымкенте бастуют", "ru", ("бастуют", "Шымкенте")),
        ("мигранты Таджикистан", "Tashkent teaches migrants Russian", "en", ()),
        ("мигранты Душанбе", "Tajikistan teaches migrants Russian", "en", ()),
        ("Таджикистан", "Dushanbe teaches migrants Russian", "en", ()),
    ],
)
def test_what_belongs_to_a_country_is_near_to_its_name_beside_other_words(
    query, headline, lang, words
) -> None:
    assert words == stands_for(query, headline, lang)


@pytest.mark.parametrize(
    ("query", "headline", "lang"),
    [
        ("заминҷунбӣ", "Сотки земли отдали школе", "ru"),
        ("договор", "Министр говорит о планах", "ru"),
        ("запрет", "Депутаты прочитали доклад", "ru"),
        ("завод", "Водитель водит автобус", "ru"),
        ("бастуют", "Гузаргоҳ баста шуд", "tg"),
        ("Токаев", "Президент токует о птицах", "ru"),
        ("=забастовка", "Водители бастуют", "ru"),
        ('"забастовка водителей"', "Водители бастуют", "ru"),
        ("забастовка", "Забастовка на заводе", "ru"),
        ("забастовка Ташкент", "Водители бастуют в Оше", "ru"),
        ("газ", "Газета закрылась", "ru"),
        ("газ", "Израиль нанёс удар по сектору Газа", "ru"),
        ("gas", "Газа секторында соғыс жүріп жатыр", "kk"),
    ],
)
def test_other_words_are_not(query, headline, lang) -> None:
    assert () == stands_for(query, headline, lang)


@pytest.mark.parametrize(
    ("query", "lang", "headline"),
    [
        ("забастовка", "ru", "Водители бастуют"),
        ("освобождение журналиста", "ru", "Суд освободил журналиста"),
        ("resignation of the mayor", "en", "Mayor resigns after audit"),
        ("earthquake", "ky", "Нарында жер титирөө болду"),
        ("мигранты Таджикистан", "en", "Dushanbe teaches migrants Russian"),
    ],
)
def test_the_index_knows_which_headlines_have_near_words(query, lang, headline) -> None:
    wide = near.widened(keywords.parse(query))
    assert wide is not None
    assert meets(wide.fts(), headline, "", lang)
    assert not meets(wide.fts(), "Cows", headline, lang)


@pytest.mark.parametrize(
    ("query", "headline", "missing"),
    [
        ("запрет выезда мужчин", "Ашхабад решил о выезде мужчин", ("запрет",)),
        ("what happened in Zhanaozen", "Zhanaozen workers meet the minister", ("happened",)),
        ("мэр Ташкент", "Ташкент готовится к зиме", ("мэр",)),
    ],
)
def test_all_words_but_one_are_asked_of_headlines(query, headline, missing) -> None:
    wide = near.widened(keywords.parse(query))
    assert wide is not None
    assert meets(wide.most_fts(), headline, "", None)
    assert not meets(wide.most_fts(), "Cows", headline, None)
    assert missing == wide.met_by(analyse(headline)).missing


@pytest.mark.parametrize(
    ("query", "headline"),
    [
        ("мэр Ташкент", "Мэр Оша ушёл в отставку"),  # never without the name
        ("запрет выезда мужчин", "Запрет вина"),
        ("Ташкент Ош -мэр", "Мэр едет в Ташкент"),
    ],
)
def test_a_name_and_more_than_one_word_are_not_done_without(query, headline) -> None:
    wide = near.widened(keywords.parse(query))
    assert wide is not None
    assert not meets(wide.most_fts(), headline, "", "ru")


@pytest.mark.parametrize("query", ["газ", "добыча сокращение", '"цены на газ" рост', "Ош"])
def test_lone_words_and_two_plain_ones_are_asked_whole(query) -> None:
    wide = near.widened(keywords.parse(query))
    assert wide is None or wide.most_fts() is None


def meets(match: str | None, title: str, text: str, lang: str | None) -> bool:
    """Tell whether the index finds an item by an expression."""
    with closing(sqlite_utils.Database(memory=True)) as db:
        for statement in search.SCHEMA:
            db.execute(statement)
        words = filing.item_words(analyse(title, text, lang), keywords.Facts())
        search.index(db, ItemId(1), words)
        return match is not None and bool(search.search(db, match))


_LANGUAGES = ("en", "ru", "kk", "ky", "uz-Latn", "uz-Cyrl", "tg", "tk")
_NOTIONS = """\
protest протест наразылық нааразылык norozilik норозилик эътироз protest
strike забастовка ереуіл - - - корпартоӣ -
vote голосование дауыс добуш ovoz овоз овоздиҳӣ -
election выборы сайлау шайлоо saylov сайлов интихобот saýlaw
arrest арест тұтқындады камак hibs ҳибс ҳабс tussag
explosion взрыв жарылды жарылуу portladi портлаш таркиш partlama
earthquake землетрясение зілзала зилзала zilzila зилзила зилзила ýertitreme
flood наводнение тасқын ташкын toshqin тошқин обхезӣ joşgun
sanction санкция санкция санкция sanksiya санкция таҳрим sanksiýa
export экспорт экспорт экспорт eksport экспорт содирот eksport
gas газ газ газ gaz газ газ gaz
oil нефть мұнай мунай neft нефть нафт nebit
drought засуха құрғақшылық кургакчылык qurgʻoqchilik қурғоқчилик хушксолӣ gurakçylyk
trial судят сот сот sud суд додгоҳ kazyýet
resign отставка отставка отставка isteʼfo истеъфо истеъфо boşadyldy
appoint назначен тағайындау дайындалды tayinlandi тайинлаш таъин bellendi
visit визит сапар сапар tashrif ташриф сафар sapar
border граница шекара чегара chegara чегара сарҳад serhet
migrate мигранты көшіқон мигрант muhojir муҳожир муҳоҷират göçürildi
price цена баға баа narx нарх нарх baha
inflation инфляция инфляция инфляция inflyatsiya инфляция таваррум inflýasiýa
mobilise мобилизация жұмылдыру мобилизация safarbarlik сафарбарлик сафарбарӣ mobilizasiýa
fire пожар өрт өрт yongʻin ёнғин сӯхтор ýangyn
talks переговоры келіссөз сүйлөшүү muzokara музокара музокирот gepleşik
"""


def test_a_notion_of_the_news_is_met_in_every_language() -> None:
    rows = [
        [(lang, word) for lang, word in zip(_LANGUAGES, row.split(), strict=True) if word != "-"]
        for row in _NOTIONS.splitlines()
    ]
    missed = [
        (word, other)
        for row in rows
        for _, word in row
        for lang, other in row
        if not _meets_or_is_near(word, other, lang)
    ]
    assert [] == missed


def _meets_or_is_near(asked: str, told: str, lang: str) -> bool:
    return keywords.match_text(asked, told, lang) or bool(stands_for(asked, told, lang))
