"""Stories as people see them: alerts, cards, lines of a search. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.conversation import Button, Html, Keyboard, Message
from bot.render.markup import bold, chunks, cut, escape, italic, joined, link, tidy, told
from bot.texts import say, words
from storage.model import Chat, ChatKind, FeedKind, Item, Outlet, Ownership, Story

HEADLINE_UNITS = 220
SUMMARY_UNITS = 260
TELLINGS_ON_A_PAGE = 8
OUTLETS_NAMED = 5
SOURCES = {FeedKind.PAGE: "source.page", FeedKind.TELEGRAM: "source.telegram"}

_WORD = re.compile(r"\w+(?:[’ʻʼ'-]\w+)*")


# --- what a story is called, and by whom it is told -----------------------------------------


def headline(story: Story, language: str) -> Item:
    """Choose the telling whose headline stands for the story.

    The earliest in the reader's language; else the earliest there is, in a language that
    neighbours read (Russian before English for a Russian reader's relatives) before others.
    """
    titled = [item for item in story.items if item.title.strip()] or list(story.items)
    order = (language, "ru" if language != "en" else "en", "en", "ru")
    for wanted in order:
        for item in titled:
            if item.lang == wanted:
                return item
    return titled[0]


def title(item: Item, language: str) -> str:
    """Return a telling's headline, fit to be shown; an outlet without one is said so."""
    return tidy(item.title, HEADLINE_UNITS) or say(language, "story.untitled")


def outlets(story: Story) -> list[Outlet]:
    """Return the story's outlets in the order they told it, each once."""
    return list({item.outlet.name: item.outlet for item in reversed(story.items)}.values())[::-1]


def ownership(outlet: Outlet, language: str) -> str:
    """Say who stands behind an outlet in a word or two; "" where nobody knows."""
    who = (
        "" if outlet.ownership is Ownership.UNKNOWN else say(language, f"owner.{outlet.ownership}")
    )
    wire = say(language, "owner.wire") if outlet.wire else ""
    return ", ".join(part for part in (who, wire) if part)


def outlet_name(outlet: Outlet, language: str, *, owner: bool = True) -> Html:
    """Write an outlet with its country's flag and, softly, who stands behind it."""
    who = ownership(outlet, language) if owner else ""
    behind = italic(f"({who})") if who else ""
    return joined((words.flag(outlet.country), tidy(outlet.name, 40), behind), " ")


def source(item: Item, language: str) -> str:
    """Name the kind of source that brought a telling, where the outlet tells it in no feed."""
    return say(language, SOURCES[item.kind]) if item.kind in SOURCES else ""


def told_by(story: Story, language: str, most: int = OUTLETS_NAMED) -> Html:
    """List the outlets that tell a story, first teller first, the surplus as a number."""
    every = outlets(story)
    names = [outlet_name(one, language) for one in every[:most]]
    surplus = len(every) - most
    if surplus > 0:
        names.append(told(language, "story.more_outlets", count=surplus))
    return joined(names, " · ")


def press(verb: str, *values: object) -> str:
    """Write a button's data: ``s:12:3``."""
    return ":".join((verb, *(str(value) for value in values)))


# --- an alert -------------------------------------------------------------------------------


def alert(
    story: Story,
    chat: Chat,
    *,
    now: datetime,
    because: Sequence[tuple[str, str]] = (),
    query: str = "",
    bot_username: str = "",
) -> Message:
    """Render the living message of a story; rendered anew when further outlets tell it.

    ``bot_username`` is whom a channel's button leads to.

    ``because`` pairs a term of the query with the word it met; ``query`` is the
    subscription's. Both are said in the last line, so that nobody wonders why it came.
    """
    language, item = chat.language, headline(story, chat.language)
    parts = [
        bold(link(title(item, language), item.url)),
        escape(_summary(item)),
        told_by(story, language),
        joined((f"🕗 {_told_at(story, chat, now)}", _why_line(because, query)), "\n"),
    ]
    if chat.kind is ChatKind.CHANNEL:
        label = _story_label(story, language)
        return Message(joined(parts, "\n\n"), into_bot(label, "s", story.id, bot_username))
    return Message(joined(parts, "\n\n"), alert_buttons(story, language))


def _summary(item: Item) -> str:
    text = tidy(item.summary, SUMMARY_UNITS)
    return (
        ""
        if text.casefold().startswith(item.title.casefold()) and len(text) < len(item.title) + 20
        else text
    )


def _told_at(story: Story, chat: Chat, now: datetime) -> str:
    zone = words.zone(chat.time_zone)
    first = words.when(story.items[0].told_at, now, chat.language, zone)
    last = words.when(story.items[-1].told_at, now, chat.language, zone)
    return first if first == last else f"{first} → {last}"


def _why_line(because: Sequence[tuple[str, str]], query: str) -> Html:
    """Say which word met which; only what differs needs to be told apart."""
    met = [
        joined((bold(tidy(term, 40)), escape(tidy(word, 40))), " ≈ ")
        if word and word.casefold() != term.casefold()
        else bold(tidy(term, 40))
        for term, word in because[:3]
    ]
    if not met and not query:
        return Html()
    return joined(("🔎", joined(met, ", ") if met else tidy(query, 80)), " ")


def _story_label(story: Story, language: str) -> str:
    count = len(outlets(story))
    if count == 1:
        return f"📖 {say(language, 'button.story')}"
    return f"📖 {say(language, 'button.story_outlets', count=count)}"


def into_bot(label: str, verb: str, number: int, bot_username: str) -> Keyboard:
    """Return the one button under a channel's post, where anybody may press.

    It leads into the bot (``bot_username``), which answers in private, by a deep link:
    ``s_`` and a story, ``h_`` and the outbox row of a message that folded many.
    """
    if not bot_username:
        return ((Button(label, press(verb, number)),),)
    return ((Button(label, url=f"https://t.me/{bot_username}?start={verb}_{number}"),),)


def alert_buttons(story: Story, language: str) -> Keyboard:
    """Return the buttons under an alert: the story, mute it, why it came."""
    return (
        (
            Button(_story_label(story, language), press("s", story.id)),
            Button(f"🔕 {say(language, 'button.mute')}", press("m", story.id)),
            Button(f"❓ {say(language, 'button.why')}", press("w", story.id)),
        ),
    )


def update(
    story: Story, item: Item, chat: Chat, *, now: datetime, bot_username: str = ""
) -> Message:
    """Render the short reply under an alert: a telling that changes the matter."""
    language = chat.language
    at = words.when(item.told_at, now, language, words.zone(chat.time_zone))
    head = told(language, "alert.changed")
    line = joined((outlet_name(item.outlet, language), source(item, language), at), " · ")
    said = joined((head, bold(link(title(item, language), item.url)), line))
    label = f"📖 {say(language, 'button.story')}"
    leads_to = bot_username if chat.kind is ChatKind.CHANNEL else ""
    return Message(said, into_bot(label, "s", story.id, leads_to))


def fold(count: int, chat: Chat, *, row: int = 0, bot_username: str = "") -> Message:
    """Render the one message into which alerts beyond the hourly limit fold.

    ``row`` is its outbox row, by which a channel's readers find in private what it folded.
    """
    language = chat.language
    said = told(language, "alert.folded", count=count, limit=chat.alerts_per_hour)
    label = f"📰 {say(language, 'button.show_them')}"
    if chat.kind is ChatKind.CHANNEL:
        return Message(said, into_bot(label, "h", row, bot_username))
    return Message(said, ((Button(label, press("h")),),))


# --- a story with all its tellings ------------------------------------------------------------


def card(
    story: Story, chat: Chat, *, now: datetime, page: int = 0, muted: bool = False
) -> Message:
    """Render a story whole: who told it, when, in which words, with links, a page at a time."""
    language = chat.language
    pages = max(1, -(-len(story.items) // TELLINGS_ON_A_PAGE))
    page = min(max(page, 0), pages - 1)
    start = page * TELLINGS_ON_A_PAGE
    shown = story.items[start : start + TELLINGS_ON_A_PAGE]
    body = [telling(start + n, one, chat, now) for n, one in enumerate(shown, 1)]
    text = joined(
        (bold(title(headline(story, language), language)), facts(story, language), *body), "\n\n"
    )
    return Message(
        chunks(text)[0],
        (*turn(("sp", story.id), page, pages), *_card_buttons(story, language, muted=muted)),
    )


def facts(story: Story, language: str) -> Html:
    """Say in one line how wide a story is told: outlets, countries, languages."""
    told_in = sorted({item.lang for item in story.items if item.lang not in ("", "und")})
    homes = {item.outlet.country for item in story.items if item.outlet.country}
    parts = [
        say(language, "n.outlets", count=len(outlets(story))),
        say(language, "n.countries", count=len(homes)) if len(homes) > 1 else "",
        " ".join(label.split("-")[0].upper() for label in told_in) if len(told_in) > 1 else "",
        f"/s{story.id}",
    ]
    return joined(parts, " · ")


def telling(number: int, item: Item, chat: Chat, now: datetime) -> Html:
    """Render one outlet's telling in a story's card."""
    language = chat.language
    at = words.when(item.told_at, now, language, words.zone(chat.time_zone))
    if item.published is None:
        at = say(language, "story.first_seen", at=at)
    return joined(
        (
            joined(
                (f"{number}. {at}", outlet_name(item.outlet, language), source(item, language)),
                " · ",
            ),
            link(title(item, language), item.url),
        )
    )


def _card_buttons(story: Story, language: str, *, muted: bool) -> Keyboard:
    mute = (
        Button(f"🔔 {say(language, 'button.unmute')}", press("um", story.id))
        if muted
        else Button(f"🔕 {say(language, 'button.mute')}", press("m", story.id))
    )
    return (
        (
            mute,
            Button(f"❓ {say(language, 'button.why')}", press("w", story.id)),
            Button(f"↗️ {say(language, 'button.share')}", inline=f"story {story.id}"),
        ),
    )


def turn(data: tuple[object, ...], page: int, pages: int) -> Keyboard:
    """Return the buttons that turn pages, with the page's number between them."""
    if pages <= 1:
        return ()
    verb, *rest = data
    back = Button("‹", press(str(verb), *rest, page - 1)) if page else Button("·", press("_"))
    on = (
        Button("›", press(str(verb), *rest, page + 1))
        if page < pages - 1
        else Button("·", press("_"))
    )
    return ((back, Button(f"{page + 1} / {pages}", press("_")), on),)


# --- lists ----------------------------------------------------------------------------------


def line(story: Story, chat: Chat, *, now: datetime, name: Html | None = None) -> Html:
    """Render a story in a list: its linked headline, and softly who and how many tell it.

    ``name`` is the headline where it is set already, with matched words in bold.
    """
    language, item = chat.language, headline(story, chat.language)
    by = outlet_name(item.outlet, language, owner=False)
    surplus = len(outlets(story)) - 1
    if surplus:
        by = joined((by, say(language, "story.plus", count=surplus)), " ")
    at = words.when(story.items[0].told_at, now, language, words.zone(chat.time_zone))
    shown = name if name is not None else escape(title(item, language))
    return joined((link(shown, item.url), joined((by, at, f"/s{story.id}"), " · ")))


def marked(text: str, met: frozenset[str]) -> Html:
    """Set the words of ``met`` in bold wherever they stand in a text."""
    wanted = {part.casefold() for word in met for part in _WORD.findall(word)}
    parts: list[str] = []
    end = 0
    for word in _WORD.finditer(text):
        if word[0].casefold() in wanted:
            parts += [escape(text[end : word.start()]), bold(word[0])]
            end = word.end()
    return Html("".join([*parts, escape(text[end:])]))


# --- when HTML fails ------------------------------------------------------------------------


def bare(story: Story, language: str) -> str:
    """Return title and link as plain text: the last form of a message that Telegram refuses."""
    item = headline(story, language)
    return "\n".join(part for part in (cut(title(item, language), 300), item.url[:500]) if part)
