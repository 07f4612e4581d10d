"""``feeds add``, ``fallback`` and ``check``: an address that an admin types is looked at."""

from collections.abc import Callable
from typing import Any

import click

from bot import pipeline, texts
from bot.cli.common import Refused, as_json, command, emit
from bot.cli.feeds.bulk import hint_at_catalogue
from bot.cli.feeds.listing import COLUMNS, FEED, feed_row
from bot.cli.workers import at_work
from bot.settings import Settings
from storage import feeds as feed_store
from storage.masking import masked
from watchers import addresses


def selectors(decorated: Callable[..., Any]) -> Callable[..., Any]:
    """Let a page without a feed be read: options for what stands for an entry and its parts."""
    helps = {
        "item": "One entry of a page without a feed; auto: find the headlines.",
        "title": "Its headline, inside the entry.",
        "link": "Its address.",
        "date": "Its time.",
        "summary": "Its text.",
        "zone": "The time zone the page's times are in, as Asia/Almaty.",
    }
    for name in reversed(addresses.SELECTORS):
        metavar = "ZONE" if name == "zone" else "CSS"
        decorated = click.option(f"--{name}", metavar=metavar, help=helps[name])(decorated)
    return decorated


def typed(url: str, selectors: dict[str, str | None]) -> str:
    """Write an address and its selectors as an admin types them in the chat."""
    return addresses.written(url, {name: css for name, css in selectors.items() if css})


@click.command()
@click.argument("url")
@selectors
@as_json
@command
async def add(settings: Settings, /, url: str, *, as_json: bool, **css: str | None) -> None:
    """Add the feed at URL, or the one that the page at URL points to.

    It is looked at once before it is kept; what is there already is stored without alerts.
    One that cannot be read now is added too, says why on stderr, and is tried again.

    A page without a feed is read by CSS selectors: --item .news-card --title h3, or --item auto.
    """
    asked = typed(url, css)
    async with at_work(settings) as worker:
        fresh = await worker.db.read(feed_store.wants_catalogue)
        await worker.db.read(feed_store.refuse_known, addresses.source(asked)[0])
        async with worker.remembering():
            added = await worker.do("feeds.add", {"source": asked})
        row = feed_row(await worker.db.read(feed_store.found, str(added["feed"])))
    emit([row], as_json=as_json, columns=COLUMNS)
    if row["error"]:
        # Added all the same, and tried again: no failure of the request.
        click.echo(f"{row['error']} Next look: {row['next_check_at']}.", err=True)
    if fresh and not as_json:
        hint_at_catalogue()


@click.command()
@FEED
@click.argument("url")
@selectors
@as_json
@command
async def fallback(
    settings: Settings, /, wanted: str, url: str, *, as_json: bool, **css: str | None
) -> None:
    """Let what is at URL be read in the place of the source ID|URL while that is ill.

    Of several fallbacks feeds and news sitemaps come first, then pages, then Telegram channels.
    """
    async with at_work(settings) as worker:
        source = await worker.db.read(feed_store.found, wanted)
        asked = {"feed": source.id, "source": typed(url, css)}
        added = await worker.do("feeds.fallback", asked)
        feed = await worker.db.read(feed_store.found, str(added["feed"]))
    emit([feed_row(feed)], as_json=as_json, columns=COLUMNS)


@click.command()
@click.argument("url")
@selectors
@as_json
@command
async def check(settings: Settings, /, url: str, *, as_json: bool, **css: str | None) -> None:
    """Look at URL as a feed, say what it would bring and keep nothing."""
    async with pipeline.looking(settings) as look:
        seen = await look(typed(url, css))
    if seen.error_key:
        raise Refused(texts.complaint("en", seen.error_key, seen.error_values))
    if not as_json:
        click.echo(masked(f"{seen.url}  {seen.title}: {len(seen.entries)} entries"))
    emit(seen.rows(), as_json=as_json, columns=("published", "title", "url"))
