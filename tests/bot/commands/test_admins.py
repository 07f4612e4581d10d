"""What admins do in the chat: sources, lists, announcements, names."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.commands import broadcast
from bot.commands.opml import done
from bot.conversation import Edit, File, Message, Reply, SentFile, Working
from bot.render.markup import plain
from bot.texts import sentence
from storage import aliases, chats, feeds, retention, sizes
from storage.database import Database
from storage.errors import NewsError
from storage.model import ChatId, FeedId, FeedKind, FeedState, FeedStatus
from storage.outbox import broadcasts, queue, settle
from storage.outbox.outcomes import Sent
from storage.retention import Retention
from storage.sql import Connection
from tests.bot.people import ADMIN, NOW, Feeds, Person, buttons, context_of, seen
from tests.bot.pipeline import Pipeline
from watchers import addresses
from watchers.discover import Seen
from watchers.fetch import Failed, FailKind, Fetched
from watchers.observe import FeedDocument, Page
from watchers.opml import FeedList
from watchers.parse import Entry, FeedLink, NotAFeed, PageKind, ParsedFeed


@pytest.fixture
async def room(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


@pytest.fixture
async def timur(room: Pipeline) -> Person:
    return await Person.comes(room.context(), ADMIN)


async def worked(reply: Reply | None) -> tuple[Reply, list[str]]:
    """Do the long work of a reply; return its end and what it reported."""
    assert isinstance(reply, Working)
    reported: list[str] = []

    async def report(message: Message) -> None:
        reported.append(message.html)

    return await reply.work(report), reported


# --- sources --------------------------------------------------------------------------------


async def test_feeds_shows_the_ill_first_and_why(room: Pipeline, timur: Person) -> None:
    ill = room.feeds["Oasis Times"]
    state = FeedState(
        status=FeedStatus.ERROR, error_key="error.forbidden", error_values={"status": 403},
        failing_since=NOW, failure_weight=3,
    )  # fmt: skip
    await timur.context.db.write(feeds.keep_state, ill.id, state)
    said = await timur.types("/feeds")
    assert "5 sources" in said
    assert "🔴 1" in said
    assert said.index("Oasis Times") < said.index("Steppe Courier")
    assert "The server refuses to give the feed (HTTP 403)." in said


async def test_feeds_are_found_by_a_word(timur: Person) -> None:
    said = await timur.types("/feeds oasis")
    assert "Oasis Times" in said
    assert "Steppe Courier" not in said
    assert "No source has" in await timur.types("/feeds elephant")


@pytest.mark.parametrize("how", ["{id}", "{url}", "oasis"])
async def test_a_feed_is_meant_by_number_address_or_name(
    room: Pipeline, timur: Person, how: str
) -> None:
    feed = room.feeds["Oasis Times"]
    said = await timur.types("/feed " + how.format(id=feed.id, url=feed.url))
    assert "https://oasis.example/rss" in said


async def test_a_feed_is_paused_resumed_and_removed_by_buttons(
    room: Pipeline, timur: Person
) -> None:
    feed = room.feeds["Oasis Times"]
    await timur.types(f"/f{feed.id}")
    assert "⏸" in await timur.presses("Pause")
    await timur.presses("Resume")
    found = await timur.context.db.read(feeds.get, feed.id)
    assert found is not None
    assert FeedStatus.NEW is found.state.status
    assert "Remove Oasis Times and its 0 items" in await timur.presses("Remove")
    assert await timur.context.db.read(feeds.get, feed.id) is not None
    assert "Removed: Oasis Times" in await timur.presses("Remove")
    assert await timur.context.db.read(feeds.get, feed.id) is None


async def test_a_feeds_articles_are_read_by_a_button_where_pages_can_be_read(
    room: Pipeline, timur: Person
) -> None:
    feed = room.feeds["Oasis Times"]
    await timur.types(f"/f{feed.id}")
    told = await timur.presses("Read articles")
    assert "Articles, in a day: read: 0, without a text: 0, waiting: 0" in told
    found = await timur.context.db.read(feeds.get, feed.id)
    assert found is not None
    assert found.reads_articles
    timur.context.full_texts.reads_pages = False  # type: ignore[misc]
    assert "the extra for it is missing" in await timur.types(f"/f{feed.id}")
    assert "Articles" not in await timur.presses("Headlines only")
    assert "Read articles" not in str(timur.last)


async def test_a_feed_is_paused_and_resumed_by_commands(room: Pipeline, timur: Person) -> None:
    feed = room.feeds["Oasis Times"]
    assert "paused" in await timur.types(f"/pausefeed {feed.id}")
    assert "⚪" in await timur.types(f"/resumefeed {feed.id}")


@pytest.mark.parametrize(
    ("typed", "key"),
    [("/feed 99", "feed.unknown"), ("/feed example", "feed.several"),
     ("/removefeed https://x.example/", "feed.unknown")],
)  # fmt: skip
async def test_an_unclear_feed_is_asked_for(timur: Person, typed: str, key: str) -> None:
    with pytest.raises(NewsError) as refused:
        await timur.types(typed)
    assert key == refused.value.text_key


@pytest.mark.parametrize(
    ("command", "answered"),
    [("feed", "https://oasis.example/rss"), ("pausefeed", "paused"), ("resumefeed", "⚪"),
     ("removefeed", "Remove Oasis Times")],
)  # fmt: skip
async def test_a_command_without_its_source_awaits_it(
    timur: Person, command: str, answered: str
) -> None:
    with pytest.raises(NewsError, match=r"feed\.which"):
        await timur.types(f"/{command}")
    assert answered in await timur.types("oasis")


async def test_a_broadcast_without_its_text_awaits_it(timur: Person) -> None:
    assert "What should I announce" in await timur.types("/broadcast")
    assert "📣 Maintenance tonight" in await timur.types("Maintenance tonight")


@pytest.mark.parametrize("typed", ["{id}", "{url}"])
async def test_a_source_that_is_read_is_checked_by_its_number_and_not_offered_again(
    room: Pipeline, timur: Person, typed: str
) -> None:
    feed = room.feeds["Oasis Times"]

    async def look(address: str) -> Seen:
        assert feed.url == address
        return Seen(address, address, feed_of("Oasis", address))

    timur.context = replace(timur.context, feeds=Feeds(look))
    assert "Send the address" in await timur.types("/checkfeed")
    await timur.types(typed.format(id=feed.id, url=feed.url))
    timur.last, _ = await worked(timur.last)
    assert "5 items now" in seen(timur.last)
    assert "I already read this source." in seen(timur.last)
    assert [f"fv:{feed.id}"] == [one.press for one in buttons(timur.last)]


@pytest.mark.parametrize(
    ("kind", "offered"),
    [(FailKind.SERVER, True), (FailKind.TIMEOUT, True), (FailKind.DNS, True),
     (FailKind.NOT_FOUND, False), (FailKind.REFUSED_HOST, False)],
)  # fmt: skip
async def test_what_fails_for_the_moment_may_be_added_anyway(
    room: Pipeline, timur: Person, kind: FailKind, *, offered: bool
) -> None:
    kept: list[str] = []

    async def look(address: str) -> Seen:
        values = {"status": 503, "host": "new.example", "seconds": 10}
        return Seen(address, "https://new.example/rss", Failed(kind, address, values=values))

    async def add(typed: str) -> Any:
        kept.append(typed)
        return room.feeds["Oasis Times"]

    timur.context = replace(timur.context, feeds=Feeds(look, add))
    await timur.types("/addfeed new.example/rss")
    timur.last, _ = await worked(timur.last)
    assert offered == any("Add anyway" in one.label for one in buttons(timur.last))
    if offered:
        await timur.presses("Add anyway")
        assert isinstance(timur.last, Working)
        assert timur.last.in_place
        await worked(timur.last)
        assert ["https://new.example/rss"] == kept


async def test_a_page_that_cannot_be_read_by_itself_shows_how_a_selector_is_named(
    timur: Person,
) -> None:
    async def look(typed: str) -> Seen:
        address, rules = addresses.source(typed)
        told = Page(Fetched(address, 200, b""), NotAFeed(PageKind.NO_HEADLINES))
        return Seen(address, address, told, rules)

    timur.context = replace(timur.context, feeds=Feeds(look))
    await timur.types("/addfeed https://site.example/\nitem: auto")
    timur.last, _ = await worked(timur.last)
    assert "/addfeed https://site.example/\nitem: .news-card\ntitle: h3" in seen(timur.last)


def entries() -> Iterator[Entry]:
    for number in range(5):
        yield Entry(
            f"{number}",
            f"https://new.example/{number}",
            f"{number}",
            f"Headline {number}",
            "",
            NOW,
        )


def feed_of(title: str, address: str) -> FeedDocument:
    """Return what is seen where a feed is."""
    return FeedDocument(Fetched(address, 200, b""), ParsedFeed(title, tuple(entries())), "digest")


def page_of(address: str, links: tuple[FeedLink, ...] = ()) -> Page:
    """Return what is seen where a web page is that points to feeds."""
    return Page(Fetched(address, 200, b""), NotAFeed(PageKind.HTML, links=links))


async def test_what_stands_in_for_a_source_is_named_and_shown(
    room: Pipeline, timur: Person
) -> None:
    source = room.feeds["Oasis Times"]
    assert "/fallback 12 @channel" in await fails(timur, "/fallback")
    assert "/fallback 12 @channel" in await fails(timur, "/fallback Oasis")

    async def falls_back(feed_id: FeedId, typed: str) -> Any:
        new = feeds.NewFeed(addresses.address(typed), "", "", FeedKind.TELEGRAM)
        return await timur.context.db.write(feeds.add_fallback, feed_id, new, NOW)

    timur.context = replace(timur.context, feeds=Feeds(falls_back=falls_back))
    await timur.types(f"/fallback {source.id} @oasis")
    timur.last, _ = await worked(timur.last)
    said = seen(timur.last)
    assert "Oasis Times" in said
    assert "While it is ill, in this order:\n1. 💤 Telegram" in said
    listed = await timur.types("/feeds Oasis")
    assert 1 == listed.count("Oasis Times")
    assert "1. 💤 Telegram" in await timur.types("/feed Oasis")
    await timur.types("/export")
    assert isinstance(timur.last, File)
    assert b"t.me" not in timur.last.body


async def fails(person: Person, typed: str) -> str:
    """Return what a wrong request is answered with."""
    with pytest.raises(NewsError) as refused:
        await person.types(typed)
    return sentence(refused.value, "en")


async def test_adding_shows_what_it_would_bring_and_asks(room: Pipeline, timur: Person) -> None:
    asked: list[str] = []

    async def look(address: str) -> Seen:
        return Seen(address, "https://new.example/rss", feed_of("New Outlet", address))

    async def add(address: str) -> Any:
        asked.append(address)
        return room.feeds["Oasis Times"]

    timur.context = replace(timur.context, feeds=Feeds(look, add))
    await timur.types("/addfeed new.example")
    assert isinstance(timur.last, Working)
    assert "Checking… https://new.example" in plain(timur.last.first.html)
    timur.last, _ = await worked(timur.last)
    assert "New Outlet" in seen(timur.last)
    assert "5 items now" in seen(timur.last)
    assert "Add this source?" in seen(timur.last)
    assert [] == asked
    await timur.presses("Add")
    await worked(timur.last)
    assert ["https://new.example/rss"] == asked


async def test_a_known_feed_is_said_to_be_before_it_is_looked_at(
    room: Pipeline, timur: Person
) -> None:
    feed = room.feeds["Oasis Times"]
    for typed in (feed.url, "http://www.oasis.example/rss/", "oasis.example/rss?utm_source=x"):
        said = await timur.types(f"/addfeed {typed}")
        assert "I already read this source." in said
        assert feed.url in said
    await timur.context.db.write(feeds.pause, feed.id)
    said = await timur.types(f"/addfeed {feed.url}")
    assert "I am not reading it now. Resume it?" in said
    assert "paused" in said
    await timur.presses("Resume")
    assert "I already read this source." in await timur.types(f"/addfeed {feed.url}")


async def test_an_address_that_leads_to_a_known_feed_offers_nothing_new(
    room: Pipeline, timur: Person
) -> None:
    feed = room.feeds["Oasis Times"]

    async def look(address: str) -> Seen:
        return Seen(address, "https://short.example/x", feed_of("Oasis", feed.url))

    timur.context = replace(timur.context, feeds=Feeds(look))
    await timur.types("/addfeed short.example/x")
    timur.last, _ = await worked(timur.last)
    assert "I already read this source." in seen(timur.last)
    assert "Add" not in {one.label.split()[-1] for one in buttons(timur.last)}


async def test_the_address_that_a_feed_moved_from_is_known(room: Pipeline, timur: Person) -> None:
    feed = room.feeds["Oasis Times"]
    moved = "https://new.example/rss"
    assert await timur.context.db.write(feeds.move, feed.id, moved)
    found = await timur.context.db.read(feeds.get, feed.id)
    assert found is not None
    assert (moved, feed.url) == (found.url, found.moved_from)
    assert "I already read this source." in await timur.types(f"/addfeed {feed.url}")


async def test_what_is_no_feed_says_why_and_offers_what_the_page_points_to(
    timur: Person,
) -> None:
    async def look(address: str) -> Seen:
        links = (FeedLink("https://new.example/all.xml", "All news"),)
        return Seen(address, address, page_of(address, links))

    timur.context = replace(timur.context, feeds=Feeds(look))
    await timur.types("/checkfeed https://new.example/")
    timur.last, _ = await worked(timur.last)
    assert "A web page came instead of a feed." in seen(timur.last)
    offered = ["All news", "📄 Read the page’s headlines", "🔄 Try again"]
    assert offered == [one.label for one in buttons(timur.last)]


async def test_a_page_without_a_feed_is_read_for_its_headlines_when_asked(
    room: Pipeline, timur: Person
) -> None:
    looked_at: list[str] = []
    kept: list[str] = []

    async def look(typed: str) -> Seen:
        looked_at.append(typed)
        address, rules = addresses.source(typed)
        if not rules:
            return Seen(address, address, page_of(address))
        return Seen(address, address, feed_of("A Site", address), rules)

    async def add(typed: str) -> Any:
        kept.append(typed)
        return room.feeds["Oasis Times"]

    timur.context = replace(timur.context, feeds=Feeds(look, add))
    await timur.types("/addfeed site.example/news")
    timur.last, _ = await worked(timur.last)
    await timur.presses("Read the page")
    timur.last, _ = await worked(timur.last)
    assert "5 items now" in seen(timur.last)
    await timur.presses("Add")
    await worked(timur.last)
    read_so = "https://site.example/news\nitem: auto"
    assert (["site.example/news", read_so], [read_so]) == (looked_at, kept)


async def test_selectors_are_told_on_lines_of_their_own(timur: Person) -> None:
    with pytest.raises(NewsError, match=r"feed\.selectors"):
        await timur.types("/addfeed https://site.example/\ncolour: red")


@pytest.mark.parametrize("address", ["ftp://x.example", "not an address", "javascript:alert(1)"])
async def test_what_is_no_address_is_one_sentence(timur: Person, address: str) -> None:
    with pytest.raises(NewsError, match=r"feed\.address"):
        await timur.types(f"/addfeed {address}")


# --- lists ----------------------------------------------------------------------------------


def opml_file(body: bytes) -> SentFile:
    async def read() -> bytes:
        return body

    return SentFile("feeds.opml", len(body), read)


@pytest.mark.no_cover
async def test_ten_thousand_feeds_are_imported_with_progress(timur: Person) -> None:
    outlines = "".join(
        f'<outline text="O{n}" xmlUrl="https://o{n}.example/rss"/>' for n in range(10_000)
    )
    body = f"<opml><body>{outlines}</body></opml>".encode()
    await timur.types("/import", document=opml_file(body))
    end, reported = await worked(timur.last)
    assert "10,000 feeds added" in seen(end)
    assert 50 == len(reported)
    assert 10_005 == len(await timur.context.db.read(feeds.every))


@pytest.mark.parametrize(
    ("body", "key"),
    [(b"<opml><body>", "opml.broken"), (b"hello", "opml.broken"), (b"<opml/>", "opml.empty"),
     (b'<!DOCTYPE x [<!ENTITY a "b">]><opml/>', "opml.doctype"), (b"", "opml.broken")],
)  # fmt: skip
async def test_a_bad_list_is_one_sentence_and_changes_nothing(
    timur: Person, body: bytes, key: str
) -> None:
    before = await timur.context.db.read(feeds.every)
    with pytest.raises(NewsError) as refused:
        await timur.types("/import", document=opml_file(body))
    assert key == refused.value.text_key
    assert before == await timur.context.db.read(feeds.every)


async def test_what_is_exported_can_be_imported(timur: Person) -> None:
    await timur.types("/export")
    assert isinstance(timur.last, File)
    await timur.types("/import", document=opml_file(timur.last.body))
    end, _ = await worked(timur.last)
    assert seen(end) == "Nothing was added.\n5 feeds were there already."
    assert [] == buttons(end)


@pytest.mark.parametrize(
    ("language", "parts", "said"),
    [
        ("en", (1, 0, FeedList()), "✅ 1 feed added. The first check sends no alerts."),
        ("en", (2, 1, FeedList()), "✅ 2 feeds added. The first check sends no alerts.\n1 feed was there already."),
        ("en", (0, 0, FeedList(unusable=("ftp://a",))), "Nothing was added.\n1 address is unusable: ftp://a"),
        ("en", (0, 0, FeedList(unusable=("a", "b", "c", "d"))), "Nothing was added.\n4 addresses are unusable: a, b, c…"),
        ("ru", (0, 2, FeedList(unusable=("a", "b"))), "Ничего не добавлено.\n2 ленты уже были.\n2 адреса не годятся: a, b"),
        ("en", (1, 0, FeedList(unread=(7,), broken_off=True)), "✅ 1 feed added. The first check sends no alerts.\n1 line could not be read: 7\nThe file breaks off: there may have been more feeds in it."),
        ("ru", (0, 1, FeedList(unread=(1, 2, 3, 40, 50))), "Ничего не добавлено.\n1 лента уже была.\nНе прочитано 5 строк: 1, 2, 3…"),
    ],
)  # fmt: skip
def test_an_import_says_only_what_there_was(
    language: str, parts: tuple[int, int, FeedList], said: str
) -> None:
    assert said == plain(done(*parts, language)).replace("\u00a0", " ")


async def test_a_careless_list_is_imported_as_far_as_it_can_be_read(timur: Person) -> None:
    body = """<opml><body>
      <outline text="The "Oasis" daily" xmlUrl="feed://evening.example/rss"/>
      <outline text="Router" xmlUrl="http://192.168.1.1/rss"/>
      <outline text="Cut" xmlUrl="https://cut.exam"""
    await timur.types("/import", document=opml_file(body.encode()))
    end, _ = await worked(timur.last)
    assert seen(end) == (
        "✅ 1 feed added. The first check sends no alerts.\n"
        "1 address is unusable: http://192.168.1.1/rss\n"
        "1 line could not be read: 4\n"
        "The file breaks off: there may have been more feeds in it."
    )
    assert "http://evening.example/rss" in {
        one.url for one in await timur.context.db.read(feeds.every)
    }


async def test_an_import_is_undone_by_a_button_once_and_harms_no_other_source(
    room: Pipeline, timur: Person
) -> None:
    before = await timur.context.db.read(feeds.every)
    known = room.feeds["Oasis Times"].url
    body = f"""<opml><body><outline xmlUrl="{known}"/><outline xmlUrl="https://new.example/rss"/>
      <outline xmlUrl="https://other.example/rss"/></body></opml>"""
    await timur.types("/import", document=opml_file(body.encode()))
    timur.last, _ = await worked(timur.last)
    imported = timur.last
    await timur.presses("Undo this import")
    end, _ = await worked(timur.last)
    assert "2 feeds removed" in seen(end)
    assert before == await timur.context.db.read(feeds.every)
    timur.last = imported
    await timur.presses("Undo this import")
    end, _ = await worked(timur.last)
    assert "0 feeds removed" in seen(end)
    with pytest.raises(NewsError, match=r"button\.old"):
        await timur.sends("iu:999")


# --- announcements --------------------------------------------------------------------------


async def test_an_announcement_is_seen_confirmed_watched_and_stopped(
    room: Pipeline, timur: Person
) -> None:
    for number in range(3):
        await Person.comes(room.context(), ChatId(2000 + number))
    said = await timur.types("/broadcast Maintenance <tonight> & more")
    assert "Maintenance <tonight> & more" in said
    assert "Send it to 4 chats?" in said
    await timur.presses("Send")
    assert isinstance(timur.last, Working)
    timur.last = Edit(timur.last.first)
    assert "sent 0 of 4" in seen(timur.last)
    (first, *_) = await timur.context.db.write(queue.claim, NOW, 1)
    await timur.context.db.write(settle.settle, first, Sent(1), NOW)
    assert "sent 1 of 4" in await timur.presses("Refresh")
    assert "stopped 3" in await timur.presses("Stop")
    assert [] == await timur.context.db.write(queue.claim, NOW, 10)


async def test_an_announcements_standing_follows_until_all_is_sent(
    room: Pipeline, timur: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "LOOK_EVERY_S", 0)
    await Person.comes(room.context(), ChatId(2000))
    await timur.types("/broadcast Hello")
    await timur.presses("Send")
    assert isinstance(timur.last, Working)
    assert timur.last.in_place
    shown: list[str] = []

    async def report(message: Message) -> None:
        shown.append(plain(message.html))
        for one in await timur.context.db.write(queue.claim, NOW, 1):
            await timur.context.db.write(settle.settle, one, Sent(len(shown)), NOW)

    end = await timur.last.work(report)
    assert "sent 0 of 2" in shown[0]
    assert "sent 1 of 2" in shown[1]
    assert "sent 2 of 2" in seen(end)
    assert [] == buttons(end)


async def test_an_announcement_sent_twice_is_owed_once(timur: Person) -> None:
    await timur.types("/broadcast Hello")
    question = timur.last
    await timur.presses("Send")
    timur.last = question
    await timur.presses("Send")
    assert 1 == (await timur.context.db.read(broadcasts.progress, "b1")).total


# --- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "key"),
    [("/alias x", "alias.form"),
     ("/alias = x", "alias.form"), ("/alias x =", "alias.form"), ("/alias Xyz = xyz", "alias.form"),
     ("/alias a = b", "alias.no_name"), ("/alias Zorgulin = b", "alias.no_name"),
     ("/alias 2026 = Zorgulin", "alias.no_name"), ("/alias Zorgulin = <b>", "alias.no_name"),
     ("/alias Zorgulin = <b>Zor</b>", "alias.no_name"), ("/alias Zorgulin = ...", "alias.no_name"),
     ("/alias Zorgulin = " + "z" * 81, "alias.no_name"),
     ("/alias Zorgulin = Kazakhstan", "alias.taken"), ("/alias Россия = Казахстан", "alias.taken"),
     ("/alias Zorgulin = " + ", ".join(f"Zorgulin{n}" for n in range(31)), "alias.too_many")],
)  # fmt: skip
async def test_what_is_no_name_is_refused(timur: Person, typed: str, key: str) -> None:
    with pytest.raises(NewsError) as refused:
        await timur.types(typed)
    assert key == refused.value.text_key


async def test_a_name_is_learnt_at_once_and_kept(room: Pipeline, timur: Person) -> None:
    await timur.types("/alias Назарбаев = Nazarbayev, Nazarbaev")
    await timur.types("/alias Назарбаев = Zorgulin, Nazarbayev")
    kept = await timur.context.db.read(aliases.every)
    assert [("Назарбаев", ("Nazarbayev", "Nazarbaev", "Zorgulin"))] == kept
    assert "Zorgulin" in await timur.types("/alias")
    await room.tells("Steppe Courier", "Zorgulin opens a museum")
    assert "Zorgulin opens a museum" in await timur.types("/search Назарбаев")


async def test_what_was_taught_is_listed_forgotten_and_taught_again(
    room: Pipeline, timur: Person
) -> None:
    assert "To add another spelling" in await timur.types("/alias")
    await timur.types("/alias Назарбаев = Zorgulin, Nazarbaev")
    await timur.types("/alias ЦБ РК = Bank Q’azaq")
    assert "Назарбаев = Zorgulin, Nazarbaev" in await timur.types("/alias")
    assert "Forgotten: Назарбаев = Zorgulin" in await timur.presses("Назарбаев")
    assert ["ЦБ РК"] == [name for name, _ in await timur.context.db.read(aliases.every)]
    assert "Zorgulin" in await timur.presses("Undo")
    await room.tells("Steppe Courier", "Zorgulin opens a museum")
    assert "opens a museum" in await timur.types("/search Назарбаев")


async def test_forgetting_twice_is_harmless(timur: Person) -> None:
    await timur.types("/alias Назарбаев = Zorgulin")
    await timur.types("/alias")
    listed = timur.last
    await timur.presses("Назарбаев")
    timur.last = listed
    with pytest.raises(NewsError, match=r"button\.old"):
        await timur.presses("Назарбаев")


# --- counts ---------------------------------------------------------------------------------


async def test_the_numbers_are_said(room: Pipeline, timur: Person) -> None:
    await room.tells("Steppe Courier", "Tokayev opens a railway")
    assert "Items: 1" in await timur.types("/stats")
    assert "Active chats: 1" in await timur.types("/users")
    assert "Waiting: 0" in await timur.types("/limits")


@pytest.mark.parametrize(
    ("kept", "line"),
    [
        (Retention(), "News kept: all, RETENTION_DAYS limits it"),
        (Retention(timedelta(days=90)), "News kept: 90 days"),
        (Retention(timedelta(days=1), 5_000_000), "News kept: 1 day, 5 MB"),
    ],
)
async def test_what_is_kept_is_told(db: Database, kept: Retention, line: str) -> None:
    admin = await Person.comes(context_of(db, retention=kept), ADMIN)
    assert line in (await admin.types("/stats")).splitlines()


async def test_the_day_on_which_the_disk_is_full_is_told_once_growth_is_known(
    room: Pipeline, timur: Person
) -> None:
    await room.tells("Steppe Courier", "Tokayev opens a railway")
    assert "Disk full" not in await timur.types("/stats")
    today = round(room.clock.now.timestamp()) // 86_400
    size = await room.db.read(sizes.bytes_in_use)
    for grown, says in ((10_000_000, r"Grows a day: [\d.]+ MB\nDisk full: \d+ \w+ \d{4}|years"),
                        (-10_000_000, "Disk full: not in a hundred years")):  # fmt: skip
        await room.db.write(noted, today - 10, size - grown)
        assert re.search(says, await timur.types("/stats"))


def noted(db: Connection, day: int, size: int) -> None:
    db.conn.execute("insert or replace into file_sizes values (?, ?, 0)", (day, size))


async def test_a_story_that_is_not_kept_is_told_from_one_that_never_was(
    room: Pipeline, timur: Person
) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a railway")
    old = room.clock.now + timedelta(days=1)
    await room.tells("Oasis Times", "Something else", seen=-timedelta(days=2))
    await room.db.write(retention.forget_some, old)
    with pytest.raises(NewsError, match=r"story\.gone"):
        await timur.types(f"/s{story.id}")
    with pytest.raises(NewsError, match=r"story\.unknown"):
        await timur.types("/s999")


async def test_admins_read_help_for_their_commands_too(timur: Person) -> None:
    assert "/addfeed —" in await timur.types("/help")


async def test_ids_of_feeds_that_are_gone_are_harmless(timur: Person) -> None:
    for verb in ("fv", "fp", "fr", "fn", "fq", "fz"):
        with pytest.raises(NewsError, match=r"feed\.unknown"):
            await timur.sends(f"{verb}:{FeedId(404)}")
    assert await timur.context.db.read(chats.get, ADMIN) is not None


async def test_a_masked_address_that_is_typed_back_means_its_feed(
    room: Pipeline, timur: Person
) -> None:
    url = "https://bob:pw@vakhsh.example/rss?key=secret"
    await room.db.write(feeds.add, feeds.NewFeed(url, "Vakhsh", "Vakhsh"), NOW)
    masked = "https://***@vakhsh.example/rss?key=***"
    assert masked in await timur.types("/feed vakhsh")
    assert "already" in await timur.types(f"/addfeed {masked}")
    assert "No source has" in await timur.types("/feeds bob:pw")
    assert "Vakhsh" in await timur.types(f"/removefeed {masked}")
    await timur.presses("Remove")
    with pytest.raises(NewsError, match="unknown"):
        await timur.types(f"/feed {masked}")


async def test_an_export_in_the_chat_leaves_secrets_out_and_says_so(
    room: Pipeline, timur: Person
) -> None:
    url = "https://vakhsh.example/rss?key=secret"
    await room.db.write(feeds.add, feeds.NewFeed(url, "Vakhsh", "Vakhsh"), NOW)
    await timur.types("/export")
    assert isinstance(timur.last, File)
    assert b"key=***" in timur.last.body
    assert b"secret" not in timur.last.body
    assert "--with-secrets" in timur.last.caption
    await timur.types("/import", document=opml_file(timur.last.body))
    reply, _ = await worked(timur.last)
    assert "1 address has ***" in seen(reply)
