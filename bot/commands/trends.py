"""/trends: how often a topic is told, day by day, as a chart."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.commands import queries, subscribe
from bot.commands.search import drafted
from bot.context import Context
from bot.conversation import Ask, Button, Html, Keyboard, Message, Picture, Reply, Say
from bot.render import charts
from bot.render.buttons import press
from bot.render.markup import bold, joined, translate_html
from bot.render.queries import query_title
from bot.texts import translate, words
from storage import dialogs, stats
from storage.errors import NewsError
from watchers import search

SPANS = (14, 30, 90)


async def trends(ask: Ask, context: Context) -> Reply:
    """Chart the last two weeks of what was typed."""
    text = ask.text.strip()
    if not text:
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, "trends", context.clock()
        )
        return Say((Message(translate_html(ask.language, "trends.what"), asks=True),))
    query = queries.canonical(context, text)
    draft = await queries.draft_of(ask, context, query)
    return await drawn(ask, context, query, draft, SPANS[0])


async def pressed(ask: Ask, context: Context) -> Reply:
    """Chart the same for another span of days, in the place of the picture that is there."""
    span = ask.number(2)
    if span not in SPANS:
        raise NewsError("button.old")
    return await drawn(
        ask, context, await drafted(ask, context), ask.number(1), span, in_place=True
    )


async def drawn(
    ask: Ask, context: Context, query: str, draft: int, span: int, *, in_place: bool = False
) -> Reply:
    """Count, draw beside the loop, and say it in a line as well.

    ``in_place`` is always a picture, an empty one too: Telegram makes no text of a picture.
    An archive of one day has nothing to compare: that is said in words.
    """
    now = context.clock()
    counted = await search.by_day(
        context.db,
        queries.read(context, query),
        now=now,
        days=span,
        time_zone=ask.chat.time_zone,
    )
    began = await context.db.read(stats.began)
    days = search.known(counted, began)
    watching = await subscribe.watching(ask, context, query, draft)
    if not in_place and began is not None and any(counted.values()) and is_young(days):
        young = _young(ask, query, sum(counted.values()), now, began)
        return Say((Message(young, ((watching,),) if draft else ()),))
    keyboard = _spans(draft, span, ask.language, watching) if draft else ()
    caption = _caption(ask, query, days, now, began)
    if not any(days.values()) and not in_place:
        return Say((Message(caption, keyboard),))
    title = translate(ask.language, "trends.query", query=query_title(query, ask.language, 50))
    png = await asyncio.to_thread(
        charts.days,
        days,
        title,
        _labels(ask, counted, now),
        translate(ask.language, "trends.unknown"),
    )
    return Picture(png, caption, keyboard, in_place=in_place)


def is_young(days: Mapping[datetime, int | None]) -> bool:
    """Tell whether the archive knows less than two of these days."""
    return len([count for count in days.values() if count is not None]) <= 1


def _young(ask: Ask, query: str, total: int, now: datetime, began: datetime) -> Html:
    language, zone = ask.language, words.zone(ask.chat.time_zone)
    return joined(
        (
            bold(translate(language, "trends.query", query=query_title(query, language))),
            translate_html(
                language,
                "trends.young",
                count=total,
                day=words.day(began, now, language, zone),
            ),
        )
    )


def _labels(ask: Ask, counted: Mapping[datetime, int], now: datetime) -> dict[datetime, str]:
    """Write every day's date on two lines, which are narrower than one."""
    zone = words.zone(ask.chat.time_zone)
    return {
        day: "\n".join(words.day(day, now, ask.language, zone).rstrip(".").split(maxsplit=1))
        for day in counted
    }


def _caption(
    ask: Ask,
    query: str,
    days: Mapping[datetime, int | None],
    now: datetime,
    began: datetime | None,
) -> Html:
    language, zone = ask.language, words.zone(ask.chat.time_zone)
    span = translate(language, "n.days", count=len(days))
    counted = {day: count or 0 for day, count in days.items()}
    total, peak = sum(counted.values()), max(counted, key=lambda day: (counted[day], day))
    parts = [
        translate_html(
            language,
            "trends.said",
            count=total,
            days=span,
            peak=words.day(peak, now, language, zone),
            most=counted[peak],
        )
        if total
        else translate_html(
            language, "trends.nothing", query=query_title(query, language), days=span
        )
    ]
    if None in days.values() and began is not None:
        parts.append(
            translate_html(language, "trends.since", day=words.day(began, now, language, zone))
        )
    head = (
        bold(translate(language, "trends.query", query=query_title(query, language)))
        if total
        else ""
    )
    return joined((head, *parts))


def _spans(draft: int, chosen: int, language: str, watching: Button) -> Keyboard:
    spans = tuple(
        Button(
            f"{'✓ ' if span == chosen else ''}{translate(language, 'n.days', count=span)}",
            press("_") if span == chosen else press("tr", draft, span),
        )
        for span in SPANS
    )
    return (spans, (watching,))
