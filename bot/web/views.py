"""What pages show (pure): stories as lines and as a page, in the visitor's language.

Pieces are rendered as in the chat: its HTML is ours, escaped, with nothing but b, i, s and links.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.conversation import NO_HTML, Html
from bot.render import changes
from bot.render.marking import UNMARKED, Marker
from bot.render.markup import cut, escape, italic, joined, tidy, translate_html
from bot.render.stories import (
    SUMMARY_UNITS,
    distinct_items,
    facts,
    language_mark,
    numbered_item,
    outlet_name,
    outlets,
    snippet,
    title,
    tolls,
)
from bot.texts import translate, words
from bot.web.visitor import Visitor
from storage.model import Item, ItemId, Story, StoryId
from storage.reading import headline, reading_of
from storage.revisions import Revision

NO_DAY = datetime(1970, 1, 1, tzinfo=UTC)
"""A story's page is kept and cited: its times have their whole date, whenever it is looked at."""

OTHER_STORY = re.compile(r"(?<!\S)/s([1-9][0-9]{0,14})(?= \()")
"""Another story as the chat names it, where a touch leads to it."""


@dataclass(frozen=True, slots=True)
class ListedStory:
    """A story in a list: its headline in the language ``lang``, what stands under it."""

    id: StoryId
    title: Html
    lang: str
    lines: tuple[Html, ...]


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A story whole: its headline, how it begins, each report's lines, how each came to it."""

    id: StoryId
    title: str
    lang: str
    mark: Html
    facts: Html
    lead: str
    reports: tuple[tuple[Html, ...], ...]
    how: tuple[tuple[Html, ...], ...] = ()


def story_line(  # noqa: PLR0917 - as the chat's line
    story: Story,
    visitor: Visitor,
    now: datetime,
    marker: Marker = UNMARKED,
    near: Sequence[str] = (),
    without: Sequence[str] = (),
) -> ListedStory:
    """Show a story in a list; what a search met is bold, or stands in a line of its own."""
    language, chat = visitor.language, visitor.chat
    item = headline(story, reading_of(chat), marker.languages)
    by = outlet_name(item.outlet, language, owner=False)
    if surplus := len(outlets(story)) - 1:
        by = joined((by, translate(language, "story.plus", count=surplus)), " ")
    at = words.when(item.told_at, now, language, words.zone(visitor.time_zone))
    marks = (language_mark(item, language, short=True), tolls(story, item, language))
    under = (joined((by, at, *marks), " · "), _found_by(story, visitor, marker, near, without))
    name = marker.title(item, title(item, language))
    return ListedStory(story.id, name, _tag(item), tuple(line for line in under if line))


def _tag(item: Item) -> str:
    """Return the language that a browser is told a headline is in, "" where nobody knows it."""
    return "" if item.lang == "und" else item.lang


def _found_by(
    story: Story, visitor: Visitor, marker: Marker, near: Sequence[str], without: Sequence[str]
) -> Html:
    for key, said in (("search.near", near), ("search.without", without)):
        if said:
            told = ", ".join(tidy(word, 40) for word in dict.fromkeys(said))
            return italic(translate_html(visitor.language, key, words=told))
    return snippet(story, visitor.chat, marker)


def story_page(
    story: Story,
    visitor: Visitor,
    versions: Mapping[ItemId, Sequence[Revision]],
    how: Sequence[Sequence[str]] = (),
) -> StoryPage:
    """Show a story: each outlet's report in order, when, who is behind it, and what it changed."""
    language, chat = visitor.language, visitor.chat
    first = headline(story, reading_of(chat))
    name = title(first, language)
    reports = [
        numbered_item(
            place,
            item,
            chat,
            NO_DAY,
            known=name,
            changed=changes.lines(item, versions.get(item.id, ()), chat, NO_DAY) or NO_HTML,
        )
        for place, item in distinct_items(story)
    ]
    mark = language_mark(first, language) if first.original is not None else Html()
    return StoryPage(
        story.id,
        name,
        _tag(first),
        joined((mark, tolls(story, first, language)), " · "),
        facts(story, language, command=False),
        cut(tidy(first.summary, SUMMARY_UNITS), SUMMARY_UNITS),
        tuple(tuple(escape(Html(line)) for line in one.split("\n")) for one in reports),
        tuple(tuple(linked(line, visitor) for line in lines) for lines in how),
    )


def linked(line: str, visitor: Visitor) -> Html:
    """Say a line with other stories' commands as links to their pages."""
    kept = f"?lang={visitor.language}" if visitor.asked else ""
    return Html(OTHER_STORY.sub(rf'<a href="/story/\1{kept}">/story/\1</a>', escape(line)))
