"""Chats: met once, kept for good, moved and forgotten whole."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage import chats, dialogs, owing, stats, subscriptions
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode, QuietMode, StoryId, ThreadId
from storage.outbox import broadcasts, queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Rendered
from storage.sql import Connection

ANNA, GROUP, SUPERGROUP = ChatId(1001), ChatId(-5), ChatId(-1005)


def met(db: Connection, now: datetime, chat_id: ChatId = ANNA, **settings: object) -> Chat:
    kind = ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP
    return chats.see_chat(db, Chat(chat_id, kind, **settings), now)  # type: ignore[arg-type]


def subscribe(db: Connection, now: datetime, chat_id: ChatId = ANNA, query: str = "gas") -> int:
    one, _ = subscriptions.add(
        db, chat_id=chat_id, thread_id=NO_THREAD, query=query, mode=Mode.INSTANT, now=now
    )
    return one.id


# --- one chat -------------------------------------------------------------------------------


def test_every_setting_comes_back_as_it_was_saved(connection: Connection, now: datetime) -> None:
    chat = Chat(
        ANNA, ChatKind.PRIVATE, "Anna", "ru", "Asia/Almaty", True, now, (480, 1080), (1, 5),
        ThreadId(3), now, now, False, ("USD/KZT", "RUB/KZT"), 7, now, (540,), 6, 1380, 420, QuietMode.URGENT, 6, True, "", None, ChatId(5), now, True, "Steppe & sky",
    )  # fmt: skip
    chats.insert(connection, chat)
    assert chat == chats.get(connection, ANNA)


def test_a_second_meeting_changes_no_settings(connection: Connection, now: datetime) -> None:
    first = met(connection, now, language="ru")
    chats.change(connection, ANNA, time_zone="Asia/Almaty")
    again = met(connection, now + timedelta(days=1), language="en", title="Anna R.")
    assert replace(first, time_zone="Asia/Almaty", title="Anna R.") == again


def test_the_first_window_begins_at_the_first_meeting(
    connection: Connection, now: datetime
) -> None:
    assert now == met(connection, now).digest_from


def test_a_chat_that_speaks_is_not_gone(connection: Connection, now: datetime) -> None:
    met(connection, now)
    chats.mark_gone(connection, ANNA, "bot was blocked by the user", now)
    gone = chats.get(connection, ANNA)
    assert gone is not None
    assert (False, "bot was blocked by the user", now) == (
        gone.active,
        gone.gone_why,
        gone.gone_at,
    )
    assert met(connection, now).active


def test_changing_a_chat_nobody_knows_is_nothing(connection: Connection) -> None:
    assert chats.change(connection, ANNA, language="ru") is None


@pytest.mark.parametrize("new_is_known", [False, True])
def test_a_moved_group_keeps_everything(
    connection: Connection, now: datetime, *, new_is_known: bool
) -> None:
    met(connection, now, GROUP, language="ru")
    subscribe(connection, now, GROUP)
    chats.mute(connection, GROUP, StoryId(7))
    if new_is_known:
        met(connection, now, SUPERGROUP)
        subscribe(connection, now, SUPERGROUP)
        subscribe(connection, now, SUPERGROUP, "oil")
    chats.move(connection, GROUP, SUPERGROUP)
    moved = chats.get(connection, SUPERGROUP)
    assert moved is not None
    assert ("ru", ChatKind.SUPERGROUP) == (moved.language, moved.kind)
    queries = {one.query for one in subscriptions.of_chat(connection, SUPERGROUP)}
    assert {"gas", "oil"} if new_is_known else {"gas"} == queries
    assert {StoryId(7)} == chats.muted(connection, SUPERGROUP)
    assert chats.get(connection, GROUP) is None
    chats.move(connection, GROUP, SUPERGROUP)  # announced again
    assert moved == chats.get(connection, SUPERGROUP)


def test_a_forgotten_chat_leaves_nothing(connection: Connection, now: datetime) -> None:
    met(connection, now)
    subscribe(connection, now)
    dialogs.keep_draft(connection, ANNA, "gas", now)
    dialogs.expect(connection, ANNA, 1, "zone", now)
    chats.mute(connection, ANNA, StoryId(7))
    notice = NewDelivery(ANNA, NO_THREAD, DeliveryKind.NOTICE, "x", payload=Rendered("x"))
    queue.enqueue(connection, [notice], now)
    chats.forget(connection, ANNA)
    tables = [
        name
        for name in connection.table_names()
        if any(column.name == "chat_id" for column in connection[name].columns)  # type: ignore[union-attr]
    ]
    assert {"subscriptions", "deliveries", "drafts"} <= set(tables)
    assert [] == [name for name in tables if connection[name].count]  # type: ignore[union-attr]


# --- many chats -----------------------------------------------------------------------------


def test_pages_of_active_chats_miss_nobody(connection: Connection, now: datetime) -> None:
    for number in range(1, 8):
        met(connection, now, ChatId(number))
    chats.mark_gone(connection, ChatId(3), "blocked", now)
    first = chats.active(connection, limit=4)
    rest = chats.active(connection, after=first[-1].id, limit=4)
    assert [1, 2, 4, 5, 6, 7] == [one.id for one in (*first, *rest)]


def test_readers_are_counted_not_named(connection: Connection, now: datetime) -> None:
    met(connection, now - timedelta(days=30), ChatId(1), language="ru")
    met(connection, now, ChatId(2))
    met(connection, now, ChatId(3))
    for number in (2, 3):
        chats.silence(connection, ChatId(number), now)
    chats.mark_gone(connection, ChatId(3), "blocked", now)
    subscribe(connection, now, ChatId(2))
    assert chats.Readership(
        active=2, stopped=1, gone=1, new_this_week=2, kinds=(("private", 2),),
        languages=(("en", 1), ("ru", 1)), subscriptions=1, chats_subscribing=1,
    ) == chats.readership(connection, now - timedelta(days=7))  # fmt: skip


def test_totals_of_an_empty_archive_are_noughts(connection: Connection, now: datetime) -> None:
    totals = stats.totals(connection, now)
    assert (0, 0, 0, 0, (), 0) == (
        totals.items, totals.stories, totals.items_today, totals.stories_today,
        totals.languages_today, totals.sent_today,
    )  # fmt: skip


# --- subscriptions --------------------------------------------------------------------------


def test_the_same_query_is_one_subscription(connection: Connection, now: datetime) -> None:
    met(connection, now)
    first = subscribe(connection, now)
    again, new = subscriptions.add(
        connection, chat_id=ANNA, thread_id=NO_THREAD, query="gas", mode=Mode.DIGEST, now=now
    )
    assert (first, False, Mode.DIGEST) == (again.id, new, again.mode)


def test_topics_have_their_own_subscriptions(connection: Connection, now: datetime) -> None:
    met(connection, now, GROUP)
    for thread in (3, 4):
        subscriptions.add(
            connection, chat_id=GROUP, thread_id=ThreadId(thread), query="gas",
            mode=Mode.INSTANT, now=now,
        )  # fmt: skip
    assert 2 == subscriptions.count(connection, GROUP)


def test_a_paused_subscription_is_not_matched(connection: Connection, now: datetime) -> None:
    met(connection, now)
    subscribe(connection, now)
    (one,) = subscriptions.of_chat(connection, ANNA)
    subscriptions.save(connection, replace(one, paused=True))
    assert [] == subscriptions.every(connection)
    assert [] == subscriptions.listening_of(connection, ANNA)
    assert 1 == len(subscriptions.of_chat(connection, ANNA))


def test_new_words_that_are_anothers_are_refused(connection: Connection, now: datetime) -> None:
    met(connection, now)
    subscribe(connection, now)
    subscribe(connection, now, query="oil")
    gas, _ = subscriptions.of_chat(connection, ANNA)
    with pytest.raises(subscriptions.NewsError, match="already"):
        subscriptions.save(connection, replace(gas, query="oil"))


def test_only_ones_own_is_removed(connection: Connection, now: datetime) -> None:
    met(connection, now)
    one = subscriptions.SubscriptionId(subscribe(connection, now))
    assert not subscriptions.remove(connection, one, ChatId(666))
    assert subscriptions.remove(connection, one, ANNA)


# --- talks ----------------------------------------------------------------------------------


def test_a_draft_is_its_chats_own_and_lasts_a_month(connection: Connection, now: datetime) -> None:
    number = dialogs.keep_draft(connection, ANNA, "gas", now)
    assert number == dialogs.keep_draft(connection, ANNA, "gas", now)
    assert "gas" == dialogs.draft(connection, number, ANNA)
    assert dialogs.draft(connection, number, GROUP) is None
    dialogs.prune(connection, now + timedelta(days=29))
    assert "gas" == dialogs.draft(connection, number, ANNA)
    dialogs.prune(connection, now + timedelta(days=31))
    assert dialogs.draft(connection, number, ANNA) is None


def test_the_draft_kept_last_of_a_kind_is_found(connection: Connection, now: datetime) -> None:
    for minute, text in enumerate(("[1]", "[2]", "gas", "[1]")):
        dialogs.keep_draft(connection, ANNA, text, now + timedelta(minutes=minute))
    dialogs.keep_draft(connection, GROUP, "[3]", now + timedelta(hours=1))
    assert ("[1]", now + timedelta(minutes=3)) == dialogs.last_draft(connection, ANNA, "[")
    assert dialogs.last_draft(connection, ANNA, "[3") is None


def test_an_answer_is_taken_once_and_only_the_persons_own(
    connection: Connection, now: datetime
) -> None:
    dialogs.expect(connection, GROUP, 1, "zone", now)
    dialogs.expect(connection, GROUP, 1, "times", now)
    assert dialogs.answered(connection, GROUP, 2, now) is None
    assert "times" == dialogs.answered(connection, GROUP, 1, now)
    assert dialogs.answered(connection, GROUP, 1, now) is None


def test_a_private_chat_speaks_only_for_its_own_channel(
    connection: Connection, now: datetime
) -> None:
    met(connection, now)
    chats.see_chat(connection, Chat(SUPERGROUP, ChatKind.CHANNEL, owner_id=ANNA), now)
    dialogs.act_for(connection, ANNA, SUPERGROUP)
    assert SUPERGROUP == dialogs.acting_for(connection, ANNA)
    chats.change(connection, SUPERGROUP, owner_id=ChatId(5))
    assert dialogs.acting_for(connection, ANNA) is None


# --- announcements ---------------------------------------------------------------


def rows_of(db: Connection, subject: str) -> int:
    (found,) = db.conn.execute(
        "select count(*) from deliveries where subject = ?", (subject,)
    ).fetchone()
    return int(found)


def test_an_announcement_that_is_stopped_reaches_no_further_page(
    connection: Connection, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "PAGE", 3)
    for number in range(1, 8):
        met(connection, now, ChatId(number))
    broadcasts.announce(connection, "b1", "Hi", now)
    assert 7 == broadcasts.stop(connection, "b1", now)
    assert not owing.keep(connection, now, room=9)
    assert 3 == rows_of(connection, "b1")


def test_an_announcement_reaches_every_page_of_readers_once(
    connection: Connection, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "PAGE", 3)
    for number in range(1, 8):
        met(connection, now, ChatId(number))
    chats.see_chat(connection, Chat(SUPERGROUP, ChatKind.CHANNEL), now)
    for _ in range(2):
        broadcasts.announce(connection, "b1", "Hi", now)
        assert broadcasts.Progress(waiting=7) == broadcasts.progress(connection, "b1")
    assert 3 == rows_of(connection, "b1")
    while owing.keep(connection, now, room=2):
        assert broadcasts.Progress(waiting=7) == broadcasts.progress(connection, "b1")
    assert 7 == rows_of(connection, "b1")
    assert 7 == broadcasts.readers(connection)
    assert 7 == broadcasts.stop(connection, "b1", now)
    assert broadcasts.Progress(stopped=7) == broadcasts.progress(connection, "b1")
    assert [] == queue.claim(connection, now, 10)
