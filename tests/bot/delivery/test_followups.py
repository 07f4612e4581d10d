"""One event is one living message; many alerts are few messages; nobody is woken for nothing."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.sandbox.telegram.model import LinkPreview
from storage import changes, chats, matches, record, stories, subscriptions
from storage.errors import NewsError
from storage.model import (
    ChatId,
    ItemId,
    ItemImage,
    Mode,
    NewMatch,
    Pictures,
    QuietMode,
    StoryId,
    ThreadId,
)
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, message_of
from storage.outbox.outcomes import Sent
from tests.bot.delivery.kit import ANNA, Room, alert, another_outlet_tells
from tests.bot.people import Person, context_of
from tests.storage import rows

NIGHT = {"quiet_from": 23 * 60, "quiet_to": 7 * 60}


async def test_further_outlets_are_edited_into_the_alert(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    await another_outlet_tells(here, 1, 101)
    await here.deliver(minutes=4)
    (message,) = here.messages()
    assert "Outlet 101" in message.text


async def pictured(here: Room, story: int, image: ItemImage | None) -> None:
    def record(db: Any, now: datetime) -> None:
        feed = rows.feed(db, f"https://courier{story}.example/rss")
        rows.told(db, feed, rows.new_item(story, image=image), now=now)
        queue.enqueue(db, [alert(story)], now)

    await here.db.write(record, here.clock())


@pytest.mark.parametrize("pictures", [Pictures.SMALL, Pictures.LARGE])
async def test_an_alert_keeps_its_picture_while_its_story_grows(
    here: Room, pictures: Pictures
) -> None:
    await here.db.write(chats.change, ANNA, pictures=pictures)
    first, second = (ItemImage(f"https://courier.example/{n}.jpg", 800, 600) for n in "ab")
    await pictured(here, 1, first)
    await here.deliver()
    large = pictures is Pictures.LARGE
    expected = LinkPreview(url=first.url, small=not large, large=large, above=large)
    assert expected == here.messages()[0].preview
    await another_outlet_tells(here, 1, 101, image=second)
    await here.deliver(minutes=4)
    (message,) = here.messages()
    assert "Outlet 101" in message.text
    assert expected == message.preview


async def test_without_a_picture_no_links_preview_is_shown(here: Room) -> None:
    await pictured(here, 1, None)
    await here.db.write(chats.change, ANNA, pictures=Pictures.NONE)
    await pictured(here, 2, ItemImage("https://courier.example/b.jpg"))
    await here.deliver()
    await here.deliver(seconds=5)
    assert [LinkPreview(disabled=True)] * 2 == [message.preview for message in here.messages()]


async def test_what_telegram_refuses_is_said_anew_without_its_picture(here: Room) -> None:
    here.box.faults.fail("sendMessage", 400, "Bad Request: WEBPAGE_CURL_FAILED", times=1)
    await pictured(here, 1, ItemImage("https://courier.example/b.jpg"))
    await here.deliver()
    await here.deliver(minutes=4)
    (message,) = here.messages()
    assert message.preview.disabled


async def test_a_muted_alert_that_is_edited_offers_to_unmute(here: Room) -> None:
    await here.tell(1)
    await here.deliver()

    def muted(db: Any, now: datetime, *, wanted: bool) -> None:
        (chats.mute if wanted else chats.unmute)(db, ANNA, StoryId(1))
        queue.relabel(db, ANNA, StoryId(1), now)

    for wanted, label in ((True, "🔔 Unmute"), (False, "🔕 Mute")):
        await here.db.write(muted, here.clock(), wanted=wanted)
        await here.deliver(minutes=4)
        (message,) = here.messages()
        assert message.markup is not None
        assert label in [one.text for row in message.markup.rows for one in row]


async def test_stories_that_turn_out_to_be_one_while_they_wait_are_told_once(here: Room) -> None:
    for number in (1, 2, 3):
        await here.tell(number)

    def together(db: Any, now: datetime) -> None:
        for number in (2, 3):
            stories.join(db, StoryId(number), StoryId(1), now)

    await here.db.write(together, here.clock())
    await here.deliver(minutes=1)
    assert 1 == len(here.messages())
    became = await here.rows("state", "reason")
    assert [("merged", "joined"), ("merged", "joined"), ("sent", "")] == sorted(became)


async def test_an_alert_shows_the_outlets_of_what_turned_out_to_be_the_same_story(
    here: Room,
) -> None:
    await here.tell(1)
    await here.deliver()

    def another(db: Any, now: datetime) -> None:
        feed = rows.feed(db, "https://herald.example/rss", name="Herald")
        rows.told(db, feed, rows.new_item(102), now=now)

    await here.db.write(another, here.clock())
    await here.db.write(record.join, StoryId(102), StoryId(1), here.clock())
    await here.deliver(minutes=1)
    (message,) = here.messages()
    assert "Herald" in message.text


async def test_more_outlets_are_shown_together_ever_more_seldom(here: Room) -> None:
    """The second outlet is shown at once; after it only a number changes."""
    await here.tell(1)
    await here.deliver()
    for number in range(60):
        await another_outlet_tells(here, 1, 101 + number)
        await here.deliver(seconds=30)
    edits = [call.at for call in here.box.calls.of("editMessageText")]
    waits = [later - earlier for earlier, later in pairwise(edits)]
    assert timedelta(seconds=30) == edits[0] - here.messages()[0].date
    assert timedelta(minutes=3) == min(waits)
    assert waits == sorted(waits)
    assert len(edits) == 6
    await here.deliver(hours=1)
    assert "Outlet 104" in here.messages()[0].text
    assert "+56 outlets" in here.messages()[0].text


@pytest.mark.parametrize(("language", "lang"), [("ru", "ru"), ("uz", "uz-Latn"), ("kk", "kk")])
async def test_a_headline_in_the_readers_language_is_shown_at_once(
    here: Room, language: str, lang: str
) -> None:
    await here.db.write(set_chat, language=language)
    await here.tell(1)
    await here.deliver()
    for number in range(3):
        await another_outlet_tells(here, 1, 101 + number)
        await here.deliver(minutes=4)
    assert "По-русски" not in here.messages()[0].text
    await another_outlet_tells(here, 1, 110, title="По-русски", lang=lang)
    await another_outlet_tells(here, 1, 111, title="И снова по-русски", lang=lang)
    await here.deliver(seconds=20)
    assert here.said() == ["По-русски"]


@pytest.mark.parametrize("kind", ["alert", "edit", "fold"])
async def test_what_comes_while_a_message_is_being_sent_is_owed_when_it_is_sent(
    here: Room, kind: str
) -> None:
    """It was written before: nobody would add it, were it not owed again."""
    if kind == "fold":
        await here.db.write(set_chat, alerts_per_hour=1)
    await here.tell(1, 2)
    if kind != "alert":
        await here.deliver()
    if kind == "edit":
        await another_outlet_tells(here, 1, 101)
    here.clock.forward(minutes=1)
    delivery = await here.db.write(queue.claim, here.clock(), 1)
    assert [kind] == [one.kind for one in delivery]
    if kind == "fold":
        await here.tell(3)
    else:
        await another_outlet_tells(here, 1, 102)
    await here.db.write(queue.settle, delivery[0], Sent(777), here.clock())
    row = next(one for one in await here.rows("kind", "subject", "state") if one[0] == "edit")
    assert ("edit", f"d{message_of(delivery[0].payload) or delivery[0].id}", "queued") == row


async def test_a_fold_that_was_set_aside_tells_what_comes_after_it(here: Room) -> None:
    await here.db.write(set_chat, alerts_per_hour=1)
    await here.tell(1, 2)
    await here.db.write(chats.mute, ANNA, StoryId(2))
    await here.deliver(minutes=1)
    assert here.said() == ["Headline 1"]
    await here.tell(3)
    await here.deliver(minutes=1)
    assert len(here.messages()) == 2
    assert (await here.rows("state"))[-1] == ("merged",)


async def test_a_living_message_lives_for_a_day(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    here.clock.forward(hours=25)
    await another_outlet_tells(here, 1, 101)
    await here.deliver(minutes=10)
    assert len(here.box.calls.of("editMessageText")) == 0


async def removed(here: Room, story: int, **later: float) -> None:
    """Let it be found that a story's page was removed, and send what that makes due."""

    def record(db: Any, now: datetime) -> None:
        db.conn.execute("update items set removed_at = 1 where story_id = ?", (story,))
        queue.went(db, StoryId(story), now)

    here.clock.forward(**later)
    await here.db.write(record, here.clock())
    await here.deliver(minutes=1)


async def test_a_removal_is_a_line_of_the_alert_and_no_message(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    await removed(here, 1, days=3)
    (message,) = here.messages()
    assert "🗑 Removed by the outlet: courier.example" in message.text.split("\n")
    assert 1 == len(here.box.calls.of("sendMessage"))


@pytest.mark.parametrize("why", ["muted", "a week later", "not told yet"])
async def test_a_removal_disturbs_nobody_who_is_done_with_the_story(here: Room, why: str) -> None:
    await here.tell(1)
    if why != "not told yet":
        await here.deliver()
    if why == "muted":
        await here.db.write(chats.mute, ANNA, StoryId(1))
    await removed(here, 1, days=8 if why == "a week later" else 0)
    assert 0 == len(here.box.calls.of("editMessageText"))
    assert ("🗑" in here.messages()[0].text) is (why == "not told yet")


async def test_growth_before_the_alert_left_is_in_the_alert_itself(here: Room) -> None:
    await here.tell(1)
    await another_outlet_tells(here, 1, 101)
    await here.deliver()
    await here.deliver(minutes=10)
    (message,) = here.messages()
    assert "Outlet 101" in message.text
    assert len(here.box.calls.of("editMessageText")) == 0


async def test_a_muted_story_is_neither_edited_nor_answered(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    await here.db.write(chats.mute, ANNA, StoryId(1))
    await another_outlet_tells(here, 1, 101)
    await here.db.write(queue.changed, StoryId(1), "toll:5", None, here.clock())
    await here.deliver(hours=1)
    assert len(here.box.calls) == 1


async def test_a_muted_story_is_not_told(here: Room) -> None:
    await here.db.write(chats.mute, ANNA, StoryId(1))
    await here.tell(1, 2)
    await here.deliver()
    assert here.said() == ["Headline 2"]
    assert (await here.row("s1")).reason == "muted"


async def test_a_material_change_is_a_short_answer_under_the_alert(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    await another_outlet_tells(here, 1, 101, title="Toll rises to five")
    await here.db.write(queue.changed, StoryId(1), "toll:5", ItemId(101), here.clock())
    await here.db.write(queue.changed, StoryId(1), "toll:5", ItemId(101), here.clock())
    await here.deliver()
    first, answer = here.messages()
    assert first.id == answer.reply_to
    assert "Toll rises to five" in answer.text


async def test_changes_within_the_cooldown_gather_in_one_answer(here: Room) -> None:
    await here.tell(1)
    await here.deliver()
    for toll in range(1, 30):
        key = f"toll:{toll}"
        await here.db.write(queue.changed, StoryId(1), key, None, here.clock())
        await here.deliver(minutes=1)
    await here.deliver(minutes=30)
    answers = [one for one in here.messages() if one.reply_to]
    assert len(answers) == 2


async def test_a_story_merged_into_a_told_one_is_not_told_again(here: Room) -> None:
    await here.tell(1)
    await here.deliver()

    def merge(db: Any, now: datetime) -> None:
        feed = rows.feed(db, "https://other.example/rss")
        rows.told(db, feed, rows.new_item(2), now=now)
        stories.move(db, [1], StoryId(2), now)
        queue.enqueue(db, [alert(2)], now)

    await here.db.write(merge, here.clock())
    await here.deliver()
    await another_outlet_tells(here, 2, 102)
    await here.deliver(minutes=5)
    (message,) = here.messages()
    assert "Outlet 102" in message.text


# --- floods -----------------------------------------------------------------------------------


async def test_beyond_the_hourly_limit_alerts_come_by_name_in_one_message_a_quarter(
    here: Room,
) -> None:
    await here.tell(*range(1, 16))
    await here.deliver()
    assert len(here.messages()) == 12
    await here.deliver(minutes=3)
    fold = here.messages()[-1]
    assert (13, True) == (len(here.messages()), "3 more" in fold.text)
    assert all(f"Headline {n}\n" in fold.text for n in (13, 14, 15))
    await here.tell(16)
    await here.deliver(seconds=15)
    assert (13, True) == (len(here.messages()), "Headline 16\n" in here.messages()[-1].text)
    here.clock.forward(minutes=12)
    await here.tell(17)
    await here.deliver(seconds=15)
    later = here.messages()[-1]
    assert (14, "1 more") == (len(here.messages()), later.text[2:].strip()[:6])
    assert "Headline 17\n" in later.text
    assert "Headline 16\n" not in later.text


async def test_what_goes_beyond_the_limit_makes_no_sound_and_comes_four_times_an_hour(
    here: Room,
) -> None:
    await here.db.write(set_chat, alerts_per_hour=3)
    for minute in range(60):
        await here.tell(*range(10 * minute + 1, 10 * minute + 6))
        await here.deliver(seconds=20)
        here.clock.forward(seconds=40)
    folds = [one for one in here.messages() if one.text.startswith("📚")]
    assert 4 == len(folds)
    assert all(one.silent for one in folds)
    assert 3 == len(here.messages()) - len(folds)


async def test_a_list_says_which_query_each_story_met(here: Room) -> None:
    await here.db.write(set_chat, alerts_per_hour=1)
    await here.tell(1, 2, 3)

    def meet(db: Any, now: datetime) -> None:
        for query, story in (("rain", 2), ("snow", 3)):
            subscriptions.add(
                db, chat_id=ANNA, thread_id=ThreadId(0), query=query, mode=Mode.INSTANT, now=now
            )
            found = [NewMatch(query, ItemId(story), StoryId(story))]
            matches.add(db, found, changes.last(db), now)

    await here.db.write(meet, here.clock())
    await here.deliver(minutes=3)
    lines = here.messages()[-1].text.splitlines()
    assert ["rain", "snow"] == [line.split("🔎\N{NO-BREAK SPACE}")[1].split(" ")[0]
                                for line in lines if "🔎" in line]  # fmt: skip


@pytest.mark.parametrize("command", ["/why", "/story", "/mute"])
async def test_a_command_in_answer_to_a_list_asks_which_story(here: Room, command: str) -> None:
    await here.db.write(set_chat, alerts_per_hour=1)
    await here.tell(1, 2, 3)
    await here.deliver(minutes=3)
    anna = await Person.comes(context_of(here.db, clock=here.clock), ANNA)
    said = await anna.types(command, replies_to=here.messages()[-1].id)
    assert ["1. Headline 2", "2. Headline 3"] == said.splitlines()[-2:]
    assert "Headline 3" in await anna.presses("2")


async def test_in_a_channel_every_button_leads_its_readers_into_the_bot(here: Room) -> None:
    """Anybody may press there; what a press shows is shown in private, what folded too."""
    channel = await here.meet(here.box.channel_id, alerts_per_hour=1)
    await here.tell(*range(1, 16), chat=channel)
    await here.deliver()
    await here.deliver(minutes=3)
    links = [link for one in here.messages(channel) for link in one.buttons]
    row = (await here.row("s1")).id
    (fold,) = [id_ for id_, kind in await here.rows("id", "kind") if kind == "fold"]
    assert row != fold
    bot = "https://t.me/SteppeWireBot?start="
    assert [f"{bot}s_1", f"{bot}h_{fold}"] == [one.url for one in links]
    reader = await Person.comes(context_of(here.db, clock=here.clock), ChatId(77))
    said = await reader.types(f"/start h_{fold}")
    assert "13. Headline 14" in said
    assert "14. Headline 15" in said


async def test_what_folded_in_a_persons_chat_is_shown_to_nobody_else(here: Room) -> None:
    await here.db.write(set_chat, alerts_per_hour=1)
    await here.tell(1, 2, 3)
    await here.deliver()
    await here.deliver(minutes=3)
    (fold,) = [id_ for id_, kind in await here.rows("id", "kind") if kind == "fold"]
    other = await Person.comes(context_of(here.db, clock=here.clock), ChatId(77))
    for number in (fold, fold + 1000, "9" * 60):
        for verb in ("h", "dm", "da"):
            with pytest.raises(NewsError, match=r"button\.old"):
                await other.types(f"/start {verb}_{number}")
    for verb in ("h", "dm", "da"):
        with pytest.raises(NewsError, match=r"button\.old"):
            await other.sends(f"{verb}:{fold}")


async def test_a_long_night_is_a_page_and_a_button_that_leads_to_the_others(here: Room) -> None:
    await here.db.write(set_chat, **NIGHT)
    here.clock.now = here.clock.now.replace(hour=23, minute=30)
    await here.tell(*range(1, 31))
    await here.deliver(hours=8)
    (night,) = here.messages()
    assert ["📰 More: 18"] == [one.text for one in night.buttons]
    assert ("Headline 12\n" in night.text, "Headline 13\n" in night.text) == (True, False)
    anna = await Person.comes(context_of(here.db, clock=here.clock), ANNA)
    assert "Headline 3\n" in await anna.types("3")
    said = await anna.sends(night.buttons[0].callback_data or "", message_id=night.id)
    assert ["13. Headline 13" in said, "24. " in said, "25. " in said] == [True, True, False]
    assert "25. Headline 25" in await anna.presses("›")
    assert "1. Headline 1\n" in await anna.presses("‹") + await anna.presses("‹")


async def test_the_next_hour_alerts_come_one_by_one_again(here: Room) -> None:
    await here.tell(*range(1, 14))
    await here.deliver()
    here.clock.forward(hours=1, minutes=1)
    await here.tell(14)
    await here.deliver()
    assert here.said()[-1] == "Headline 14" or "Headline 14" in here.said()


async def test_a_backlog_waits_for_the_digest_or_comes_as_one_message(here: Room) -> None:
    old = here.clock() - timedelta(days=2)

    def resume(db: Any, now: datetime) -> None:
        feed = rows.feed(db)
        rows.told(db, feed, *(rows.new_item(n, published=old) for n in range(1, 51)), now=now)
        queue.enqueue(db, [alert(n) for n in range(1, 51)], now)

    await here.db.write(resume, here.clock())
    await here.deliver(minutes=3)
    assert len(here.messages()) == 1
    assert {"backlog"} == {reason for reason, kind in await here.rows("reason", "kind") if reason}


async def test_what_is_late_by_minutes_is_news(here: Room) -> None:
    await here.tell(1)
    await here.deliver()

    def tell(db: Any, now: datetime) -> None:
        feed = rows.feed(db, "https://slow.example/rss")
        rows.told(db, feed, rows.new_item(2, published=now - timedelta(minutes=40)), now=now)
        queue.enqueue(db, [alert(2)], now)

    await here.db.write(tell, here.clock())
    await here.deliver()
    assert here.said() == ["Headline 1", "Headline 2"]


# --- quiet hours ------------------------------------------------------------------------------


async def asleep(here: Room, mode: QuietMode) -> None:
    """It is three at night in Anna's zone, and her quiet hours end at seven."""
    here.clock.now = datetime.fromisoformat("2026-11-22T03:00:00+00:00")
    await here.db.write(set_chat, quiet_mode=mode, **NIGHT)


def set_chat(db: Any, **changes: Any) -> None:
    chats.change(db, ANNA, **changes)


async def test_held_alerts_come_as_one_message_on_waking(here: Room) -> None:
    await asleep(here, QuietMode.HOLD)
    await here.tell(1, 2, 3)
    await here.deliver(hours=3)
    assert here.said() == []
    await here.deliver(hours=1, minutes=1)
    (message,) = here.messages()
    assert all(f"Headline {n}" in message.text for n in (1, 2, 3))
    assert [("merged",)] * 3 == [
        (state,) for state, kind in await here.rows("state", "kind") if kind == "alert"
    ]


async def test_ending_the_quiet_hours_tells_what_they_held(here: Room) -> None:
    await asleep(here, QuietMode.HOLD)
    await here.tell(1, 2)
    for settings in ({"quiet_to": 5 * 60}, {"quiet_from": None, "quiet_to": None}):
        assert here.said() == []
        await here.db.write(set_chat, **settings)
        await here.db.write(queue.wake_up, ANNA, here.clock())
        await here.deliver()
    assert "Headline 2" in here.messages()[0].text


async def test_what_was_muted_or_merged_meanwhile_is_told_right_on_waking(here: Room) -> None:
    await asleep(here, QuietMode.HOLD)
    await here.tell(1, 2, 3)
    await here.db.write(chats.mute, ANNA, StoryId(2))
    await here.db.write(stories.move, [3], StoryId(1), here.clock())
    await here.deliver(hours=4, minutes=1)
    (message,) = here.messages()
    told = ["/s1" in message.text, "/s2" in message.text, "/s3" in message.text]
    assert told == [True, False, False]


async def test_a_long_night_is_one_message_with_a_button_for_the_rest(here: Room) -> None:
    await asleep(here, QuietMode.HOLD)
    await here.tell(*range(1, 200))
    await here.deliver(hours=4, minutes=1)
    (message,) = here.messages()
    assert message.markup is not None
    assert "199" in message.text


async def test_silent_quiet_hours_let_alerts_through_without_a_sound(here: Room) -> None:
    await asleep(here, QuietMode.SILENT)
    await here.tell(1)
    await here.deliver()
    (call,) = here.box.calls.of("sendMessage")
    assert str(call.params["disable_notification"]).lower() == "true"


async def test_urgent_only_holds_the_rest_until_it_becomes_urgent(here: Room) -> None:
    await asleep(here, QuietMode.URGENT)
    await here.tell(1, 2)
    for number in (101, 102, 103):
        await another_outlet_tells(here, 2, number)
    await here.deliver()
    assert here.said() == ["Headline 2"]
    await here.deliver(hours=4, minutes=1)
    assert "Headline 1" in here.messages()[-1].text
    assert "Headline 2" not in here.messages()[-1].text


async def test_what_four_independent_publishers_tell_is_urgent(here: Room) -> None:
    await asleep(here, QuietMode.URGENT)
    await here.tell(1)
    for number in (101, 102):
        await another_outlet_tells(here, 1, number)
    await here.deliver()
    assert here.said() == []
    await another_outlet_tells(here, 1, 103)
    await here.deliver()
    assert here.said() == ["Headline 1"]


async def test_an_alert_that_is_urgent_when_it_comes_is_sent_at_once(here: Room) -> None:
    await asleep(here, QuietMode.URGENT)
    await here.db.write(
        lambda db: rows.told(db, rows.feed(db), rows.new_item(7), now=here.clock())
    )
    for number in (71, 72, 73):
        await another_outlet_tells(here, 7, number)
    alert = NewDelivery(ANNA, ThreadId(0), DeliveryKind.ALERT, "s7", StoryId(7))
    await here.db.write(queue.enqueue, [alert], here.clock())
    await here.deliver()
    assert here.said() == ["Headline 7"]


@pytest.mark.parametrize("alerts", [0, 1, 5])
async def test_the_limit_is_the_chats_own(here: Room, alerts: int) -> None:
    await here.db.write(set_chat, alerts_per_hour=alerts)
    await here.tell(*range(1, 9))
    await here.deliver()
    assert len(here.messages()) == alerts
