"""/digest: the main stories now, of a time, of a query; the pushed digest's window stays."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.commands import queries
from bot.conversation import Ask, Button, Edit, Message, Reply, Say, World
from bot.digests import listing
from bot.digests.listing import Kind, Listing, Reading
from bot.digests.ranking import MOST_LINES, Window
from bot.render import press, query_title, translate_html
from bot.texts import translate
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
    one = timedelta(hours=1) if unit in "hч" else 7 * DAY if unit in "wн" else DAY
    return min(max(int(found[1]) * one, timedelta(hours=1)), LONGEST)


async def digest(ask: Ask, world: World) -> Reply:
    """Make a digest for whoever asks."""
    text = ask.text.strip()
    span = span_of(text) if text else DAY
    if span is not None:
        return Say(await world.editions.on_demand(reading(ask, world), span))
    now = world.clock()
    found = await queries.find(world, text, limit=MOST_OF_A_QUERY, since=now - OF_A_QUERY)
    only = frozenset(one.id for one in found.stories)
    query = queries.canonical(world, text)
    if not only:
        return Say(
            (
                Message(
                    translate_html(
                        ask.language, "digest.quiet_query", query=query_title(query, ask.language)
                    )
                ),
            )
        )
    return Say(
        await world.editions.on_demand(reading(ask, world), OF_A_QUERY, only=only, query=query)
    )


def reading(ask: Ask, world: World) -> Reading:
    """Describe whose list is shown, and where."""
    return Reading.of(ask.chat, ask.here, world.bot_username, world.names.current)


async def pressed(ask: Ask, world: World) -> Reply:
    """Make the digest of the last day from a button."""
    return Say(await world.editions.on_demand(reading(ask, world), DAY))


async def preview(ask: Ask, world: World) -> Reply:
    """Show the digest that would come if it came now."""
    if said := await world.editions.preview(reading(ask, world)):
        return Say(said)
    return Say((Message(await world.db.read(listing.why_quiet, ask.chat)),))


# --- leading on -------------------------------------------------------------------------------


async def turned(ask: Ask, world: World) -> Reply:
    """Turn to another page of a list."""
    said = await page_of(ask, world)
    return Edit(said[0]) if len(said) == 1 else Say(said)


async def more(ask: Ask, world: World) -> Reply:
    """Show a page of a kept list as a message of its own."""
    return Say(await page_of(ask, world))


async def page_of(ask: Ask, world: World) -> tuple[Message, ...]:
    """Return the page of a list that a button names; NewsError where the list is too old."""
    said = await listing.reopened(
        world.db, ask.number(1), reading(ask, world), world.clock(), ask.number(2)
    )
    if said is None:
        raise NewsError("button.old")
    return said


async def rest(ask: Ask, world: World) -> Reply:
    """Show what a digest that came by itself left out, from its button."""
    owed = await own_row(ask, world)
    return await _opened(ask, world, await world.editions.rest(ask.here, owed), page=1)


async def came_before(ask: Ask, world: World) -> Reply:
    """Show what had come as alerts before a digest, from its button."""
    owed = await own_row(ask, world)
    return await _opened(ask, world, await world.editions.told(ask.here, owed))


async def folded(ask: Ask, world: World) -> Reply:
    """Show the stories that one message told together, under that message's button."""
    owed = await world.db.read(of_message, ask.here.id, ask.message_id or 0)
    if owed is None:
        raise NewsError("button.old")
    return await _together(ask, world, owed)


async def in_channel(ask: Ask, world: World, kind: str, row: str) -> Reply:
    """Show in private what a channel's message leads to: ``h``, ``dm`` or ``da`` as its button.

    Of channels alone: anybody can write a deep link, and what another person's messages were
    about is nobody's business.
    """
    owed = await world.db.read(of_id, DeliveryId(int(row))) if len(row) < TOO_LONG else None
    chat = await world.db.read(chats.get, owed.chat_id) if owed is not None else None
    if owed is None or chat is None or chat.kind is not ChatKind.CHANNEL:
        raise NewsError("button.old")
    if kind == "h":
        return await _together(ask, world, owed)
    made = await (world.editions.rest if kind == "dm" else world.editions.told)(chat, owed)
    # Which of them its owner's queries met is not told to others.
    made = replace(made, own=(), met={}) if made is not None else None
    return await _opened(ask, world, made, page=int(kind == "dm"))


async def own_row(ask: Ask, world: World) -> Delivery:
    """Return the row of this chat that a button names; NewsError where it is gone or another's."""
    owed = await world.db.read(of_id, DeliveryId(ask.number(1)))
    if owed is None or owed.chat_id != ask.here.id:
        raise NewsError("button.old")
    return owed


async def _together(ask: Ask, world: World, owed: Delivery) -> Reply:
    """List what a message carries; where it named the first page's stories, from the second on."""
    stories = await world.db.read(carried, owed.id)
    made = folded_list(owed, stories) if stories else None
    return await _opened(
        ask, world, made, page=int(not owed.counted and len(stories) > MOST_LINES)
    )


def list_of(db: Connection, owed: Delivery) -> Listing | None:
    """Return the list that a message shows which came by itself; None where it shows none."""
    if (issued := owed.issued) is not None:
        return listing.of_issued(issued)
    stories = carried(db, owed.id)
    return folded_list(owed, stories) if stories else None


def folded_list(owed: Delivery, stories: tuple[StoryId, ...]) -> Listing:
    """List what a message told together."""
    return Listing(Kind.FOLDED, stories, Window(owed.created_at, owed.created_at))


async def _opened(ask: Ask, world: World, made: Listing | None, page: int = 0) -> Reply:
    if made is None or not made.stories:
        return Say((Message(translate_html(ask.language, "list.empty")),))
    # A button stands under a message of this very chat, whomever else it speaks for.
    here = Reading.of(ask.here, ask.here, world.bot_username, world.names.current)
    return Say(await listing.opened(world.db, made, here, world.clock(), page, turned=True))


# --- a number typed ---------------------------------------------------------------------------


async def story_numbered(ask: Ask, world: World) -> StoryId | Listing | None:
    """Return the story that a plain number means: of the digest or list that was seen last here.

    As an answer to a digest that came by itself, of that one. The list that was seen last where
    it stands in none of them; None where there was no list in the last days: then it is a search
    like any other.
    """
    text = ask.text.strip()
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        return None

    def looked_up(db: Connection) -> StoryId | Listing | None:
        answered = of_message(db, ask.here.id, ask.replies_to) if ask.replies_to else None
        if answered is not None and (one := list_of(db, answered)) is not None:
            return _numbered(one, int(text))
        lists = [listing.last_seen(db, ask.here.id)]
        if (came := last_list(db, ask.here.id)) is not None:
            one = list_of(db, came)
            lists.append((one, came.settled_at or came.created_at) if one is not None else None)
        seen = [one for one in lists if one and world.clock() - one[1] < NUMBERS_HOLD]
        for one, _ in sorted(seen, key=lambda pair: pair[1], reverse=True):
            if (found := listing.numbered(one, int(text))) is not None:
                return found
        newest = max(seen, key=lambda pair: pair[1], default=None)
        return _numbered(newest[0], int(text)) if newest is not None else None

    return await world.db.read(looked_up)


def _numbered(one: Listing, number: int) -> StoryId | Listing:
    found = listing.numbered(one, number)
    return one if found is None else found


def button(language: str) -> Button:
    """Return the button that makes a digest now."""
    return Button(f"📰 {translate(language, 'button.try_digest')}", press("dg"))
