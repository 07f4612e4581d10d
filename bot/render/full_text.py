"""An article's whole text in pages of one message, the outlet's name and link on top; pure."""

from collections.abc import Sequence

from bot.conversation import Button, Html, Message
from bot.render.buttons import turn
from bot.render.markup import bold, escape, joined, link, tidy, translate_html, units
from bot.render.stories import outlet_name, title
from bot.texts import translate
from storage.full_texts import FullText
from storage.model import Chat, Item

PAGE_UNITS = 1_400
"""UTF-16 units of a page's text: two screens of a phone, far below a message's 4,096."""
SUMMARY_UNITS = 1_500


def fetching(item: Item, chat: Chat) -> Message:
    """Say that the page is being fetched, and where it is."""
    return Message(joined((_head(item, chat), translate_html(chat.language, "read.fetching"))))


def page(item: Item, text: FullText, chat: Chat, number: int) -> Message:
    """Render a page of a text; where there is none, why, and what the feed itself says."""
    language = chat.language
    at_outlet = (Button(f"🔗 {translate(language, 'button.at_outlet')}", url=item.url),)
    keys = (at_outlet,) if item.url else ()
    if text.refusal:
        said = translate_html(language, f"read.{text.refusal}")
        own = escape(tidy(item.summary, SUMMARY_UNITS))
        return Message(joined((_head(item, chat), said, own), "\n\n"), keys)
    pages = pages_of(_below_headline(text.paragraphs, item)) or [
        translate_html(language, "read.nothing")
    ]
    number = min(max(number, 0), len(pages) - 1)
    html = joined((_head(item, chat), pages[number]), "\n\n")
    return Message(html, (*turn(("rp", item.id), number, len(pages)), *keys))


def _below_headline(paragraphs: Sequence[str], item: Item) -> Sequence[str]:
    """Drop the headline with which a page begins: it stands above the text."""
    if paragraphs and _letters(paragraphs[0]) == _letters(item.title) != "":
        return paragraphs[1:]
    return paragraphs


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _head(item: Item, chat: Chat) -> Html:
    name = bold(link(title(item, chat.language), item.url))
    return joined((outlet_name(item.outlet, chat.language, url=item.url), name))


def pages_of(paragraphs: Sequence[str]) -> list[Html]:
    """Lay paragraphs out on pages; one that is longer than a page is cut between its words."""
    pages: list[list[str]] = [[]]
    room = PAGE_UNITS
    for part in (part for paragraph in paragraphs for part in _parts(paragraph)):
        if pages[-1] and units(part) > room:
            pages.append([])
            room = PAGE_UNITS
        pages[-1].append(part)
        room -= units(part) + 2
    return [joined((escape(part) for part in page), "\n\n") for page in pages if page]


def _parts(paragraph: str) -> list[str]:
    """Cut a paragraph into parts that fit a page, after a sentence or a word where one ends."""
    parts = []
    while units(paragraph) > PAGE_UNITS:
        # A character is two units at most.
        head = paragraph[: PAGE_UNITS // 2]
        end = max(head.rfind(". ") + 1, head.rfind(" ") if ". " not in head else 0)
        end = end if end > 0 else len(head)
        parts.append(paragraph[:end].strip())
        paragraph = paragraph[end:].strip()
    return [part for part in (*parts, paragraph) if part]
