"""What is kept: ``items`` and ``stories``, and how every listing describes them."""

from typing import Any

import click

from bot.cli.common import as_json, command, emit, to_read
from bot.render.rows import isoformat, story_row
from bot.settings import Settings
from storage import items as item_store
from storage import stories as story_store
from storage.masking import masked
from storage.model import Item

MOST_STORIES = 200
"""How many stories a listing of the best ones shows at most."""


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


STORY_COLUMNS = ("id", "first_at", "tellings", "title")


@click.command()
@as_json
@command
async def items(settings: Settings, *, as_json: bool) -> None:
    """List every item that is kept, oldest first."""
    async with to_read(settings) as db:
        rows = await db.read(
            lambda connection: [item_row(*row) for row in item_store.every(connection)]
        )
    emit(rows, as_json=as_json, columns=("id", "published", "outlet", "lang", "story_id", "title"))


@click.command()
@as_json
@command
async def stories(settings: Settings, *, as_json: bool) -> None:
    """List every story with its reports, oldest first."""
    async with to_read(settings) as db:
        rows = await db.read(
            lambda connection: list(map(story_row, story_store.every(connection)))
        )
    emit(rows, as_json=as_json, columns=STORY_COLUMNS)
