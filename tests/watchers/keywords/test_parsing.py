"""Laws of the query language: what is accepted, how it reads back, what is refused and where."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.texts import LANGUAGES, written
from storage.errors import NewsError
from watchers.keywords import (
    Facts,
    alternatives,
    asks_for_outlets,
    compared,
    country_of,
    match,
    parse,
    ruled_out,
    suggest,
)
from watchers.keywords.lexer import MAX_QUERY, MAX_TERMS
from watchers.text.words import analyse


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  газ   нефть ", "газ нефть"),
        ("газ AND нефть", "газ нефть"),
        ("газ | нефть", "газ OR нефть"),
        ("газ || нефть", "газ OR нефть"),
        ("газ ИЛИ нефть", "газ OR нефть"),
        ("газ NOT спорт", "газ -спорт"),
        ("газ И нефть НЕ спорт", "газ нефть -спорт"),
        ("газ ЖӘНЕ мұнай ЕМЕС спорт", "газ мұнай -спорт"),
        ("gaz JÄNE munai EMES sport", "gaz munai -sport"),
        ("газ ЖАНА мунай ЭМЕС спорт", "газ мунай -спорт"),
        ("gaz VA neft EMAS sport", "gaz neft -sport"),
        ("газ ВА нефт ЭМАС спорт", "газ нефт -спорт"),
        ("газ ВА нафт НЕ варзиш", "газ нафт -варзиш"),
        ("gaz WE nebit DÄL sport", "gaz nebit -sport"),
        ("газ НЕМЕСЕ мұнай", "газ OR мұнай"),
        ("газ ЖЕ мунай", "газ OR мунай"),
        ("gaz YOKI neft", "gaz OR neft"),
        ("газ ЁКИ нефт", "газ OR нефт"),
        ("газ Ё нафт", "газ OR нафт"),
        ("gaz ÝA-DA nebit", "gaz OR nebit"),
        ("газ –спорт", "газ -спорт"),
        ("«железная дорога»", '"железная дорога"'),
        ("“rail link”", '"rail link"'),
        ("( газ OR нефть ) Казахстан", "(газ OR нефть) Казахстан"),
        ("казах* =Газа", "казах* =Газа"),
        ("COUNTRY:KZ lang:RU", "country:kz lang:ru"),
        ("source: ТАСС", "source:ТАСС"),
        ('source:"Радио Свобода" газ', 'source:"Радио Свобода" газ'),
        ("since:3d until:2026-11-01", "since:3d until:2026-11-01"),
        ("topic:Энергетика -topic:коши-кон", "topic:energy -topic:migration"),
        ('topic:"Права человека" Ош', "topic:rights Ош"),
        ("Jalal-Abad", "Jalal-Abad"),
        ("12:30", "12:30"),
    ],
)
def test_a_query_reads_back_in_one_canonical_form(typed, expected) -> None:
    assert expected == str(parse(typed))


@pytest.mark.parametrize(
    ("typed", "key", "position"),
    [
        ("", "query.empty", 0),
        ("   ", "query.empty", 0),
        ("()", "query.empty_brackets", 0),
        ("(", "query.unbalanced", 0),
        (" ) (", "query.empty_brackets", 1),
        ("))", "query.unbalanced", 0),
        ("газ ()", "query.empty_brackets", 4),
        ("(газ OR нефть", "query.unbalanced", 0),
        ("газ) нефть", "query.unbalanced", 3),
        ('газ "нефть', "query.unclosed_quote", 4),
        ("газ OR", "query.dangling_operator", 4),
        ("OR газ", "query.dangling_operator", 0),
        ("газ AND", "query.dangling_operator", 4),
        ("газ NOT", "query.dangling_operator", 4),
        ("!!! ???", "query.no_words", 0),
        ('""', "query.no_words", 0),
        ("ка*", "query.prefix_too_short", 0),
        ("газ contry:kz", "query.unknown_filter", 4),
        ("country:нет-такой", "query.bad_value", 0),
        ("lang:xx", "query.bad_choice", 0),
        ("by:nobody", "query.bad_choice", 0),
        ("since:вчера", "query.bad_value", 0),
        ("until:2026-13-40", "query.bad_value", 0),
        ("until:9999-12-31", "query.bad_value", 0),
        ("(zzqq OR until:9999-12-31) since:9999-01-01", "query.bad_value", 9),
        ("since:0001-01", "query.bad_value", 0),
        ("topic:nothing", "query.bad_choice", 0),
        ("(" * 60 + "газ" + ")" * 60, "query.too_deep", 20),
        ("x" * (MAX_QUERY + 1), "query.too_long", MAX_QUERY),
        ("газ " * (MAX_TERMS + 1), "query.too_many_terms", 4 * MAX_TERMS),
    ],
)
def test_a_wrong_query_is_refused_with_its_place_and_an_example_that_works(
    typed, key, position
) -> None:
    with pytest.raises(NewsError) as caught:
        parse(typed)

    assert (key, position) == (caught.value.text_key, caught.value.values["position"])
    example = caught.value.values["example"]
    for language in LANGUAGES:
        assert parse(written(example, language))


@given(st.text(alphabet="газнОR()|\"-*=: «»'`kz:1,.5%\u00ad\u0301\t", max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_parses_or_is_refused_politely(typed) -> None:
    """Nothing but NewsError leaves the parser, and what it accepts reads back as itself."""
    try:
        query = parse(typed)
    except NewsError:
        return
    assert str(parse(str(query))) == str(query)
    match(query, analyse("газ и нефть"))


_NEGATING = (
    "газ Иран Korea не not но but except кроме ЕМЕС емес басқа Ресейден и or OR AND ( ) - ,"
)


@given(st.lists(st.sampled_from(_NEGATING.split()), max_size=7).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_whatever_is_denied_is_stored_as_it_is_meant(typed: str) -> None:
    try:
        query = parse(typed)
    except NewsError:
        return
    again = parse(str(query))
    assert (str(query), query.root) == (str(again), again.root)


def test_a_day_in_until_is_included_and_since_counts_from_now() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    text = analyse("газ", lang="ru")

    def fires(query: str, published: datetime) -> bool:
        return match(parse(query), text, Facts(published=published, now=now)) is not None

    assert fires("until:2026-11-01", datetime(2026, 11, 1, 23, tzinfo=UTC))
    assert not fires("until:2026-11-01", datetime(2026, 11, 2, tzinfo=UTC))
    assert fires("since:9999m", now - timedelta(days=2))
    assert fires("until:2199-12-31", now)
    assert fires("since:3d", now - timedelta(days=2))
    assert not fires("since:3d", now - timedelta(days=4))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Tashkant", "Tashkent"),
        ("Токоев", "Токаев"),
        ("Такаев", "Токаев"),
        ("Кашган", "Кашаган"),
        ("газ Бешкек", "Бишкек"),
    ],
)
def test_a_name_one_letter_off_is_offered_right(typed, meant) -> None:
    assert meant in {one.meant for one in suggest(parse(typed))}


@pytest.mark.parametrize("typed", ["газ", "Ташкент", "выборы", "election", '"газ нефть"'])
def test_words_that_are_right_are_left_alone(typed) -> None:
    assert suggest(parse(typed)) == ()


@pytest.mark.parametrize(
    ("typed", "told"),
    [("Мирзияев", "мирзиеева"), ("Кашаган", "кашагане"), ("брикет", "брикета")],
)
def test_a_form_of_what_was_asked_is_not_offered(typed: str, told: str) -> None:
    assert suggest(parse(typed), told_words={told: 9}) == ()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("газ by:state", True),
        ("газ by:independent", False),
        ("газ OR by:state", False),
        ("by:state OR lang:kk", True),
        ("газ -by:independent", True),
        ("газ -lang:ru", False),
        ("country:uz", False),
        ("газ lang:kk", True),
        ("газ", False),
    ],
)
def test_facts_rule_out_only_what_no_words_could_save(query, expected) -> None:
    facts = Facts(country="KZ", lang="ru", ownership="independent")

    assert ruled_out(parse(query), facts) is expected
    if expected:
        assert match(parse(query), analyse("газ Узбекистан"), facts) is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [("газ", False), ("source:tass", True), ("газ OR -by:wire", True), ("lang:ru", False)],
)
def test_a_query_that_asks_for_outlets_says_so(query, expected) -> None:
    assert asks_for_outlets(parse(query)) is expected


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("газ", "газ"),
        ("газ нефть", "газ AND нефть"),
        ("выборы в Кыргызстане", "выборы AND Кыргызстан"),
        ("uranium or gas", "uranium OR gas"),
        ("цены на газ или нефть", "цены AND ( газ OR нефть )"),
        ("gaz yoki neft yoki suv", "gaz OR neft OR suv"),
        ("мұнай және газ", "мұнай AND газ"),
        ("(gas) or (oil)", "gas OR oil"),
        ('gas or "oil field"', 'gas OR "oil field"'),
        ("газ или -нефть", "газ OR NOT нефть"),
        ("or gas", "gas"),
        ("gas or", "gas"),
        ("gas or or oil", "gas OR oil"),
        ("gas or OR oil", "gas OR oil"),
        ("gas OR of", "gas OR of"),
        ("of the", "of AND the"),
        ("the -gas", "NOT gas AND the"),
        ("about:kz and", "about:kz"),
        ("Босния и Герцеговина", "Босния и Герцеговина"),
        ("газ, нефть,уголь; 16,5%", "газ AND нефть AND уголь AND 16,5%"),
        ("-(газ OR нефть) и школа № 5", "NOT ( газ OR нефть ) AND школа AND № 5"),
        ("THE PRESIDENT OF KAZAKHSTAN", "PRESIDENT AND KAZAKHSTAN"),
    ],
)
def test_what_was_typed_is_understood_by_its_words_of_weight(typed: str, understood: str) -> None:
    query = parse(typed)

    assert understood.split() == " ".join(query.understood).split()
    assert parse(str(query)).understood == query.understood


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        # Where the verb stands last, so does its negation …
        ("мұнай Иран ЕМЕС", "мұнай AND NOT Иран"),
        ("мунай Иран ЭМЕС", "мунай AND NOT Иран"),
        ("neft Eron EMAS", "neft AND NOT Eron"),
        ("нефть Эрон ЭМАС", "нефть AND NOT Эрон"),
        ("nebit Eýran DÄL", "nebit AND NOT Eýran"),
        ("munai Iran EMES", "munai AND NOT Iran"),
        ("мұнай ЕМЕС", "NOT мұнай"),
        ("мұнай Иран ЕМЕС, бюджет", "мұнай AND NOT Иран AND бюджет"),
        ("мұнай (Иран OR Ирак) ЕМЕС", "мұнай AND NOT ( Иран OR Ирак )"),
        ("мұнай Оңтүстік Корея ЕМЕС", "мұнай AND NOT Оңтүстік Корея"),
        ("(мұнай Иран ЕМЕС) OR газ", "мұнай AND NOT Иран OR газ"),
        # … but between two words it is read as NOT is.
        ("мұнай ЕМЕС Иран", "мұнай AND NOT Иран"),
        # In small letters it denies a name,
        ("форум Астана емес", "форум AND NOT Астана"),
        ("форум Ташкент эмес Алматы", "форум AND NOT Ташкент AND Алматы"),
        ("нефть не Иран", "нефть AND NOT Иран"),
        ("oil not Iran", "oil AND NOT Iran"),
        ("oil NOT South Korea", "oil AND NOT South Korea"),
        # and whatever a "but" or an "except" stands before.
        ("рынок, но не нефть", "рынок AND NOT нефть"),
        ("oil but not from South Korea", "oil AND NOT South Korea"),
        ("нефть кроме Ирана", "нефть AND NOT Иран"),
        ("oil except Iran", "oil AND NOT Iran"),
        ("нефть кроме Ирана и Ирака", "нефть AND NOT ( Иран OR Ирак )"),
        ("oil except Iran and South Korea", "oil AND NOT ( Iran OR South Korea )"),
        ("Ираннан басқа мұнай", "NOT Иран AND мұнай"),
        ("neft Erondan tashqari", "neft AND NOT Eron"),
        # Else it is a word as any other.
        ("дұрыс емес", "дұрыс AND емес"),
        ("воды не хватает", "воды AND не AND хватает"),
        ("not guilty", "not AND guilty"),
        ("Казахстан не Россия", "Казахстан AND не AND Россия"),
        ("не Россия", "не AND Россия"),
        ("Ресейден басқа", "Ресей AND басқа"),
        ("басқа мектеп", "басқа AND мектеп"),
        # Exclamation marks and slashes as search engines have them.
        ("flood !Osh", "flood AND NOT Osh"),
        ("газ!", "газ!"),
        ("вода/свет Ош", "( вода OR свет ) AND Ош"),
        ("AC/DC", "AC/DC"),
    ],
)
def test_what_is_denied_is_what_the_language_denies(typed: str, understood: str) -> None:
    query = parse(typed)

    assert understood.split() == " ".join(query.understood).split()
    assert parse(str(query)).root == query.root


@pytest.mark.parametrize(
    ("typed", "reworded", "literal"),
    [
        ("газ нефть", False, False),
        ("газ OR нефть", False, False),
        ("газ и нефть", True, False),
        ("газ или нефть", True, False),
        ("газ, нефть", True, False),
        ("газ не Россия", True, False),
        ("газ Ресей ЕМЕС", True, False),
        ("газ NOT нефть", False, False),
        ("в на", False, True),
        ("газ OR из", False, True),
    ],
)
def test_a_query_knows_whether_it_says_other_than_was_typed(
    typed: str, *, reworded: bool, literal: bool
) -> None:
    query = parse(typed)

    assert (reworded, literal) == (query.reworded, query.literal)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("газ, нефть", "газ OR нефть"),
        ("газ,нефть;уголь", "газ OR нефть OR уголь"),
        ('Токаев встреча, "железная дорога", уран', 'Токаев встреча OR "железная дорога" OR уран'),
        ("ставка 16,5%", ""),
        ("газ нефть", ""),
        ("газ,", ""),
        ("газ, -нефть", ""),
        ("газ, country:kz", ""),
    ],
)
def test_a_list_with_commas_can_be_read_as_alternatives(typed: str, meant: str) -> None:
    assert meant == alternatives(typed)
    if meant:
        parse(meant)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Kazakhstan vs Uzbekistan", ("Kazakhstan", "Uzbekistan")),
        ("газ против нефти / уголь", ("газ", "нефти", "уголь")),
        ('"газ против нефти"', ('"газ против нефти"',)),
        ("(газ vs нефть)", ("(газ vs нефть)",)),
        ("vs газ", ("газ",)),
        ("24/7", ("24/7",)),
        ("газ", ("газ",)),
        ("", ()),
    ],
)
def test_comparisons_are_cut_where_something_stands_against_something(
    typed: str, parts: tuple[str, ...]
) -> None:
    assert parts == compared(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Казахстан", "kz"),
        ("по Казахстану", "kz"),
        ("in Uzbekistan", "uz"),
        ("Oʻzbekiston", "uz"),
        ("Қырғызстан", "kg"),
        ("Южная Корея", "kr"),
        ("Казахстан газ", ""),
        ("Астана", ""),
        ("газ", ""),
        ("lang:ru", ""),
    ],
)
def test_a_query_that_is_a_country_is_known_as_one(typed: str, code: str) -> None:
    assert code == country_of(parse(typed))
