"""What many readers are owed is owed to each once, in slices, wherever the machine stops."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from storage import changes, chats, matches, owing, set_aside, subscriptions
from storage import stories as story_store
from storage.database import Database
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    ItemId,
    Mode,
    NewMatch,
    StoryId,
    Subscription,
)
from storage.outbox import followups, promises, queue
from storage.outbox.deliveries import Turn
from storage.outbox.promises import START, OwedAlerts
from storage.record import Intake, record
from storage.sql import Connection
from tests.storage.rows import NOON, feed, new_item

READERS = 7


@pytest.fixture
def here(connection: Connection) -> Connection:
    """Seven readers of one word, in groups and private chats, and an outlet."""
    for number in range(1, READERS + 1):
        chat_id = ChatId(number if number % 2 else -number)
        chats.see_chat(connection, Chat(chat_id, ChatKind.PRIVATE, alerts_per_hour=100), NOON)
        subscribe(connection, chat_id)
    feed(connection)
    return connection


def subscribe(db: Connection, chat_id: ChatId, query: str = "reactor") -> Subscription:
    return subscriptions.add(
        db, chat_id=chat_id, thread_id=NO_THREAD, query=query, mode=Mode.INSTANT, now=NOON
    )[0]


def intake(db: Connection, *numbers: int, story: int | None = None, **changed: object) -> Intake:
    """Describe a document of items that met the word, as of now."""
    items = [new_item(number, story, published=NOON) for number in numbers]
    return Intake(
        feed_id=1,  # type: ignore[arg-type]
        now=NOON,
        new=tuple(items),
        matches=tuple(NewMatch("reactor", one.id, one.story_id) for one in items),
        as_of=changes.last(db),
        news=tuple(OwedAlerts("reactor", one.id) for one in items),
        **changed,  # type: ignore[arg-type]
    )


def rows(db: Connection, kind: str = "alert") -> list[tuple[int, int]]:
    """Return which chat is owed what of which story."""
    return db.conn.execute(
        "select chat_id, story_id from deliveries where kind = ? order by chat_id, story_id",
        (kind,),
    ).fetchall()


def everybody(db: Connection, *told: int) -> list[tuple[int, int]]:
    found = db.conn.execute("select id from chats order by id").fetchall()
    return [(chat, story) for (chat,) in found for story in told]


def keep_all(db: Connection, room: int = 3, now: datetime = NOON) -> int:
    """Keep every promise, so many readers at a time; return how many slices that took."""
    slices = 1
    while owing.keep(db, now, room):
        slices += 1
        assert slices < 1_000
    return slices


def few_at_once(monkeypatch: pytest.MonkeyPatch, most: int = 2) -> None:
    monkeypatch.setattr(owing, "AT_ONCE", most)
    monkeypatch.setattr(followups, "AT_ONCE", most)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    few_at_once(monkeypatch)


def test_few_are_owed_at_once_and_nothing_is_promised(
    here: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_at_once(monkeypatch, READERS + 1)
    record(here, intake(here, 1))

    assert everybody(here, 1) == rows(here)
    assert not promises.is_any(here)


@pytest.mark.parametrize("room", [1, 2, 3, 100])
def test_many_are_owed_in_slices_each_of_them_once(here: Connection, room: int) -> None:
    record(here, intake(here, 1, 2, 3))
    assert 2 == len(rows(here))

    keep_all(here, room)

    assert everybody(here, 1, 2, 3) == rows(here)
    assert not owing.keep(here, NOON, room)


def test_a_slice_reaches_no_more_readers_than_it_may(here: Connection) -> None:
    record(here, intake(here, 1, 2))
    for reached in range(2, 2 * READERS, 3):
        assert reached == len(rows(here))
        owing.keep(here, NOON, 3)


def test_few_readers_of_one_word_do_not_wait_for_the_many_of_another(here: Connection) -> None:
    subscribe(here, ChatId(1), "tram")
    record(here, intake(here, 1))
    owing.keep(here, NOON, 1)
    tram = intake(here, 2)
    tram = Intake(
        tram.feed_id, NOON, new=tram.new, matches=(NewMatch("tram", ItemId(2), StoryId(2)),),
        as_of=tram.as_of, news=(OwedAlerts("tram", ItemId(2)),),
    )  # fmt: skip
    record(here, tram)

    owing.keep(here, NOON, 1)

    assert (1, 2) in rows(here)
    assert len(rows(here)) < READERS + 1


def test_a_reader_of_two_words_hears_of_a_story_once(here: Connection) -> None:
    subscribe(here, ChatId(1), "tram")
    both = intake(here, 1)
    both = Intake(
        both.feed_id, NOON, new=both.new, as_of=both.as_of,
        matches=(*both.matches, NewMatch("tram", ItemId(1), StoryId(1))),
        news=(*both.news, OwedAlerts("tram", ItemId(1))),
    )  # fmt: skip
    record(here, both)
    keep_all(here)

    assert everybody(here, 1) == rows(here)


# --- the world goes on while it is being owed --------------------------------------------------


def test_who_asks_later_is_told_nothing_older_and_who_asks_no_more_nothing(
    here: Connection,
) -> None:
    record(here, intake(here, 1))
    newcomer, last = ChatId(99), ChatId(READERS)
    chats.see_chat(here, Chat(newcomer, ChatKind.PRIVATE), NOON)
    subscribe(here, newcomer)
    [theirs] = subscriptions.of_chat(here, last)
    subscriptions.remove(here, theirs.id, last)
    keep_all(here)

    assert {last, newcomer} == {chat for chat, _ in everybody(here, 1)} - dict(rows(here)).keys()


@pytest.mark.parametrize("paused", [True, False])
def test_who_pauses_meanwhile_is_left_alone_and_who_rewords_is_told(
    here: Connection, paused: bool
) -> None:
    last = ChatId(READERS)
    record(here, intake(here, 1))
    [theirs] = subscriptions.of_chat(here, last)
    change = {"paused": True} if paused else {"query": "reactor AND leak"}
    subscriptions.save(here, changed(theirs, **change))
    keep_all(here)

    assert paused is (last not in dict(rows(here)))
    if not paused:
        [match] = matches.of_story(here, last, StoryId(1))
        assert ("reactor", theirs.id) == (match.query, match.subscription_id)


def changed(subscription: Subscription, **values: object) -> Subscription:
    fields = {name: getattr(subscription, name) for name in subscription.__slots__}
    return Subscription(**(fields | values))  # type: ignore[arg-type]


def test_a_removed_item_is_owed_to_nobody_any_more(here: Connection) -> None:
    record(here, intake(here, 1))
    here.conn.execute("delete from items where id = 1")

    assert 1 == keep_all(here)
    assert 2 == len(rows(here))


def test_a_story_that_became_part_of_another_is_told_as_that(here: Connection) -> None:
    record(here, intake(here, 1))
    record(here, intake(here, 2))
    story_store.join(here, StoryId(2), StoryId(1), NOON)
    keep_all(here)

    assert everybody(here, 1) == sorted(set(rows(here)))
    assert len(rows(here)) <= READERS + 2  # two had both as their own


# --- edits and answers --------------------------------------------------------------------------


def told(db: Connection, at: datetime = NOON) -> None:
    """Take all that is queued for sent."""
    db.conn.execute(
        "update deliveries set state = 'sent', message_id = id, settled_at = ?"
        " where state = 'queued' and kind = 'alert'",
        (round(at.timestamp() * 1000),),
    )


Change = Callable[[Connection], None]


def grow(db: Connection) -> None:
    queue.grown(db, StoryId(1), NOON + timedelta(minutes=1))


def go(db: Connection) -> None:
    queue.went(db, StoryId(1), NOON + timedelta(minutes=1))


def show_anew(db: Connection) -> None:
    queue.reshown(db, [StoryId(1)], NOON + timedelta(minutes=1))


@pytest.mark.parametrize("change", [grow, go, show_anew])
def test_all_messages_of_a_story_are_edited_in_slices(here: Connection, change: Change) -> None:
    record(here, intake(here, 1))
    keep_all(here)
    told(here)
    change(here)
    assert 2 == len(rows(here, "edit"))
    keep_all(here, now=NOON + timedelta(minutes=1))

    assert everybody(here, 1) == rows(here, "edit")


def test_all_messages_of_a_story_are_answered_in_slices(here: Connection) -> None:
    record(here, intake(here, 1))
    keep_all(here)
    told(here)
    queue.changed(here, StoryId(1), "kill=7", ItemId(1), NOON, turn=Turn("kill", 5, 7))
    keep_all(here)

    assert everybody(here, 1) == rows(here, "update")
    assert everybody(here, 1) == rows(here, "edit")
    payloads = here.conn.execute("select distinct payload ->> 'change' from deliveries"
                                 " where kind = 'update'").fetchall()  # fmt: skip
    assert 1 == len(payloads)
    assert "7" in payloads[0][0]


def test_what_is_promised_of_a_story_follows_it_into_another(here: Connection) -> None:
    record(here, intake(here, 1, 2))
    keep_all(here)
    told(here)
    grow(here)
    story_store.join(here, StoryId(1), StoryId(2), NOON)
    keep_all(here)

    edited = here.conn.execute(
        "select count(distinct chat_id) from deliveries where kind = 'edit'"
    ).fetchone()
    assert (READERS,) == edited


# --- stops --------------------------------------------------------------------------------------


async def test_a_stop_between_any_two_slices_loses_nothing_and_owes_nothing_twice(
    db: Database,
) -> None:
    def furnish(connection: Connection) -> None:
        for number in range(1, READERS + 1):
            chats.see_chat(connection, Chat(ChatId(number), ChatKind.PRIVATE), NOON)
            subscribe(connection, ChatId(number))
        feed(connection)
        record(connection, intake(connection, 1, 2))

    def dies(connection: Connection) -> None:
        owing.keep(connection, NOON, 1)
        raise KeyboardInterrupt

    await db.write(furnish)
    woken: list[int] = []
    for _ in range(2 * READERS):
        with pytest.raises(KeyboardInterrupt):
            await db.write(dies)
        await db.write_behind(owing.keep, NOON, 1)
    await owing.keep_all(db, lambda: NOON, lambda: woken.append(1))

    assert await db.read(everybody, 1, 2) == await db.read(rows)


async def test_a_promise_that_raises_keeps_nobody_from_theirs(db: Database) -> None:
    def furnish(connection: Connection) -> None:
        for number in range(1, READERS + 1):
            chats.see_chat(connection, Chat(ChatId(number), ChatKind.PRIVATE), NOON)
            subscribe(connection, ChatId(number))
        feed(connection)
        record(connection, intake(connection, 1, 2))
        connection.conn.execute("update promises set details = '?' where item_id = 1")

    await db.write(furnish)
    for _ in range(2):
        await owing.keep_all(db, lambda: NOON, lambda: None)

    found = await db.read(rows)
    assert READERS == len([story for _, story in found if story == 2])
    [noted] = await db.read(set_aside.untold)
    assert ("?", 2) == (noted.aside.what, noted.times)
    assert await db.read(promises.is_any)


def test_a_reader_whose_row_is_odd_keeps_nobody_from_theirs(here: Connection) -> None:
    here.conn.execute("update subscriptions set mode = '?' where chat_id = 3")
    here.conn.execute("update chats set kind = '?' where id = 5")
    record(here, intake(here, 1))
    keep_all(here)

    assert {3, 5} == {chat for chat, _ in everybody(here, 1)} - dict(rows(here)).keys()


async def test_who_delivers_is_woken_after_each_slice(db: Database) -> None:
    def promise(connection: Connection) -> None:
        for number in range(1, READERS + 1):
            chats.see_chat(connection, Chat(ChatId(number), ChatKind.PRIVATE), NOON)
            subscribe(connection, ChatId(number))
        feed(connection)
        record(connection, intake(connection, 1))

    await db.write(promise)
    woken: list[int] = []
    await owing.keep_all(db, lambda: NOON, lambda: woken.append(1))

    assert woken
    assert await db.read(everybody, 1) == await db.read(rows)
    await owing.keep_all(db, lambda: NOON, lambda: woken.append(2))
    assert 2 not in woken


@pytest.mark.parametrize(
    ("room", "took", "expected"),
    [
        (50, 0.005, 50),
        (50, 0.050, 28),  # half the way to 5
        (50, 0.0025, 75),
        (2, 9.0, owing.FEWEST),
        (400, 0.0, owing.MOST),
    ],
)
def test_a_slice_is_as_long_as_the_machine_lets_it_be(
    room: int, took: float, expected: int
) -> None:
    assert expected == owing.paced(room, took)


# --- matches ------------------------------------------------------------------------------------


def met(db: Connection, chat_id: int = 1) -> list[int]:
    span = (NOON - timedelta(days=1), NOON + timedelta(days=1))
    return sorted(match.item_id for match in matches.of_chat(db, ChatId(chat_id), None, *span))


def test_a_subscription_met_what_its_query_met_while_it_asked_for_it(here: Connection) -> None:
    record(here, intake(here, 1))
    [mine] = subscriptions.of_chat(here, ChatId(1))
    subscriptions.save(here, changed(mine, paused=True))
    record(here, intake(here, 2))
    subscriptions.save(here, changed(mine, paused=False))
    record(here, intake(here, 3))
    subscriptions.save(here, changed(mine, query="tram"))
    record(here, intake(here, 4))
    subscriptions.save(here, changed(mine, query="tram", reach=mine.reach, mode=Mode.DIGEST))
    subscriptions.save(here, mine)
    record(here, intake(here, 5))

    assert [1, 3, 5] == met(here)
    assert [1, 2, 3, 4, 5] == met(here, 3)


def test_a_row_a_query_is_kept_however_many_read_it(here: Connection) -> None:
    record(here, intake(here, 1))

    assert [(1,)] == here.conn.execute("select count(*) from matches").fetchall()


def test_matches_are_forgotten_with_the_alerts_that_they_explain(here: Connection) -> None:
    record(here, intake(here, 1))
    [mine] = subscriptions.of_chat(here, ChatId(1))
    subscriptions.save(here, changed(mine, query="tram"))
    assert 0 == matches.prune(here, NOON + timedelta(days=59))
    assert [1] == met(here)

    keep_all(here)
    later = intake(here, 2)
    record(here, Intake(later.feed_id, NOON + timedelta(days=50), new=later.new,
                        matches=later.matches, as_of=later.as_of))  # fmt: skip
    assert 1 == matches.prune(here, NOON + timedelta(days=61), 5)
    assert [] == matches.of_story(here, ChatId(1), StoryId(1))
    asked = here.conn.execute("select query from askings where subscription_id = ?", (mine.id,))
    assert [("tram",)] == asked.fetchall()
    assert 0 == matches.prune(here, NOON + timedelta(days=61), 5)


def test_the_clock_of_changes_stands_where_it_stood_after_they_are_forgotten(
    here: Connection,
) -> None:
    last = changes.last(here)
    changes.prune(here, last)

    assert last == changes.last(here) > 0


def test_the_first_slice_of_nobody_is_the_last(here: Connection) -> None:
    assert (0, None) == owing.serve(here, OwedAlerts("unheard", ItemId(1)), START, NOON, 5)
