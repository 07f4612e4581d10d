"""Which words are near to which: of one root, or of one notion."""

import pytest

from watchers import keywords, near
from watchers.text.words import analyse


def stands_for(query: str, headline: str, lang: str = "ru") -> tuple[str, ...]:
    wide = near.widened(keywords.parse(query))
    said = analyse(headline, lang=lang)
    return wide.met_by(said, said, keywords.Facts()).words if wide else ()


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
    ],
)
def test_words_of_one_root_or_notion_are_near(query, headline, lang, word) -> None:
    assert (word,) == stands_for(query, headline, lang)


@pytest.mark.parametrize(
    ("query", "headline", "lang"),
    [
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


def test_the_index_is_asked_for_all_that_may_be_near() -> None:
    wide = near.widened(keywords.parse("забастовка"))
    assert wide is not None
    told = analyse("Водители бастуют", lang="ru")
    filed = set(keywords.item_words(told, keywords.Facts()).split())
    asked = {part.strip('"()') for part in (wide.fts() or "").split(" OR ")}
    assert asked & filed


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
