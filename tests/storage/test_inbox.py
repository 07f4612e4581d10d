"""The inbox's rows: taken once, kept until answered, then a number only, then nothing."""

from datetime import datetime, timedelta

from sqlite_utils import Database as Plain

from storage import inbox
from storage.inbox import NewUpdate, WaitingUpdate
from storage.migrations import migrations
from storage.sql import Connection

BOT = 7


def taken(db: Connection, now: datetime, *numbers: int, bot: int = BOT) -> list[int]:
    """Take updates of chat 5; return the rows that are new, 0 for the others."""
    updates = [NewUpdate(number, 5, f"body {number}") for number in numbers]
    return [row.row if row else 0 for row in inbox.take(db, bot, updates, now)]


def test_an_update_is_taken_once_by_each_bot_in_the_order_of_its_coming(
    connection: Connection, now: datetime
) -> None:
    assert [1, 2, 0] == taken(connection, now, 9, 3, 9)
    assert [0, 3] == taken(connection, now, 9, 4)
    assert [4] == taken(connection, now, 9, bot=8)
    bodies = [one.body for one in inbox.waiting(connection, BOT)]
    assert ["body 9", "body 3", "body 4"] == bodies


def test_how_far_an_answer_is_outlives_everything_but_the_answer(
    connection: Connection, now: datetime
) -> None:
    first, second = taken(connection, now, 1, 2)
    inbox.answers(connection, first, "zone")
    inbox.mark_changed(connection, first)
    inbox.decide(connection, first, "{}")
    inbox.mark_told(connection, first, 2)
    inbox.mark_shown(connection, second, 33)
    begun = WaitingUpdate(first, 5, "body 1", now, "zone", changed=True, reply="{}", told=2)
    shown = WaitingUpdate(second, 5, "body 2", now, shown=33)
    assert [begun, shown] == inbox.waiting(connection, BOT)
    assert [False, False] == [begun.untouched, shown.untouched]
    assert WaitingUpdate(3, 5, "", now, question="zone", told=1).untouched
    inbox.done(connection, [first])
    assert [shown] == inbox.waiting(connection, BOT)


def test_of_what_is_answered_only_its_number_stays_and_not_for_ever(
    connection: Connection, now: datetime
) -> None:
    first, _ = taken(connection, now, 1, 2)
    inbox.answers(connection, first, "zone")
    inbox.decide(connection, first, "{}")
    inbox.done(connection, [first])
    (row,) = connection.query("select * from inbox where id = ?", [first])
    kept = {"id", "bot_id", "update_id", "taken_at", "changed", "told"}
    assert kept == {name for name, value in row.items() if value not in (None, 0)} | {
        "changed", "told"
    }  # fmt: skip
    assert 0 == inbox.prune(connection, now + timedelta(days=2))
    assert [0] == taken(connection, now, 1)
    assert 1 == inbox.prune(connection, now + timedelta(days=4))
    assert 1 == len(inbox.waiting(connection, BOT))


def test_what_another_bot_was_told_is_dropped(connection: Connection, now: datetime) -> None:
    taken(connection, now, 1)
    taken(connection, now, 1, 2, bot=8)
    assert 2 == inbox.leave_to_the_old(connection, BOT)
    assert 1 == len(inbox.waiting(connection, BOT))


def test_the_numbers_that_were_taken_before_there_was_an_inbox_stay_taken(now: datetime) -> None:
    db = Plain(memory=True)
    migrations.apply(db, stop_before="m030_inbox")
    db.conn.execute("insert into taken_updates values (?, 11, 5)", [BOT])
    migrations.apply(db)
    assert [0] == taken(db, now, 11)
    assert [] == inbox.waiting(db, BOT)
    db.close()
