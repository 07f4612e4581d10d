"""A digest is owed in one transaction with its window; asked for, it moves nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.editions import Editions
from storage import chats, deliveries, matches, subscriptions
from storage.database import Database
from storage.model import (
    Chat,
    ChatId,
    ChatKind,
    DeliveryKind,
    ItemId,
    Match,
    Mode,
    StoryId,
    ThreadId,
)
from tests.bot.delivery.kit import START, Clock, Room, room
from tests.storage import rows

READER = ChatId(1001)
MORNING = START  # 08:00 UTC


class Desk:
    """A newsroom with one reader of 08:00 and a clock at the evening before."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = Clock(MORNING - timedelta(hours=12))
        self.editions = Editions(db, self.clock)
        self.woken = 0
        self.editions.wake = self.wake

    def wake(self) -> None:
        self.woken += 1

    async def tell(self, *numbers: int) -> None:
        await self.db.write(tell, numbers, self.clock())

    async def chat(self) -> Chat:
        found = await self.db.read(chats.get, READER)
        assert found is not None
        return found

    async def owed(self) -> list[str]:
        """The HTML of the digests owed, in order."""
        return await self.db.read(digests)


@pytest.fixture
async def desk(db: Database) -> Desk:
    made = Desk(db)
    await db.write(chats.met, Chat(READER, ChatKind.PRIVATE), made.clock())
    await made.editions.round()
    return made


async def test_a_new_chat_is_appointed_its_first_digest(desk: Desk) -> None:
    assert MORNING == (await desk.chat()).next_digest_at


async def test_the_digest_comes_once_with_what_happened_since_the_last(desk: Desk) -> None:
    await desk.tell(1, 2)
    desk.clock.now = MORNING + timedelta(seconds=6)
    assert [1, 0] == [await desk.editions.round(), await desk.editions.round()]
    (html,) = await desk.owed()
    assert "Headline 1" in html
    assert "Headline 2" in html
    chat = await desk.chat()
    assert (MORNING, MORNING + timedelta(days=1)) == (chat.digest_from, chat.next_digest_at)
    assert desk.woken == 1


async def test_consecutive_digests_tell_everything_once(desk: Desk) -> None:
    for day in range(3):
        await desk.tell(day * 10 + 1)
        desk.clock.now = MORNING + timedelta(days=day, seconds=6)
        await desk.tell(day * 10 + 2)
        await desk.editions.round()
    told = "".join(await desk.owed())
    counts = [told.count(f">Headline {n}<") for n in (1, 2, 11, 12, 21)]
    assert [1, 1, 1, 1, 1] == counts


async def test_after_an_outage_one_digest_covers_it_all(desk: Desk) -> None:
    await desk.tell(1)
    desk.clock.forward(days=3)
    await desk.tell(2)
    desk.clock.forward(hours=1)
    await desk.editions.round()
    (html,) = await desk.owed()
    assert "Headline 1" in html
    assert "Headline 2" in html


async def test_a_quiet_day_is_said_or_passed_over_as_the_reader_wants(desk: Desk) -> None:
    desk.clock.now = MORNING + timedelta(seconds=6)
    await desk.editions.round()
    assert len(await desk.owed()) == 1
    await desk.db.write(change, digest_when_empty=False)
    desk.clock.forward(days=1)
    await desk.editions.round()
    assert len(await desk.owed()) == 1
    assert MORNING + timedelta(days=1) == (await desk.chat()).digest_from


async def test_settings_changed_meanwhile_win(desk: Desk) -> None:
    desk.clock.now = MORNING + timedelta(seconds=6)
    seen = await desk.chat()
    await desk.db.write(change, next_digest_at=MORNING + timedelta(hours=4))
    assert not await desk.editions._issue(seen)
    assert [] == await desk.owed()


async def test_preview_and_on_demand_move_nothing_and_show_the_newest(desk: Desk) -> None:
    await desk.tell(1)
    before = await desk.chat()
    shown = [
        *(await desk.editions.preview(before)),
        *(await desk.editions.on_demand(before, timedelta(hours=1))),
    ]
    assert ["Headline 1" in one.html for one in shown] == [True, True]
    assert before == await desk.chat()
    assert [] == await desk.owed()


async def test_on_demand_for_a_query_shows_only_what_it_found(desk: Desk) -> None:
    await desk.tell(1, 2, 3)
    found = frozenset({StoryId(2)})
    (message,) = await desk.editions.on_demand(await desk.chat(), only=found, queries=("astana",))
    assert ["Headline 1" in message.html, "Headline 2" in message.html] == [False, True]
    assert "astana" in message.html


async def test_what_met_a_subscription_stands_in_the_digest_first(desk: Desk) -> None:
    await desk.tell(*range(1, 60))
    await desk.db.write(match, 3, desk.clock())
    desk.clock.now = MORNING + timedelta(seconds=6)
    await desk.editions.round()
    html = "".join(await desk.owed())
    assert html.index("Headline ") == html.index("Headline 3<")


async def test_the_weekly_digest_looks_back_a_week_and_leaves_the_daily_window(desk: Desk) -> None:
    await desk.db.write(change, weekly_day=MORNING.isoweekday(), digest_from=MORNING)
    desk.clock.now = MORNING - timedelta(days=3)
    await desk.tell(1)
    desk.clock.now = MORNING + timedelta(seconds=6)
    await desk.editions.round()
    daily, weekly = await desk.owed()
    assert ["Headline 1" in one for one in (daily, weekly)] == [False, True]


async def test_who_wants_only_the_weekly_digest_gets_one(desk: Desk) -> None:
    ten = MORNING + timedelta(hours=2)
    weekly = {"digest_times": (), "weekly_day": ten.isoweekday(), "next_digest_at": ten}
    await desk.db.write(change, **weekly)
    await desk.tell(1)
    desk.clock.now = ten + timedelta(seconds=6)
    await desk.editions.round()
    (html,) = await desk.owed()
    assert "Headline 1" in html


async def test_digests_switched_off_meanwhile_do_not_come(desk: Desk) -> None:
    await desk.db.write(change, digest_times=())
    desk.clock.now = MORNING + timedelta(seconds=6)
    await desk.editions.round()
    assert [] == await desk.owed()
    assert (await desk.chat()).next_digest_at is None


async def test_two_hundred_stories_are_three_messages_at_most(desk: Desk) -> None:
    await desk.tell(*range(1, 201))
    desk.clock.now = MORNING + timedelta(seconds=6)
    await desk.editions.round()
    assert 1 <= len(await desk.owed()) <= 3


async def test_the_digest_arrives_in_order_and_is_given_back_when_the_chat_is_gone(
    db: Database,
) -> None:
    async with room(db) as here:
        await here.meet()
        editions = Editions(db, here.clock)
        await editions.round()
        await db.write(tell, (1, 2), here.clock())
        here.clock.forward(days=1, seconds=6)
        await editions.round()
        await here.deliver()
        assert "Headline 1" in here.messages()[0].text
        await lost_digest_comes_back(here, editions)


async def lost_digest_comes_back(here: Room, editions: Editions) -> None:
    before = (await here.chat()).digest_from
    await here.db.write(tell, (3,), here.clock())
    here.clock.forward(days=1)
    here.box.faults.fail("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await editions.round()
    await here.deliver()
    assert before == (await here.chat()).digest_from
    await here.db.write(deliveries.back, READER, here.clock())
    here.clock.forward(days=1)
    await editions.round()
    await here.deliver()
    assert "Headline 3" in here.messages()[-1].text


def tell(db: Any, numbers: tuple[int, ...], now: datetime) -> None:
    found = db.conn.execute("select id from feeds limit 1").fetchone()
    feed = found[0] if found else rows.feed(db)
    rows.told(db, feed, *(rows.new_item(number) for number in numbers), now=now)


def match(db: Any, story: int, now: datetime) -> None:
    subscription, _ = subscriptions.add(
        db, chat_id=READER, thread_id=ThreadId(0), query="astana", mode=Mode.DIGEST, now=now
    )
    matches.add(db, [Match(subscription.id, ItemId(story), StoryId(story))], now)


def change(db: Any, **changes: Any) -> None:
    chats.change(db, READER, **changes)


def digests(db: Any) -> list[str]:
    return [
        row[0]
        for row in db.conn.execute(
            "select json_extract(payload, '$.html') from deliveries where kind = ? order by id",
            (DeliveryKind.DIGEST,),
        )
    ]
