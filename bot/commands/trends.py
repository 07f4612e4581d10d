"""/trends: how often a topic is told, day by day, as a chart."""

import asyncio
from datetime import datetime

from bot import charts
from bot.commands import finding
from bot.commands.search import drafted
from bot.conversation import Ask, Button, Html, Keyboard, Message, Picture, Reply, Say, World
from bot.render import bold, joined, press, tidy, told
from bot.texts import say, words
from storage import talks
from storage.errors import NewsError
from watchers import archive

SPANS = (14, 30, 90)
LABELS = 7


async def trends(ask: Ask, world: World) -> Reply:
    """Chart the last two weeks of what was typed."""
    text = ask.text.strip()
    if not text:
        await world.db.write(talks.expect, ask.here.id, ask.person_id, "trends", world.clock())
        return Say((Message(told(ask.language, "trends.what"), asks=True),))
    query = finding.canonical(world, text)
    draft = await world.db.write(talks.keep_draft, ask.here.id, query, world.clock())
    return await drawn(ask, world, query, draft, SPANS[0])


async def pressed(ask: Ask, world: World) -> Reply:
    """Chart the same for another span of days."""
    span = ask.number(2)
    if span not in SPANS:
        raise NewsError("button.old")
    return await drawn(ask, world, await drafted(ask, world), ask.number(1), span)


async def drawn(ask: Ask, world: World, query: str, draft: int, span: int) -> Reply:
    """Count, draw beside the loop, and say it in a line as well."""
    counted = await archive.by_day(
        world.db,
        finding.read(world, query),
        now=world.clock(),
        days=span,
        time_zone=ask.chat.time_zone,
    )
    keyboard = _spans(draft, span, ask.language)
    total = sum(counted.values())
    if not total:
        nothing = told(ask.language, "trends.nothing", query=tidy(query, 200), days=span)
        return Say((Message(nothing, keyboard),))
    png = await asyncio.to_thread(
        charts.days, counted, tidy(query, 60), _labels(ask, counted, world.clock())
    )
    return Picture(png, _caption(ask, query, counted, span, world.clock()), keyboard)


def _labels(ask: Ask, counted: dict[datetime, int], now: datetime) -> dict[datetime, str]:
    days = list(counted)
    step = max(1, -(-len(days) // LABELS))
    zone = words.zone(ask.chat.time_zone)
    return {day: words.day(day, now, ask.language, zone) for day in days[::-1][::step]}


def _caption(ask: Ask, query: str, counted: dict[datetime, int], span: int, now: datetime) -> Html:
    peak = max(counted, key=lambda day: (counted[day], day))
    return joined(
        (
            bold(tidy(query, 200)),
            told(
                ask.language,
                "trends.said",
                count=sum(counted.values()),
                days=span,
                peak=words.day(peak, now, ask.language, words.zone(ask.chat.time_zone)),
                most=counted[peak],
            ),
        )
    )


def _spans(draft: int, chosen: int, language: str) -> Keyboard:
    spans = tuple(
        Button(say(language, "n.days", count=span), press("tr", draft, span))
        for span in SPANS
        if span != chosen
    )
    subscribe = Button(f"🔔 {say(language, 'button.subscribe_this')}", press("fs", draft))
    return (spans, (subscribe,))
