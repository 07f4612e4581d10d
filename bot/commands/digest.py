"""/digest: the main stories now, of a time, of a query; the pushed digest's window stays."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.commands import queries
from bot.context import Context
from bot.conversation import Ask, Button, Edit, Message, Reply, Say
from bot.digests import listing
from bot.digests.calendar import DigestWindow
from bot.digests.listing import Kind, Listing, ListView
from bot.digests.ranking import MOST_LINES
from bot.render.buttons import press
from bot.render.markup import translate_html
from bot.render.queries import query_title
from bot.texts import translate
from bot.texts.words import lasting
from storage import chats
from storage.errors import NewsError
from storage.model import ChatKind, DeliveryId, StoryId
from storage.outbox.deliveries import Delivery
from storage.outbox.reports import carried, last_list, of_message
from storage.outbox.rows import of_id
from storage.sql import Connection

DAY = timedelta(days=1)
LONGEST = timedelta(days=31)
MOST_OF_A_QUERY = 60
OF_A_QUERY = timedelta(days=7)
TOO_LONG = 19
"""Digits that no row's number has."""

LONGEST_NUMBER = 3
"""Digits of a number in a list."""

NUMBERS_HOLD = timedelta(days=2)
"""So long a plain number means a story of the last list."""

_CODE = re.compile(r"[A-Za-z]{2}")
_SPAN = re.compile(r"(\d{1,3})\s*(h|hours?|d|days?|w|weeks?|ч|час\w*|д|дн\w*|день|н|нед\w*)")
_WORDS = {
    "today": DAY, "day": DAY, "week": 7 * DAY, "month": 30 * DAY,
    "сегодня": DAY, "день": DAY, "неделя": 7 * DAY, "месяц": 30 * DAY,
}  # fmt: skip


def span_of(text: str) -> timedelta | None:
    """Read ``24h``, ``7d``, ``2w``, ``week``; None where it is something else: a query."""
    wanted = text.strip().casefold()
    if wanted in _WORDS:
        return _WORDS[wanted]
    found = _SPAN.fullmatch(wanted)
    if found is None:
        return None
    unit = found[2][0]
    unit_span = timedelta(hours=1) if unit in "hч" else 7 * DAY if unit in "wн" else DAY
    return min(max(int(found[1]) * unit_span, timedelta(hours=1)), LONGEST)


def asked_for(text: str) -> tuple[str, timedelta | None]:
    """Read what a digest shall be about and of which time, each of them perhaps not said.

    ``3d``, ``Uzbekistan 3 days``, ``week kz``.
    """
    words = text.split()
    for size in (2, 1):
        for span_words, rest in ((words[-size:], words[:-size]), (words[:size], words[size:])):
            span = span_of(" ".join(span_words)) if len(words) >= size else None
            if span is not None:
                return " ".join(rest), span
    return " ".join(words), None


async def digest(ask: Ask, context: Context) -> Reply:
    """Make a digest for whoever asks."""
    text, span = asked_for(ask.text)
    if not text:
        return Say(await context.digests.on_demand(view_of(ask, context), span or DAY))
    span = span or OF_A_QUERY
    now = context.clock()
    country = queries.of_a_country(context, text)
    query = country or queries.canonical(context, text)
    since = now - span
    found = await queries.find(context, query, limit=MOST_OF_A_QUERY, since=since)
    only = frozenset(story.id for story in found.stories)
    if country and len(only) < MOST_OF_A_QUERY:
        told = country.replace("about:", "country:")  # by its outlets, too
        more = await queries.find(context, told, limit=MOST_OF_A_QUERY, since=since)
        only |= {story.id for story in more.stories[: MOST_OF_A_QUERY - len(only)]}
    if not only:
        no_country = not country and _CODE.fullmatch(text)
        key = "digest.no_country" if no_country else "digest.quiet_query"
        title = text.upper() if no_country else query_title(query, ask.language)
        quiet = translate_html(ask.language, key, query=title, span=lasting(span, ask.language))
        return Say((Message(quiet),))
    return Say(
        await context.digests.on_demand(view_of(ask, context), span, only=only, query=query)
    )


def view_of(ask: Ask, context: Context) -> ListView:
    """Describe whose list is shown, and where."""
    return ListView.of(ask.chat, ask.here, context.bot_username, context.names.current)


async def pressed(ask: Ask, context: Context) -> Reply:
    """Make the digest of the last day from a button."""
    return Say(await context.digests.on_demand(view_of(ask, context), DAY))


async def preview(ask: Ask, context: Context) -> Reply:
    """Show the digest that would come if it came now."""
    if messages := await context.digests.preview(view_of(ask, context)):
        return Say(messages)
    return Say((Message(await context.db.read(listing.why_quiet, ask.chat)),))


# --- leading on -------------------------------------------------------------------------------


async def turned(ask: Ask, context: Context) -> Reply:
    """Turn to another page of a list."""
    messages = await page_of(ask, context)
    return Edit(messages[0]) if len(messages) == 1 else Say(messages)


async def more(ask: Ask, context: Context) -> Reply:
    """Show a page of a kept list as a message of its own."""
    return Say(await page_of(ask, context))


async def page_of(ask: Ask, context: Context) -> tuple[Message, ...]:
    """Return the page of a list that a button names; NewsError where the list is too old."""
    messages = await listing.show_kept(
        context.db, ask.number(1), view_of(ask, context), context.clock(), ask.number(2)
    )
    if messages is None:
        raise NewsError("button.old")
    return messages


async def rest(ask: Ask, context: Context) -> Reply:
    """Show what a digest that came by itself left out, from its button."""
    delivery = await own_row(ask, context)
    return await _opened(ask, context, await context.digests.rest(ask.here, delivery), page=1)


async def came_before(ask: Ask, context: Context) -> Reply:
    """Show what had come as alerts before a digest, from its button."""
    delivery = await own_row(ask, context)
    return await _opened(ask, context, await context.digests.alerted_before(ask.here, delivery))


async def folded(ask: Ask, context: Context) -> Reply:
    """Show the stories that one message told together, under that message's button."""
    delivery = await context.db.read(of_message, ask.here.id, ask.message_id or 0)
    if delivery is None:
        raise NewsError("button.old")
    return await _together(ask, context, delivery)


async def in_channel(ask: Ask, context: Context, kind: str, row: str) -> Reply:
    """Show in private what a channel's message leads to: ``h``, ``dm`` or ``da`` as its button.

    Of channels alone: anybody can write a deep link, and what another person's messages were
    about is nobody's business.
    """
    delivery = await context.db.read(of_id, DeliveryId(int(row))) if len(row) < TOO_LONG else None
    chat = await context.db.read(chats.get, delivery.chat_id) if delivery is not None else None
    if delivery is None or chat is None or chat.kind is not ChatKind.CHANNEL:
        raise NewsError("button.old")
    if kind == "h":
        return await _together(ask, context, delivery)
    made = await (context.digests.rest if kind == "dm" else context.digests.alerted_before)(
        chat, delivery
    )
    # Which of them its owner's queries matched is not shown to others.
    made = replace(made, own=(), matched={}) if made is not None else None
    return await _opened(ask, context, made, page=int(kind == "dm"))


async def own_row(ask: Ask, context: Context) -> Delivery:
    """Return the row of this chat that a button names; NewsError where it is gone or another's."""
    delivery = await context.db.read(of_id, DeliveryId(ask.number(1)))
    if delivery is None or delivery.chat_id != ask.here.id:
        raise NewsError("button.old")
    return delivery


async def _together(ask: Ask, context: Context, delivery: Delivery) -> Reply:
    """List what a message carries; where it named the first page's stories, from the second on."""
    stories = await context.db.read(carried, delivery.id)
    made = folded_list(delivery, stories) if stories else None
    return await _opened(
        ask, context, made, page=int(not delivery.counted and len(stories) > MOST_LINES)
    )


def list_of(db: Connection, delivery: Delivery) -> Listing | None:
    """Return the list that a message shows which came by itself; None where it shows none."""
    if (issued := delivery.issued) is not None:
        return listing.of_issued(issued)
    stories = carried(db, delivery.id)
    return folded_list(delivery, stories) if stories else None


def folded_list(delivery: Delivery, stories: tuple[StoryId, ...]) -> Listing:
    """List what a message told together."""
    return Listing(Kind.FOLDED, stories, DigestWindow(delivery.created_at, delivery.created_at))


async def _opened(ask: Ask, context: Context, made: Listing | None, page: int = 0) -> Reply:
    if made is None or not made.stories:
        return Say((Message(translate_html(ask.language, "list.empty")),))
    # A button stands under a message of this very chat, whomever else it speaks for.
    here = ListView.of(ask.here, ask.here, context.bot_username, context.names.current)
    return Say(
        await listing.keep_and_show(context.db, made, here, context.clock(), page, turned=True)
    )


# --- a number typed ---------------------------------------------------------------------------


async def story_numbered(ask: Ask, context: Context) -> StoryId | Listing | None:
    """Return the story that a plain number means: of the digest or list that was seen last here.

    As an answer to a digest that came by itself, of that one. The list that was seen last where
    it stands in none of them; None where there was no list in the last days: then it is a search
    like any other.
    """
    text = ask.text.strip()
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        return None

    def looked_up(db: Connection) -> StoryId | Listing | None:
        answered = (
            of_message(db, ask.here.id, ask.replies_to, context.bot_name)
            if ask.replies_to
            else None
        )
        if answered is not None and (shown := list_of(db, answered)) is not None:
            return _numbered(shown, int(text))
        lists = [listing.last_seen(db, ask.here.id)]
        if (came := last_list(db, ask.here.id)) is not None:
            shown = list_of(db, came)
            lists.append(
                (shown, came.settled_at or came.created_at) if shown is not None else None
            )
        seen = [shown for shown in lists if shown and context.clock() - shown[1] < NUMBERS_HOLD]
        for shown, _ in sorted(seen, key=lambda pair: pair[1], reverse=True):
            if (found := listing.numbered(shown, int(text))) is not None:
                return found
        newest = max(seen, key=lambda pair: pair[1], default=None)
        return _numbered(newest[0], int(text)) if newest is not None else None

    return await context.db.read(looked_up)


def _numbered(shown: Listing, number: int) -> StoryId | Listing:
    found = listing.numbered(shown, number)
    return shown if found is None else found


def button(language: str) -> Button:
    """Return the button that makes a digest now."""
    return Button(f"📰 {translate(language, 'button.try_digest')}", press("dg"))
