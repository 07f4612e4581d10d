"""/stop and going on: what was stopped is remembered, and nothing else goes on."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlite_utils

from storage import chats, subscriptions
from storage.database import connect
from storage.migrations import migrations
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode, StoryId, Subscription
from storage.outbox import broadcasts, followups, queue, rows
from storage.outbox.deliveries import (
    NO_PAYLOAD,
    Change,
    DeliveryKind,
    DeliveryState,
    DigestPart,
    FoldReason,
    NewDelivery,
    Payload,
)
from storage.outbox.outcomes import Later
from storage.sql import Connection, to_ms

ANNA = ChatId(1)


@pytest.fixture
def here(connection: Connection, now: datetime) -> Connection:
    chats.see_chat(connection, Chat(ANNA, ChatKind.PRIVATE), now)
    return connection


def subscribed(db: Connection, now: datetime, query: str, *, paused: bool = False) -> Subscription:
    one, _ = subscriptions.add(
        db, chat_id=ANNA, thread_id=NO_THREAD, query=query, mode=Mode.INSTANT, now=now
    )
    if paused:
        db.conn.execute("update subscriptions set paused = 1 where id = ?", [one.id])
    return one


def stopped(db: Connection, now: datetime) -> None:
    subscriptions.silence(db, ANNA)
    chats.silence(db, ANNA, now)
    queue.withhold(db, ANNA, now)


def listening(db: Connection) -> list[str]:
    return [one.query for one in subscriptions.listening_of(db, ANNA)]


def owe(
    db: Connection, kind: DeliveryKind, subject: str, now: datetime, payload: Payload = NO_PAYLOAD
) -> None:
    one = NewDelivery(ANNA, NO_THREAD, kind, subject, payload=payload)
    queue.enqueue(db, [one], now)


def test_what_was_paused_before_stays_paused(here: Connection, now: datetime) -> None:
    subscribed(here, now, "gas")
    subscribed(here, now, "oil", paused=True)
    stopped(here, now)
    assert [] == listening(here)
    assert ["gas"] == [one.query for one in subscriptions.end_silence(here, ANNA)]
    assert ["gas"] == listening(here)


def test_stopping_twice_stops_what_came_between_and_forgets_nothing(
    here: Connection, now: datetime
) -> None:
    subscribed(here, now, "gas")
    stopped(here, now)
    subscribed(here, now, "oil")
    stopped(here, now + timedelta(days=1))
    chat = chats.get(here, ANNA)
    assert chat is not None
    assert ((480,), now) == (chat.silenced_times, chat.silenced_at)
    assert ["gas", "oil"] == [one.query for one in subscriptions.end_silence(here, ANNA)]


def test_what_was_asked_for_again_is_stopped_no_more(here: Connection, now: datetime) -> None:
    subscribed(here, now, "gas")
    stopped(here, now)
    one = subscribed(here, now, "gas")
    assert (False, False) == (one.paused, one.silenced)
    assert [] == subscriptions.end_silence(here, ANNA)


def test_a_stop_withholds_what_is_owed_but_no_notice(here: Connection, now: datetime) -> None:
    for kind in (DeliveryKind.BROADCAST, DeliveryKind.UPDATE, DeliveryKind.NOTICE):
        owe(here, kind, "x", now)
    stopped(here, now)
    assert [DeliveryKind.NOTICE] == [one.kind for one in queue.claim(here, now, 10)]


def test_a_withheld_digests_window_is_told_by_the_next(here: Connection, now: datetime) -> None:
    began = now - timedelta(days=1)
    owe(here, DeliveryKind.DIGEST, "d", now, DigestPart("x", began))
    stopped(here, now)
    chat = chats.get(here, ANNA)
    assert chat is not None
    assert began == chat.digest_from


def test_a_withheld_fold_carries_again_within_its_hour(here: Connection, now: datetime) -> None:
    one = NewDelivery(ANNA, NO_THREAD, DeliveryKind.ALERT, "s1")
    fold = queue.fold_into(here, queue.fold_of(one, FoldReason.HOUR, "h1"), now, now)
    stopped(here, now)
    assert fold == queue.fold_into(here, queue.fold_of(one, FoldReason.HOUR, "h1"), now, now)
    assert "queued" == rows.by_id(here, fold).state


def test_no_new_turn_is_told_after_a_stop(here: Connection, now: datetime) -> None:
    turn = NewDelivery(ANNA, NO_THREAD, DeliveryKind.UPDATE, "s1:toll", StoryId(1))
    stopped(here, now)
    followups.answer(here, turn, now)
    assert not rows.exists(here, turn)
    chats.end_silence(here, ANNA)
    followups.answer(here, turn, now)
    assert rows.exists(here, turn)


def test_what_was_asked_for_after_a_stop_is_followed(here: Connection, now: datetime) -> None:
    alerts = []
    for minutes in (0, 2):
        one = NewDelivery(ANNA, NO_THREAD, DeliveryKind.ALERT, f"s{minutes}", StoryId(minutes))
        at = now + timedelta(minutes=minutes)
        alerts.append(rows.insert(here, one, DeliveryState.SENT, at, at))
    stopped(here, now + timedelta(minutes=1))
    for alert in alerts:
        turn = NewDelivery(
            ANNA, NO_THREAD, DeliveryKind.UPDATE, f"t{alert}", StoryId(alert), Change(alert)
        )
        followups.answer(here, turn, now + timedelta(minutes=3))
    owed = [subject for (subject,) in here.conn.execute(
        "select subject from deliveries where kind = 'update'")]  # fmt: skip
    assert [f"t{alerts[1]}"] == owed


def test_announcements_leave_out_who_said_stop(here: Connection, now: datetime) -> None:
    chats.see_chat(here, Chat(ChatId(2), ChatKind.PRIVATE), now)
    stopped(here, now)
    assert 1 == broadcasts.readers(here)
    broadcasts.announce(here, "b1", "Hello", now)
    assert [2] == [one.chat_id for one in queue.claim(here, now, 10)]
    subscribed(here, now, "gas")
    assert 2 == broadcasts.readers(here)
    broadcasts.announce(here, "b2", "Hello", now)
    assert ANNA in [one.chat_id for one in queue.claim(here, now, 10)]


def test_what_did_not_arrive_when_its_reader_said_stop_is_not_tried_again(
    here: Connection, now: datetime
) -> None:
    began = now - timedelta(days=1)
    owe(here, DeliveryKind.DIGEST, "d", now, DigestPart("x", began))
    (going,) = queue.claim(here, now, 10)
    stopped(here, now)
    queue.settle(here, going, Later(timedelta(seconds=9)), now)
    ended, chat = rows.by_id(here, going.id), chats.get(here, ANNA)
    assert ("failed", "stopped") == (str(ended.state), ended.reason)
    assert chat is not None
    assert began == chat.digest_from  # the next one tells it


def test_a_database_of_the_first_version_keeps_who_had_stopped(
    tmp_path: Path, now: datetime
) -> None:
    path = tmp_path / "news.db"
    old = sqlite_utils.Database(path)
    migrations.apply(old, stop_before="m002_alerts")
    for chat, zone, silenced in ((1, "Asia/Almaty", "480"), (2, "Europe/Moscow", "")):
        old.conn.execute(
            "insert into chats(id, kind, time_zone, silenced_times, created_at)"
            " values (?, 'private', ?, ?, ?)",
            (chat, zone, silenced, to_ms(now)),
        )
        old.conn.execute(
            "insert into subscriptions(chat_id, query, paused, created_at)"
            " values (?, 'gas', 1, ?)",
            (chat, to_ms(now)),
        )
    old.conn.commit()
    old.close()
    new = connect(path)
    first, second = (chats.get(new, ChatId(one)) for one in (1, 2))
    assert first is not None
    assert second is not None
    assert (now, True) == (first.silenced_at, first.zone_assumed)
    assert (None, False) == (second.silenced_at, second.zone_assumed)
    assert 1 == len(subscriptions.end_silence(new, ANNA))
    assert [] == subscriptions.end_silence(new, ChatId(2))
    new.close()
