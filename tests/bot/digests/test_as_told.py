"""Digests from the outlets to the reader: the real ingester, the real command, what is then read."""

import pytest

from bot.digests.maker import DigestService
from storage.database import Database
from storage.model import ChatId
from tests.bot.people import Person
from tests.bot.pipeline import Pipeline

READER = ChatId(1001)


@pytest.fixture
async def newsroom(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


async def reader_of(newsroom: Pipeline, *, language: str = "en") -> Person:
    world = newsroom.world(editions=DigestService(newsroom.db, newsroom.clock))
    return await Person.comes(world, READER, language=language)


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
