"""``story``: one story, what its outlets changed, and why its reports are one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from bot.cli.common import as_json, command, emit, short, to_read, whole
from bot.render import changes, reasons
from bot.render.rows import isoformat, story_row
from bot.settings import Settings
from storage import aliases, revisions
from storage import stories as story_store
from storage.database import Database
from storage.model import ItemId, Story, StoryId
from storage.revisions import Revision
from watchers import explanation
from watchers.text.names import gazetteer, with_aliases


@click.command()
@click.argument("id_", metavar="ID", type=int)
@click.option("--why", is_flag=True, help="Say what joined each report to the story.")
@as_json
@command
async def story(settings: Settings, id_: int, *, why: bool, as_json: bool) -> None:
    """Show one story: every outlet's report, in order, with its address."""
    async with to_read(settings) as db:
        found = await db.read(story_store.get, StoryId(id_))
        if found is None:
            raise await db.read(story_store.not_there, StoryId(id_))
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
