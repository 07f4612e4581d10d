"""The smaller ways through the commands: buttons under messages, old buttons, half-said things."""

from datetime import timedelta

import pytest

from bot.commands import inline, subscribe, unknown
from bot.commands.digest import span_of
from bot.conversation import Cards, Nothing, Picture, Working
from bot.render.markup import plain
from storage import chats, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.model import ChatId
from storage.outbox import queue, settle
from storage.outbox.outcomes import Sent
from tests.bot.people import ADMIN, NOW, READER, Person, buttons
from tests.bot.pipeline import Pipeline

GROUP = ChatId(-100)


@pytest.fixture
async def room(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


@pytest.fixture
async def anna(room: Pipeline) -> Person:
    return await Person.comes(room.context())


@pytest.fixture
async def timur(room: Pipeline) -> Person:
    return await Person.comes(room.context(), ADMIN)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [("24h", 24), ("7d", 168), ("2w", 336), ("12 ч", 12), ("3 дня", 72), ("неделя", 168),
     ("week", 168), ("999w", 31 * 24), ("0h", 1), ("water", None), ("7", None), ("", None)],
)  # fmt: skip
def test_a_digests_time_is_read_in_both_languages(typed: str, hours: int | None) -> None:
    assert span_of(typed) == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize(
    "press",
    ["a:99:i", "an:99", "f:99:0", "fs:99", "fx:99:csv", "tr:99:14", "tr:1:15", "l1:99", "s:99",
     "sp:99:1", "m:99", "um:99", "w:99", "fl:99", "fa:99", "bz:99", "ch:99", "s", "sp", "a"],
)  # fmt: skip
async def test_old_and_forged_buttons_are_one_sentence(timur: Person, press: str) -> None:
    with pytest.raises(NewsError):
        await timur.sends(press)


async def test_an_offer_can_be_narrowed(anna: Person) -> None:
    await anna.types("/subscribe Tokayev")
    assert "Tokayev" in await anna.presses("Narrow")
    assert "Tokayev -football" in await anna.types("Tokayev -football")


async def test_many_a_day_are_offered_as_a_digest_first(
    room: Pipeline, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribe, "MANY_A_DAY", 0)
    headlines = (
        "A camel wins the race in Aktau", "Nukus museum buys a bronze camel",
        "Doctors warn of camel flu in Osh", "Camel milk exports to China double",
        "Parliament debates a camel tax", "Lost camel stops the Bukhara express",
        "Artist paints a camel on Khujand's tower", "Zoo of Almaty names its newborn camel",
    )  # fmt: skip
    for number, headline in enumerate(headlines):
        await room.tells("Steppe Courier", headline, ago=timedelta(hours=20 * number + 1))
    said = await anna.types("/subscribe camel")
    assert "That is a lot for alerts" in said
    assert "📰 In the digest" == buttons(anna.last)[0].label


async def test_unsubscribing_by_words(anna: Person) -> None:
    for query in ("Tokayev", "Caspian oil", "Caspian gas"):
        await anna.types(f"/subscribe {query}")
        await anna.presses("Alert at once")
    await anna.types("/unsubscribe caspian gas")
    await anna.types("/unsubscribe tokay")
    left = await anna.context.db.read(subscriptions.of_chat, READER)
    assert ["Caspian oil"] == [one.query for one in left]
    with pytest.raises(NewsError, match="no_such"):
        await anna.types("/unsubscribe elephant")
    assert "1 subscription" in await anna.types("/unsubscribe")


async def test_the_empty_list_offers_a_beginning(anna: Person) -> None:
    assert "You have no subscriptions yet" in await anna.types("/subscriptions")
    assert "What should I watch for?" in await anna.presses("Subscribe")


async def test_an_edited_query_must_be_one(anna: Person) -> None:
    await anna.types("/subscribe Tokayev")
    await anna.presses("Alert at once")
    await anna.types("/subscriptions")
    await anna.presses("Tokayev")
    await anna.presses("Edit")
    with pytest.raises(NewsError, match="unclosed_quote"):
        await anna.types('"Tokayev')
    (one,) = await anna.context.db.read(subscriptions.of_chat, READER)
    assert "Tokayev" == one.query
    await anna.types("Tokayev railway")  # the second try answers the same question
    (one,) = await anna.context.db.read(subscriptions.of_chat, READER)
    assert "Tokayev railway" == one.query


async def test_a_mistyped_answer_may_be_typed_again(anna: Person) -> None:
    await anna.types("/subscribe")
    with pytest.raises(NewsError, match="unclosed_quote"):
        await anna.types('"Tokayev')
    await anna.types("Tokayev")
    await anna.presses("Alert at once")
    (one,) = await anna.context.db.read(subscriptions.of_chat, READER)
    assert "Tokayev" == one.query


async def test_stories_by_buttons(room: Pipeline, anna: Person) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a railway")
    assert "railway" in await anna.sends(f"s:{story.id}")
    assert "railway" in await anna.sends(f"sp:{story.id}:0")
    assert "no more" in await anna.sends(f"m:{story.id}")
    assert {story.id} == await anna.context.db.read(chats.muted, READER)
    assert "You muted this story" in await anna.sends(f"w:{story.id}")
    await anna.sends(f"um:{story.id}")
    assert frozenset() == await anna.context.db.read(chats.muted, READER)


async def test_a_command_answering_an_alert_means_its_story(room: Pipeline, anna: Person) -> None:
    await anna.types("/subscribe Tokayev")
    await anna.presses("Alert at once")
    await room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(0))
    (owed,) = await anna.context.db.write(queue.claim, NOW, 10)
    await anna.context.db.write(settle.settle, owed, Sent(55), NOW)
    assert "1 outlet" in await anna.types("/story", replies_to=55)
    assert "Alert: sent 08:00" in await anna.types("/why", replies_to=55)
    with pytest.raises(NewsError, match=r"story\.which"):
        await anna.types("/story", replies_to=56)


async def test_why_knows_what_came_before_the_subscription(room: Pipeline, anna: Person) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a railway")
    await anna.types("/subscribe Токаев")
    await anna.presses("Alert at once")
    assert "it came before you subscribed" in await anna.types(f"/why {story.id}")


async def test_admins_are_told_the_evidence(room: Pipeline, timur: Person) -> None:
    await room.tells("Steppe Courier", "Tokayev opens a railway in Dostyk")
    story = await room.tells("Oasis Times", "Tokayev opens a railway in Dostyk today")
    assert "What joined the reports" in await timur.types(f"/why {story.id}")


async def test_digests_by_buttons(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", "Parliament of Kazakhstan passes the budget")
    assert "budget" in await anna.sends("dg")
    assert await anna.sends("dp")
    for stale in ("h", "dm:99", "da:99", "dn:99:1", "dl:99:1", "dl:x:y", "dm:999999999999999999"):
        with pytest.raises(NewsError, match=r"button\.old"):
            await anna.sends(stale)


async def test_trends_of_other_spans(room: Pipeline, anna: Person) -> None:
    assert "Which topic?" in await anna.types("/trends")
    assert "Nothing about “Tokayev” in the last 14 days" in await anna.types("Tokayev")
    await room.tells("Steppe Courier", "Tokayev opens a railway", ago=timedelta(days=20))
    await anna.presses("90 days")
    assert isinstance(anna.last, Picture)
    assert anna.last.in_place
    assert "1 story in the last 90 days" in anna.last.caption
    assert "The archive begins on 2 Nov" in anna.last.caption
    draft = anna.last.keyboard[0][0].press.split(":")[1]
    await anna.sends(f"tr:{draft}:14")
    assert isinstance(anna.last, Picture), "a picture cannot become a text again"
    assert "Nothing about “Tokayev”" in anna.last.caption


async def test_sources_by_buttons(anna: Person) -> None:
    await anna.types("/sources")
    assert "Steppe Courier" in await anna.presses("Kazakhstan 2")
    assert "by country" in await anna.presses("‹")
    assert "Region" in await anna.sends("so:zz")
    assert "Steppe Courier" in await anna.types("/sources Казахстан")


async def test_everything_about_a_person_by_buttons(anna: Person) -> None:
    assert "I keep no names" in await anna.types("/privacy")
    await anna.types("/stop")
    assert "cannot be undone" in await anna.presses("Delete my data")
    assert "Nothing was changed" in await anna.presses("Cancel")
    assert await anna.context.db.read(chats.get, READER) is not None


# --- what is no command ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [("/subscirbe", "Did you mean /subscribe?"), ("/xyzzyq", "/help lists"),
     ("https://x.example/a", "I search for words"), ("two\nlines", "I understand short queries"),
     ("x" * 400, "I understand short queries")],
)  # fmt: skip
async def test_what_is_nothing_we_know_gets_one_sentence(
    anna: Person, typed: str, said: str
) -> None:
    assert said in await anna.types(typed)


async def test_unknown_commands_in_groups_get_no_answer(room: Pipeline) -> None:
    group = await Person.comes(room.context(), GROUP)
    assert Nothing() == await unknown(await group.ask(command="xyzzy"), group.context)


async def test_an_admins_address_is_looked_at(timur: Person) -> None:
    await timur.types("https://new.example/rss")
    assert isinstance(timur.last, Working)
    assert "Send the address" in await timur.types("/addfeed")


async def test_an_import_without_a_file_asks_for_it(timur: Person) -> None:
    assert "Send me the .opml file" in await timur.types("/import")
    with pytest.raises(NewsError, match=r"import\.no_file"):
        await timur.types("here it is")


async def test_an_announcement_must_be_short(timur: Person) -> None:
    with pytest.raises(NewsError, match=r"broadcast\.too_long"):
        await timur.types(f"/broadcast {'x' * 4000}")


@pytest.mark.parametrize("query", ['"half', "(", "-", "story 99", "elephant"])
async def test_an_inline_query_that_finds_nothing_says_so(anna: Person, query: str) -> None:
    reply = await inline(await anna.ask(text=query, button=("inline", "0")), anna.context)
    assert isinstance(reply, Cards)
    (card,) = reply.cards
    assert f"Nothing found for “{query}”." == card.title
    assert card.about
    assert plain(card.message.html) == card.title
    assert Cards(()) == await inline(
        await anna.ask(text="elephant", button=("inline", "10")), anna.context
    )


async def test_an_inline_story_is_shared_with_a_way_into_the_bot(
    room: Pipeline, anna: Person
) -> None:
    story = await room.tells("Steppe Courier", "Tokayev opens a railway")
    cards = await inline(await anna.ask(text=f"story {story.id}"), anna.context)
    assert isinstance(cards, Cards)
    ((button,),) = cards.cards[0].message.keyboard
    assert f"https://t.me/steppewire_bot?start=s_{story.id}" == button.url


async def test_settings_of_a_cap_and_of_an_empty_day(anna: Person) -> None:
    await anna.types("/settings")
    await anna.presses("Alerts an hour")
    await anna.presses("24")
    await anna.sends("t:empty")
    assert "✓ If no news: stay silent" in str(buttons(anna.last))
    chat = await anna.context.db.read(chats.get, READER)
    assert chat is not None
    assert (24, False) == (chat.alerts_per_hour, chat.digest_when_empty)
