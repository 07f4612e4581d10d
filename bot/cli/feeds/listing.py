"""``feeds list``, and what changes a feed's row alone: ``remove``, ``pause``, ``resume``."""

from collections.abc import Callable
from typing import Any

import click

from bot import texts
from bot.cli.common import archive, as_json, command, emit, no_feeds, now, to_read
from bot.render.rows import isoformat
from bot.settings import Settings
from storage import feeds as feed_store
from storage import removal
from storage.masking import masked
from storage.model import Feed, FeedId, FeedKind
from storage.sql import Connection

FEED = click.argument("wanted", metavar="ID|URL")
COLUMNS = ("id", "status", "items", "last_status", "next_check_at", "title", "url", "error")


def feed_row(feed: Feed) -> dict[str, Any]:
    """Describe a feed as ``feeds list --json`` does."""
    state = feed.state
    return {
        "id": feed.id,
        "url": masked(feed.url),
        "title": masked(feed.title),
        "kind": feed.kind.value,
        "outlet": feed.outlet.name,
        "country": feed.outlet.country,
        "ownership": feed.outlet.ownership.value,
        "official": feed.outlet.official,
        "status": "import" if feed.kind is FeedKind.IMPORT else state.status.value,
        "error": texts.complaint("en", state.error_key, state.error_values)
        if state.error_key
        else None,
        "items": feed.items,
        "last_status": state.last_status,
        "last_checked_at": isoformat(state.last_checked_at),
        "last_ok_at": isoformat(state.last_ok_at),
        "failing_since": isoformat(state.failing_since),
        "next_check_at": isoformat(state.next_check_at),
        "silent_since": isoformat(state.silent_since),
        "moved_from": masked(feed.moved_from) or None,
        "fallback_of": feed.fallback_of,
        "waiting": feed.waits,
        "reads_articles": feed.reads_articles,
    }


@click.command(name="list")
@as_json
@command
async def list_(settings: Settings, *, as_json: bool) -> None:
    """List every feed and how it is."""
    async with to_read(settings) as db:
        found = await db.read(feed_store.every)
    emit(map(feed_row, found), as_json=as_json, columns=COLUMNS, empty=no_feeds())


async def changed(
    settings: Settings, wanted: str, change: Callable[[Connection, FeedId], None]
) -> None:
    """Change one feed's row and say which it was."""
    async with archive(settings) as db:
        feed = await db.read(feed_store.found, wanted)
        await db.write(change, feed.id)
    click.echo(f"{feed.id}  {masked(feed.url)}")


@click.command()
@FEED
@command
async def remove(settings: Settings, wanted: str) -> None:
    """Forget a feed and its items. Stories keep what other outlets told.

    What it told goes in steps that hold nobody up; one that is interrupted is ended by the bot.
    """
    async with archive(settings) as db:
        feed = await db.read(feed_store.found, wanted)
        await db.write(feed_store.remove, feed.id)
        click.echo(f"{feed.id}  {masked(feed.url)}")
        await removal.finish(db)


@click.command()
@FEED
@command
async def pause(settings: Settings, wanted: str) -> None:
    """Look at a feed no more until it is resumed."""
    await changed(settings, wanted, feed_store.pause)


@click.command()
@FEED
@command
async def resume(settings: Settings, wanted: str) -> None:
    """Look at a paused or retired feed again, at once."""
    at = now()
    await changed(settings, wanted, lambda db, feed_id: feed_store.resume(db, feed_id, at))
