"""/digest: the main stories now, of a time, of a query; the pushed digest's window stays."""

import re
from datetime import timedelta

from bot.commands import finding
from bot.conversation import Ask, Button, Message, Reply, Say, World
from bot.render import press, told
from bot.texts import say
from storage import chats
from storage.ledger import carried
from storage.model import ChatKind, DeliveryId, StoryId
from storage.outbox import of_id
from storage.sql import Connection
from storage.traces import of_message

DAY = timedelta(days=1)
LONGEST = timedelta(days=31)
MOST_OF_A_QUERY = 60
OF_A_QUERY = timedelta(days=7)
TOO_LONG = 19
"""Digits that no row's number has."""

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
        return shown(ask, await world.editions.on_demand(ask.chat, span))
    now = world.clock()
    found = await finding.find(world, text, limit=MOST_OF_A_QUERY, since=now - OF_A_QUERY)
    only = frozenset(one.id for one in found.stories)
    query = finding.canonical(world, text)
    return shown(
        ask, await world.editions.on_demand(ask.chat, OF_A_QUERY, only=only, queries=(query,))
    )


def shown(ask: Ask, messages: tuple[Message, ...]) -> Reply:
    """Say a digest; where there is nothing in it, say that."""
    if messages:
        return Say(messages)
    return Say((Message(told(ask.language, "digest.quiet")),))


async def pressed(ask: Ask, world: World) -> Reply:
    """Make the digest of the last day from a button."""
    return shown(ask, await world.editions.on_demand(ask.chat, DAY))


async def preview(ask: Ask, world: World) -> Reply:
    """Show the digest that would come if it came now."""
    return shown(ask, await world.editions.preview(ask.chat))


async def folded(ask: Ask, world: World) -> Reply:
    """Show the stories that one message told together, under that message's button."""

    def stories_of(db: Connection) -> tuple[StoryId, ...]:
        owed = of_message(db, ask.here.id, ask.message_id or 0)
        return carried(db, owed.id) if owed is not None else ()

    return await _these(ask, world, await world.db.read(stories_of))


async def folded_in_channel(ask: Ask, world: World, row: str) -> Reply:
    """Show in private what a channel's message told together.

    Of channels alone: anybody can write a deep link, and what another person's messages were
    about is nobody's business.
    """

    def stories_of(db: Connection) -> tuple[StoryId, ...]:
        owed = of_id(db, DeliveryId(int(row))) if len(row) < TOO_LONG else None
        chat = chats.get(db, owed.chat_id) if owed is not None else None
        if owed is None or chat is None or chat.kind is not ChatKind.CHANNEL:
            return ()
        return carried(db, owed.id)

    return await _these(ask, world, await world.db.read(stories_of))


async def _these(ask: Ask, world: World, told_together: tuple[StoryId, ...]) -> Reply:
    if not told_together:
        return Say((Message(told(ask.language, "digest.quiet")),))
    only = frozenset(told_together)
    return shown(ask, await world.editions.on_demand(ask.chat, OF_A_QUERY, only=only))


def button(language: str) -> Button:
    """Return the button that makes a digest now."""
    return Button(f"📰 {say(language, 'button.try_digest')}", press("dg"))
