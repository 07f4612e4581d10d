"""What is kept: ``items``, ``stories``, ``story``, ``search``, ``digest`` and ``trends``."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import click

from bot.cli.common import archive, as_json, command, emit, isoformat, now, short, whole
from bot.digests import ranking
from bot.digests.calendar import DigestWindow
from bot.digests.maker import stories_of
from bot.render import changes, reasons
from bot.settings import Settings
from storage import aliases, revisions, stats
from storage import items as item_store
from storage import stories as story_store
from storage.database import Database
from storage.errors import NewsError
from storage.masking import masked
from storage.model import Item, ItemId, Story, StoryId
from storage.revisions import Revision
from watchers import explanation, keywords
from watchers import search as searching
from watchers.text.names import gazetteer, with_aliases

MOST_FOUND = 200


def item_row(item: Item, feed_url: str) -> dict[str, Any]:
    """Describe an item as every listing does."""
    return {
        "id": item.id,
        "external_id": item.external_id,
        "feed_id": item.feed_id,
        "feed_url": masked(feed_url),
        "kind": item.kind.value,
        "url": item.url,
        "title": item.title,
        "outlet": item.outlet.name,
        "lang": item.lang,
        "published": isoformat(item.published),
        "first_seen": isoformat(item.first_seen),
        "story_id": item.story_id,
    }


def story_item_row(item: Item) -> dict[str, Any]:
    """Describe one item of a story."""
    return {
        "id": item.id,
        "external_id": item.external_id,
        "kind": item.kind.value,
        "outlet": item.outlet.name,
        "country": item.outlet.country,
        "ownership": item.outlet.ownership.value,
        "lang": item.lang,
        "title": item.title,
        "url": item.url,
        "published": isoformat(item.published),
        "first_seen": isoformat(item.first_seen),
        "removed_at": isoformat(item.removed_at),
    }


def story_row(story: Story) -> dict[str, Any]:
    """Describe a story with all its items, earliest first."""
    return {
        "id": story.id,
        "title": next((item.title for item in story.items if item.title), ""),
        "first_at": isoformat(story.first_at),
        "updated_at": isoformat(story.updated_at),
        "tellings": len(story.items),
        "items": [story_item_row(item) for item in story.items],
    }


STORY_COLUMNS = ("id", "first_at", "tellings", "title")


@click.command()
@as_json
@command
async def items(settings: Settings, *, as_json: bool) -> None:
    """List every item that is kept, oldest first."""
    async with archive(settings) as db:
        rows = await db.read(
            lambda connection: [item_row(*row) for row in item_store.every(connection)]
        )
    emit(rows, as_json=as_json, columns=("id", "published", "outlet", "lang", "story_id", "title"))


@click.command()
@as_json
@command
async def stories(settings: Settings, *, as_json: bool) -> None:
    """List every story with its reports, oldest first."""
    async with archive(settings) as db:
        rows = await db.read(
            lambda connection: list(map(story_row, story_store.every(connection)))
        )
    emit(rows, as_json=as_json, columns=STORY_COLUMNS)


@click.command()
@click.argument("id_", metavar="ID", type=int)
@click.option("--why", is_flag=True, help="Say what joined each report to the story.")
@as_json
@command
async def story(settings: Settings, id_: int, *, why: bool, as_json: bool) -> None:
    """Show one story: every outlet's report, in order, with its address."""
    async with archive(settings) as db:
        found = await db.read(story_store.get, StoryId(id_))
        if found is None:
            raise NewsError("story.unknown", id=id_)
        row = story_row(found)
        versions = await db.read(revisions.of_story, found.id)
        for item in row["items"]:
            item["earlier"] = [version_row(one) for one in versions.get(item["id"], ())]
        if why:
            await explain(db, found, row["items"])
    if as_json:
        emit([row], as_json=True, columns=())
    else:
        show_story(row, list(changed_lines(found, versions)))


def show_story(row: dict[str, Any], changed: list[str]) -> None:
    """Write a story for a person: its reports, what outlets changed, what joined them."""
    click.echo(row["title"])
    columns = ("published", "outlet", "ownership", "lang", "title", "url")
    emit(row["items"], as_json=False, columns=columns)
    joined = [line for at, item in enumerate(row["items"], 1) for line in joined_lines(at, item)]
    for head, lines in (("What outlets changed", changed), ("What joined the reports", joined)):
        if lines:
            click.echo("\n".join(("", head, *lines)))


def joined_lines(at: int, item: dict[str, Any]) -> list[str]:
    """Say what joined a report to its story, where that was asked."""
    if "why" not in item:
        return []
    return [f"{at}. {short(item['outlet'])}", *(f"   {line}" for line in item["why"])]


def version_row(version: Revision) -> dict[str, Any]:
    """Describe what an item said until its outlet changed it."""
    return {
        "title": version.title,
        "summary": version.summary,
        "until": isoformat(version.until),
    }


def changed_lines(found: Story, versions: Mapping[ItemId, Sequence[Revision]]) -> Iterator[str]:
    """Say of each report that was changed or removed what became of it since it was told."""
    for at, item in enumerate(found.items, 1):
        earlier = versions.get(item.id, ())
        headline, text = changes.plainly(item, earlier)
        said = (
            f"changed {isoformat(item.headline_at)}: {headline}" if headline else "",
            f"text changed {isoformat(earlier[-1].until)}: {text}" if text else "",
            f"removed by the outlet, seen {isoformat(item.removed_at)}" if item.removed_at else "",
        )
        if any(said):
            yield f"{at}. {short(item.outlet.name)}"
            yield from (f"   {whole(line)}" for line in said if line)


async def explain(db: Database, found: Story, rows: list[dict[str, Any]]) -> None:
    """Add to the items of a story how sure the ingester was of each, and in words why."""
    names = with_aliases(gazetteer(), await db.read(aliases.every))
    by_item = {
        account.item.id: account
        for account in await db.read(explanation.accounts, found, names, len(rows))
    }
    for row in rows:
        account = by_item[row["id"]]
        row["score"] = account.score
        row["why"] = reasons.account(account, found, "en", names.entities)


@click.command()
@click.argument("query")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, MOST_FOUND))
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
    async with archive(settings) as db:
        found = await searching.find(db, keywords.parse(query), now=now(), limit=limit, near=True)
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
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 24 * 31))
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, MOST_FOUND))
@as_json
@command
async def digest(settings: Settings, hours: int, limit: int, *, as_json: bool) -> None:
    """Show the stories of the last HOURS, the weightiest first, as the chat's digests do."""
    end = now()
    span = DigestWindow(end - timedelta(hours=hours), end)
    async with archive(settings) as db:
        ranked = ranking.rank(*await db.read(stories_of, span, late=False), span)
    rows = (story_row(entry.story) for entry in ranked[:limit])
    emit(rows, as_json=as_json, columns=STORY_COLUMNS)


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
    async with archive(settings) as db:
        counted = {
            one: await searching.by_day(db, keywords.parse(one), now=end, days=days)
            for one in compared
        }
        began = await db.read(stats.began)
    rows = [
        ({"query": one} if len(counted) > 1 else {})
        | {"day": day.date().isoformat(), "stories": n, "known": known[day] is not None}
        for one, by_day in counted.items()
        for known in (searching.known(by_day, began),)
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
