"""What is no command: slips of the finger, small talk, words a letter away from news."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.commands.plain_text import nearest, small_talk, takes_back
from storage import subscriptions
from storage.database import Database
from tests.bot.people import ADMIN, READER, Person
from tests.bot.pipeline import Pipeline
from watchers import catalogue
from watchers.text.normal import APOSTROPHE, tokenize

NAMES = tuple(command.name for command in COMMANDS)


@pytest.fixture
async def room(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


@pytest.fixture
async def anna(room: Pipeline) -> Person:
    return await Person.comes(room.context())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("serach", "search"), ("hlep", "help"), ("subcribe", "subscribe"), ("wy", "why"),
        ("subscribtions", "subscriptions"), ("sub", "subscribe"), ("unsub", "unsubscribe"),
        ("searchuranium", "search"), ("nosuch", None), ("news", None), ("topics", None),
        ("x", None), ("", None), ("clear", None), ("a" * 60, None),
    ],
)  # fmt: skip
def test_a_command_is_suggested_only_where_a_slip_of_the_finger_parts_it(
    typed: str, meant: str | None
) -> None:
    assert meant == nearest(typed, NAMES)


async def test_admins_commands_are_suggested_to_admins_only(room: Pipeline, anna: Person) -> None:
    timur = await Person.comes(room.context(), ADMIN)
    assert "/pausefeed" in await timur.types("/pausefed")
    assert "/pausefeed" not in await anna.types("/pausefed")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("спасибо, как дела", "hello"), ("Спасибо!!", "thanks"), ("Thank you so much :)", "thanks"),
        ("рахмет", "thanks"), ("Чоң рахмат", "thanks"), ("Raxmat, zoʻr!", "thanks"),
        ("Раҳмати калон", "thanks"), ("Sag boluň", "thanks"), ("👍", "thanks"),
        ("Сәлеметсіз бе?", "hello"), ("Assalomu alaykum", "hello"), ("How’s it going?", "hello"),
        ("спасибо президента", ""), ("привет уран", ""), ("(", ""), ("???", ""), ("42", ""),
    ],
)  # fmt: skip
def test_only_a_message_that_is_small_talk_throughout_is_taken_for_it(
    typed: str, kind: str
) -> None:
    assert kind == small_talk(typed)


def test_every_phrase_of_small_talk_is_met_as_it_is_typed_in_all_our_languages() -> None:
    table = Path(catalogue.__file__).with_name("small_talk.tsv")
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines(), delimiter="\t"))
    for kind in ("thanks", "hello", "cancel"):
        languages = {row["language"] for row in rows if row["kind"] == kind}
        assert {"en", "ru", "kk", "ky", "uz", "tg", "tk"} == languages
    for phrase, kind in catalogue.small_talk().items():
        cuts = [cut.normal.replace(APOSTROPHE, "'") for cut in tokenize(" ".join(phrase))]
        assert list(phrase) == cuts
        said = " ".join(phrase)
        assert takes_back(said) if kind == "cancel" else kind == small_talk(said)


@pytest.mark.parametrize(
    "said", ["Отмена", "не надо, спасибо", "never mind!", "Бас тарту", "bekor qilish"]
)
@pytest.mark.parametrize("door", ["/subscribe", "/search", "/trends", "t:typezone", "le:1"])
async def test_who_takes_it_back_ends_our_question(anna: Person, said: str, door: str) -> None:
    await anna.types("/subscribe Tokayev")
    await anna.presses("In the digest")
    await (anna.types(door) if door.startswith("/") else anna.sends(door))
    assert "Cancelled. Nothing was changed." == await anna.types(said)
    assert "Nothing found" in await anna.types("uranium")
    assert ["Tokayev"] == [
        one.query for one in await anna.context.db.read(subscriptions.of_chat, READER)
    ]


@pytest.mark.parametrize("said", ["отмена рейсов", "отмена"])
async def test_with_no_question_open_the_word_is_searched_for(anna: Person, said: str) -> None:
    assert f"Nothing found for “{said}”" in await anna.types(said)


async def test_small_talk_is_answered_and_is_still_found_by_a_search(
    room: Pipeline, anna: Person
) -> None:
    await room.tells("Northern Wire", "Спасибо, сказал президент строителям")
    assert "You are welcome" in await anna.types("спасибо")
    assert "сказал президент" in await anna.types("/search спасибо")
    await anna.types("/search")
    assert "сказал президент" in await anna.types("спасибо")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("uranim", "uranium"), ("инфляцыя", "инфляция"), ("Такаев инфляцыя", "Токаев инфляция"),
        ("Tokayev uranim", "Tokayev uranium"),
    ],
)  # fmt: skip
async def test_what_found_nothing_is_put_right_by_words_of_the_news(
    room: Pipeline, anna: Person, typed: str, meant: str
) -> None:
    await room.tells("Steppe Courier", "Tokayev visits the largest uranium mine")
    await room.tells("Northern Wire", "Токаев: инфляция замедлится к весне")
    said = await anna.types(typed)
    assert "Nothing found" in said or "≈ near:" in said
    assert "These would find something" in said
    assert "1 story" in await anna.presses(meant)


@pytest.mark.parametrize("typed", ["балет", "zzzzzz", "wranium", "киты", "ur"])
async def test_what_is_not_near_is_not_suggested(room: Pipeline, anna: Person, typed: str) -> None:
    await room.tells("Steppe Courier", "Urn uranium билет кит-кат", ago=timedelta(hours=2))
    await anna.types(typed)
    with pytest.raises(AssertionError):
        await anna.presses("🔎")
