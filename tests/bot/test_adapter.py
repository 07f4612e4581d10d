"""The door to python-telegram-bot, with the real stack on the line to the sandbox."""

from bot.sandbox.people import PEOPLE
from storage.database import Database
from tests.bot.line import on_line

ANNA = PEOPLE[0].id
AIGUL = PEOPLE[1].id


async def test_a_newcomer_is_greeted_in_their_telegram_language(db: Database) -> None:
    async with on_line(db) as (box, _):
        box.telegram.start(ANNA)
        box.telegram.start(AIGUL)
        await box.message(ANNA, "one message per event")
        await box.message(AIGUL, "одно сообщение на событие")
