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
