"""/digest: the main stories now, of a time, of a query; the pushed digest's window stays."""

import re
from datetime import timedelta

from bot.commands import finding
from bot.conversation import Ask, Button, Message, Reply, Say, World
from bot.render import press, told
from bot.texts import say
from storage.ledger import carried
from storage.model import StoryId
from storage.sql import Connection
from storage.traces import of_message

DAY = timedelta(days=1)
LONGEST = timedelta(days=31)
MOST_OF_A_QUERY = 60
OF_A_QUERY = timedelta(days=7)

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

    only = frozenset(await world.db.read(stories_of))
    if not only:
        return Say((Message(told(ask.language, "digest.quiet")),))
    return shown(ask, await world.editions.on_demand(ask.chat, OF_A_QUERY, only=only))


def button(language: str) -> Button:
    """Return the button that makes a digest now."""
    return Button(f"📰 {say(language, 'button.try_digest')}", press("dg"))
