"""Digests from the outlets to the reader: the real ingester, the real command, what is then
read."""

from datetime import datetime, timedelta

import pytest

from bot.render.markup import plain
from storage import chats, subscriptions
from storage.database import Database
from storage.model import NO_THREAD, ChatId, Mode
from storage.sql import Connection
from tests.bot.people import Person, digests_of
from tests.bot.pipeline import Pipeline

READER = ChatId(1001)
HOUR = timedelta(hours=1)


@pytest.fixture
async def newsroom(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


async def reader_of(newsroom: Pipeline, *, language: str = "en") -> Person:
    context = newsroom.context()
    return await Person.comes(context, READER, language=language)


@pytest.mark.parametrize(
    ("title", "summary", "section"),
    [
        (
            "Землетрясение магнитудой 6,2 произошло у берегов Камчатки",
            "Толчки ощутили жители Петропавловска, разрушений нет.",
            "🇷🇺 Russia",
        ),
        (
            "В Самарканде прошёл форум городов Шёлкового пути",
            "Следующий форум пройдёт в Туркестане, Казахстан.",
            "🇺🇿 Uzbekistan",
        ),
        (
            "Узбекистан увеличил закупки российского газа",
            "Транзит пойдёт через Казахстан.",
            "🇺🇿 Uzbekistan",
        ),
    ],
)
async def test_a_story_stands_under_the_country_of_its_headline(
    newsroom: Pipeline, title: str, summary: str, section: str
) -> None:
    await newsroom.tells("Степной вестник", title, summary)
    reader = await reader_of(newsroom)
    said = await reader.types("/digest")
    assert section in said
    assert "🇰🇿" not in said


# --- the window -----------------------------------------------------------------------------


async def test_who_asks_for_a_day_is_given_what_was_told_on_that_day(newsroom: Pipeline) -> None:
    await newsroom.tells("Oasis Times", "Bread prices rise in Tashkent", ago=HOUR * 23)
    await newsroom.tells("Steppe Courier", "Rail line opens at Khorgos", ago=HOUR * 30, seen=HOUR)
    said = await (await reader_of(newsroom)).types("/digest")
    assert ["Bread" in said, "Khorgos" in said] == [True, False]


async def test_a_digest_that_comes_tells_what_reached_us_late_once_and_says_of_when_it_is(
    newsroom: Pipeline,
) -> None:
    reader = await reader_of(newsroom)
    began = newsroom.clock.now
    await newsroom.tells("Oasis Times", "Bread prices rise in Tashkent", ago=0 * HOUR)
    assert "Bread" in await issued(newsroom, began + HOUR)
    newsroom.clock.now = began + 2 * HOUR
    # Told before the second digest's window, both; of the first no digest has told yet.
    await newsroom.tells(
        "Steppe Courier", "Rail line opens at Khorgos", ago=HOUR * 3, seen=0 * HOUR
    )
    await newsroom.tells(
        "Northern Wire", "Bread prices rise in Tashkent", ago=HOUR * 3, seen=0 * HOUR
    )
    said = await issued(newsroom, began + 3 * HOUR)
    assert ["Khorgos" in said, "Bread" in said] == [True, False]
    assert "🕗\N{NO-BREAK SPACE}22 Nov, 07:00" in said
    assert reader.chat.id == READER


async def issued(newsroom: Pipeline, at: datetime) -> str:
    """The digest that comes to the reader at a moment, as text; "" where none does."""
    newsroom.clock.now = at + timedelta(seconds=6)
    await newsroom.db.write(chats.change, READER, next_digest_at=at)
    await digests_of(newsroom.db, newsroom.clock).round()
    return await newsroom.db.read(last_digest)


def last_digest(db: Connection) -> str:
    (html,) = db.conn.execute(
        "select json_extract(payload, '$.html') from deliveries where kind = 'digest'"
        " order by id desc limit 1"
    ).fetchone()
    return plain(html)


# --- the reader's own topics ----------------------------------------------------------------


async def test_what_was_told_before_its_topic_was_chosen_stands_under_it(
    newsroom: Pipeline,
) -> None:
    await newsroom.tells("Oasis Times", "Bread prices rise in Tashkent", ago=HOUR * 5)
    await newsroom.tells("Oasis Times", "Rail line opens at Khorgos", ago=HOUR * 5)
    reader = await reader_of(newsroom)
    await subscribed(newsroom, "Khorgos")
    newsroom.clock.now += HOUR
    said = await reader.types("/digest")
    assert said.index("⭐ Your topics: Khorgos") < said.index("Rail line") < said.index("Bread")


async def test_what_headlines_tell_stands_before_mentions_and_two_topics_before_one(
    newsroom: Pipeline,
) -> None:
    reader = await reader_of(newsroom)
    await subscribed(newsroom, "Khorgos")
    await subscribed(newsroom, "railway")
    await newsroom.tells(
        "Oasis Times", "Blast kills nine at a depot", "Trains to Khorgos stand.", ago=0 * HOUR
    )
    await newsroom.tells("Oasis Times", "Khorgos market reopens", ago=0 * HOUR)
    await newsroom.tells("Oasis Times", "Railway reaches Khorgos", ago=0 * HOUR)
    newsroom.clock.now += timedelta(minutes=1)
    said = await reader.types("/digest")
    assert said.index("Railway") < said.index("market") < said.index("Blast")


async def subscribed(newsroom: Pipeline, query: str) -> None:
    await newsroom.db.write(
        subscriptions.add, chat_id=READER, thread_id=NO_THREAD, query=query,
        mode=Mode.DIGEST, now=newsroom.clock(),
    )  # fmt: skip


# --- the lines ------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["/digest", "/search Хоргос", "/digest Хоргос"])
async def test_a_headline_in_another_language_says_so(newsroom: Pipeline, command: str) -> None:
    await newsroom.tells("Степной вестник", "На станции Хоргос открыли новый терминал")
    assert "in Russian" in await (await reader_of(newsroom)).types(command)
    reader = await reader_of(newsroom, language="ru")
    await newsroom.db.write(chats.change, READER, language="ru")
    assert "по-русски" not in await reader.types(command)


async def test_a_digest_of_a_query_shows_what_met_it(newsroom: Pipeline) -> None:
    await newsroom.tells(
        "Oasis Times", "Ministers meet in Tashkent", "They spoke of prices. Water comes first."
    )
    await newsroom.tells("Oasis Times", "Water returns to the Aral")
    said = await (await reader_of(newsroom)).types("/digest water")
    assert "Water comes first" in said


@pytest.mark.parametrize(
    ("language", "note"),
    [("en", "by now 7 dead"), ("ru", "по последним данным, погибших: 7")],
)
@pytest.mark.parametrize("command", ["/digest", "/search Osh", "/story 1"])
async def test_an_outdated_toll_is_not_left_without_a_word(
    newsroom: Pipeline, language: str, note: str, command: str
) -> None:
    story = await newsroom.tells(
        "Oasis Times", "Bus plunges into river near Osh, killing five", ago=3 * HOUR
    )
    reader = await reader_of(newsroom, language=language)
    assert note not in await reader.types(command)
    await newsroom.tells(
        "Steppe Courier", "Toll in bus crash near Osh rises to seven dead", "A bus plunged into a"
        " river near Osh.", ago=HOUR,
    )  # fmt: skip
    told = await newsroom.story(story.id)
    assert len(told.items) == 2, "the premise: it is one story"
    assert note in await reader.types(command)
