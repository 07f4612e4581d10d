"""Whole rounds: a farm, real SQLite, real parsing processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from storage import chats, feeds, items, set_aside, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.feeds import NewFeed
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    Feed,
    FeedKind,
    FeedNoticeKind,
    FeedStatus,
    Mode,
)
from tests.farm import Farm, item, opened, rss
from tests.watchers.in_place import InPlace
from watchers import fetch
from watchers.fetch import FetchLimits
from watchers.host_queues import HostQueues, Politeness
from watchers.ingester import Ingester
from watchers.keywords.query import Filter, Query
from watchers.observe import Parsing
from watchers.parse import Document, NotAFeed, ParsedFeed
from watchers.parse_pool import pool as parse_pool_pool
from watchers.parse_pool.pool import WorkerLimits
from watchers.poll import Poller, Round
from watchers.schedule import PollingPace

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass
class Room:
    farm: Farm
    db: Database
    poller: Poller
    now: datetime = START
    slept: list[float] = field(default_factory=list)

    async def add(self, path: str) -> Feed:
        """Add what the farm serves there, without looking at it yet."""
        url = path if "://" in path else self.farm.url(path)
        return await self.db.write(feeds.add, NewFeed(url, "", "Outlet"), self.now)

    async def feed(self, feed: Feed) -> Feed:
        return await self.db.read(feeds.found, str(feed.id))

    async def titles(self, feed: Feed) -> list[str]:
        stored = await self.db.read(lambda db: list(items.every(db, feed_id=feed.id)))
        return sorted(one.title for one, _ in stored)

    async def look(self) -> Round:
        return await self.poller.round(force=True)


@asynccontextmanager
async def room(
    db: Database, politeness: Politeness | None = None, parsing: Parsing | None = None
) -> AsyncIterator[Room]:
    async with opened() as farm:

        def clock() -> datetime:
            return made.now

        async with fetch.opened(
            user_agent="test",
            allowed=frozenset({("127.0.0.1", farm.port)}),
            limits=FetchLimits(deadline_s=30.0),
            clock=clock,
        ) as fetcher:
            poller = Poller(
                db,
                await Ingester.opened(db),
                fetcher,
                parsing or InPlace(),
                politeness=politeness or Politeness(),
                pace=PollingPace(base_s=900),
                clock=clock,
            )
            made = Room(farm, db, poller)
            yield made


@pytest.fixture
async def newsroom(db: Database) -> AsyncIterator[Room]:
    async with room(db) as made:
        yield made


# --- news ------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [(), (item(1),)], ids=["empty", "one entry"])
async def test_a_baseline_is_made_once_whoever_read_the_row_before(
    newsroom: Room, there: tuple[str, ...]
) -> None:
    """Two looks that begin side by side (a round by hand, the tick) read the same row."""
    newsroom.farm.serve("/rss", rss(*there))
    row = await newsroom.add("/rss")
    await newsroom.db.write(
        chats.see_chat, Chat(ChatId(1), ChatKind.PRIVATE, language="ru"), START
    )
    await newsroom.db.write(
        lambda db: subscriptions.add(
            db, chat_id=ChatId(1), thread_id=NO_THREAD, query="заголовок", mode=Mode.INSTANT,
            now=START,
        )
    )  # fmt: skip
    await newsroom.look()
    newsroom.farm.serve("/rss", rss(item(2, "Заголовок новый"), *there))
    await newsroom.poller._begin([row], force=True).ended()
    owed = "select count(*) from deliveries where kind = 'alert'"
    assert (1,) == await newsroom.db.read(lambda db: db.conn.execute(owed).fetchone())


async def test_a_document_becomes_items_once(newsroom: Room) -> None:
    newsroom.farm.serve("/rss", rss(item(1), item(2)), ETag='"1"')
    feed = await newsroom.add("/rss")
    first = await newsroom.look()
    newsroom.farm.serve("/rss", rss(item(3), item(2, "Исправлено заглавие"), item(1)), ETag='"2"')
    second = await newsroom.look()
    third = await newsroom.look()
    assert [(2, 0, 0, 0), (1, 1, 1, 0), (0, 0, 0, 1)] == [
        (one.new, one.updated, one.unchanged, one.not_modified) for one in (first, second, third)
    ]
    assert 3 == len(await newsroom.titles(feed)) == (await newsroom.feed(feed)).items


async def test_returning_reordered_and_redated_items_are_no_news(newsroom: Room) -> None:
    newsroom.farm.serve("/rss", rss(item(1), item(2)))
    await newsroom.add("/rss")
    await newsroom.look()
    newsroom.farm.serve("/rss", rss(item(3)))
    await newsroom.look()
    newsroom.farm.serve("/rss", rss(item(2, date="Sun, 22 Nov 2026 07:30:00 GMT"), item(1)))
    assert 0 == (await newsroom.look()).new


async def test_a_document_cut_off_is_asked_for_again_in_full(newsroom: Room) -> None:
    whole = rss(item(1), item(2), item(3))
    newsroom.farm.serve("/rss", whole[:-60], ETag='"cut"')
    feed = await newsroom.add("/rss")
    await newsroom.look()
    assert 2 == (await newsroom.feed(feed)).items
    newsroom.farm.serve("/rss", whole, ETag='"cut"')
    await newsroom.look()
    assert 3 == (await newsroom.feed(feed)).items


# --- etiquette -------------------------------------------------------------------------------


async def test_validators_are_those_of_the_last_document(newsroom: Room) -> None:
    farm = newsroom.farm
    farm.serve("/rss", rss(item(1)), ETag='"1"', Last_Modified="Mon")
    await newsroom.add("/rss")
    await newsroom.look()
    farm.serve("/rss", rss(item(1)), ETag='"2"')  # the same bytes under another tag
    await newsroom.look()
    await newsroom.look()
    told = [(h.get("If-None-Match"), h.get("If-Modified-Since")) for h in farm.headers("/rss")]
    assert [(None, None), ('"1"', "Mon"), ('"2"', None)] == told


async def test_a_page_in_between_does_not_cost_the_validators(newsroom: Room) -> None:
    farm = newsroom.farm
    farm.serve("/rss", rss(item(1)), ETag='"1"')
    await newsroom.add("/rss")
    await newsroom.look()
    farm.serve("/rss", "<html><body>Технические работы</body></html>", ETag='"page"')
    await newsroom.look()
    farm.serve("/rss", rss(item(1), item(2)), ETag='"2"')
    await newsroom.look()
    assert '"1"' == farm.headers("/rss")[2]["If-None-Match"]


async def test_nothing_is_asked_before_its_time(newsroom: Room) -> None:
    newsroom.farm.serve("/rss", rss(item(1)), Cache_Control="max-age=3600")
    feed = await newsroom.add("/rss")
    await newsroom.poller.round()
    newsroom.now += timedelta(minutes=59)
    assert 0 == (await newsroom.poller.round()).feeds
    newsroom.now += timedelta(minutes=8)
    assert 1 == (await newsroom.poller.round()).feeds
    assert 2 == len(newsroom.farm.headers("/rss"))
    assert FeedStatus.OK is (await newsroom.feed(feed)).state.status


async def test_a_database_that_cannot_be_written_is_not_the_outlets_trouble(
    newsroom: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row still says "due", and the feed is not asked again at the next tick."""

    async def refused() -> None:
        newsroom.poller._states._waiting = []

    newsroom.farm.serve("/rss", status=503)
    await newsroom.add("/rss")
    monkeypatch.setattr(newsroom.poller._states, "flush", refused)
    for _ in range(3):
        await newsroom.poller.round()
        newsroom.now += timedelta(seconds=5)
    assert 1 == len(newsroom.farm.headers("/rss"))


async def test_a_host_that_asks_for_rest_is_left_alone(newsroom: Room) -> None:
    newsroom.farm.serve("/busy", status=429, Retry_After="7200")
    newsroom.farm.serve("/rss", rss(item(1)))
    other = await newsroom.add("/rss")
    await newsroom.add("/busy")
    await newsroom.look()
    assert START + timedelta(hours=2) <= (
        (await newsroom.feed(other)).state.next_check_at or START
    )


async def test_hosts_are_asked_two_at_a_time_at_most(db: Database) -> None:
    running, most = 0, 0
    polite = Politeness(spacing_s=0.0)
    async with room(db, polite) as newsroom:
        fetcher = newsroom.poller._observer.fetcher
        fetcher.allowed = frozenset()
        client = fetcher._client = fetcher._open()
        poller = newsroom.poller
        poller._queues = HostQueues(polite, poller._take_turn, poller._spawn)
        client._network.allowed = frozenset()
        client._network._vouched.add(("127.0.0.1", newsroom.farm.port))
        client._refusal = lambda _url: None  # type: ignore[method-assign]

        async def note(request: web.Request) -> web.Response:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1
            return web.Response(text=rss(item(1)))

        for number in range(8):
            newsroom.farm.endpoints[f"/{number}"] = note
            await newsroom.add(f"/{number}")
        assert 0 == (await newsroom.look()).failed
    assert 2 == most


async def test_a_host_that_hangs_holds_up_nobody(db: Database) -> None:
    """Not in its own tick and not in the next ones, where there is one lane for all."""
    async with room(db, Politeness(at_once=1, patience_s=0.0)) as newsroom:
        let_go, hanging = asyncio.Event(), asyncio.Event()

        async def hang(_request: web.Request) -> web.Response:
            hanging.set()
            await let_go.wait()
            return web.Response(text=rss(item(1)))

        newsroom.farm.endpoints["/hangs"] = hang
        hangs = await newsroom.add("/hangs")
        await newsroom.poller.tick()
        await hanging.wait()
        newsroom.farm.serve("/rss", rss(item(2)))
        good = await newsroom.add("/rss")
        assert (1, 1) == ((told := await newsroom.poller.round()).feeds, told.new)
        assert (1, 0) == ((await newsroom.feed(good)).items, (await newsroom.feed(hangs)).items)
        await newsroom.poller.tick()  # what is under way is not asked once more
        let_go.set()
        await asyncio.gather(*newsroom.poller._tasks)
        assert 1 == (await newsroom.feed(hangs)).items
        assert 1 == len(newsroom.farm.headers("/hangs"))


async def test_a_host_that_asks_for_rest_is_not_asked_by_the_next_tick_either(
    newsroom: Room,
) -> None:
    """Also where its row could not be put off, and for a bridge to many outlets for a minute."""
    newsroom.farm.serve("/rss", rss(item(1)))
    await newsroom.add("/rss")
    host = f"127.0.0.1:{newsroom.farm.port}"
    newsroom.poller._rests[host] = START + timedelta(hours=1)
    assert 0 == (await newsroom.poller.round()).feeds
    newsroom.now = START + timedelta(hours=2)
    assert 1 == (await newsroom.poller.round()).feeds


async def test_a_stop_cuts_off_who_hangs_and_keeps_what_the_others_came_to(db: Database) -> None:
    async with room(db, Politeness(at_once=1, patience_s=0.0)) as newsroom:
        hanging = asyncio.Event()

        async def hang(_request: web.Request) -> web.Response:
            hanging.set()
            await asyncio.Event().wait()
            return web.Response()

        newsroom.farm.endpoints["/hangs"] = hang
        newsroom.farm.serve("/rss", status=404)
        ill, hangs = await newsroom.add("/rss"), await newsroom.add("/hangs")
        await newsroom.poller.tick()
        looks = set(newsroom.poller._tasks)
        await hanging.wait()
        await asyncio.wait(looks, return_when=asyncio.FIRST_COMPLETED)
        await newsroom.poller.close()
        assert FeedStatus.ERROR is (await newsroom.feed(ill)).state.status
        assert FeedStatus.NEW is (await newsroom.feed(hangs)).state.status


async def test_a_rest_noted_by_a_clock_that_was_wrong_holds_nobody(newsroom: Room) -> None:
    newsroom.farm.serve("/rss", rss(item(1)))
    await newsroom.add("/rss")
    host = f"127.0.0.1:{newsroom.farm.port}"
    newsroom.poller._rests[host] = START + timedelta(days=365)
    assert 1 == (await newsroom.poller.round()).feeds


# --- failures --------------------------------------------------------------------------------

ILL = {
    "404": ("/404", 404, "error.not_found", {"status": 404}),
    "a page": ("/page", 200, "error.page_html", {"feeds": ["{base}/none"]}),
    "a challenge": ("/challenge", 200, "error.page_challenge", {"vendor": "Cloudflare"}),
    "nothing": ("/empty", 200, "error.page_empty", {"bytes": 0}),
    "a private address": ("/private", 302, "error.refused_host", {"host": "10.0.0.1"}),
}


@pytest.mark.parametrize(("path", "status", "key", "values"), ILL.values(), ids=ILL)
async def test_a_failing_feed_explains_itself_and_stops_nothing(
    newsroom: Room, path: str, status: int | None, key: str, values: dict[str, Any]
) -> None:
    farm = newsroom.farm
    farm.serve("/page", "<html><link rel=alternate type=application/rss+xml href=/none></html>")
    farm.serve("/challenge", "<html><title>Just a moment...</title></html>")
    farm.serve("/empty")
    farm.serve("/private", status=302, Location="http://10.0.0.1/")
    farm.serve("/rss", rss(item(1)))
    ill, well = await newsroom.add(path), await newsroom.add("/rss")
    told = await newsroom.look()
    state = (await newsroom.feed(ill)).state
    assert (2, 1, 1) == (told.feeds, told.failed, told.new)
    assert (FeedStatus.ERROR, status, 1) == (state.status, state.last_status, state.failure_count)
    if "feeds" in values:
        values = {"feeds": [one.format(base=farm.url("")) for one in values["feeds"]]}
    assert (key, values) == (state.error_key, {k: state.error_values.get(k) for k in values})
    assert FeedStatus.OK is (await newsroom.feed(well)).state.status


async def test_a_bug_in_one_feeds_path_is_that_feeds_failure(
    newsroom: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.farm.serve("/bug", rss(item(1)))
    newsroom.farm.serve("/rss", rss(item(2)))
    bug = await newsroom.add("/bug")
    await newsroom.add("/rss")

    class Failing(InPlace):
        async def parse(self, document: Document) -> ParsedFeed | NotAFeed:
            if document.url.endswith("/bug"):
                raise RuntimeError("bug")
            return await super().parse(document)

    observer = newsroom.poller._observer
    monkeypatch.setattr(newsroom.poller, "_observer", replace(observer, parsing=Failing()))
    told = await newsroom.look()
    assert (1, 1) == (told.failed, told.new)
    assert "error.bug" == (await newsroom.feed(bug)).state.error_key


@pytest.mark.parametrize("in_steps", [False, True])
async def test_nothing_is_kept_of_a_feed_that_is_removed_while_it_is_looked_at(
    newsroom: Room, in_steps: bool
) -> None:
    newsroom.farm.serve("/rss", rss(item(1), item(2)))
    row = await newsroom.add("/rss")
    before = await newsroom.titles(row)
    newsroom.farm.serve("/rss", rss(item(3), item(1), item(2)))
    if in_steps:
        mark = "update feeds set removed = 1"
        await newsroom.db.write(lambda db: db.conn.execute(mark).rowcount)
    else:
        await newsroom.db.write(feeds.remove, row.id)
    told = await newsroom.poller._begin([row], force=True).ended()
    assert (0, 0) == (told.failed, told.new)
    assert (before if in_steps else []) == await newsroom.titles(row)


EMPTY = {
    "RSS": rss(),
    "RSS, closed at once": '<rss version="2.0"/>',
    "a channel closed at once": '<rss version="2.0"><channel/></rss>',
    "Atom": '<feed xmlns="http://www.w3.org/2005/Atom"/>',
    "RDF": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>',
    "JSON Feed": '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[]}',
}  # fmt: skip


@pytest.mark.parametrize("body", EMPTY.values(), ids=EMPTY)
async def test_a_feed_without_entries_is_well_before_and_after_it_had_some(
    newsroom: Room, body: str
) -> None:
    """Whether it stays empty for too long is told as any feed's silence is."""
    newsroom.farm.serve("/rss", body)
    feed = await newsroom.add("/rss")
    told = []
    for document in (body, rss(item(1)), body, rss(item(1), item(2))):
        newsroom.farm.serve("/rss", document)
        told.append((await newsroom.look()).new)
        state = (await newsroom.feed(feed)).state
        assert (FeedStatus.OK, "") == (state.status, state.error_key)
    assert [0, 1, 0, 1] == told
    assert () == await newsroom.db.write(feeds.take_notices)


async def test_410_retires_a_feed(newsroom: Room) -> None:
    newsroom.farm.serve("/gone", status=410)
    feed = await newsroom.add("/gone")
    told = [(await newsroom.look()).feeds for _ in range(2)]
    assert [1, 0] == told
    assert FeedStatus.GONE is (await newsroom.feed(feed)).state.status
    notices = await newsroom.db.write(feeds.take_notices)
    assert [FeedNoticeKind.GONE] == [one.kind for one in notices]
    assert () == await newsroom.db.write(feeds.take_notices)


async def test_a_permanent_move_is_followed_once_it_is_seen_again(newsroom: Room) -> None:
    farm = newsroom.farm
    old = farm.serve("/old", status=301, Location="/new")
    new = farm.serve("/new", rss(item(1)), ETag='"1"')
    feed = await newsroom.add("/old")
    await newsroom.look()
    assert old == (await newsroom.feed(feed)).url
    await newsroom.look()
    moved = await newsroom.feed(feed)
    assert (new, old, 1) == (moved.url, moved.moved_from, moved.items)
    await newsroom.look()
    assert 2 == len(farm.headers("/old"))


async def test_a_temporary_detour_is_not_a_move(newsroom: Room) -> None:
    newsroom.farm.serve("/new", rss(item(1)))
    url = newsroom.farm.serve("/old", status=302, Location="/new")
    feed = await newsroom.add("/old")
    for _ in range(3):
        await newsroom.look()
    assert url == (await newsroom.feed(feed)).url


# --- adding ----------------------------------------------------------------------------------


async def test_adding_a_page_adds_its_feed_with_one_request_each(newsroom: Room) -> None:
    farm = newsroom.farm
    page = farm.serve("/", "<html><link rel=alternate type=application/rss+xml href=/rss></html>")
    farm.serve("/rss", rss(item(1), item(2)))
    feed = await newsroom.poller.add(page)
    assert (farm.url("/rss"), 2, "Степной вестник") == (feed.url, feed.items, feed.title)
    assert ["/", "/rss"] == [path for path, _ in farm.asked]


async def test_usual_places_are_tried_where_a_page_points_nowhere(newsroom: Room) -> None:
    farm = newsroom.farm
    farm.serve("/", "<html><body>Новости</body></html>")
    farm.serve("/feed.xml", rss(item(1)))
    assert farm.url("/feed.xml") == (await newsroom.poller.add(farm.url("/"))).url


PAGE = "<html><head><link rel=alternate type=application/rss+xml href={}></head><p>Новости</html>"


async def test_a_feed_is_found_behind_the_page_given_as_one(newsroom: Room) -> None:
    newsroom.farm.serve("/rss", rss(item(1)))
    newsroom.farm.serve("/", PAGE.format("/rss"), Content_Type="text/html")
    feed = await newsroom.add("/")
    told = await newsroom.look()
    found = await newsroom.feed(feed)
    assert (1, 0) == (told.new, told.failed)
    assert (newsroom.farm.url("/rss"), newsroom.farm.url("/")) == (found.url, found.moved_from)
    assert FeedStatus.OK is found.state.status


async def test_a_page_whose_feed_is_there_already_is_dropped_and_admins_hear_it(
    newsroom: Room,
) -> None:
    newsroom.farm.serve("/rss", rss(item(1)))
    newsroom.farm.serve("/", PAGE.format("/rss"), Content_Type="text/html")
    feed = await newsroom.add("/rss")
    page = await newsroom.add("/")
    assert (1, 0) == ((told := await newsroom.look()).new, told.failed)
    assert await newsroom.db.read(feeds.get, page.id) is None
    (notice,) = await newsroom.db.write(feeds.take_notices)
    assert (feed.id, FeedNoticeKind.LISTED_TWICE) == (notice.feed_id, notice.kind)


async def test_a_page_whose_feed_fails_for_the_moment_says_the_feeds_reason(
    newsroom: Room,
) -> None:
    newsroom.farm.serve("/rss", status=503)
    page = newsroom.farm.serve("/radio/", PAGE.format("/rss"), Content_Type="text/html")
    seen = await newsroom.poller.look(page)
    assert ("error.unavailable", newsroom.farm.url("/rss")) == (seen.error_key, seen.url)
    assert seen.fails_for_now


async def test_a_feed_that_was_read_once_is_sought_behind_no_page(newsroom: Room) -> None:
    newsroom.farm.serve("/rss", rss(item(1)))
    feed = await newsroom.add("/a")
    newsroom.farm.serve("/a", rss(item(2)))
    await newsroom.look()
    newsroom.farm.serve("/a", PAGE.format("/rss"), Content_Type="text/html")
    await newsroom.look()
    assert FeedStatus.ERROR is (await newsroom.feed(feed)).state.status


async def test_what_cannot_be_read_now_is_added_with_its_reason(newsroom: Room) -> None:
    feed = await newsroom.poller.add(newsroom.farm.url("/404"))
    assert (FeedStatus.ERROR, "error.not_found") == (feed.state.status, feed.state.error_key)


@pytest.mark.parametrize("typed", ["", "ftp://a.kz/rss", "file:///etc/passwd", "not an address"])
async def test_what_is_no_address_is_refused(newsroom: Room, typed: str) -> None:
    with pytest.raises(NewsError) as refused:
        await newsroom.poller.add(typed)
    assert "feed.address" == refused.value.text_key


async def test_a_feed_is_added_once(newsroom: Room) -> None:
    url = newsroom.farm.serve("/rss", rss(item(1)))
    await newsroom.poller.add(url)
    with pytest.raises(NewsError) as refused:
        await newsroom.poller.add(url)
    assert "feed.exists" == refused.value.text_key


async def test_a_telegram_preview_is_added_as_one(newsroom: Room) -> None:
    page = (
        '<div class="tgme_channel_info_header_title">Канал</div>'
        '<div class="tgme_widget_message" data-post="canal/7">'
        '<div class="tgme_widget_message_text">Дорога открыта.</div></div>'
    )
    feed = await newsroom.poller.add(newsroom.farm.serve("/s/canal", f"<html>{page}</html>"))
    assert (FeedKind.TELEGRAM, "Канал", 1) == (feed.kind, feed.title, feed.items)


def channel(*posts: tuple[int, str]) -> str:
    """A channel's preview with these posts, oldest first, as Telegram has it."""
    told = "".join(
        f'<div class="tgme_widget_message js-widget_message" data-post="canal/{number}">'
        f'<div class="tgme_widget_message_text js-message_text">{words}</div>'
        f'<span class="tgme_widget_message_views">{number}K</span></div>'
        for number, words in posts
    )
    return f'<html><div class="tgme_channel_info_header_title">Канал</div>{told}</html>'


def numbered(*numbers: int) -> list[tuple[int, str]]:
    return [(number, f"Совет обсудил вопрос номер {number}.") for number in numbers]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Взрыв в Алматы: двое погибли", "Взрыв в Алматы: трое погибли"),
        ("Взрыв в Алматы", "В Алматы взорвался газовый баллон. Есть погибшие, сообщает ДЧС"),
        ("Молния!", "Парламент распущен указом президента"),
    ],
)
async def test_an_edited_post_is_no_second_one(newsroom: Room, before: str, after: str) -> None:
    url = newsroom.farm.serve("/s/canal", channel((7, before), *numbered(8, 9)))
    feed = await newsroom.poller.add(url)
    newsroom.farm.serve("/s/canal", channel((7, after), *numbered(8, 9, 10)))
    found = await newsroom.look()
    assert (1, 1) == (found.new, found.updated)
    told = await newsroom.titles(feed)
    assert before not in told
    assert 4 == len(told)


async def test_a_channel_that_rolled_on_unseen_is_looked_at_sooner(newsroom: Room) -> None:
    url = newsroom.farm.serve("/s/canal", channel(*numbered(1, 2, 3, 4)))
    feed = await newsroom.poller.add(url)
    assert (900, 0, None) == seen_gaps(feed)
    newsroom.farm.serve("/s/canal", channel(*numbered(3, 4, 5, 6)))
    await newsroom.look()
    assert (900, 0, None) == seen_gaps(await newsroom.feed(feed))
    newsroom.farm.serve("/s/canal", channel(*numbered(57, 58, 59, 60)))
    await newsroom.look()
    assert (450, 1, START) == seen_gaps(await newsroom.feed(feed))
    newsroom.farm.serve("/s/canal", channel(*numbered(97, 98, 99, 100)))
    newsroom.now = later = START + timedelta(minutes=9)
    await newsroom.look()
    assert (300, 2, later) == seen_gaps(await newsroom.feed(feed))


def seen_gaps(feed: Feed) -> tuple[int, int, datetime | None]:
    return feed.state.interval_s, feed.state.gaps, feed.state.last_gap_at


async def test_whom_a_post_was_forwarded_from_is_kept(newsroom: Room) -> None:
    page = channel(*numbered(1)).replace(
        '<div class="tgme_widget_message_text',
        '<div><span class="tgme_widget_message_forwarded_from_name">Исток</span></div>'
        '<div class="tgme_widget_message_text',
    )
    feed = await newsroom.poller.add(newsroom.farm.serve("/s/canal", page))
    ((kept, _),) = await newsroom.db.read(lambda db: list(items.every(db, feed_id=feed.id)))
    assert ("Исток", FeedKind.TELEGRAM) == (kept.source, kept.kind)


async def test_looking_keeps_nothing(newsroom: Room) -> None:
    url = newsroom.farm.serve("/rss", rss(item(1)))
    seen = await newsroom.poller.look(url)
    assert (1, "Степной вестник") == (len(seen.entries), seen.title)
    assert () == await newsroom.db.read(feeds.every)


# --- fallbacks -------------------------------------------------------------------------------

SITEMAP = '<?xml version="1.0"?><urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{}</urlset>'
LISTED = (
    "<url><loc>https://outlet.example/news/{0}</loc><n:news><n:publication_date>{1}"
    "</n:publication_date><n:title>Совет обсудил вопрос номер {0}</n:title></n:news></url>"
)


async def test_an_ill_source_is_read_by_what_stands_in_until_it_is_well(newsroom: Room) -> None:
    farm = newsroom.farm
    farm.serve("/rss", rss(item(1), item(2)))
    listed = (LISTED.format(1, "2026-11-22T07:00:00Z"), LISTED.format(3, "2026-11-22T08:05:00Z"))
    farm.serve("/news.xml", SITEMAP.format("".join(listed)))
    farm.serve("/s/canal", channel(*numbered(4)))
    feed = await newsroom.poller.add(farm.url("/rss"))
    channel_feed = await newsroom.poller.add_fallback(feed.id, farm.url("/s/canal"))
    sitemap = await newsroom.poller.add_fallback(feed.id, farm.url("/news.xml"))
    farm.asked.clear()
    await newsroom.look()
    assert {"/rss"} == {path for path, _ in farm.asked}

    newsroom.now = START + timedelta(minutes=10)
    farm.serve("/rss", "no more", status=404)
    await newsroom.look()
    farm.asked.clear()
    await newsroom.look()
    assert {"/rss", "/news.xml"} == {path for path, _ in farm.asked}
    assert 2 == (await newsroom.feed(sitemap)).items

    farm.serve("/news.xml", "no more", status=404)
    await newsroom.look()
    await newsroom.look()
    assert 1 == (await newsroom.feed(channel_feed)).items

    farm.serve("/rss", rss(item(5)))
    await newsroom.look()
    farm.asked.clear()
    await newsroom.look()
    assert {"/rss"} == {path for path, _ in farm.asked}
    assert FeedStatus.OK is (await newsroom.feed(feed)).state.status


async def test_what_came_while_a_source_was_ill_is_news_and_the_rest_is_not(
    newsroom: Room,
) -> None:
    farm = newsroom.farm
    reader = Chat(ChatId(7), ChatKind.PRIVATE, digest_from=START, created_at=START)
    await newsroom.db.write(chats.see_chat, reader, START)
    await newsroom.db.write(
        subscriptions.add,
        chat_id=reader.id,
        thread_id=NO_THREAD,
        query="совет",
        mode=Mode.INSTANT,
        now=START,
    )
    farm.serve("/rss", rss(item(1)))
    feed = await newsroom.poller.add(farm.url("/rss"))
    told = (LISTED.format(2, "2026-11-22T07:30:00Z"), LISTED.format(3, "2026-11-22T08:05:00Z"))
    farm.serve("/news.xml", SITEMAP.format("".join(told)))
    await newsroom.poller.add_fallback(feed.id, farm.url("/news.xml"))
    newsroom.now = START + timedelta(minutes=10)
    farm.serve("/rss", "no more", status=404)
    await newsroom.look()
    await newsroom.look()
    rung = await newsroom.db.read(
        lambda db: db.conn.execute(
            "select i.url from deliveries d join items i on i.story_id = d.story_id"
        ).fetchall()
    )
    assert [("https://outlet.example/news/3",)] == rung


async def test_what_is_no_feed_is_no_fallback_but_what_fails_for_now_is(newsroom: Room) -> None:
    farm = newsroom.farm
    feed = await newsroom.poller.add(farm.serve("/rss", rss(item(1))))
    with pytest.raises(NewsError) as refused:
        await newsroom.poller.add_fallback(feed.id, farm.serve("/gone", "", status=404))
    assert "error.not_found" == refused.value.text_key
    later = await newsroom.poller.add_fallback(feed.id, farm.serve("/busy", "", status=503))
    assert (feed.id, FeedStatus.NEW) == (later.fallback_of, later.state.status)


# --- hostile ---------------------------------------------------------------------------------


async def test_a_round_among_hostile_feeds_brings_the_news_of_the_others(db: Database) -> None:
    async with (
        parse_pool_pool.opened(WorkerLimits(workers=1)) as pool,
        room(db, None, pool) as newsroom,
    ):
        await hostile_round(newsroom)


async def hostile_round(newsroom: Room) -> None:
    farm = newsroom.farm

    farm.serve("/deep", "<rss version='2.0'><channel>" + "<a>" * 50_000)
    farm.serve("/lies", b"not gzip", Content_Encoding="gzip")
    farm.serve("/loop", status=302, Location="/loop")
    for path in ("/deep", "/lies", "/loop"):
        await newsroom.add(path)
    for number in range(20):
        farm.serve(f"/{number}", rss(item(number)))
        await newsroom.add(f"/{number}")
    seen: list[int] = []
    told = await newsroom.poller.round(force=True, progress=lambda one: seen.append(one.done))
    assert (23, 3, 20) == (told.feeds, told.failed, told.new)
    assert list(range(1, 24)) == seen


async def test_a_query_that_overflows_costs_the_feed_nothing(newsroom: Room) -> None:
    """Neither its items nor its good name: one reader's words are no outlet's fault."""
    chat = Chat(ChatId(1001), ChatKind.PRIVATE)
    await newsroom.db.write(chats.see_chat, chat, START)
    made, _ = await newsroom.db.write(
        subscriptions.add,
        chat_id=chat.id, thread_id=NO_THREAD, query="gold", mode=Mode.INSTANT, now=START,
    )  # fmt: skip
    newsroom.farm.serve("/rss", rss(item(1)))
    feed = await newsroom.add("/rss")
    await newsroom.look()
    last_day = Filter("until", "9999-12-31", moment=datetime.max.replace(tzinfo=UTC))
    newsroom.poller._ingester._memory.queries.put(made.query, Query("gold", last_day))
    newsroom.farm.serve("/rss", rss(item(2), item(1)))
    seen = await newsroom.look()
    after = await newsroom.feed(feed)
    assert (1, 0, 1) == (seen.new, seen.failed, seen.unchanged)
    assert (FeedStatus.OK, "") == (after.state.status, after.state.error_key)
    assert 1 == await newsroom.db.read(set_aside.count)


async def test_a_state_that_cannot_be_written_costs_no_other_feed_its_look(
    newsroom: Room,
) -> None:
    newsroom.farm.serve("/a", rss(item(1)))
    newsroom.farm.serve("/b", rss(item(2)))
    one, other = await newsroom.add("/a"), await newsroom.add("/b")
    states = newsroom.poller._states
    await states.put(one.id, replace(one.state, last_checked_at=START.replace(tzinfo=None)))
    await states.put(other.id, replace(other.state, last_checked_at=START))
    await states.flush()
    assert (None, START) == (
        (await newsroom.feed(one)).state.last_checked_at,
        (await newsroom.feed(other)).state.last_checked_at,
    )
