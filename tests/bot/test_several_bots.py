"""Several bots on one archive: each writes to its own chats, and a chat is whose Start it pressed
last."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from telegram import Chat as TelegramChat
from telegram import ChatMemberLeft, ChatMemberMember, ChatMemberUpdated, User

from bot.notices import enqueue_storage_notice
from bot.telegram import menus
from bot.telegram.incoming import see_chat
from bot.telegram.membership import follow_membership, left
from storage import chats, inbox
from storage.database import Database
from storage.errors import StorageError
from storage.inbox import NewUpdate
from storage.model import NO_THREAD, Chat, ChatId, ChatKind
from storage.outbox import broadcasts, chat_queues, digests, queue, reports
from storage.outbox.broadcasts import Progress
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Rendered
from storage.outbox.outcomes import Gone, Later, NotSent, Outcome, Sent, Shut
from storage.sql import Connection
from tests.bot.people import ADMIN, NOW, Person, context_of

ANNA, TIMUR = ChatId(1001), ChatId(1002)
SOON = timedelta(minutes=1)


def owe(db: Connection, chat_id: ChatId, subject: str, now: datetime) -> None:
    """Owe a chat some sentence."""
    said = Rendered(subject)
    new = NewDelivery(chat_id, NO_THREAD, DeliveryKind.NOTICE, subject, payload=said)
    queue.enqueue(db, [new], now)


@pytest.fixture
def two(connection: Connection, now: datetime) -> Connection:
    """Anna began with the first bot, Timur with the second."""
    for chat_id, bot in ((ANNA, ""), (TIMUR, "two")):
        see_chat(connection, Chat(chat_id, ChatKind.PRIVATE), now, bot)
        owe(connection, chat_id, "a", now)
    return connection


def taken(db: Connection, now: datetime, bot: str) -> list[ChatId]:
    """Claim what a bot may send, and say that it was sent."""
    claimed = queue.claim(db, now, 10, bot)
    for one in claimed:
        queue.settle(db, one, Sent(7), now, bot=bot)
    return [one.chat_id for one in claimed]


def test_each_bot_takes_its_own(two: Connection, now: datetime) -> None:
    assert chat_queues.next_turn(two, "three") is None
    assert {"notice"} == set(reports.backlog(two, "two"))
    assert [[], [TIMUR], [ANNA], []] == [
        taken(two, now, bot) for bot in ("three", "two", "", "two")
    ]


def test_who_presses_start_elsewhere_hears_what_waits_from_there(
    two: Connection, now: datetime
) -> None:
    assert [ANNA] == taken(two, now, "")
    owe(two, ANNA, "b", now)
    assert queue.give_to_bot(two, ANNA, "two", now)
    assert not queue.give_to_bot(two, ANNA, "two", now)
    later = now + SOON
    assert [] == queue.claim(two, later, 10)
    assert {ANNA, TIMUR} == set(taken(two, later, "two"))
    # The first bot's message has a number that may be anything at the second.
    (old,) = (one for one in reports.of_chat(two, ANNA) if one.subject == "a")
    assert old.message_id is None


def test_a_ban_of_everybody_is_one_bots(two: Connection, now: datetime) -> None:
    (anna,) = queue.claim(two, now, 10)
    queue.settle(two, anna, Later(SOON, everybody=True), now)
    assert [] == queue.claim(two, now, 10)
    assert [TIMUR] == taken(two, now, "two")
    assert ({}, 1) == (chat_queues.rests(two, now, "two"), len(chat_queues.rests(two, now)))


def test_a_start_takes_up_and_forgets_what_is_its_own(two: Connection, now: datetime) -> None:
    queue.claim(two, now, 10)
    queue.claim(two, now, 10, "two")
    assert 1 == queue.recover(two, now, "two")
    assert queue.same_bot(two, 1, now)
    assert queue.same_bot(two, 2, now, "two")
    assert not queue.same_bot(two, 3, now, "two")  # a new token for the second
    inbox.take(two, 1, [NewUpdate(1, ANNA, "{}")], now)
    inbox.take(two, 2, [NewUpdate(1, TIMUR, "{}")], now)
    assert 1 == inbox.leave_to_the_old(two, 3)
    assert now == inbox.oldest(two, 1)
    assert inbox.oldest(two, 3) is None


def test_digests_come_from_the_chats_own_bot(two: Connection, now: datetime) -> None:
    assert [[ANNA], [TIMUR]] == [
        [chat.id for chat in digests.unscheduled(two, 9, bot)] for bot in ("", "two")
    ]
    for chat_id in (ANNA, TIMUR):
        chats.change(two, chat_id, next_digest_at=now)
    assert [[ANNA], [TIMUR]] == [
        [chat.id for chat in digests.due(two, now, 9, bot)] for bot in ("", "two")
    ]


def test_one_bot_is_left_and_the_chat_goes_on_with_the_other(
    two: Connection, now: datetime
) -> None:
    left(two, TIMUR, "kicked", now, "")
    still = chats.get(two, TIMUR)
    left(two, TIMUR, "kicked", now, "two")
    gone = chats.get(two, TIMUR)
    assert still
    assert gone
    assert (True, False) == (still.active, gone.active)
    see_chat(two, replace(gone, active=True), now, "")  # and says a word to the first
    assert "" == chats.bot_of(two, TIMUR)


async def test_start_is_what_decides(db: Database) -> None:
    chat = Chat(ANNA, ChatKind.PRIVATE)
    await db.write(see_chat, chat, NOW, "")
    context = context_of(db, bot_name="two")
    await db.write(see_chat, chat, NOW, "two")
    before = await db.read(chats.bot_of, ANNA)
    await Person(context, chat, int(ANNA)).types("/start")
    assert ("", "two") == (before, await db.read(chats.bot_of, ANNA))


def sending(db: Connection) -> list[tuple[str, str]]:
    """Which rows are where, oldest first."""
    return db.conn.execute("select subject, state from deliveries order by id").fetchall()


@pytest.mark.parametrize("outcome", [Gone("blocked"), NotSent("no line"), Later(SOON), Shut("no")])
def test_what_a_bot_did_not_send_before_the_chat_went_over_the_other_sends(
    two: Connection, now: datetime, outcome: Outcome
) -> None:
    (going,) = queue.claim(two, now, 10)
    queue.give_to_bot(two, ANNA, "two", now)
    queue.settle(two, going, outcome, now, now + SOON)
    chat = chats.get(two, ANNA)
    assert chat
    assert chat.active
    assert [TIMUR] == taken(two, now, "two")  # Anna's may have arrived: it waits
    owe(two, ANNA, "b", now)
    later = now + SOON
    assert [[ANNA], [ANNA], []] == [taken(two, later + i * SOON, "two") for i in range(3)]
    assert {"sent"} == {state for _, state in sending(two)}


def test_what_arrived_from_the_bot_before_is_not_sent_again(
    two: Connection, now: datetime
) -> None:
    (going,) = queue.claim(two, now, 10)
    queue.give_to_bot(two, ANNA, "two", now)
    queue.recover(two, now, "two")
    queue.settle(two, going, Sent(55), now)
    assert [TIMUR] == taken(two, now + 10 * SOON, "two")
    (row,) = reports.of_chat(two, ANNA)
    assert ("sent", None) == (str(row.state), row.message_id)


def test_a_chat_waits_for_no_bot_that_died_while_it_sent(two: Connection, now: datetime) -> None:
    queue.claim(two, now, 10)
    queue.give_to_bot(two, ANNA, "two", now)
    owe(two, ANNA, "b", now)
    assert {TIMUR, ANNA} == set(taken(two, now, "two"))
    assert [ANNA] == taken(two, now + SOON, "two")


def test_a_message_of_the_same_number_is_another_bots(two: Connection, now: datetime) -> None:
    assert [ANNA] == taken(two, now, "")
    assert [True, False] == [
        reports.of_message(two, ANNA, 7, bot) is not None for bot in ("", "two")
    ]


def test_a_bot_that_gets_another_name_keeps_what_it_had(two: Connection, now: datetime) -> None:
    assert queue.same_bot(two, 1, now)
    (anna,) = queue.claim(two, now, 10)
    queue.settle(two, anna, Later(SOON, everybody=True), now)
    assert queue.same_bot(two, 1, now, "kazakh")
    assert "kazakh" == chats.bot_of(two, ANNA)
    assert [[], []] == [taken(two, now, bot) for bot in ("kazakh", "")]  # its ban is its own still
    assert [ANNA] == taken(two, now + 2 * SOON, "kazakh")
    assert queue.same_bot(two, 9, now)  # somebody else goes by the old name
    assert "kazakh" == chats.bot_of(two, ANNA)


def test_what_was_stopped_while_a_bot_was_dead_is_not_sent_when_it_is_back(
    two: Connection, now: datetime
) -> None:
    taken(two, now, "")
    taken(two, now, "two")
    broadcasts.announce(two, "b1", "Hello", now)
    assert [TIMUR] == [one.chat_id for one in queue.claim(two, now, 10, "two")]
    assert 1 == broadcasts.stop(two, "b1", now)  # Anna's
    assert Progress(waiting=1, stopped=1) == broadcasts.progress(two, "b1")
    queue.recover(two, now, "two")
    assert Progress(stopped=2) == broadcasts.progress(two, "b1")
    assert [] == taken(two, now + SOON, "two")


def test_what_arrives_though_it_was_stopped_counts_as_sent(two: Connection, now: datetime) -> None:
    taken(two, now, "")
    broadcasts.announce(two, "b1", "Hello", now)
    (hers,) = queue.claim(two, now, 10)
    broadcasts.stop(two, "b1", now)
    queue.settle(two, hers, Sent(8), now)
    assert Progress(sent=1, stopped=1) == broadcasts.progress(two, "b1")


async def test_an_admin_gets_the_menu_of_the_bot_that_he_knows(db: Database) -> None:
    """Each of the others asked for it at every start: Telegram knows no such chat of theirs."""
    await db.write(see_chat, Chat(ANNA, ChatKind.PRIVATE), NOW, "two")
    assert [set(), {int(ANNA)}] == [
        await db.read(menus.admins_here, [int(ANNA)], bot) for bot in ("", "two")
    ]


async def test_a_channel_stays_with_who_was_bound_to_it(db: Database) -> None:
    desk = Chat(ChatId(-1001), ChatKind.CHANNEL, title="Desk")
    await db.write(see_chat, desk, NOW, "")
    came = ChatMemberUpdated(
        TelegramChat(int(desk.id), "channel", title="Desk"),
        User(1, "Timur", is_bot=False),
        NOW,
        ChatMemberLeft(User(2, "Two", is_bot=True)),
        ChatMemberMember(User(2, "Two", is_bot=True)),
    )
    assert await follow_membership(came, context_of(db, bot_name="two")) is None
    assert "" == await db.read(chats.bot_of, desk.id)


async def test_the_end_of_one_trouble_is_told_once_by_all_processes(db: Database) -> None:
    await Person.comes(context_of(db), ADMIN)
    error = StorageError("storage.locked")
    made = [
        await db.write(enqueue_storage_notice, [int(ADMIN)], error, lasted, NOW + after)
        for after, lasted in ((timedelta(0), SOON), (SOON, 2 * SOON), (5 * SOON, SOON))
    ]
    assert [1, 0, 1] == made


@pytest.mark.parametrize("bot", ["", "two"])
def test_a_chat_that_refused_is_written_to_again_once_its_person_speaks(
    two: Connection, now: datetime, bot: str
) -> None:
    (anna,) = queue.claim(two, now, 10)
    queue.settle(two, anna, Shut("chat not found"), now)
    owe(two, ANNA, "b", now)
    see_chat(two, Chat(ANNA, ChatKind.PRIVATE), now, "two")  # says nothing of the first
    shut = chat_queues.shut_why(two, ANNA, NO_THREAD, now)
    assert ("chat not found", []) == (shut, taken(two, now, ""))
    if bot:
        queue.give_to_bot(two, ANNA, bot, now)
    else:
        see_chat(two, Chat(ANNA, ChatKind.PRIVATE), now, "")
    assert ANNA in taken(two, now, bot)
    assert "" == chat_queues.shut_why(two, ANNA, NO_THREAD, now)
