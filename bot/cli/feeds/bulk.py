"""Many feeds at once: ``feeds catalogue``, ``import`` and ``export``."""

from pathlib import Path

import click

from bot import texts
from bot.cli.common import archive, command, now, to_read
from bot.settings import Settings
from storage import feeds as feed_store
from storage.errors import NewsError
from storage.masking import masked
from watchers import opml
from watchers.catalogue.starting import starting_fallbacks, starting_feeds


@click.command(name="catalogue")
@command
async def catalogue_(settings: Settings) -> None:
    """Add the catalogue's feeds of the region, as the first `run` does where there are none."""
    async with archive(settings) as db:
        added = await db.write(
            feed_store.add_catalogue,
            starting_feeds(),
            now(),
            starting_fallbacks(),
        )
    known = len(starting_feeds()) - added
    click.echo(f"{added} added, {known} known before")


def hint_at_catalogue() -> None:
    """Say how to come by the catalogue: the first start adds it only where nothing is polled."""
    number = len(starting_feeds())
    click.echo(texts.translate("en", "cli.feeds.catalogue", feeds=number), err=True)


def bytes_of(file: Path) -> bytes:
    """Read a file; NewsError where it cannot be."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise NewsError("ingest.no_file", path=str(file), reason=error.strerror or "") from error


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@command
async def import_(settings: Settings, file: Path) -> None:
    """Add the feeds of an OPML FILE; each is looked at in the next rounds, a few at a time.

    What cannot be read or polled is not added: its lines and addresses are named on stderr.
    """
    listing = opml.read(bytes_of(file), settings.feed_allow_hosts)
    async with archive(settings) as db:
        fresh = await db.read(feed_store.wants_catalogue)
        added = len(await db.write(feed_store.add_all, opml.new_feeds(listing.outlines), now()))
    known = len(listing.outlines) - added
    unusable, unread = listing.unusable, listing.unread
    summary = f"{added} added, {known} known before, {len(unusable)} with an unusable address"
    click.echo(f"{summary}, {len(unread)} not readable" if unread else summary)
    for address in filter(None, unusable):
        click.echo(f"unusable: {masked(address)}", err=True)
    for line in unread:
        click.echo(f"not readable: line {line}", err=True)
    if listing.masked:
        click.echo(texts.translate("en", "import.masked", count=len(listing.masked)), err=True)
    if listing.broken_off:
        click.echo(texts.translate("en", "import.broken_off"), err=True)
    if fresh and added:
        hint_at_catalogue()


@click.command()
@click.option(
    "--with-secrets",
    is_flag=True,
    help="Write passwords and keys inside addresses, too: the list is then as secret as they are.",
)
@command
async def export(settings: Settings, *, with_secrets: bool) -> None:
    """Write all feeds as OPML to stdout.

    Passwords and keys inside addresses are written as ***, and such feeds cannot be imported.
    """
    async with to_read(settings) as db:
        found = await db.read(feed_store.every, polled_only=True)
    outlines = tuple(opml.outline(feed) for feed in found if feed.fallback_of is None)
    shown = outlines if with_secrets else tuple(map(opml.without_secrets, outlines))
    click.echo(opml.write(shown, "SteppeWire").decode())
    if shown != outlines:
        hidden = sum(one != other for one, other in zip(shown, outlines, strict=True))
        click.echo(texts.translate("en", "cli.export.masked", count=hidden), err=True)
