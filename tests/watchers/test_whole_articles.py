"""Articles of feeds that tell only headlines: news at once, known by their text when it comes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from storage import chats, feeds, full_texts, items, subscriptions, wanted_articles
from storage.database import Database
from storage.errors import NewsError
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    Feed,
    FeedKind,
    FeedState,
    ItemId,
    Mode,
    Reach,
)
from storage.sql import Connection
from storage.wanted_articles import ArticleCounts
from tests.farm import Farm, opened
from tests.watchers.in_place import InPlace
from tests.watchers.parse.article_pages import semantic
from watchers import fetch, keywords, search
from watchers.full_text import FullTexts
from watchers.ingester import Ingester
from watchers.parse import Entry
from watchers.robots import Robots
from watchers.text import urls
from watchers.whole_articles import WholeArticles

pytest.importorskip("trafilatura")
READER = ChatId(1001)
HTML = "text/html; charset=utf-8"
FLOOD = (
    "Селевой поток снёс деревянный мост у кишлака Вору в Пенджикентском районе ночью.",
    "Погибли два человека, ещё семеро госпитализированы, сообщил комитет по чрезвычайным делам.",
    "Дорогу обещают восстановить через неделю, пока жителей перевозят вертолётом.",
    "Прошлой весной такой же сель разрушил здесь школу и двенадцать домов на берегу реки.",
)


@dataclass
class Room:
    """A feed of headlines, its outlet's pages, who reads them, and one who waits for a word."""

    farm: Farm
    db: Database
    ingester: Ingester
    texts: FullTexts
    feed: Feed
    now: datetime
    articles: WholeArticles = field(init=False)

    def entry(self, number: int, title: str, summary: str = "", path: str = "") -> Entry:
        url = self.farm.url(path or f"/news/{number}")
        key = urls.canonical_key(url)
        return Entry(f"guid-{number}", url, key, title, summary, None, (f"g:{number}", f"u:{key}"))

    async def tells(self, *entries: Entry, feed: Feed | None = None) -> None:
        state = replace(FeedState(), baseline_done=True)
        await self.ingester.take(feed or self.feed, entries, state, self.now)

    async def wants(self, query: str, reach: Reach = Reach.HEADLINE) -> None:
        chat = Chat(READER, ChatKind.PRIVATE, digest_from=self.now, created_at=self.now)
        await self.db.write(chats.see_chat, chat, self.now)
        await self.db.write(
            subscriptions.add,
            chat_id=READER,
            thread_id=NO_THREAD,
            query=query,
            mode=Mode.INSTANT,
            reach=reach,
            now=self.now,
        )

    async def finds(self, query: str) -> list[str]:
        found = await search.find(self.db, keywords.parse(query), now=self.now, limit=9)
        return [item.title for story in found.stories for item in story.items]

    async def counts(self) -> ArticleCounts:
        return await self.db.read(wanted_articles.counts, self.now, self.feed.id)

    def pages(self) -> list[str]:
        return [path for path, _ in self.farm.asked if path != "/robots.txt"]


@pytest.fixture
async def room(db: Database, now: datetime) -> AsyncIterator[Room]:
    async with opened() as farm:
        new = feeds.NewFeed(farm.url("/rss"), "Courier", "Courier")
        feed = await db.write(feeds.add, new, now)
        await db.write(wanted_articles.switch, feed.id, on=True)
        allowed = frozenset({("127.0.0.1", farm.port)})
        async with fetch.opened(user_agent="test", allowed=allowed) as fetcher:

            def clock() -> datetime:
                return made.now

            texts = FullTexts(db, fetcher, InPlace(), clock, Robots(fetcher, clock))
            ingester = await Ingester.opened(db)
            made = Room(farm, db, ingester, texts, feed, now)
            made.articles = WholeArticles(db, texts, ingester, lambda: made.now)
            await made.tells(made.entry(0, "Что лента рассказала в первый раз"))
            await db.write(lambda db: db.conn.execute("update feeds set baseline_done = 1"))
            made.now += timedelta(minutes=1)
            for number in range(1, 9):
                farm.serve(f"/news/{number}", semantic(FLOOD), Content_Type=HTML)
            yield made


def owed(db: Connection) -> list[tuple[str, str]]:
    return list(db.conn.execute("select kind, subject from deliveries order by id"))


async def test_an_entry_is_news_at_once_and_known_by_its_article_when_that_was_read(
    room: Room,
) -> None:
    await room.wants("мост")
    await room.wants("вертолёт")
    await room.tells(room.entry(1, "В горах сошёл сель: снесён мост"))
    assert [("alert", "s2")] == await room.db.read(owed)
    assert [] == await room.finds("вертолёт госпитализированы")
    assert 1 == await room.articles.round()
    assert ["В горах сошёл сель: снесён мост"] == await room.finds("вертолёт госпитализированы")
    (met,) = await room.db.read(
        lambda db: db.conn.execute(
            "select word, in_headline from matches where query = 'вертолёт'"
        ).fetchall()
    )
    assert ("вертолётом", 0) == met
    # Its story was told: the second word that it meets is no news again.
    assert [("alert", "s2")] == await room.db.read(owed)
    assert ArticleCounts(read=1) == await room.counts()
    assert 0 == await room.articles.round()


async def test_whom_only_the_article_concerns_is_alerted_when_it_was_read(room: Room) -> None:
    await room.wants("вертолёт", Reach.ANYWHERE)
    await room.tells(room.entry(1, "В горах сошёл сель"))
    assert [] == await room.db.read(owed)
    await room.articles.round()
    assert [("alert", "s2")] == await room.db.read(owed)


async def test_two_headlines_with_nothing_in_common_become_one_story_by_their_articles(
    room: Room,
) -> None:
    await room.tells(room.entry(1, "Ночь в горах обернулась бедой"))
    other = await room.db.write(
        feeds.add, feeds.NewFeed("https://other.example/rss", "Other", "Other"), room.now
    )
    await room.tells(
        room.entry(77, "Сель снёс мост у кишлака Вору", "<p>".join(FLOOD)), feed=other
    )

    def of_items(db: Connection) -> list[int]:
        return [row[0] for row in db.conn.execute("select story_id from items where id > 1")]

    assert 2 == len(set(await room.db.read(of_items)))
    await room.articles.round()
    assert 1 == len(set(await room.db.read(of_items)))
    # It is so after a restart, too: what it is known by is in its row.
    again = await Ingester.opened(room.db)
    await again.remember(room.now)
    await again.take(
        other,
        [room.entry(78, "Сель у кишлака Вору: двое погибших", "<p>".join(FLOOD))],
        None,
        room.now,
    )
    assert 1 == len(set(await room.db.read(of_items)))


async def test_a_crash_between_the_page_and_its_use_loses_nothing(room: Room) -> None:
    await room.tells(room.entry(1, "В горах сошёл сель"))
    (one,) = await room.db.read(wanted_articles.due, room.now, 9)
    await room.db.write(wanted_articles.begin, one.item.id, room.now)
    await room.texts.get(one.item)
    assert 0 == await room.articles.round()  # as if somebody were at it
    room.now += timedelta(hours=1, minutes=6)
    assert 1 == await room.articles.round()
    assert ["/news/1"] == room.pages()
    assert ["В горах сошёл сель"] == await room.finds("вертолёт")


async def test_an_entry_told_in_other_words_keeps_what_its_article_says(room: Room) -> None:
    await room.tells(room.entry(1, "В горах сошёл сель"))
    await room.articles.round()
    room.now += timedelta(minutes=9)
    await room.tells(room.entry(1, "В горах сошёл сель, есть погибшие"))
    await room.articles.round()
    assert ["/news/1"] == room.pages()
    assert ["В горах сошёл сель, есть погибшие"] == await room.finds("вертолёт погибшие")


async def test_of_a_feed_so_many_articles_an_hour_are_read_and_the_newest_first(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wanted_articles, "AN_HOUR", 3)
    monkeypatch.setattr(wanted_articles, "A_LOOK", 2)
    await room.tells(*(room.entry(n, f"В горах сошёл сель номер {n}") for n in range(1, 9)))
    assert [2, 1, 0] == [await room.articles.round() for _ in range(3)]
    assert ["/news/1", "/news/2", "/news/3"] == sorted(room.pages())
    room.now += timedelta(minutes=61)
    assert 2 == await room.articles.round()
    room.now += wanted_articles.TOO_LATE
    assert 0 == await room.articles.round()
    await room.db.write(wanted_articles.prune, room.now)
    assert ArticleCounts(read=5, without_text=3) == await room.counts()


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"summary": "<p>".join(FLOOD * 2)}, 0),
        ({"at": timedelta(days=-2)}, 0),
        ({"url": ""}, 0),
        ({}, 1),
    ],
)
async def test_only_fresh_news_that_brings_no_text_of_its_own_is_wanted(
    room: Room, changed: dict[str, object], wanted: int
) -> None:
    told = room.entry(1, "В горах сошёл сель", str(changed.get("summary", "")))
    if "at" in changed:
        told = replace(told, published=room.now + changed["at"])  # type: ignore[operator]
    if "url" in changed:
        told = replace(told, url="", url_key="")
    await room.tells(told)
    assert wanted == (await room.counts()).waiting


async def test_what_a_feed_told_at_first_is_not_wanted(room: Room) -> None:
    assert ArticleCounts() == await room.counts()


async def test_an_outlet_that_forbids_it_is_asked_for_its_rules_alone(room: Room) -> None:
    room.farm.serve("/robots.txt", "User-agent: *\nDisallow: /", Content_Type="text/plain")
    await room.tells(*(room.entry(n, f"В горах сошёл сель номер {n}") for n in (1, 2)))
    await room.articles.round()
    assert [] == room.pages()
    assert ArticleCounts(without_text=2) == await room.counts()


async def test_a_page_that_does_not_answer_is_asked_again_later_and_then_left(room: Room) -> None:
    room.farm.serve("/news/1", "", status=500)
    await room.tells(room.entry(1, "В горах сошёл сель"))
    looks = 0
    for _ in range(12):
        looks += await room.articles.round()
        room.now += timedelta(minutes=30)
    assert wanted_articles.MOST_TRIES == looks
    assert ArticleCounts(without_text=1) == await room.counts()


async def test_a_host_that_wants_rest_has_it(room: Room) -> None:
    room.farm.serve("/news/2", "", status=429, Retry_After="7200")
    await room.tells(room.entry(1, "В горах сошёл сель"), room.entry(2, "Сель сошёл ниже"))
    await room.articles.round()
    assert 1 == room.pages().count("/news/2")
    room.now += timedelta(hours=5)
    await room.tells(room.entry(3, "Сель сошёл и выше"))
    assert 0 == await room.articles.round()
    room.now += timedelta(minutes=61)
    assert 1 == await room.articles.round()
    assert "/news/3" == room.pages()[-1]


async def test_an_article_that_breaks_us_keeps_no_other_from_being_read(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.tells(room.entry(1, "В горах сошёл сель"))
    monkeypatch.setattr(full_texts, "BEGINNING", None)
    await room.articles.round()
    assert ArticleCounts(without_text=1) == await room.counts()


async def test_switched_off_nothing_more_is_read_and_what_waits_is_dropped(room: Room) -> None:
    await room.tells(room.entry(1, "В горах сошёл сель"))
    await room.db.write(wanted_articles.switch, room.feed.id, on=False)
    await room.tells(room.entry(2, "Сель сошёл ниже"))
    assert 0 == await room.articles.round()
    assert not (await room.db.read(feeds.get, room.feed.id)).reads_articles


async def test_a_fallback_is_read_as_its_source_is(room: Room) -> None:
    new = feeds.NewFeed(room.farm.url("/page"), "", "", FeedKind.PAGE)
    fallback = await room.db.write(feeds.add_fallback, room.feed.id, new, room.now)
    assert fallback.reads_articles
    await room.tells(room.entry(50, "Страница впервые"), feed=fallback)
    await room.tells(room.entry(1, "В горах сошёл сель"), feed=fallback)
    assert 1 == await room.articles.round()
    await room.db.write(wanted_articles.switch, fallback.id, on=False)
    assert not (await room.db.read(feeds.get, room.feed.id)).reads_articles


async def test_what_is_forgotten_serves_no_search(room: Room) -> None:
    await room.tells(room.entry(1, "В горах сошёл сель"))
    await room.articles.round()
    room.now += full_texts.KEPT + timedelta(seconds=1)
    await room.db.write(full_texts.prune, room.now)
    assert 1 == await room.db.write(wanted_articles.prune, room.now)
    assert [] == await room.finds("вертолёт")
    assert ["В горах сошёл сель"] == await room.finds("сель")


@pytest.mark.parametrize("kind", [FeedKind.TELEGRAM, FeedKind.IMPORT])
async def test_of_posts_that_come_whole_no_page_is_read(
    room: Room, now: datetime, kind: FeedKind
) -> None:
    new = feeds.NewFeed("https://t.me/s/courier", "Courier", "Courier", kind)
    feed = await room.db.write(feeds.add, new, now)
    with pytest.raises(NewsError, match=r"articles\.no_pages"):
        await room.db.write(wanted_articles.switch, feed.id, on=True)


async def test_of_a_feed_that_is_gone_nothing_is_left(room: Room) -> None:
    await room.tells(room.entry(1, "В горах сошёл сель"))
    (one,) = await room.db.read(wanted_articles.due, room.now, 9)
    await room.db.write(feeds.remove, room.feed.id)
    await room.ingester.take_article(one.item.id, "…", room.now)
    assert ArticleCounts() == await room.counts()
    assert () == await room.db.read(items.by_ids, [ItemId(2)])
