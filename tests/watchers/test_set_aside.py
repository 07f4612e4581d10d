"""What raises is set aside with its reason, and whatever stands beside it is recorded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import aliases, items, matches, set_aside, subscriptions
from storage.database import Database
from storage.model import NO_THREAD, Feed, Mode, Subscription, SubscriptionId
from storage.set_aside import Aside, AsideKind
from storage.sql import Connection
from tests.watchers.test_ingester import READER, all_items, entry, feed_of, owed, reader_of
from watchers.ingester import Ingester, Taken
from watchers.keywords.query import All, Filter, Prefix, Query
from watchers.parse import Entry

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def poisonous(text: str, word: str) -> Query:
    """A query that overflows at whatever has a word that begins so: a day after the last one."""
    last_day = Filter("until", "9999-12-31", moment=END_OF_TIME)
    return Query(text, All((Prefix(f"{word}*", word), last_day)))


def unstorable(number: int, **changed: object) -> Entry:
    """An entry that SQLite refuses: half a character."""
    return entry(number, f"Half a character \ud800 in news {number}", **changed)


async def subscribed(db: Database, query: str, now: datetime) -> Subscription:
    made, _ = await db.write(
        subscriptions.add,
        chat_id=READER, thread_id=NO_THREAD, query=query, mode=Mode.INSTANT, now=now,
    )  # fmt: skip
    return made


async def asides(db: Database) -> list[tuple[AsideKind, str, str, int]]:
    return [
        (one.aside.kind, one.aside.what, one.aside.why.partition(",")[0], one.times)
        for one in await db.read(set_aside.untold)
    ]


def titles(db: Connection) -> list[str]:
    return sorted(item.title for item, _ in items.every(db))


async def take(ingester: Ingester, feed: Feed, entries: tuple[Entry, ...], now: datetime) -> Taken:
    return await ingester.take(feed, entries, None, now)


async def test_a_query_that_raises_costs_nobody_else_anything(db: Database, now: datetime) -> None:
    """Every item is recorded, every other reader alerted, and the reason noted once, counted."""
    ingester = await Ingester.opened(db)
    good = await reader_of(db, "uranium", now)
    bad = await subscribed(db, "gold", now)
    feed = await feed_of(db, "courier", now)
    await take(ingester, feed, (entry(1, "Nothing that anybody asked for"),), now)  # knows both
    ingester._memory.queries.put(bad.query, poisonous("gold", "uran"))

    for number in (2, 3):
        await take(ingester, feed, (entry(number, f"Uranium find number {number}"),), now)

    assert 3 == len(await db.read(all_items))
    assert ["s2", "s3"] == [subject for _, subject, _ in await db.read(owed)]
    assert [good.id] * 2 == [
        met.subscription_id
        for story in (2, 3)
        for met in await db.read(matches.of_story, READER, story)
    ]
    assert [(AsideKind.SUBSCRIPTION, str(bad.id), "OverflowError", 2)] == await asides(db)


async def test_an_item_at_which_many_queries_raise_is_odd_itself(
    db: Database, now: datetime
) -> None:
    """Then their owners hear nothing of it."""
    ingester = await Ingester.opened(db)
    await reader_of(db, "uranium", now)
    feed = await feed_of(db, "courier", now)
    made = [await subscribed(db, f"gold{n}", now) for n in range(5)]
    await take(ingester, feed, (entry(1, "Nothing that anybody asked for"),), now)
    for one in made:
        ingester._memory.queries.put(one.query, poisonous(one.query, "uran"))

    await take(ingester, feed, (entry(2, "Uranium find"),), now)

    assert ["s2"] == [subject for _, subject, _ in await db.read(owed)]
    assert [(AsideKind.ITEM, "https://courier.example/2", "OverflowError", 1)] == await asides(db)


async def test_a_stored_query_of_another_grammar_is_survived_at_start_and_noted(
    db: Database, now: datetime
) -> None:
    """It comes back to life when it is changed, and what was noted of it goes."""
    await reader_of(db, "uranium", now)
    odd = await subscribed(db, "(zzqq OR until:9999-12-31) since:9999-01-01", now)
    feed = await feed_of(db, "courier", now)
    ingester = await Ingester.opened(db)
    await ingester.remember(now)

    await take(ingester, feed, (entry(1, "Uranium and gold found"),), now)
    noted = await asides(db)
    await db.write(subscriptions.save, replace(odd, query="gold"))
    await take(ingester, feed, (entry(2, "Gold again, in another valley"),), now)

    ((kind, what, why, times),) = noted
    assert (AsideKind.SUBSCRIPTION, str(odd.id), 1) == (kind, what, times)
    assert why.startswith("query.bad_value {")
    assert ["s1", "s2"] == [subject for _, subject, _ in await db.read(owed)]
    assert [] == await asides(db)


async def test_a_query_changed_to_one_that_cannot_be_read_is_matched_no_more(
    db: Database, now: datetime
) -> None:
    made = await reader_of(db, "uranium", now)
    feed = await feed_of(db, "courier", now)
    ingester = await Ingester.opened(db)
    await db.write(subscriptions.save, replace(made, query="until:9999-12-31"))

    await take(ingester, feed, (entry(1, "Uranium found"),), now)

    assert [] == await db.read(owed)


def broken_kind(db: Connection, made: SubscriptionId) -> None:
    db.conn.execute("update subscriptions set mode = 'whenever' where id = ?", (made,))


async def test_a_row_with_an_odd_value_keeps_no_other_from_being_matched(
    db: Database, now: datetime
) -> None:
    await reader_of(db, "uranium", now)
    odd = await subscribed(db, "gold", now)
    await db.write(broken_kind, odd.id)
    feed = await feed_of(db, "courier", now)
    ingester = await Ingester.opened(db)

    await take(ingester, feed, (entry(1, "Uranium found"),), now)

    assert ["s1"] == [subject for _, subject, _ in await db.read(owed)]


def odd_chat(db: Connection) -> None:
    db.conn.execute("update chats set quiet_mode = 'sometimes' where id = ?", (READER,))


def odd_hours(db: Connection) -> None:
    db.conn.execute("update chats set quiet_from = 0, quiet_to = 5000 where id = ?", (READER,))


async def test_hours_that_no_clock_shows_hold_nothing_up(db: Database, now: datetime) -> None:
    await reader_of(db, "uranium", now)
    await db.write(odd_hours)
    feed = await feed_of(db, "courier", now)
    ingester = await Ingester.opened(db)

    await take(ingester, feed, (entry(1, "Uranium found"),), now)

    assert ["s1"] == [subject for _, subject, _ in await db.read(owed)]


async def test_a_chat_with_an_odd_value_keeps_no_document_from_the_others(
    db: Database, now: datetime
) -> None:
    await reader_of(db, "uranium", now)
    await db.write(odd_chat)
    feed = await feed_of(db, "courier", now)
    ingester = await Ingester.opened(db)

    taken = await take(ingester, feed, (entry(1, "Uranium found"), entry(2, "Rain")), now)

    assert (2, 0) == (taken.new, taken.aside)
    assert [(AsideKind.CHAT, str(READER), "ValueError", 1)] == await asides(db)


def naive(number: int) -> Entry:
    """An entry whose time is of no zone: our own mistake, one step earlier."""
    return entry(number, f"News {number} of no zone", published=datetime(2026, 11, 22))  # noqa: DTZ001


@pytest.mark.parametrize("odd", [unstorable, naive])
@pytest.mark.parametrize("at", [0, 3, 6])
async def test_an_item_that_raises_is_noted_and_the_others_of_its_document_are_recorded(
    db: Database, now: datetime, odd: Callable[[int], Entry], at: int
) -> None:
    """The feed's state is kept with what could be taken, and memory knows what the rows know."""
    await reader_of(db, "news", now)
    feed = await feed_of(db, "courier", now)
    ingester = await Ingester.opened(db)
    document = [entry(n, f"News number {n} of valley {n * 7}") for n in range(6)]
    document.insert(at, odd(9))
    seen: list[Taken] = []

    taken = await ingester.take(
        feed, tuple(document), lambda found: seen.append(found) or feed.state, now
    )

    assert (6, 1) == (taken.new, taken.aside)
    assert (6, 1) == (seen[-1].new, seen[-1].aside)
    assert 6 == len(await db.read(titles))
    ((kind, what, _, times),) = await asides(db)
    assert (AsideKind.ITEM, "https://courier.example/9", 1) == (kind, what, times)
    known = set(ingester._memory.index.stories())
    assert {item for item, _, _ in await db.read(all_items)} == known


async def test_alone_in_its_document_an_odd_item_is_no_fault_of_the_feed(
    db: Database, now: datetime
) -> None:
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)

    taken = await take(ingester, feed, (unstorable(1),), now)

    assert Taken(aside=1) == taken
    assert 0 == len(ingester._memory.index)


async def test_where_everything_of_a_whole_document_breaks_it_is_looked_at_again(
    db: Database, now: datetime
) -> None:
    """Then the fault is none of its items': nothing is noted of them, and the caller hears it."""
    ingester = await Ingester.opened(db)
    feed = await feed_of(db, "courier", now)

    with pytest.raises(UnicodeEncodeError):
        await take(ingester, feed, tuple(unstorable(n) for n in range(4)), now)

    assert [] == await asides(db)
    assert 0 == len(ingester._memory.index)


async def test_after_an_item_broke_stories_go_on_as_if_it_had_not_come(
    db: Database, now: datetime
) -> None:
    """Ids, links and pages of what was undone lead nobody astray."""
    feed, other = await feed_of(db, "courier", now), await feed_of(db, "herald", now)
    ingester = await Ingester.opened(db)
    title = "President of France arrives in Astana for talks on uranium"
    same_page = unstorable(1, url="https://courier.example/a", url_key="courier.example/a")
    await take(ingester, feed, (same_page,), now)
    await take(ingester, feed, (entry(2, title),), now)
    at = now + timedelta(minutes=5)
    told = entry(3, title, url="https://herald.example/a", url_key="herald.example/a")
    await take(ingester, other, (told,), at)

    assert 1 == len({story for _, story, _ in await db.read(all_items)})
    again = await Ingester.opened(db)
    await again.remember(at)
    assert again._memory.index.stories() == ingester._memory.index.stories()


async def test_where_stories_cannot_be_weighed_again_the_document_is_kept_and_memory_made_anew(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault after the record: neither the feed's nor the items', and no reader misses them."""
    await reader_of(db, "uranium", now)
    feed, other = await feed_of(db, "courier", now), await feed_of(db, "herald", now)
    ingester = await Ingester.opened(db)
    title = "President of France arrives in Astana for talks on uranium"
    with monkeypatch.context() as broken:
        broken.setattr("watchers.ingester.stories.revise", lambda *_: 1 // 0)
        taken = await take(ingester, feed, (entry(1, title),), now)
    told = entry(2, title, url="https://herald.example/a", url_key="herald.example/a")
    await take(ingester, other, (told,), now + timedelta(minutes=5))

    assert (1, 0) == (taken.new, taken.aside)
    assert 1 == len({story for _, story, _ in await db.read(all_items)})
    assert ["alert"] == [kind for kind, _, _ in await db.read(owed) if kind == "alert"]
    assert [(AsideKind.STORY, "1", "ZeroDivisionError", 1)] == await asides(db)


def spoil_features(db: Connection) -> None:
    db.conn.execute("update tellings set packed = x'04ff'")


async def test_features_that_cannot_be_read_are_made_anew_at_start(
    db: Database, now: datetime
) -> None:
    feed = await feed_of(db, "courier", now)
    ingester = await Ingester.opened(db)
    await take(ingester, feed, (entry(1, "Uranium found in a valley"),), now)
    await db.write(spoil_features)

    again = await Ingester.opened(db)
    await again.remember(now)

    assert ingester._memory.index.stories() == again._memory.index.stories()


async def test_a_name_taught_meanwhile_does_not_bring_an_unreadable_query_back(
    db: Database, now: datetime
) -> None:
    await reader_of(db, "uranium", now)
    await subscribed(db, "until:9999-12-31", now)
    feed = await feed_of(db, "courier", now)
    ingester = await Ingester.opened(db)
    await db.write(aliases.teach, "Zzqq", ["Zedqueue"], 1, now)

    taken = await take(ingester, feed, (entry(1, "Uranium found"),), now)

    assert 1 == taken.new
    assert ["s1"] == [subject for _, subject, _ in await db.read(owed)]


def test_an_error_is_told_by_its_kind_and_place_in_one_printable_line() -> None:
    try:
        "\ud800\n".encode()
    except UnicodeEncodeError as error:
        why = set_aside.why_of(error)
    assert why.startswith("UnicodeEncodeError, test_set_aside.py:")
    assert why.isprintable()


def test_what_happens_again_for_the_same_reason_is_counted_and_said_once(
    connection: Connection, now: datetime
) -> None:
    one = Aside(AsideKind.ITEM, "https://courier.example/\ud800", "ValueError", "odd\0title")
    set_aside.note(connection, [one, one], now)
    (noted,) = set_aside.untold(connection)
    set_aside.told(connection, [noted.aside], now)
    set_aside.note(connection, [one], now)

    assert 2 == noted.times
    assert () == set_aside.untold(connection)
    set_aside.prune(connection, now + set_aside.KEPT + timedelta(days=1))
    assert 0 == set_aside.count(connection)


def test_what_raises_without_end_is_said_seldom_and_kept_within_bounds(
    connection: Connection, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a thing with ever new reasons nor a source of ever new things fills the file."""
    monkeypatch.setattr(set_aside, "MOST_KEPT", 8)
    reasons = [Aside(AsideKind.SUBSCRIPTION, "1", f"KeyError: {n}") for n in range(20)]
    things = [Aside(AsideKind.ITEM, f"https://courier.example/{n}", "E") for n in range(20)]
    set_aside.note(connection, reasons, now)
    of_one = set_aside.count(connection)
    assert set_aside.is_to_be_told(connection, now)
    set_aside.told(connection, reasons, now)
    for at, one in enumerate(things):
        set_aside.note(connection, [one], now + timedelta(seconds=at))
    soon = set_aside.is_to_be_told(connection, now + timedelta(minutes=1))
    later = set_aside.is_to_be_told(connection, now + set_aside.TOLD_EVERY * 2)
    set_aside.prune(connection, now)

    assert set_aside.MOST_REASONS == of_one
    assert (False, True) == (soon, later)
    assert 8 == set_aside.count(connection)
