"""``search`` and ``trends``: what is kept about a query, by story and by day."""

from typing import Any

import click

from bot.cli.archive import MOST_STORIES, STORY_COLUMNS
from bot.cli.common import as_json, command, emit, now, to_read
from bot.render.rows import story_row
from bot.settings import Settings
from storage import stats
from watchers import keywords
from watchers import search as search_archive


@click.command()
@click.argument("query")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, MOST_STORIES))
@as_json
@command
async def search(settings: Settings, query: str, limit: int, *, as_json: bool) -> None:
    """Search the archive with a QUERY as in the chat, by story, the most relevant first.

    Where few headlines have the words, those come too that have near ones (забастовка: бастуют,
    strike), and where none has, those that lack one; --json names them: "near", "without".

    Words are met in every form and script: Токаев finds Токаева, Tokayev and Тоқаев. AND is
    the default; OR, NOT or -, "phrases", brackets, word*, =exact, and filters such as
    country:kz lang:ru by:independent since:3d. Before a QUERY that begins with - write --.
    """
    async with to_read(settings) as db:
        found = await search_archive.find(
            db, keywords.parse(query), now=now(), limit=limit, near=True
        )
    shown = {"near": found.near, "without": found.without}
    rows = [
        story_row(one) | {name: list(words.get(one.id, ())) for name, words in shown.items()}
        for one in found.stories
    ]
    if as_json:
        emit(rows, as_json=True, columns=())
        return
    marked = [
        row | {name: f"{name}: {', '.join(row[name])}" if row[name] else "" for name in shown}
        for row in rows
    ]
    columns = (*STORY_COLUMNS, *(name for name, words in shown.items() if words))
    emit(marked, as_json=False, columns=columns)


@click.command()
@click.argument("query")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 365))
@as_json
@command
async def trends(settings: Settings, query: str, days: int, *, as_json: bool) -> None:
    """Count the stories that a QUERY finds, day by day (UTC); each of several for "A vs B".

    A story counts on the days on which outlets told it. Days before the archive began are
    left out of the table, and have "known": false in --json.
    """
    end = now()
    compared = keywords.compared(query) or (query,)
    async with to_read(settings) as db:
        counted = {
            one: await search_archive.by_day(db, keywords.parse(one), now=end, days=days)
            for one in compared
        }
        began = await db.read(stats.began)
    rows = [
        ({"query": one} if len(counted) > 1 else {})
        | {"day": day.date().isoformat(), "stories": n, "known": known[day] is not None}
        for one, by_day in counted.items()
        for known in (search_archive.known(by_day, began),)
        for day, n in by_day.items()
    ]
    if as_json:
        emit(rows, as_json=True, columns=())
        return
    if began is not None and not all(row["known"] for row in rows):
        day = began.date().isoformat()
        click.echo(f"The archive begins on {day}; what was told before is not counted.", err=True)
    columns = ("query",) if len(counted) > 1 else ()
    emit(
        with_bars([row for row in rows if row["known"]]),
        as_json=False,
        columns=(*columns, "day", "stories", "bar"),
    )


def with_bars(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each day a bar, for looking at; one day alone has nothing to be compared with."""
    if len(days) == 1:
        return [day | {"bar": ""} for day in days]
    most = max((day["stories"] for day in days), default=0) or 1
    return [day | {"bar": "█" * round(30 * day["stories"] / most)} for day in days]
