"""Queries: all of the grammar, at every place that takes one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

import pytest
import sqlite_utils
from hypothesis import example, given
from hypothesis import strategies as st

from bot.render.marking import Marker
from bot.render.queries import query_title
from bot.texts import LANGUAGES, sentence
from storage import search
from storage.errors import NewsError
from storage.model import ItemId
from storage.sql import to_ms
from tests.fuzz.material import SOME, texts
from watchers import filing, keywords
from watchers.keywords import Facts, QueryIndex, match, parse
from watchers.keywords.lexer import FILTERS
from watchers.text.words import Analysis, analyse

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
NEWS = [
    ("Газ подорожал в Казахстане", "1 000 000 тонн нефти, 12:30, Нур-Султан и Jalal-Abad."),
    ("Nur Sultan talks on uranium: 1,000.5 tonnes, U.S. and АЭС", ""),
    ("Захираи об дар Тоҷикистон", "oʻzbek gʻalla 5%"),
    ("", "железная дорога"),
]
FACTS = [
    Facts(),
    Facts(country="KZ", lang="ru", ownership="state", published=NOW, now=NOW),
    Facts(
        country="uz", lang="uz-Latn", sources=keywords.source_names("Радио Свобода", "a.example"),
        wire=True, official=True, published=datetime(1970, 1, 1, tzinfo=UTC), now=NOW,
    ),
    Facts(published=datetime(2262, 1, 1, tzinfo=UTC), now=datetime(2262, 1, 1, tzinfo=UTC)),
]  # fmt: skip

WORDS = st.sampled_from(
    "газ Газа нефть Нур Султан Нур-Султан Nur Sultan Jalal-Abad U.S. us АЭС 1 000 000 1,000.5 12:30"
    " 5% захираи об oʻzbek gʻalla ёки И AND or NOT НЕ железная дорога Токаев's C4I-2+1 !!! - = * a"
    " é ﬁ ß İ ʼ".split()
) | st.text(alphabet="газнЖі1aİ'-+.,:*=!\u0301\u00ad", min_size=1, max_size=6)
DAYS = st.sampled_from(
    "3d 9999m 0h 9999н 2026-11-01 2026-11 9999-12-31 0001-01-01 2199-12-31 1900-01-01 2026-02-30"
    " 0000-00-00 ٣d вчера".split()
)
VALUES = DAYS | st.sampled_from(
    'kz uk Казахстан "Республика Узбекистан" ru uz-Latn state wire official energy tass a(b a, «»'
    " «Радио Свобода»".split()
)
FILTER = st.builds("{}:{}{}".format, st.sampled_from([*FILTERS, "contry"]), st.sampled_from(["", " "]), VALUES)  # fmt: skip
LEAF = st.one_of(
    WORDS,
    FILTER,
    st.lists(WORDS, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.lists(WORDS, min_size=1, max_size=3).map(lambda words: f"«{' '.join(words)}»"),
    WORDS.map("={}".format),
    WORDS.map("{}*".format),
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        inner.map("-{}".format),
        inner.map("NOT {}".format),
        inner.map("({})".format),
        st.lists(inner, min_size=2, max_size=4).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(" OR ".join),
        st.lists(inner, min_size=2, max_size=3).map(" AND ".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
    ),
    max_leaves=12,
)
JUNK = st.text(max_size=40) | st.lists(
    st.sampled_from([*'()|"«»“”„-–−=*:&', " ", "OR", "AND", "NOT", "И", "ИЛИ", "НЕ", "ЖЕ", "Ё", "ÝA-DA", "ЕМЕС", "газ", "1", "000",
                     "since:", "until:9999-12-31", "source:", "topic:energy"]),
    max_size=14,
).map(" ".join)  # fmt: skip
QUERIES = st.one_of(TREE, st.sampled_from(texts("queries")), JUNK)


@pytest.fixture(scope="module")
def archive() -> Iterator[sqlite_utils.Database]:
    """The full-text index with every piece of news, as the archive has it."""
    opened = sqlite_utils.Database(memory=True)
    for statement in search.SCHEMA:
        opened.execute(statement)
    for at, one in enumerate(analysed()):
        search.index(opened, ItemId(at + 1), filing.item_words(one, FACTS[1]))
    yield opened
    opened.close()


@lru_cache(maxsize=1)
def analysed() -> tuple[Analysis, ...]:
    return tuple(analyse(title, summary) for title, summary in NEWS)


def read(typed: str) -> keywords.Query | None:
    """Parse, or be told in every language what is wrong and where."""
    try:
        return parse(typed)
    except NewsError as error:
        told = [sentence(error, language) for language in LANGUAGES]
    assert all(told)
    return None


@SOME
@given(QUERIES)
@example("--1 000 000")
@example("1 !!! 000")
@example("1 AND 000")
@example("Нур AND Султан")
@example("-(-газ)")
@example("source:«a(b»")
@example("source: газ,")
def test_what_is_written_of_a_query_reads_back_as_the_same_tree(typed: str) -> None:
    """parse ∘ write is the identity: what is shown, stored and parsed again means the same."""
    query = read(typed)
    if query is None:
        return
    again = parse(query.text)
    assert (query.text, query.root) == (again.text, again.root)


@SOME
@given(QUERIES)
@example("=1,000.5")
@example("1,000*")
def test_a_query_that_was_accepted_raises_nowhere(typed: str) -> None:
    """Matched, explained, offered, bounded in time: with whatever it is compared."""
    keywords.suggest(parse("газ"))
    query = read(typed)
    if query is None:
        return
    index = QueryIndex([(1, query)])
    for facts in FACTS:
        keywords.ruled_out(query, facts)
        for one in analysed():
            met = match(query, one, facts)
            assert [1] * (met is not None) == [found for found, _ in index.find(one, facts)]
            assert met is None or isinstance(met.reason, str)
    for bound in keywords.window(query, NOW):
        assert bound is None or to_ms(bound) is not None
    keywords.reads_text(query)
    keywords.asks_for_outlets(query)
    for suggestion in keywords.suggest(query, None, {"газ": 3, "нефть": 2, "uranium": 1}):
        read(suggestion.query)
    for language in LANGUAGES:
        assert isinstance(query_title(query.text, language), str)
    assert len(Marker.of([query.text]).queries) == 1


@SOME
@given(QUERIES)
@example("=1,000.5")
@example("1,000*")
@example("1 000 000*")
@example("=Jalal-Abad")
@example("=U.S.")
def test_the_archive_takes_every_query_and_loses_nothing_that_meets_it(
    archive: sqlite_utils.Database, typed: str
) -> None:
    """As a MATCH expression on a real SQLite."""
    query = read(typed)
    if query is None:
        return
    expression = keywords.fts(query)
    if expression is None:
        return
    found = set(search.search(archive, expression, limit=100))
    for at, one in enumerate(analysed()):
        is_met = match(query, one, FACTS[1]) is not None
        assert at + 1 in found or not is_met, (typed, expression)
        if keywords.is_exact(query):
            assert (at + 1 in found) == is_met, (typed, expression)


@SOME
@given(JUNK | TREE)
def test_lists_are_read_as_alternatives_of_anything_or_politely_not(typed: str) -> None:
    try:
        meant = keywords.alternatives(typed)
    except NewsError:
        return
    if meant:
        read(meant)
