"""Buttons' data and answers: forged, stale, cut off; a person is told, and nothing breaks."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import ANSWERS, BUTTONS, COMMANDS
from bot.conversation import Ask, Reply
from bot.telegram.incoming import press_of
from bot.texts import LANGUAGES, sentence
from storage.database import Database
from storage.errors import NewsError, StorageError
from tests.bot.people import ADMIN, Feeds, Person, seen
from tests.bot.pipeline import Pipeline
from tests.fuzz.material import SOME, texts

MOST_PRESS_BYTES = 64
NUMBERS = st.sampled_from(
    ["0", "1", "2", "-1", "00", "+1", "1.5", "١", str(2**31), str(2**63 - 1), str(2**63), "9" * 40]
)
PIECES = NUMBERS | st.sampled_from(
    "ru en kz i d a yes zone lang digest quiet cap day footer topic energy Asia/Almaty Mars/X"
    " 480 1380-420 ill ok all".split()
) | st.text(max_size=8)  # fmt: skip
VERBS = st.sampled_from(sorted(press.verb for press in BUTTONS))


@st.composite
def changed_press(draw: st.DrawFn) -> str:
    """A button's data with one of its words changed, cut off or added."""
    words = draw(st.sampled_from(texts("presses"))).split(":")
    at = draw(st.integers(0, len(words)))
    words[at : at + draw(st.integers(0, 1))] = draw(st.lists(PIECES, max_size=2))
    return ":".join(words)


PRESSES = st.one_of(
    changed_press(),
    st.builds(lambda verb, more: ":".join([verb, *more]), VERBS, st.lists(PIECES, max_size=4)),
    st.text(max_size=20),
).filter(lambda press: len(press.encode("utf-8", "replace")) <= MOST_PRESS_BYTES)
SAID = st.one_of(
    st.sampled_from(texts("settings")), st.sampled_from(texts("queries")), st.text(max_size=60)
)

Does = Callable[..., str]


async def nowhere(*wanted: Any) -> Any:
    """Nothing is at any address."""
    raise NewsError("feed.unknown", feed=str(wanted[0])[:80])


@pytest.fixture(scope="module")
def does(schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Does]:
    """An admin who reads as well, with a few stories; what is done stays done."""
    path = tmp_path_factory.mktemp("presses") / "news.db"
    path.write_bytes(schema.read_bytes())
    with asyncio.Runner() as runner:
        db = runner.run(Database.opened(path))
        person = runner.run(admin(db))

        def do(handler: Any, **parts: Any) -> str:
            return runner.run(told(person, handler, **parts))

        yield do
        runner.run(db.close())


async def admin(db: Database) -> Person:
    room = await Pipeline.opened(db)
    for outlet, title in (
        ("Steppe Courier", "Uranium output grows at a mine in the steppe"),
        ("Northern Wire", "Bridge over the river is closed for repairs"),
    ):
        await room.tells(outlet, title)
    feeds = Feeds(looks=nowhere, adds=nowhere, polls=nowhere, falls_back=nowhere)
    return await Person.comes(room.context(feeds=feeds), ADMIN)


async def told(person: Person, handler: Any, **parts: Any) -> str:
    """What a person reads: the answer, or what is wrong, in every language."""
    ask: Ask = await person.ask(**parts)
    try:
        reply: Reply = await handler(ask, person.context)
    except StorageError:
        raise
    except NewsError as error:
        return " ".join(sentence(error, language) for language in LANGUAGES)
    return seen(reply)


@SOME
@given(press=PRESSES)
def test_a_forged_button_is_answered_or_refused_and_breaks_nothing(does: Does, press: str) -> None:
    words = press_of(press)
    handler = {one.verb: one.handler for one in BUTTONS}.get(words[0] if words else "")
    if handler is not None and words[0] != "delz":  # which would end the person
        assert isinstance(does(handler, button=words), str)


@SOME
@given(question=st.sampled_from(sorted(ANSWERS)), number=NUMBERS, text=SAID)
def test_any_answer_to_a_question_of_ours_is_taken_or_refused(
    does: Does, question: str, number: str, text: str
) -> None:
    assert isinstance(does(ANSWERS[question], text=text, button=(question, number, number)), str)


@SOME
@given(command=st.sampled_from([one.name for one in COMMANDS]), text=SAID | PRESSES | NUMBERS)
def test_any_words_after_a_command_are_taken_or_refused(
    does: Does, command: str, text: str
) -> None:
    (handler,) = [one.handler for one in COMMANDS if one.name == command]
    assert isinstance(does(handler, command=command, text=text), str)
