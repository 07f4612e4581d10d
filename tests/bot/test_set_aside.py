"""A message or digest that raises stops no other, and what was set aside is said once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.failures import note_odd_rows, survivors
from bot.halves import tell_of_asides
from bot.notices import enqueue_aside_notices
from bot.pipeline import open_pipeline
from bot.sandbox import ANNA_ID
from bot.settings import Settings
from bot.texts import sentence
from storage import chats, set_aside, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode
from storage.outbox.deliveries import DeliveryState
from storage.set_aside import Aside, AsideKind, why_of
from storage.sql import Connection, to_ms
from tests.bot.delivery.kit import ANNA, Room, room
from tests.bot.digests.test_maker import MORNING, Morning
from tests.bot.people import ADMIN, Person, context_of
from watchers import keywords, search

END_OF_TIME = datetime.max.replace(tzinfo=UTC, microsecond=0)
SAID = "select chat_id, payload from deliveries where kind = 'notice' order by id"


@pytest.fixture
async def here(db: Database) -> AsyncIterator[Room]:
    async with room(db) as made:
        await made.meet()
        yield made


def sql(db: Connection, statement: str, *values: object) -> list[tuple[Any, ...]]:
    return list(db.conn.execute(statement, values))


async def noted(db: Database) -> list[tuple[AsideKind, str]]:
    return [(one.aside.kind, one.aside.what) for one in await db.read(set_aside.untold)]


async def test_what_cannot_be_written_as_it_should_comes_by_title_and_link(here: Room) -> None:
    """Its item's time is beyond what the reader's clock can show."""
    await here.db.write(chats.change, ANNA, time_zone="Asia/Almaty")
    await here.tell(1, 2)
    ends = to_ms(END_OF_TIME)
    await here.db.write(sql, "update items set published = ? where id = 1", ends)
    await here.deliver()
    await here.deliver(seconds=5)

    assert ["Headline 1", "Headline 2"] == sorted(here.said())
    (plain,) = [one for one in here.messages() if one.text.startswith("Headline 1")]
    assert "Headline 1\nhttps://courier.example/1" == plain.text
    assert [(AsideKind.DELIVERY, str((await here.row("s1")).id))] == await noted(here.db)


async def test_many_stories_in_one_message_lose_at_most_the_one_that_cannot_be_said(
    here: Room,
) -> None:
    await here.db.write(chats.change, ANNA, time_zone="Asia/Almaty")
    await here.tell(*range(1, 6))
    await here.db.write(sql, "update items set published = ? where id = 3", to_ms(END_OF_TIME))
    await here.deliver(hours=7)

    (text,) = [one.text for one in here.messages()]
    assert [1, 2, 3, 4, 5] == [n for n in range(1, 6) if f"Headline {n}" in text]


@pytest.mark.parametrize(
    "spoilt",
    [
        "update deliveries set kind = 'smoke signal' where subject = 's1'",
        "update deliveries set why = 'whatever' where subject = 's1'",
        "update deliveries set created_at = 9999999999999999 where subject = 's1'",
    ],
)
async def test_a_row_that_cannot_be_read_fails_and_its_chat_goes_on(
    here: Room, spoilt: str
) -> None:
    await here.tell(1, 2)
    await here.db.write(sql, spoilt)
    await here.deliver()
    await here.deliver(seconds=5)

    assert ["Headline 2"] == here.said()
    ((state, reason),) = await here.db.read(
        sql, "select state, reason from deliveries where subject = 's1'"
    )
    assert (DeliveryState.FAILED, "cannot be rendered") == (state, reason)
    ((kind, _),) = await noted(here.db)
    assert AsideKind.DELIVERY is kind


async def test_half_sent_rows_that_cannot_be_read_are_survived_at_start(here: Room) -> None:
    await here.tell(1, 2)
    await here.db.write(
        sql, "update deliveries set state = 'sending', kind = 'smoke' where subject = 's1'"
    )
    await here.deliverer.start()
    await here.deliver(seconds=10)
    assert ["Headline 2"] == here.said()


# --- digests ---------------------------------------------------------------------------------


async def other_reader(morning: Morning, number: int) -> ChatId:
    chat = Chat(ChatId(number), ChatKind.PRIVATE)
    await morning.db.write(chats.see_chat, chat, morning.clock())
    return chat.id


async def test_a_digest_that_raises_stops_no_other_and_is_put_off(db: Database) -> None:
    """Its chat's times are none; its window stays, so that the next one covers it."""
    morning = Morning(db)
    for number in (1001, 1002, 1003):
        await other_reader(morning, number)
    await morning.digests.round()
    await morning.tell(1, 2)
    await db.write(sql, "update chats set digest_times = '5000' where id = 1002")
    before = await db.read(chats.get, ChatId(1002))
    morning.clock.now = MORNING + timedelta(seconds=6)

    made = await morning.digests.round()
    again = await morning.digests.round()

    assert (2, 0) == (made, again)
    assert [(1001,), (1003,)] == await db.read(
        sql, "select chat_id from deliveries where kind = 'digest' order by 1"
    )
    after = await db.read(chats.get, ChatId(1002))
    assert before is not None
    assert after is not None
    assert before.digest_from == after.digest_from
    assert after.next_digest_at is not None
    assert after.next_digest_at > morning.clock.now
    assert {AsideKind.DIGEST, AsideKind.CHAT} == {kind for kind, _ in await noted(db)}


async def test_times_that_are_none_keep_nobody_else_from_being_appointed_a_digest(
    db: Database,
) -> None:
    morning = Morning(db)
    await other_reader(morning, 1002)
    await db.write(sql, "update chats set digest_times = '5000' where id = 1002")
    await other_reader(morning, 1003)
    await morning.digests.round()
    assert MORNING == (await db.read(chats.get, ChatId(1003))).next_digest_at  # type: ignore[union-attr]


async def test_a_chat_that_cannot_be_read_keeps_no_digest_from_the_others(db: Database) -> None:
    morning = Morning(db)
    for number in (1001, 1002):
        await other_reader(morning, number)
    await morning.digests.round()
    await morning.tell(1)
    await db.write(sql, "update chats set kind = 'salon' where id = 1001")
    morning.clock.now = MORNING + timedelta(seconds=6)
    assert 1 == await morning.digests.round()


@pytest.mark.parametrize(
    ("spoilt", "left"),
    [
        (f"update items set published = {to_ms(END_OF_TIME)} where id = 1", {1, 2}),
        ("update items set published = 9999999999999999 where id = 1", {2}),
        ("update stories set updated_at = 9999999999999999 where id = 1", {2}),
    ],
)
async def test_a_story_that_raises_is_left_out_of_digests_alone(
    db: Database, spoilt: str, left: set[int]
) -> None:
    morning = Morning(db)
    await other_reader(morning, 1001)
    await morning.digests.round()
    await morning.tell(1, 2)
    await db.write(sql, spoilt)
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    (html,) = await morning.owed()
    assert left >= {number for number in (1, 2) if f">Headline {number}<" in html} >= {2}


async def test_a_query_that_raises_costs_a_digest_its_own_stories_alone(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subscription made within the window is searched for; the others, and the rest, come."""
    morning = Morning(db)
    whose = await other_reader(morning, 1001)
    await morning.digests.round()
    await morning.tell(1, 2)
    for query in ("boom", '"headline 2"'):
        await db.write(
            subscriptions.add,
            chat_id=whose, thread_id=NO_THREAD, query=query, mode=Mode.DIGEST,
            now=MORNING - timedelta(hours=1),
        )  # fmt: skip
    find = search.find

    async def breaking(db: Database, query: keywords.Query, **how: Any) -> search.Found:
        if query.text == "boom":
            raise OverflowError
        return await find(db, query, **how)

    monkeypatch.setattr(search, "find", breaking)
    morning.clock.now = MORNING + timedelta(seconds=6)

    assert 1 == await morning.digests.round()
    (html,) = await morning.owed()
    assert "Headline 1" in html
    assert "Headline 2" in html
    assert [(AsideKind.SUBSCRIPTION, "1")] == await noted(db)


# --- who hears of it -------------------------------------------------------------------------


ODD = NewsError("query.bad_value", name="until", value="9999", position=3, example="x")


def test_a_wrong_request_is_put_down_with_what_its_sentence_needs() -> None:
    back = set_aside.request_of(why_of(ODD))
    assert back is not None
    assert sentence(ODD, "en") == sentence(back, "en")
    long = why_of(NewsError("query.bad_value", value="9" * 500))
    assert "query.bad_value" == long
    assert None is set_aside.request_of("ValueError, x.py:2: until")


async def asides_of(db: Database, now: datetime) -> None:
    """A reader's subscription that cannot be read, a channel's that broke, and an odd item."""
    await db.write(chats.see_chat, Chat(ChatId(7), ChatKind.PRIVATE, language="ru"), now)
    await db.write(chats.see_chat, Chat(ANNA, ChatKind.PRIVATE), now)
    channel = Chat(ChatId(-1001), ChatKind.CHANNEL, owner_id=ChatId(7))
    await db.write(chats.see_chat, channel, now)
    await db.write(chats.change, channel.id, owner_id=ChatId(7))
    await db.write(
        set_aside.note,
        [
            Aside(AsideKind.SUBSCRIPTION, "1", why_of(ODD), "until:9999", ANNA),
            Aside(AsideKind.SUBSCRIPTION, "2", "OverflowError, x.py:1", "<gas>", channel.id),
            Aside(AsideKind.ITEM, "https://courier.example/1", "ValueError, x.py:2", "A & B"),
        ],
        now,
    )


async def test_admins_hear_once_of_all_and_owners_of_their_own(
    db: Database, now: datetime
) -> None:
    await asides_of(db, now)
    made = await db.write(enqueue_aside_notices, [7], now)
    again = await db.write(enqueue_aside_notices, [7], now + timedelta(minutes=1))

    told = await db.read(sql, SAID)
    assert (3, 0) == (made, again)
    assert [7, ANNA_ID, 7] == [chat for chat, _ in told]
    html, unread, broke = (payload for _, payload in told)
    assert "Подписка 1" in html
    assert "«A &amp; B»" in html
    assert "«&lt;gas&gt;»" in html
    assert "OverflowError, x.py:1" in html
    assert sentence(ODD, "ru") in unescape(html)
    assert "aside.query_unread" in unread
    assert "aside.query_broke" in broke


async def test_a_tick_says_it_and_wakes_the_deliverer(tmp_path: Path, now: datetime) -> None:
    settings = Settings(
        database_path=tmp_path / "news.db", telegram_bot_token="1:a", admin_ids=frozenset({7})
    )
    async with open_pipeline(settings, clock=lambda: now) as pipeline:
        await tell_of_asides(pipeline)
        before = pipeline.wake_up.is_set()
        await asides_of(pipeline.db, now)
        await tell_of_asides(pipeline)
        await tell_of_asides(pipeline)

        assert (False, True) == (before, pipeline.wake_up.is_set())
        assert 3 == len(await pipeline.db.read(sql, SAID))


async def test_while_no_admin_has_a_chat_the_notice_waits_and_owners_hear_at_once(
    db: Database, now: datetime
) -> None:
    await asides_of(db, now)
    made = [await db.write(enqueue_aside_notices, [99], now) for _ in range(2)]
    await db.write(chats.see_chat, Chat(ChatId(99), ChatKind.PRIVATE), now)
    late = await db.write(enqueue_aside_notices, [99], now)
    assert ([2, 0], 1) == (made, late)
    assert () == await db.read(set_aside.untold)


async def test_without_admins_owners_alone_are_told(db: Database, now: datetime) -> None:
    await asides_of(db, now)
    assert 2 == await db.write(enqueue_aside_notices, [], now)
    assert () == await db.read(set_aside.untold)


async def test_rows_that_cannot_be_read_are_named_at_a_days_first_start(
    db: Database, now: datetime
) -> None:
    await asides_of(db, now)
    await db.write(sql, "delete from set_aside")
    await note_odd_rows(db, now)
    before = await noted(db)
    made, _ = await db.write(
        subscriptions.add,
        chat_id=ANNA, thread_id=NO_THREAD, query="gas", mode=Mode.INSTANT, now=now,
    )  # fmt: skip
    await db.write(sql, "update subscriptions set reach = 'afar'")
    await db.write(sql, "update chats set quiet_mode = 'loud' where id = 7")
    await note_odd_rows(db, now + timedelta(hours=1))
    assert ([], []) == (before, await noted(db))
    await note_odd_rows(db, now + timedelta(days=1))
    assert [(AsideKind.CHAT, "7"), (AsideKind.SUBSCRIPTION, str(made.id))] == await noted(db)


def test_whoever_cannot_be_used_is_left_out() -> None:
    assert [1, 2] == survivors([1, 0, 2], lambda number: 1 // number)


async def test_why_speaks_of_the_other_queries_where_one_cannot_be_read(db: Database) -> None:
    anna = await Person.comes(context_of(db), ANNA)
    morning = Morning(db)
    await morning.tell(1)
    for query in ("until:9999-12-31", "headline"):
        await db.write(
            subscriptions.add,
            chat_id=ANNA, thread_id=NO_THREAD, query=query, mode=Mode.INSTANT, now=MORNING,
        )  # fmt: skip
    assert "headline" in str(await anna.types("/why 1"))


async def test_a_subscription_that_cannot_be_read_can_be_seen_changed_and_removed(
    db: Database,
) -> None:
    anna = await Person.comes(context_of(db), ANNA)
    for query in ("until:9999-12-31", "gold"):
        await db.write(
            subscriptions.add,
            chat_id=ANNA, thread_id=NO_THREAD, query=query, mode=Mode.INSTANT, now=MORNING,
        )  # fmt: skip
    listed = await anna.types("/subscriptions")
    assert "until:9999-12-31" in listed
    assert "until:9999-12-31" in await anna.sends("l1:1")
    await anna.sends("le:1")
    assert "silver" in await anna.types("silver")
    assert ["silver", "gold"] == [one.query for one in await db.read(subscriptions.of_chat, ANNA)]


async def test_admins_see_how_much_stands_aside(db: Database, now: datetime) -> None:
    admin = await Person.comes(context_of(db), ADMIN)
    before = await admin.types("/stats")
    await asides_of(db, now)
    assert "Set aside in 90 days: 3" in await admin.types("/stats")
    assert "Set aside" not in before
