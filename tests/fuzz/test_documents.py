"""Documents, lists and articles' words: whatever an outlet's server answers."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts import LANGUAGES, sentence
from storage import feeds, set_aside
from storage.database import Database
from storage.errors import NewsError
from storage.model import Feed
from storage.sql import to_ms
from tests.fuzz.material import SOME, changed
from watchers import opml
from watchers.ingester import Ingester, Taken
from watchers.parse import Document, Entry, NotAFeed, ParsedFeed, parse

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
KINDS = st.sampled_from(["feed", "page", "telegram"])
TYPES = st.sampled_from(
    ["", "text/html; charset=windows-1251", "application/rss+xml", "x/y; charset=nonsense", "\xff"]
)
Takes = Callable[[tuple[Entry, ...]], Taken]


def read(body: bytes, kind: str = "feed", content_type: str = "") -> ParsedFeed | NotAFeed:
    return parse(
        Document(
            body, "https://courier.example/rss", NOW, content_type, kind=kind, zone="Asia/Almaty"
        )
    )


@pytest.fixture(scope="module")
def takes(schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Takes]:
    """The real ingester over one database, which every document goes into."""
    path = tmp_path_factory.mktemp("documents") / "news.db"
    path.write_bytes(schema.read_bytes())
    with asyncio.Runner() as runner:
        db = runner.run(Database.opened(path))
        ingester = runner.run(Ingester.opened(db))
        new = feeds.NewFeed("https://courier.example/rss", "Courier", "Courier")
        feed: Feed = runner.run(db.write(feeds.add, new, NOW))

        def take(entries: tuple[Entry, ...]) -> Taken:
            taken = runner.run(ingester.take(feed, entries, None, NOW))
            assert () == runner.run(db.read(set_aside.untold))
            return taken

        yield take
        runner.run(db.close())


@SOME
@given(body=changed("documents"), kind=KINDS, content_type=TYPES)
def test_whatever_comes_is_read_or_named_and_its_entries_are_whole(
    body: bytes, kind: str, content_type: str
) -> None:
    found = read(body, kind, content_type)
    if isinstance(found, NotAFeed):
        return
    for entry in found.entries:
        for text in (entry.title, entry.url, entry.summary_html, entry.source, *entry.keys):
            assert "\0" not in text
            text.encode()
        assert entry.published is None or to_ms(entry.published) is not None


@SOME
@given(body=changed("documents"), kind=KINDS)
def test_whatever_is_read_can_be_taken_in_with_nothing_set_aside(
    takes: Takes, body: bytes, kind: str
) -> None:
    found = read(body, kind)
    if isinstance(found, ParsedFeed):
        taken = takes(found.entries)
        assert 0 == taken.aside


def feeds_in(body: bytes) -> opml.FeedList:
    """Read a list, or be told in every language what is wrong with it."""
    try:
        return opml.read(body)
    except NewsError as error:
        told = [sentence(error, language) for language in LANGUAGES]
    assert all(told)
    return opml.FeedList()


@SOME
@given(body=changed("opml"))
def test_a_list_of_feeds_is_read_or_refused_and_reads_back_as_written(body: bytes) -> None:
    found = feeds_in(body)
    opml.new_feeds(found.outlines)
    if not found.outlines:
        return
    again = opml.read(opml.write(found.outlines, "Mine"))
    assert [one.url for one in found.outlines] == [one.url for one in again.outlines]
