"""The ingester: entries become items of stories, and what is owed is written with them or not at
all."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage import aliases, chats, feeds, fingerprints, items, matches, stories, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    Feed,
    ItemId,
    ItemImage,
    Mode,
    StoryId,
    Subscription,
)
from storage.sql import Connection
from watchers.ingester import Ingester
from watchers.parse import Entry
from watchers.text import urls

READER = ChatId(1001)


def entry(number: int, title: str, summary: str = "", **changed: object) -> Entry:
    url = f"https://courier.example/{number}"
    values: dict[str, object] = {
        "external_id": f"guid-{number}",
        "url": url,
        "url_key": urls.canonical_key(url),
        "title": title,
        "summary_html": summary,
        "published": None,
        "keys": (f"g:guid-{number}", f"u:{urls.canonical_key(url)}"),
    }
    return Entry(**(values | changed))  # type: ignore[arg-type]


async def feed_of(db: Database, name: str, now: datetime) -> Feed:
    new = feeds.NewFeed(f"https://{name}.example/rss", name, name)
    return await db.write(feeds.add, new, now)


async def reader_of(db: Database, query: str, now: datetime) -> Subscription:
    chat = Chat(READER, ChatKind.PRIVATE, digest_from=now, created_at=now)
    await db.write(chats.see_chat, chat, now)
    subscription, _ = await db.write(
        subscriptions.add,
        chat_id=READER,
        thread_id=NO_THREAD,
        query=query,
        mode=Mode.INSTANT,
        now=now,
    )
    return subscription


def owed(db: Connection) -> list[tuple[str, str, int]]:
    return list(db.conn.execute("select kind, subject, story_id from deliveries order by id"))


def all_items(db: Connection) -> list[tuple[int, int, str]]:
    return [(item.id, item.story_id, item.title) for item, _ in items.every(db)]


async def test_one_event_told_by_two_outlets_is_one_story_and_one_alert(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    await reader_of(db, "Astana", now)
    title = "President of France arrives in Astana for talks on uranium"
    for name, minutes in (("courier", 0), ("herald", 5)):
        feed = await feed_of(db, name, now)
        at = now + timedelta(minutes=minutes)
        told = entry(
            minutes + 1, title, url=f"https://{name}.example/a", url_key=f"{name}.example/a"
        )
        await ingester.take(feed, (told,), None, at)
    assert [1, 1] == [story for _, story, _ in await db.read(all_items)]
    assert [("alert", "s1", 1)] == [row for row in await db.read(owed) if row[0] == "alert"]


async def test_what_an_outlet_says_under_every_headline_makes_no_story(
    db: Database, now: datetime
) -> None:
    """Known from its first document on, and after a start."""
    tail = "<p>Наши собкоры в трёх долинах следят за жизнью края и пишут обо всём важном.</p>"
    titles = (
        "В Оше открыли школу на тысячу мест", "Рыбаки поймали осетра весом с лодку",
        "Суд оштрафовал завод за дым", "Сборная выиграла кубок", "Мост через реку закрыт",
    )  # fmt: skip
    feed = await feed_of(db, "courier", now)
    document = [replace(entry(n, title), summary_html=tail) for n, title in enumerate(titles, 1)]
    ingester = await Ingester.opened(db)
    await ingester.take(feed, tuple(document[:4]), None, now)
    after_a_start = await Ingester.opened(db)
    await after_a_start.remember(now)
    await after_a_start.take(feed, tuple(document), None, now)
    assert set(range(1, 6)) == {story for _, story, _ in await db.read(all_items)}


async def test_the_same_document_again_changes_nothing(db: Database, now: datetime) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    document = tuple(entry(n, f"Headline number {n} about something") for n in range(5))
    first = await ingester.take(feed, document, None, now)
    again = await ingester.take(feed, document, None, now + timedelta(hours=1))
    assert (5, 0, 0) == (first.new, first.updated, first.unchanged)
    assert (0, 0, 5) == (again.new, again.updated, again.unchanged)
    assert 5 == len(await db.read(all_items))


async def test_an_edited_title_is_an_update_and_news_once_to_whom_only_it_meets(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await reader_of(db, "uranium", now)
    await ingester.take(feed, (entry(1, "Talks begin"),), None, now)
    assert [] == await db.read(owed)
    for title in ("Talks on uranium begin", "Talks on uranium have begun"):
        taken = await ingester.take(feed, (entry(1, title),), None, now)
        assert (0, 1) == (taken.new, taken.updated)
        assert [(1, 1, title)] == await db.read(all_items)
        assert [("alert", "s1", 1)] == [row for row in await db.read(owed) if row[0] == "alert"]


@pytest.mark.parametrize(
    ("first", "hours", "silent"),
    [
        (entry(1, "Uranium talks begin"), 1, False),
        (entry(1, "Talks begin"), 25, False),
        (entry(1, "Talks begin"), 1, True),
    ],
    ids=["it met before, unheard", "an article of yesterday", "a silent document"],
)
async def test_an_edit_that_is_no_news_owes_nobody_an_alert(
    db: Database, now: datetime, first: Entry, hours: int, *, silent: bool
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await ingester.take(feed, (first,), None, now, silent=True)
    await reader_of(db, "uranium", now)
    edited = (entry(1, "Talks on uranium begin"),)
    at = now + timedelta(hours=hours)
    taken = await ingester.take(feed, edited, None, at, silent=silent)
    assert 1 == taken.updated
    assert [] == await db.read(owed)


async def test_an_edit_is_an_alert_where_the_word_stood_in_the_text_alone(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await reader_of(db, "uranium", now)
    await ingester.take(feed, (entry(1, "Talks begin", "They are about uranium."),), None, now)
    assert [] == await db.read(owed)
    edited = entry(1, "Uranium talks begin", "They are about uranium.")
    await ingester.take(feed, (edited,), None, now)
    assert [("alert", "s1", 1)] == await db.read(owed)
    [match] = await db.read(lambda opened: matches.of_story(opened, READER, StoryId(1)))
    assert match.in_headline


@pytest.mark.parametrize(
    ("changed", "state", "reason"),
    [
        ({"quiet_from": 0, "quiet_to": 1439}, "held", "quiet"),
        ({"alerts_per_hour": 0}, "merged", "hour"),
        ({}, "queued", ""),
    ],
)
async def test_an_edit_that_is_news_keeps_the_chats_rules(
    db: Database, now: datetime, changed: dict[str, int], state: str, reason: str
) -> None:
    """Told eight hours ago, and the chat was told something since: the headline is of now."""
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await reader_of(db, "uranium", now)
    await ingester.take(feed, (entry(1, "Talks begin", published=now),), None, now)
    later = now + timedelta(hours=8)

    looked = now + timedelta(hours=7)
    await db.write(lambda opened: chats.change(opened, READER, digest_from=looked, **changed))
    await ingester.take(feed, (entry(1, "Uranium talks begin", published=now),), None, later)
    query = "select state, reason from deliveries where kind = 'alert'"
    rows = await db.read(lambda opened: list(opened.conn.execute(query)))
    assert [(state, reason)] == rows


PAGE = {"url": "https://courier.example/live", "url_key": "courier.example/live"}
SCHOOL, APPLES = "Village of Terek gets a new school", "Fair in Karakol sells apples by the tonne"


def shown(title: str, at: datetime, *keys: str, **changed: object) -> Entry:
    """What a page shows under its one address."""
    told = {"published": at, "keys": (*keys, "u:courier.example/live"), "external_id": ""}
    return entry(0, title, **(PAGE | told | changed))


async def test_another_article_under_a_known_address_is_news_and_the_old_one_stays(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await reader_of(db, "apples", now)
    later = now + timedelta(hours=2)
    await ingester.take(feed, (shown(SCHOOL, now),), None, now)
    taken = await ingester.take(feed, (shown(APPLES, later),), None, later)
    assert (1, 0) == (taken.new, taken.updated)
    assert [(1, 1, SCHOOL), (2, 2, APPLES)] == await db.read(all_items)
    assert [("alert", "s2", 2)] == await db.read(owed)
    grown = f"{APPLES}, and pears"
    taken = await ingester.take(feed, (shown(grown, later),), None, later)
    assert (0, 1) == (taken.new, taken.updated)
    assert [(1, 1, SCHOOL), (2, 2, grown)] == await db.read(all_items)


async def test_an_old_article_that_comes_back_to_its_page_is_known(
    db: Database, now: datetime
) -> None:
    """Caches take turns, and a page returns to what it showed before; also after a restart."""
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    later = now + timedelta(hours=2)
    documents = (shown(SCHOOL, now),), (shown(APPLES, later),)
    for document in (*documents, *documents):
        await ingester.take(feed, document, None, later)
    ingester = await Ingester.opened(db)
    await ingester.remember(later)
    for document in documents:
        taken = await ingester.take(feed, document, None, later)
        assert (0, 0, 1) == (taken.new, taken.updated, taken.unchanged)
    assert [(1, 1, SCHOOL), (2, 2, APPLES)] == await db.read(all_items)


async def test_a_headline_that_comes_again_at_a_later_time_is_news(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    days = [now + timedelta(days=10 * n) for n in range(3)]
    for title, at in zip((SCHOOL, APPLES, SCHOOL), days, strict=True):
        await ingester.take(feed, (shown(title, at),), None, at)
    assert [SCHOOL, APPLES, SCHOOL] == [title for *_, title in await db.read(all_items)]


async def test_an_address_used_again_under_an_id_of_its_own_is_news(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    later = now + timedelta(hours=2)
    for number, (title, at) in enumerate(((SCHOOL, now), (APPLES, later)), 1):
        told = shown(title, at, f"g:{number}", external_id=f"{number}")
        await ingester.take(feed, (told,), None, at)
    taken = await ingester.take(feed, (shown(SCHOOL, now, "g:1", external_id="1"),), None, later)
    assert 1 == taken.unchanged
    assert [(1, 1, SCHOOL), (2, 2, APPLES)] == await db.read(all_items)


async def test_places_for_ids_rewrite_no_history_when_the_whole_list_turns_over(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    lists = (
        ("Miners return to their shift", "Ferry waits for weather"),
        ("Coins of the ninth century found", "Judo team flies to Paris"),
    )
    for day, titles in enumerate(lists):
        at = now + timedelta(hours=day)
        told = [
            entry(10 * day + place, title, published=at, keys=(f"g:{place}", f"u:{day}{place}"))
            for place, title in enumerate(titles)
        ]
        taken = await ingester.take(feed, told, None, at)
        assert (2, 0) == (taken.new, taken.updated)
    assert sorted(sum(lists, ())) == sorted(title for *_, title in await db.read(all_items))


async def test_an_import_keeps_what_is_stored_and_takes_what_is_another_article(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    later = now + timedelta(hours=2)
    await ingester.take(feed, (shown(SCHOOL, now),), None, now)
    document = (shown(f"{SCHOOL} at last", later), shown(APPLES, later))
    taken = [await ingester.take(feed, (one,), None, later, edits=False) for one in document]
    assert [(0, 1), (1, 0)] == [(one.new, one.kept) for one in taken]


async def test_guids_that_only_count_the_entries_hide_no_news(db: Database, now: datetime) -> None:
    """Each document numbers its entries from the top: the newest is always number 1."""
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)

    def document(*pages: int) -> list[Entry]:
        return [
            entry(page, f"Page {page}", keys=(f"g:{place}", f"u:courier.example/{page}"))
            for place, page in enumerate(pages, 1)
        ]

    for pages in ((2, 1), (3, 2, 1), (5, 4, 3, 2), (5, 4, 3, 2)):
        await ingester.take(feed, document(*pages), None, now)
    assert [f"Page {n}" for n in range(1, 6)] == [title for *_, title in await db.read(all_items)]


async def test_an_article_that_moves_stays_the_same_item(db: Database, now: datetime) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await ingester.take(feed, (entry(1, "Talks begin"),), None, now)
    moved = entry(1, "Talks end", keys=("g:guid-1", "u:courier.example/talks-end"))
    taken = await ingester.take(feed, (moved,), None, now)
    assert (0, 1) == (taken.new, taken.updated)


async def test_the_next_document_meets_what_was_subscribed_changed_and_removed_meanwhile(
    db: Database, now: datetime
) -> None:
    """Nobody tells the ingester: whoever writes the rows, it follows them."""
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    uranium = await reader_of(db, "uranium", now)
    await ingester.take(feed, (entry(1, "Uranium price rises"),), None, now)
    await db.write(subscriptions.save, replace(uranium, query="cotton"))
    await ingester.take(feed, (entry(2, "Smugglers of uranium are jailed in Osh"),), None, now)
    await ingester.take(feed, (entry(3, "Cotton harvest ends early"),), None, now)
    await db.write(subscriptions.save, replace(uranium, query="cotton", paused=True))
    await ingester.take(feed, (entry(4, "Cotton exports are banned"),), None, now)
    assert [1, 3] == [story for _, _, story in await db.read(owed)]
    await db.write(subscriptions.save, replace(uranium, query="cotton"))
    await db.write(chats.forget, READER)
    await ingester.take(feed, (entry(5, "Cotton is cheaper than ever before"),), None, now)
    assert [] == await db.read(owed)  # they went with their chat
    assert not ingester._memory.subscribers


async def test_a_name_taught_meanwhile_is_met_by_the_next_document(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await reader_of(db, "Qyzyltas", now)
    await ingester.take(feed, (entry(1, "Ferries return to Redstone after winter"),), None, now)
    await db.write(aliases.teach, "Qyzyltas", ["Redstone"], 1, now)
    await ingester.take(feed, (entry(2, "Doctors in Redstone strike over their pay"),), None, now)
    assert [2] == [story for _, _, story in await db.read(owed)]


async def test_a_silent_document_owes_nobody_an_alert(db: Database, now: datetime) -> None:
    ingester = await Ingester.opened(db)
    await reader_of(db, "uranium", now)
    feed = await feed_of(db, "courier", now)
    taken = await ingester.take(feed, (entry(1, "Uranium price rises"),), None, now, silent=True)
    assert 1 == taken.new
    assert [] == await db.read(owed)


async def test_what_could_not_be_recorded_was_never_there(db: Database, now: datetime) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    with pytest.raises(ValueError, match="naive"):
        await ingester.take(
            feed, (entry(1, "Uranium price rises"),), None, now.replace(tzinfo=None)
        )
    assert [] == await db.read(all_items)
    await ingester.take(feed, (entry(2, "Uranium price rises"),), None, now)
    [(_, story, _)] = await db.read(all_items)
    assert await db.read(stories.get, story) is not None


async def test_a_new_desk_remembers_the_living_stories(db: Database, now: datetime) -> None:
    title = "Earthquake of magnitude 5.1 felt in Almaty region"
    await (await Ingester.opened(db)).take(
        await feed_of(db, "courier", now), (entry(1, title),), None, now
    )
    ingester = await Ingester.opened(db)
    await ingester.remember(now)
    told = entry(2, title, url="https://herald.example/q", url_key="herald.example/q")
    await ingester.take(await feed_of(db, "herald", now), (told,), None, now)
    assert [(1, 1, title), (2, 1, title)] == await db.read(all_items)


async def test_what_is_remembered_is_what_was_in_memory(db: Database, now: datetime) -> None:
    """Also the first item of a story that lives on, older than the window by now."""
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    titles = ("Wheat harvest ends in Kostanay", "Quake of magnitude 5.1 felt in Almaty")
    for day, number in ((0, 1), (0, 2), (6, 3), (8, 4)):
        told = entry(number, titles[number == 1], url_key=f"{number}.example/q")
        at = now + timedelta(days=day, minutes=number)
        await ingester.take(feed, (told,), None, at)
        await ingester.expire(at)
    after = await Ingester.opened(db)
    await after.remember(now + timedelta(days=8))
    indexes = ingester._memory.index, after._memory.index
    assert [{2: 2, 3: 2, 4: 2}] * 2 == [index.stories() for index in indexes]
    assert [indexes[0].features(ItemId(n)) for n in (2, 3, 4)] == [
        indexes[1].features(ItemId(n)) for n in (2, 3, 4)
    ]
    weights = [[index.weights(ItemId(n)) for n in (2, 3, 4)] for index in indexes]
    assert [(one.sums, [*one.posted]) for one in weights[0]] == [
        (one.sums, [*one.posted]) for one in weights[1]
    ]


@pytest.mark.parametrize("weights", ["null", "x'00'", "x''", "x'01ffffffff'"])
async def test_an_item_without_readable_weights_is_weighed_again(
    db: Database, now: datetime, weights: str
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    title = "Quake of magnitude 5.1 felt by many in Almaty"
    await ingester.take(feed, (entry(1, title),), None, now)
    spoilt = f"update tellings set weights = {weights}"
    await db.write(lambda opened: opened.conn.execute(spoilt))
    after = await Ingester.opened(db)
    await after.remember(now + timedelta(hours=1))
    told = entry(2, title, url_key="2.example/q")
    await after.take(feed, (told,), None, now + timedelta(hours=1))
    assert {1: 1, 2: 1} == after._memory.index.stories()


@pytest.mark.parametrize("spoilt", ["delete from tellings", "update tellings set packed = x'00'"])
async def test_an_item_without_a_readable_row_is_made_again(
    db: Database, now: datetime, spoilt: str
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await ingester.take(feed, (entry(1, "Quake of magnitude 5.1 felt in Almaty"),), None, now)
    before = await db.read(lambda opened: fingerprints.tellings(opened, 1, 1)[1].packed)
    await db.write(lambda opened: opened.conn.execute(spoilt))
    after = await Ingester.opened(db)
    await after.remember(now + timedelta(hours=1))
    assert before == await db.read(lambda opened: fingerprints.tellings(opened, 1, 1)[1].packed)
    assert {1: 1} == after._memory.index.stories()


async def test_what_went_silent_while_we_were_away_is_an_old_text(
    db: Database, now: datetime
) -> None:
    title = "Quake of magnitude 5.1 felt by many in Almaty"
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await ingester.take(feed, (entry(1, title), entry(2, "Wheat harvest ends")), None, now)
    await ingester.merge(StoryId(1), StoryId(2), 7, now)
    late = now + timedelta(days=60)
    for _ in range(2):  # the first of them finds it silent, the second never saw it alive
        ingester = await Ingester.opened(db)
        await ingester.remember(late)
        assert {} == ingester._memory.index.stories()
    told = entry(3, title, url_key="herald.example/q")
    await ingester.take(feed, (told,), None, late)
    [story] = [story for item, story, _ in await db.read(all_items) if item == 3]
    assert story == 2


async def test_an_admins_split_is_obeyed_after_a_restart(db: Database, now: datetime) -> None:
    ingester = await Ingester.opened(db)
    title = "Earthquake of magnitude 5.1 felt in Almaty region"
    for number, name in enumerate(("courier", "herald"), 1):
        told = entry(number, title, url_key=f"{name}.example/q")
        await ingester.take(await feed_of(db, name, now), (told,), None, now)
    [(_, story, _), (second, _, _)] = await db.read(all_items)
    own = (await ingester.split([second], 7, now)).target
    assert own != story
    after = await Ingester.opened(db)
    await after.remember(now)
    assert [story, own] == [row[1] for row in await db.read(all_items)]


async def test_an_admins_merge_makes_one_story_whose_ids_both_lead_to_it(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    told = (entry(1, "Bishkek opens a new school"), entry(2, "Wheat harvest ends in Kostanay"))
    await ingester.take(feed, told, None, now)
    [(_, one, _), (_, other, _)] = await db.read(all_items)
    assert one == (await ingester.merge(other, one, 7, now)).target
    assert one == await db.read(stories.current, other)


async def test_of_a_story_that_left_the_archive_an_admin_hears_that_it_did(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    await ingester.take(feed, (entry(1, "Bishkek opens a new school"),), None, now)
    [(_, story, _)] = await db.read(all_items)
    await db.write(feeds.remove, feed.id)
    for wanted, said in ((story, "story.gone"), (StoryId(story + 1), "story.unknown")):
        with pytest.raises(NewsError, match=said):
            await ingester.merge(wanted, story, 7, now)


async def test_a_story_outlives_the_feed_that_told_it_first(db: Database, now: datetime) -> None:
    ingester = await Ingester.opened(db)
    first = await feed_of(db, "courier", now)
    await ingester.take(first, (entry(1, "Bishkek opens a new school"),), None, now)
    await db.write(feeds.remove, first.id)
    again = await feed_of(db, "courier", now)
    await ingester.take(again, (entry(1, "Bishkek opens a new school"),), None, now)
    [(item, story, _)] = await db.read(all_items)
    assert item > 1
    assert await db.read(stories.get, story) is not None


def the_alert_arrived(db: Connection, now_ms: int) -> None:
    db.conn.execute(
        "update deliveries set state = 'sent', message_id = 7, settled_at = ? where kind = 'alert'",
        (now_ms,),
    )


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_toll_that_rises_by_an_edit_answers_the_alert_once(
    db: Database, now: datetime, *, restarted: bool
) -> None:
    """And what others tell later is compared with the edited headline, after a start too."""
    ingester = await Ingester.opened(db)
    await reader_of(db, "Karaganda", now)
    courier, herald = await feed_of(db, "courier", now), await feed_of(db, "herald", now)
    for hour, feed, number, title in (
        (1, courier, 1, "Mine collapse near Karaganda kills 5 people"),
        (2, courier, 1, "Mine collapse near Karaganda kills 7 people"),
        (3, herald, 2, "Death toll in Karaganda mine collapse rises to 7"),
        (4, herald, 2, "Death toll in Karaganda mine collapse rises to 9"),
    ):
        at = now + timedelta(hours=hour)
        if restarted:
            ingester = await Ingester.opened(db)
            await ingester.remember(at)
        told = entry(number, title, published=now, url_key=f"{feed.title}.example/{number}")
        await ingester.take(feed, (told,), None, at)
        await db.write(the_alert_arrived, int(at.timestamp() * 1000))
    told_to_reader = [row for row in await db.read(owed) if row[0] != "edit"]
    assert [("alert", "s1", 1), ("update", "s1:kill=9", 1)] == told_to_reader
    [change] = await db.read(turns)
    assert {"kind": "kill", "before": 5, "after": 9} == change  # 5 to 7 and 7 to 9, gathered


def turns(db: Connection) -> list[dict[str, object]]:
    rows = db.conn.execute("select payload -> 'change' from deliveries where kind = 'update'")
    return [{k: v for k, v in json.loads(row[0]).items() if k != "item"} for row in rows]


async def test_a_rising_toll_answers_the_alert_and_opens_no_story(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    await reader_of(db, "Karaganda", now)
    titles = (
        "Mine collapse near Karaganda kills 5 people",
        "Death toll in Karaganda mine collapse rises to 9",
    )
    for number, title in enumerate(titles, 1):
        feed = await feed_of(db, f"outlet{number}", now)
        at = now + timedelta(hours=number)
        told = entry(number, title, url_key=f"outlet{number}.example/{number}")
        await ingester.take(feed, (told,), None, at)
        await db.write(the_alert_arrived, int(at.timestamp() * 1000))
    assert [1, 1] == [story for _, story, _ in await db.read(all_items)]
    told_to_reader = [row for row in await db.read(owed) if row[0] != "edit"]
    assert [("alert", "s1", 1), ("update", "s1:kill=9", 1)] == told_to_reader


async def test_living_stories_are_remembered_when_a_document_may_bring_news(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed, other = await feed_of(db, "courier", now), await feed_of(db, "herald", now)
    await ingester.take(feed, (entry(1, SCHOOL), entry(2, APPLES)), None, now)
    later = now + timedelta(hours=1)
    late = await Ingester.opened(db)
    late.remember_at_news(later)
    taken = await late.take(feed, (entry(1, SCHOOL), entry(2, APPLES)), None, later)
    assert (0, 2, 0) == (taken.new, taken.unchanged, len(late._memory.index))
    taken = await late.take(other, (entry(3, SCHOOL),), None, later)
    assert 1 == taken.new
    assert [(1, 1, APPLES), (2, 2, SCHOOL), (3, 2, SCHOOL)] == await db.read(all_items)


async def test_another_article_under_a_known_key_may_be_news(db: Database, now: datetime) -> None:
    ingester = await Ingester.opened(db)
    feed, later = await feed_of(db, "courier", now), now + timedelta(hours=2)
    await ingester.take(feed, (shown(SCHOOL, now),), None, now)
    late = await Ingester.opened(db)
    late.remember_at_news(later)
    taken = await late.take(feed, (shown(APPLES, later),), None, later)
    assert (1, 0) == (taken.new, taken.updated)
    assert late._remembers_at is None


# --- articles that change ---------------------------------------------------------------------


def versions(db: Connection) -> list[tuple[int, str, str]]:
    return list(db.conn.execute("select item_id, title, summary from revisions order by until"))


async def test_a_changed_title_or_lead_keeps_its_earlier_version(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    document = [entry(1, "Akim bought a villa", "With school money."), entry(2, "Rain in Osh")]
    changed = [
        document,
        [entry(1, "Akim bought a villa", "With money."), document[1]],
        [entry(1, "Akim bought a house", "With money."), document[1]],
        [entry(1, "Akim bought a house", "With money."), document[1]],
    ]
    for minutes, entries in enumerate(changed):
        await ingester.take(feed, entries, None, now + timedelta(minutes=minutes))
    assert [
        (2, "Akim bought a villa", "With school money."),
        (2, "Akim bought a villa", "With money."),
    ] == await db.read(versions)


async def test_another_article_under_the_same_address_is_no_version(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    for at, title in enumerate(("Rain floods the streets of Osh", "Parliament votes on a budget")):
        one = entry(1, title, published=now + timedelta(hours=at))
        await ingester.take(feed, (one,), None, now + timedelta(hours=at))
    assert 2 == len(await db.read(all_items))
    assert [] == await db.read(versions)


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("https://courier.example/moved/1", "https://courier.example/moved/1"),
        # The same page, and nothing that would be written.
        ("http://www.courier.example/1/?utm_source=rss", "https://courier.example/1"),
    ],
    ids=["moved", "the same"],
)
async def test_an_article_that_only_moved_is_found_where_it_is_now(
    db: Database, now: datetime, link: str, leads_to: str
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    first = (entry(1, "Akim bought a villa"), entry(2, "Rain in Osh"))
    await ingester.take(feed, first, None, now)
    key = urls.canonical_key(link)
    moved = entry(1, "Akim bought a villa", url=link, url_key=key, keys=("g:guid-1", f"u:{key}"))
    for _ in range(2):
        taken = await ingester.take(feed, (moved,), None, now)
        assert (0, 0, 1) == (taken.new, taken.updated, taken.unchanged)
    stored = await db.read(lambda base: {item.title: item.url for item, _ in items.every(base)})
    assert leads_to == stored["Akim bought a villa"]
    assert [] == await db.read(versions)


@pytest.mark.parametrize(
    ("image", "feed_url", "kept"),
    [
        ("https://cdn.example/a.jpg", "https://courier.example/rss", True),
        ("http://127.0.0.1/a.jpg", "https://courier.example/rss", False),
        ("http://[::1]:80/a.jpg", "https://courier.example/rss", False),
        ("http://10.0.0.7:8080/a.jpg", "https://courier.example/rss", False),
        ("http://printer.local/a.jpg", "https://courier.example/rss", False),
        ("http://intranet/a.jpg", "https://courier.example/rss", False),
        ("http://127.0.0.1:8080/a.jpg", "http://127.0.0.1:8080/rss", True),
        ("http://127.0.0.1:9090/a.jpg", "http://127.0.0.1:8080/rss", False),
    ],
)
async def test_a_picture_of_a_private_network_is_kept_only_of_a_feed_that_lies_there(
    db: Database, now: datetime, image: str, feed_url: str, kept: bool
) -> None:
    ingester = await Ingester.opened(db)
    new = feeds.NewFeed(feed_url, "Courier", "Courier")
    feed = await db.write(feeds.add, new, now)
    await ingester.take(feed, (entry(1, "Bridge opened", image=ItemImage(image)),), None, now)
    (item,) = await db.read(items.by_ids, [ItemId(1)])
    assert kept == (item.image is not None)


async def test_another_picture_alone_is_no_edit(db: Database, now: datetime) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)
    for name in "ab":
        image = ItemImage(f"https://courier.example/{name}.jpg")
        told = entry(1, "Bridge opened", "A new one.", image=image)
        await ingester.take(feed, (told,), None, now)
    (item,) = await db.read(items.by_ids, [ItemId(1)])
    assert (None, "https://courier.example/a.jpg") == (item.updated_at, item.image.url)
