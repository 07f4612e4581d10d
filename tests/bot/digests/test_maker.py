"""A digest is owed in one transaction with its window; asked for, it moves nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.digests.listing import Kind, Listing, ListView
from bot.digests.maker import DigestService
from bot.render.markup import plain
from storage import changes, chats, matches, stories, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.model import Chat, ChatId, ChatKind, ItemId, Mode, NewMatch, StoryId, ThreadId
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
from tests.bot.people import Person, buttons, context_of, digests_of
from tests.storage import rows
from watchers.taught_names import TaughtNames

READER = ChatId(1001)
MORNING = START  # 08:00 UTC


class Morning:
    """A database with one reader of 08:00, its digests, and a clock at the evening before."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = Clock(MORNING - timedelta(hours=12))
        self.digests = DigestService(db, self.clock, names=TaughtNames(db), wake=self.wake)
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1

    async def tell(self, *numbers: int) -> None:
        await self.db.write(tell, numbers, self.clock())

    async def chat(self) -> Chat:
        found = await self.db.read(chats.get, READER)
        assert found is not None
        return found

    def restarted(self) -> "Morning":
        """The same after a restart, the clock as it stands."""
        again = Morning(self.db)
        again.clock.now = self.clock.now
        return again

    async def rest(self, row: Delivery) -> Listing:
        """What a digest's button leads to: its first page, and all that it left out."""
        found = await self.digests.rest(await self.chat(), row)
        assert found is not None
        assert found.kind is Kind.DIGEST
        return found

    async def owed(self) -> list[str]:
        """The HTML of the digests owed, in order."""
        return await self.db.read(digests)


@pytest.fixture
async def morning(db: Database) -> Morning:
    made = Morning(db)
    await db.write(chats.see_chat, Chat(READER, ChatKind.PRIVATE), made.clock())
    await made.digests.round()
    return made


async def test_a_new_chat_is_appointed_its_first_digest(morning: Morning) -> None:
    assert MORNING == (await morning.chat()).next_digest_at


async def test_the_digest_comes_once_with_what_happened_since_the_last(morning: Morning) -> None:
    await morning.tell(1, 2)
    morning.clock.now = MORNING + timedelta(seconds=6)
    assert [1, 0] == [await morning.digests.round(), await morning.digests.round()]
    (html,) = await morning.owed()
    assert "Headline 1" in html
    assert "Headline 2" in html
    chat = await morning.chat()
    assert (MORNING, MORNING + timedelta(days=1)) == (chat.digest_from, chat.next_digest_at)
    assert morning.woken == 1


async def test_consecutive_digests_tell_everything_once(morning: Morning) -> None:
    for day in range(3):
        await morning.tell(day * 10 + 1)
        morning.clock.now = MORNING + timedelta(days=day, seconds=6)
        await morning.tell(day * 10 + 2)
        await morning.digests.round()
    told = "".join(await morning.owed())
    counts = [told.count(f">Headline {n}<") for n in (1, 2, 11, 12, 21)]
    assert [1, 1, 1, 1, 1] == counts


async def test_after_an_outage_one_digest_covers_it_all(morning: Morning) -> None:
    await morning.tell(1)
    morning.clock.forward(days=3)
    await morning.tell(2)
    morning.clock.forward(hours=1)
    await morning.digests.round()
    (html,) = await morning.owed()
    assert "Headline 1" in html
    assert "Headline 2" in html


async def test_a_quiet_day_is_said_or_passed_over_as_the_reader_wants(morning: Morning) -> None:
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    assert len(await morning.owed()) == 1
    await morning.db.write(change, digest_when_empty=False)
    morning.clock.forward(days=1)
    await morning.digests.round()
    assert len(await morning.owed()) == 1
    assert MORNING + timedelta(days=1) == (await morning.chat()).digest_from


async def test_settings_changed_meanwhile_win(morning: Morning) -> None:
    morning.clock.now = MORNING + timedelta(seconds=6)
    seen = await morning.chat()
    await morning.db.write(change, next_digest_at=MORNING + timedelta(hours=4))
    assert not await morning.digests._issue(seen, "")
    assert [] == await morning.owed()


async def test_preview_and_on_demand_move_nothing_and_show_the_newest(morning: Morning) -> None:
    await morning.tell(1)
    before = await morning.chat()
    shown = [
        *(await morning.digests.preview(ListView.of(before, before))),
        *(await morning.digests.on_demand(ListView.of(before, before), timedelta(hours=1))),
    ]
    assert ["Headline 1" in one.html for one in shown] == [True, True]
    assert before == await morning.chat()
    assert [] == await morning.owed()


async def test_on_demand_for_a_query_shows_only_what_it_found(morning: Morning) -> None:
    await morning.tell(1, 2, 3)
    found = frozenset({StoryId(2)})
    reading = ListView.of(await morning.chat(), await morning.chat())
    (message,) = await morning.digests.on_demand(reading, only=found, query="astana")
    assert ["Headline 1" in message.html, "Headline 2" in message.html] == [False, True]
    assert "astana" in message.html


async def test_what_met_a_subscription_stands_in_the_digest_first(morning: Morning) -> None:
    await morning.tell(*range(1, 60))
    await morning.db.write(match, 3, morning.clock())
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    html = "".join(await morning.owed())
    assert html.index("Headline ") == html.index("Headline 3<")


async def test_the_weekly_digest_looks_back_a_week_and_leaves_the_daily_window(
    morning: Morning,
) -> None:
    await morning.db.write(change, weekly_day=MORNING.isoweekday(), digest_from=MORNING)
    morning.clock.now = MORNING - timedelta(days=3)
    await morning.tell(1)
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    daily, weekly = await morning.owed()
    assert ["Headline 1" in one for one in (daily, weekly)] == [False, True]


async def test_who_wants_only_the_weekly_digest_gets_one(morning: Morning) -> None:
    ten = MORNING + timedelta(hours=2)
    weekly = {"digest_times": (), "weekly_day": ten.isoweekday(), "next_digest_at": ten}
    await morning.db.write(change, **weekly)
    await morning.tell(1)
    morning.clock.now = ten + timedelta(seconds=6)
    await morning.digests.round()
    (html,) = await morning.owed()
    assert "Headline 1" in html


async def test_digests_switched_off_meanwhile_do_not_come(morning: Morning) -> None:
    await morning.db.write(change, digest_times=())
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    assert [] == await morning.owed()
    assert (await morning.chat()).next_digest_at is None


async def test_two_hundred_stories_are_a_page_and_a_way_to_the_others(morning: Morning) -> None:
    await morning.tell(*range(1, 211))
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    (html,) = await morning.owed()
    assert 12 == html.count("Headline ")
    (row,) = await morning.db.read(digest_rows)
    issued = row.issued
    assert issued is not None
    assert (12, 188) == (len(issued.stories), issued.more)
    rest = await morning.rest(row)
    assert (1, 200, 210) == (rest.first, len(rest.stories), rest.total)
    assert issued.stories == rest.stories[:12]
    assert len(set(rest.stories)) == 200


async def test_a_page_asked_for_days_later_is_of_the_same_window(morning: Morning) -> None:
    await morning.tell(*range(1, 31))
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    (row,) = await morning.db.read(digest_rows)
    before = await morning.rest(row)
    morning.clock.forward(days=3)
    await morning.tell(*range(101, 131))
    again = await morning.restarted().rest(row)
    assert before == again
    assert 30 == len(before.stories)


# --- what came as an alert ------------------------------------------------------------------


async def test_what_came_as_an_alert_is_one_line_of_the_digest_and_a_list_behind_it(
    morning: Morning,
) -> None:
    await morning.tell(*range(1, 7))
    await morning.db.write(match, 2, morning.clock())
    await morning.db.write(match, 4, morning.clock())
    await morning.db.write(alerted, 2, morning.clock(), state=DeliveryState.SENT)
    await morning.db.write(alerted, 5, morning.clock(), state=DeliveryState.SENT)
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    (html,) = await morning.owed()
    told = [f"Headline {n}<" in html for n in range(1, 7)]
    assert [True, False, True, True, False, True] == told
    assert "2 stories already came as alerts" in html
    (row,) = await morning.db.read(digest_rows)
    listed = await morning.digests.alerted_before(await morning.chat(), row)
    assert listed is not None
    assert (Kind.ALERTED, {2, 5}) == (listed.kind, set(listed.stories))


async def test_an_alert_for_a_story_merged_since_still_counts(morning: Morning) -> None:
    await morning.tell(1, 2, 3)
    await morning.db.write(alerted, 1, morning.clock(), state=DeliveryState.SENT)
    await morning.db.write(stories.join, StoryId(1), StoryId(2), morning.clock())
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    (html,) = await morning.owed()
    assert [False, True] == [f"Headline {n}<" in html for n in (2, 3)]
    assert "1 story already came as an alert" in html


async def test_what_a_list_of_many_named_was_told_and_a_mere_number_was_not(
    morning: Morning,
) -> None:
    await morning.tell(1, 2, 3, 4, 5)
    for story, counted, state in (
        (1, False, DeliveryState.SENT),
        (5, False, DeliveryState.SENT),
        (2, True, DeliveryState.SENT),  # one of the first version
        (3, False, DeliveryState.QUEUED),
    ):
        fold = f"h{story}"
        await morning.db.write(
            alerted, story, morning.clock(), fold=fold, fold_state=state, counted=counted
        )
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    (html,) = await morning.owed()
    told = [f"Headline {n}<" in html for n in (1, 2, 3, 4, 5)]
    assert [False, True, True, True, False] == told


@pytest.mark.parametrize("others", [(), (2,)])
async def test_a_day_of_alerts_alone_is_said_so_or_passed_over(
    morning: Morning, others: tuple[int, ...]
) -> None:
    await morning.db.write(change, digest_when_empty=False)
    await morning.tell(1, *others)
    await morning.db.write(alerted, 1, morning.clock(), state=DeliveryState.SENT)
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.digests.round()
    assert len(others) == len(await morning.owed())


async def test_the_week_tells_its_greatest_stories_again_and_marks_them(
    morning: Morning,
) -> None:
    ten = MORNING + timedelta(hours=2)
    weekly = {"digest_times": (), "weekly_day": ten.isoweekday(), "next_digest_at": ten}
    await morning.db.write(change, **weekly)
    await morning.tell(*range(1, 21))
    await morning.db.write(alerted, 1, morning.clock(), state=DeliveryState.SENT)
    morning.clock.now = ten + timedelta(seconds=6)
    await morning.digests.round()
    (html,) = await morning.owed()
    assert (15, 1) == (html.count("Headline "), html.count("🔔"))
    (row,) = await morning.db.read(digest_rows)
    rest = await morning.rest(row)
    assert (20, 2, (15, 27)) == (len(rest.stories), rest.pages, rest.bounds(1))


async def test_who_asks_is_told_everything_with_alerts_marked(morning: Morning) -> None:
    await morning.tell(1, 2, 3)
    await morning.db.write(alerted, 2, morning.clock(), state=DeliveryState.SENT)
    (message,) = await morning.digests.on_demand(
        ListView.of(await morning.chat(), await morning.chat())
    )
    marked = [line for line in plain(message.html).splitlines() if "🔔" in line]
    assert 3 == message.html.count("Headline ")
    assert ["Headline 2" in line for line in marked] == [True]


async def test_a_preview_is_what_would_come(morning: Morning) -> None:
    await morning.tell(*range(1, 21))
    await morning.db.write(alerted, 2, morning.clock(), state=DeliveryState.SENT)
    (message,) = await morning.digests.preview(
        ListView.of(await morning.chat(), await morning.chat())
    )
    assert "1 story already came as an alert" in message.html
    assert ["📰 More: 7", "🔔 Alerts: 1"] == [b.label for row in message.keyboard for b in row]


async def test_a_channels_readers_are_not_told_its_owners_queries(morning: Morning) -> None:
    await morning.tell(1, 2)
    await morning.db.write(match, 2, morning.clock())
    morning.clock.now = MORNING + timedelta(seconds=6)
    await morning.db.write(change, kind=ChatKind.CHANNEL)
    await morning.digests.round("wire_bot")
    (html,) = await morning.owed()
    assert html.index("On topic") < html.index("Headline 2<") < html.index("Headline 1<")
    assert "astana" not in html
    assert "https://t.me/wire_bot?start=s_2" in html


async def test_a_channels_digest_shown_to_its_manager_is_for_a_private_chat(
    morning: Morning,
) -> None:
    await morning.tell(1)
    here = await morning.chat()
    channel = replace(here, id=ChatId(-1001), kind=ChatKind.CHANNEL, language="ru")
    (message,) = await morning.digests.on_demand(ListView.of(channel, here, "wire_bot"))
    assert ("/s1" in message.html, "t.me" in message.html) == (True, False)
    assert "Дайджест" in message.html


async def test_a_row_of_an_older_program_leads_nowhere_and_breaks_nothing(
    morning: Morning,
) -> None:
    chat = await morning.chat()
    old = NewDelivery(
        READER, ThreadId(0), DeliveryKind.DIGEST, "2026-11-01T08:00/1", payload=DigestPart("x")
    )
    await morning.db.write(outbox_rows.insert, old, DeliveryState.SENT, MORNING, MORNING)
    (row,) = await morning.db.read(digest_rows)
    assert (None, None) == (
        await morning.digests.rest(chat, row),
        await morning.digests.alerted_before(chat, row),
    )


async def test_the_digest_arrives_in_order_and_is_given_back_when_the_chat_is_gone(
    db: Database,
) -> None:
    async with room(db) as here:
        await here.meet()
        service = digests_of(db, here.clock)
        await service.round()
        await db.write(tell, (1, 2), here.clock())
        here.clock.forward(days=1, seconds=6)
        await service.round()
        await here.deliver()
        assert "Headline 1" in here.messages()[0].text
        await lost_digest_comes_back(here, service)


async def test_under_a_digest_buttons_lead_to_the_others_and_to_the_alerts(db: Database) -> None:
    async with room(db) as here:
        await here.meet()
        service = digests_of(db, here.clock)
        await service.round()
        await here.tell(31, 32)
        await here.deliver()
        await db.write(tell, tuple(range(1, 31)), here.clock())
        here.clock.forward(days=1, seconds=6)
        await service.round()
        await here.deliver()
        digest = here.messages()[-1]
        assert ["📰 More: 18", "🔔 Alerts: 2"] == [one.text for one in digest.buttons]
        context = context_of(db, clock=here.clock, digests=service)
        anna, other = await Person.comes(context, ANNA), await Person.comes(context, ChatId(77))
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
        service = digests_of(db, here.clock)
        await service.round(here.bot.username)
        await db.write(tell, tuple(range(1, 31)), here.clock())
        await db.write(match, 3, here.clock(), channel)
        here.clock.forward(days=1, seconds=6)
        await service.round(here.bot.username)
        await here.deliver()
        (digest,) = here.messages(channel)
        (button,) = digest.buttons
        context = context_of(db, clock=here.clock, digests=service)
        reader = await Person.comes(context, ChatId(77))
        assert button.url is not None
        said = await reader.types(f"/start {button.url.rpartition('=')[2]}")
        assert "stories 13–24 of 30" in said
        assert "astana" not in digest.text + said


async def lost_digest_comes_back(here: Room, service: DigestService) -> None:
    before = (await here.chat()).digest_from
    await here.db.write(tell, (3,), here.clock())
    here.clock.forward(days=1)
    here.box.faults.fail("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await service.round()
    await here.deliver()
    assert before == (await here.chat()).digest_from
    await here.db.write(queue.back, READER, here.clock())
    here.clock.forward(days=1)
    await service.round()
    await here.deliver()
    assert "Headline 3" in here.messages()[-1].text


def tell(db: Any, numbers: tuple[int, ...], now: datetime) -> None:
    found = db.conn.execute("select id from feeds limit 1").fetchone()
    feed = found[0] if found else rows.feed(db)
    rows.told(db, feed, *(rows.new_item(number) for number in numbers), now=now)


def match(db: Any, story: int, now: datetime, chat: ChatId = READER) -> None:
    subscriptions.add(
        db, chat_id=chat, thread_id=ThreadId(0), query="astana", mode=Mode.DIGEST, now=now
    )
    matches.add(db, [NewMatch("astana", ItemId(story), StoryId(story))], changes.last(db), now)


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
