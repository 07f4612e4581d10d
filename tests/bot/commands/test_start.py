"""The first minute, and saying stop, mute, go on."""

from contextlib import suppress
from datetime import timedelta

import pytest

from bot.commands import BUTTONS, inline, stories, subscribe
from bot.commands.subscribe import TOPICS
from bot.context import Audience
from bot.conversation import Cards
from bot.render.stories import alert
from bot.texts import LANGUAGES, translate
from storage import chats, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.model import Chat, ChatId, ChatKind, Mode
from storage.outbox import queue, settle
from storage.outbox.outcomes import Sent
from storage.sql import Connection
from tests.bot.people import NOW, READER, Person, buttons, messages, seen
from tests.bot.pipeline import Pipeline
from tests.bot.walk import WALKED

OFF = {"digest_times": ()}


@pytest.fixture
async def room(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


@pytest.fixture
async def anna(room: Pipeline) -> Person:
    return await Person.comes(room.context(), time_zone="Asia/Almaty", zone_assumed=True)


async def now_of(person: Person) -> Chat:
    chat = await person.context.db.read(chats.get, READER)
    assert chat is not None
    return chat


async def subscribed(person: Person, *queries: str) -> None:
    for query in queries:
        await person.types(f"/subscribe {query}")
        await person.presses("Alert at once")


# --- the first minute -----------------------------------------------------------------------


async def test_a_newcomer_is_asked_for_their_zone_once(anna: Person) -> None:
    assert "my time zone is Almaty (13:00 now)" in await anna.types("/start")
    assert "Where are you" not in await anna.types("/start")


async def test_the_zone_is_a_tap_on_a_likely_city(anna: Person) -> None:
    await anna.types("/start", language_code="uz-Latn")
    cities = [one.label for one in messages(anna.last)[1].keyboard[0]]
    assert "Tashkent" == cities[0]
    said = await anna.presses("Bishkek")
    assert "Bishkek, now 14:00" in said
    assert "The digest comes: 08:00, every day." in said
    assert ("Asia/Bishkek", False) == ((c := await now_of(anna)).time_zone, c.zone_assumed)


async def test_the_zone_is_typed_where_no_button_has_it(anna: Person) -> None:
    await anna.types("/start")
    await anna.presses("Another city")
    await anna.types("Novosibirsk")
    assert "Asia/Novosibirsk" == (await now_of(anna)).time_zone


async def test_who_chose_a_zone_already_is_not_asked(anna: Person) -> None:
    await anna.sends("t:zone:1")
    assert "Where are you" not in await anna.types("/start")


@pytest.mark.parametrize("forged", ["z", "z:", "z:99", "z:-1", "z:x", "z:²"])
async def test_a_forged_zone_changes_nothing(anna: Person, forged: str) -> None:
    with pytest.raises(NewsError, match=r"button\.old"):
        await anna.sends(forged)
    assert (await now_of(anna)).zone_assumed


async def test_a_group_and_a_channels_owner_are_not_asked(room: Pipeline) -> None:
    group = await Person.comes(room.context(), ChatId(-5), zone_assumed=True)
    assert "Where are you" not in await group.types("/start")
    owner = await Person.comes(room.context(), zone_assumed=True)
    channel = Chat(ChatId(-7), ChatKind.CHANNEL, owner_id=READER)
    assert "Where are you" not in await owner.types("/start", chat=channel)


async def test_times_carry_their_city_until_a_zone_is_chosen(anna: Person) -> None:
    assert "08:00 (Almaty), every day" in await anna.types("/start")
    assert "Digests: 08:00 (Almaty), every day" in await anna.types("/settings")
    await anna.types("/subscribe Tokayev")
    assert "08:00 (Almaty), every day" in await anna.presses("In the digest")
    await anna.sends("t:zone:0")
    assert "Digests: 08:00, every day" in await anna.types("/settings")


async def test_a_digest_always_names_the_city_of_its_times(anna: Person) -> None:
    assert "13:00, Almaty" in await anna.types("/digest")
    await anna.sends("t:zone:0")
    assert "13:00, Almaty" in await anna.types("/digest")


async def test_an_alert_says_whose_clock_it_shows(room: Pipeline, anna: Person) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a railway")
    assert "12:00 (Almaty)" in alert(story, await now_of(anna), now=NOW).html


async def test_a_story_shared_with_another_chat_says_whose_clock_it_shows(
    room: Pipeline, anna: Person
) -> None:
    await anna.sends("t:zone:0")
    await room.tells("Steppe Courier", "Tokayev opens a railway")
    cards = await inline(await anna.ask(text="railway", button=("inline", "0")), anna.context)
    assert isinstance(cards, Cards)
    assert "(Almaty)" in cards.cards[0].message.html


async def test_the_greeting_counts_what_is_really_read(room: Pipeline, anna: Person) -> None:
    assert "outlets in" not in await anna.types("/start")  # the feeds declare no languages
    await room.db.write(
        lambda db: db.conn.execute(
            "update feeds set languages = case id % 2 when 0 then 'ru' else 'uz-Latn uz-Cyrl' end"
        )
    )
    assert "outlets in" not in await anna.types("/start")  # none was ever readable
    await room.db.write(lambda db: db.conn.execute("update feeds set last_ok_at = 1"))
    assert "I read 5 outlets in 2 languages." in await anna.types("/start")
    await room.db.write(
        lambda db: db.conn.execute("update feeds set status = 'gone' where id = 1")
    )
    assert "I read 4 outlets in 2 languages." in await anna.types("/start")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
async def test_a_topic_is_offered_by_one_tap(room: Pipeline, language: str, topic: str) -> None:
    person = await Person.comes(room.context(), language=language)
    await person.types("/start")
    await person.presses(translate(language, f"topic.{topic}"))
    assert translate(language, "button.at_once") in " ".join(
        one.label for one in buttons(person.last)
    )


@pytest.mark.parametrize("language", WALKED)
@pytest.mark.parametrize(
    ("topic", "headline"),
    [
        ("kazakhstan", "Қазақстан астық экспортын арттырды"),
        ("kazakhstan", "В Кызылорде обрушился мост"),
        ("energy", "Цены на нефть выросли после встречи"),
        ("energy", "Uranium output grows for a third year"),
        ("sanctions", "ЕС ввёл новые санкции против банков"),
        ("sanctions", "Washington lifts sanctions on an airline"),
        ("migration", "Рынки труда: что изменится для мигрантов"),
        ("migration", "Migrants send more money home"),
    ],
)
async def test_a_topic_meets_the_news_in_several_languages(
    room: Pipeline, language: str, topic: str, headline: str
) -> None:
    await room.tells("Steppe Courier", headline)
    person = await Person.comes(room.context(), language=language)
    await person.sends(f"tp:{topic}")
    assert headline in seen(person.last)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
async def test_a_topic_is_called_by_its_name_wherever_it_stands(
    room: Pipeline, language: str, topic: str
) -> None:
    person = await Person.comes(room.context(), language=language)
    await person.types("/start")
    name = translate(language, f"topic.{topic}").split(" ", 1)[1]
    said = [
        await person.presses(name),
        await person.presses(translate(language, "button.in_digest")),
    ]
    said += [await person.types("/subscriptions"), await person.presses(name)]
    assert all(name in one for one in said)
    assert not [one for one in said if TOPICS[topic] in one]
    await person.types(f"/unsubscribe {name.casefold()}")
    assert [] == await room.db.read(subscriptions.of_chat, READER)


async def test_a_country_is_met_by_who_tells_of_it_from_elsewhere(
    room: Pipeline, anna: Person
) -> None:
    await room.tells("Oasis Times", "Bridge collapses in Kyzylorda")
    await room.tells("Steppe Courier", "Storm hits the coast of Portugal")
    about, of = await anna.types("/search about:kz"), await anna.types("/search country:kz")
    assert [True, False] == [part in about for part in ("Kyzylorda", "Portugal")]
    assert [True, True] == [part in of for part in ("Kyzylorda", "Portugal")]


async def test_an_unknown_topic_is_an_old_button(anna: Person) -> None:
    with pytest.raises(NewsError, match=r"button\.old"):
        await anna.sends("tp:nonsense")


async def test_start_tells_the_first_admin_their_number(room: Pipeline) -> None:
    anna = await Person.comes(room.context(admin_ids=frozenset()), ChatId(7_100_200_300))
    assert "ADMIN_IDS=7100200300" in await anna.types("/start")
    group = await Person.comes(room.context(admin_ids=frozenset()), ChatId(-5))
    assert "ADMIN_IDS" not in await group.types("/start")


async def test_start_tells_nobody_where_there_are_admins(anna: Person) -> None:
    assert "ADMIN_IDS" not in await anna.types("/start")


# --- nothing is promised that is off --------------------------------------------------------


async def test_nothing_says_that_a_digest_comes_while_digests_are_off(anna: Person) -> None:
    await anna.context.db.write(chats.change, READER, **OFF)
    said = [await anna.types("/start")]
    await anna.types("/subscribe Tokayev")
    said.append(await anna.presses("In the digest"))
    said += [await anna.types("/subscriptions"), await anna.presses("Tokayev")]
    said += [await anna.types("/settings"), await anna.types("/stop"), await anna.types("/start")]
    await anna.types("/stop")
    said.append(await anna.presses("Resume all"))
    assert not [one for one in said if "come in the digest" in one or "digest comes" in one]
    assert all("igests are off" in one for one in (said[0], said[1], said[2], said[3]))


@pytest.mark.parametrize("door", ["/start", "/subscriptions", "subscription", "accepted"])
async def test_wherever_digests_are_off_a_tap_switches_them_on(anna: Person, door: str) -> None:
    await anna.types("/subscribe Tokayev")
    offer = anna.last
    await anna.presses("In the digest")
    await anna.types("/stop")
    await anna.sends("lp:1:0")
    match door:
        case "accepted":
            anna.last = offer
            await anna.presses("In the digest")
        case "subscription":
            await anna.sends("l1:1")
        case command:
            await anna.types(command)
    tap = "Resume all" if door == "/start" else "Switch digests on"  # what it stopped is all of it
    assert "08:00 (Almaty), every day" in await anna.presses(tap)
    chat = await now_of(anna)
    assert ((480,), ()) == (chat.digest_times, chat.silenced_times)
    assert chat.next_digest_at is not None


async def test_switching_on_twice_changes_nothing(anna: Person) -> None:
    await anna.sends("t:typetimes")
    await anna.types("7, 19")
    await anna.sends("don:0")
    assert (420, 480, 1140) == (await now_of(anna)).digest_times


async def test_a_channels_new_subscription_for_the_digest_offers_to_switch_it_on(
    room: Pipeline,
) -> None:
    owner = await Person.comes(room.context())
    channel = await room.db.write(
        chats.see_chat, Chat(ChatId(-7), ChatKind.CHANNEL, owner_id=READER, digest_times=()), NOW
    )
    await owner.types("/subscribe Tokayev", chat=channel)
    (draft,) = [one.press for one in buttons(owner.last) if one.press.endswith(":d")]
    pressed = await owner.ask(chat=channel, button=tuple(draft.split(":")))
    reply = await subscribe.accept(pressed, owner.context)
    assert "Switch digests on" in [one.label[2:] for one in buttons(reply)]


async def test_start_after_stop_offers_to_go_on(anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    await anna.types("/stop")
    said = await anna.types("/start")
    assert "You said /stop" in said
    assert "digest comes" not in said
    assert "1 subscription is active again" in await anna.presses("Resume all")
    assert "You said /stop" not in await anna.types("/start")


async def test_settings_after_stop_say_so(anna: Person) -> None:
    await anna.types("/stop")
    assert "You said /stop" in await anna.types("/settings")
    await anna.presses("Resume all")
    assert "You said /stop" not in await anna.types("/settings")


# --- going on -------------------------------------------------------------------------------


async def test_going_on_leaves_paused_what_was_paused_by_hand(anna: Person) -> None:
    await subscribed(anna, "Tokayev", "Caspian", "Aral")
    await anna.sends("lp:1:1")  # before
    await anna.types("/stop")
    stop = anna.last
    await anna.sends("lp:2:0")  # resumed and paused by hand in between
    await anna.sends("lp:2:1")
    anna.last = stop
    said = await anna.presses("Resume all")
    assert "1 subscription is active again" in said
    listening = await anna.context.db.read(subscriptions.listening_of, READER)
    assert ["Aral"] == [one.query for one in listening]


async def test_going_on_after_removing_all_says_no_numbers(anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    await anna.types("/stop")
    stop = anna.last
    await anna.sends("lz")
    anna.last = stop
    said = await anna.presses("Resume all")
    assert "Resumed." in said
    assert "0" not in said.replace("08:00", "")


async def test_the_list_offers_to_go_on_while_anything_is_stopped(anna: Person) -> None:
    await subscribed(anna, "Tokayev", "Caspian")
    await anna.types("/stop")
    await anna.types("/subscribe Aral")
    await anna.presses("Alert at once")
    await anna.types("/subscriptions")
    listed = anna.last
    said = await anna.presses("Resume all")
    assert "3 subscriptions are active again" in said
    anna.last = listed
    assert said == await anna.presses("Resume all")  # the second tap of a double one
    await anna.types("/subscriptions")
    assert "Resume all" not in " ".join(one.label for one in buttons(anna.last))


async def test_digests_switched_off_by_hand_after_a_stop_stay_off(anna: Person) -> None:
    await anna.types("/stop")
    stop = anna.last
    await anna.sends("t:time:540:1")
    await anna.sends("t:time:540:0")
    anna.last = stop
    await anna.presses("Resume all")
    assert () == (await now_of(anna)).digest_times


@pytest.mark.parametrize("again", ["a", "lp:1:0", "don:0", "t:time:480:1", "t:week:1:1"])
async def test_a_stop_stays_visible_until_it_is_lifted_whatever_else_is_asked_for(
    anna: Person, again: str
) -> None:
    await subscribed(anna, "Tokayev", "Caspian")
    await anna.types("/stop")
    if again == "a":
        await subscribed(anna, "Aral")
    else:
        await anna.sends(again)
    answers = []
    if not again.startswith("t:"):  # a screen of the settings leads back to where it is said
        assert "All the rest is still stopped" in seen(anna.last)
        answers.append(anna.last)
    for door in ("/start", "/settings", "/subscriptions"):
        assert "You said /stop" in await anna.types(door)
        answers.append(anna.last)
    for one in answers:
        assert "▶️ Resume all" in [button.label for button in buttons(one)]
    await anna.presses("Resume all")
    for door in ("/start", "/settings", "/subscriptions"):
        assert "You said /stop" not in await anna.types(door)
        assert "▶️ Go on" not in [button.label for button in buttons(anna.last)]


async def test_a_stop_of_which_nothing_is_left_is_over(anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    await anna.types("/stop")
    await anna.sends("lp:1:0")
    assert (await now_of(anna)).silenced_at == NOW  # the digests are stopped yet
    await anna.sends("don:0")
    assert (await now_of(anna)).silenced_at is None


async def test_a_second_stop_counts_all_that_is_stopped(anna: Person) -> None:
    await subscribed(anna, "Tokayev", "Caspian")
    await anna.sends("lp:2:1")  # by hand
    assert "1 subscription is paused" in await anna.types("/stop")
    await subscribed(anna, "Aral")
    assert "2 subscriptions are paused" in await anna.types("/stop")
    assert "2 subscriptions are paused" in await anna.types("/stop")


async def test_a_stop_with_nothing_to_stop_counts_nothing(anna: Person) -> None:
    assert "no subscription is active" in await anna.types("/stop")


# --- a double tap is one tap ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("screen", "label"),
    [
        ("l1:1", "Pause"),
        ("l1:1", "In the digest"),
        ("t:times", "18:00"),
        ("t:times", "✓ 08:00"),
        ("t:times", "stay silent"),
        ("t:days", "✓ Mon"),
        ("t:quiet", "23:00-07:00"),
        ("t:hush:1320-420", "Only the urgent"),
        ("t:cap", "24"),
        ("t:lang", "Русский"),
    ],
)
async def test_a_double_tap_on_a_switch_is_one_tap(anna: Person, screen: str, label: str) -> None:
    await subscribed(anna, "Tokayev")
    await anna.sends(screen)
    shown = anna.last

    async def state() -> tuple[Chat, list[object]]:
        return await now_of(anna), await anna.context.db.read(subscriptions.of_chat, READER)

    before = await state()
    await anna.presses(label)
    once = await state()
    anna.last = shown
    await anna.presses(label)
    assert before != once
    assert once == await state()


async def test_a_double_tap_on_the_weekly_day_is_one_tap(anna: Person) -> None:
    await anna.sends("t:days")
    (monday,) = [one.press for one in buttons(anna.last) if one.press.startswith("t:week:1:")]
    await anna.sends(monday)
    await anna.sends(monday)
    assert 1 == (await now_of(anna)).weekly_day
    await anna.sends("t:week:2:0")  # an old screen's button takes only its own day back
    assert 1 == (await now_of(anna)).weekly_day


async def test_buttons_from_before_they_said_what_shall_be_still_turn(anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    for old in ("lp:1", "lm:1", "t:time:480", "t:day:1", "t:week:3", "t:empty"):
        await anna.sends(old)
    (one,) = await anna.context.db.read(subscriptions.of_chat, READER)
    chat = await now_of(anna)
    assert (True, Mode.DIGEST) == (one.paused, one.mode)
    assert ((), (2, 3, 4, 5, 6, 7), 3) == (chat.digest_times, chat.digest_days, chat.weekly_day)
    assert not chat.digest_when_empty


async def test_a_double_tap_on_removing_all_is_one_tap(anna: Person) -> None:
    await subscribed(anna, "Tokayev", "Caspian")
    await anna.types("/unsubscribe all")
    await anna.presses("Remove all")
    removed = anna.last
    await anna.sends("lz")
    assert removed == anna.last


# --- mute and unmute ------------------------------------------------------------------------


async def test_mute_and_unmute_turn_their_button_on_a_card(room: Pipeline, anna: Person) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a railway")
    await anna.types(f"/story {story.id}")
    for label, muted in (("Mute", True), ("Unmute", False), ("Mute", True)):
        await anna.presses(label)
        assert muted == await anna.context.db.read(chats.mutes, READER, story.id)


async def test_mutes_own_message_says_what_is_so(room: Pipeline, anna: Person) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a railway")
    assert "You will hear no more of “Tokayev opens a railway”" in await anna.types(
        f"/mute {story.id}"
    )
    muted = anna.last
    assert "You will hear of “Tokayev opens a railway” again" in await anna.presses("Unmute")
    assert "You will hear no more" in await anna.presses("Mute")
    anna.last = muted
    await anna.presses("Unmute")
    assert not await anna.context.db.read(chats.mutes, READER, story.id)


async def test_a_mute_elsewhere_owes_the_alert_its_new_button(
    room: Pipeline, anna: Person
) -> None:
    await subscribed(anna, "Tokayev")
    story = await room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(0))
    (owed,) = await anna.context.db.write(queue.claim, NOW, 10)
    await anna.context.db.write(settle.settle, owed, Sent(55), NOW)
    later = NOW + timedelta(minutes=1)
    await anna.sends(f"m:{story.id}")
    (edit,) = await anna.context.db.write(queue.claim, later, 10)
    assert owed.id == edit.payload.of


async def test_a_press_under_the_alert_itself_owes_no_edit(room: Pipeline, anna: Person) -> None:
    await subscribed(anna, "Tokayev")
    story = await room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(0))
    (owed,) = await anna.context.db.write(queue.claim, NOW, 10)
    await anna.context.db.write(settle.settle, owed, Sent(55), NOW)
    ask = await anna.ask(button=("m", str(story.id)), message_id=55)
    await stories.mute_pressed(ask, anna.context)
    assert [] == await anna.context.db.write(queue.claim, NOW + timedelta(minutes=1), 10)


# --- on a narrow phone ----------------------------------------------------------------------

WIDEST_WORD = {1: 28, 2: 12, 3: 8, 4: 6, 5: 4}
"""Letters of the longest word that a button holds at 320 pixels, by how many stand in its row;
measured on the demo's page. A sign before it stands on a line of its own where it must."""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_button_breaks_a_word_on_a_narrow_phone(room: Pipeline, language: str) -> None:
    person = await Person.comes(room.context(), language=language, zone_assumed=True)
    await person.types("/subscribe Aral")
    await person.sends("a:1:d")
    doors = [f"t:{one}" for one in ("", "lang", "zone", "times", "days", "quiet", "cap")]
    for door in ("/start", "/subscriptions", "/stop", "/start", "/settings", "l1:1", *doors):
        await (person.types(door) if door.startswith("/") else person.sends(door))
        for message in messages(person.last):
            for row in message.keyboard:
                for button in row:
                    longest = max(map(len, button.label.split()))
                    assert longest <= WIDEST_WORD[len(row)], (door, button.label)


# --- in a group -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb", [one.verb for one in BUTTONS if not one.changes and one.audience is Audience.EVERYONE]
)
async def test_what_any_member_may_press_changes_nothing(room: Pipeline, verb: str) -> None:
    await room.tells("Steppe Courier", "Tokayev opens a railway")
    group = await Person.comes(room.context(), ChatId(-5))
    await subscribed(group, "Tokayev")

    def everything(db: Connection) -> list[list[dict[str, object]]]:
        tables = ("chats", "subscriptions", "muted_stories", "acting_for", "deliveries")
        return [list(db.query(f"select * from {table}")) for table in tables]

    before = await room.db.read(everything)
    for data in (verb, f"{verb}:1", f"{verb}:0:1", f"{verb}:1:7"):
        with suppress(NewsError):
            await group.sends(data)
    assert before == await room.db.read(everything)


@pytest.mark.parametrize(
    "typed", ["/subscribe Aral", "/unsubscribe 1", "/unsubscribe all", "/stop", "/delete_me"]
)
async def test_no_member_takes_away_what_an_admin_may_confirm_or_undo(
    room: Pipeline, typed: str
) -> None:
    group = await Person.comes(room.context(), ChatId(-5))
    await subscribed(group, "Tokayev")
    await group.types(typed)
    changing = {one.verb for one in BUTTONS if one.changes}
    assert {one.press.split(":")[0] for one in buttons(group.last)} <= changing


async def test_a_weekly_digest_alone_is_a_promise_too(anna: Person) -> None:
    await anna.context.db.write(chats.change, READER, digest_times=(), weekly_day=1)
    assert "The digest comes: a weekly one on Mon at 10:00" in await anna.types("/start")
    assert "Digests: a weekly one on Mon at 10:00" in await anna.types("/settings")
    assert "no time is set" in await anna.sends("t:days")
