"""/trends: how often a topic is told, day by day, as a chart."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.commands import queries, subscribe
from bot.commands.search import drafted
from bot.context import Context
from bot.conversation import Ask, Button, Html, Message, Picture, Reply, Say
from bot.render import charts
from bot.render.buttons import press
from bot.render.markup import bold, joined, translate_html
from bot.render.queries import query_title
from bot.texts import translate, words
from storage import dialogs, stats
from storage.errors import NewsError
from watchers import keywords, search

SPANS = (14, 30, 90)


MOST_COMPARED = 4
VERSUS = " vs "


async def trends(ask: Ask, context: Context) -> Reply:
    """Chart the last two weeks of what was typed, or of each of what is compared: ``A vs B``."""
    text = ask.text.strip()
    if not text:
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, "trends", context.clock()
        )
        return Say((Message(translate_html(ask.language, "trends.what"), asks=True),))
    compared = keywords.compared(text)
    if len(compared) > MOST_COMPARED:
        raise NewsError("trends.too_many", limit=MOST_COMPARED)
    query = VERSUS.join(
        dict.fromkeys(queries.canonical(context, one) for one in compared or (text,))
    )
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
    counted = {
        one: await search.by_day(
            context.db,
            queries.read(context, one),
            now=now,
            days=span,
            time_zone=ask.chat.time_zone,
        )
        for one in keywords.compared(query)
    }
    began = await context.db.read(stats.began)
    names = {one: queries.by_its_name(context, one) for one in counted}
    days = {names[one]: search.known(by_day, began) for one, by_day in counted.items()}
    watching = (
        ((await subscribe.watching(ask, context, query, draft),),)
        if len(counted) == 1 and draft
        else ()
    )
    told = any(any(by_day.values()) for by_day in counted.values())
    if not in_place and began is not None and told and all(map(is_young, days.values())):
        young = [
            _young(ask, names[one], sum(by_day.values()), now, began)
            for one, by_day in counted.items()
        ]
        return Say((Message(joined(young, "\n\n"), watching),))
    keyboard = (_spans(draft, span, ask.language), *watching) if draft else ()
    caption = _caption(ask, days, now, began)
    if not told and not in_place:
        return Say((Message(caption, keyboard),))
    png = await asyncio.to_thread(
        charts.days,
        {_title(ask, one): by_day for one, by_day in days.items()},
        _labels(ask, next(iter(counted.values())), now),
        translate(ask.language, "trends.unknown"),
    )
    return Picture(png, caption, keyboard, in_place=in_place)


def _title(ask: Ask, query: str) -> str:
    return translate(ask.language, "trends.query", query=query_title(query, ask.language, 50))


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
    days: Mapping[str, Mapping[datetime, int | None]],
    now: datetime,
    began: datetime | None,
) -> Html:
    """Say in a line or two for each query what its bars or its line show."""
    language, zone = ask.language, words.zone(ask.chat.time_zone)
    parts = [part for query, by_day in days.items() for part in _said(ask, query, by_day, now)]
    if began is not None and any(None in by_day.values() for by_day in days.values()):
        parts.append(
            translate_html(language, "trends.since", day=words.day(began, now, language, zone))
        )
    return joined(parts)


def _said(
    ask: Ask, query: str, days: Mapping[datetime, int | None], now: datetime
) -> tuple[Html, ...]:
    language, zone = ask.language, words.zone(ask.chat.time_zone)
    span = translate(language, "n.days", count=len(days))
    counted = {day: count or 0 for day, count in days.items()}
    total, peak = sum(counted.values()), max(counted, key=lambda day: (counted[day], day))
    name = query_title(query, language)
    if not total:
        return (translate_html(language, "trends.nothing", query=name, days=span),)
    said = translate_html(
        language,
        "trends.said",
        count=total,
        days=span,
        peak=words.day(peak, now, language, zone),
        most=counted[peak],
    )
    return bold(translate(language, "trends.query", query=name)), said


def _spans(draft: int, chosen: int, language: str) -> tuple[Button, ...]:
    return tuple(
        Button(
            f"{'✓ ' if span == chosen else ''}{translate(language, 'n.days', count=span)}",
            press("_") if span == chosen else press("tr", draft, span),
        )
        for span in SPANS
    )
