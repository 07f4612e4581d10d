"""Laws of the anchor index: it finds what evaluating every query would, and forgets at once."""

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.watchers.keywords import cases
from watchers.keywords import Facts, QueryIndex, match, parse
from watchers.text.words import analyse

QUERIES = sorted(
    {query for query, _, _ in (*cases.GRAMMAR, *cases.TRAPS, *cases.CROSS_LANGUAGE)}
    | {
        "about:kz",
        "country:kz",
        "lang:ru -газ",
        "NOT газ",
        "since:3d",
        "topic:energy",
        "by:wire газ",
        "газ*",
    }
)
TEXTS = [text for _, text, _ in (*cases.GRAMMAR, *cases.INFLECTION, *cases.TRAPS)]
INDEX = st.lists(st.sampled_from(QUERIES), max_size=30)


@given(INDEX, st.sampled_from(TEXTS))
@settings(max_examples=80, deadline=None)
def test_the_index_finds_exactly_what_each_query_alone_would(queries, text) -> None:
    parsed = [(at, parse(query)) for at, query in enumerate(queries)]
    analysis, facts = analyse(text), Facts(country="KZ", lang="ru")

    expected = {at for at, query in parsed if match(query, analysis, facts)}

    assert expected == {at for at, _ in QueryIndex(parsed).find(analysis, facts)}


def test_a_query_put_again_takes_the_place_of_the_old_one() -> None:
    index = QueryIndex([(1, parse("газ")), (2, parse("газ"))])

    index.put(1, parse("уран"))

    assert [2] == [at for at, _ in index.find(analyse("Цены на газ"))]
    assert [1] == [at for at, _ in index.find(analyse("Цены на уран"))]


def test_what_is_dropped_leaves_nothing_behind() -> None:
    index: QueryIndex[int] = QueryIndex()
    for query in QUERIES:
        index.put(1, parse(query))
        index.drop(1)
        index.drop(1)

        assert len(index) == 0
        assert (index._by_id, index._anchored, index._always) == ({}, {}, set()), query


def test_a_query_that_waits_is_some_hundred_bytes() -> None:
    """A region has twenty thousand of them; as trees they were two kilobytes each and more."""
    words = (
        f"bake{at:02}lomu".translate(str.maketrans("0123456789", "aeioubcdfg")) for at in range(99)
    )
    parsed = [parse(word) for word in words]
    index: QueryIndex[str] = QueryIndex()
    tracemalloc.start()
    for query in parsed:
        index.put(query.text, query)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 1500 > grown / len(index)


def test_queries_of_one_word_come_and_go_in_any_order() -> None:
    wanted = dict(enumerate(("газ", "газ -нефть", '"газ" OR уран')))
    index = QueryIndex((at, parse(text)) for at, text in wanted.items())
    text = analyse("Цены на газ выросли", lang="ru")
    for gone in (1, 0, 2):
        assert set(wanted) == {at for at, _ in index.find(text)}
        index.drop(gone)
        del wanted[gone]
    assert not index.find(text)
    assert not index._anchored
