"""What readers do in the chat, and what they read in answer."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.commands import inline
from bot.conversation import Cards, Edit, File, Picture
from bot.texts import sentence
from storage import chats, dialogs, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, ItemId, Mode, StoryId
from storage.outbox import queue, settle
from storage.outbox.deliveries import DeliveryKind, DigestPart, Issued, NewDelivery
from storage.outbox.outcomes import Sent
from storage.sql import Connection
from tests.bot.people import NOW, READER, Person, buttons, messages, seen
from tests.bot.pipeline import Pipeline
from tests.watchers.test_ingester import entry
from watchers.stories import Joined, Moved


@pytest.fixture
async def room(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


@pytest.fixture
async def anna(room: Pipeline) -> Person:
    return await Person.comes(room.context())


@pytest.fixture
async def aigul(room: Pipeline) -> Person:
    return await Person.comes(room.context(), language="ru")


# --- meeting --------------------------------------------------------------------------------


async def test_start_says_what_this_is_and_what_to_type_first(anna: Person) -> None:
    said = await anna.types("/start")
    assert "one message per event" in said
    assert "/subscribe uranium Kazakhstan" in said


async def test_a_deep_link_opens_its_story(room: Pipeline, anna: Person) -> None:
    story = await room.tells("Steppe Courier", "Kazakhstan opens a uranium museum")
    assert "uranium museum" in await anna.types(f"/start s_{story.id}")


async def test_a_deep_link_offers_its_query(anna: Person) -> None:
    assert "Кашаган" in await anna.types("/start q_0JrQsNGI0LDQs9Cw0L0")


@pytest.mark.parametrize("payload", ["q_%%%", "q_", "s_", "s_x", "junk", "q_" + "A" * 200])
async def test_a_broken_deep_link_is_a_plain_start(anna: Person, payload: str) -> None:
    assert "one message per event" in await anna.types(f"/start {payload}")


async def test_help_hides_what_only_admins_may_do(anna: Person) -> None:
    said = await anna.types("/help")
    assert "/subscribe —" in said
    assert "/addfeed" not in said


async def test_help_explains_one_command_with_examples(anna: Person) -> None:
    assert "/unsubscribe 2" in await anna.types("/help unsubscribe")


# --- subscribing ----------------------------------------------------------------------------


async def test_subscribing_shows_first_what_it_would_have_brought(
    room: Pipeline, anna: Person
) -> None:
    await room.tells("Steppe Courier", "Kazakhstan plans a second uranium mine")
    await room.tells("Oasis Times", "Uranium prices climb in London", ago=timedelta(days=3))
    young = await anna.types("/subscribe uranium")
    assert "2 stories since my archive began, 3 days ago" in young
    assert "a day" not in young
    assert "Nothing since my archive began" in await anna.types("/subscribe balloon")
    await room.tells("Oasis Times", "Tashkent opens a new theatre", ago=timedelta(days=8))
    said = await anna.types("/subscribe uranium")
    assert "Last 7 days: 2 stories, less than one a day" in said
    assert "second uranium mine" in said
    assert await anna.context.db.read(subscriptions.of_chat, READER) == []


async def test_an_accepted_offer_is_kept_and_matched_from_then_on(
    room: Pipeline, anna: Person
) -> None:
    await anna.types("/subscribe Токаев")
    assert "Watching for “Токаев”" in await anna.presses("Alert at once")
    kept = await anna.context.db.read(subscriptions.of_chat, READER)
    assert [("Токаев", Mode.INSTANT)] == [(one.query, one.mode) for one in kept]
    await room.tells("Steppe Courier", "Tokayev visits Tashkent", ago=timedelta(0))
    owed = await anna.context.db.write(queue.claim, NOW, 10)
    assert [READER] == [one.chat_id for one in owed]


async def test_taking_it_in_the_digest_alerts_nobody(room: Pipeline, anna: Person) -> None:
    await anna.types("/subscribe Tokayev")
    await anna.presses("In the digest")
    await room.tells("Steppe Courier", "Tokayev visits Tashkent", ago=timedelta(0))
    assert [] == await anna.context.db.write(queue.claim, NOW, 10)


async def test_cancelling_keeps_nothing(anna: Person) -> None:
    await anna.types("/subscribe Tokayev")
    assert "Nothing was changed" in await anna.presses("Cancel")
    assert [] == await anna.context.db.read(subscriptions.of_chat, READER)


async def test_subscribe_alone_asks_and_takes_the_next_words(anna: Person) -> None:
    assert "What should I watch for?" in await anna.types("/subscribe")
    assert "Kashagan" in await anna.types("Kashagan")
    await anna.presses("Alert at once")


async def test_a_button_pressed_twice_keeps_one_subscription(room: Pipeline, anna: Person) -> None:
    await anna.types("/subscribe Tokayev")
    offer = anna.last
    await anna.presses("Alert at once")
    anna.last = offer
    assert "✅ Watching for “Tokayev”" in await anna.presses("Alert at once")
    room.clock.now += timedelta(minutes=1)
    anna.last = offer
    assert "You already had “Tokayev”" in await anna.presses("Alert at once")
    assert 1 == await anna.context.db.read(subscriptions.count, READER)


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("(gas OR oil", "query.unbalanced"),
        ('"gas', "query.unclosed_quote"),
        ("gas OR", "query.dangling_operator"),
        ("!!!", "query.no_words"),
        ("gas " * 2000, "query.too_long"),
    ],
)
async def test_a_wrong_query_is_one_sentence(anna: Person, query: str, key: str) -> None:
    with pytest.raises(NewsError) as refused:
        await anna.types(f"/subscribe {query}")
    assert key == refused.value.text_key


async def test_a_chat_has_so_many_subscriptions_and_no_more(
    anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MOST_PER_CHAT", 1)
    for query in ("Tokayev", "Mirziyoyev"):
        await anna.types(f"/subscribe {query}")
        if query == "Tokayev":
            await anna.presses("Alert at once")
    with pytest.raises(NewsError, match="too_many"):
        await anna.presses("Alert at once")


# --- the list -------------------------------------------------------------------------------


async def subscribed(anna: Person, *queries: str) -> None:
    for query in queries:
        await anna.types(f"/subscribe {query}")
        await anna.presses("Alert at once")


async def test_the_list_is_changed_in_place(anna: Person) -> None:
    await subscribed(anna, "Tokayev", "Caspian")
    assert "2 subscriptions" in await anna.types("/subscriptions")
    await anna.presses("Caspian")
    assert "Paused." in await anna.presses("Pause")
    await anna.presses("In the digest")
    (_, caspian) = await anna.context.db.read(subscriptions.of_chat, READER)
    assert (True, Mode.DIGEST) == (caspian.paused, caspian.mode)


async def test_a_paused_subscription_is_not_matched(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    await anna.types("/subscriptions")
    await anna.presses("Tokayev")
    await anna.presses("Pause")
    await room.tells("Steppe Courier", "Tokayev visits Tashkent", ago=timedelta(0))
    assert [] == await anna.context.db.write(queue.claim, NOW, 10)


async def test_new_words_take_the_place_of_old_ones(anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    await anna.types("/subscriptions")
    await anna.presses("Tokayev")
    await anna.presses("Edit")
    await anna.types("Tokayev -football")
    (one,) = await anna.context.db.read(subscriptions.of_chat, READER)
    assert "Tokayev -football" == one.query


@pytest.mark.parametrize("over", ["gas until:2026-11-21", "gas until:3d"])
async def test_what_can_never_ring_is_not_watched_for(anna: Person, over: str) -> None:
    with pytest.raises(NewsError, match=r"subscribe\.over"):
        await anna.types(f"/subscribe {over}")
    await subscribed(anna, "gas until:2026-11-22")  # today counts
    await anna.types("/subscriptions")
    await anna.presses("gas")
    await anna.presses("Edit")
    with pytest.raises(NewsError, match=r"subscribe\.over"):
        await anna.types(over)
    await anna.types("gas")  # it is asked for still
    assert ["gas"] == [one.query for one in await anna.context.db.read(subscriptions.every)]


async def test_an_older_button_does_not_watch_for_what_is_over(anna: Person) -> None:
    await anna.types("/subscribe gas until:2026-11-22")
    context = replace(anna.context, clock=lambda: NOW + timedelta(days=1))
    with pytest.raises(NewsError, match=r"subscribe\.over"):
        await replace(anna, context=context).presses("Alert at once")
    assert 0 == await anna.context.db.read(subscriptions.count, READER)


async def test_what_was_removed_can_be_brought_back(anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    assert "No longer watching for “Tokayev”" in await anna.types("/unsubscribe 1")
    await anna.presses("Undo")
    assert 1 == await anna.context.db.read(subscriptions.count, READER)


async def test_removing_all_asks_first(anna: Person) -> None:
    await subscribed(anna, "Tokayev", "Caspian")
    assert "Remove both" in await anna.types("/unsubscribe all")
    assert "2 subscriptions removed" in await anna.presses("Remove all")
    assert 0 == await anna.context.db.read(subscriptions.count, READER)


async def test_nobody_changes_anothers_subscription(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    (one,) = await anna.context.db.read(subscriptions.of_chat, READER)
    stranger = await Person.comes(room.context(), chats.ChatId(666))
    for verb in ("l1", "lp", "lm", "le", "lr"):
        with pytest.raises(NewsError, match="gone"):
            await stranger.sends(f"{verb}:{one.id}")
    assert [one] == await anna.context.db.read(subscriptions.of_chat, READER)


async def test_stop_is_silence_and_going_on_brings_it_back(anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    assert "1 subscription is paused" in await anna.types("/stop")
    chat = await anna.context.db.read(chats.get, READER)
    assert chat is not None
    assert () == chat.digest_times
    assert "1 subscription is active again" in await anna.presses("Resume all")
    chat = await anna.context.db.read(chats.get, READER)
    assert chat is not None
    assert (8 * 60,) == chat.digest_times


@pytest.mark.parametrize(
    "own",
    [
        {"digest_times": (7 * 60 + 30, 20 * 60), "weekly_day": 5},
        {"digest_times": (), "weekly_day": 7},
        {"digest_times": (), "weekly_day": 0},
    ],
)
async def test_going_on_brings_back_the_readers_own_digests(
    anna: Person, own: dict[str, Any]
) -> None:
    async def digests() -> tuple[dict[str, Any], bool]:
        chat = await anna.context.db.read(chats.get, READER)
        assert chat is not None
        appointed = chat.next_digest_at is not None
        return {name: getattr(chat, name) for name in own}, appointed

    await anna.context.db.write(chats.change, READER, **own)
    await anna.types("/stop")
    assert ({"digest_times": (), "weekly_day": 0}, False) == await digests()
    await anna.types("/stop")
    await anna.presses("Resume all")
    assert (own, any(own.values())) == await digests()


async def test_going_on_leaves_digests_that_were_chosen_meanwhile(anna: Person) -> None:
    await anna.types("/stop")
    stopped = anna.last
    await anna.context.db.write(chats.change, READER, digest_times=(21 * 60,))
    anna.last = stopped
    await anna.presses("Resume all")
    chat = await anna.context.db.read(chats.get, READER)
    assert chat is not None
    assert (21 * 60,) == chat.digest_times


# --- searching ------------------------------------------------------------------------------


async def test_search_groups_by_story_and_marks_what_met(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Tokayev opens a new railway in Dostyk")
    said = await anna.types("/search Токаев")
    assert "1 story" in said
    assert "<b>Tokayev</b>" in messages(anna.last)[0].html


async def test_pages_are_turned_by_buttons(room: Pipeline, anna: Person) -> None:
    towns = ("Aktau", "Atyrau", "Kostanay", "Pavlodar", "Semey", "Taraz", "Oskemen")
    for number, town in enumerate(towns):
        await room.tells(
            "Steppe Courier", f"Floods reach {town}", ago=timedelta(hours=30 + 20 * number)
        )
    await anna.types("/search floods")
    first = seen(anna.last)
    second = await anna.presses("›")
    assert first != second
    assert first == await anna.presses("‹")


async def test_pages_stay_as_they_were_found_whatever_comes_meanwhile(
    room: Pipeline, anna: Person
) -> None:
    towns = ("Aktau", "Atyrau", "Kostanay", "Pavlodar", "Semey", "Taraz", "Oskemen")
    for number, town in enumerate(towns):
        await room.tells(
            "Steppe Courier", f"Floods reach {town}", ago=timedelta(hours=30 + 20 * number)
        )
    await anna.types("/search floods")
    first = seen(anna.last)
    await room.tells("Oasis Times", "Floods subside near Urgench", ago=timedelta(0))
    second = await anna.presses("›")
    assert all(town in first + second for town in towns)
    assert "Urgench" not in second
    assert first == await anna.presses("‹")
    assert "Urgench" in await anna.types("/search floods")


@pytest.mark.parametrize("typed", ["/search забастовка", "забастовка"])
async def test_near_words_follow_what_was_asked_for_and_are_marked(
    room: Pipeline, typed: str
) -> None:
    aigul = await Person.comes(room.context(), language="ru")
    near = await room.tells("Степной вестник", "Водители Тараза бастуют третий день")
    told = await room.tells(
        "Northern Wire", "Забастовка в порту Находки окончена", ago=timedelta(days=3)
    )
    said = await aigul.types(typed)
    assert (
        said.index(f"/s{told.id}") < said.index(f"/s{near.id}") < said.index("≈ близко: бастуют")
    )
    assert 1 == said.count("близко")


async def test_near_words_are_no_part_of_files_and_never_ring(
    room: Pipeline, anna: Person
) -> None:
    await anna.types("/subscribe забастовка")
    await anna.presses("anywhere")
    await room.tells("Степной вестник", "Водители Тараза бастуют третий день", ago=timedelta(0))
    assert not await room.db.read(
        lambda db: db.conn.execute("select 1 from deliveries where kind = 'alert'").fetchall()
    )
    await room.tells("Northern Wire", "Забастовка в порту Находки", ago=timedelta(0))
    await anna.types("/search забастовка")
    await anna.presses("JSON")
    assert isinstance(anna.last, File)
    body = anna.last.body.decode()
    assert "Находки" in body
    assert "Тараза" not in body


async def test_plain_words_in_private_are_a_search(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Tokayev opens a new railway")
    assert "new railway" in await anna.types("railway")


async def test_nothing_found_offers_what_would_have_been(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Tokayev opens a new railway")
    said = await anna.types("/search railway elephant")
    assert "Nothing found" in said
    assert "new railway" in await anna.presses("railway")


async def test_a_misspelt_name_is_put_right_in_a_search(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Токаев открыл дорогу")
    assert "Nothing found" in await anna.types("/search Такаев")
    assert "открыл дорогу" in await anna.presses("Токаев")


async def test_a_misspelt_name_is_put_right_in_an_offer(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Токаев открыл дорогу")
    assert "Did you mean" in await anna.types("/subscribe Такаев")
    assert "открыл дорогу" in await anna.presses("Токаев")


@pytest.mark.parametrize("kind", ["CSV", "JSON"])
async def test_what_was_found_can_be_taken_home(room: Pipeline, anna: Person, kind: str) -> None:
    await room.tells("Steppe Courier", "=cmd() Tokayev")
    await anna.types("/search Tokayev")
    await anna.presses(kind)
    assert isinstance(anna.last, File)
    assert anna.last.name.endswith(kind.lower())
    assert b"Steppe Courier" in anna.last.body
    assert b",=cmd" not in anna.last.body


async def test_a_search_can_be_subscribed_to(anna: Person) -> None:
    await anna.types("/search Tokayev")
    assert "How should I let you know?" in await anna.presses("Subscribe")


async def test_anothers_search_is_an_old_button(room: Pipeline, anna: Person) -> None:
    await anna.types("/search secret")
    stranger = await Person.comes(room.context(), chats.ChatId(666))
    with pytest.raises(NewsError, match=r"button\.old"):
        await stranger.sends("f:1:0")


# --- stories --------------------------------------------------------------------------------


async def test_a_story_shows_every_telling_in_order(room: Pipeline, anna: Person) -> None:
    await room.tells("Northern Wire", "Токаев и Путин встретились в Астане")
    story = await room.tells("Степной вестник", "Токаев и Путин встретились в Астане сегодня")
    said = await anna.types(f"/story {story.id}")
    assert said.index("Northern Wire") < said.index("Степной вестник")
    assert "2 outlets" in said
    assert "🇷🇺" in said


async def test_a_touched_number_opens_its_story(room: Pipeline, anna: Person) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a new railway")
    assert "new railway" in await anna.types(f"/s{story.id}")


@pytest.mark.parametrize(
    ("typed", "key"),
    [("/story", "story.which"), ("/story x", "story.no_number"), ("/story 99", "story.unknown"),
     ("/why", "story.which"), ("/why x", "story.no_number"), ("/mute", "story.which")],
)  # fmt: skip
async def test_an_unclear_story_is_asked_for_by_the_command_that_was_typed(
    anna: Person, typed: str, key: str
) -> None:
    with pytest.raises(NewsError) as refused:
        await anna.types(typed)
    assert key == refused.value.text_key
    if key != "story.unknown":
        assert f"{typed.split(maxsplit=1)[0]} 12" in sentence(refused.value, "en")


async def test_why_says_which_word_met(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "Токаев")
    story = await room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(0))
    said = await anna.types(f"/why {story.id}")
    assert "“Токаев” ≈ “Tokayev”" in said
    assert "Alert: waiting since" in said


async def test_why_says_which_word_of_an_edited_headline_met(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "Токаев")
    now = timedelta(0)
    story = await room.tells("Steppe Courier", "President opens a railway", ago=now, page="1")
    assert "Alert: waiting since" not in await anna.types(f"/why {story.id}")
    edited = await room.tells("Steppe Courier", "Tokayev opens a railway", ago=now, page="1")
    assert story.id == edited.id
    said = await anna.types(f"/why {story.id}")
    assert "“Токаев” ≈ “Tokayev”" in said
    assert "Alert: waiting since" in said


async def test_why_says_what_became_of_the_headline_that_met(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "Токаев")
    now = timedelta(0)
    story = await room.tells("Steppe Courier", "Tokayev opens a railway", ago=now, page="1")
    assert "✏️" not in await anna.types(f"/why {story.id}")
    await room.tells("Steppe Courier", "President opens a railway", ago=now, page="1")
    for said in (await anna.types(f"/why {story.id}"), await anna.types(f"/story {story.id}")):
        assert "✏️ changed 08:00: Tokayev → President opens a railway" in said.split("\n")


async def test_why_explains_what_left_a_wrong_story(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "railway")
    feed, now = room.feeds["Steppe Courier"], room.clock.now
    told = [
        entry(number, title, published=now)
        for number, title in enumerate(("Tokayev opens a railway", "Osh sells an old railway"), 1)
    ]
    await room.ingester.take(feed, told[:1], None, now)
    await room.ingester.take(feed, told[1:], None, now, silent=True)
    await room.ingester._apply(Joined(StoryId(2), StoryId(1), 0.9, ()), now)
    await room.ingester._apply(Moved((ItemId(2),), StoryId(1), None, 0.1, ()), now)
    said = await anna.types("/why 3")
    assert "Osh sells an old railway" in said
    assert "Alert: waiting since" in said


async def test_a_muted_story_is_told_no_more(room: Pipeline, anna: Person) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a railway")
    await anna.types(f"/mute {story.id}")
    assert {story.id} == await anna.context.db.read(chats.muted, READER)
    await anna.presses("Unmute")
    assert frozenset() == await anna.context.db.read(chats.muted, READER)


THINGS = (
    "Almaty opens a metro line", "Osh counts its walnut harvest", "Tashkent plants ten parks",
    "Dushanbe repairs the opera roof", "Ashgabat buys electric buses", "Moscow raises tram fares",
    "Aktau builds a ferry pier", "Naryn elects a mayor", "Bukhara restores a caravanserai",
    "Khujand trains nurses", "Mary drills a gas well", "Kazan hosts a summit on halal food",
    "Shymkent digs a canal", "Talas votes on pastures", "Nukus studies salt storms",
    "Kulob sells its cement works", "Omsk tests a snow train", "Semey maps old test sites",
    "Batken paves a mountain road", "Termez ships onions south", "Samara launches a satellite",
    "Atyrau dredges the Ural", "Karakol bans plastic bags", "Fergana weaves for Milan",
    "Panj lights its bridge", "Turkmenbashi loads its first tanker", "Perm closes a salt mine",
    "Taraz prints schoolbooks", "Jizzakh breeds camels", "Vakhsh raises its dam",
)  # fmt: skip


async def many_things(room: Pipeline, number: int) -> str:
    """Let an outlet tell one of thirty things that are not like another."""
    await room.tells("Steppe Courier", THINGS[number])
    return THINGS[number]


# --- digests --------------------------------------------------------------------------------


async def test_a_digest_on_demand_does_not_move_the_window(room: Pipeline, aigul: Person) -> None:
    await room.tells("Степной вестник", "Парламент Казахстана принял бюджет")
    before = await aigul.context.db.read(chats.get, READER)
    assert "бюджет" in await aigul.types("/digest")
    assert before == await aigul.context.db.read(chats.get, READER)


async def test_a_digest_of_a_query_has_nothing_else(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Parliament of Kazakhstan passes the budget")
    await room.tells("Oasis Times", "Uzbekistan plants trees around the Aral Sea")
    said = await anna.types("/digest Aral")
    assert "Aral Sea" in said
    assert "budget" not in said
    assert "Nothing about “Balkhash” in the last 7 days" in await anna.types("/digest Balkhash")


async def test_a_digest_leads_to_all_its_stories_page_by_page(
    room: Pipeline, anna: Person
) -> None:
    titles = [await many_things(room, n) for n in range(30)]
    first = await anna.types("/digest")
    second = await anna.presses("More: 18")
    assert "stories 13–24 of 30" in second
    third = await anna.presses("›")
    assert isinstance(anna.last, Edit)
    told = first + second + third
    assert [1] * 30 == [told.count(f" {title}\n") for title in titles]
    assert [f"\n{n}. " in told for n in (1, 12, 13, 24, 25, 30)] == [True] * 6


async def test_a_number_typed_opens_that_story_of_the_list_seen_last(
    room: Pipeline, anna: Person
) -> None:
    for n in range(15):
        await many_things(room, n)
    assert "Nothing found for “3”" in await anna.types("3")
    digest = await anna.types("/digest")
    for number in ("3", "14"):
        page = digest if number == "3" else await anna.presses("More")
        title = re.search(rf"\n{number}\. (.*)", page)
        assert title is not None
        shown = await anna.types(number)
        assert title[1] in shown
        assert "🔕 Mute" in [one.label for one in buttons(anna.last)]
        await anna.types("/digest")
    for number in ("99", "0"):
        assert "goes from 1 to 15" in await anna.types(number)
        assert f"Nothing found for “{number}”" in await anna.presses(f"Search for “{number}”")
    room.clock.now += timedelta(days=3)
    assert "Nothing found for “3”" in await anna.types("3")


async def test_a_number_under_a_digest_that_came_by_itself_means_its_own(
    room: Pipeline, anna: Person
) -> None:
    for n in range(3):
        await many_things(room, n)
    issued = Issued(NOW - timedelta(days=1), NOW, (StoryId(3), StoryId(1)))
    owed = NewDelivery(
        READER, NO_THREAD, DeliveryKind.DIGEST, "d/1", payload=DigestPart("x", issued=issued)
    )
    await anna.context.db.write(queue.enqueue, [owed], NOW)
    (taken,) = await anna.context.db.write(queue.claim, NOW, 10)
    await anna.context.db.write(settle.settle, taken, Sent(55), NOW)
    third = (await room.story(3)).items[0].title
    assert third in await anna.types("1")
    await anna.types("/digest")
    assert third in await anna.types("1", replies_to=55)


async def test_a_muted_story_leaves_the_list_and_the_others_keep_their_numbers(
    room: Pipeline, anna: Person
) -> None:
    for n in range(15):
        await many_things(room, n)
    await anna.types("/digest")
    page = await anna.presses("More")
    last = re.findall(r"/s([0-9]+)", page)
    button = buttons(anna.last)[0]
    assert 3 == len(last)
    await anna.sends(f"m:{last[0]}")
    again = await anna.sends(re.sub(r":0$", ":1", button.press))
    assert [f"{n}. " in again for n in (13, 14, 15)] == [False, True, True]


async def test_an_empty_digest_says_why(room: Pipeline, anna: Person) -> None:
    assert "no news in the archive yet" in await anna.types("/digest 24h")
    await room.tells("Steppe Courier", "Rain in Almaty", ago=timedelta(days=2))
    assert "You watch for no topics yet" in await anna.types("/digest 24h")
    await room.db.write(
        subscriptions.add, chat_id=anna.chat.id, thread_id=NO_THREAD, query="Osh",
        mode=Mode.DIGEST, now=room.clock(),
    )  # fmt: skip
    assert "nothing new on your topics" in await anna.types("/digest 24h")
    await room.db.write(all_ill)
    assert "none of the 5 sources answers" in await anna.types("/digest 24h")


def all_ill(db: Connection) -> None:
    db.conn.execute("update feeds set status = 'error'")


# --- the rest -------------------------------------------------------------------------------


async def test_a_trend_is_a_picture(room: Pipeline, anna: Person) -> None:
    await room.tells("Oasis Times", "Rain in Tashkent", ago=timedelta(days=3))
    await room.tells("Steppe Courier", "Tokayev opens a railway")
    await anna.types("/trends Tokayev")
    assert isinstance(anna.last, Picture)
    assert anna.last.png.startswith(b"\x89PNG")
    assert "1 story in the last 14 days" in anna.last.caption
    assert "The archive begins on 19 Nov" in anna.last.caption


async def test_an_archive_of_one_day_is_no_trend_and_that_is_said(
    room: Pipeline, anna: Person
) -> None:
    for ago in (1, 40):
        await room.tells(
            "Steppe Courier", f"Tokayev opens {ago} railways", ago=timedelta(hours=ago),
            seen=timedelta(hours=1),
        )  # fmt: skip
    said = await anna.types("/trends Tokayev")
    assert "2 stories so far" in said
    assert "the archive begins on 22 Nov" in said
    assert ["🔔 Subscribe"] == [button.label for button in buttons(anna.last)]


async def test_a_trend_counts_a_story_on_the_day_its_outlet_told_it(
    room: Pipeline, anna: Person
) -> None:
    await room.tells("Oasis Times", "Rain in Tashkent", ago=timedelta(days=3))
    await room.tells(
        "Steppe Courier",
        "Tokayev opens a railway",
        ago=timedelta(hours=30),
        seen=timedelta(hours=1),
    )
    await anna.types("/trends Tokayev")
    assert isinstance(anna.last, Picture)
    assert "most on 21 Nov: 1" in anna.last.caption


async def test_a_trend_counts_the_readers_own_days(room: Pipeline, anna: Person) -> None:
    await anna.context.db.write(chats.change, READER, time_zone="Asia/Almaty")
    await room.tells("Oasis Times", "Rain in Tashkent", ago=timedelta(days=3))
    await room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(hours=12))
    await anna.types("/trends Tokayev")  # told at 20:00 on the 21st in UTC, 01:00 on the 22nd here
    assert isinstance(anna.last, Picture)
    assert "most on 22 Nov: 1" in anna.last.caption


async def test_sources_tell_who_owns_them(room: Pipeline, anna: Person) -> None:
    assert "5 outlets" in await anna.types("/sources")
    said = await anna.types("/sources kz")
    assert "Kazakhstan · 2 outlets" in said
    assert "• 🇰🇿 Steppe Courier (independent)" in said


async def test_everything_kept_can_be_taken_home(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    await room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(0))
    await anna.types("/export_me")
    assert isinstance(anna.last, File)
    kept = json.loads(anna.last.body)
    assert ["Tokayev"] == [one["query"] for one in kept["subscriptions"]]
    (alert,) = kept["messages"]
    assert ("Tokayev", "Tokayev") == (alert["payload"]["query"], alert["payload"]["word"])


async def test_everything_kept_can_be_deleted_for_good(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    await room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(0))
    assert "This cannot be undone" in await anna.types("/delete_me")
    await anna.presses("Delete my data")
    rows = await anna.context.db.read(
        lambda db: [
            table
            for table in ("chats", "subscriptions", "deliveries", "drafts", "expected_answers")
            if next(db.query(f"select count(*) as n from {table}"))["n"]
        ]
    )
    assert [] == rows


async def test_a_deleted_person_leaves_no_channel_that_posts_for_ever(anna: Person) -> None:
    channel = Chat(ChatId(-1001), ChatKind.CHANNEL, owner_id=READER, created_at=NOW)
    await anna.types("/start")
    await anna.context.db.write(chats.insert, channel)
    await anna.types("/delete_me")
    await anna.presses("Delete my data")
    assert await anna.context.db.read(chats.get, channel.id) is None


async def test_inline_mode_searches_in_any_chat(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Tokayev opens a railway")
    cards = await inline(await anna.ask(text="railway", button=("inline", "0")), anna.context)
    assert isinstance(cards, Cards)
    assert ["Tokayev opens a railway"] == [one.title for one in cards.cards]
    assert ["07:00 · 🇰🇿 Steppe Courier (independent)"] == [one.about for one in cards.cards]
    latest = await inline(await anna.ask(text="", button=("inline", "0")), anna.context)
    assert isinstance(latest, Cards)
    assert 1 == len(latest.cards)


async def test_a_question_is_answered_within_the_hour_or_not_at_all(anna: Person) -> None:
    await anna.types("/subscribe")
    later = NOW + timedelta(hours=2)
    assert await anna.context.db.write(dialogs.answered, READER, int(READER), later) is None


async def test_every_button_label_fits_and_every_press_is_short(
    room: Pipeline, anna: Person
) -> None:
    await subscribed(anna, "Токаев " + "очень длинный запрос " * 8)
    for typed in ("/start", "/subscriptions", "/settings", "/sources", "/search Токаев"):
        await anna.types(typed)
        for button in buttons(anna.last):
            assert len(button.press.encode()) <= 64
            assert button.label


@pytest.mark.parametrize("command", ["/search", "/subscribe"])
async def test_a_query_says_how_it_was_understood(
    room: Pipeline, anna: Person, command: str
) -> None:
    await room.tells("Steppe Courier", "Uranium mine opens at Inkai")
    said = await anna.types(f"{command} the mine of uranium or gas")
    assert "Understood as: mine and (uranium or gas)" in said
    assert "Uranium mine opens" in said


async def test_a_search_of_plain_words_is_not_explained(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Uranium mine opens at Inkai")
    assert "Understood" not in await anna.types("/search uranium mine")
    assert "Understood as: uranium and mine" in await anna.types("/subscribe uranium mine")
    assert "Understood" not in await anna.types("/subscribe uranium")


async def test_the_readers_own_and_or_not_explain_a_query(aigul: Person) -> None:
    said = await aigul.types("/subscribe Токаев и (газ OR нефть) -спорт topic:energy")
    assert "понят так: Токаев и (газ или нефть) но не спорт и Энергетика" in said


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("выборы в Кыргызстане", "выборы и Кыргызстан"),
        ("о санкциях против России", "санкции и Россия"),
        ("встреча Токаева с Путиным", "встреча и Токаев и Путин"),
        ("Қазақстандағы сайлау туралы", "Қазақстан и сайлау"),
        ("Toshkentdagi saylov haqida", "Toshkent and saylov"),
        ("the mine in Ukraine", "mine and Ukraine"),
    ],
)
async def test_a_query_is_explained_in_its_own_words_language(
    anna: Person, typed: str, told: str
) -> None:
    assert f"Understood as: {told}" in await anna.types(f"/search {typed}")


async def test_where_no_story_has_all_words_the_heading_says_so(
    room: Pipeline, anna: Person
) -> None:
    await room.tells("Steppe Courier", "Водители Тараза бастуют третий день")
    await room.tells("Northern Wire", "Авария на ТЭЦ в Оше")
    said = await anna.types("/search авария Тараз")
    assert "1 story\nNo story has all of these words." in said
    assert "without: авария" in said
    await room.tells("Oasis Times", "Авария в Таразе: двое ранены")
    assert "No story has all" not in await anna.types("/search авария Тараз")


async def test_small_words_alone_are_asked_for_and_that_is_said(anna: Person) -> None:
    assert "Only small words" in await anna.types("/search of the")


@pytest.mark.parametrize("command", ["/search", "/subscribe"])
async def test_a_list_with_commas_is_offered_as_alternatives(
    room: Pipeline, anna: Person, command: str
) -> None:
    await room.tells("Steppe Courier", "Uranium mine opens at Inkai")
    said = await anna.types(f"{command} uranium, gas")
    assert "Understood as: uranium and gas" in said
    assert "A comma asks for all of these" in said
    assert "Uranium mine opens" in await anna.presses("uranium OR gas")


# --- filters alone --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("country:kz", {"Inkai", "wheat"}),
        ("about:kz", {"wheat"}),
        ("country:kz lang:en", {"Inkai", "wheat"}),
        ("country:kz lang:ru", set()),
        ("country:kz -uranium", {"wheat"}),
        ("country:uz", {"wheat"}),
        ("by:independent", {"Inkai"}),
        ("source:steppe", {"Inkai"}),
        ("-uranium", {"wheat"}),
        ("since:3d", {"Inkai", "wheat"}),
    ],
)
async def test_filters_alone_are_a_query_at_every_door(
    room: Pipeline, anna: Person, query: str, found: set[str]
) -> None:
    await room.tells("Oasis Times", "Rain in Dushanbe", ago=timedelta(days=9))
    await room.tells("Steppe Courier", "Uranium mine opens at Inkai", ago=timedelta(hours=30))
    await room.tells("Oasis Times", "Kazakh wheat arrives")
    for command in ("/search", "/digest", "/subscribe", ""):
        said = await anna.types(f"{command} {query}".strip())
        assert {word for word in ("Inkai", "wheat") if word in said} == found, command
        assert "\n\n\n" not in said  # nothing of a text was met: that takes no line
    if query.startswith(("by:", "source:")):
        return  # these outlets' home pages are not known: the index can only narrow
    await anna.types(f"/trends {query} since:3d")
    said = anna.last.caption if isinstance(anna.last, Picture) else seen(anna.last)
    assert (f"{len(found)} stor" if found else "Nothing") in said


async def test_filters_alone_can_be_subscribed_to(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "country:kz -uranium")
    await room.tells("Steppe Courier", "Uranium mine opens at Inkai", ago=timedelta(0))
    await room.tells("Steppe Courier", "A museum opens in Taraz", ago=timedelta(0))
    owed = await anna.context.db.write(queue.claim, NOW, 10)
    assert [READER] == [one.chat_id for one in owed]


# --- countries and comparisons ---------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    ["kz", "KZ", "Kazakhstan", "Казахстан", "Қазақстан", "Qozogʻiston", "по Казахстану",
     "kazakhstan 3 days", "Казахстан 3 дня", "3d kz", "Gazagystan"],
)  # fmt: skip
async def test_a_digest_understands_a_country(room: Pipeline, anna: Person, asked: str) -> None:
    await room.tells("Oasis Times", "Kazakh wheat arrives")
    await room.tells("Oasis Times", "Rain in Dushanbe")
    said = await anna.types(f"/digest {asked}")
    assert "Kazakh wheat" in said
    assert "Dushanbe" not in said


async def test_a_countrys_digest_leads_with_what_is_about_it(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Rain in Baku")
    await room.tells("Steppe Courier", "Tokayev meets envoys")
    await room.tells("Oasis Times", "Wheat arrives", summary="It came by rail from Almaty")
    said = await anna.types("/digest kz")
    told = ["Tokayev meets envoys", "Wheat arrives", "Rain in Baku"]
    assert told == sorted(told, key=said.index)


async def test_a_code_of_no_country_is_said_to_be_none(anna: Person) -> None:
    assert "No country has the code “XX”" in await anna.types("/digest xx")
    assert "No country" not in await anna.types("/digest kg")


async def test_a_digest_of_a_query_has_the_time_that_is_asked_for(
    room: Pipeline, anna: Person
) -> None:
    await room.tells("Oasis Times", "Kazakh wheat arrives", ago=timedelta(days=2))
    assert "Kazakh wheat" in await anna.types("/digest wheat 3 days")
    assert "Nothing about “wheat” in the last 24 hours" in await anna.types("/digest wheat 1d")
    assert "Nothing about “Kyrgyzstan”" in await anna.types("/digest kg week")


@pytest.mark.parametrize(
    "asked",
    ["Kazakhstan vs Tajikistan", "Казахстан против Таджикистана", "kazakhstan / tajikistan",
     "Kazakhstan VS. Tajikistan"],
)  # fmt: skip
async def test_trends_compare_topics_in_one_picture(
    room: Pipeline, anna: Person, asked: str
) -> None:
    await room.tells("Oasis Times", "Kazakh wheat arrives", ago=timedelta(days=3))
    await room.tells("Oasis Times", "Rain in Tajikistan")
    await anna.types(f"/trends {asked}")
    assert isinstance(anna.last, Picture)
    assert anna.last.caption.count("1 story in the last 14 days") == 2
    (spans,) = anna.last.keyboard
    await anna.sends(spans[1].press)
    assert isinstance(anna.last, Picture)
    assert anna.last.in_place
    assert anna.last.caption.count("1 story in the last 30 days") == 2


async def test_trends_head_each_topic_with_its_name_in_dictionary_form(
    room: Pipeline, aigul: Person
) -> None:
    await room.tells("Oasis Times", "Uzbek wheat arrives in Kazakhstan", ago=timedelta(days=3))
    await aigul.types("/trends Казахстан против Узбекистана")
    assert isinstance(aigul.last, Picture)
    assert "«Узбекистан»" in aigul.last.caption
    assert "Узбекистана" not in aigul.last.caption


async def test_trends_of_and_ask_for_both_in_one_story(room: Pipeline, anna: Person) -> None:
    await room.tells("Oasis Times", "Rain in Dushanbe", ago=timedelta(days=3))
    await room.tells("Oasis Times", "Kazakh wheat arrives in Tajikistan")
    await anna.types("/trends Казахстан и Таджикистан")
    assert isinstance(anna.last, Picture)
    assert anna.last.caption.count("1 story") == 1


async def test_five_topics_are_too_many_for_a_picture(anna: Person) -> None:
    with pytest.raises(NewsError, match=r"trends\.too_many"):
        await anna.types("/trends a vs b vs c vs d vs e")


async def test_an_offer_that_finds_nothing_offers_what_would(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Uranium mine opens at Inkai")
    assert "These would find something" in await anna.types("/subscribe uranium zeppelin")
    assert "Uranium mine opens" in await anna.presses("❓ uranium")


@pytest.mark.parametrize("command", ["/search", "/subscribe"])
async def test_a_name_is_offered_in_its_dictionary_form(
    room: Pipeline, aigul: Person, command: str
) -> None:
    await room.tells("Steppe Courier", "В Кыргызстане открыли дорогу")
    await aigul.types(f"{command} дирижабли в кыргызстане")
    (offered,) = (b.label for b in buttons(aigul.last) if "ыргызстан" in b.label)
    assert offered.endswith(" Кыргызстан")
    assert "В Кыргызстане открыли" in await aigul.presses(offered)


async def test_what_is_watched_for_already_offers_no_second_subscription(
    room: Pipeline, anna: Person
) -> None:
    await room.tells("Steppe Courier", "Uranium mine opens at Inkai")
    for door in ("/search uranium", "/trends uranium", "/search zeppelin", "/trends zeppelin"):
        query = door.split()[1]
        await anna.types(f"/subscribe {query}")
        await anna.presses("In the digest")
        await anna.types(door)
        picture = anna.last
        rows = picture.keyboard if isinstance(picture, Picture) else [buttons(picture)]
        (button,) = [one for row in rows for one in row if "watch" in one.label.casefold()]
        assert query in await anna.sends(button.press)


async def test_choosing_another_way_is_said_to_be_a_change_however_soon(anna: Person) -> None:
    await anna.types("/subscribe uranium")
    offer = anna.last
    await anna.presses("headlines")
    anna.last = offer
    assert "Watching for" in await anna.presses("headlines")  # a double tap
    anna.last = offer
    assert "You already had “uranium”; now:" in await anna.presses("In the digest")
    assert "You watch for it already" in await anna.types("/subscribe uranium")


@pytest.mark.parametrize("command", ["/search", "/subscribe"])
async def test_what_a_headline_is_about_comes_before_what_a_text_mentions_then_the_newest(
    room: Pipeline, anna: Person, command: str
) -> None:
    told = (
        ("Glacier above Almaty loses ice", "Uranium is not the matter here.", 1),
        ("Uranium mine opens at Inkai", "", 5),
        ("Kyrgyz parliament debates uranium ban", "", 3),
        ("Kazatomprom sells uranium to Romania", "", 40),
    )
    for title, text, hours in told:
        await room.tells("Steppe Courier", title, text, ago=timedelta(hours=hours))
    said = await anna.types(f"{command} uranium")
    places = [said.find(told[at][0]) for at in (2, 1, 3)]
    assert places == sorted(places)
    assert -1 not in places
    last = said.find(told[0][0])
    assert last > places[-1] if command == "/search" else last == -1
