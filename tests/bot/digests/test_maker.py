"""A digest is owed in one transaction with its window; asked for, it moves nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.digests.listing import Kind, Listing, Reading
from bot.digests.maker import DigestService
from bot.render import plain
from storage import chats, matches, stories, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.model import Chat, ChatId, ChatKind, ItemId, Match, Mode, StoryId, ThreadId
from storage.outbox import queue
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    DigestPart,
    FoldReason,
    NewDelivery,
)
from tests.bot.delivery.kit import ANNA, START, Clock, Room, room
from tests.bot.people import Person, buttons, world_of
from tests.storage import rows

READER = ChatId(1001)
MORNING = START  # 08:00 UTC


class Ingester:
    """A newsroom with one reader of 08:00 and a clock at the evening before."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = Clock(MORNING - timedelta(hours=12))
        self.editions = DigestService(db, self.clock)
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

    def restarted(self) -> "Ingester":
        """The same newsroom after a restart, its clock as it stands."""
        again = Ingester(self.db)
        again.clock.now = self.clock.now
        return again

    async def rest(self, row: Delivery) -> Listing:
        """What a digest's button leads to: its first page, and all that it left out."""
        found = await self.editions.rest(await self.chat(), row)
        assert found is not None
        assert found.kind is Kind.DIGEST
        return found

    async def owed(self) -> list[str]:
        """The HTML of the digests owed, in order."""
        return await self.db.read(digests)


@pytest.fixture
async def ingester(db: Database) -> Ingester:
    made = Ingester(db)
    await db.write(chats.see_chat, Chat(READER, ChatKind.PRIVATE), made.clock())
    await made.editions.round()
    return made


async def test_a_new_chat_is_appointed_its_first_digest(ingester: Ingester) -> None:
    assert MORNING == (await ingester.chat()).next_digest_at


async def test_the_digest_comes_once_with_what_happened_since_the_last(ingester: Ingester) -> None:
    await ingester.tell(1, 2)
    ingester.clock.now = MORNING + timedelta(seconds=6)
    assert [1, 0] == [await ingester.editions.round(), await ingester.editions.round()]
    (html,) = await ingester.owed()
    assert "Headline 1" in html
    assert "Headline 2" in html
    chat = await ingester.chat()
    assert (MORNING, MORNING + timedelta(days=1)) == (chat.digest_from, chat.next_digest_at)
    assert ingester.woken == 1


async def test_consecutive_digests_tell_everything_once(ingester: Ingester) -> None:
    for day in range(3):
        await ingester.tell(day * 10 + 1)
        ingester.clock.now = MORNING + timedelta(days=day, seconds=6)
        await ingester.tell(day * 10 + 2)
        await ingester.editions.round()
    told = "".join(await ingester.owed())
    counts = [told.count(f">Headline {n}<") for n in (1, 2, 11, 12, 21)]
    assert [1, 1, 1, 1, 1] == counts


async def test_after_an_outage_one_digest_covers_it_all(ingester: Ingester) -> None:
    await ingester.tell(1)
    ingester.clock.forward(days=3)
    await ingester.tell(2)
    ingester.clock.forward(hours=1)
    await ingester.editions.round()
    (html,) = await ingester.owed()
    assert "Headline 1" in html
    assert "Headline 2" in html


async def test_a_quiet_day_is_said_or_passed_over_as_the_reader_wants(ingester: Ingester) -> None:
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    assert len(await ingester.owed()) == 1
    await ingester.db.write(change, digest_when_empty=False)
    ingester.clock.forward(days=1)
    await ingester.editions.round()
    assert len(await ingester.owed()) == 1
    assert MORNING + timedelta(days=1) == (await ingester.chat()).digest_from


async def test_settings_changed_meanwhile_win(ingester: Ingester) -> None:
    ingester.clock.now = MORNING + timedelta(seconds=6)
    seen = await ingester.chat()
    await ingester.db.write(change, next_digest_at=MORNING + timedelta(hours=4))
    assert not await ingester.editions._issue(seen)
    assert [] == await ingester.owed()


async def test_preview_and_on_demand_move_nothing_and_show_the_newest(ingester: Ingester) -> None:
    await ingester.tell(1)
    before = await ingester.chat()
    shown = [
        *(await ingester.editions.preview(Reading.of(before, before))),
        *(await ingester.editions.on_demand(Reading.of(before, before), timedelta(hours=1))),
    ]
    assert ["Headline 1" in one.html for one in shown] == [True, True]
    assert before == await ingester.chat()
    assert [] == await ingester.owed()


async def test_on_demand_for_a_query_shows_only_what_it_found(ingester: Ingester) -> None:
    await ingester.tell(1, 2, 3)
    found = frozenset({StoryId(2)})
    reading = Reading.of(await ingester.chat(), await ingester.chat())
    (message,) = await ingester.editions.on_demand(reading, only=found, query="astana")
    assert ["Headline 1" in message.html, "Headline 2" in message.html] == [False, True]
    assert "astana" in message.html


async def test_what_met_a_subscription_stands_in_the_digest_first(ingester: Ingester) -> None:
    await ingester.tell(*range(1, 60))
    await ingester.db.write(match, 3, ingester.clock())
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    html = "".join(await ingester.owed())
    assert html.index("Headline ") == html.index("Headline 3<")


async def test_the_weekly_digest_looks_back_a_week_and_leaves_the_daily_window(
    ingester: Ingester,
) -> None:
    await ingester.db.write(change, weekly_day=MORNING.isoweekday(), digest_from=MORNING)
    ingester.clock.now = MORNING - timedelta(days=3)
    await ingester.tell(1)
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    daily, weekly = await ingester.owed()
    assert ["Headline 1" in one for one in (daily, weekly)] == [False, True]


async def test_who_wants_only_the_weekly_digest_gets_one(ingester: Ingester) -> None:
    ten = MORNING + timedelta(hours=2)
    weekly = {"digest_times": (), "weekly_day": ten.isoweekday(), "next_digest_at": ten}
    await ingester.db.write(change, **weekly)
    await ingester.tell(1)
    ingester.clock.now = ten + timedelta(seconds=6)
    await ingester.editions.round()
    (html,) = await ingester.owed()
    assert "Headline 1" in html


async def test_digests_switched_off_meanwhile_do_not_come(ingester: Ingester) -> None:
    await ingester.db.write(change, digest_times=())
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    assert [] == await ingester.owed()
    assert (await ingester.chat()).next_digest_at is None


async def test_two_hundred_stories_are_a_page_and_a_way_to_the_others(ingester: Ingester) -> None:
    await ingester.tell(*range(1, 211))
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    (html,) = await ingester.owed()
    assert 12 == html.count("Headline ")
    (row,) = await ingester.db.read(digest_rows)
    issued = row.issued
    assert issued is not None
    assert (12, 188) == (len(issued.stories), issued.more)
    rest = await ingester.rest(row)
    assert (1, 200, 210) == (rest.first, len(rest.stories), rest.total)
    assert issued.stories == rest.stories[:12]
    assert len(set(rest.stories)) == 200


async def test_a_page_asked_for_days_later_is_of_the_same_window(ingester: Ingester) -> None:
    await ingester.tell(*range(1, 31))
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    (row,) = await ingester.db.read(digest_rows)
    before = await ingester.rest(row)
    ingester.clock.forward(days=3)
    await ingester.tell(*range(101, 131))
    again = await ingester.restarted().rest(row)
    assert before == again
    assert 30 == len(before.stories)


# --- what came as an alert ------------------------------------------------------------------


async def test_what_came_as_an_alert_is_one_line_of_the_digest_and_a_list_behind_it(
    ingester: Ingester,
) -> None:
    await ingester.tell(*range(1, 7))
    await ingester.db.write(match, 2, ingester.clock())
    await ingester.db.write(match, 4, ingester.clock())
    await ingester.db.write(alerted, 2, ingester.clock(), state=DeliveryState.SENT)
    await ingester.db.write(alerted, 5, ingester.clock(), state=DeliveryState.SENT)
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    (html,) = await ingester.owed()
    told = [f"Headline {n}<" in html for n in range(1, 7)]
    assert [True, False, True, True, False, True] == told
    assert "2 stories already came as alerts" in html
    (row,) = await ingester.db.read(digest_rows)
    listed = await ingester.editions.told(await ingester.chat(), row)
    assert listed is not None
    assert (Kind.TOLD, {2, 5}) == (listed.kind, set(listed.stories))


async def test_an_alert_for_a_story_merged_since_still_counts(ingester: Ingester) -> None:
    await ingester.tell(1, 2, 3)
    await ingester.db.write(alerted, 1, ingester.clock(), state=DeliveryState.SENT)
    await ingester.db.write(stories.join, StoryId(1), StoryId(2), ingester.clock())
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    (html,) = await ingester.owed()
    assert [False, True] == [f"Headline {n}<" in html for n in (2, 3)]
    assert "1 story already came as an alert" in html


async def test_what_a_list_of_many_named_was_told_and_a_mere_number_was_not(
    ingester: Ingester,
) -> None:
    await ingester.tell(1, 2, 3, 4, 5)
    for story, counted, state in (
        (1, False, DeliveryState.SENT),
        (5, False, DeliveryState.SENT),
        (2, True, DeliveryState.SENT),  # one of the first version
        (3, False, DeliveryState.QUEUED),
    ):
        fold = f"h{story}"
        await ingester.db.write(
            alerted, story, ingester.clock(), fold=fold, fold_state=state, counted=counted
        )
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    (html,) = await ingester.owed()
    told = [f"Headline {n}<" in html for n in (1, 2, 3, 4, 5)]
    assert [False, True, True, True, False] == told


@pytest.mark.parametrize("others", [(), (2,)])
async def test_a_day_of_alerts_alone_is_said_so_or_passed_over(
    ingester: Ingester, others: tuple[int, ...]
) -> None:
    await ingester.db.write(change, digest_when_empty=False)
    await ingester.tell(1, *others)
    await ingester.db.write(alerted, 1, ingester.clock(), state=DeliveryState.SENT)
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.editions.round()
    assert len(others) == len(await ingester.owed())


async def test_the_week_tells_its_greatest_stories_again_and_marks_them(
    ingester: Ingester,
) -> None:
    ten = MORNING + timedelta(hours=2)
    weekly = {"digest_times": (), "weekly_day": ten.isoweekday(), "next_digest_at": ten}
    await ingester.db.write(change, **weekly)
    await ingester.tell(*range(1, 21))
    await ingester.db.write(alerted, 1, ingester.clock(), state=DeliveryState.SENT)
    ingester.clock.now = ten + timedelta(seconds=6)
    await ingester.editions.round()
    (html,) = await ingester.owed()
    assert (15, 1) == (html.count("Headline "), html.count("🔔"))
    (row,) = await ingester.db.read(digest_rows)
    rest = await ingester.rest(row)
    assert (20, 2, (15, 27)) == (len(rest.stories), rest.pages, rest.bounds(1))


async def test_who_asks_is_told_everything_with_alerts_marked(ingester: Ingester) -> None:
    await ingester.tell(1, 2, 3)
    await ingester.db.write(alerted, 2, ingester.clock(), state=DeliveryState.SENT)
    (message,) = await ingester.editions.on_demand(
        Reading.of(await ingester.chat(), await ingester.chat())
    )
    marked = [line for line in plain(message.html).splitlines() if "🔔" in line]
    assert 3 == message.html.count("Headline ")
    assert ["Headline 2" in line for line in marked] == [True]


async def test_a_preview_is_what_would_come(ingester: Ingester) -> None:
    await ingester.tell(*range(1, 21))
    await ingester.db.write(alerted, 2, ingester.clock(), state=DeliveryState.SENT)
    (message,) = await ingester.editions.preview(
        Reading.of(await ingester.chat(), await ingester.chat())
    )
    assert "1 story already came as an alert" in message.html
    assert ["📰 More: 7", "🔔 Alerts: 1"] == [b.label for row in message.keyboard for b in row]


async def test_a_channels_readers_are_not_told_its_owners_queries(ingester: Ingester) -> None:
    await ingester.tell(1, 2)
    await ingester.db.write(match, 2, ingester.clock())
    ingester.clock.now = MORNING + timedelta(seconds=6)
    await ingester.db.write(change, kind=ChatKind.CHANNEL)
    ingester.editions.bot_username = lambda: "wire_bot"
    await ingester.editions.round()
    (html,) = await ingester.owed()
    assert html.index("On topic") < html.index("Headline 2<") < html.index("Headline 1<")
    assert "astana" not in html
    assert "https://t.me/wire_bot?start=s_2" in html


async def test_a_channels_digest_shown_to_its_manager_is_for_a_private_chat(
    ingester: Ingester,
) -> None:
    await ingester.tell(1)
    here = await ingester.chat()
    channel = replace(here, id=ChatId(-1001), kind=ChatKind.CHANNEL, language="ru")
    (message,) = await ingester.editions.on_demand(Reading.of(channel, here, "wire_bot"))
    assert ("/s1" in message.html, "t.me" in message.html) == (True, False)
    assert "Дайджест" in message.html


async def test_a_row_of_an_older_program_leads_nowhere_and_breaks_nothing(
    ingester: Ingester,
) -> None:
    chat = await ingester.chat()
    old = NewDelivery(
        READER, ThreadId(0), DeliveryKind.DIGEST, "2026-11-01T08:00/1", payload=DigestPart("x")
    )
    await ingester.db.write(outbox_rows.insert, old, DeliveryState.SENT, MORNING, MORNING)
    (row,) = await ingester.db.read(digest_rows)
    assert (None, None) == (
        await ingester.editions.rest(chat, row),
        await ingester.editions.told(chat, row),
    )


async def test_the_digest_arrives_in_order_and_is_given_back_when_the_chat_is_gone(
    db: Database,
) -> None:
    async with room(db) as here:
        await here.meet()
        editions = DigestService(db, here.clock)
        await editions.round()
        await db.write(tell, (1, 2), here.clock())
        here.clock.forward(days=1, seconds=6)
        await editions.round()
        await here.deliver()
        assert "Headline 1" in here.messages()[0].text
        await lost_digest_comes_back(here, editions)


async def test_under_a_digest_buttons_lead_to_the_others_and_to_the_alerts(db: Database) -> None:
    async with room(db) as here:
        await here.meet()
        editions = DigestService(db, here.clock)
        await editions.round()
        await here.tell(31, 32)
        await here.deliver()
        await db.write(tell, tuple(range(1, 31)), here.clock())
        here.clock.forward(days=1, seconds=6)
        await editions.round()
        await here.deliver()
        digest = here.messages()[-1]
        assert ["📰 More: 18", "🔔 Alerts: 2"] == [one.text for one in digest.buttons]
        world = world_of(db, clock=here.clock, editions=editions)
        anna, other = await Person.comes(world, ANNA), await Person.comes(world, ChatId(77))
        more, before = [one.callback_data or "" for one in digest.buttons]
        assert "stories 13–24 of 30" in await anna.sends(more)
        assert ["‹", "2 / 3", "›"] == [one.label for one in buttons(anna.last)]
        assert "stories 25–30 of 30" in await anna.presses("›")
        assert ["‹", "3 / 3"] == [one.label for one in buttons(anna.last)]
        await anna.presses("‹")
        assert digest.text.splitlines()[:4] == (await anna.presses("‹")).splitlines()[:4]
        said = await anna.sends(before)
        assert "Came as alerts: 2 stories" in said
        assert [True, True] == [f"Headline {n}\n" in said for n in (31, 32)]
        for press in (more, before):
            with pytest.raises(NewsError, match=r"button\.old"):
                await other.sends(press)


async def test_a_channels_digest_leads_its_readers_into_the_bot(db: Database) -> None:
    async with room(db) as here:
        channel = await here.meet(here.box.channel_id)
        editions = DigestService(db, here.clock)
        editions.bot_username = lambda: here.bot.username
        await editions.round()
        await db.write(tell, tuple(range(1, 31)), here.clock())
        await db.write(match, 3, here.clock(), channel)
        here.clock.forward(days=1, seconds=6)
        await editions.round()
        await here.deliver()
        (digest,) = here.messages(channel)
        (button,) = digest.buttons
        world = world_of(db, clock=here.clock, editions=editions)
        reader = await Person.comes(world, ChatId(77))
        assert button.url is not None
        said = await reader.types(f"/start {button.url.rpartition('=')[2]}")
        assert "stories 13–24 of 30" in said
        assert "astana" not in digest.text + said


async def lost_digest_comes_back(here: Room, editions: DigestService) -> None:
    before = (await here.chat()).digest_from
    await here.db.write(tell, (3,), here.clock())
    here.clock.forward(days=1)
    here.box.faults.fail("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await editions.round()
    await here.deliver()
    assert before == (await here.chat()).digest_from
    await here.db.write(queue.back, READER, here.clock())
    here.clock.forward(days=1)
    await editions.round()
    await here.deliver()
    assert "Headline 3" in here.messages()[-1].text


def tell(db: Any, numbers: tuple[int, ...], now: datetime) -> None:
    found = db.conn.execute("select id from feeds limit 1").fetchone()
    feed = found[0] if found else rows.feed(db)
    rows.told(db, feed, *(rows.new_item(number) for number in numbers), now=now)


def match(db: Any, story: int, now: datetime, chat: ChatId = READER) -> None:
    subscription, _ = subscriptions.add(
        db, chat_id=chat, thread_id=ThreadId(0), query="astana", mode=Mode.DIGEST, now=now
    )
    matches.add(db, [Match(subscription.id, ItemId(story), StoryId(story))], now)


def change(db: Any, **changes: Any) -> None:
    chats.change(db, READER, **changes)


def alerted(
    db: Any,
    story: int,
    now: datetime,
    *,
    state: DeliveryState = DeliveryState.MERGED,
    fold: str = "",
    fold_state: DeliveryState = DeliveryState.SENT,
    counted: bool = False,
) -> None:
    """Let a story have come as an alert, or within a fold."""
    carrier = None
    if fold:
        one = NewDelivery(READER, ThreadId(0), DeliveryKind.FOLD, fold, why=FoldReason.HOUR)
        carrier = outbox_rows.insert(db, one, fold_state, now, now)
        db.conn.execute("update deliveries set counted = ? where id = ?", (counted, carrier))
    alert = NewDelivery(READER, ThreadId(0), DeliveryKind.ALERT, f"s{story}", StoryId(story))
    outbox_rows.insert(db, alert, state, now, now, carrier=carrier)


def digest_rows(db: Any) -> list[Delivery]:
    rows_ = db.conn.execute(
        "select id from deliveries where kind = ? order by id", (DeliveryKind.DIGEST,)
    )
    return [outbox_rows.by_id(db, row[0]) for row in rows_]


def digests(db: Any) -> list[str]:
    return [
        row[0]
        for row in db.conn.execute(
            "select json_extract(payload, '$.html') from deliveries where kind = ? order by id",
            (DeliveryKind.DIGEST,),
        )
    ]
