"""Digests and every other list of stories, a numbered line a story. Pure.

A line is the linked headline, the linked outlets that have the story, and the story's own number,
which opens its card with mute, why and share.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from bot.conversation import NO_HTML, Html, Keyboard, Message
from bot.render.buttons import into_bot
from bot.render.markup import bold, chunks, escape, italic, joined, link, tidy, translate_html
from bot.render.queries import languages_asked, query_title
from bot.render.stories import language_mark, outlets, tolls
from bot.texts import translate, words
from storage.model import Chat, ChatKind, Item, Outlet, Story, StoryId
from storage.reading import headline, reading_of

HEADLINE_UNITS = 140
OUTLET_UNITS = 32
QUERY_UNITS = 24
OUTLETS_LINKED = 2
"""With a line's headline they fit a phone, and the 100 entities that Telegram allows a message."""

DIGEST_MESSAGES = 2
"""A page is one message; where every headline is as long as it may be, two."""


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A story in a list. ``number`` is its place, as people may type it.

    ``country`` is the section's under which it stands ("" the region's), None where the list has
    no sections; ``own`` that it stands under the reader's own topics, having met ``queries``.
    ``told`` marks what came as an alert before; ``late`` is when it was first published, where
    that was before the list's window. ``snippet`` shows what met the list's own query, which is
    ``asked``. ``at`` is when it was published, where the list shows that for every line.
    """

    number: int
    story: Story
    country: str | None = None
    own: bool = False
    queries: tuple[str, ...] = ()
    told: bool = False
    late: datetime | None = None
    snippet: Html = NO_HTML
    asked: str = ""
    at: str = ""

    def headline(self, chat: Chat) -> Item:
        """Choose the item whose headline stands for the story, as the queries ask for it."""
        asked = languages_asked((*self.queries, self.asked))
        return headline(self.story, reading_of(chat), asked)


def digest(
    lines: Sequence[StoryLine],
    chat: Chat,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    total: int = 0,
    told_before: int = 0,
    queries: Sequence[str] = (),
    weekly: bool = False,
    quiet: Html = NO_HTML,
    keyboard: Keyboard = (),
    bot_username: str = "",
) -> tuple[Message, ...]:
    """Render a digest's page: the reader's own topics first, then countries.

    ``since`` and ``until`` bound the window; ``total`` counts the stories from which these were
    chosen; ``told_before`` those that are left out because they came as alerts; ``queries`` are
    what it was asked for. ``quiet`` says why it is empty. A channel's lines
    lead to ``bot_username``.
    """
    language = chat.language
    key = "digest.weekly" if weekly else "digest.title"
    head = joined(
        (
            joined(("📰", translate_html(language, key)), " "),
            italic(window(since, until, now, chat)),
            escape(", ".join(query_title(query, language, 60) for query in queries)),
        )
    )
    foot = (
        translate_html(language, "digest.told", count=told_before) if told_before else Html(),
        translate_html(language, "digest.chosen", count=total, shown=len(lines))
        if lines and total > len(lines)
        else Html(),
    )
    if told_before or not quiet:
        quiet = translate_html(language, "digest.quiet_else" if told_before else "digest.quiet")
    body = [*sections(lines, chat, bot_username)] if lines else [quiet]
    parts = chunks(joined((head, *body, joined(foot)), "\n\n"))[:DIGEST_MESSAGES]
    return (*map(Message, parts[:-1]), Message(parts[-1], keyboard))


def story_list(
    head: Html,
    lines: Sequence[StoryLine],
    chat: Chat,
    *,
    foot: Html | None = None,
    keyboard: Keyboard = (),
    bot_username: str = "",
) -> Message:
    """Render a page of any other list of stories."""
    parts = (head, *sections(lines, chat, bot_username), foot or Html())
    return Message(chunks(joined(parts, "\n\n"))[0], keyboard)


def together(
    head: Html,
    stories: Sequence[Story],
    chat: Chat,
    *,
    now: datetime,
    most: int,
    queries: Mapping[StoryId, tuple[str, ...]] = MappingProxyType({}),
    row: int = 0,
    bot_username: str = "",
) -> Message:
    """Render alerts that come in one message as a list: headline, what each met, and when.

    ``queries`` are what each story met. Beyond ``most`` a button leads to the others; ``row`` is
    the message's own in the outbox.
    """
    zone = words.zone(chat.time_zone)
    lines = [
        StoryLine(
            number,
            story,
            queries=queries.get(story.id, ()),
            at=words.when(
                headline(
                    story, reading_of(chat), languages_asked(queries.get(story.id, ()))
                ).told_at,
                now,
                chat.language,
                zone,
            ),
        )
        for number, story in enumerate(stories[:most], 1)
    ]
    label = more_label(chat.language, len(stories) - most)
    leads_to = bot_username if chat.kind is ChatKind.CHANNEL else ""
    keyboard = into_bot(label, "h", row, leads_to) if len(stories) > most else ()
    return story_list(head, lines, chat, keyboard=keyboard, bot_username=bot_username)


# --- what leads on ----------------------------------------------------------------------------


def more_label(language: str, count: int) -> str:
    """Label the button that leads to the other stories."""
    return f"📰 {translate(language, 'button.more_stories', count=count)}"


def alerts_label(language: str, count: int) -> str:
    """Label the button that leads to the stories that came as alerts."""
    return f"🔔 {translate(language, 'button.told_stories', count=count)}"


def into_digest(
    chat: Chat, row: int, *, more: int = 0, told_before: int = 0, bot_username: str = ""
) -> Keyboard:
    """Return the buttons under a digest that came by itself, whose outbox row is ``row``.

    In a channel they lead into the bot, which answers in private.
    """
    leads_to = bot_username if chat.kind is ChatKind.CHANNEL else ""
    ways = [
        *((("dm", more_label(chat.language, more)),) if more else ()),
        *((("da", alerts_label(chat.language, told_before)),) if told_before else ()),
    ]
    buttons = [into_bot(label, verb, row, leads_to)[0][0] for verb, label in ways]
    return (tuple(buttons),) if buttons else ()


# --- lines ------------------------------------------------------------------------------------


def sections(lines: Sequence[StoryLine], chat: Chat, bot_username: str = "") -> Iterator[Html]:
    """Render lines under headings; a query that all of the reader's lines met stands in theirs."""
    for (own, country), group in groupby(lines, section):
        here = list(group)
        met = {query for line in here for query in line.queries} if own else set()
        shared = next(iter(met)) if len(met) == 1 else ""
        head = heading(country, chat, own=own, query=shared)
        entries = (entry(line, chat, bot_username, queries=not shared) for line in here)
        yield joined((head, *entries), "\n\n" if country is None else "\n")


def section(line: StoryLine) -> tuple[bool, str | None]:
    """Return under which heading a line stands: the reader's own topics have one for all."""
    return line.own, "" if line.own else line.country


def heading(country: str | None, chat: Chat, *, own: bool = False, query: str = "") -> Html:
    """Name a section: the reader's own topics, a country, or the region."""
    language = chat.language
    if own:
        key = "digest.own_channel" if chat.kind is ChatKind.CHANNEL else "digest.own"
        return joined(
            (joined(("⭐", translate_html(language, key)), " "), query_title(query, language, 60)),
            ": ",
        )
    if country is None:
        return Html()
    place = words.country(country, language) if country else translate(language, "digest.region")
    return joined((words.flag(country), bold(place)), " ")


def entry(line: StoryLine, chat: Chat, bot_username: str = "", *, queries: bool = True) -> Html:
    """Render one line: the headline, its outlets, and what opens the story.

    Nobody can send a command to a channel: there the number itself is the link to the story.
    """
    story, language = line.story, chat.language
    item = line.headline(chat)
    number, open_ = f"{line.number}.", f"/s{story.id}"
    if chat.kind is ChatKind.CHANNEL and bot_username:
        number, open_ = link(number, f"https://t.me/{bot_username}?start=s_{story.id}"), ""
    name = tidy(item.title, HEADLINE_UNITS) or translate(language, "story.untitled")
    met = (
        ", ".join(query_title(query, language, QUERY_UNITS) for query in line.queries[:2])
        if queries
        else ""
    )
    named = joined((number, "🔔" if line.told else "", bold(link(name, item.url))), " ")
    return joined(
        (
            joined(
                (named, language_mark(item, language, short=True), tolls(story, item, language)),
                " · ",
            ),
            line.snippet,
            joined(
                (
                    line.at,
                    sources(story, item, language),
                    _late(line, chat),
                    f"🔎\N{NO-BREAK SPACE}{met}" if met else "",
                    open_,
                ),
                " · ",
            ),
        )
    )


def _late(line: StoryLine, chat: Chat) -> Html:
    """Write when a story was published that came to us later than the list's window begins."""
    if line.late is None:
        return Html()
    zone = words.zone(chat.time_zone)
    day = words.day(line.late, line.late, chat.language, zone)
    return escape(f"🕗\N{NO-BREAK SPACE}{day}, {words.clock(line.late, zone)}")


def sources(story: Story, shown: Item, language: str) -> Html:
    """Link a story's outlets, first the one whose headline is shown; the rest are a number."""
    by_outlet = {item.outlet.name: item for item in reversed(story.items)} | {
        shown.outlet.name: shown
    }
    names = [
        shown.outlet,
        *(outlet for outlet in outlets(story) if outlet.name != shown.outlet.name),
    ]
    linked = joined(
        (_linked(outlet, by_outlet[outlet.name].url) for outlet in names[:OUTLETS_LINKED]), " · "
    )
    surplus = len(names) - OUTLETS_LINKED
    plus = translate(language, "story.plus", count=surplus) if surplus > 0 else ""
    return joined((linked, plus), " ")


def _linked(outlet: Outlet, url: str) -> Html:
    return link(tidy(outlet.name, OUTLET_UNITS), url)


def window(since: datetime, until: datetime, now: datetime, chat: Chat) -> str:
    """Write from when to when, and by whose clock: 20 Nov, 08:00 – 21 Nov, 08:00, Almaty.

    Within one day the day stands once.
    """
    language, zone = chat.language, words.zone(chat.time_zone)
    days = [words.day(end, now, language, zone) for end in (since, until)]
    times = [words.clock(end, zone) for end in (since, until)]
    begins = f"{days[0]}, {times[0]}"
    ends = times[1] if days[0] == days[1] else f"{days[1]}, {times[1]}"
    return f"{begins} – {ends}, {words.zone_name(chat.time_zone, language)}"
