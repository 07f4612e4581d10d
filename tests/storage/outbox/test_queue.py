"""The outbox: what is owed once stays owed until it is settled, one message a chat at a time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage import chats, meta, subscriptions
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    DeliveryId,
    ItemId,
    Mode,
    StoryId,
    ThreadId,
)
from storage.outbox import chat_queues, followups, queue, recovery, reports, rows, settle
from storage.outbox.deliveries import (
    Change,
    Delivery,
    DeliveryKind,
    DeliveryState,
    NewDelivery,
    Turn,
)
from storage.outbox.outcomes import (
    AnswerLost,
    Away,
    ChatMoved,
    Gone,
    Later,
    NoTopic,
    NotSent,
    Outcome,
    Poison,
    Revoked,
    Sent,
    Shut,
    Vanished,
    Void,
)
from storage.sql import Connection

ANNA, TIMUR = ChatId(1), ChatId(2)
SOON = timedelta(seconds=1)


@pytest.fixture
def here(connection: Connection, now: datetime) -> Connection:
    """An outbox with two chats."""
    for chat_id in (ANNA, TIMUR):
        chats.see_chat(connection, Chat(chat_id, ChatKind.PRIVATE, alerts_per_hour=100), now)
    return connection


def delivery(
    subject: str,
    chat: ChatId = ANNA,
    kind: DeliveryKind = DeliveryKind.ALERT,
    due: datetime | None = None,
) -> NewDelivery:
    story = StoryId(int(subject[1:])) if kind is DeliveryKind.ALERT else None
    return NewDelivery(chat, NO_THREAD, kind, subject, story, due_at=due)


def taken(db: Connection, now: datetime, limit: int = 100) -> list[str]:
    return [one.subject for one in queue.claim(db, now, limit)]


def state(db: Connection, subject: str) -> str:
    (found,) = db.conn.execute(
        "select state from deliveries where subject = ?", (subject,)
    ).fetchone()
    return str(found)


ARRIVED = Sent(1)


def settle_all(db: Connection, now: datetime, outcome: Outcome = ARRIVED) -> list[Delivery]:
    going = queue.claim(db, now, 100)
    for one in going:
        queue.settle(db, one, outcome, now)
    return going


def test_a_chat_gets_one_message_at_a_time(here: Connection, now: datetime) -> None:
    queue.enqueue(here, [delivery("s1"), delivery("s2"), delivery("s1", TIMUR)], now)
    assert sorted(taken(here, now)) == ["s1", "s1"]
    assert taken(here, now) == []


def test_what_was_taken_is_marked_before_it_is_given_out(here: Connection, now: datetime) -> None:
    queue.enqueue(here, [delivery("s1")], now)
    (one,) = queue.claim(here, now, 1)
    assert (DeliveryState.SENDING, now, 1) == (one.state, one.sending_since, one.attempts)
    assert state(here, "s1") == "sending"


def test_news_goes_before_digests_before_broadcasts(here: Connection, now: datetime) -> None:
    new = [
        delivery("b", kind=DeliveryKind.BROADCAST),
        delivery("d", kind=DeliveryKind.DIGEST),
        delivery("s1"),
        delivery("b", TIMUR, DeliveryKind.BROADCAST),
    ]
    queue.enqueue(here, new, now)
    order = []
    while going := settle_all(here, now):
        order += [one.subject for one in going]
    assert order == ["s1", "b", "d", "b"]


def test_what_is_not_due_waits_and_holds_nothing_up(here: Connection, now: datetime) -> None:
    later = now + timedelta(minutes=5)
    queue.enqueue(here, [delivery("s1", due=later), delivery("s2")], now)
    assert taken(here, now) == ["s2"]
    settle_all(here, now)


def test_the_next_turn_is_known(here: Connection, now: datetime) -> None:
    assert chat_queues.next_turn(here) is None
    later = now + timedelta(minutes=5)
    queue.enqueue(here, [delivery("s1", due=later)], now)
    assert chat_queues.next_turn(here) == later
    chat_queues.rest(here, chat_queues.EVERYBODY, later + SOON)
    assert chat_queues.next_turn(here) == later + SOON


def test_chats_that_are_gone_or_unknown_are_owed_nothing(here: Connection, now: datetime) -> None:
    chats.mark_gone(here, ANNA, "blocked", now)
    assert queue.enqueue(here, [delivery("s1"), delivery("s1", ChatId(99))], now) == 0


@pytest.mark.parametrize(
    ("outcome", "after", "attempts"),
    [
        (Sent(7), "sent", 1),
        (Later(timedelta(seconds=9)), "queued", 0),
        (NotSent("no connection"), "queued", 1),
        (Away("bad gateway"), "queued", 1),
        (AnswerLost("cut"), "queued", 1),
        (Poison("entities"), "queued", 1),
        (Vanished("gone"), "failed", 1),
        (Void("story gone"), "merged", 1),
        (Gone("blocked"), "failed", 1),
        (Shut("no rights"), "failed", 1),
        (Shut("topic closed", topic=True), "failed", 1),
        (ChatMoved(ChatId(-100)), "queued", 1),
        (Revoked("unauthorized"), "queued", 0),
    ],
)
def test_every_outcome_has_its_state(
    here: Connection, now: datetime, outcome: Outcome, after: str, attempts: int
) -> None:
    queue.enqueue(here, [delivery("s1")], now)
    settle_all(here, now, outcome)
    row = here.conn.execute("select state, attempts, sending_since from deliveries").fetchone()
    assert (after, attempts, None) == row


def test_a_message_tries_again_ever_more_seldom_and_is_set_aside_after_a_day(
    here: Connection, now: datetime
) -> None:
    # Not an alert: those would be told in one message when they are late.
    queue.enqueue(here, [delivery("n", kind=DeliveryKind.NOTICE)], now)
    tries, clock = 0, now
    while clock < now + timedelta(days=2):
        tries += len(settle_all(here, clock, Away("ill")))
        clock += timedelta(seconds=30)
    assert state(here, "n") == "failed"
    assert tries < 300


def test_a_message_that_waited_a_day_unseen_is_not_given_up_at_its_first_miss(
    here: Connection, now: datetime
) -> None:
    """We were away, or the clock was a day behind when it was written."""
    queue.enqueue(here, [delivery("n", kind=DeliveryKind.NOTICE)], now)
    settle_all(here, now + timedelta(days=2), Away("ill"))
    assert state(here, "n") == "queued"


def test_everybodys_rest_stops_all_and_a_chats_rest_only_it(
    here: Connection, now: datetime
) -> None:
    queue.enqueue(here, [delivery("s1"), delivery("s1", TIMUR)], now)
    chat_queues.rest(here, ANNA, now + timedelta(hours=1))
    (one,) = queue.claim(here, now, 10)
    assert one.chat_id == TIMUR
    queue.settle(here, one, Later(timedelta(minutes=1), everybody=True), now)
    assert taken(here, now + timedelta(seconds=59)) == []
    assert taken(here, now + timedelta(seconds=61)) == ["s1"]


def test_a_longer_rest_is_never_shortened(here: Connection, now: datetime) -> None:
    for hours in (9, 1):
        chat_queues.rest(here, ANNA, now + timedelta(hours=hours))
    assert {ANNA: now + timedelta(hours=9)} == chat_queues.rests(here, now)
    assert {} == chat_queues.rests(here, now + timedelta(hours=10))


def test_what_was_being_sent_is_repeated_five_times_at_most(
    here: Connection, now: datetime
) -> None:
    queue.enqueue(here, [delivery("s1"), delivery("s2")], now)
    for crash in range(6):
        clock = now + timedelta(seconds=10 * crash)
        assert taken(here, clock) == ["s1"]
        assert queue.recover(here, clock) == 1
    assert state(here, "s1") == "unknown"
    assert taken(here, now + timedelta(seconds=70)) == ["s2"]


def test_a_moved_chat_that_already_spoke_under_its_new_id_is_one_chat(
    here: Connection, now: datetime
) -> None:
    new = ChatId(-100)
    chats.see_chat(here, Chat(new, ChatKind.SUPERGROUP), now)
    for chat in (ANNA, new):
        subscriptions.add(
            here, chat_id=chat, thread_id=ThreadId(0), query="a", mode=Mode.INSTANT, now=now
        )
    queue.enqueue(
        here, [delivery("s1"), delivery("s2"), delivery("s1", new), delivery("s3", new)], now
    )
    settle.moved(here, ANNA, new, now)
    assert len(subscriptions.of_chat(here, new)) == 1
    order = []
    while going := settle_all(here, now):
        order += [(one.chat_id, one.subject) for one in going]
    assert order == [(new, "s1"), (new, "s2"), (new, "s3")]
    assert chats.current(here, ANNA) == new


def test_ids_in_a_circle_end(here: Connection, now: datetime) -> None:
    queue.enqueue(here, [delivery("n", kind=DeliveryKind.NOTICE)], now)
    clock, chat = now, ANNA
    for _ in range(30):
        other = ChatId(-5) if chat == ANNA else ANNA
        if not settle_all(here, clock, ChatMoved(other)):
            break
        chat, clock = other, clock + SOON
    assert state(here, "n") == "failed"


def test_old_rows_are_pruned_and_waiting_ones_are_not(here: Connection, now: datetime) -> None:
    queue.enqueue(here, [delivery("s1")], now)
    settle_all(here, now)
    queue.enqueue(here, [delivery("s2", due=now + timedelta(days=90))], now)
    assert queue.prune(here, now + timedelta(days=59)) == 0
    assert queue.prune(here, now + timedelta(days=61)) == 1
    assert state(here, "s2") == "queued"


def test_the_ledger_counts_what_waits_goes_and_went(here: Connection, now: datetime) -> None:
    queue.enqueue(here, [delivery(f"s{n}") for n in range(1, 4)] + [delivery("s1", TIMUR)], now)
    settle_all(here, now)
    queue.claim(here, now, 1)
    chat_queues.rest(here, TIMUR, now + timedelta(hours=1))
    counts = reports.counts(here, now)
    assert (1, 1, 1, 1) == (counts.waiting, counts.due, counts.sending, counts.resting)
    assert counts.settled_today == (("sent", 2),)


def test_another_bot_keeps_what_waits_and_forgets_what_was_the_old_ones(
    here: Connection, now: datetime
) -> None:
    assert queue.same_bot(here, 1, now)
    queue.enqueue(here, [delivery("s1")], now)
    settle_all(here, now)
    queue.grown(here, StoryId(1), now)
    queue.enqueue(here, [delivery("s2")], now)
    chat_queues.rest(here, ANNA, now + timedelta(days=1))
    assert not queue.same_bot(here, 2, now)
    assert taken(here, now + timedelta(minutes=10)) == ["s2"]
    assert meta.get(here, recovery.BOT_FACT) == "2"
    assert queue.same_bot(here, 2, now)


def test_a_missed_turn_is_found_again(here: Connection, now: datetime) -> None:
    queue.enqueue(here, [delivery("s1"), delivery("s1", TIMUR)], now)
    queue.claim(here, now, 1)
    here.conn.execute("update lanes set next_at = null")
    chat_queues.refresh_all(here, now)
    assert taken(here, now) == ["s1"]
    assert taken(here, now) == []


def test_a_lane_whose_row_is_gone_gives_nothing(here: Connection, now: datetime) -> None:
    queue.enqueue(here, [delivery("s1")], now)
    here.conn.execute("delete from deliveries")
    assert taken(here, now) == []
    assert chat_queues.next_turn(here) is None


def test_a_row_that_is_not_there_is_said_so(here: Connection) -> None:
    assert rows.of_id(here, DeliveryId(7)) is None
    with pytest.raises(LookupError, match="7"):
        rows.by_id(here, DeliveryId(7))


def test_a_chat_that_left_meanwhile_gets_no_answer_to_its_alert(
    here: Connection, now: datetime
) -> None:
    queue.enqueue(here, [delivery("s1")], now)
    settle_all(here, now)
    chats.mark_gone(here, ANNA, "blocked", now)
    queue.changed(here, StoryId(1), "toll:5", None, now)
    assert reports.counts(here, now).waiting == 1  # the edit, which makes no sound
    settle.gone(here, ANNA, "blocked", now)
    assert reports.counts(here, now).waiting == 0


@pytest.mark.parametrize(
    ("second", "before"),
    [
        (Turn("kill", 7, 9), 5),
        (Turn("injur", 20, 30), 20),
        (Turn("kill", 7, 2, more=True), 7),
        (None, None),
    ],
)
def test_turns_that_wait_together_say_from_the_first_to_the_newest(
    here: Connection, now: datetime, second: Turn | None, before: int | None
) -> None:
    queue.enqueue(here, [delivery("s1")], now)
    settle_all(here, now)
    queue.changed(here, StoryId(1), "kill=7", None, now, turn=Turn("kill", 5, 7))
    queue.changed(here, StoryId(1), "kill=9", ItemId(3), now, turn=second)
    (answer,) = (
        rows.by_id(here, DeliveryId(found[0])).payload
        for found in here.conn.execute("select id from deliveries where kind = 'update'")
    )
    assert isinstance(answer, Change)
    turned = second if before is None or second is None else replace(second, before=before)
    assert turned == answer.turn


@pytest.mark.parametrize("owner", [None, ChatId(99), TIMUR])
def test_an_owner_who_is_there_is_told_once_a_day(
    here: Connection, now: datetime, owner: ChatId | None
) -> None:
    channel = ChatId(-100)
    chats.see_chat(here, Chat(channel, ChatKind.CHANNEL, title="News", owner_id=owner), now)
    for _ in range(2):
        settle.gone(here, channel, "kicked", now)
    assert reports.counts(here, now).waiting == (owner == TIMUR)


def test_no_topic_where_none_was_meant_is_poison(here: Connection, now: datetime) -> None:
    queue.enqueue(here, [delivery("s1")], now)
    settle_all(here, now, NoTopic("topic deleted"))
    (one,) = queue.claim(here, now, 1)
    assert one.level == 1


@pytest.mark.parametrize("edits", [1, 5])
def test_one_message_has_one_row_for_all_its_edits(
    here: Connection, now: datetime, edits: int
) -> None:
    queue.enqueue(here, [delivery("s1")], now)
    settle_all(here, now)
    for _ in range(edits):
        queue.grown(here, StoryId(1), now)
    assert taken(here, now) == []
    assert taken(here, now + timedelta(minutes=3)) == ["d1"]
    assert taken(here, now + timedelta(minutes=3)) == []


HOT = [
    "select chat_id from lanes where bot = '' and rank = 0 and next_at <= 1 order by next_at limit 1",
    """select id from deliveries where chat_id = 1 and rank = 0 and state = 'queued'
    and due_at <= 1 order by due_at, id limit 1""",
    "select 1 from deliveries where chat_id = 1 and state = 'sending'",
    """select count(*) from deliveries where chat_id = 1 and created_at > 1
    and kind in ('alert', 'update') and state in ('queued', 'sending', 'sent')""",
    "select id from deliveries where state = 'sending'",
    "select id from deliveries where settled_at < 1 order by settled_at limit 9",
    "select story_id from deliveries where carrier = 1 and story_id is not null",
    "select id from deliveries where chat_id = 1 and message_id = 1",
    "select 1 from deliveries where story_id = 1 and kind = 'alert' and state = 'held'",
    "select state from deliveries where kind = 'broadcast' and subject = 'b1'",
    """select d.story_id from deliveries d left join story_aliases a on a.id = d.story_id
    left join deliveries c on c.id = d.carrier
    where d.chat_id = 1 and d.created_at >= 1 and d.created_at < 9 and d.kind = 'alert'""",
    """select id from deliveries where chat_id = 1 and state = 'sent'
    and ((kind = 'digest' and json_extract(payload, '$.stories') is not null)
    or (kind = 'fold' and not counted)) order by created_at desc, id desc limit 1""",
]


@pytest.mark.parametrize("query", HOT)
def test_what_is_asked_often_is_found_by_an_index(here: Connection, query: str) -> None:
    plan = " ".join(row[3] for row in here.conn.execute(f"explain query plan {query}"))
    assert "INDEX" in plan
    assert "SCAN lanes" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "statement",
    [followups.MARK_BEHIND, followups.ENQUEUE_EDITS, followups.MOVE_TURNS_UP],
    ids=["mark behind", "enqueue", "turns"],
)
def test_edits_of_many_messages_read_these_messages_alone(
    here: Connection, statement: str
) -> None:
    names = ("messages", "soon", "urgency", "rank", "now", "first", "every")
    plan = here.conn.execute(f"explain query plan {statement}", dict.fromkeys(names, 1))
    read_whole = [row[3] for row in plan if row[3].startswith("SCAN")]
    assert [] == [
        one for one in read_whole if "VIRTUAL TABLE" not in one and "deliveries_sending" not in one
    ]


def test_an_edit_of_no_message_is_nothing(here: Connection, now: datetime) -> None:
    followups.enqueue_edits(here, [], now, soon=[])
    assert chat_queues.next_turn(here) is None


def test_an_alert_of_quiet_hours_whose_list_went_before_is_in_an_edit_of_it(
    here: Connection, now: datetime
) -> None:
    """A clock that ran ahead sent the morning's list in the night; nothing waits for it then."""
    chats.change(here, ANNA, quiet_from=0, quiet_to=23 * 60)
    alert = NewDelivery(ANNA, NO_THREAD, DeliveryKind.ALERT, "s1", StoryId(1))
    queue.enqueue(here, [alert], now)
    (morning,) = queue.claim(here, now + timedelta(hours=16), 1)
    queue.settle(here, morning, Sent(7), now + timedelta(hours=16))
    queue.enqueue(here, [replace(alert, subject="s2", story_id=StoryId(2))], now)
    states = here.conn.execute("select state, carrier from deliveries where kind = 'alert'")
    assert [("merged", morning.id)] * 2 == states.fetchall()
    (edits,) = here.conn.execute(
        "select count(*) from deliveries where kind = 'edit' and state = 'queued'"
    ).fetchone()
    assert 1 == edits


@pytest.mark.parametrize("most", [1, 2, 100])
def test_turns_worked_out_in_slices_are_those_worked_out_one_by_one_and_all_at_once(
    here: Connection, now: datetime, most: int
) -> None:
    """Whatever waits: due or not, of any rank, on the way, nothing, or in no queue at all."""
    later = now + timedelta(hours=1)
    waiting = {
        -7: [(0, later), (1, now)], -5: [(2, now), (0, later)], 3: [(1, later), (0, later)],
        4: [], 5: [(0, now)], 6: [(2, later)], 8: [(0, now), (2, now)],
    }  # fmt: skip
    for chat_id, rows_here in waiting.items():
        chats.see_chat(here, Chat(ChatId(chat_id), ChatKind.PRIVATE), now)
        for rank, due in rows_here:
            here.conn.execute(
                "insert into deliveries(chat_id, kind, subject, rank, due_at, created_at)"
                " values (?, 'notice', ?, ?, ?, 0)",
                (chat_id, f"{rank}", rank, round(due.timestamp() * 1000)),
            )
    here.conn.execute("update deliveries set state = 'sending' where chat_id = 8 and rank = 0")
    here.conn.execute("insert into lanes(chat_id, next_at) values (4, 1), (8, 1)")
    here.conn.execute("insert into lanes(chat_id, open_at) values (6, 9999999999999)")

    def turns() -> list[tuple[int, int, int]]:
        return here.conn.execute(
            "select chat_id, rank, next_at from lanes where next_at is not null order by chat_id"
        ).fetchall()

    after = chat_queues.refresh_next(here, None, now, most)
    while after is not None:
        after = chat_queues.refresh_next(here, after, now, most)
    in_slices = turns()
    here.conn.execute("update lanes set next_at = 5, rank = 1")
    for chat_id in waiting:
        chat_queues.refresh(here, ChatId(chat_id), now)
    assert in_slices == turns()
    chat_queues.refresh_all(here, now)
    assert in_slices == turns()
    assert [-7, -5, 3, 5, 6] == [chat_id for chat_id, _, _ in in_slices]
