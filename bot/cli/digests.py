"""``digest``: the weightiest stories of some hours."""

from datetime import timedelta

import click

from bot.cli.archive import MOST_STORIES, STORY_COLUMNS
from bot.cli.common import as_json, command, emit, now, to_read
from bot.digests import ranking
from bot.digests.calendar import DigestWindow
from bot.digests.maker import stories_of
from bot.render.rows import story_row
from bot.settings import Settings


@click.command()
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 24 * 31))
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, MOST_STORIES))
@as_json
@command
async def digest(settings: Settings, hours: int, limit: int, *, as_json: bool) -> None:
    """Show the stories of the last HOURS, the weightiest first, as the chat's digests do."""
    end = now()
    span = DigestWindow(end - timedelta(hours=hours), end)
    async with to_read(settings) as db:
        ranked = ranking.rank(*await db.read(stories_of, span, late=False), span)
    rows = (story_row(entry.story) for entry in ranked[:limit])
    emit(rows, as_json=as_json, columns=STORY_COLUMNS)
