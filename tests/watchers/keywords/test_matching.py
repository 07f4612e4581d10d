"""Laws of matching: every form of a word and nothing else, in any language and script."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.watchers.keywords import cases, function_words, look_alikes
from watchers.keywords import Facts, fts, is_exact, match, match_text, parse, topics_of, window
from watchers.text.names import gazetteer
from watchers.text.words import analyse

TABLES = {
    "INFLECTION": cases.INFLECTION,
    "CROSS_LANGUAGE": cases.CROSS_LANGUAGE,
    "TRAPS": cases.TRAPS,
    "GRAMMAR": cases.GRAMMAR,
    "FUNCTION_WORDS": function_words.FUNCTION_WORDS,
    "LOOK_ALIKES": look_alikes.LOOK_ALIKES,
    "SIGNS": look_alikes.SIGNS,
}
ALL = [case for table in TABLES.values() for case in table]
WORDS = st.sampled_from(
    "газ Казахстан Tokayev нефть -спорт (газ OR уран) Мирзиёев тенге мектеп суд".replace(
        "(газ OR уран)", "уран"
    ).split()
)
TEXTS = st.sampled_from([text for _, text, _ in ALL])


@pytest.mark.parametrize("kind", TABLES)
def test_a_query_fires_exactly_where_a_reader_expects(kind) -> None:
    wrong = [case for case in TABLES[kind] if match_text(*case[:2]) is not case[2]]

    assert [] == wrong


def test_a_text_is_filed_under_the_topics_that_it_meets_and_no_others() -> None:
    topics = {f"t:{name}": parse(f"topic:{name}") for name in gazetteer().topics}
    wrong = [
        text
        for text in dict.fromkeys(text for _, text, _ in cases.GRAMMAR)
        if (said := analyse(text))
        and topics_of(said) != {key for key, asked in topics.items() if match(asked, said)}
    ]

    assert [] == wrong
    assert {"t:energy", "t:economy"} <= topics_of(analyse("Oil prices climb as inflation slows"))


@pytest.mark.parametrize("query", ["Tokayev", "токаев", "Тоқаев", "Toqaev", "ТОКАЕВА"])
def test_a_hit_says_which_word_met_the_term_and_where(query) -> None:
    text = "Астанада Тоқаевтың жарлығы жарияланды"

    hit = match(parse(query), analyse(text))

    assert hit is not None
    assert [("Тоқаевтың", 9, 18)] == [(one.surface, one.start, one.end) for one in hit.met]


def test_the_reason_of_a_hit_reads_like_a_sentence() -> None:
    hit = match(parse("Tokayev газ"), analyse("Тоқаев газ туралы айтты"))

    assert hit is not None
    assert hit.reason == "Tokayev ≈ Тоқаев, газ"


def test_spans_reach_into_the_summary() -> None:
    analysis = analyse("Новости дня", "В Оше открыт завод")

    hit = match(parse("Osh"), analysis)

    assert hit is not None
    assert [analysis.text[one.start : one.end] for one in hit.met] == ["Оше"]


@given(st.lists(WORDS, min_size=1, max_size=4), WORDS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_one_more_word_never_widens_a_query_and_one_more_branch_never_narrows_it(
    words, more, text
) -> None:
    """Matching is monotone."""
    narrow, wide = " ".join([*words, more]), " ".join(words)

    assert not match_text(narrow, text) or match_text(wide, text)
    assert match_text(f"({wide}) OR {more}", text) or not match_text(wide, text)


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_sentence_added_never_takes_a_plain_hit_away(text, more) -> None:
    """A query without negation that fires on a text fires on a longer one in its language."""
    analysis = analyse(text)
    longer = analyse(text, more, lang=analysis.lang)
    for query in ("газ", "сот", "Uzbek", "жол"):
        assert match(parse(query), analysis) is None or match(parse(query), longer)


def test_the_archive_never_loses_what_the_matcher_accepts(archive) -> None:
    wrong = []
    for query, text, expected in ALL:
        expression = fts(parse(query))
        if expression and (expected or is_exact(parse(query))):
            wrong += [(query, text)] * (archive.finds(text, expression) is not expected)

    assert [] == wrong


def test_dates_of_the_whole_query_bound_the_archive() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert window(parse("газ since:3d"), now) == (now - timedelta(days=3), None)
    assert window(parse("газ until:2026-11-01"), now) == (None, datetime(2026, 11, 2, tzinfo=UTC))
    assert window(parse("газ OR since:3d"), now) == (None, None)


@pytest.mark.parametrize(
    ("query", "facts", "expected"),
    [
        ("газ country:kz", Facts(country="KZ"), True),
        ("газ country:kz", Facts(country="UZ"), False),
        ("газ country:Казахстан", Facts(country="kz"), True),
        ("lang:uz", Facts(lang="uz-Cyrl"), True),
        ("lang:ru", Facts(lang="kk"), False),
        ("by:state", Facts(ownership="state-linked"), True),
        ("by:exile", Facts(ownership="state"), False),
        ("by:wire", Facts(ownership="state", wire=True), True),
        ("-by:wire газ", Facts(wire=True), False),
        ("by:official", Facts(ownership="state", official=True), True),
        ("by:state", Facts(ownership="state", official=True), True),
        ("by:official", Facts(ownership="state"), False),
        ("-by:official газ", Facts(official=True), False),
        ("source:tass", Facts(sources=frozenset({"tas"})), True),
        ("source:тасс", Facts(sources=frozenset({"tas"})), True),
        ("source:kapital", Facts(sources=frozenset({"tas"})), False),
        ("topic:energy", Facts(), True),
        ("topic:migration", Facts(), False),
    ],
)
def test_filters_ask_who_told_it(query, facts, expected) -> None:
    analysis = analyse("Цены на газ выросли", lang="ru")

    assert (match(parse(query), analysis, facts) is not None) is expected


def test_country_means_from_it_or_about_it() -> None:
    about = analyse("Таджикские мигранты вернулись", lang="ru")

    assert match(parse("country:tj"), about, Facts(country="RU"))
    assert not match(parse("country:kg"), about, Facts(country="RU"))
    assert match(parse("about:tj"), about, Facts(country="RU"))
    assert not match(parse("about:ru"), about, Facts(country="RU"))
