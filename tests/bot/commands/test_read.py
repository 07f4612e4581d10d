"""Read: an article whole, by the button under an alert or a story."""

from dataclasses import dataclass, field, replace

import pytest

from bot.commands import read
from bot.conversation import Edit, Message, Working
from bot.render import full_text as render
from bot.render.markup import plain, units
from storage.database import Database
from storage.errors import NewsError
from storage.full_texts import FullText
from storage.model import Item
from storage.sql import Connection
from tests.bot.people import Person, context_of
from tests.bot.sample_stories import ALMATY, sample_item
from tests.storage import rows

LONG = FullText(tuple(f"Paragraph {n}. " + "All of it is told. " * 30 for n in range(12)))


@dataclass
class Texts:
    """Texts that are fetched in a moment, and kept."""

    text: FullText
    known: dict[int, FullText] = field(default_factory=dict)
    reads_pages: bool = True

    async def kept(self, item: Item) -> FullText | None:
        return self.known.get(item.id)

    async def get(self, item: Item) -> FullText:
        return self.known.setdefault(item.id, self.text)


async def nothing(_message: Message) -> None:
    """Show no progress."""


async def reader(db: Database, text: FullText) -> Person:
    def tell(db: Connection) -> None:
        rows.told(db, rows.feed(db), rows.new_item(1, summary="What the feed says."))

    await db.write(tell)
    return await Person.comes(context_of(db, full_texts=Texts(text)))


async def test_a_text_is_shown_in_pages_of_one_message(db: Database) -> None:
    anna = await reader(db, LONG)
    await anna.sends("rd:1")
    assert isinstance(anna.last, Working)
    await anna.last.work(nothing)
    said = await anna.sends("rd:1")
    assert "Headline 1" in said
    assert "Paragraph 0." in said
    assert "1 / " in str(anna.last)
    turned = await anna.presses("›")
    assert isinstance(anna.last, Edit)
    assert "2 / " in str(anna.last)
    assert "Paragraph 0." not in turned


async def test_while_it_is_fetched_that_is_said_at_once(db: Database) -> None:
    anna = await reader(db, LONG)

    reply = await read.pressed(await anna.ask(button=("rd", "1")), anna.context)
    assert isinstance(reply, Working)
    assert "Fetching" in reply.first.html


async def test_a_button_of_an_item_that_is_gone_is_old(db: Database) -> None:
    anna = await reader(db, LONG)
    with pytest.raises(NewsError, match="old"):
        await anna.sends("rd:77")


@pytest.mark.parametrize(
    "refusal", ["forbidden", "paid", "nothing", "too_slow", "unreachable", "not_installed"]
)
@pytest.mark.parametrize("language", ["en", "ru", "kk", "ky", "uz", "tg"])
def test_where_there_is_no_text_one_sentence_says_why_and_the_page_is_a_tap_away(
    refusal: str, language: str
) -> None:
    item = sample_item("Bridge <opened>", summary="What the feed says.")
    said = render.page(item, FullText(refusal=refusal), replace(ALMATY, language=language), 0)
    assert "What the feed says." in said.html
    assert [item.url] == [button.url for row in said.keyboard for button in row]


@pytest.mark.parametrize("first", ["Bridge opened", "BRIDGE OPENED.", "«Bridge» opened"])
def test_a_headline_with_which_the_page_begins_is_told_once(first: str) -> None:
    text = FullText((first, "Bridge opened on Monday.", "All of it."))
    said = plain(render.page(sample_item("Bridge opened"), text, ALMATY, 0).html)
    assert 2 == said.casefold().count("bridge")
    assert said.endswith("Bridge opened on Monday.\n\nAll of it.")


def test_a_text_without_letters_is_no_headline() -> None:
    said = render.page(sample_item("???"), FullText(("***", "All of it.")), ALMATY, 0)
    assert "***" in plain(said.html)


@pytest.mark.parametrize(
    "paragraphs",
    [("a",), ("x" * 9000,), ("😀" * 5000,), ("word. " * 3000,), ("<b>&" * 800, "y"), ("s " * 2399, "t")],
)  # fmt: skip
def test_every_page_fits_a_message_and_no_word_is_lost(paragraphs: tuple[str, ...]) -> None:
    pages = render.pages_of(paragraphs)
    assert "".join("".join(paragraphs).split()) == "".join("".join(map(plain, pages)).split())
    for number in range(len(pages)):
        said = render.page(sample_item("Bridge " * 60), FullText(paragraphs), ALMATY, number)
        assert units(plain(said.html)) <= 4096
